use super::*;

/// Besu's documentation (node keys): this key has this address and this public key.
const KEY: &str = "8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63";
const ADDRESS: &str = "0xfe3b557e8fb62b89f4916b721be55ceb828dbd73";

fn key() -> EvmKey {
    let bytes: [u8; 32] = hex::decode(KEY).unwrap().try_into().unwrap();
    EvmKey::from_bytes(&bytes).unwrap()
}

#[test]
fn a_node_validates_by_the_account_of_its_key() {
    let id = NodeId::of(&key());
    assert_eq!(id.address().to_string(), ADDRESS);
    assert_eq!(id.to_string().parse::<NodeId>().unwrap(), id);
}

#[test]
fn enodes_are_read_as_both_engines_write_them() {
    let id = NodeId::of(&key());
    let enode: Enode = format!("enode://{id}@127.0.0.1:30303?discport=0&raftport=1")
        .parse()
        .unwrap();
    assert_eq!((enode.id, enode.port), (id, 30303));
    assert_eq!(enode.to_string(), format!("enode://{id}@127.0.0.1:30303"));
    let six: Enode = format!("enode://{id}@[::1]:1").parse().unwrap();
    assert_eq!(six.to_string(), format!("enode://{id}@[::1]:1"));
}

#[test]
fn other_text_is_refused() {
    let id = NodeId::of(&key()).to_string();
    for text in [
        String::new(),
        format!("enode://{id}"),
        format!("enode://{id}@host.example:1"),
        format!("enode://{id}@127.0.0.1"),
        format!("http://{id}@127.0.0.1:1"),
        format!("enode://{}@127.0.0.1:1", &id[2..]),
        // No point of the curve
        format!("enode://{}@127.0.0.1:1", "11".repeat(64)),
    ] {
        assert!(text.parse::<Enode>().is_err(), "{text}");
    }
}
