//! The tables of envelopes and ciphertexts.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::Row;

use super::{database, fixed, from_integer, to_integer, SqliteIndex};
use crate::domain::ids::{CiphertextRoot, EnvelopeHash};
use crate::ports::index::{Deposit, DepositIndex, EnvelopeAdded, EnvelopeEntry, IndexError, Part};

#[async_trait]
impl DepositIndex for SqliteIndex {
    async fn add_envelope(&self, entry: &EnvelopeEntry) -> Result<EnvelopeAdded, IndexError> {
        sqlx::query(
            "INSERT INTO envelopes (hash, delegating_key, root, length)
             VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(&entry.hash.as_bytes()[..])
        .bind(&entry.delegating_key[..])
        .bind(&entry.root.as_bytes()[..])
        .bind(to_integer(entry.length)?)
        .execute(&self.pool)
        .await
        .map_err(database)?;
        let held = self.envelope_of(&entry.delegating_key).await?;
        let same = held.is_some_and(|held| held.hash == entry.hash);
        Ok(if same {
            EnvelopeAdded::Held
        } else {
            EnvelopeAdded::KeyTaken
        })
    }

    async fn envelope(&self, hash: EnvelopeHash) -> Result<Option<EnvelopeEntry>, IndexError> {
        self.find_envelope("SELECT * FROM envelopes WHERE hash = ?", hash.as_bytes())
            .await
    }

    async fn envelope_of(
        &self,
        delegating_key: &[u8; 33],
    ) -> Result<Option<EnvelopeEntry>, IndexError> {
        self.find_envelope(
            "SELECT * FROM envelopes WHERE delegating_key = ?",
            delegating_key,
        )
        .await
    }

    async fn envelope_with(
        &self,
        root: CiphertextRoot,
    ) -> Result<Option<EnvelopeEntry>, IndexError> {
        let query = "SELECT * FROM envelopes WHERE root = ? ORDER BY hash LIMIT 1";
        self.find_envelope(query, root.as_bytes()).await
    }

    async fn deposit(&self, root: CiphertextRoot) -> Result<Option<Deposit>, IndexError> {
        let row = sqlx::query("SELECT * FROM deposits WHERE root = ?")
            .bind(&root.as_bytes()[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(database)?;
        row.as_ref().map(deposit).transpose()
    }

    async fn parts(&self, root: CiphertextRoot) -> Result<Vec<Part>, IndexError> {
        let rows =
            sqlx::query("SELECT start, length FROM deposit_parts WHERE root = ? ORDER BY start")
                .bind(&root.as_bytes()[..])
                .fetch_all(&self.pool)
                .await
                .map_err(database)?;
        let part = |row: &SqliteRow| {
            Ok(Part {
                start: number(row, "start")?,
                length: number(row, "length")?,
            })
        };
        rows.iter().map(part).collect()
    }

    async fn add_part(&self, part: Part, progress: &Deposit) -> Result<(), IndexError> {
        let root = progress.root.as_bytes();
        let mut db = self
            .pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(database)?;
        let held: Option<i64> = sqlx::query_scalar("SELECT received FROM deposits WHERE root = ?")
            .bind(&root[..])
            .fetch_optional(&mut *db)
            .await
            .map_err(database)?;
        let held = from_integer(held.unwrap_or(0))?;
        if held != part.start || progress.received != part.start + part.length {
            let gap = format!(
                "part at {} of {}, which is held to {held}",
                part.start, progress.root
            );
            return Err(IndexError::Inconsistent(gap));
        }
        sqlx::query(
            "INSERT INTO deposits (root, length, received, tree, complete) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (root) DO UPDATE SET received = ?3, tree = ?4, complete = ?5",
        )
        .bind(&root[..])
        .bind(to_integer(progress.length)?)
        .bind(to_integer(progress.received)?)
        .bind(&progress.tree)
        .bind(progress.complete)
        .execute(&mut *db)
        .await
        .map_err(database)?;
        sqlx::query("INSERT INTO deposit_parts (root, start, length) VALUES (?, ?, ?)")
            .bind(&root[..])
            .bind(to_integer(part.start)?)
            .bind(to_integer(part.length)?)
            .execute(&mut *db)
            .await
            .map_err(database)?;
        db.commit().await.map_err(database)
    }

    async fn forget_deposit(&self, root: CiphertextRoot) -> Result<(), IndexError> {
        let mut db = self.pool.begin().await.map_err(database)?;
        for query in [
            "DELETE FROM deposit_parts WHERE root = ?",
            "DELETE FROM deposits WHERE root = ?",
        ] {
            let delete = sqlx::query(query).bind(&root.as_bytes()[..]);
            delete.execute(&mut *db).await.map_err(database)?;
        }
        db.commit().await.map_err(database)
    }
}

impl SqliteIndex {
    async fn find_envelope(
        &self,
        query: &'static str,
        value: &[u8],
    ) -> Result<Option<EnvelopeEntry>, IndexError> {
        let row = sqlx::query(query)
            .bind(value)
            .fetch_optional(&self.pool)
            .await
            .map_err(database)?;
        row.as_ref().map(envelope).transpose()
    }
}

fn envelope(row: &SqliteRow) -> Result<EnvelopeEntry, IndexError> {
    let hash = EnvelopeHash::new(bytes(row, "hash")?)
        .map_err(|e| IndexError::Inconsistent(format!("hash of an envelope: {e}")))?;
    Ok(EnvelopeEntry {
        hash,
        delegating_key: bytes(row, "delegating_key")?,
        root: CiphertextRoot::new(bytes(row, "root")?),
        length: number(row, "length")?,
    })
}

fn deposit(row: &SqliteRow) -> Result<Deposit, IndexError> {
    Ok(Deposit {
        root: CiphertextRoot::new(bytes(row, "root")?),
        length: number(row, "length")?,
        received: number(row, "received")?,
        tree: row.try_get("tree").map_err(database)?,
        complete: row.try_get("complete").map_err(database)?,
    })
}

fn bytes<const N: usize>(row: &SqliteRow, column: &str) -> Result<[u8; N], IndexError> {
    fixed(row.try_get(column).map_err(database)?, column)
}

fn number(row: &SqliteRow, column: &str) -> Result<u64, IndexError> {
    from_integer(row.try_get(column).map_err(database)?)
}

#[cfg(test)]
mod tests;
