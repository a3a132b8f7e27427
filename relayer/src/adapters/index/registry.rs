//! The registry's history.

use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};

use super::{cursors, database, fixed, from_integer, to_integer, SqliteIndex};
use crate::ports::index::{Cursor, Cursors, IndexError, LeafChange, RegistryIndex, RootAt};

/// The follower that fills these tables.
const FOLLOWER: &str = "registry";

#[async_trait]
impl RegistryIndex for SqliteIndex {
    async fn registry_cursor(&self) -> Result<Option<Cursor>, IndexError> {
        self.cursor(FOLLOWER).await
    }

    async fn append(
        &self,
        after: Option<Cursor>,
        changes: &[LeafChange],
        roots: &[RootAt],
        to: Cursor,
    ) -> Result<bool, IndexError> {
        let mut db = self
            .pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(database)?;
        if cursors::read(&mut *db, FOLLOWER).await? != after {
            return Ok(false);
        }
        let first = count(&mut db).await?;
        for (number, change) in (first..).zip(changes) {
            insert_change(&mut db, number, change).await?;
        }
        for root in roots {
            insert_root(&mut db, root).await?;
        }
        cursors::write(&mut db, FOLLOWER, to).await?;
        db.commit().await.map_err(database)?;
        Ok(true)
    }

    async fn length(&self) -> Result<u64, IndexError> {
        let mut db = self.pool.acquire().await.map_err(database)?;
        count(&mut db).await
    }

    async fn changes(&self, from: u64, limit: u64) -> Result<Vec<LeafChange>, IndexError> {
        let rows = sqlx::query(
            "SELECT position, leaf FROM registry_changes WHERE number >= ? ORDER BY number LIMIT ?",
        )
        .bind(to_integer(from)?)
        .bind(to_integer(limit)?)
        .fetch_all(&self.pool)
        .await
        .map_err(database)?;
        let change = |row: &sqlx::sqlite::SqliteRow| {
            Ok(LeafChange {
                position: from_integer(row.try_get("position").map_err(database)?)?,
                leaf: fixed(row.try_get("leaf").map_err(database)?, "leaf")?,
            })
        };
        rows.iter().map(change).collect()
    }

    async fn root(&self, root: &[u8; 32]) -> Result<Option<RootAt>, IndexError> {
        let changes: Option<i64> =
            sqlx::query_scalar("SELECT MIN(changes) FROM registry_roots WHERE root = ?")
                .bind(&root[..])
                .fetch_one(&self.pool)
                .await
                .map_err(database)?;
        changes
            .map(|changes| {
                Ok(RootAt {
                    root: *root,
                    changes: from_integer(changes)?,
                })
            })
            .transpose()
    }

    async fn root_after(&self, changes: u64) -> Result<Option<[u8; 32]>, IndexError> {
        let root: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT root FROM registry_roots WHERE changes = ?")
                .bind(to_integer(changes)?)
                .fetch_optional(&self.pool)
                .await
                .map_err(database)?;
        root.map(|root| fixed(root, "root")).transpose()
    }

    async fn clear_registry(&self) -> Result<(), IndexError> {
        let mut db = self
            .pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(database)?;
        for statement in ["DELETE FROM registry_changes", "DELETE FROM registry_roots"] {
            sqlx::query(statement)
                .execute(&mut *db)
                .await
                .map_err(database)?;
        }
        sqlx::query("DELETE FROM cursors WHERE follower = ?")
            .bind(FOLLOWER)
            .execute(&mut *db)
            .await
            .map_err(database)?;
        db.commit().await.map_err(database)
    }
}

async fn count(db: &mut SqliteConnection) -> Result<u64, IndexError> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM registry_changes")
        .fetch_one(db)
        .await
        .map_err(database)?;
    from_integer(count)
}

async fn insert_change(
    db: &mut SqliteConnection,
    number: u64,
    change: &LeafChange,
) -> Result<(), IndexError> {
    sqlx::query("INSERT INTO registry_changes (number, position, leaf) VALUES (?, ?, ?)")
        .bind(to_integer(number)?)
        .bind(to_integer(change.position)?)
        .bind(&change.leaf[..])
        .execute(db)
        .await
        .map_err(database)?;
    Ok(())
}

async fn insert_root(db: &mut SqliteConnection, root: &RootAt) -> Result<(), IndexError> {
    sqlx::query("INSERT OR REPLACE INTO registry_roots (changes, root) VALUES (?, ?)")
        .bind(to_integer(root.changes)?)
        .bind(&root.root[..])
        .execute(db)
        .await
        .map_err(database)?;
    Ok(())
}
