//! What goes with a capsule fragment to the contract.

use super::{coordinates, point, scalar, EvidenceError};
use crate::domain::fragment::{Capsule, CapsuleFragment};
use crate::domain::umbral::parameter_point;

/// Length in bytes of [`FragmentProducts`].
pub const PRODUCTS_LEN: usize = 192;

/// z·E, z·V and z·U, each x and y.
pub type FragmentProducts = [u8; PRODUCTS_LEN];

/// The products of a fragment's z with the capsule's points and the parameter point, which the contract can check but not compute.
///
/// # Errors
/// [`EvidenceError::Scalar`] or [`EvidenceError::Point`]; for no fragment that verifies.
pub fn fragment_products(
    capsule: &Capsule,
    fragment: &CapsuleFragment,
) -> Result<FragmentProducts, EvidenceError> {
    let z = scalar(&fragment.as_bytes()[263..295], "z")?;
    let parameter = parameter_point();
    let bases = [
        ("E", &capsule.as_bytes()[..33]),
        ("V", &capsule.as_bytes()[33..66]),
        ("U", parameter.as_bytes().as_slice()),
    ];
    let mut products = [0; PRODUCTS_LEN];
    for (place, (name, base)) in products.chunks_exact_mut(64).zip(bases) {
        let product = point(base, name)? * z;
        place.copy_from_slice(&coordinates(&product).ok_or(EvidenceError::Point(name))?);
    }
    Ok(products)
}
