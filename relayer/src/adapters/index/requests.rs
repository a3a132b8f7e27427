//! The table of answered requests' nonces.

use async_trait::async_trait;

use super::{database, to_integer, SqliteIndex};
use crate::domain::ids::Address;
use crate::ports::index::{IndexError, RequestIndex};

#[async_trait]
impl RequestIndex for SqliteIndex {
    async fn remember(
        &self,
        signer: Address,
        nonce: &[u8; 16],
        expires: u64,
    ) -> Result<bool, IndexError> {
        let query = "INSERT INTO request_nonces (signer, nonce, expires) VALUES (?, ?, ?)
                     ON CONFLICT DO NOTHING";
        let done = sqlx::query(query)
            .bind(&signer.as_bytes()[..])
            .bind(&nonce[..])
            .bind(to_integer(expires)?)
            .execute(&self.pool)
            .await
            .map_err(database)?;
        Ok(done.rows_affected() == 1)
    }

    async fn forget_expired(&self, now: u64) -> Result<(), IndexError> {
        sqlx::query("DELETE FROM request_nonces WHERE expires < ?")
            .bind(to_integer(now)?)
            .execute(&self.pool)
            .await
            .map_err(database)
            .map(|_| ())
    }
}

#[cfg(test)]
mod tests;
