//! Consents, envelopes, key fragments, delivery and settlement: every role's commands and the proxy
//! service.
//!
//! Imports point inward: domain; ports; application; adapters; then HTTP and CLI.

pub mod adapters;
pub mod app;
pub mod cli;
pub mod domain;
pub mod http;
pub mod ports;
pub mod sandbox;
