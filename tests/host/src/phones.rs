//! Simulated phones in the network of a machine, and the certificates that they trust.

use crate::machine::Machine;
use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use rustls_pki_types::CertificateDer;
use secinfo_test_phone::Phone;
use std::fs::File;
use std::os::fd::AsFd;
use std::thread;

/// Where the process that phones talk to has its certificate.
const CERTIFICATE: &str = "/etc/secinfo/push/certificate.pem";
const KEY: &str = "/etc/secinfo/push/key.pem";

/// A certificate authority that phones trust.
pub struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new one.
    #[expect(clippy::new_without_default, reason = "no two are alike")]
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self {
            certificate: params.self_signed(&key).unwrap(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A phone that trusts it, and no other.
    pub fn phone(&self) -> Phone {
        Phone::trusting(self.certificate.der())
    }

    /// Its own certificate.
    pub fn der(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }

    /// Its own certificate, in PEM.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }
}

impl Machine {
    /// Gives the machine a certificate for a name or an address.
    pub fn write_certificate(&self, authority: &Authority, name: &str) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority.issuer).unwrap();
        self.write(CERTIFICATE, certificate.pem(), 0o644);
        self.write(KEY, key.serialize_pem(), 0o600);
    }

    /// Does what a phone in the machine's network does.
    pub fn with_phone<Done: Send>(&self, work: impl AsyncFnOnce() -> Done + Send) -> Done {
        let network = File::open(format!("/proc/{}/ns/net", self.leader())).unwrap();
        thread::scope(|scope| {
            let phone = scope.spawn(|| {
                let kind = Some(LinkNameSpaceType::Network);
                move_into_link_name_space(network.as_fd(), kind).unwrap();
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                runtime.unwrap().block_on(work())
            });
            phone.join().unwrap()
        })
    }
}
