use super::*;
use crate::domain::signer::EvmKey;

fn member(name: &str, byte: u8) -> Member {
    let node_id = NodeId::of(&EvmKey::from_bytes(&[byte; 32]).unwrap());
    Member {
        name: name.to_owned(),
        node_id,
        address: node_id.address(),
        host: [127, 0, 0, 1].into(),
        p2p_port: 30300 + u16::from(byte),
        rpc_host: [127, 0, 0, 1].into(),
        rpc_port: 8500 + u16::from(byte),
        founder: byte != 3,
    }
}

fn ledger() -> Ledger {
    Ledger {
        kind: KIND.to_owned(),
        version: VERSION,
        engine: Engine::GoQuorum,
        rules: Rules::of_chain(1337, 0),
        members: vec![member("a", 1), member("b", 2), member("c", 3)],
        funded: vec![Funded {
            account: Address::new([1; 20]),
            wei: u128::MAX,
        }],
        accounts: Vec::new(),
    }
}

#[test]
fn what_is_written_is_read() {
    let json = serde_json::to_vec(&ledger()).unwrap();
    assert_eq!(Ledger::from_json(&json).unwrap(), ledger());
}

#[test]
fn other_files_are_refused() {
    let mut other = ledger();
    other.version = 2;
    let json = serde_json::to_vec(&other).unwrap();
    assert!(matches!(
        Ledger::from_json(&json),
        Err(LedgerFileError::Version(2))
    ));
    other.kind = "medshare-network".to_owned();
    let json = serde_json::to_vec(&other).unwrap();
    assert!(matches!(
        Ledger::from_json(&json),
        Err(LedgerFileError::Kind(_))
    ));
    assert!(matches!(
        Ledger::from_json(b"{}"),
        Err(LedgerFileError::Malformed(_))
    ));
}

#[test]
fn founders_stand_in_the_order_of_their_addresses() {
    let founders = ledger().founders();
    assert_eq!(founders.len(), 2);
    assert!(founders.is_sorted());
}

#[test]
fn nobody_is_its_own_peer() {
    let ledger = ledger();
    assert_eq!(ledger.enodes().len(), 3);
    let own = ledger.members[0].enode().to_string();
    assert!(!ledger.peers_of("a").contains(&own));
    assert_eq!(ledger.peers_of("a").len(), 2);
}
