//! The development chain, and what only it can do.

use super::process::{find_foundry, ChildProcess, SandboxError};
use serde_json::{json, Value};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Chain id of every sandbox: one that the contracts take for a development chain.
pub const CHAIN_ID: u64 = 31_337;

/// A running Anvil under Berlin rules, with gas price 0, on a port of its own choice.
#[derive(Debug)]
pub struct Anvil {
    process: ChildProcess,
    url: String,
    http: reqwest::Client,
}

impl Anvil {
    /// Starts Anvil; its log goes to `folder/anvil.log`. Blocks come with transactions, and one each second besides, so that windows counted in blocks go on.
    ///
    /// # Errors
    /// Anvil is missing, or doesn't start.
    pub fn start(folder: &Path) -> Result<Self, SandboxError> {
        let program = find_foundry(
            "anvil",
            "`make setup` installs it with npm; or install Foundry",
        )?;
        let mut command = Command::new(program);
        command.args([
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--chain-id",
            &CHAIN_ID.to_string(),
        ]);
        command.args([
            "--hardfork",
            "berlin",
            "--gas-price",
            "0",
            "--accounts",
            "1",
        ]);
        let (process, port) = ChildProcess::start(
            command,
            &folder.join("anvil.log"),
            Duration::from_mins(1),
            |line| {
                line.strip_prefix("Listening on 127.0.0.1:")
                    .map(str::to_owned)
            },
        )?;
        Ok(Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
            http: reqwest::Client::new(),
        })
    }

    /// The JSON-RPC address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Lets `seconds` pass on the chain's clock, and `blocks` blocks (at least one).
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn pass(&self, seconds: u64, blocks: u64) -> Result<(), SandboxError> {
        let blocks = blocks.max(1);
        if blocks > 1 {
            self.call("anvil_mine", json!([format!("{:#x}", blocks - 1), "0x0"]))
                .await?;
        }
        self.call("evm_increaseTime", json!([seconds])).await?;
        self.call("evm_mine", json!([])).await.map(drop)
    }

    /// Gives an account native coin, in wei.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn endow(&self, account: &str, wei: u128) -> Result<(), SandboxError> {
        self.call("anvil_setBalance", json!([account, format!("{wei:#x}")]))
            .await
            .map(drop)
    }

    /// Any JSON-RPC call.
    ///
    /// # Errors
    /// The chain does not answer, or answers with an error.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value, SandboxError> {
        let refused = |message: String| SandboxError::Chain {
            method: method.to_owned(),
            message,
        };
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let response = self.http.post(&self.url).json(&body).send().await;
        let answer: Value = match response {
            Ok(response) => response
                .json()
                .await
                .map_err(|error| refused(error.to_string()))?,
            Err(error) => return Err(refused(error.to_string())),
        };
        if let Some(error) = answer.get("error") {
            return Err(refused(error.to_string()));
        }
        Ok(answer["result"].clone())
    }

    /// Kills the chain at once.
    pub fn kill(&mut self) {
        self.process.kill();
    }
}

#[cfg(test)]
mod tests;
