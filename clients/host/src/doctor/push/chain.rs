//! What phones think of a certificate and of those that come with it.

use rustls_pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, UnixTime};
use std::time::Duration;
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_parser::parse_x509_certificate;

/// How long before its end a certificate ought to have been renewed.
const SOON: Duration = Duration::from_hours(14 * 24);

/// The signatures that phones verify.
const ALGORITHMS: [&dyn SignatureVerificationAlgorithm; 8] = [
    webpki::ring::ECDSA_P256_SHA256,
    webpki::ring::ECDSA_P256_SHA384,
    webpki::ring::ECDSA_P384_SHA256,
    webpki::ring::ECDSA_P384_SHA384,
    webpki::ring::ED25519,
    webpki::ring::RSA_PKCS1_2048_8192_SHA256,
    webpki::ring::RSA_PKCS1_2048_8192_SHA384,
    webpki::ring::RSA_PKCS1_2048_8192_SHA512,
];

/// What is wrong with a certificate or with those that come with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is none.
    Unreadable,
    /// It is for another name.
    Name,
    /// It is not valid yet.
    TooEarly,
    /// It is not valid any more.
    Expired,
    /// It will be valid for so many days only.
    ExpiresIn {
        /// Whole days.
        days: u64,
    },
    /// No root is reached from it by those that come with it.
    NoRoot,
}

/// What phones would find at `now` in a certificate for `host` that comes first in `chain`, with the
/// others behind it and these roots.
pub(super) fn faults(
    chain: &[CertificateDer<'_>],
    roots: &[CertificateDer<'_>],
    host: &str,
    now: UnixTime,
) -> Vec<Fault> {
    let Some((leaf, others)) = chain.split_first() else {
        return vec![Fault::Unreadable];
    };
    let (Ok(certificate), Ok((_, dated))) =
        (EndEntityCert::try_from(leaf), parse_x509_certificate(leaf))
    else {
        return vec![Fault::Unreadable];
    };
    let mut faults = Vec::new();
    let is_for_host = ServerName::try_from(host)
        .is_ok_and(|name| certificate.verify_is_valid_for_subject_name(&name).is_ok());
    if !is_for_host {
        faults.push(Fault::Name);
    }
    let seconds = |time: x509_parser::time::ASN1Time| u64::try_from(time.timestamp()).unwrap_or(0);
    let validity = dated.validity();
    if now.as_secs() < seconds(validity.not_before) {
        faults.push(Fault::TooEarly);
        return faults;
    }
    let Some(left) = seconds(validity.not_after).checked_sub(now.as_secs()) else {
        faults.push(Fault::Expired);
        return faults;
    };
    if left < SOON.as_secs() {
        faults.push(Fault::ExpiresIn {
            days: left / (24 * 60 * 60),
        });
    }
    let anchors = roots.iter().map(anchor_from_trusted_cert);
    let anchors: Vec<_> = anchors.filter_map(Result::ok).collect();
    let verified = certificate.verify_for_usage(
        &ALGORITHMS,
        &anchors,
        others,
        now,
        KeyUsage::server_auth(),
        None,
        None,
    );
    if verified.is_err() {
        faults.push(Fault::NoRoot);
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    /// The day on which the tests take place, in days since 1970.
    const TODAY: u64 = 20_000;

    struct Authority(rcgen::Certificate, Issuer<'static, KeyPair>);

    impl Authority {
        fn new(name: &str, by: Option<&Self>) -> Self {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(vec![]).unwrap();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.distinguished_name.push(DnType::CommonName, name);
            let certificate = match by {
                None => params.self_signed(&key),
                Some(by) => params.signed_by(&key, &by.1),
            };
            Self(certificate.unwrap(), Issuer::new(params, key))
        }

        fn certificate(&self, name: &str, from: u64, until: u64) -> CertificateDer<'static> {
            let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            let day = |day: u64| {
                let day = i64::try_from(day * 24 * 60 * 60).unwrap();
                rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(day.unsigned_abs())
            };
            (params.not_before, params.not_after) = (day(from), day(until));
            let key = KeyPair::generate().unwrap();
            params.signed_by(&key, &self.1).unwrap().der().clone()
        }
    }

    fn today() -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(TODAY * 24 * 60 * 60))
    }

    #[test]
    fn a_chain_must_reach_a_root_by_what_is_served_alone() {
        let root = Authority::new("Root", None);
        let between = Authority::new("Between", Some(&root));
        let leaf = between.certificate("push.example.org", TODAY - 1, TODAY + 60);
        let full = [leaf.clone(), between.0.der().clone()];
        let roots = [root.0.der().clone()];
        let found = |chain: &[CertificateDer<'_>], roots: &[CertificateDer<'_>]| {
            faults(chain, roots, "push.example.org", today())
        };
        assert_eq!(found(&full, &roots), []);
        assert_eq!(found(&full[..1], &roots), [Fault::NoRoot]);
        assert_eq!(found(&full, &[]), [Fault::NoRoot]);
        assert_eq!(found(&[], &roots), [Fault::Unreadable]);
        let garbage = CertificateDer::from(vec![0x30, 0x00]);
        assert_eq!(found(&[garbage], &roots), [Fault::Unreadable]);
    }

    #[test]
    fn a_certificate_must_be_for_the_name_and_for_more_than_two_weeks() {
        let root = Authority::new("Root", None);
        let roots = [root.0.der().clone()];
        for (name, from, until, expected) in [
            ("push.example.org", TODAY - 1, TODAY + 14, vec![]),
            ("*.example.org", TODAY - 1, TODAY + 14, vec![]),
            ("push.example.com", TODAY - 1, TODAY + 60, vec![Fault::Name]),
            (
                "push.example.org",
                TODAY - 80,
                TODAY + 13,
                vec![Fault::ExpiresIn { days: 13 }],
            ),
            (
                "push.example.org",
                TODAY - 80,
                TODAY - 1,
                vec![Fault::Expired],
            ),
            (
                "push.example.org",
                TODAY + 1,
                TODAY + 80,
                vec![Fault::TooEarly],
            ),
        ] {
            let chain = [root.certificate(name, from, until)];
            let found = faults(&chain, &roots, "push.example.org", today());
            assert_eq!(found, expected, "{name} {from} {until}");
        }
        let address = [root.certificate("192.0.2.7", TODAY - 1, TODAY + 60)];
        assert_eq!(faults(&address, &roots, "192.0.2.7", today()), []);
    }
}
