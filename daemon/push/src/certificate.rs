//! The host's certificate.

use crate::PushError;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use std::sync::Arc;

/// Reads `certificate.pem`, the whole chain, and `key.pem` from the directory of credentials.
pub(crate) fn read(directory: &Path) -> Result<Arc<ServerConfig>, PushError> {
    let failed =
        |what: &str, why: &dyn std::fmt::Display| PushError::Certificate(format!("{what}: {why}"));
    let path = directory.join("certificate.pem");
    let chain: Vec<_> = CertificateDer::pem_file_iter(&path)
        .and_then(Iterator::collect)
        .map_err(|error| failed("certificate.pem", &error))?;
    // The message of a key that cannot be read could repeat it.
    let key = PrivateKeyDer::from_pem_file(directory.join("key.pem"))
        .map_err(|_| failed("key.pem", &"it holds no private key in PEM"))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| failed("certificate.pem with key.pem", &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
