//! A proxy's HTTP service and its client (PROTOCOL section 14).
//!
//! * [`routes`]: the table of endpoints, one file each
//! * [`signature`]: signed requests
//! * [`body`]: what travels, as both sides know it
//! * [`error`]: failures as answers
//! * [`client`]: the other side

pub mod body;
pub mod client;
pub mod error;
mod extract;
pub mod routes;
pub mod server;
pub mod signature;
