//! What each role does, over the domain and the ports.
//!
//! * [`certify`]: the hospital's side: certify, supersede, withdraw
//! * [`deposit`], [`documents`]: what a proxy keeps
//! * [`found`]: a network's contracts; [`study`]: an institution's studies
//! * [`ending`]: what ends an enrolment once a window has passed, whoever calls it
//! * [`network`]: a QBFT network's files, state, members and traps
//! * [`patient`]: the patient's requests, records, studies, enrolments and payments
//! * [`receive`]: an institution fetches, checks and opens a delivery
//! * [`registry`]: the registry's tree, rebuilt from events
//! * [`proxy`]: a proxy's parts; [`prepare`]: what it makes sure of at its start; [`receipt`]: what it checks
//!   before it answers for an enrolment; [`deliver`]: whom it serves; [`relay`]: what it sends for others;
//!   [`follow`], [`duties`], [`answers`]: what it does by itself

pub mod answers;
pub mod certify;
pub mod deliver;
pub mod deposit;
pub mod documents;
pub mod duties;
pub mod ending;
pub mod follow;
pub mod found;
pub mod gather;
pub mod hand_over;
pub mod network;
pub mod patient;
pub mod prepare;
pub mod proxy;
pub mod receipt;
pub mod receive;
pub mod registry;
pub mod relay;
pub mod study;
mod vault;
