//! Secret scalars of secp256k1 made from hashes.

use k256::elliptic_curve::ops::ReduceNonZero;
use k256::{Scalar, U256};
use zeroize::Zeroizing;

/// Turns 32 uniform bytes into a scalar that is never zero: the integer mod (n − 1), plus 1. The bias is below 2⁻¹²⁷.
pub fn nonzero_scalar(uniform: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    let bytes = k256::FieldBytes::from(*uniform);
    let scalar = <Scalar as ReduceNonZero<U256>>::reduce_nonzero_bytes(&bytes);
    Zeroizing::new(scalar.to_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hash_gives_a_scalar() {
        assert_eq!(nonzero_scalar(&[0; 32])[31], 1);
        // n − 1 in, 0 + 1 out
        let mut order_less_one = [0u8; 32];
        let hex = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";
        hex::decode_to_slice(hex, &mut order_less_one).unwrap();
        assert_eq!(*nonzero_scalar(&order_less_one), *nonzero_scalar(&[0; 32]));
    }
}
