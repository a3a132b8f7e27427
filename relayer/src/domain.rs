//! What Medshare is about, free of input and output: identifiers, keys, objects and their encodings.
//!
//! * [`failure`]: the closed list of causes that contracts, HTTP and the command line share
//! * [`ids`], [`hash`], [`point`], [`scalar`]: identifiers and the arithmetic they are made with
//! * [`wire`]: the header that every stored or sent object starts with
//! * [`signer`], [`eip712`]: Ethereum keys and what is signed with them
//! * [`fragment`], [`sealing`]: capsules and key fragments, and sealing them to a proxy
//! * [`ledger`]: a QBFT network below the contracts: its validators, rules and genesis data
//! * [`network`], [`members`], [`study`], [`enrolment`], [`context`]: what stands on chain, and what a proof is bound to
//! * [`development`]: keys that must not leave development chains
//! * [`grant`], [`precursor`], [`draft`], [`delivery`]: what pins the fragments of an enrolment, what a proxy is asked
//!   and what it gives
//! * [`umbral`]: threshold re-encryption, pure computation, and the one module that names `umbral_pre`
//! * [`seed`], [`request`]: the patient's secrets, and what the hospital is told
//! * [`content`], [`opening`], [`uses`]: what a record holds, and what it may be used for
//! * [`dispute`], [`evidence`]: what a dispute is about, and what it is decided by
//! * [`envelope`], [`stream`], [`merkle`]: a sealed record's header, segments and the tree over them

pub mod content;
pub mod context;
pub mod delivery;
pub mod development;
pub mod dispute;
pub mod draft;
pub mod eip712;
pub mod enrolment;
pub mod envelope;
pub mod evidence;
pub mod failure;
pub mod fragment;
pub mod grant;
pub mod hash;
pub mod ids;
pub mod ledger;
pub mod members;
pub mod merkle;
pub mod network;
pub mod opening;
pub mod point;
pub mod powers;
pub mod precursor;
pub mod request;
pub mod scalar;
pub mod sealing;
pub mod seed;
pub mod signer;
pub mod stream;
pub mod study;
pub mod umbral;
pub mod uses;
pub mod wire;
