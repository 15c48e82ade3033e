//! The same content as another `docker-registry`, to be had in another way.

use camino::Utf8PathBuf;

use crate::folder::{Folder, write};
use crate::process::Server;
use crate::registry::{PROGRAM, RealRegistry, listening_on};
use crate::tls::{Authority, Identity};
use crate::token_server::{ISSUER, SERVICE};

/// A second server over the content of a [`RealRegistry`]; ended when it is dropped.
#[derive(Debug)]
pub struct Twin {
    authority: String,
    _server: Server,
    _folder: Folder,
}

impl Twin {
    /// Host and port.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl RealRegistry {
    /// The same content over TLS. Fails where the program does not start.
    pub fn over_tls(&self, identity: &Identity) -> anyhow::Result<Twin> {
        let Identity { certificate, key } = identity;
        self.twin(
            &format!("  tls:\n    certificate: {certificate}\n    key: {key}\n"),
            "",
        )
    }

    /// The same content for who has a token of a [`TokenServer`](crate::TokenServer) below `authority`, to be had at the
    /// address `realm`. Fails where the program does not start.
    pub fn for_tokens(&self, realm: &str, authority: &Authority) -> anyhow::Result<Twin> {
        let roots: Utf8PathBuf = authority.certificate();
        let auth = format!(
            "auth:\n  token:\n    realm: {realm}\n    service: {SERVICE}\n    issuer: {ISSUER}\n    rootcertbundle: {roots}\n"
        );
        self.twin("", &auth)
    }

    fn twin(&self, http: &str, auth: &str) -> anyhow::Result<Twin> {
        let folder = Folder::try_new()?;
        let file = folder.path().join("config.yml");
        write(&file, self.configuration(http, auth).as_bytes());
        let mut command = PROGRAM.command();
        command.arg("serve").arg(&file);
        let mut server = PROGRAM.start(&mut command, folder.path())?;
        let log = folder.path().join("stderr");
        let authority = server.wait_for(|| listening_on(&fs_err::read_to_string(&log).ok()?))?;
        Ok(Twin {
            authority,
            _server: server,
            _folder: folder,
        })
    }
}
