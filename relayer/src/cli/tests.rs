use clap::CommandFactory as _;

use super::*;

#[test]
fn the_commands_are_well_formed() {
    Cli::command().debug_assert();
}

/// Every verb, whatever its depth, shows an example.
#[test]
fn every_verb_has_an_example_in_its_help() {
    let mut open = vec![Cli::command()];
    let mut without = Vec::new();
    while let Some(mut command) = open.pop() {
        let verbs: Vec<_> = command.get_subcommands().cloned().collect();
        let example = command.render_long_help().to_string().contains("Example");
        if verbs.is_empty() && !example {
            without.push(command.get_name().to_owned());
        }
        open.extend(verbs);
    }
    assert!(without.is_empty(), "no example in the help of {without:?}");
}

#[test]
fn a_hospital_certifies_with_several_attachments_and_proxies() {
    let address = "0x0000000000000000000000000000000000000001";
    let line = [
        "relayer",
        "hospital",
        "certify",
        "b.json",
        "--request",
        "r",
        "--duo",
        "GRU,NPUNCU",
        "--attach",
        "a",
        "b",
        "--proxy",
        address,
        "--expires",
        "2030-01-01",
        "--as-of",
        "2026-01-01",
        "--json",
    ];
    Cli::try_parse_from(line).unwrap();
}
