//! Breaking a network of validators on purpose, and looking at what came of it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{ensure, Context as _, Result};
use relayer::adapters::network_folder::NetworkFolder;
use relayer::adapters::node_rpc::RpcNode;
use relayer::app::network::status::first_fork;
use relayer::domain::ledger::Member;
use relayer::ports::node::ValidatorNode;
use relayer::sandbox::Chain;
use serde_json::{json, Value};

/// How long a network may take to go on.
const PATIENCE: Duration = Duration::from_mins(3);

/// The validators of a network on this machine.
pub struct Validators<'a> {
    network: &'a NetworkFolder,
    nodes: Vec<RpcNode>,
}

impl<'a> Validators<'a> {
    /// Those of a chain.
    ///
    /// # Errors
    /// It is no network.
    pub fn of(chain: &'a Chain) -> Result<Self> {
        let network = chain.network().context("a network of validators")?;
        let members = network.ledger.members.iter();
        let nodes = members.map(|member| network.node(member));
        Ok(Self {
            network,
            nodes: nodes.collect::<Result<_, _>>()?,
        })
    }

    fn member(&self, place: usize) -> &Member {
        &self.network.ledger.members[place]
    }

    /// Kills some at once.
    ///
    /// # Errors
    /// The machine does not let it.
    pub fn kill(&self, places: &[usize]) -> Result<()> {
        for place in places {
            self.network.kill(self.member(*place))?;
        }
        Ok(())
    }

    /// Starts some again.
    ///
    /// # Errors
    /// The engine does not start.
    pub fn start(&self, places: &[usize]) -> Result<()> {
        let engine = self.network.engine(None)?;
        for place in places {
            self.network.start(self.member(*place), &engine)?;
        }
        Ok(())
    }

    /// Empties the disk of one that is down; only what it was handed is left.
    ///
    /// # Errors
    /// The machine does not let it.
    pub fn empty_disk(&self, place: usize) -> Result<()> {
        let home = self.network.home_of(self.member(place))?;
        Ok(std::fs::remove_dir_all(home.file("data"))?)
    }

    /// Cuts all connections between two sides.
    ///
    /// # Errors
    /// A node does not answer.
    pub async fn part(&self, sides: [&[usize]; 2]) -> Result<()> {
        // What one side cuts, the other may be making anew just then
        for _ in 0..2 {
            for (one, other) in pairs(sides) {
                let enode = self.member(other).enode();
                self.nodes[one].disconnect(&enode).await?;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Ok(())
    }

    /// Lets two sides connect again.
    ///
    /// # Errors
    /// A node does not answer.
    pub async fn join(&self, sides: [&[usize]; 2]) -> Result<()> {
        for (one, other) in pairs(sides) {
            self.nodes[one].connect(&self.member(other).enode()).await?;
        }
        Ok(())
    }

    /// The greatest height of those that answer.
    pub async fn height(&self) -> u64 {
        let mut height = 0;
        for node in &self.nodes {
            height = height.max(node.head().await.map_or(0, |head| head.number));
        }
        height
    }

    /// Waits until some nodes all have a block above a height; gives the time that it took.
    ///
    /// # Errors
    /// They don't in time.
    pub async fn go_on(&self, places: &[usize], above: u64) -> Result<Duration> {
        let start = Instant::now();
        for place in places {
            while self.nodes[*place]
                .head()
                .await
                .map_or(0, |head| head.number)
                <= above
            {
                let name = &self.member(*place).name;
                ensure!(
                    start.elapsed() < PATIENCE,
                    "{name} stays at or below {above}"
                );
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Ok(start.elapsed())
    }

    /// Whether no node has a new block for some time.
    pub async fn stand_still(&self, time: Duration) -> bool {
        let height = self.height().await;
        tokio::time::sleep(time).await;
        self.height().await == height
    }

    /// The height up to which all have the same blocks.
    ///
    /// # Errors
    /// A node does not answer, or they have forked.
    pub async fn agree(&self) -> Result<u64> {
        let mut common = u64::MAX;
        for node in &self.nodes {
            common = common.min(node.head().await?.number);
        }
        let nodes: Vec<&dyn ValidatorNode> = self.nodes.iter().map(|node| node as _).collect();
        let fork = first_fork(&nodes, 0, common).await?;
        ensure!(fork.is_none(), "the nodes have forked at {fork:?}");
        Ok(common)
    }
}

fn pairs(sides: [&[usize]; 2]) -> Vec<(usize, usize)> {
    let across = |one: &[usize], other: &[usize]| {
        let pairs = one
            .iter()
            .flat_map(|one| other.iter().map(move |other| (*one, *other)));
        pairs.collect::<Vec<_>>()
    };
    [across(sides[0], sides[1]), across(sides[1], sides[0])].concat()
}

/// Transactions that succeeded, by their calldata: the same one twice would be an effect twice.
#[derive(Debug, Default)]
pub struct Done(BTreeMap<String, Vec<String>>);

impl Done {
    /// Those of the blocks above a height.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn since(chain: &Chain, height: u64) -> Result<Self> {
        let mut done = Self::default();
        let head = chain.call("eth_blockNumber", json!([])).await?;
        let head = u64::from_str_radix(text(&head).trim_start_matches("0x"), 16)?;
        for number in height + 1..=head {
            let block = json!([format!("{number:#x}"), true]);
            let block = chain.call("eth_getBlockByNumber", block).await?;
            for transaction in block["transactions"].as_array().into_iter().flatten() {
                let hash = text(&transaction["hash"]).to_owned();
                let receipt = chain
                    .call("eth_getTransactionReceipt", json!([hash]))
                    .await?;
                if receipt["status"] == "0x1" {
                    let input = text(&transaction["input"]).to_owned();
                    done.0.entry(input).or_default().push(hash);
                }
            }
        }
        Ok(done)
    }

    /// The one transaction with the calldata of this one.
    ///
    /// # Errors
    /// It is not there, or not alone.
    pub fn once(&self, hash: &str) -> Result<()> {
        let with = self
            .0
            .values()
            .find(|hashes| hashes.iter().any(|each| each == hash));
        let with = with.with_context(|| format!("{hash} is in no block"))?;
        ensure!(with.len() == 1, "done more than once: {with:?}");
        Ok(())
    }

    /// Transactions whose calldata names something (an enrolment's nullifier), but for some.
    pub fn naming(&self, word: &str, but: &[&str]) -> Vec<String> {
        let word = word.trim_start_matches("0x");
        let naming = self.0.iter().filter(|(input, _)| input.contains(word));
        let hashes = naming.flat_map(|(_, hashes)| hashes.clone());
        hashes
            .filter(|hash| !but.contains(&hash.as_str()))
            .collect()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
