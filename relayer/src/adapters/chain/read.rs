//! Views of the contracts, as the ports ask for them.

mod chain;
mod consortium;
mod disputes;
mod enrolments;
mod members;
mod powers;
mod registry;
mod studies;
