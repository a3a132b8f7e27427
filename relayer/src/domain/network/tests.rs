use super::*;

fn network() -> Network {
    let at = Address::new([1; 20]);
    Network {
        kind: KIND.to_owned(),
        version: VERSION,
        chain_id: 31_337,
        genesis_hash: BlockHash::new([2; 32]),
        rpc_urls: vec!["http://127.0.0.1:8545".parse().unwrap()],
        contracts: Contracts {
            access_manager: at,
            members: at,
            registry: at,
            treasury: at,
            studies: at,
            enrolments: at,
            disputes: at,
            evidence: at,
            verifiers: BTreeMap::from([(8, at), (16, at)]),
        },
        deployment_block: 3,
        verifying_key_hashes: [8, 16]
            .map(|openings| (openings, VerifyingKeyHash::new([openings; 32])))
            .into(),
        gas_price: 0,
        finality: 1,
    }
}

#[test]
fn another_verifier_comes_with_its_key() {
    let (verifier, key) = (Address::new([7; 20]), VerifyingKeyHash::new([7; 32]));
    let changed = network().with_verifier(8, verifier, key);
    let read = Network::from_json(&serde_json::to_vec(&changed).unwrap()).unwrap();
    assert_eq!(read.contracts.verifiers[&8], verifier);
    assert_eq!(read.verifying_key_hashes[&8], key);
    let back = read.with_verifier(8, Address::new([1; 20]), VerifyingKeyHash::new([8; 32]));
    assert_eq!(back, network(), "nothing else changed");
}
