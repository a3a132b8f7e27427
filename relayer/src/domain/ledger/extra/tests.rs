use super::*;

/// The example of Besu's documentation (configure QBFT consensus, genesis file).
const BESU: &str = "f87aa00000000000000000000000000000000000000000000000000000000000000000f8549464a702e6263b7297a96638cac6ae65e6541f4169943923390ad55e90c237593b3b0e401f3b08a0318594aefdb9a738c9f433e5b6b212a6d62f6370c2f69294c7eeb9a4e00ce683cf93039b212648e01c6c6b78c080c0";
const BESU_VALIDATORS: [&str; 4] = [
    "0x64a702e6263b7297a96638cac6ae65e6541f4169",
    "0x3923390ad55e90c237593b3b0e401f3b08a03185",
    "0xaefdb9a738c9f433e5b6b212a6d62f6370c2f692",
    "0xc7eeb9a4e00ce683cf93039b212648e01c6c6b78",
];
/// The example of GoQuorum's test of its engine (`TestPrepareExtra`).
const GOQUORUM: &str = "f87aa00000000000000000000000000000000000000000000000000000000000000000f8549444add0ec310f115a0e603b2d7db9f067778eaf8a94294fc7e8f22b3bcdcf955dd7ff3ba2ed833f8212946beaaed781d2d2ab6350f5c4566a2c6eaac407a6948be76812f765c24641ec63dc2852b378aba2b440c080c0";
const GOQUORUM_VALIDATORS: [&str; 4] = [
    "0x44add0ec310f115a0e603b2d7db9f067778eaf8a",
    "0x294fc7e8f22b3bcdcf955dd7ff3ba2ed833f8212",
    "0x6beaaed781d2d2ab6350f5c4566a2c6eaac407a6",
    "0x8be76812f765c24641ec63dc2852b378aba2b440",
];

#[test]
fn the_published_examples_of_both_engines() {
    for (bytes, validators) in [(BESU, BESU_VALIDATORS), (GOQUORUM, GOQUORUM_VALIDATORS)] {
        let bytes = hex::decode(bytes).unwrap();
        let validators = validators.map(|text| text.parse().unwrap()).to_vec();
        assert_eq!(genesis_extra(&validators), bytes);
        let read = Extra::decode(&bytes).unwrap();
        assert_eq!(
            read,
            Extra {
                validators,
                round: 0,
                seals: 0
            }
        );
    }
}

/// Besu's example of a network whose validators a contract names.
#[test]
fn no_validators() {
    let bytes =
        hex::decode("e5a00000000000000000000000000000000000000000000000000000000000000000c0c080c0");
    assert_eq!(genesis_extra(&[]), bytes.unwrap());
}

#[test]
fn a_block_agreed_on_later_with_seals_and_a_vote() {
    let vote = Item::List(vec![Item::Bytes(vec![7; 20]), Item::Bytes(vec![0xff])]);
    for round in [vec![3], vec![0, 0, 0, 3]] {
        let block = Item::List(vec![
            Item::Bytes(vec![1; 32]),
            Item::List(vec![Item::Bytes(vec![9; 20])]),
            vote.clone(),
            Item::Bytes(round),
            Item::List(vec![Item::Bytes(vec![2; 65]), Item::Bytes(vec![3; 65])]),
        ]);
        let read = Extra::decode(&encode(&block)).unwrap();
        assert_eq!(read.validators, [Address::new([9; 20])]);
        assert_eq!((read.round, read.seals), (3, 2));
    }
}

#[test]
fn other_bytes_are_refused() {
    for bytes in [
        "",
        "80",
        "c0",
        // Clique's: no RLP at all
        "0000000000000000000000000000000000000000000000000000000000000000",
        // A validator of 19 bytes
        "f841a00000000000000000000000000000000000000000000000000000000000000000d493aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac080c0",
    ] {
        assert!(Extra::decode(&hex::decode(bytes).unwrap()).is_err(), "{bytes}");
    }
}
