use clap::Parser;

use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    args: AccountArgs,
}

fn read(line: &[&str]) -> Result<AccountArgs, clap::Error> {
    let line = [&["account"], line].concat();
    Line::try_parse_from(line).map(|line| line.args)
}

#[test]
fn it_is_shown_or_set_and_only_a_change_is_scheduled() {
    let account = Address::new([7; 20]);
    assert_eq!(read(&[]).unwrap().account, None);
    let set = read(&[&account.to_string(), "--schedule"]).unwrap();
    assert_eq!(set.account, Some(account));
    assert!(read(&["--schedule"]).is_err());
    assert!(read(&["0x07"]).is_err());
}

#[test]
fn nobody_is_no_account() {
    let failure = require_account(Address::default()).unwrap_err();
    assert_eq!(failure.code(), FailureCode::InvalidInput);
    assert!(require_account(Address::new([7; 20])).is_ok());
}
