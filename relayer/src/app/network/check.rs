//! What is wrong with a network's configuration, ours or another's: the traps that networks of this kind have fallen into.

mod genesis;
mod node;
pub mod options;

use serde::Serialize;
use serde_json::Value;

use crate::domain::ledger::rules::MEASURED_GAS_PER_SECOND;
use crate::domain::ledger::Engine;
use options::Options;

/// The traps, each with what is wrong and what to do.
macro_rules! traps {
    ($($name:ident $code:literal $advice:literal;)*) => {
        /// What a configuration can fall into. The documentation of each is the advice.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum TrapKind {
            $(#[doc = $advice] $name,)*
        }

        impl TrapKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its stable name.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What to do about it.
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }
        }
    };
}

traps! {
    TooFewValidators "too-few-validators" "Run four validators at least, by several members: fewer halt with the first one that fails.";
    ForkLevel "fork-level" "Stay at Berlin: GoQuorum has no later level, and many Besu installations stall under QBFT from Shanghai on (Besu #11005).";
    BaseFee "base-fee" "Leave London out, or set zeroBaseFee: a base fee refuses transactions of gas price 0.";
    RequestTimeout "request-timeout" "Set requesttimeoutseconds to at least twice the block period, and to few seconds: each round of a validator that is down costs as much (Besu #6398, #6613).";
    SelectionTime "selection-time" "Leave poa-block-txs-selection-max-time at 75 percent or less of the block period, well below the request time-out (Besu #6732).";
    GasLimit "gas-limit" "Set a gas limit that the slowest machine executes in time, measured with `relayer bench network`: a block that comes too late is given up, again and again.";
    GasLimitDrifts "gas-limit-drifts" "Tell every node the gas limit of the genesis (Besu: target-gas-limit; GoQuorum: --miner.gastarget and --miner.gaslimit), or proposers move it.";
    PoolShare "pool-share" "Let one account fill the pool, because a proxy sends for all its patients (Besu #5757): layered pool: tx-pool-max-future-by-sender=5000; sequenced pool: tx-pool-limit-by-account-percentage=1; GoQuorum: --txpool.accountslots and --txpool.accountqueue 4096.";
    PoolMixed "pool-mixed" "Give only the options of the pool that is chosen: Besu refuses to start otherwise.";
    GasPrice "gas-price" "Set min-gas-price=0 (GoQuorum: --miner.gasprice 0): accounts here have no coins for gas.";
    TransactionSize "transaction-size" "Set txnSizeLimit to 128 in the genesis: a dispute may post a whole segment.";
    RpcOpen "rpc-open" "Let JSON-RPC listen on a loopback or private address, without `*` among hosts and origins, behind a reverse proxy with TLS.";
    RpcGoverns "rpc-governs" "Serve APIs that govern a node (ADMIN, PERM, QBFT, DEBUG, MINER; admin, istanbul, personal, debug, miner) on loopback only: whoever reaches them votes for the member.";
    UnlockedAccounts "unlocked-accounts" "Leave out --unlock and --allow-insecure-unlock: whoever reaches the node sends from an unlocked account. Medshare signs by itself.";
    AnyoneConnects "anyone-connects" "Turn node permissions on (Besu: permissions-nodes-config-file-enabled; GoQuorum: --permissioned) and discovery off.";
    NoPeers "no-peers" "Name static peers: with discovery off, nodes find each other in no other way.";
    SyncMode "sync-mode" "Set sync-mode to FULL: a validator must have every state.";
    StateInMemory "state-in-memory" "Set --gcmode archive: otherwise GoQuorum keeps the states of the last blocks in memory, and if all validators crash at once, the chain goes back behind blocks that were final.";
    EmptyBlocks "empty-blocks" "Set emptyblockperiodseconds to twice blockperiodseconds: GoQuorum proposes an empty block before it has executed a full one, and under load every other block is empty.";
    GenesisMalformed "genesis-malformed" "Let `relayer network init` or the engine's own tool make the genesis.";
    ChainId "chain-id" "Take a chain id of your own: the contracts allow windows of any length on 1337 and 31337, and public networks' ids confuse wallets.";
    KnownAccount "known-account" "Leave accounts out of the genesis whose keys are published in documentation and tools.";
    KeyExposed "key-exposed" "Keep node keys in files of mode 0600, outside of genesis and configuration.";
    ShortEpoch "short-epoch" "Set epochlength to 30000: open votes are dropped at each epoch.";
}

/// A trap that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    /// Which.
    pub kind: TrapKind,
    /// Where: a file, a node.
    pub place: String,
    /// What stands there.
    pub words: String,
}

impl Serialize for Trap {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = serde_json::json!({
            "trap": self.kind.code(), "place": self.place, "words": self.words, "advice": self.kind.advice(),
        });
        value.serialize(serializer)
    }
}

/// A node's options, as its configuration file or command line gives them.
#[derive(Debug, Clone)]
pub struct NodeOptions {
    /// The file in which they stand.
    pub place: String,
    /// The engine.
    pub engine: Engine,
    /// The options.
    pub options: Options,
}

/// A file that holds a node's key.
#[derive(Debug, Clone)]
pub struct KeyFile {
    /// Its path.
    pub place: String,
    /// Its permission bits.
    pub mode: u32,
}

/// A network's configuration.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    /// Genesis files, with their paths.
    pub genesis: Vec<(String, Value)>,
    /// Nodes.
    pub nodes: Vec<NodeOptions>,
    /// Files with keys.
    pub keys: Vec<KeyFile>,
}

/// What the validators' machines can do.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    /// Gas of verifications that it executes in a second, as `relayer bench network` measures.
    pub gas_per_second: u64,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            gas_per_second: MEASURED_GAS_PER_SECOND,
        }
    }
}

/// Finds the traps of a configuration, in the order of [`TrapKind::ALL`].
pub fn traps(configuration: &Configuration, machine: Machine) -> Vec<Trap> {
    let mut found = Vec::new();
    for (place, file) in &configuration.genesis {
        let engine = genesis::engine(file, &configuration.nodes);
        found.extend(genesis::traps(place, file, engine, machine));
    }
    let agreed = configuration.genesis.first().map(|(_, file)| file);
    for node in &configuration.nodes {
        found.extend(node::traps(node, agreed, machine));
    }
    for key in &configuration.keys {
        if key.mode & 0o077 != 0 {
            found.push(Trap {
                kind: TrapKind::KeyExposed,
                place: key.place.clone(),
                words: format!(
                    "others than the owner may use the file: mode {:04o}",
                    key.mode & 0o7777
                ),
            });
        }
    }
    found.sort_by_key(|trap| trap.kind);
    found
}

/// Whether a full block takes longer than the network bears. Networks were seen to hold up to twice their capacity, because blocks of
/// batches are cheaper than their gas tells, and to stumble at four times.
fn too_much_gas(gas_limit: u64, period_s: u64, machine: Machine) -> bool {
    gas_limit > 3 * machine.gas_per_second * period_s.max(1)
}

#[cfg(test)]
mod tests;
