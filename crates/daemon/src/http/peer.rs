//! Whose connection it is, where the system tells.
//!
//! A link is handed to a browser on its command line, which every user of a machine can read, and the browser takes seconds to start. So a
//! link opens only for a connection of the user whom the service runs for; whoever else saw it comes too early, but not in.

use std::net::SocketAddr;

/// Who connected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client(pub(crate) Option<SocketAddr>);

impl Client {
    /// Whether the connection to `server` is known to be that of another user of this machine. The administrator is no other user: keeping
    /// that one out is no use.
    #[cfg(target_os = "linux")]
    pub(super) fn is_another_user(self, server: SocketAddr) -> bool {
        let Some(client) = self.0 else {
            return false;
        };
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
        let mut tables = tables
            .iter()
            .filter_map(|path| std::fs::read_to_string(path).ok());
        let owner = tables.find_map(|table| owner(&table, client, server));
        owner.is_some_and(|owner| owner != 0 && owner != rustix::process::geteuid().as_raw())
    }

    /// Other systems do not show the command lines of others.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn is_another_user(self, _server: SocketAddr) -> bool {
        let _ = self.0;
        false
    }
}

/// The user of the connection from `client` to `server` in a table of the kernel (`proc_pid_net(5)`).
#[cfg(target_os = "linux")]
fn owner(table: &str, client: SocketAddr, server: SocketAddr) -> Option<u32> {
    let ours = (normal(client), normal(server));
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<_> = line.split_ascii_whitespace().collect();
        let [_, from, to, _, _, _, _, owner, ..] = fields[..] else {
            return None;
        };
        let found = (address(from)?, address(to)?);
        (found == ours).then(|| owner.parse().ok()).flatten()
    })
}

fn normal(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// An address as the kernel writes it: groups of four bytes, each as a number of this machine.
#[cfg(target_os = "linux")]
fn address(text: &str) -> Option<SocketAddr> {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
    let (number, port) = text.split_once(':')?;
    let mut bytes = Vec::new();
    for place in (0..number.len()).step_by(8) {
        let group = number.get(place..place + 8)?;
        bytes.extend(u32::from_str_radix(group, 16).ok()?.to_ne_bytes());
    }
    let ip = match bytes.len() {
        4 => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?)),
        16 => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)),
        _ => return None,
    };
    Some(normal(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?)))
}

#[cfg(all(test, target_os = "linux", target_endian = "little"))]
mod tests {
    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1E83 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0
   1: 0100007F:C350 0100007F:1E83 01 00000000:00000000 00:00000000 00000000  1001        0 2 1 0 20 4 30 10 -1
   2: 0100007F:1E83 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 3 1 0 20 4 30 10 -1
   3: 0000000000000000FFFF00000100007F:C351 0000000000000000FFFF00000100007F:1E83 01 00000000:00000000 00:00000000 00000000  1002        0 4
   4: 00000000000000000000000001000000:C352 00000000000000000000000001000000:1E83 01 00000000:00000000 00:00000000 00000000  1003        0 5
   5: broken
";

    #[test]
    fn the_side_of_the_client_tells_whose_connection_it_is() {
        let of = |client: &str, server: &str| owner(TABLE, client.parse().unwrap(), server.parse().unwrap());
        assert_eq!(of("127.0.0.1:50000", "127.0.0.1:7811"), Some(1001));
        assert_eq!(of("127.0.0.1:50001", "127.0.0.1:7811"), Some(1002));
        assert_eq!(of("[::1]:50002", "[::1]:7811"), Some(1003));
        assert_eq!(of("127.0.0.1:50003", "127.0.0.1:7811"), None);
        assert_eq!(of("192.0.2.1:50000", "127.0.0.1:7811"), None);
    }
}
