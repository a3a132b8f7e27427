//! A systemd unit for a member's node.

use std::fmt::Write as _;

use super::{launch, program, Step};
use crate::domain::ledger::{Ledger, Member};

/// Where the unit expects the member's folder.
const HOME: &str = "/var/lib/medshare-validator";

/// The unit: the node as a user of its own, with its folder as the only one that it may write.
pub(super) fn unit(ledger: &Ledger, member: &Member) -> String {
    let program = format!("/usr/local/bin/{}", program(ledger.engine).name);
    let launch = launch(ledger, member);
    let mut service = String::new();
    for (name, value) in &launch.environment {
        writeln!(service, "Environment={name}={value}").ok();
    }
    for step in &launch.prepare {
        let line = match step {
            Step::Run { args, makes } => format!(
                "/bin/sh -c 'test -e {makes} || exec {program} {}'",
                args.join(" ")
            ),
            Step::Copy { from, to } => format!("/usr/bin/install -m 0600 {from} {to}"),
        };
        writeln!(service, "ExecStartPre={line}").ok();
    }
    format!(
        "# Copy the folder to {HOME}, owned by the user medshare-validator, and this file to /etc/systemd/system.\n\
         [Unit]\nDescription=Medshare validator {name} ({engine})\nAfter=network-online.target\nWants=network-online.target\n\n\
         [Service]\nUser=medshare-validator\nWorkingDirectory={HOME}\nUMask=0077\n{service}\
         ExecStart={program} {args}\nRestart=always\nRestartSec=5\nTimeoutStopSec=60\nLimitNOFILE=65536\n\
         NoNewPrivileges=true\nProtectSystem=strict\nProtectHome=true\nPrivateTmp=true\nReadWritePaths={HOME}\n\n\
         [Install]\nWantedBy=multi-user.target\n",
        name = member.name,
        engine = ledger.engine,
        args = launch.args.join(" "),
    )
}
