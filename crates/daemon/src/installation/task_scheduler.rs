//! A task for the Task Scheduler of Windows, which starts at logon. Nobody has tried it yet.

use camino::Utf8Path;

use super::xml::escaped;
use super::{Launch, MARK, Way};

pub(super) const FILE: &str = "serve.xml";
pub(super) const AFTER_REMOVAL: &str = "schtasks /Delete /TN Outrigger /F";

pub(super) fn way(folder: &Utf8Path) -> Way {
    // Paths of Windows hold no quotes.
    let create = format!("schtasks /Create /TN Outrigger /XML \"{}\"", folder.join(FILE));
    Way {
        when: "now and from each logon on",
        commands: vec![create, "schtasks /Run /TN Outrigger".to_owned()],
    }
}

/// `user` with its domain: the task is for nobody else, and so needs no administrator.
pub(super) fn task(launch: &Launch, user: &str) -> String {
    let arguments: Vec<_> = launch.arguments.iter().map(|word| quoted(word)).collect();
    let (program, arguments) = (escaped(launch.program.as_str()), escaped(&arguments.join(" ")));
    let user = escaped(user);
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- {MARK} -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Outrigger, the desktop service</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>{user}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{user}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>3</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"#
    )
}

/// One word of a command line, as programs of Windows take theirs apart (`CommandLineToArgvW`): a backslash counts only
/// before a quote, and then twice.
fn quoted(word: &str) -> String {
    let is_plain = |character: char| !character.is_whitespace() && character != '"';
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let mut text = String::from("\"");
    let mut backslashes = 0;
    for character in word.chars() {
        if character == '"' {
            text.extend(std::iter::repeat_n('\\', backslashes + 1));
        }
        backslashes = if character == '\\' { backslashes + 1 } else { 0 };
        text.push(character);
    }
    text.extend(std::iter::repeat_n('\\', backslashes));
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_quoted_where_they_have_to_be() {
        let words = [
            ("serve", "serve"),
            (r"C:\Ann\home", r"C:\Ann\home"),
            ("", "\"\""),
            (r"C:\Ann Lee\home", r#""C:\Ann Lee\home""#),
            (r"C:\Ann Lee\", r#""C:\Ann Lee\\""#),
            (r#"a"b"#, r#""a\"b""#),
            (r#"a\"b c\d"#, r#""a\\\"b c\d""#),
        ];
        for (word, expected) in words {
            assert_eq!(quoted(word), expected, "{word}");
        }
    }
}
