//! End-to-end tests over real processes: a chain, three proxies, and the commands that people use.
//!
//! [`World`] is a network on one machine with everybody in it; each test tells one story on a world of its own. The `relayer`
//! program is the one beside the test: `cargo build --workspace --bins` makes it.

pub mod dishonest;
pub mod faults;
pub mod interposer;
pub mod observer;
pub mod parties;
pub mod storage;
pub mod world;

pub use dishonest::Dishonest;
pub use interposer::{Interposer, Meddling, Passing};
pub use world::{code_of, engine, say, Options, Patient, World};
