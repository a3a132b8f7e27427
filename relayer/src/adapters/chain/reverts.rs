//! Contracts' custom errors as causes of the closed list.

use std::{collections::HashMap, sync::LazyLock};

use ethers::abi::{ethabi::AbiError, Token};

use super::artefacts::Contract;
use crate::{domain::failure::FailureCode, ports::ledger::LedgerError};

/// A contract's errors by selector.
static ERRORS: LazyLock<HashMap<[u8; 4], AbiError>> = LazyLock::new(|| {
    let artefacts = Contract::ALL
        .into_iter()
        .filter_map(|contract| contract.artefact().ok());
    let errors = artefacts.flat_map(|artefact| artefact.abi.errors.into_values().flatten());
    errors.map(|error| (selector(&error), error)).collect()
});

fn selector(error: &AbiError) -> [u8; 4] {
    let signature = error.signature();
    [signature[0], signature[1], signature[2], signature[3]]
}

/// What a contract reverted with.
pub(super) fn decode(data: &[u8]) -> LedgerError {
    let known = data.first_chunk().and_then(|selector| ERRORS.get(selector));
    let (code, detail) = match known {
        Some(error) => (code_of(&error.name), describe(error, data)),
        None => (FailureCode::TransactionReverted, describe_unknown(data)),
    };
    LedgerError::Refused { code, detail }
}

/// The error with its arguments, such as `QuotaUsedUp(studyId: 0x…)`.
fn describe(error: &AbiError, data: &[u8]) -> String {
    let Ok(values) = error.decode(&data[4..]) else {
        return error.name.clone();
    };
    let arguments: Vec<_> = error
        .inputs
        .iter()
        .zip(&values)
        .map(|(input, value)| format!("{}: {}", input.name, show(value)))
        .collect();
    format!(
        "the contract refuses: {}({})",
        error.name,
        arguments.join(", ")
    )
}

fn show(value: &Token) -> String {
    match value {
        Token::Address(address) => format!("{address:#x}"),
        // Identifiers and other field elements read best in hex, counts and times in decimal.
        Token::Uint(number) if number.bits() > 128 => format!("0x{number:064x}"),
        Token::Uint(number) => number.to_string(),
        Token::FixedBytes(bytes) => show_bytes(bytes),
        other => other.to_string(),
    }
}

/// `bytes32` that names a term is ASCII, padded with zeros.
fn show_bytes(bytes: &[u8]) -> String {
    let text: Vec<u8> = bytes
        .iter()
        .copied()
        .take_while(|byte| *byte != 0)
        .collect();
    match String::from_utf8(text) {
        Ok(text) if !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic()) => text,
        _ => format!("0x{}", hex::encode(bytes)),
    }
}

/// `Error(string)` and `Panic(uint256)` of Solidity itself, or the bytes.
fn describe_unknown(data: &[u8]) -> String {
    let words = match data {
        [0x08, 0xc3, 0x79, 0xa0, rest @ ..] => {
            ethers::abi::decode(&[ethers::abi::ParamType::String], rest).ok()
        }
        [0x4e, 0x48, 0x7b, 0x71, rest @ ..] => {
            ethers::abi::decode(&[ethers::abi::ParamType::Uint(256)], rest).ok()
        }
        _ => None,
    };
    match words.as_deref() {
        Some([Token::String(reason)]) => format!("the contract refuses: {reason}"),
        Some([Token::Uint(code)]) => format!("the contract panicked with code 0x{code:x}"),
        _ if data.is_empty() => "the contract refuses without a reason".to_owned(),
        _ => format!("the contract refuses: 0x{}", hex::encode(data)),
    }
}

/// The cause behind a custom error's name. Those that only a defect of ours can bring about are `transaction-reverted`.
fn code_of(name: &str) -> FailureCode {
    match name {
        "RootUnknown" => FailureCode::UnknownRoot,
        "RootStale" | "PathStale" | "WrongSiblingNodes" => FailureCode::StaleRoot,
        "DayInvalid" => FailureCode::ReferenceTimeWrong,
        "AlreadyEnrolled" => FailureCode::AlreadyEnrolled,
        "AttemptInvalid" | "AttemptsUsedUp" => FailureCode::AttemptMismatch,
        "GrantRevoked" => FailureCode::Revoked,
        "TooFewReceipts" => FailureCode::TooFewReceipts,
        "ReceiptExpired" => FailureCode::ReceiptExpired,
        "ReceiptInvalid" | "AttestationInvalid" | "AcceptanceInvalid" => {
            FailureCode::SignatureInvalid
        }
        "ProxyExpelled" | "ProxyInvalid" | "NotProxy" | "SlotInvalid" => {
            FailureCode::ProxyNotAdmitted
        }
        "ProofInvalid" | "NoFault" | "SharedPointInvalid" | "CombinationInvalid" => {
            FailureCode::ProofInvalid
        }
        "StateInvalid" | "StudyNotEnded" | "DetailsMismatch" | "ChallengeUsed"
        | "DemandsUsedUp" | "NothingPending" => FailureCode::WrongState,
        "EnvelopeInvalid" | "CapsuleInvalid" => FailureCode::EnvelopeInvalid,
        "GrantMismatch" | "EvidenceMismatch" => FailureCode::GrantInvalid,
        "NothingAnswered" | "FragmentsInvalid" | "IdsEqual" => FailureCode::FragmentInvalid,
        "SegmentInvalid" => FailureCode::CiphertextAltered,
        "WindowPassed" | "AccessManagerExpired" => FailureCode::WindowEnded,
        "WindowNotPassed" | "ExitNotDue" | "AccessManagerNotReady" => FailureCode::WindowOpen,
        "RevocationInvalid" | "NotCertifier" => FailureCode::WrongKey,
        "StudyUnknown" => FailureCode::StudyUnknown,
        "StudyNotOpen" => FailureCode::StudyNotOpen,
        "StudyEnded" => FailureCode::StudyClosed,
        "QuotaUsedUp" => FailureCode::QuotaUsedUp,
        "TooFewRecords" => FailureCode::CrowdTooSmall,
        "TermInvalid" | "BoundInvalid" | "NoVerifier" => FailureCode::OutOfBounds,
        "NoFreeBond" => FailureCode::BondTooSmall,
        "NoCredit" => FailureCode::NothingToClaim,
        "EscrowTooSmall" | "ValueMismatch" | "TransferMismatch" | "PaymentRefused"
        | "StakeTooSmall" => FailureCode::InsufficientFunds,
        "NotInstitution"
        | "NotStudyInstitution"
        | "NotChallenger"
        | "NotHospital"
        | "NotMember"
        | "RoleTaken"
        | "RoleInvalid"
        | "AccessManagedUnauthorized"
        | "AccessManagerUnauthorizedAccount"
        | "AccessManagerUnauthorizedCall"
        | "AccessManagerUnauthorizedCancel"
        | "AccessManagerNotScheduled" => FailureCode::NotPermitted,
        "CommitmentKnown"
        | "LeafAlreadyExists"
        | "ValueSetTaken"
        | "AccessManagerAlreadyScheduled" => FailureCode::AlreadyExists,
        "LeafDoesNotExist" => FailureCode::RecordWithdrawn,
        "AddressZero"
        | "ProxyCardInvalid"
        | "PayoutZero"
        | "ValueSetInvalid"
        | "NotInField"
        | "NothingToInsert"
        | "AmountInvalid"
        | "SegmentsInvalid"
        | "LeafCannotBeZero"
        | "LeafGreaterThanSnarkScalarField" => FailureCode::InvalidInput,
        _ => FailureCode::TransactionReverted,
    }
}

#[cfg(test)]
mod tests {
    use ethers::{abi::encode, types::U256};

    use super::*;

    fn data(name: &str, values: &[Token]) -> Vec<u8> {
        let error = ERRORS.values().find(|error| error.name == name).unwrap();
        [selector(error).as_slice(), &encode(values)].concat()
    }

    #[test]
    fn a_custom_error_is_named_with_its_arguments() {
        let reverted = data(
            "TooFewReceipts",
            &[Token::Uint(2.into()), Token::Uint(3.into())],
        );
        let LedgerError::Refused { code, detail } = decode(&reverted) else {
            panic!("not refused")
        };
        assert_eq!(code, FailureCode::TooFewReceipts);
        assert_eq!(
            detail,
            "the contract refuses: TooFewReceipts(given: 2, needed: 3)"
        );
    }

    #[test]
    fn identifiers_are_shown_in_hex_and_terms_as_text() {
        let reverted = data("QuotaUsedUp", &[Token::Uint(U256::MAX)]);
        let LedgerError::Refused { detail, .. } = decode(&reverted) else {
            panic!("not refused")
        };
        assert!(detail.contains("studyId: 0xffff"), "{detail}");

        let mut term = b"price".to_vec();
        term.resize(32, 0);
        let reverted = data("TermInvalid", &[Token::FixedBytes(term)]);
        let LedgerError::Refused { detail, .. } = decode(&reverted) else {
            panic!("not refused")
        };
        assert!(detail.contains("term: price"), "{detail}");
    }

    #[test]
    fn anything_else_is_shown_as_it_is() {
        let refused = |data: &[u8]| match decode(data) {
            LedgerError::Refused { code, detail } => {
                assert_eq!(code, FailureCode::TransactionReverted);
                detail
            }
            other => panic!("{other}"),
        };
        let mut reason = vec![0x08, 0xc3, 0x79, 0xa0];
        reason.extend(encode(&[Token::String("no".to_owned())]));
        assert_eq!(refused(&reason), "the contract refuses: no");
        assert_eq!(refused(&[1, 2]), "the contract refuses: 0x0102");
        assert_eq!(refused(&[]), "the contract refuses without a reason");
    }

    #[test]
    fn the_errors_of_our_contracts_have_a_cause_of_their_own() {
        // What only another contract of ours, or a defect, can bring about.
        let internal = [
            "CharterNotStored",
            "ExponentiationFailed",
            "NoReason",
            "NotDisputes",
            "NotEnrolments",
            "NotStudies",
            "RegistryFull",
        ];
        let ours = [
            Contract::Members,
            Contract::RecordRegistry,
            Contract::Treasury,
            Contract::Studies,
            Contract::Enrolments,
            Contract::EvidenceVerifier,
            Contract::Disputes,
        ];
        let libraries = |name: &str| {
            [
                "ECDSA",
                "SafeCast",
                "SafeERC20",
                "Reentrancy",
                "LeanIMT",
                "AccessManaged",
                "InvalidShortString",
                "StringTooLong",
                "Leaf",
                "WrongSiblingNodes",
                "WrongMerkleProof",
                "InsertionFailed",
            ]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        };
        for contract in ours {
            for name in contract.artefact().unwrap().abi.errors.keys() {
                let known = code_of(name) != FailureCode::TransactionReverted;
                assert!(
                    known || internal.contains(&name.as_str()) || libraries(name),
                    "{name}"
                );
            }
        }
    }
}
