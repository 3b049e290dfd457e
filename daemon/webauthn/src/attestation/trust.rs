//! The roots that a host trusts to vouch for models.

use super::certificate::Certificate;
use crate::Error;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, UnixTime};
use std::time::Duration;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

/// The object identifier `anyExtendedKeyUsage`, 2.5.29.37.0: certificates of security keys name no usage.
const ANY_USAGE: &[u8] = &[0x55, 0x1d, 0x25, 0];

/// A certificate that attestation certificates are traced back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root(CertificateDer<'static>);

impl Root {
    /// Reads the certificates of a PEM file: at least one.
    pub fn read_pem(file: &[u8]) -> Result<Vec<Self>, Error> {
        let certificates = CertificateDer::pem_slice_iter(file);
        let roots = certificates.map(|certificate| {
            let certificate = certificate.map_err(|_| Error::Root("the file is no PEM"))?;
            let is_read = Certificate::read(&certificate).is_ok()
                && anchor_from_trusted_cert(&certificate).is_ok();
            if !is_read {
                return Err(Error::Root("a certificate in the file cannot be read"));
            }
            Ok(Self(certificate))
        });
        match roots.collect::<Result<Vec<_>, _>>()?.as_slice() {
            [] => Err(Error::Root("there is no certificate in the file")),
            roots => Ok(roots.to_vec()),
        }
    }
}

/// Whether a root vouches for the first certificate of a chain, at a time in Unix seconds. A root may be
/// that certificate itself; then it vouches for no other.
pub(super) fn is_vouched_for(chain: &[&[u8]], roots: &[Root], now: u64) -> bool {
    let Some((own, between)) = chain.split_first() else {
        return false;
    };
    if roots.iter().any(|root| root.0.as_ref() == *own) {
        return true;
    }
    let anchors: Vec<_> = roots
        .iter()
        .filter(|root| Certificate::read(&root.0).is_ok_and(|root| !root.is_of_a_model()))
        .filter_map(|root| anchor_from_trusted_cert(&root.0).ok())
        .collect();
    let between: Vec<_> = between
        .iter()
        .map(|der| CertificateDer::from(*der))
        .collect();
    let own = CertificateDer::from(*own);
    EndEntityCert::try_from(&own).is_ok_and(|own| {
        own.verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &anchors,
            &between,
            UnixTime::since_unix_epoch(Duration::from_secs(now)),
            KeyUsage::required_if_present(ANY_USAGE),
            None,
            None,
        )
        .is_ok()
    })
}
