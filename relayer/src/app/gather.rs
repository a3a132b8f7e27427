//! Calls that are wanted at about the same time, gathered and made together: the chain does more of them for its gas.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{timeout_at, Instant};

use crate::domain::failure::{Failure, FailureCode};
use crate::ports::ledger::{Call, Included, LedgerError, LedgerWriter};

#[cfg(test)]
mod tests;

/// Calls that may wait to be gathered; whoever wants more waits to be let in.
const QUEUE: usize = 256;

/// How calls are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gathering {
    /// How long the first one waits for others.
    pub wait: Duration,
    /// How many don't wait any longer. With 1 each call goes by itself, at once.
    pub most: usize,
}

impl Default for Gathering {
    fn default() -> Self {
        Self {
            wait: Duration::from_millis(500),
            most: 16,
        }
    }
}

/// What a call has come to.
#[derive(Debug)]
pub enum GatherError {
    /// The chain, or a contract, refused this call.
    Ledger(LedgerError),
    /// The process ends; the call may be under way, and asking again finds out.
    Stopped,
}

impl From<GatherError> for Failure {
    fn from(error: GatherError) -> Self {
        match error {
            GatherError::Ledger(error) => error.into(),
            GatherError::Stopped => {
                let words = "the proxy stopped before the transaction was in a block";
                Self::new(FailureCode::ChainUnreachable, words)
                    .with_hint("Ask again: a transaction that was sent is not sent twice.")
            }
        }
    }
}

struct Waiting {
    call: Call,
    answer: oneshot::Sender<Result<Included, LedgerError>>,
}

/// Gathers calls, and hands each what came of it.
#[derive(Debug, Clone)]
pub struct Gatherer {
    queue: mpsc::Sender<Waiting>,
}

impl Gatherer {
    /// Starts gathering for a ledger, within the runtime; it ends with the last of its handles.
    pub fn start(ledger: Arc<dyn LedgerWriter>, gathering: Gathering) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(gather(ledger, gathering, waiting));
        Self { queue }
    }

    /// Makes a call together with others that are wanted at about this time, and waits until it is in a final block. The call goes on
    /// if whoever waits for it goes away.
    ///
    /// # Errors
    /// As [`LedgerWriter::submit`], of this very call; [`GatherError::Stopped`].
    pub async fn submit(&self, call: Call) -> Result<Included, GatherError> {
        let (answer, outcome) = oneshot::channel();
        let queued = self.queue.send(Waiting { call, answer }).await;
        queued.map_err(|_| GatherError::Stopped)?;
        let outcome = outcome.await.map_err(|_| GatherError::Stopped)?;
        outcome.map_err(GatherError::Ledger)
    }
}

async fn gather(
    ledger: Arc<dyn LedgerWriter>,
    gathering: Gathering,
    mut queue: mpsc::Receiver<Waiting>,
) {
    while let Some(first) = queue.recv().await {
        let deadline = Instant::now() + gathering.wait;
        let mut together = vec![first];
        while together.len() < gathering.most {
            match timeout_at(deadline, queue.recv()).await {
                Ok(Some(next)) => together.push(next),
                _ => break,
            }
        }
        // The next ones are gathered while these are under way
        tokio::spawn(make(Arc::clone(&ledger), together));
    }
}

async fn make(ledger: Arc<dyn LedgerWriter>, together: Vec<Waiting>) {
    let (calls, answers): (Vec<_>, Vec<_>) = together
        .into_iter()
        .map(|waiting| (waiting.call, waiting.answer))
        .unzip();
    let outcomes = ledger.submit_together(&calls).await;
    for (answer, outcome) in answers.into_iter().zip(outcomes) {
        // Whoever asked may have gone; what came of it stands in the outbox
        drop(answer.send(outcome));
    }
}
