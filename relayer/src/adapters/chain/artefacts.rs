//! The compiled contracts, embedded: ABI, init code and the libraries to link into it (`relayer/abi`, made by
//! `tools/abi.mjs`).

use std::collections::BTreeMap;

use ethers::abi::{Abi, Token};
use serde::Deserialize;

use super::convert;
use crate::{domain::ids::Address, ports::ledger::LedgerError};

/// A contract that is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Contract {
    AccessManager,
    PoseidonT3,
    PoseidonT4,
    EligibilityVerifier8,
    EligibilityVerifier16,
    EvidenceVerifier,
    Members,
    RecordRegistry,
    Treasury,
    Studies,
    Enrolments,
    Disputes,
}

impl Contract {
    pub(super) const ALL: [Self; 12] = [
        Self::AccessManager,
        Self::PoseidonT3,
        Self::PoseidonT4,
        Self::EligibilityVerifier8,
        Self::EligibilityVerifier16,
        Self::EvidenceVerifier,
        Self::Members,
        Self::RecordRegistry,
        Self::Treasury,
        Self::Studies,
        Self::Enrolments,
        Self::Disputes,
    ];

    /// The verifiers, by their circuits' numbers of openings.
    pub(super) const VERIFIERS: [(u8, Self); 2] = [
        (8, Self::EligibilityVerifier8),
        (16, Self::EligibilityVerifier16),
    ];

    /// The name in its source.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::AccessManager => "AccessManager",
            Self::PoseidonT3 => "PoseidonT3",
            Self::PoseidonT4 => "PoseidonT4",
            Self::EligibilityVerifier8 => "EligibilityVerifier8",
            Self::EligibilityVerifier16 => "EligibilityVerifier16",
            Self::EvidenceVerifier => "EvidenceVerifier",
            Self::Members => "Members",
            Self::RecordRegistry => "RecordRegistry",
            Self::Treasury => "Treasury",
            Self::Studies => "Studies",
            Self::Enrolments => "Enrolments",
            Self::Disputes => "Disputes",
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::AccessManager => include_str!("../../../abi/AccessManager.json"),
            Self::PoseidonT3 => include_str!("../../../abi/PoseidonT3.json"),
            Self::PoseidonT4 => include_str!("../../../abi/PoseidonT4.json"),
            Self::EligibilityVerifier8 => include_str!("../../../abi/EligibilityVerifier8.json"),
            Self::EligibilityVerifier16 => include_str!("../../../abi/EligibilityVerifier16.json"),
            Self::EvidenceVerifier => include_str!("../../../abi/EvidenceVerifier.json"),
            Self::Members => include_str!("../../../abi/Members.json"),
            Self::RecordRegistry => include_str!("../../../abi/RecordRegistry.json"),
            Self::Treasury => include_str!("../../../abi/Treasury.json"),
            Self::Studies => include_str!("../../../abi/Studies.json"),
            Self::Enrolments => include_str!("../../../abi/Enrolments.json"),
            Self::Disputes => include_str!("../../../abi/Disputes.json"),
        }
    }

    /// Its artefact.
    pub(super) fn artefact(self) -> Result<Artefact, LedgerError> {
        serde_json::from_str(self.file()).map_err(|error| broken(self.name(), &error.to_string()))
    }
}

/// A contract's artefact.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artefact {
    contract: String,
    pub(super) abi: Abi,
    bytecode: String,
    /// By source file and library: where its address goes in the init code.
    link_references: BTreeMap<String, BTreeMap<String, Vec<Place>>>,
}

/// A place in the init code, in bytes.
#[derive(Debug, Clone, Deserialize)]
struct Place {
    start: usize,
    length: usize,
}

impl Artefact {
    /// Reads the artefact of a verifier.
    pub(super) fn of_verifier(json: &[u8]) -> Result<Self, LedgerError> {
        let artefact: Self =
            serde_json::from_slice(json).map_err(|error| broken("verifier", &error.to_string()))?;
        let known = Contract::VERIFIERS.map(|(_, verifier)| verifier.name());
        if !known.contains(&artefact.contract.as_str()) {
            return Err(broken(
                &artefact.contract,
                &format!("no verifier; they are called {}", known.join(", ")),
            ));
        }
        Ok(artefact)
    }

    /// The contract's name.
    pub(super) fn name(&self) -> &str {
        &self.contract
    }

    /// The init code with libraries linked and the constructor's arguments appended.
    pub(super) fn init_code(
        &self,
        libraries: &BTreeMap<&str, Address>,
        arguments: &[Token],
    ) -> Result<Vec<u8>, LedgerError> {
        let code = hex::decode(self.linked(libraries)?)
            .map_err(|error| broken(&self.contract, &error.to_string()))?;
        match &self.abi.constructor {
            Some(constructor) => constructor
                .encode_input(code, arguments)
                .map_err(|error| broken(&self.contract, &error.to_string())),
            None => Ok(code),
        }
    }

    /// The init code's digits. Unlinked ones have placeholders that are no digits.
    fn linked(&self, libraries: &BTreeMap<&str, Address>) -> Result<String, LedgerError> {
        let mut digits = self.bytecode.trim_start_matches("0x").to_owned();
        for (library, places) in self.link_references.values().flatten() {
            let address = libraries.get(library.as_str()).ok_or_else(|| {
                broken(
                    &self.contract,
                    &format!("library {library} is not deployed"),
                )
            })?;
            for place in places {
                let range = 2 * place.start..2 * (place.start + place.length);
                digits.replace_range(range, &hex::encode(address.as_bytes()));
            }
        }
        Ok(digits)
    }
}

fn broken(contract: &str, reason: &str) -> LedgerError {
    LedgerError::Malformed(format!("artefact of {contract}: {reason}"))
}

/// An address as a constructor's argument.
pub(super) fn address_token(address: Address) -> Token {
    Token::Address(convert::address(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_artefact_reads_and_links() {
        let libraries = BTreeMap::from([("PoseidonT3", Address::new([0xaa; 20]))]);
        for contract in Contract::ALL {
            let artefact = contract.artefact().unwrap();
            assert_eq!(artefact.contract, contract.name());
            let digits = artefact.linked(&libraries).unwrap();
            assert!(
                hex::decode(&digits).is_ok(),
                "{} has places left to link",
                contract.name()
            );
        }
    }

    #[test]
    fn a_missing_library_is_named() {
        let registry = Contract::RecordRegistry.artefact().unwrap();
        let error = registry.linked(&BTreeMap::new()).unwrap_err();
        assert!(error.to_string().contains("PoseidonT3"), "{error}");
    }
}
