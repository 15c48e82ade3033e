//! Units for the user manager of systemd (`systemd.service(5)`, `systemd.socket(5)`).

use std::fmt::Write as _;

use super::{Launch, MARK, Way};
use crate::error::Error;

pub(super) const SERVICE: &str = "outrigger.service";
pub(super) const SOCKET: &str = "outrigger.socket";

/// What `systemctl enable` makes of the sections `Install`.
pub(super) const LINKS: [&str; 2] = [
    "default.target.wants/outrigger.service",
    "sockets.target.wants/outrigger.socket",
];

pub(super) const AFTER_REMOVAL: [&str; 2] = [
    "systemctl --user stop outrigger.socket outrigger.service",
    "systemctl --user daemon-reload",
];

pub(super) fn ways() -> Vec<Way> {
    let way = |when, unit| Way {
        when,
        commands: vec![
            "systemctl --user daemon-reload".to_owned(),
            format!("systemctl --user enable --now {unit}"),
        ],
    };
    vec![
        way("now and from each login on", SERVICE),
        way("from the first time that it is asked for something", SOCKET),
    ]
}

/// The service. What is forbidden to it is also forbidden to what it starts, such as credential helpers: so only what none of them
/// has a use for.
pub(super) fn service(launch: &Launch) -> Result<String, Error> {
    // systemd refuses them in the path of a program, in whatever way they are written; not so in its arguments.
    let is_refused = |character: char| character.is_control() || "\"'\\".contains(character);
    if launch.program.as_str().contains(is_refused) {
        return Err(Error::Unstartable {
            program: launch.program.clone(),
        });
    }
    // The colon: no variables, so that a dollar stands for itself.
    let mut command = format!(":{}", quoted(launch.program.as_str()));
    for argument in &launch.arguments {
        command.push(' ');
        command.push_str(&quoted(argument));
    }
    Ok(format!(
        "# {MARK}\n\
         # Settings of your own: systemctl --user edit {SERVICE}\n\
         [Unit]\n\
         Description=Outrigger, the desktop service\n\
         Documentation=https://github.com/outrigger-dev/outrigger\n\
         \n\
         [Service]\n\
         Type=notify\n\
         ExecStart={command}\n\
         Restart=on-failure\n\
         RestartSec=5\n\
         # A mistake in the configuration does not mend itself.\n\
         RestartPreventExitStatus=2\n\
         TimeoutStopSec=20\n\
         NoNewPrivileges=yes\n\
         LockPersonality=yes\n\
         RestrictRealtime=yes\n\
         RestrictSUIDSGID=yes\n\
         RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\n\
         SystemCallArchitectures=native\n\
         \n\
         [Install]\n\
         WantedBy=default.target\n"
    ))
}

/// The address, for who wants the service started by the first request.
pub(super) fn socket(launch: &Launch) -> String {
    format!(
        "# {MARK}\n\
         [Unit]\n\
         Description=Outrigger, the address of the desktop service\n\
         \n\
         [Socket]\n\
         ListenStream={}\n\
         NoDelay=yes\n\
         \n\
         [Install]\n\
         WantedBy=sockets.target\n",
        launch.listen
    )
}

/// One word of a command line, whatever it holds.
fn quoted(word: &str) -> String {
    let mut text = String::from("\"");
    for character in word.chars() {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            // Else the beginning of a specifier.
            '%' => text.push_str("%%"),
            // Control characters are of one byte, or of two in UTF-8.
            _ if character.is_control() => {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "\\x{byte:02x}");
                }
            }
            _ => text.push(character),
        }
    }
    text.push('"');
    text
}
