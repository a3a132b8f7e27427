//! The patient's side against a chain and proxies in memory that check what real ones check.

mod chain;
mod enrolling;
mod finding;
mod proxy;
mod world;
