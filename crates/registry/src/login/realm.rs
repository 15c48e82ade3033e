//! Which token servers may be spoken to, and which may get a login (contract, "Configuration").
//!
//! The challenge comes from the registry, or from whoever answers for it: it must not be able to send a login to a
//! host of its choice, nor make this machine ask around in places that only it can reach.

use url::{Host, Url};

use model::text::quote;

use super::unanswerable;
use crate::ErrorKind;
use crate::error::{authority, redacted};
use crate::settings::is_loopback;

/// The realm's address, if it may be asked at all.
pub(super) fn admit(endpoint: &Url, realm: &str) -> Result<Url, ErrorKind> {
    let refused = |realm: &str, problem| {
        let realm = quote(realm);
        unanswerable(format!(
            "it names the token server {realm}, which is not asked because {problem}"
        ))
    };
    let url = Url::parse(realm).map_err(|_| refused("", "it is no address"))?;
    match admission(endpoint, &url) {
        Ok(()) => Ok(url),
        Err(problem) => Err(refused(&redacted(&url), problem)),
    }
}

fn admission(endpoint: &Url, realm: &Url) -> Result<(), &'static str> {
    let same_host = realm.host_str() == endpoint.host_str();
    let local = is_loopback(realm) && is_loopback(endpoint);
    let clear_is_no_loss = local || same_host && endpoint.scheme() == "http";
    if !realm.username().is_empty() || realm.password().is_some() {
        Err("its address holds a login")
    } else if is_loopback(realm) && !local {
        Err("it is on this machine, and the registry is not")
    } else if realm.scheme() == "https" || realm.scheme() == "http" && clear_is_no_loss {
        Ok(())
    } else {
        Err("it is not spoken to over `https`")
    }
}

/// Why an admitted realm may not get the login for `endpoint`, if so. `named` is the setting `realm`.
pub(super) fn objection(endpoint: &Url, realm: &Url, named: Option<&str>) -> Option<&'static str> {
    let same_host = realm.host_str() == endpoint.host_str();
    let local = is_loopback(realm) && is_loopback(endpoint);
    let is_named = named.is_some_and(|named| named.eq_ignore_ascii_case(&authority(realm)));
    if same_host || local || is_named || shares_domain(endpoint, realm) {
        None
    } else {
        Some("it shares no registrable domain with the registry; name it with `realm` to allow it")
    }
}

/// Whether the setting `realm` is a host with an optional port.
pub(crate) fn is_address(text: &str) -> bool {
    // Written back, anything more (a path, a login, a scheme) would not be the same.
    Url::parse(&format!("https://{text}")).is_ok_and(|url| authority(&url).eq_ignore_ascii_case(text))
}

/// Whether both are names below one registrable domain of the public suffix list. Addresses never are, and neither
/// are two customers of a hosting domain such as `github.io`.
fn shares_domain(one: &Url, other: &Url) -> bool {
    match (registrable(one), registrable(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

fn registrable(url: &Url) -> Option<&str> {
    match url.host()? {
        Host::Domain(name) => psl::domain_str(name),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gets_login(endpoint: &str, realm: &str, named: Option<&str>) -> bool {
        let endpoint = Url::parse(endpoint).unwrap();
        admit(&endpoint, realm).is_ok_and(|realm| objection(&endpoint, &realm, named).is_none())
    }

    #[test]
    fn a_login_stays_within_the_registrys_domain() {
        for (endpoint, realm, gets) in [
            (
                "https://registry-1.docker.io/",
                "https://auth.docker.io/token",
                true,
            ),
            (
                "https://registry.example/",
                "https://registry.example/token",
                true,
            ),
            (
                "https://registry.example:8443/",
                "https://registry.example/token",
                true,
            ),
            ("https://r.corp.co.uk/", "https://auth.corp.co.uk/", true),
            ("https://r.corp.co.uk/", "https://auth.evil.co.uk/", false),
            ("https://registry.example/", "https://auth.example.evil/", false),
            ("https://one.github.io/", "https://two.github.io/", false),
            ("https://nvcr.io/", "https://authn.nvidia.com/token", false),
            ("https://10.0.0.1/", "https://10.9.0.1/", false),
            ("https://10.0.0.1/", "https://10.0.0.1:5001/", true),
            ("http://localhost:5000/", "http://localhost:5001/token", true),
            ("http://127.0.0.1:5000/", "http://localhost:5001/token", true),
            ("https://localhost:5000/", "http://127.0.0.1:5001/token", true),
            ("http://localhost:5000/", "https://auth.docker.io/token", false),
            (
                "http://insecure.corp.example/",
                "http://insecure.corp.example/token",
                true,
            ),
            (
                "http://insecure.corp.example/",
                "http://auth.corp.example/token",
                false,
            ),
            (
                "http://insecure.corp.example/",
                "https://auth.corp.example/token",
                true,
            ),
        ] {
            assert_eq!(gets_login(endpoint, realm, None), gets, "{endpoint} {realm}");
        }
    }

    #[test]
    fn a_named_realm_gets_the_login_if_it_is_spoken_to_over_tls() {
        let named = Some("authn.nvidia.com");
        assert!(gets_login(
            "https://nvcr.io/",
            "https://authn.nvidia.com/token",
            named
        ));
        assert!(!gets_login(
            "https://nvcr.io/",
            "https://authn.nvidia.com:444/token",
            named
        ));
        assert!(!gets_login(
            "https://nvcr.io/",
            "http://authn.nvidia.com/token",
            named
        ));
        let with_port = Some("authn.nvidia.com:444");
        assert!(gets_login(
            "https://nvcr.io/",
            "https://authn.nvidia.com:444/token",
            with_port
        ));
    }

    #[test]
    fn nobody_is_asked_in_the_clear_or_on_this_machine_because_a_registry_says_so() {
        let endpoint = Url::parse("https://registry.example/").unwrap();
        for realm in [
            "http://registry.example/token",
            "http://169.254.169.254/latest",
            "https://localhost/token",
            "https://127.0.0.1:9/token",
            "https://user:word@registry.example/token",
            "file:///etc/passwd",
            "token",
        ] {
            assert!(admit(&endpoint, realm).is_err(), "{realm}");
        }
    }

    #[test]
    fn the_setting_is_a_host_with_an_optional_port() {
        for text in [
            "auth.example",
            "auth.example:8443",
            "10.0.0.1",
            "[::1]:5001",
            "Auth.Example",
        ] {
            assert!(is_address(text), "{text}");
        }
        for text in [
            "",
            "https://auth.example",
            "auth.example/token",
            "u@auth.example",
            "a b",
        ] {
            assert!(!is_address(text), "{text}");
        }
    }
}
