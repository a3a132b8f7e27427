//! What commands work with: the role's folder, its keys, the network, the chain and the proxies.

use std::io::IsTerminal as _;
use std::sync::Arc;

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::Global;
use crate::adapters::chain::{ChainLedger, ChainSettings};
use crate::adapters::index::SqliteIndex;
use crate::adapters::keystore::{
    load_evm_key, load_secret, store_evm_key, store_secret, RoleHome, SecretKind,
};
use crate::app::registry::RegistryView;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::network::Network;
use crate::domain::sealing::SealingKey;
use crate::domain::signer::EvmKey;
use crate::http::client::HttpProxies;
use crate::ports::proxies::ProxyDirectory;

/// The role's account.
const ACCOUNT_FILE: &str = "account.json";
/// A proxy's sealing key.
const SEALING_FILE: &str = "sealing-key.json";
/// What the role knows of the chain, and its outbox.
const INDEX_FILE: &str = "index.sqlite";

/// A role at work.
pub struct Context {
    global: Global,
    home: RoleHome,
}

impl Context {
    /// Opens the folder of a role (`hospital`, `patient`, …), and makes it if need be.
    ///
    /// # Errors
    /// `io`.
    pub fn open(global: &Global, role: &str) -> Result<Self, Failure> {
        Ok(Self {
            global: global.clone(),
            home: RoleHome::open(&global.home, role)?,
        })
    }

    /// The role's folder.
    pub fn home(&self) -> &RoleHome {
        &self.home
    }

    /// The network that the settings name.
    ///
    /// # Errors
    /// `not-found` if there is no such file, `malformed` if it is none.
    pub fn network(&self) -> Result<Network, Failure> {
        let path = self.global.network_file();
        let bytes = std::fs::read(&path).map_err(|error| {
            let words = format!("the network file {}: {error}", path.display());
            Failure::new(FailureCode::NotFound, words).with_hint(
                "`relayer consortium deploy` writes it; --network or MEDSHARE_NETWORK names it.",
            )
        })?;
        Network::from_json(&bytes).map_err(|error| {
            Failure::new(
                FailureCode::Malformed,
                format!("{}: {error}", path.display()),
            )
        })
    }

    /// Makes the role's account under the password in force; never replaces one.
    ///
    /// # Errors
    /// `already-exists`, `password-missing`, `io`.
    pub fn make_account(&self) -> Result<EvmKey, Failure> {
        let key = EvmKey::random();
        store_evm_key(&self.home, ACCOUNT_FILE, &key, &password()?)?;
        Ok(key)
    }

    /// The role's account.
    ///
    /// # Errors
    /// `not-found`, `password-missing`, `wrong-password`.
    pub fn account(&self) -> Result<EvmKey, Failure> {
        Ok(load_evm_key(&self.home, ACCOUNT_FILE, &password()?)?)
    }

    /// Keeps 32 secret bytes under the password in force; never replaces a file.
    ///
    /// # Errors
    /// `already-exists`, `password-missing`, `io`.
    pub fn keep_secret(
        &self,
        name: &str,
        kind: SecretKind,
        secret: &[u8; 32],
    ) -> Result<(), Failure> {
        Ok(store_secret(&self.home, name, kind, secret, &password()?)?)
    }

    /// Secret bytes that were kept.
    ///
    /// # Errors
    /// `not-found`, `password-missing`, `wrong-password`.
    pub fn secret(&self, name: &str, kind: SecretKind) -> Result<Zeroizing<[u8; 32]>, Failure> {
        Ok(load_secret(&self.home, name, kind, &password()?)?)
    }

    /// Makes a proxy's sealing key; never replaces one.
    ///
    /// # Errors
    /// As [`Self::keep_secret`].
    pub fn make_sealing_key(&self) -> Result<SealingKey, Failure> {
        let key = SealingKey::random();
        self.keep_secret(SEALING_FILE, SecretKind::SealingKey, &key.to_bytes())?;
        Ok(key)
    }

    /// A proxy's sealing key.
    ///
    /// # Errors
    /// As [`Self::secret`].
    pub fn sealing_key(&self) -> Result<SealingKey, Failure> {
        let bytes = self.secret(SEALING_FILE, SecretKind::SealingKey)?;
        Ok(SealingKey::from_bytes(*bytes))
    }

    /// The role's index.
    ///
    /// # Errors
    /// `io`.
    pub async fn index(&self) -> Result<SqliteIndex, Failure> {
        Ok(SqliteIndex::open(&self.home.file(INDEX_FILE)).await?)
    }

    /// The chain, to be read.
    ///
    /// # Errors
    /// `chain-unreachable`, `chain-mismatch`; as [`Self::network`].
    pub async fn reader(&self) -> Result<Arc<ChainLedger>, Failure> {
        Ok(Arc::new(self.connect().await?))
    }

    /// The chain, to be written by the role's account. What an earlier process left under way is seen through first.
    ///
    /// # Errors
    /// As [`Self::reader`] and [`Self::account`].
    pub async fn writer(&self) -> Result<Arc<ChainLedger>, Failure> {
        self.writer_as(self.account()?).await
    }

    /// The chain, to be written by an account.
    ///
    /// # Errors
    /// As [`Self::reader`].
    pub async fn writer_as(&self, key: EvmKey) -> Result<Arc<ChainLedger>, Failure> {
        let ledger = self.connect().await?;
        let genesis = *ledger.network().genesis_hash.as_bytes();
        let outbox = self.index().await?.outbox(genesis);
        Ok(Arc::new(ledger.with_key(key, Arc::new(outbox))))
    }

    /// The registry, followed by the role's index.
    ///
    /// # Errors
    /// `io`.
    pub async fn registry(&self, ledger: &Arc<ChainLedger>) -> Result<RegistryView, Failure> {
        let events: Arc<ChainLedger> = Arc::clone(ledger);
        Ok(RegistryView::new(Arc::new(self.index().await?), events))
    }

    /// The services of the network's proxies.
    ///
    /// # Errors
    /// As [`Self::network`].
    pub fn proxies(&self) -> Result<Arc<dyn ProxyDirectory>, Failure> {
        Ok(Arc::new(HttpProxies::new(self.network()?.chain_id)?))
    }

    async fn connect(&self) -> Result<ChainLedger, Failure> {
        let network = self.network()?;
        let settings = ChainSettings::of(&network);
        Ok(ChainLedger::connect(network, settings).await?)
    }
}

/// The password in force: from the file that `MEDSHARE_PASSWORD_FILE` names (its first line), from `MEDSHARE_PASSWORD`, or asked for
/// at the terminal. Never from the command line, which others can read.
///
/// # Errors
/// `password-missing`.
pub fn password() -> Result<SecretString, Failure> {
    let missing = |words: String| Failure::new(FailureCode::PasswordMissing, words);
    if let Some(path) = std::env::var_os("MEDSHARE_PASSWORD_FILE") {
        let text = Zeroizing::new(std::fs::read_to_string(&path).map_err(|error| {
            missing(format!(
                "the password file {}: {error}",
                path.to_string_lossy()
            ))
        })?);
        return Ok(text.lines().next().unwrap_or_default().to_owned().into());
    }
    if let Ok(password) = std::env::var("MEDSHARE_PASSWORD") {
        return Ok(password.into());
    }
    if !std::io::stdin().is_terminal() {
        return Err(missing("a password is needed".to_owned()));
    }
    let typed = rpassword::prompt_password("Password: ");
    typed
        .map(SecretString::from)
        .map_err(|error| missing(format!("no password: {error}")))
}
