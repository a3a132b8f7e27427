//! What the application needs of the world, as traits: implemented by the adapters, faked by tests.

pub mod books;
pub mod clock;
pub mod deployment;
pub mod index;
pub mod ledger;
pub mod node;
pub mod proving;
pub mod proxies;
pub mod shelf;
pub mod storage;
