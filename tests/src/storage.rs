//! A real S3 server over a folder.

use std::path::Path;

use anyhow::Result;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tokio::net::TcpListener;

/// Account that the server knows.
pub const ACCESS_KEY: &str = "test-access";
/// Its secret.
pub const SECRET_KEY: &str = "test-secret";

/// Serves the folders of `root` as buckets until the runtime ends; gives the endpoint.
///
/// # Errors
/// The folder can't be served, or no port is free.
pub async fn s3_server(root: &Path) -> Result<String> {
    let files = s3s_fs::FileSystem::new(root)
        .map_err(|error| anyhow::anyhow!("{}: {error:?}", root.display()))?;
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    let service = service.build().into_shared();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        let connections = Builder::new(TokioExecutor::new());
        while let Ok((socket, _)) = listener.accept().await {
            let served = connections.serve_connection(TokioIo::new(socket), service.clone());
            tokio::spawn(served.into_owned());
        }
    });
    Ok(endpoint)
}
