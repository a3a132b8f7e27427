use async_trait::async_trait;
use clap::Parser;

use super::*;
use crate::ports::ledger::LedgerError;

#[derive(Debug, Parser)]
struct Line {
    #[command(subcommand)]
    command: VerifierCommand,
}

fn read_line(line: &[&str]) -> Result<VerifierCommand, clap::Error> {
    Line::try_parse_from([&["verifier"], line].concat()).map(|line| line.command)
}

const VERIFIER: Address = Address::new([7; 20]);
const KEY: VerifyingKeyHash = VerifyingKeyHash::new([8; 32]);

/// A chain with one verifier.
struct Chain;

#[async_trait]
impl ConsortiumReader for Chain {
    async fn consortium_account(&self) -> Result<Address, LedgerError> {
        Err(LedgerError::ReadOnly)
    }

    async fn verifier(&self, _: u8) -> Result<Option<Address>, LedgerError> {
        Ok(Some(VERIFIER))
    }

    async fn key_of(&self, verifier: Address) -> Result<Option<VerifyingKeyHash>, LedgerError> {
        Ok((verifier == VERIFIER).then_some(KEY))
    }
}

#[tokio::test]
async fn only_a_verifier_for_the_key_is_named() {
    assert!(require_key(&Chain, VERIFIER, KEY).await.is_ok());
    let other = VerifyingKeyHash::new([9; 32]);
    for (verifier, key, words) in [
        (VERIFIER, other, "has the key"),
        (Address::new([6; 20]), KEY, "there is no contract"),
    ] {
        let failure = require_key(&Chain, verifier, key).await.unwrap_err();
        assert_eq!(failure.code(), FailureCode::InvalidInput);
        assert!(failure.message().contains(words), "{failure}");
    }
}

#[test]
fn a_size_is_one_that_there_is() {
    assert_eq!(parse_openings("8"), Ok(8));
    assert_eq!(parse_openings("16"), Ok(16));
    for wrong in ["", "0", "9", "-8", "many"] {
        assert!(parse_openings(wrong).is_err(), "{wrong}");
    }
    assert!(read_line(&["close", "16", "--schedule"]).is_ok());
    assert!(read_line(&["close", "9"]).is_err());
}

#[test]
fn a_verifier_is_named_with_its_key() {
    let verifier = VERIFIER.to_string();
    assert!(read_line(&["name", &verifier]).is_err());
    let line = ["name", &verifier, "--verifying-key", "k.json", "--schedule"];
    assert!(read_line(&line).is_ok());
}

#[test]
fn a_key_says_of_which_circuit_it_is() {
    let key =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../circuits/keys/eligibility_16.dev.vkey.json");
    let (openings, _) = key_in(&key).unwrap();
    assert_eq!(openings, 16);
    let nothing = key_in(Path::new("/nowhere.json")).unwrap_err();
    assert_eq!(nothing.code(), FailureCode::InvalidInput);
}

#[test]
fn a_size_without_a_verifier_says_so() {
    assert!(line(8, Some(VERIFIER), Some(KEY)).starts_with(" 8 openings  0x0707"));
    assert_eq!(
        line(16, None, None),
        "16 openings  none: no study can be opened"
    );
}
