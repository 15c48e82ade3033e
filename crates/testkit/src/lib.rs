//! Real registries, engines and builders for the tests, and a runner of the binary.
//!
//! Nothing here is shipped. What is started here listens on free ports of 127.0.0.1 and lives in temporary folders of its own; it is
//! ended by its own process id when it is dropped. Where a program is missing, the error names the Debian package that brings it.
//!
//! This room knows foreign programs and the binary's surroundings. It must not know any room of the house above `model`: what
//! a test asserts, it asserts itself. Images made without any builder come from `embedded`, which is served here for tests without a
//! runtime.

mod browser;
mod buildah;
mod dunst;
mod engine;
mod faulty;
pub mod fetched;
mod filters;
mod folder;
mod front;
mod hub;
mod link;
mod listening;
mod mailbox;
mod outrigger;
mod podman;
mod process;
mod publish;
mod registry;
mod service;
mod serving;
pub mod skopeo;
mod tls;
mod token_server;
mod tree;
mod twin;
pub mod umoci;

pub use browser::{Browser, Key, Screen, Theme};
pub use buildah::Buildah;
pub use dunst::{Dunst, Shown};
pub use engine::{Builder, DOCKER_HOST_VARIABLE, Engine};
pub use faulty::{Asked, Fault, FaultyRegistry, RetryAfter};
pub use filters::filters;
pub use folder::Folder;
pub use front::{Nginx, Tinyproxy};
pub use hub::{Exchange, Hub, depth};
pub use link::{Line, Link};
pub use mailbox::{Letter, Mailbox};
pub use outrigger::{Output, Outrigger};
pub use podman::Podman;
pub use registry::{RealRegistry, Request};
pub use service::{Answer, Asking, EventStream, ServerEvent, Service};
pub use serving::{Serving, serve};
pub use tls::{Authority, Identity};
pub use token_server::{Login, TokenRequest, TokenServer};
pub use tree::{Entry, Kind, Tree, tree};
pub use twin::Twin;
