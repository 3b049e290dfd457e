//! Enrolling a phone: it registers, then a test request is approved on it and its code typed.

use super::verifier::check;
use crate::core::{Core, Person, ServiceError, random_id};
use crate::methods::delivery::code::SentCode;
use crate::methods::kind::{Details, Draft, Entry, PhoneEnrollment, Verifier};
use crate::methods::payload::MethodPayload;
use crate::push::{CODE_DIGITS, PhoneRequest, Registration};
use secinfo_domain::kind::{self, Credential, Proved};
use secinfo_domain::policy::Rules;
use secinfo_domain::{Answer, Seconds, Timestamp};
use secinfo_pipush::{Enrollment, Serial, Shown};
use secinfo_wire::{Approval, Challenge, Response};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

/// How many minutes the link is good.
const MINUTES: u16 = 10;

/// A phone that is being enrolled.
pub(super) struct PhoneDraft {
    enrollment: Arc<PhoneEnrollment>,
    issuer: String,
    account: String,
    link: Zeroizing<String>,
}

impl PhoneDraft {
    pub(super) fn new(person: &Person, core: &Core) -> Result<Self, ServiceError> {
        let settings = core.settings();
        let address = settings.push.ok_or(ServiceError::NoPush)?;
        let credential = Zeroizing::new(random_id::<20>()?);
        let serial = Serial::new(random_id()?);
        let account = format!("{}@{}", person.account.name, settings.host);
        let link = Enrollment {
            address: &address,
            serial: &serial,
            credential: &credential,
            label: &Shown::new(&account),
            issuer: &Shown::new(&settings.organization),
            minutes: MINUTES,
            unlocks: core.state().policy().rules.push.pin,
        }
        .link();
        let digest = Sha256::digest(credential.as_slice()).into();
        let expires = core.now().plus(Seconds::new(u32::from(MINUTES) * 60));
        Ok(Self {
            enrollment: Arc::new(PhoneEnrollment {
                registration: Arc::new(Registration::new(serial, digest, expires)),
                request: Mutex::default(),
            }),
            issuer: settings.organization,
            account,
            link: link.into(),
        })
    }
}

impl Draft for PhoneDraft {
    fn verifier(&self, _rules: &Rules, _sent: Option<Arc<SentCode>>) -> Box<dyn Verifier> {
        Box::new(EnrollmentVerifier(self.enrollment.request()))
    }

    fn prove(&self, answer: Answer, _rules: &Rules, _now: Timestamp) -> Option<Proved<Credential>> {
        match answer {
            Answer::Approval(approval) => Some(kind::Push::proved(approval).into()),
            _ => None,
        }
    }

    fn payload(&self) -> MethodPayload {
        let registration = &self.enrollment.registration;
        let key = registration.key();
        let key = key.expect("a phone has registered before a request was approved on it");
        MethodPayload::Push {
            serial: registration.serial().as_str().to_owned(),
            key: key.as_der().to_vec(),
        }
    }

    fn phone(&self) -> Option<&Arc<PhoneEnrollment>> {
        Some(&self.enrollment)
    }

    fn details(&self) -> Details {
        let rest = self.link.strip_prefix("otpauth").unwrap_or_default();
        Details {
            entry: Some(Entry {
                account: self.account.clone(),
                issuer: self.issuer.clone(),
                uri: self.link.clone(),
                app_link: format!("pia{rest}").into(),
            }),
            ..Details::default()
        }
    }
}

/// Asks for the registration of a phone, then for the code of the test request.
struct EnrollmentVerifier(Option<Arc<PhoneRequest>>);

impl Verifier for EnrollmentVerifier {
    fn challenge(&self) -> Challenge {
        Challenge::Approval(match self.0 {
            None => Approval::Register,
            Some(_) => Approval::Type {
                digits: CODE_DIGITS,
            },
        })
    }

    fn check(&self, response: &Response, now: Timestamp) -> Result<Answer, ServiceError> {
        check(self.0.as_deref(), response, now)
    }
}
