//! A port whose connections are answered byte by byte, each by a thread of its own.

use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// A free port of 127.0.0.1, until this is dropped.
#[derive(Debug)]
pub(crate) struct Listening {
    authority: String,
    has_ended: Arc<AtomicBool>,
}

impl Listening {
    /// Answers each connection. What goes wrong with one is a matter of those at its ends.
    pub(crate) fn start(
        answer: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let authority = listener.local_addr()?.to_string();
        let has_ended = Arc::new(AtomicBool::new(false));
        let (ended, answer) = (Arc::clone(&has_ended), Arc::new(answer));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let answer = Arc::clone(&answer);
                thread::spawn(move || answer(client).ok());
            }
        });
        Ok(Self { authority, has_ended })
    }

    /// Host and port as they stand in a reference: `127.0.0.1:40123`.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(&self.authority); // wakes the thread that accepts
    }
}

/// The head of a request or of an answer, up to the empty line. Nothing behind it is taken.
pub(crate) fn head_of(stream: &mut impl Read) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_port_is_open_as_long_as_it_is_held() {
        let listening = Listening::start(|mut client| client.write_all(b"whale")).unwrap();
        let authority = listening.authority().to_owned();
        let mut said = String::new();
        let mut stream = TcpStream::connect(&authority).unwrap();
        stream.read_to_string(&mut said).unwrap();
        assert_eq!(said, "whale");
        drop(listening);
        // Whoever comes while it ends gets no answer.
        let answer = TcpStream::connect(&authority).and_then(|mut stream| stream.read(&mut [0]));
        assert!(matches!(answer, Err(_) | Ok(0)));
    }
}
