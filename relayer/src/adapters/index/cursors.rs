//! The followers' cursors.

use async_trait::async_trait;
use sqlx::{Row, Sqlite, SqliteConnection};

use super::{database, fixed, from_integer, to_integer, SqliteIndex};
use crate::ports::index::{Cursor, Cursors, IndexError};

#[async_trait]
impl Cursors for SqliteIndex {
    async fn cursor(&self, follower: &str) -> Result<Option<Cursor>, IndexError> {
        read(&self.pool, follower).await
    }

    async fn advance(&self, follower: &str, to: Cursor) -> Result<(), IndexError> {
        let mut db = self
            .pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(database)?;
        if let Some(from) = read(&mut *db, follower).await? {
            if to.block < from.block {
                let words = format!(
                    "`{follower}` would go back from block {} to {}",
                    from.block, to.block
                );
                return Err(IndexError::Inconsistent(words));
            }
        }
        write(&mut db, follower, to).await?;
        db.commit().await.map_err(database)
    }

    async fn rewind(&self, follower: &str) -> Result<(), IndexError> {
        sqlx::query("DELETE FROM cursors WHERE follower = ?")
            .bind(follower)
            .execute(&self.pool)
            .await
            .map_err(database)?;
        Ok(())
    }
}

/// A follower's cursor.
pub(super) async fn read<'e>(
    db: impl sqlx::Executor<'e, Database = Sqlite>,
    follower: &str,
) -> Result<Option<Cursor>, IndexError> {
    let row = sqlx::query("SELECT block, block_hash FROM cursors WHERE follower = ?")
        .bind(follower)
        .fetch_optional(db)
        .await
        .map_err(database)?;
    row.map(|row| {
        Ok(Cursor {
            block: from_integer(row.try_get("block").map_err(database)?)?,
            block_hash: fixed(row.try_get("block_hash").map_err(database)?, "block_hash")?,
        })
    })
    .transpose()
}

/// Sets a follower's cursor.
pub(super) async fn write(
    db: &mut SqliteConnection,
    follower: &str,
    to: Cursor,
) -> Result<(), IndexError> {
    sqlx::query("INSERT OR REPLACE INTO cursors (follower, block, block_hash) VALUES (?, ?, ?)")
        .bind(follower)
        .bind(to_integer(to.block)?)
        .bind(&to.block_hash[..])
        .execute(db)
        .await
        .map_err(database)?;
    Ok(())
}
