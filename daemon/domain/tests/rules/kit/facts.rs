//! Credentials, answers and facts, in few words.

use super::{HERE, sealed_method};
use secinfo_domain::event::{
    Accepted, AccessPassIssued, Credential, DefaultChanged, DefaultReason, DeletionCancelled,
    DeletionReason, DeletionScheduled, Fact, Failure, Locked, MethodDeleted, MethodEnrolled,
    RecoveryCodesIssued, VerificationFailed, VerificationSucceeded,
};
use secinfo_domain::kind::{AuthenticatorApp, Call, Email, HardwareToken, Proved, Text};
use secinfo_domain::{
    Answer, Counter, HotpParameters, MethodId, Purpose, SessionTag, Strength, TimeStep, Timestamp,
    TotpParameters,
};

/// An app of which the code of step 100 was used to enrol it.
pub fn app() -> Credential {
    Credential::AuthenticatorApp(AuthenticatorApp {
        parameters: TotpParameters::default(),
        last_step: TimeStep(100),
    })
}

/// A TOTP token, as [`app`].
pub fn time_token() -> Credential {
    time_token_off_by(0)
}

/// The same, of which the clock is so many steps off.
pub fn time_token_off_by(drift: i32) -> Credential {
    Credential::HardwareToken(HardwareToken::Time {
        parameters: TotpParameters::default(),
        last_step: TimeStep(100),
        drift,
    })
}

/// An HOTP token of which the next counter is 10.
pub fn counter_token() -> Credential {
    Credential::HardwareToken(HardwareToken::Counter {
        parameters: HotpParameters::default(),
        next: Counter(10),
    })
}

/// This credential as its user proves it, by the code that is marked in it as used.
pub fn as_proved(credential: Credential) -> Proved<Credential> {
    match credential {
        Credential::AuthenticatorApp(app) => {
            AuthenticatorApp::proved(app.parameters, app.last_step).into()
        }
        Credential::HardwareToken(HardwareToken::Time {
            parameters,
            last_step,
            drift,
        }) => HardwareToken::time_proved(parameters, drift, last_step).into(),
        Credential::HardwareToken(HardwareToken::Counter { parameters, next }) => {
            let code = Counter(next.0 - 1);
            let proved = HardwareToken::counter_proved(parameters, code);
            proved.expect("it is not the last").into()
        }
        Credential::Text(text) => Text::proved(text.place, text.proved_by).into(),
        Credential::Call(call) => Call::proved(call.place, call.proved_by).into(),
        Credential::Email(email) => Email::proved(email.proved_by).into(),
        Credential::RecoveryCodes(_) | Credential::AccessPass(_) => {
            panic!("what is issued is not enrolled")
        }
    }
}

pub const fn step(step: u64) -> Answer {
    Answer::TimeStep(TimeStep(step))
}

pub const fn counter(counter: u64) -> Answer {
    Answer::Counter(Counter(counter))
}

/// Enrolled as the first method, in [`HERE`].
pub fn enrolled_first(method: MethodId, credential: Credential) -> Fact {
    enrolled_with(method, credential, Some(HERE), None)
}

/// Enrolled beside others, on a proof so strong.
pub fn enrolled(method: MethodId, credential: Credential, vouched: Strength) -> Fact {
    enrolled_with(method, credential, None, Some(vouched))
}

pub fn enrolled_with(
    method: MethodId,
    credential: Credential,
    first_proof: Option<SessionTag>,
    vouched: Option<Strength>,
) -> Fact {
    let sealed = sealed_method("label");
    MethodEnrolled {
        method,
        credential,
        sealed,
        token: None,
        first_proof,
        vouched,
    }
    .into()
}

pub fn default_is(method: MethodId, reason: DefaultReason) -> Fact {
    DefaultChanged {
        method: Some(method),
        reason,
    }
    .into()
}

pub fn no_default() -> Fact {
    DefaultChanged {
        method: None,
        reason: DefaultReason::Fallback,
    }
    .into()
}

pub fn deleted(method: MethodId, reason: DeletionReason) -> Fact {
    MethodDeleted { method, reason }.into()
}

pub fn scheduled(method: MethodId, due: Timestamp) -> Fact {
    DeletionScheduled { method, due }.into()
}

pub fn cancelled(method: MethodId) -> Fact {
    DeletionCancelled { method }.into()
}

/// Proved at sign-in, in [`HERE`].
pub fn proved(method: MethodId, strength: Strength, accepted: Accepted) -> Fact {
    VerificationSucceeded {
        method,
        purpose: Purpose::SignIn,
        strength,
        session: HERE,
        accepted,
    }
    .into()
}

pub fn failed(method: MethodId, failure: Failure) -> Fact {
    VerificationFailed {
        method,
        purpose: Purpose::SignIn,
        failure,
    }
    .into()
}

pub fn wrong(method: MethodId) -> Fact {
    failed(method, Failure::WrongCode)
}

pub fn used(method: MethodId) -> Fact {
    failed(method, Failure::UsedCode)
}

pub fn locked(method: MethodId, until: Timestamp) -> Fact {
    Locked { method, until }.into()
}

pub fn codes_issued(method: MethodId, vouched: Option<Strength>) -> Fact {
    RecoveryCodesIssued {
        method,
        count: 10,
        sealed: sealed_method("ten codes"),
        vouched,
    }
    .into()
}

pub fn pass_issued(method: MethodId, expires: Timestamp, once: bool) -> Fact {
    AccessPassIssued {
        method,
        expires,
        once,
        sealed: sealed_method("pass"),
    }
    .into()
}
