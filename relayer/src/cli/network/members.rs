//! `relayer network join` and `vote`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::adapters::network_folder::NetworkFolder;
use crate::app::network::init::{admission_files, folder_of, join, shared_files, NewFile};
use crate::app::network::membership::{majority, validators, vote, Told};
use crate::app::network::{DATA_FOLDER, LEDGER_FILE, MEMBERS_FOLDER};
use crate::cli::output::Output;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::domain::ledger::{Engine, Ledger, Member};
use crate::ports::node::{ValidatorNode as _, Vote};

/// Arguments of `join`.
#[derive(Debug, Args)]
pub struct Join {
    /// The new member's name.
    name: String,
    /// The network's folder.
    #[arg(long)]
    dir: PathBuf,
    /// IP address at which its node is a peer.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
}

impl Join {
    pub(super) async fn run(self, output: &Output) -> Result<(), Failure> {
        let mut folder = NetworkFolder::open(&self.dir)?;
        let (grown, key) = join(&folder.ledger, &self.name, self.host)?;
        let known = folder.ledger.members.clone();
        let mut files = shared_files(&grown);
        for member in &known {
            files.extend(admission_of(&grown, member));
        }
        let newcomer = grown.members.last().cloned();
        let newcomer = newcomer.ok_or_else(|| Failure::new(FailureCode::Internal, "no member"))?;
        files.extend(folder_of(&grown, &newcomer, Some(&key)));
        folder.update(grown, &files)?;
        let mut told = Vec::new();
        for member in &known {
            // A node that is down reads its files when it starts
            match folder.node(member)?.connect(&newcomer.enode()).await {
                Ok(()) => told.push(&member.name),
                Err(failure) => output.progress(&format!("{}: {failure}", member.name)),
            }
        }
        let home = folder.home_of(&newcomer)?;
        let value = json!({
            "name": newcomer.name, "address": newcomer.address, "enode": newcomer.enode(), "rpc": newcomer.rpc_url(),
            "folder": home.path(), "admittedBy": told,
        });
        let text = format!(
            "{} may connect; its folder is {}. It validates once the others have voted:\n  relayer network vote add {} --dir {}",
            newcomer.name,
            home.path().display(),
            newcomer.address,
            folder.path().display()
        );
        output.result(&value, &text);
        Ok(())
    }
}

/// What a member needs to know of a newcomer. GoQuorum reads it in its data folder, anew for each connection.
fn admission_of(ledger: &Ledger, member: &Member) -> Vec<NewFile> {
    let folder = vec![MEMBERS_FOLDER.to_owned(), member.name.clone()];
    let mut files = Vec::new();
    for (name, content) in admission_files(ledger) {
        let mut file = NewFile {
            folder: folder.clone(),
            name: name.to_owned(),
            content,
        };
        files.push(file.clone());
        if ledger.engine == Engine::GoQuorum {
            file.folder.push(DATA_FOLDER.to_owned());
            files.push(file);
        }
    }
    files.push(NewFile {
        folder,
        name: LEDGER_FILE.to_owned(),
        content: format!("{:#}\n", json!(ledger)),
    });
    files
}

/// Which way a vote goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    /// The account is to validate.
    Add,
    /// The account is to validate no longer.
    Remove,
    /// The vote is taken back.
    Discard,
}

/// Arguments of `vote`.
#[derive(Debug, Args)]
pub struct VoteArgs {
    /// What is voted for.
    #[arg(value_enum)]
    way: Way,
    /// The validator's account.
    validator: Address,
    /// The network's folder, or one that was handed out.
    #[arg(long)]
    dir: PathBuf,
    /// Members whose nodes vote [default: all whose keys are here].
    #[arg(long = "at", value_name = "NAME", value_delimiter = ',')]
    at: Vec<String>,
    /// Remove a validator though fewer than four are left.
    #[arg(long)]
    force: bool,
}

impl VoteArgs {
    pub(super) async fn run(self, output: &Output) -> Result<(), Failure> {
        let folder = NetworkFolder::open(&self.dir)?;
        let voters = if self.at.is_empty() {
            folder.here()?
        } else {
            let named = self.at.iter().map(|name| folder.member(name));
            named.collect::<Result<_, _>>()?
        };
        let (mut voted, mut needed, mut settled) = (Vec::new(), 0, false);
        for member in voters {
            let node = folder.node(member)?;
            let now = validators(&node).await?;
            needed = majority(now.len());
            if !now.contains(&member.address) {
                continue;
            }
            if self.way == Way::Discard {
                node.discard(self.validator).await?;
                voted.push(&member.name);
                continue;
            }
            let wish = Vote {
                validator: self.validator,
                add: self.way == Way::Add,
            };
            match vote(&node, wish, self.force).await? {
                Told::Votes => voted.push(&member.name),
                Told::AlreadySo => settled = true,
            }
        }
        let value = json!({"validator": self.validator, "votes": voted, "needed": needed, "alreadySo": settled});
        let text = if settled {
            "it is so already".to_owned()
        } else {
            format!("{} nodes vote from now on; {needed} are needed, and it holds once each has proposed a block", voted.len())
        };
        output.result(&value, &text);
        Ok(())
    }
}
