//! What stands between a desktop and its registries: the nginx and the tinyproxy of Debian.

use std::fmt::Write as _;
use std::net::{TcpListener, TcpStream};

use anyhow::Context as _;
use camino::Utf8PathBuf;

use crate::folder::{Folder, write};
use crate::process::{Program, Server};
use crate::tls::Identity;

const NGINX: Program = Program {
    path: "/usr/sbin/nginx",
    package: "nginx",
};

const TINYPROXY: Program = Program {
    path: "/usr/bin/tinyproxy",
    package: "tinyproxy",
};

/// A real nginx that speaks TLS and passes requests on; ended when it is dropped.
#[derive(Debug)]
pub struct Nginx {
    authority: String,
    log: Utf8PathBuf,
    _server: Server,
    _folder: Folder,
}

impl Nginx {
    /// Starts one with this certificate. Each of `places` is a path and the server (`127.0.0.1:40123`) that answers
    /// below it; the path is taken off before.
    ///
    /// Fails where the program is missing or does not start.
    pub fn start(identity: &Identity, places: &[(&str, &str)]) -> anyhow::Result<Self> {
        let folder = Folder::try_new()?;
        let (port, path) = (free_port()?, folder.path());
        let mut locations = String::new();
        for (place, server) in places {
            // Writing to a string cannot fail.
            let _ = writeln!(
                locations,
                "location {place} {{ proxy_pass http://{server}/; proxy_set_header Host $http_host; \
                 proxy_set_header X-Forwarded-Proto https; }}"
            );
        }
        let Identity { certificate, key } = identity;
        let configuration = format!(
            "daemon off;\nworker_processes 1;\npid {path}/pid;\nerror_log stderr warn;\n\
             events {{ worker_connections 64; }}\n\
             http {{\n\
             access_log {path}/access.log;\n\
             client_body_temp_path {path}/body; proxy_temp_path {path}/proxy; fastcgi_temp_path {path}/fastcgi;\n\
             uwsgi_temp_path {path}/uwsgi; scgi_temp_path {path}/scgi;\n\
             client_max_body_size 0;\n\
             server {{ listen 127.0.0.1:{port} ssl http2; ssl_certificate {certificate}; ssl_certificate_key {key};\n\
             {locations} }}\n}}\n"
        );
        let file = path.join("nginx.conf");
        write(&file, configuration.as_bytes());
        let mut command = NGINX.command();
        command.arg("-c").arg(&file).arg("-p").arg(path);
        let authority = format!("127.0.0.1:{port}");
        let mut server = NGINX.start(&mut command, path)?;
        server.wait_for(|| TcpStream::connect(&authority).ok())?;
        Ok(Self {
            authority,
            log: path.join("access.log"),
            _server: server,
            _folder: folder,
        })
    }

    /// Host and port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The lines of the access log.
    ///
    /// # Panics
    ///
    /// Where it cannot be read.
    pub fn log(&self) -> Vec<String> {
        lines(&self.log)
    }
}

/// A real tinyproxy; ended when it is dropped.
#[derive(Debug)]
pub struct Tinyproxy {
    authority: String,
    log: Utf8PathBuf,
    _server: Server,
    _folder: Folder,
}

impl Tinyproxy {
    /// Starts one that lets everything through which is not named in `refused`, a list of patterns of hosts.
    ///
    /// Fails where the program is missing or does not start.
    pub fn start(login: Option<(&str, &str)>) -> anyhow::Result<Self> {
        let folder = Folder::try_new()?;
        let (port, path) = (free_port()?, folder.path());
        let login = login.map_or_else(String::new, |(user, password)| {
            format!("BasicAuth {user} {password}\n")
        });
        let configuration = format!(
            "Port {port}\nListen 127.0.0.1\nTimeout 20\nMaxClients 20\nAllow 127.0.0.1\n\
             LogFile \"{path}/log\"\nLogLevel Connect\n{login}"
        );
        let file = path.join("tinyproxy.conf");
        write(&file, configuration.as_bytes());
        let mut command = TINYPROXY.command();
        command.args(["-d", "-c"]).arg(&file);
        let authority = format!("127.0.0.1:{port}");
        let mut server = TINYPROXY.start(&mut command, path)?;
        server.wait_for(|| TcpStream::connect(&authority).ok())?;
        Ok(Self {
            authority,
            log: path.join("log"),
            _server: server,
            _folder: folder,
        })
    }

    /// Host and port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The lines of its log that tell of a request.
    ///
    /// # Panics
    ///
    /// Where it cannot be read.
    pub fn requests(&self) -> Vec<String> {
        let mut lines = lines(&self.log);
        lines.retain(|line| line.contains("Request (file descriptor"));
        lines
    }
}

fn lines(path: &Utf8PathBuf) -> Vec<String> {
    let text = fs_err::read_to_string(path).unwrap_or_else(|error| panic!("{error}"));
    text.lines().map(str::to_owned).collect()
}

/// A port that was free a moment ago: these programs cannot choose one themselves.
fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}
