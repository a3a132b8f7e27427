//! The table of grants.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::Row;

use super::{database, fixed, from_integer, to_integer, SqliteIndex};
use crate::domain::ids::{
    Address, EnvelopeHash, GrantDigest, IdError, Nullifier, RecordTag, StudyId,
};
use crate::ports::index::{AttemptKey, GrantEntry, GrantIndex, IndexError};

#[async_trait]
impl GrantIndex for SqliteIndex {
    async fn put_grant(&self, entry: &GrantEntry) -> Result<(), IndexError> {
        let done = sqlx::query(
            "INSERT INTO grants (study, nullifier, attempt, digest, record_tag, envelope,
                                 promised_until, token, slice, enrolled, attested)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT DO UPDATE SET promised_until = MAX(promised_until, ?7)
             WHERE digest = ?4 AND record_tag = ?5 AND envelope = ?6",
        )
        .bind(&entry.key.study.as_bytes()[..])
        .bind(&entry.key.nullifier.as_bytes()[..])
        .bind(entry.key.attempt)
        .bind(&entry.digest.as_bytes()[..])
        .bind(&entry.record_tag.as_bytes()[..])
        .bind(&entry.envelope.as_bytes()[..])
        .bind(to_integer(entry.promised_until)?)
        .bind(&entry.token.as_bytes()[..])
        .bind(entry.slice.to_string())
        .bind(entry.enrolled)
        .bind(entry.attested)
        .execute(&self.pool)
        .await
        .map_err(database)?;
        match done.rows_affected() {
            1 => Ok(()),
            _ => Err(IndexError::Inconsistent(
                "another grant is held for this enrolment".to_owned(),
            )),
        }
    }

    async fn grant(&self, key: &AttemptKey) -> Result<Option<GrantEntry>, IndexError> {
        let query = "SELECT * FROM grants WHERE study = ? AND nullifier = ? AND attempt = ?";
        let row = keyed(query, key)
            .fetch_optional(&self.pool)
            .await
            .map_err(database)?;
        row.as_ref().map(grant).transpose()
    }

    async fn grants_of(&self, envelope: EnvelopeHash) -> Result<Vec<GrantEntry>, IndexError> {
        let rows = sqlx::query("SELECT * FROM grants WHERE envelope = ?")
            .bind(&envelope.as_bytes()[..])
            .fetch_all(&self.pool)
            .await
            .map_err(database)?;
        rows.iter().map(grant).collect()
    }

    async fn grants(&self) -> Result<Vec<GrantEntry>, IndexError> {
        let query = sqlx::query("SELECT * FROM grants ORDER BY study, nullifier, attempt");
        let rows = query.fetch_all(&self.pool).await.map_err(database)?;
        rows.iter().map(grant).collect()
    }

    async fn promised(&self, token: Address, now: u64) -> Result<u128, IndexError> {
        let slices: Vec<String> = sqlx::query_scalar(
            "SELECT slice FROM grants WHERE token = ? AND enrolled = 0 AND promised_until >= ?",
        )
        .bind(&token.as_bytes()[..])
        .bind(to_integer(now)?)
        .fetch_all(&self.pool)
        .await
        .map_err(database)?;
        slices
            .iter()
            .try_fold(0u128, |sum, slice| Ok(sum.saturating_add(amount(slice)?)))
    }

    async fn mark_enrolled(&self, key: &AttemptKey) -> Result<(), IndexError> {
        let query =
            "UPDATE grants SET enrolled = 1 WHERE study = ? AND nullifier = ? AND attempt = ?";
        keyed(query, key)
            .execute(&self.pool)
            .await
            .map_err(database)
            .map(|_| ())
    }

    async fn mark_attested(&self, key: &AttemptKey) -> Result<(), IndexError> {
        let query =
            "UPDATE grants SET attested = 1 WHERE study = ? AND nullifier = ? AND attempt = ?";
        keyed(query, key)
            .execute(&self.pool)
            .await
            .map_err(database)
            .map(|_| ())
    }

    async fn forget_grant(&self, key: &AttemptKey) -> Result<(), IndexError> {
        let query = "DELETE FROM grants WHERE study = ? AND nullifier = ? AND attempt = ?";
        keyed(query, key)
            .execute(&self.pool)
            .await
            .map_err(database)
            .map(|_| ())
    }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments<'q>>;

fn keyed<'q>(query: &'q str, key: &'q AttemptKey) -> Query<'q> {
    sqlx::query(query)
        .bind(&key.study.as_bytes()[..])
        .bind(&key.nullifier.as_bytes()[..])
        .bind(key.attempt)
}

fn grant(row: &SqliteRow) -> Result<GrantEntry, IndexError> {
    let slice: String = row.try_get("slice").map_err(database)?;
    Ok(GrantEntry {
        key: AttemptKey {
            study: field(row, "study", StudyId::new)?,
            nullifier: field(row, "nullifier", Nullifier::new)?,
            attempt: row.try_get("attempt").map_err(database)?,
        },
        digest: GrantDigest::new(bytes(row, "digest")?),
        record_tag: field(row, "record_tag", RecordTag::new)?,
        envelope: field(row, "envelope", EnvelopeHash::new)?,
        promised_until: from_integer(row.try_get("promised_until").map_err(database)?)?,
        token: Address::new(bytes(row, "token")?),
        slice: amount(&slice)?,
        enrolled: row.try_get("enrolled").map_err(database)?,
        attested: row.try_get("attested").map_err(database)?,
    })
}

fn amount(text: &str) -> Result<u128, IndexError> {
    text.parse()
        .map_err(|_| IndexError::Inconsistent(format!("slice {text:?}")))
}

fn bytes<const N: usize>(row: &SqliteRow, column: &str) -> Result<[u8; N], IndexError> {
    fixed(row.try_get(column).map_err(database)?, column)
}

fn field<T>(
    row: &SqliteRow,
    column: &str,
    read: impl Fn([u8; 32]) -> Result<T, IdError>,
) -> Result<T, IndexError> {
    read(bytes(row, column)?).map_err(|e| IndexError::Inconsistent(format!("{column}: {e}")))
}

#[cfg(test)]
mod tests;
