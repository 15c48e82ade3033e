//! A registry that lies: it stands in front of the honest one and answers some requests itself, byte by byte.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// What is answered to a request for this path with its query; nothing leaves it to the honest registry.
type Lie = dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync;

/// The liar, until it is dropped.
pub(crate) struct Liar {
    authority: String,
    stopped: Arc<AtomicBool>,
}

impl Liar {
    /// Stands in front of the registry at `honest`, on a port of its own.
    pub(crate) fn in_front_of(
        honest: String,
        lie: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let stopped = Arc::new(AtomicBool::new(false));
        let lie: Arc<Lie> = Arc::new(lie);
        let asked_to_stop = Arc::clone(&stopped);
        thread::spawn(move || {
            for client in listener.incoming() {
                if asked_to_stop.load(Ordering::Relaxed) {
                    return;
                }
                let (honest, lie) = (honest.clone(), Arc::clone(&lie));
                thread::spawn(move || {
                    // A client that hangs up early is what some of these lies are about.
                    let _ = answer(client?, &honest, &*lie);
                    io::Result::Ok(())
                });
            }
        });
        Self { authority, stopped }
    }

    /// Host and port as they stand in a reference.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(&self.authority); // wakes the loop
    }
}

/// Answers one request; each has a connection of its own.
fn answer(mut client: TcpStream, honest: &str, lie: &Lie) -> io::Result<()> {
    let head = head_of(&mut client)?;
    let path = head.split(' ').nth(1).unwrap_or_default();
    if let Some(answer) = lie(path) {
        client.write_all(&answer)?;
        // Closing with unread input would reset the connection and take the answer with it.
        client.shutdown(std::net::Shutdown::Write)?;
        io::copy(&mut client, &mut io::sink())?;
        return Ok(());
    }
    let mut server = TcpStream::connect(honest)?;
    let alone = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    server.write_all(alone.as_bytes())?;
    io::copy(&mut server, &mut client)?;
    Ok(())
}

/// The request up to the empty line; nothing that is asked here has a body.
fn head_of(client: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// An answer with this status and these headers, without the length of its body.
pub(crate) fn reply(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    [head.as_bytes(), b"\r\n", body].concat()
}
