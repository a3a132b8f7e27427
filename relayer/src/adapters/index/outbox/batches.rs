//! Entries that one transaction carries.

use sqlx::{Sqlite, SqliteExecutor, Transaction};

use super::super::{database, to_integer};
use super::by_id;
use crate::ports::index::{Included, IndexError, OutboxState};

type Db = Transaction<'static, Sqlite>;

/// Whether all of these are queued and in no batch. One that was replaced isn't.
pub(super) async fn all_queued(db: &mut Db, members: &[i64]) -> Result<bool, IndexError> {
    for member in members {
        let queued: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE id = ? AND state = 'queued' AND batch IS NULL)",
        )
        .bind(member)
        .fetch_one(&mut **db)
        .await
        .map_err(database)?;
        if !queued {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Puts entries into a batch, in this order.
pub(super) async fn join(db: &mut Db, batch: i64, members: &[i64]) -> Result<(), IndexError> {
    for (place, member) in (0_i64..).zip(members) {
        sqlx::query("UPDATE outbox SET batch = ?, place = ? WHERE id = ?")
            .bind(batch)
            .bind(place)
            .bind(member)
            .execute(&mut **db)
            .await
            .map_err(database)?;
    }
    Ok(())
}

/// How many entries a batch carries.
pub(super) async fn carried(db: impl SqliteExecutor<'_>, batch: i64) -> Result<usize, IndexError> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM outbox WHERE batch = ?")
        .bind(batch)
        .fetch_one(db)
        .await
        .map_err(database)?;
    usize::try_from(count).map_err(|_| IndexError::Inconsistent(format!("{count} entries")))
}

/// Settles a batch that is in a block, and its entries: those skipped have failed, the others share its gas.
pub(super) async fn settle(
    db: &mut Db,
    batch: i64,
    included: &Included,
    skipped: &[usize],
) -> Result<(), IndexError> {
    if matches!(by_id(db, batch).await?.state, OutboxState::Included(_)) {
        return Ok(());
    }
    for place in skipped {
        fail(db, batch, *place).await?;
    }
    let done = carried(&mut **db, batch)
        .await?
        .saturating_sub(skipped.len());
    let members = "UPDATE outbox SET state = 'included', hash = ?, block = ?, gas = ?
                   WHERE batch = ? AND state = 'queued'";
    include(db, members, batch, &included.share(done)).await?;
    let whole = "UPDATE outbox SET state = 'included', hash = ?, block = ?, gas = ?, raw = NULL
                 WHERE id = ?";
    include(db, whole, batch, included).await
}

async fn fail(db: &mut Db, batch: i64, place: usize) -> Result<(), IndexError> {
    let place = i64::try_from(place)
        .map_err(|_| IndexError::Inconsistent(format!("place {place} in a batch")))?;
    sqlx::query("UPDATE outbox SET state = 'failed' WHERE batch = ? AND place = ?")
        .bind(batch)
        .bind(place)
        .execute(&mut **db)
        .await
        .map_err(database)?;
    Ok(())
}

async fn include(
    db: &mut Db,
    statement: &'static str,
    batch: i64,
    included: &Included,
) -> Result<(), IndexError> {
    sqlx::query(statement)
        .bind(included.hash.to_vec())
        .bind(to_integer(included.block)?)
        .bind(to_integer(included.gas)?)
        .bind(batch)
        .execute(&mut **db)
        .await
        .map_err(database)?;
    Ok(())
}
