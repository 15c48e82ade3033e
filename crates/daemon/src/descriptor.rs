//! Waiting for what the system tells through a descriptor.

use std::io;
use std::os::fd::OwnedFd;

use tokio::io::unix::AsyncFd;

/// Has the threads that serve wait for `descriptor`, which does not block.
#[expect(
    deprecated,
    reason = "what takes its place is unsafe, because it trusts that a descriptor stays valid; this one is owned"
)]
pub(crate) fn awaited(descriptor: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(descriptor)
}
