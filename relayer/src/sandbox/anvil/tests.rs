use std::net::TcpStream;

use super::*;

/// Nothing of it is left behind, whatever started it.
#[test]
fn it_ends_with_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let anvil = Anvil::start(folder.path()).unwrap();
    let address = anvil.url().strip_prefix("http://").unwrap().to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    drop(anvil);
    assert!(TcpStream::connect(&address).is_err());
}
