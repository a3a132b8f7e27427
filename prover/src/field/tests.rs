use super::*;

const ORDER_HEX: &str = "0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001";
const ORDER: &str = "21888242871839275222246405745257275088548364400416034343698204186575808495617";

#[test]
fn text_forms_are_read_back() {
    for element in [
        Fr::from(0u8),
        Fr::from(1u8),
        -Fr::from(1u8),
        Fr::from(u128::MAX),
    ] {
        assert_eq!(from_hex(&to_hex(&element)), Ok(element));
        assert_eq!(from_decimal(&to_decimal(&element)), Ok(element));
        assert_eq!(from_be_bytes_canonical(&to_be_bytes(&element)), Ok(element));
    }
}

#[test]
fn the_order_is_refused_as_an_alias_of_zero() {
    assert_eq!(from_hex(ORDER_HEX), Err(FieldError::NotCanonical));
    assert_eq!(from_decimal(ORDER), Err(FieldError::NotCanonical));
}

#[test]
fn other_forms_are_refused() {
    for text in ["", "0x", "0x1", "12", &ORDER_HEX.to_uppercase()[..]] {
        assert!(matches!(from_hex(text), Err(FieldError::Hex(_))), "{text}");
    }
    for text in ["", "-1", "+1", "01", "1 ", "0x1", "1_000"] {
        assert!(
            matches!(from_decimal(text), Err(FieldError::Decimal(_))),
            "{text}"
        );
    }
}
