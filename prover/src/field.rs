//! Field elements and their text and byte forms.
//!
//! Everything that is hashed, committed to or proved is an element of BN254's scalar field. Text is
//! `0x` and 64 lower-case hex digits; snarkjs' files hold decimal strings; bytes are big-endian.

use ark_ff::{BigInteger, PrimeField};
use num_bigint::BigUint;
use thiserror::Error;

pub use ark_bn254::Fr;

#[cfg(test)]
mod tests;

/// Why a text or byte string is not a field element.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FieldError {
    /// Not `0x` and 64 lower-case hex digits.
    #[error("not a field element in hex (0x and 64 lower-case digits): {0:?}")]
    Hex(String),
    /// Not a decimal number without sign, space or leading zero.
    #[error("not a decimal number: {0:?}")]
    Decimal(String),
    /// A number that is not below the field's order, which would be an alias of a smaller one.
    #[error("number is not below the order of the field")]
    NotCanonical,
}

/// The element as `0x` and 64 lower-case hex digits.
pub fn to_hex(element: &Fr) -> String {
    format!("0x{}", hex::encode(to_be_bytes(element)))
}

/// Reads the form that [`to_hex`] writes, and only that.
///
/// # Errors
/// [`FieldError::Hex`] for any other form, [`FieldError::NotCanonical`] for a number not below the order.
pub fn from_hex(text: &str) -> Result<Fr, FieldError> {
    let wrong = || FieldError::Hex(text.to_owned());
    let digits = text.strip_prefix("0x").ok_or_else(wrong)?;
    if digits.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(wrong());
    }
    let mut bytes = [0u8; 32];
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| wrong())?;
    from_be_bytes_canonical(&bytes)
}

/// The element in decimal, as snarkjs writes it.
pub fn to_decimal(element: &Fr) -> String {
    BigUint::from(element.into_bigint()).to_string()
}

/// Reads a decimal number below the field's order.
///
/// # Errors
/// [`FieldError::Decimal`] for anything but digits without a leading zero, [`FieldError::NotCanonical`] for a
/// number not below the order.
pub fn from_decimal(text: &str) -> Result<Fr, FieldError> {
    let wrong = || FieldError::Decimal(text.to_owned());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if text.is_empty() || text.len() > 78 || leading_zero {
        return Err(wrong());
    }
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong());
    }
    let number: BigUint = text.parse().map_err(|_| wrong())?;
    if number >= Fr::MODULUS.into() {
        return Err(FieldError::NotCanonical);
    }
    Ok(Fr::from(number))
}

/// The element as 32 big-endian bytes.
pub fn to_be_bytes(element: &Fr) -> [u8; 32] {
    let mut bytes = [0u8; 32];
    bytes.copy_from_slice(&element.into_bigint().to_bytes_be());
    bytes
}

/// Reads 32 big-endian bytes below the field's order.
///
/// # Errors
/// [`FieldError::NotCanonical`] for a number not below the order.
pub fn from_be_bytes_canonical(bytes: &[u8; 32]) -> Result<Fr, FieldError> {
    let element = Fr::from_be_bytes_mod_order(bytes);
    if to_be_bytes(&element) == *bytes {
        Ok(element)
    } else {
        Err(FieldError::NotCanonical)
    }
}

/// Reads big-endian bytes as an integer and reduces it by the field's order: for hashes.
pub fn from_be_bytes_mod_order(bytes: &[u8]) -> Fr {
    Fr::from_be_bytes_mod_order(bytes)
}
