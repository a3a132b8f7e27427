//! Who may do what in the consortium's name.

use super::failure::{Failure, FailureCode};
use super::ids::{Address, OperationId};

/// A role of the access manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PowerRole {
    /// Gives and takes roles.
    Admin,
    /// Admits and expels members, publishes value sets.
    Secretary,
    /// Sets bounds, verifiers and the consortium's account, after a delay.
    Council,
    /// Cancels what the council has scheduled.
    Guardian,
}

impl PowerRole {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Secretary, Self::Council, Self::Guardian];

    /// Its number on chain.
    pub const fn number(self) -> u64 {
        match self {
            Self::Admin => 0,
            Self::Secretary => 1,
            Self::Council => 2,
            Self::Guardian => 3,
        }
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Secretary => "secretary",
            Self::Council => "council",
            Self::Guardian => "guardian",
        }
    }
}

impl std::fmt::Display for PowerRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A function of the contracts that only a role may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Power {
    /// Admits hospitals and institutions.
    Admit,
    /// Admits proxies.
    AdmitProxy,
    /// Expels members.
    Expel,
    /// Publishes value sets.
    PublishValueSet,
    /// Sets the bounds on studies.
    SetBounds,
    /// Sets a token's bounds.
    SetTokenBounds,
    /// Names who is credited slashed bond beyond compensation.
    SetConsortiumAccount,
    /// Names the verifier of a circuit size.
    SetVerifier,
}

impl Power {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Admit,
        Self::AdmitProxy,
        Self::Expel,
        Self::PublishValueSet,
        Self::SetBounds,
        Self::SetTokenBounds,
        Self::SetConsortiumAccount,
        Self::SetVerifier,
    ];

    /// Who has it after the hand-over: barring a cheat can't wait, changing rules can.
    pub const fn role(self) -> PowerRole {
        match self {
            Self::Admit | Self::AdmitProxy | Self::Expel | Self::PublishValueSet => {
                PowerRole::Secretary
            }
            Self::SetBounds
            | Self::SetTokenBounds
            | Self::SetConsortiumAccount
            | Self::SetVerifier => PowerRole::Council,
        }
    }

    /// The function's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::AdmitProxy => "admitProxy",
            Self::Expel => "expel",
            Self::PublishValueSet => "publishValueSet",
            Self::SetBounds => "setBounds",
            Self::SetTokenBounds => "setTokenBounds",
            Self::SetConsortiumAccount => "setConsortiumAccount",
            Self::SetVerifier => "setVerifier",
        }
    }
}

/// An account that has a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Holder {
    /// The account.
    pub account: Address,
    /// Seconds between scheduling what the role allows and doing it; 0 if it may be done at once.
    pub delay_s: u32,
}

/// A call that was scheduled, and neither made nor cancelled.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scheduled {
    /// Names it.
    pub operation: OperationId,
    /// Who scheduled it and can make it.
    pub caller: Address,
    /// The contract.
    pub target: Address,
    /// The function, if it is one of the powers.
    pub power: Option<Power>,
    /// The calldata.
    #[serde(serialize_with = "as_hex")]
    pub data: Vec<u8>,
    /// Unix seconds from which it can be made.
    pub ready_at: u64,
}

fn as_hex<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("0x{}", hex::encode(bytes)))
}

/// Who is to have the roles that the deployer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandOver {
    secretary: Address,
    council: Address,
    guardian: Address,
    delay_s: u32,
}

impl HandOver {
    /// `deployer` is who hands over; `delay_s` is the council's, in seconds.
    ///
    /// # Errors
    /// `invalid-input` if an address is zero, the deployer's or there twice, or if there is no delay.
    pub fn new(
        deployer: Address,
        [secretary, council, guardian]: [Address; 3],
        delay_s: u32,
    ) -> Result<Self, Failure> {
        let invalid = |words: String| Err(Failure::new(FailureCode::InvalidInput, words));
        let named = [
            ("the deployer", deployer),
            ("the secretary", secretary),
            ("the council", council),
            ("the guardian", guardian),
        ];
        for (place, (name, account)) in named.iter().enumerate() {
            if account.is_zero() {
                return invalid(format!("{name} is the zero address"));
            }
            if let Some((other, _)) = named[..place].iter().find(|(_, other)| other == account) {
                return invalid(format!(
                    "{name} and {other} are the same account, {account}"
                ));
            }
        }
        if delay_s == 0 {
            return invalid("the council needs a delay, or nobody can object in time".to_owned());
        }
        Ok(Self {
            secretary,
            council,
            guardian,
            delay_s,
        })
    }

    /// Who holds a role afterwards, and nobody else does.
    pub fn holder(&self, role: PowerRole) -> Holder {
        let (account, delay_s) = match role {
            PowerRole::Admin | PowerRole::Council => (self.council, self.delay_s),
            PowerRole::Secretary => (self.secretary, 0),
            PowerRole::Guardian => (self.guardian, 0),
        };
        Holder { account, delay_s }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u8) -> Address {
        Address::new([number; 20])
    }

    fn order(accounts: [u8; 3], delay_s: u32) -> Result<HandOver, Failure> {
        HandOver::new(account(9), accounts.map(account), delay_s)
    }

    #[test]
    fn accounts_are_four_and_there_is_a_delay() {
        let good = order([1, 2, 3], 7).unwrap();
        assert_eq!(good.holder(PowerRole::Secretary).delay_s, 0);
        assert_eq!(good.holder(PowerRole::Admin).account, account(2));
        assert_eq!(good.holder(PowerRole::Council).delay_s, 7);
        for (accounts, named) in [
            ([0, 2, 3], "the secretary is the zero address"),
            ([1, 1, 3], "the council and the secretary"),
            ([1, 2, 1], "the guardian and the secretary"),
            ([1, 9, 3], "the council and the deployer"),
        ] {
            let failure = order(accounts, 7).unwrap_err();
            assert_eq!(failure.code(), FailureCode::InvalidInput);
            assert!(failure.message().contains(named), "{failure}");
        }
        assert!(order([1, 2, 3], 0).is_err());
    }
}
