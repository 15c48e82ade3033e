//! Certificates: whose are trusted, and what is said of one that is not.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use model::text::printable;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};
use rustls_platform_verifier::Verifier;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::name::Name;

/// The longest name of a certificate that is shown, in characters.
const LONGEST_NAME: usize = 120;

/// A certificate that was not accepted.
#[derive(Debug)]
pub(super) struct Refused {
    /// Subject and issuer, where the certificate can be read.
    names: Option<(String, String)>,
    problem: String,
    /// Whether the rest may be in order, and only nobody here vouches for the issuer.
    pub(super) is_of_unknown_issuer: bool,
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.names {
            Some((subject, issuer)) => {
                write!(
                    formatter,
                    "the certificate of `{subject}`, issued by `{issuer}`, {}",
                    self.problem
                )
            }
            None => write!(formatter, "the certificate cannot be read, and {}", self.problem),
        }
    }
}

impl Error for Refused {}

impl Refused {
    fn of(certificate: &CertificateDer<'_>, error: &CertificateError) -> Self {
        let read = Certificate::from_der(certificate.as_ref()).ok();
        let names = read.map(|read| {
            let body = read.tbs_certificate();
            (name(body.subject()), name(body.issuer()))
        });
        Self {
            names,
            problem: problem(error),
            is_of_unknown_issuer: matches!(error, CertificateError::UnknownIssuer),
        }
    }

    /// The refusal inside an error of the TLS library, if that is what it is about.
    pub(super) fn within(error: &rustls::Error) -> Option<&Self> {
        match error {
            rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) => {
                inner.downcast_ref()
            }
            _ => None,
        }
    }
}

/// A name in the form of RFC 4514: `CN=registry.corp.example,O=Corp`. It is foreign text.
fn name(name: &Name) -> String {
    let text = name.to_string();
    if text.is_empty() {
        "(no name)".to_owned()
    } else {
        printable(&text, LONGEST_NAME)
    }
}

fn problem(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => "is not trusted: its issuer is not known here".to_owned(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "has expired, or this machine's clock is wrong".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "is not valid yet, or this machine's clock is wrong".to_owned()
        }
        CertificateError::NotValidForName => "is not for this host".to_owned(),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let presented = printable(presented.join(", "), LONGEST_NAME);
            format!("is not for {}, but for {presented}", expected.to_str())
        }
        CertificateError::Revoked => "was revoked".to_owned(),
        other => printable(format!("is refused: {other}"), LONGEST_NAME),
    }
}

/// The platform's verifier, which says of a refused certificate whose it is.
#[derive(Debug)]
pub(super) struct NamingVerifier(Verifier);

impl NamingVerifier {
    pub(super) fn new(verifier: Verifier) -> Self {
        Self(verifier)
    }
}

impl ServerCertVerifier for NamingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self
            .0
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        verified.map_err(|error| match error {
            rustls::Error::InvalidCertificate(error) => {
                let refused = Arc::new(Refused::of(end_entity, &error));
                CertificateError::Other(OtherError(refused)).into()
            }
            other => other,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
