//! The local index in SQLite: the only module that names `sqlx`.
//!
//! One database a role, under its home. Everything but the outbox can be deleted and rebuilt from the chain.

mod cursors;
mod deposits;
mod grants;
mod outbox;
mod registry;
mod requests;
#[cfg(test)]
mod tests;

use std::path::Path;

pub use outbox::SqliteOutbox;
use sqlx::{
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    SqlitePool,
};

use crate::ports::index::IndexError;

/// A role's index.
#[derive(Debug, Clone)]
pub struct SqliteIndex {
    pool: SqlitePool,
}

impl SqliteIndex {
    /// Opens the database at `path`, creates it if there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// [`IndexError::Database`] if it can't be opened or is of a newer version.
    pub async fn open(path: &Path) -> Result<Self, IndexError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A transaction counts as durable only once it is on the disk.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(std::time::Duration::from_secs(30));
        let pool = SqlitePoolOptions::new()
            .connect_with(options)
            .await
            .map_err(database)?;
        Self::migrate(pool).await
    }

    /// A database that is gone with its handle, for commands that only read the chain.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub async fn in_memory() -> Result<Self, IndexError> {
        // Each connection to memory is a database of its own: keep exactly one, for ever.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect("sqlite::memory:")
            .await
            .map_err(database)?;
        Self::migrate(pool).await
    }

    async fn migrate(pool: SqlitePool) -> Result<Self, IndexError> {
        sqlx::migrate!()
            .run(&pool)
            .await
            .map_err(|error| IndexError::Database(error.to_string()))?;
        Ok(Self { pool })
    }

    /// The outbox for the chain with this genesis hash.
    pub fn outbox(&self, genesis: [u8; 32]) -> SqliteOutbox {
        SqliteOutbox::new(self.pool.clone(), genesis)
    }
}

/// Any failure of the database, in its own words (which name tables, never contents).
#[allow(clippy::needless_pass_by_value, reason = "made for map_err")]
fn database(error: sqlx::Error) -> IndexError {
    IndexError::Database(error.to_string())
}

/// A column of a fixed number of bytes.
fn fixed<const N: usize>(bytes: Vec<u8>, column: &str) -> Result<[u8; N], IndexError> {
    let length = bytes.len();
    bytes.try_into().map_err(|_| {
        IndexError::Inconsistent(format!("{column} has {length} bytes instead of {N}"))
    })
}

/// A non-negative number as SQLite's integer.
fn to_integer(number: u64) -> Result<i64, IndexError> {
    i64::try_from(number).map_err(|_| IndexError::Inconsistent(format!("{number} is too large")))
}

/// SQLite's integer as a non-negative number.
fn from_integer(number: i64) -> Result<u64, IndexError> {
    u64::try_from(number).map_err(|_| IndexError::Inconsistent(format!("{number} is negative")))
}
