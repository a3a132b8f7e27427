//! The outbox's table.

mod batches;

use async_trait::async_trait;
use sqlx::{sqlite::SqliteRow, Row, Sqlite, SqliteExecutor, SqlitePool, Transaction};

use super::{database, fixed, from_integer, to_integer};
use crate::{
    domain::ids::Address,
    ports::index::{
        Effect, Included, IndexError, OutboxEntry, OutboxState, OutboxStore, QueuedTransaction,
        SignAt, SignedTransaction,
    },
};

/// The outbox of one chain.
#[derive(Debug, Clone)]
pub struct SqliteOutbox {
    pool: SqlitePool,
    chain: [u8; 32],
}

impl SqliteOutbox {
    pub(super) fn new(pool: SqlitePool, chain: [u8; 32]) -> Self {
        Self { pool, chain }
    }

    /// Starts a transaction that holds the write lock from its start, so that what it reads stays true.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, IndexError> {
        self.pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(database)
    }

    async fn insert(
        &self,
        db: &mut Transaction<'static, Sqlite>,
        effect: &str,
        transaction: &QueuedTransaction,
    ) -> Result<OutboxEntry, IndexError> {
        let row = sqlx::query(
            "INSERT INTO outbox (chain, sender, effect, recipient, value, data, state)
             VALUES (?, ?, ?, ?, ?, ?, 'queued') RETURNING *",
        )
        .bind(&self.chain[..])
        .bind(&transaction.sender.as_bytes()[..])
        .bind(effect)
        .bind(transaction.to.map(|to| to.as_bytes().to_vec()))
        .bind(transaction.value.to_string())
        .bind(&transaction.data)
        .fetch_one(&mut **db)
        .await
        .map_err(database)?;
        entry(&row)
    }

    async fn by_effect(
        &self,
        db: impl SqliteExecutor<'_>,
        sender: Address,
        effect: &str,
    ) -> Result<Option<OutboxEntry>, IndexError> {
        let row = sqlx::query("SELECT * FROM outbox WHERE chain = ? AND sender = ? AND effect = ?")
            .bind(&self.chain[..])
            .bind(&sender.as_bytes()[..])
            .bind(effect)
            .fetch_optional(db)
            .await
            .map_err(database)?;
        row.as_ref().map(entry).transpose()
    }

    async fn next_nonce(
        &self,
        db: &mut Transaction<'static, Sqlite>,
        sender: Address,
        chain_nonce: u64,
    ) -> Result<u64, IndexError> {
        let largest: Option<i64> =
            sqlx::query_scalar("SELECT MAX(nonce) FROM outbox WHERE chain = ? AND sender = ?")
                .bind(&self.chain[..])
                .bind(&sender.as_bytes()[..])
                .fetch_one(&mut **db)
                .await
                .map_err(database)?;
        match largest {
            Some(largest) => Ok(chain_nonce.max(from_integer(largest)? + 1)),
            None => Ok(chain_nonce),
        }
    }
}

#[async_trait]
impl OutboxStore for SqliteOutbox {
    async fn enqueue(
        &self,
        effect: &Effect,
        transaction: &QueuedTransaction,
    ) -> Result<OutboxEntry, IndexError> {
        let mut db = self.begin().await?;
        let existing = self
            .by_effect(&mut *db, transaction.sender, &effect.key)
            .await?;
        let entry = match existing {
            Some(entry) if entry.is_replaced_by(effect, transaction) => {
                delete(&mut db, entry.id).await?;
                self.insert(&mut db, &effect.key, transaction).await?
            }
            Some(entry) => {
                entry.check_same(transaction)?;
                entry
            }
            None => self.insert(&mut db, &effect.key, transaction).await?,
        };
        db.commit().await.map_err(database)?;
        Ok(entry)
    }

    async fn unsettled(&self, sender: Address) -> Result<Vec<OutboxEntry>, IndexError> {
        let rows = sqlx::query(
            "SELECT * FROM outbox WHERE chain = ? AND sender = ? AND state = 'signed' ORDER BY nonce",
        )
        .bind(&self.chain[..])
        .bind(&sender.as_bytes()[..])
        .fetch_all(&self.pool)
        .await
        .map_err(database)?;
        rows.iter().map(entry).collect()
    }

    async fn sign_next(
        &self,
        id: i64,
        chain_nonce: u64,
        sign: &SignAt<'_>,
    ) -> Result<SignedTransaction, IndexError> {
        let mut db = self.begin().await?;
        let found = by_id(&mut db, id).await?;
        match found.state {
            OutboxState::Queued => {}
            OutboxState::Signed(signed) => return Ok(signed),
            OutboxState::Joined { .. } => return Err(IndexError::Joined(found.effect)),
            _ => {
                return Err(IndexError::Inconsistent(format!(
                    "effect `{}` is settled",
                    found.effect
                )))
            }
        }
        let nonce = self
            .next_nonce(&mut db, found.transaction.sender, chain_nonce)
            .await?;
        let signed = sign(nonce)?;
        mark_signed(&mut db, id, &signed).await?;
        db.commit().await.map_err(database)?;
        Ok(signed)
    }

    async fn sign_batch(
        &self,
        members: &[i64],
        transaction: &QueuedTransaction,
        chain_nonce: u64,
        sign: &SignAt<'_>,
    ) -> Result<Option<OutboxEntry>, IndexError> {
        let mut db = self.begin().await?;
        if !batches::all_queued(&mut db, members).await? {
            return Ok(None);
        }
        let nonce = self
            .next_nonce(&mut db, transaction.sender, chain_nonce)
            .await?;
        let signed = sign(nonce)?;
        let effect = format!("batch:0x{}", hex::encode(signed.hash));
        let batch = self.insert(&mut db, &effect, transaction).await?.id;
        mark_signed(&mut db, batch, &signed).await?;
        batches::join(&mut db, batch, members).await?;
        let entry = by_id(&mut db, batch).await?;
        db.commit().await.map_err(database)?;
        Ok(Some(entry))
    }

    async fn find(&self, sender: Address, effect: &str) -> Result<Option<OutboxEntry>, IndexError> {
        self.by_effect(&self.pool, sender, effect).await
    }

    async fn entry(&self, id: i64) -> Result<Option<OutboxEntry>, IndexError> {
        let row = sqlx::query("SELECT * FROM outbox WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
            .map_err(database)?;
        row.as_ref().map(entry).transpose()
    }

    async fn carried(&self, batch: i64) -> Result<usize, IndexError> {
        batches::carried(&self.pool, batch).await
    }

    async fn settle_batch(
        &self,
        batch: i64,
        included: &Included,
        skipped: &[usize],
    ) -> Result<(), IndexError> {
        let mut db = self.begin().await?;
        batches::settle(&mut db, batch, included, skipped).await?;
        db.commit().await.map_err(database)
    }

    async fn release(&self, id: i64) -> Result<(), IndexError> {
        let done = sqlx::query(
            "UPDATE outbox SET state = 'queued', nonce = NULL, raw = NULL, hash = NULL
             WHERE id = ? AND state = 'signed'",
        )
        .bind(id)
        .execute(&self.pool)
        .await
        .map_err(database)?;
        expect_one(done.rows_affected(), id)
    }

    async fn withdraw(&self, id: i64) -> Result<bool, IndexError> {
        let done = sqlx::query(
            "UPDATE outbox SET state = 'failed', nonce = NULL, raw = NULL, hash = NULL
             WHERE id = ?1 AND state = 'signed' AND NOT EXISTS (
                SELECT 1 FROM outbox AS later WHERE later.chain = outbox.chain
                AND later.sender = outbox.sender AND later.nonce > outbox.nonce)",
        )
        .bind(id)
        .execute(&self.pool)
        .await
        .map_err(database)?;
        Ok(done.rows_affected() == 1)
    }

    async fn settle(&self, id: i64, outcome: &OutboxState) -> Result<(), IndexError> {
        let query = match outcome {
            OutboxState::Included(included) => sqlx::query(
                "UPDATE outbox SET state = 'included', hash = ?, block = ?, gas = ?, created = ?, raw = NULL
                 WHERE id = ? AND state IN ('signed', 'included')",
            )
            .bind(included.hash.to_vec())
            .bind(to_integer(included.block)?)
            .bind(to_integer(included.gas)?)
            .bind(included.created.map(|created| created.as_bytes().to_vec())),
            // What comes of an entry that a batch carries, the batch tells
            OutboxState::Failed => sqlx::query(
                "UPDATE outbox SET state = CASE WHEN batch IS NULL THEN 'failed' ELSE state END, raw = NULL
                 WHERE id = ? AND state != 'included'",
            ),
            other => return Err(IndexError::Inconsistent(format!("{other:?} is not an outcome"))),
        };
        let done = query.bind(id).execute(&self.pool).await.map_err(database)?;
        expect_one(done.rows_affected(), id)
    }
}

async fn by_id(db: &mut Transaction<'static, Sqlite>, id: i64) -> Result<OutboxEntry, IndexError> {
    let row = sqlx::query("SELECT * FROM outbox WHERE id = ?")
        .bind(id)
        .fetch_one(&mut **db)
        .await
        .map_err(database)?;
    entry(&row)
}

async fn mark_signed(
    db: &mut Transaction<'static, Sqlite>,
    id: i64,
    signed: &SignedTransaction,
) -> Result<(), IndexError> {
    sqlx::query("UPDATE outbox SET state = 'signed', nonce = ?, raw = ?, hash = ? WHERE id = ?")
        .bind(to_integer(signed.nonce)?)
        .bind(&signed.raw)
        .bind(&signed.hash[..])
        .bind(id)
        .execute(&mut **db)
        .await
        .map_err(database)?;
    Ok(())
}

async fn delete(db: &mut Transaction<'static, Sqlite>, id: i64) -> Result<(), IndexError> {
    sqlx::query("DELETE FROM outbox WHERE id = ?")
        .bind(id)
        .execute(&mut **db)
        .await
        .map_err(database)?;
    Ok(())
}

fn expect_one(rows: u64, id: i64) -> Result<(), IndexError> {
    if rows == 1 {
        Ok(())
    } else {
        Err(IndexError::Inconsistent(format!(
            "transaction {id} of the outbox is not in the expected state"
        )))
    }
}

fn entry(row: &SqliteRow) -> Result<OutboxEntry, IndexError> {
    let value: String = row.try_get("value").map_err(database)?;
    let transaction = QueuedTransaction {
        sender: address(row, "sender")?
            .ok_or_else(|| IndexError::Inconsistent("a transaction without sender".to_owned()))?,
        to: address(row, "recipient")?,
        value: value
            .parse()
            .map_err(|_| IndexError::Inconsistent(format!("value `{value}`")))?,
        data: row.try_get("data").map_err(database)?,
    };
    Ok(OutboxEntry {
        id: row.try_get("id").map_err(database)?,
        effect: row.try_get("effect").map_err(database)?,
        transaction,
        state: state(row)?,
    })
}

fn state(row: &SqliteRow) -> Result<OutboxState, IndexError> {
    let name: String = row.try_get("state").map_err(database)?;
    match name.as_str() {
        "queued" => Ok(joined(row)?.unwrap_or(OutboxState::Queued)),
        "failed" => Ok(OutboxState::Failed),
        "signed" => Ok(OutboxState::Signed(SignedTransaction {
            nonce: number(row, "nonce")?,
            raw: row.try_get("raw").map_err(database)?,
            hash: hash(row)?,
        })),
        "included" => Ok(OutboxState::Included(Included {
            hash: hash(row)?,
            block: number(row, "block")?,
            gas: number(row, "gas")?,
            created: address(row, "created")?,
        })),
        other => Err(IndexError::Inconsistent(format!("state `{other}`"))),
    }
}

/// The batch that carries an entry, if one does.
fn joined(row: &SqliteRow) -> Result<Option<OutboxState>, IndexError> {
    let batch: Option<i64> = row.try_get("batch").map_err(database)?;
    let Some(batch) = batch else { return Ok(None) };
    let place = usize::try_from(number(row, "place")?)
        .map_err(|_| IndexError::Inconsistent("a place in a batch".to_owned()))?;
    Ok(Some(OutboxState::Joined { batch, place }))
}

fn hash(row: &SqliteRow) -> Result<[u8; 32], IndexError> {
    fixed(row.try_get("hash").map_err(database)?, "hash")
}

fn number(row: &SqliteRow, column: &str) -> Result<u64, IndexError> {
    from_integer(row.try_get(column).map_err(database)?)
}

fn address(row: &SqliteRow, column: &str) -> Result<Option<Address>, IndexError> {
    let bytes: Option<Vec<u8>> = row.try_get(column).map_err(database)?;
    bytes
        .map(|bytes| Ok(Address::new(fixed(bytes, column)?)))
        .transpose()
}
