//! `relayer serve`: a proxy's service.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use prover::circuit::{CircuitSize, Verifier};
use prover::keys::VerifyingKey;
use tokio::net::TcpListener;
use tokio::signal::unix::{signal, SignalKind};
use url::Url;

use super::context::Context;
use super::output::Output;
use super::verifying_key::read_verifying_key;
use super::Global;
use crate::adapters::storage;
use crate::app::proxy::{Proxy, ProxyParts, ProxySettings, Verifiers};
use crate::domain::eip712::SigningDomain;
use crate::domain::failure::{Failure, FailureCode};
use crate::http::server;
use crate::ports::clock::SystemClock;
use crate::ports::ledger::LedgerWriter as _;

mod log;
mod settings;

use settings::Settings;

/// Run a proxy: an HTTP service that stores, re-encrypts and relays, until it is told to stop (SIGINT or SIGTERM).
///
/// Prints its URL on standard output once it is ready. Settings come from the command line, then from
/// `MEDSHARE_SERVE_*`, then from the settings file, then from defaults.
///
/// Example: relayer serve --listen 0.0.0.0:8600 --storage 's3://records/proxy-1?region=eu-central-1'
#[derive(Debug, Clone, Default, Args)]
pub(super) struct ServeArgs {
    /// Settings file, JSON [default: `serve.json` in the role's folder, if there is one].
    #[arg(long, env = "MEDSHARE_SERVE_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// Runs the service until it is told to stop.
pub(super) async fn run(global: &Global, args: &ServeArgs, output: &Output) -> Result<(), Failure> {
    let context = Context::open(global, "proxy")?;
    let settings = args
        .settings
        .clone()
        .or_file(args.config.as_deref(), context.home())?;
    log::start(settings.log_format());
    let listener = listen(&settings).await?;
    let proxy = Arc::new(build(&context, &settings).await?);
    proxy.prepare().await?;
    let url = service_url(&listener)?;
    tracing::info!(proxy = %proxy.address(), %url, "ready");
    let ready = serde_json::json!({ "url": url, "address": proxy.address() });
    output.result(&ready, &url);
    server::serve(proxy, listener, settings.tick(), stopped()?).await
}

async fn listen(settings: &Settings) -> Result<TcpListener, Failure> {
    let address = settings.listen();
    let listener = TcpListener::bind(address).await;
    listener.map_err(|e| Failure::new(FailureCode::Io, format!("listening on {address}: {e}")))
}

/// Puts the proxy together from its role's folder, the network file and the settings.
async fn build(context: &Context, settings: &Settings) -> Result<Proxy, Failure> {
    let key = context.account()?;
    let sealing = context.sealing_key()?;
    let ledger = context.writer_as(key.clone()).await?;
    let domain = SigningDomain {
        chain_id: ledger.network().chain_id,
        enrolments: ledger.network().contracts.enrolments,
    };
    ledger.resume().await?;
    Ok(Proxy::new(ProxyParts {
        key,
        sealing,
        domain,
        ledger,
        store: storage::open(&settings.storage(context.home())?)?,
        fragments: storage::open(&settings.fragments(context.home())?)?,
        index: Arc::new(context.index().await?),
        clock: Arc::new(SystemClock),
        verifiers: verifiers(settings)?,
        settings: ProxySettings {
            receipt_s: settings.receipt_s(),
            serve_after_settlement_s: settings.serve_after_settlement_s(),
            push_credits: settings.push_credits(),
            gathering: settings.gathering()?,
        },
    }))
}

/// Verifiers of the keys that are named, or else of the development keys.
fn verifiers(settings: &Settings) -> Result<Verifiers, Failure> {
    let mut verifiers = Verifiers::new();
    let mut add = |size: CircuitSize, key: &VerifyingKey| {
        verifiers.push((size, Arc::new(Verifier::new(key))));
    };
    match settings.verifying_keys() {
        Some(paths) => {
            for path in paths {
                let (size, key) = read_verifying_key(path)?;
                add(size, &key);
            }
        }
        None => {
            for size in CircuitSize::ALL {
                let key = VerifyingKey::development(size)
                    .map_err(|e| Failure::new(FailureCode::InvalidInput, e.to_string()))?;
                add(size, &key);
            }
        }
    }
    Ok(verifiers)
}

/// The address that the service really has: the port may have been left to the system.
fn service_url(listener: &TcpListener) -> Result<String, Failure> {
    let address = listener
        .local_addr()
        .map_err(|e| Failure::new(FailureCode::Io, e.to_string()))?;
    let url = Url::parse(&format!("http://{address}"));
    let url = url.map_err(|e| Failure::new(FailureCode::Internal, e.to_string()))?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Done when the process is told to stop.
fn stopped() -> Result<impl std::future::Future<Output = ()>, Failure> {
    let heard = |kind| signal(kind).map_err(|e| Failure::new(FailureCode::Io, e.to_string()));
    let (mut interrupt, mut terminate) = (
        heard(SignalKind::interrupt())?,
        heard(SignalKind::terminate())?,
    );
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("told to stop");
    })
}
