//! A real S3 server over a folder, for the conformance suite.

use std::path::Path;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Account that the server knows.
pub(super) const ACCESS_KEY: &str = "test-access";
/// Its secret.
pub(super) const SECRET_KEY: &str = "test-secret";

/// Serves the folders of `root` as buckets until the task is dropped; returns the endpoint.
pub(super) async fn start(root: &Path) -> (String, JoinHandle<()>) {
    let files = s3s_fs::FileSystem::new(root).unwrap();
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    let service = service.build().into_shared();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let connections = Builder::new(TokioExecutor::new());
        while let Ok((socket, _)) = listener.accept().await {
            let served = connections.serve_connection(TokioIo::new(socket), service.clone());
            tokio::spawn(served.into_owned());
        }
    });
    (endpoint, task)
}
