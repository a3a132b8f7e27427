use super::*;

fn line(text: &str, program: &str) -> Options {
    let lines = command_lines(text, program);
    assert_eq!(lines.len(), 1, "{text}");
    Options::from_command_line(&lines[0])
}

#[test]
fn flags_with_and_without_values() {
    let options = line(
        "ExecStart=/usr/local/bin/geth --mine --http.port 8545 --http.api \"eth, admin\" --unlock=0x1",
        "geth",
    );
    assert!(options.is_on("mine") && !options.is_on("http"));
    assert_eq!(options.number("http.port"), Some(8545.0));
    assert_eq!(options.list("http.api"), ["eth", "admin"]);
    assert_eq!(options.get("unlock"), Some("0x1"));
}

#[test]
fn lines_that_go_on_and_lines_that_are_others() {
    let text = "#!/bin/sh\n# geth --old\nsetup --geth\nexec besu \\\n  --sync-mode=FULL \\\n  --rpc-http-host 0.0.0.0\n";
    let options = line(text, "besu");
    assert_eq!(options.get("sync-mode"), Some("FULL"));
    assert_eq!(options.get("rpc-http-host"), Some("0.0.0.0"));
    assert!(command_lines(text, "geth").is_empty());
}

#[test]
fn besus_toml() {
    let text = "sync-mode=\"FULL\"\nrpc-http-api=[\"ETH\",\"ADMIN\"]\nmin-gas-price=0\ndiscovery-enabled=false\n[pool]\ntx-pool=\"layered\"\n";
    let options = Options::from_toml(text).unwrap();
    assert_eq!(options.list("rpc-http-api"), ["ETH", "ADMIN"]);
    assert_eq!(options.number("min-gas-price"), Some(0.0));
    assert!(options.is_off("discovery-enabled"));
    assert_eq!(options.get("tx-pool"), Some("layered"));
    assert!(Options::from_toml("a = = b").is_err());
}
