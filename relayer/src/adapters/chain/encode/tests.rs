use super::*;
use crate::{
    app::found::{default_bounds, default_native_bounds},
    domain::powers::Power,
};

fn contracts() -> Contracts {
    let at = |number| Address::new([number; 20]);
    Contracts {
        access_manager: at(1),
        members: at(2),
        registry: at(3),
        treasury: at(4),
        studies: at(5),
        enrolments: at(6),
        disputes: at(7),
        evidence: at(8),
        verifiers: std::collections::BTreeMap::new(),
    }
}

/// What the council schedules is what the access manager has it wait for.
#[test]
fn calls_of_the_council_are_the_functions_of_its_powers() {
    let account = Address::new([9; 20]);
    let native = default_native_bounds();
    let calls = [
        (Power::SetBounds, Call::SetBounds(default_bounds(1))),
        (
            Power::SetTokenBounds,
            Call::SetTokenBounds {
                token: account,
                bounds: native,
            },
        ),
        (
            Power::SetConsortiumAccount,
            Call::SetConsortiumAccount { account },
        ),
        (
            Power::SetVerifier,
            Call::SetVerifier {
                openings: 8,
                verifier: account,
            },
        ),
    ];
    for (power, call) in calls {
        let (to, value, data) = parts(&contracts(), &call);
        let (contract, selector) = powers::function(&contracts(), power);
        assert_eq!((to, value), (contract, 0), "{call:?}");
        assert!(data.starts_with(&selector), "{call:?}");
    }
}

#[test]
fn the_consortiums_account_is_the_one_that_is_named() {
    let account = Address::new([9; 20]);
    let (_, _, data) = parts(&contracts(), &Call::SetConsortiumAccount { account });
    assert_eq!(data.len(), 36);
    assert_eq!(data[16..], account.to_bytes());
}
