//! Runs the service until it is told to stop, and the proxy's own duties beside it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::routes::router;
use crate::app::proxy::Proxy;
use crate::domain::failure::{Failure, FailureCode};

/// How long requests under way have to end after the signal to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Serves on `listener`, follows the chain and attends to the proxy's duties every `tick`, until `stop` is done.
///
/// # Errors
/// `io` if the listener fails.
pub async fn serve(
    proxy: Arc<Proxy>,
    listener: TcpListener,
    tick: Duration,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let stopping = CancellationToken::new();
    let duties = tokio::spawn(attend(Arc::clone(&proxy), tick, stopping.clone()));
    let told = stopping.clone();
    tokio::spawn(async move {
        stop.await;
        told.cancel();
    });
    let service = axum::serve(listener, router(proxy))
        .with_graceful_shutdown(stopping.clone().cancelled_owned());
    let served = tokio::select! {
        served = service => served,
        () = late(stopping.clone()) => Ok(()),
    };
    stopping.cancel();
    // A duty under way is safe to break off: its transaction stands in the outbox
    duties.abort();
    served.map_err(|e| Failure::new(FailureCode::Io, format!("the service: {e}")))
}

/// Done when the grace after the signal to stop has passed.
async fn late(stopping: CancellationToken) {
    stopping.cancelled().await;
    tokio::time::sleep(GRACE).await;
    tracing::warn!("requests under way were broken off");
}

/// Follows and attends until stopped. A failure is told and tried again at the next tick.
async fn attend(proxy: Arc<Proxy>, tick: Duration, stopping: CancellationToken) {
    let mut ticks = tokio::time::interval(tick);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(failure) = proxy.follow().await {
            tracing::warn!(code = %failure.code(), %failure, "the chain could not be followed");
            continue;
        }
        if let Err(failure) = proxy.attend().await {
            tracing::warn!(code = %failure.code(), %failure, "the duties could not be attended to");
        }
    }
}
