//! What a service manager is told, where one started this program and wants to know (`NOTIFY_SOCKET`, as systemd does).

/// That requests are answered, and where.
pub(crate) fn ready(address: std::net::SocketAddr) {
    tell(&format!("READY=1\nSTATUS=Listens at http://{address}"));
}

/// That no new requests are answered any more.
pub(crate) fn stopping() {
    tell("STOPPING=1");
}

#[cfg(target_os = "linux")]
fn tell(state: &str) {
    // Without a manager nothing is sent.
    if let Err(error) = sd_notify::notify(&[sd_notify::NotifyState::Custom(state)]) {
        tracing::warn!(%error, "the service manager could not be told");
    }
}

#[cfg(not(target_os = "linux"))]
fn tell(_state: &str) {}
