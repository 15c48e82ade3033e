//! Certificates for servers of the tests, by an authority of their own.

use anyhow::Context as _;
use camino::Utf8PathBuf;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

use crate::folder::{Folder, write};

/// An authority that nobody knows; its files are gone when it is dropped.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: Folder,
}

/// A certificate with its key, as files.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The certificate, PEM.
    pub certificate: Utf8PathBuf,
    /// Its key, PEM.
    pub key: Utf8PathBuf,
}

/// A certificate with its key, to sign with.
pub(crate) struct Signer {
    /// DER.
    pub(crate) certificate: Vec<u8>,
    /// PKCS 8, DER.
    pub(crate) key: Vec<u8>,
}

impl Authority {
    /// Makes an authority of this name.
    ///
    /// # Panics
    ///
    /// Where its files cannot be written.
    pub fn new(name: &str) -> Self {
        Self::try_new(name).unwrap_or_else(|error| panic!("no authority for certificates: {error:#}"))
    }

    fn try_new(name: &str) -> anyhow::Result<Self> {
        let folder = Folder::try_new()?;
        let key = KeyPair::generate()?;
        let mut params = named(name, &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key)?;
        write(&folder.path().join("ca.pem"), certificate.pem().as_bytes());
        Ok(Self {
            issuer: Issuer::new(params, key),
            folder,
        })
    }

    /// The authority's own certificate, PEM.
    pub fn certificate(&self) -> Utf8PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A certificate for these hosts.
    ///
    /// # Panics
    ///
    /// Where a host is no name and no address, or a file cannot be written.
    pub fn issue(&self, name: &str, hosts: &[&str]) -> Identity {
        let issued = named(name, hosts).and_then(|params| self.write(name, &params));
        issued.unwrap_or_else(|error| panic!("no certificate: {error:#}"))
    }

    /// The same, expired long ago.
    ///
    /// # Panics
    ///
    /// As [`issue`](Self::issue) does.
    pub fn issue_expired(&self, name: &str, hosts: &[&str]) -> Identity {
        let params = named(name, hosts).map(|mut params| {
            params.not_before = date_time_ymd(2019, 1, 1);
            params.not_after = date_time_ymd(2020, 1, 1);
            params
        });
        let issued = params.and_then(|params| self.write(name, &params));
        issued.unwrap_or_else(|error| panic!("no certificate: {error:#}"))
    }

    /// A certificate to sign with.
    pub(crate) fn signer(&self, name: &str) -> anyhow::Result<Signer> {
        let key = KeyPair::generate()?;
        let certificate = named(name, &[])?.signed_by(&key, &self.issuer)?;
        Ok(Signer {
            certificate: certificate.der().to_vec(),
            key: key.serialize_der(),
        })
    }

    fn write(&self, name: &str, params: &CertificateParams) -> anyhow::Result<Identity> {
        let key = KeyPair::generate()?;
        let certificate = params
            .signed_by(&key, &self.issuer)
            .context("it cannot be signed")?;
        let file = |suffix: &str| self.folder.path().join(format!("{name}.{suffix}"));
        let identity = Identity {
            certificate: file("pem"),
            key: file("key"),
        };
        write(&identity.certificate, certificate.pem().as_bytes());
        write(&identity.key, key.serialize_pem().as_bytes());
        Ok(identity)
    }
}

fn named(name: &str, hosts: &[&str]) -> anyhow::Result<CertificateParams> {
    let hosts: Vec<_> = hosts.iter().map(|&host| host.to_owned()).collect();
    let mut params = CertificateParams::new(hosts)?;
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}
