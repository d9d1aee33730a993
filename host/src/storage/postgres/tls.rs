//! TLS to the server: its certificate is verified for its name, or there is no connection.

use super::url::Tls;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use std::{fmt, io, sync::Arc};
use tokio_postgres_rustls::MakeRustlsConnect;

/// What encrypts connections, where they are encrypted.
///
/// # Errors
///
/// Where no root certificates can be read.
pub(super) fn connector(tls: &Tls) -> io::Result<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    match tls {
        Tls::None => {}
        Tls::Verified(None) => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err(io::Error::other(
                    "this system has no root certificates: name some by `sslrootcert`",
                ));
            }
        }
        Tls::Verified(Some(file)) => {
            let wrong = |why: &dyn fmt::Display| io::Error::other(format!("{}: {why}", file.display()));
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| wrong(&error))? {
                let certificate = certificate.map_err(|error| wrong(&error))?;
                roots.add(certificate).map_err(|error| wrong(&error))?;
            }
            if roots.is_empty() {
                return Err(wrong(&"it holds no certificate"));
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
