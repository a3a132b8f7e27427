//! Transactions that a role has decided to send, kept until they are in a block.

use async_trait::async_trait;

use super::IndexError;
use crate::domain::ids::Address;

/// The name of what a transaction brings about, such as `enrol:<study>:<nullifier>:<attempt>`.
///
/// An account brings an effect about once: asking again returns what came of it. A *repeatable* one (setting bounds, adding
/// bond) may be asked for again once it has come about, while a transaction under way is still never doubled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The name.
    pub key: String,
    /// Whether it may be brought about again.
    pub repeatable: bool,
}

impl Effect {
    /// An effect that comes about once.
    pub fn once(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            repeatable: false,
        }
    }

    /// An effect that may be brought about again.
    pub fn repeatable(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            repeatable: true,
        }
    }
}

/// A transaction that has no nonce yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedTransaction {
    /// Account that signs.
    pub sender: Address,
    /// Contract, or `None` to create one.
    pub to: Option<Address>,
    /// Native coin to send, in wei.
    pub value: u128,
    /// Calldata or init code.
    pub data: Vec<u8>,
}

/// A transaction with a nonce and a signature, ready to be sent any number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTransaction {
    /// Its nonce.
    pub nonce: u64,
    /// The signed bytes.
    pub raw: Vec<u8>,
    /// Their hash.
    pub hash: [u8; 32],
}

/// Signs a transaction with the nonce given.
pub type SignAt<'a> = dyn Fn(u64) -> Result<SignedTransaction, IndexError> + Send + Sync + 'a;

/// A transaction that is in a block and succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Included {
    /// The transaction's hash.
    pub hash: [u8; 32],
    /// Number of the block.
    pub block: u64,
    /// Gas used; of a batch an equal share, rounded up.
    pub gas: u64,
    /// The contract that it created.
    pub created: Option<Address>,
}

impl Included {
    /// What one of several effects has of a transaction that brought them about together.
    #[must_use]
    pub fn share(self, effects: usize) -> Self {
        let effects = u64::try_from(effects).unwrap_or(u64::MAX).max(1);
        Self {
            gas: self.gas.div_ceil(effects),
            ..self
        }
    }
}

/// What has become of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxState {
    /// Decided on, without a nonce.
    Queued,
    /// Signed, perhaps sent, not known to be in a block.
    Signed(SignedTransaction),
    /// Carried by a batch that is signed.
    Joined {
        /// The batch's entry.
        batch: i64,
        /// Which of the batch's it is, from 0.
        place: usize,
    },
    /// In a block, and it succeeded.
    Included(Included),
    /// It had no effect and never will (reverted, or refused before it was sent): may be asked for again.
    Failed,
}

/// A transaction of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Row number, ascending in the order of queueing.
    pub id: i64,
    /// What it brings about.
    pub effect: String,
    /// The transaction.
    pub transaction: QueuedTransaction,
    /// What has become of it.
    pub state: OutboxState,
}

/// The durable store of the outbox, for one chain (entries of other chains are not seen).
///
/// Every method MUST be atomic and durable when it returns, also against other processes with the same database. When a batch is
/// released, withdrawn or fails, the entries that it carries are queued by themselves again.
#[async_trait]
pub trait OutboxStore: Send + Sync {
    /// Queues a transaction for an effect, or returns the entry that there is.
    ///
    /// A `Failed` entry, an `Included` one if the effect is repeatable, and a `Queued` one with another transaction are
    /// replaced, under a new id.
    ///
    /// # Errors
    /// [`IndexError::EffectConflict`] if a signed entry has another transaction, [`IndexError::Database`].
    async fn enqueue(
        &self,
        effect: &Effect,
        transaction: &QueuedTransaction,
    ) -> Result<OutboxEntry, IndexError>;

    /// Entries of a sender that are signed and not settled, by ascending nonce.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn unsettled(&self, sender: Address) -> Result<Vec<OutboxEntry>, IndexError>;

    /// Gives a queued entry the sender's next nonce, has it signed and stores it, all in one transaction. The nonce is
    /// the larger of `chain_nonce` and one more than the largest that an entry of this sender has. An entry that
    /// is signed already is returned as it is.
    ///
    /// # Errors
    /// [`IndexError::Database`], [`IndexError::Joined`] if a batch carries the entry, [`IndexError::Inconsistent`] if it is
    /// settled, or what `sign` returns.
    async fn sign_next(
        &self,
        id: i64,
        chain_nonce: u64,
        sign: &SignAt<'_>,
    ) -> Result<SignedTransaction, IndexError>;

    /// Signs one transaction that brings about the effects of several queued entries, with a nonce as by
    /// [`OutboxStore::sign_next`]; gives the batch's entry. `None`, and nothing is stored, if one of them isn't queued any more.
    ///
    /// # Errors
    /// [`IndexError::Database`], or what `sign` returns.
    async fn sign_batch(
        &self,
        members: &[i64],
        transaction: &QueuedTransaction,
        chain_nonce: u64,
        sign: &SignAt<'_>,
    ) -> Result<Option<OutboxEntry>, IndexError>;

    /// The entry of an effect, if a sender has one.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn find(&self, sender: Address, effect: &str) -> Result<Option<OutboxEntry>, IndexError>;

    /// An entry, if there is one of this id.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn entry(&self, id: i64) -> Result<Option<OutboxEntry>, IndexError>;

    /// How many entries a batch carries: 0 if it is a transaction by itself.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn carried(&self, batch: i64) -> Result<usize, IndexError>;

    /// Records that a batch is in a block, and with it the entries that it carries, but for those at the places `skipped`, which
    /// have failed.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn settle_batch(
        &self,
        batch: i64,
        included: &Included,
        skipped: &[usize],
    ) -> Result<(), IndexError>;

    /// Takes nonce and signature back: the entry is queued again. Only for a transaction that can never be
    /// included, because another one has used its nonce.
    ///
    /// # Errors
    /// [`IndexError::Database`], [`IndexError::Inconsistent`] if the entry is not signed.
    async fn release(&self, id: i64) -> Result<(), IndexError>;

    /// Gives a signed entry up (it is `Failed`) if no later nonce of its sender has been given out, and says whether it
    /// did. Only for a transaction that no node has ever taken.
    ///
    /// # Errors
    /// [`IndexError::Database`], [`IndexError::Inconsistent`] if the entry is not signed.
    async fn withdraw(&self, id: i64) -> Result<bool, IndexError>;

    /// Records the outcome: `Included` or `Failed`. An entry that a batch carries does not fail by itself.
    ///
    /// # Errors
    /// [`IndexError::Database`], [`IndexError::Inconsistent`] for another state.
    async fn settle(&self, id: i64, outcome: &OutboxState) -> Result<(), IndexError>;
}

impl OutboxEntry {
    /// Whether asking for the effect again puts a new transaction in the place of this entry.
    pub fn is_replaced_by(&self, effect: &Effect, transaction: &QueuedTransaction) -> bool {
        match self.state {
            OutboxState::Failed => true,
            OutboxState::Included(_) => effect.repeatable,
            // Nothing of it has left this machine.
            OutboxState::Queued => self.transaction != *transaction,
            OutboxState::Signed(_) | OutboxState::Joined { .. } => false,
        }
    }

    /// Checks that what is asked for is the transaction that is there, unless that one has come about.
    ///
    /// # Errors
    /// [`IndexError::EffectConflict`].
    pub fn check_same(&self, transaction: &QueuedTransaction) -> Result<(), IndexError> {
        if matches!(self.state, OutboxState::Included(_)) || self.transaction == *transaction {
            Ok(())
        } else {
            Err(IndexError::EffectConflict(self.effect.clone()))
        }
    }
}
