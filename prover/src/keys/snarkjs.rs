//! snarkjs' binary files: powers of tau (`.ptau`), Groth16 keys (`.zkey`) and the list of contributions in them.
//!
//! Read with distrust: no length in a file is believed before it is compared with the file's size and with what the circuit
//! needs, and every point is checked. Source: snarkjs 0.7.6, `src/zkey_utils.js` and `src/powersoftau_utils.js`.

pub(crate) mod container;
pub(crate) mod points;
pub(crate) mod ptau;
pub(super) mod transcript;
pub(crate) mod zkey;
