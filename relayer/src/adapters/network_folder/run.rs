//! Starting and stopping the nodes of a folder.

use std::path::Path;
use std::time::{Duration, Instant};

use super::NetworkFolder;
use crate::adapters::engines;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ledger::{Engine, Member};
use crate::ports::node::ValidatorNode as _;

impl NetworkFolder {
    /// Starts all nodes that are here, and waits until each has a new block; gives the time that it took.
    ///
    /// # Errors
    /// `not-found` if the engine is missing, or no node's key is here; `chain-unreachable` if no blocks come.
    pub async fn up(
        &self,
        program: Option<&Path>,
        patience: Duration,
    ) -> Result<Duration, Failure> {
        let here = self.here()?;
        if here.is_empty() {
            let words = format!("no node's key is in {}", self.path().display());
            return Err(Failure::new(FailureCode::NotFound, words));
        }
        let engine = self.engine(program)?;
        let start = Instant::now();
        for member in &here {
            self.start(member, &engine)?;
        }
        for member in &here {
            self.wait_for_block(member, start + patience).await?;
        }
        Ok(start.elapsed())
    }

    /// Stops all nodes that are here; names those that ran.
    ///
    /// # Errors
    /// `io`.
    pub fn down(&self) -> Result<Vec<String>, Failure> {
        let mut stopped = Vec::new();
        for member in self.here()? {
            if engines::stop(&self.home_of(member)?)? {
                stopped.push(member.name.clone());
            }
        }
        Ok(stopped)
    }

    /// Processor time that the nodes here have used since they were started; `None` where the system does not tell.
    ///
    /// # Errors
    /// `io`.
    pub fn processor_time(&self) -> Result<Option<Duration>, Failure> {
        let mut all = Duration::ZERO;
        for member in self.here()? {
            let id = engines::running(&self.home_of(member)?)?;
            match id.and_then(engines::processor_time) {
                Some(one) => all += one,
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }

    /// Kills a member's node at once, as a power failure would.
    ///
    /// # Errors
    /// `io`.
    pub fn kill(&self, member: &Member) -> Result<(), Failure> {
        engines::kill(&self.home_of(member)?)
    }

    /// Waits until a node has a block more than when it was asked first.
    ///
    /// # Errors
    /// `chain-unreachable` if it ends, or has none in time.
    pub async fn wait_for_block(&self, member: &Member, until: Instant) -> Result<(), Failure> {
        let node = self.node(member)?;
        let mut first = None;
        loop {
            if let Ok(head) = node.head().await {
                let first = *first.get_or_insert(head.number);
                // Anvil's first block does as well
                if head.number > first || self.ledger.engine == Engine::Anvil {
                    return Ok(());
                }
            } else if engines::running(&self.home_of(member)?)?.is_none() {
                return Err(self.not_up(member, "it has ended"));
            }
            if Instant::now() > until {
                let words = match first {
                    Some(height) => format!(
                        "it stays at block {height}: more than two thirds of the validators must run"
                    ),
                    None => "it does not answer".to_owned(),
                };
                return Err(self.not_up(member, &words));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    fn not_up(&self, member: &Member, words: &str) -> Failure {
        let hint = match self.home_of(member) {
            Ok(home) => format!(
                "Its output is in {}.",
                home.file(engines::LOG_FILE).display()
            ),
            Err(failure) => failure.message().to_owned(),
        };
        let words = format!("{} is not up: {words}", member.name);
        Failure::new(FailureCode::ChainUnreachable, words).with_hint(hint)
    }
}
