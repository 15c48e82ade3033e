//! The registry in memory, for tests that have no asynchronous runtime: those that run the binary.

use tokio::runtime::{Builder, Runtime};

/// A registry in memory, served until this is dropped.
#[derive(Debug)]
pub struct Serving {
    // Dropped in this order: the server before the threads that it runs on.
    server: embedded::Server,
    _runtime: Runtime,
}

/// Serves a registry on a free port of 127.0.0.1, by a thread of its own.
///
/// # Panics
///
/// Where no thread or no port is to be had, or within an asynchronous runtime: there, `registry.serve()` does the same.
pub fn serve(registry: &embedded::Registry) -> Serving {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_io().build();
    let runtime = runtime.unwrap_or_else(|error| panic!("cannot start a thread for the registry: {error}"));
    let server = runtime.block_on(registry.serve());
    let server = server.unwrap_or_else(|error| panic!("cannot serve the registry in memory: {error}"));
    Serving {
        server,
        _runtime: runtime,
    }
}

impl Serving {
    /// Host and port as they stand in a reference: `127.0.0.1:40123`.
    pub fn authority(&self) -> String {
        self.server.authority()
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    #[test]
    fn a_registry_is_served_as_long_as_it_is_held() {
        let serving = super::serve(&embedded::Registry::new());
        let authority = serving.authority();
        assert!(TcpStream::connect(&authority).is_ok());
        drop(serving);
        assert!(TcpStream::connect(&authority).is_err());
    }
}
