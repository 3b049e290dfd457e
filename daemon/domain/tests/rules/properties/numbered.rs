//! What the numbers in a random command stand for.

use crate::kit::{app, counter_token, time_token};
use secinfo_domain::event::Credential;
use secinfo_domain::policy::{FirstMethod, Refinement};
use secinfo_domain::state::Method;
use secinfo_domain::{GroupName, Kind, KindSet, Policy, Purpose, ServiceName, Timestamp};

/// Whether there are answers for it.
pub fn has_codes(method: &Method) -> bool {
    use Kind::{AccessPass, AuthenticatorApp, HardwareToken, RecoveryCodes};
    [AuthenticatorApp, HardwareToken, RecoveryCodes, AccessPass].contains(&method.kind())
}

pub fn purpose(reset: bool) -> Purpose {
    if reset {
        Purpose::PasswordReset
    } else {
        Purpose::SignIn
    }
}

pub fn credential(number: usize) -> Credential {
    match number {
        0 => app(),
        1 => time_token(),
        2 => counter_token(),
        3 => Credential::Push,
        4 => Credential::Text,
        5 => Credential::Call,
        6 => Credential::SecurityKey,
        7 => Credential::Email,
        8 => Credential::SecurityQuestions,
        9 => Credential::RecoveryCodes { unused: 3 },
        _ => Credential::AccessPass {
            expires: Timestamp::from_seconds(2_000_000_000),
            once: false,
        },
    }
}

pub fn policy(which: u8) -> Policy {
    let mut policy = Policy::default();
    match which {
        0 => {}
        1 => policy.rules.required = 2,
        2 => policy.rules.first_method = FirstMethod::AccessPass,
        3 => policy.rules.allowed = Kind::ALL.into_iter().filter(|k| *k != Kind::Text).collect(),
        _ => {
            policy.rules.throttle.lock_after = 3;
            policy.rules.throttle.caller_limit = 4;
            let staff = Refinement {
                required: Some(1),
                ..Refinement::default()
            };
            let kiosk = Refinement {
                allowed: Some(KindSet::from_iter([Kind::SecurityKey, Kind::Call])),
                required: Some(1),
                ..Refinement::default()
            };
            let group = GroupName::parse("staff").expect("a group name");
            let service = ServiceName::parse("kiosk").expect("a service name");
            policy.groups = vec![(group, staff)];
            policy.services = vec![(service, kiosk)];
        }
    }
    policy
}
