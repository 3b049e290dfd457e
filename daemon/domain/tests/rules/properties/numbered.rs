//! What the numbers in a random command stand for.

use crate::fixture::{app, channel, counter_token, country, questions, security_key, time_token};
use secinfo_domain::event::{ApprovalAnswer, Credential, DeliveryFailure, ResetFailure};
use secinfo_domain::kind::RecoveryCodes;
use secinfo_domain::policy::{FirstMethod, Limit, Refinement, ServiceRules};
use secinfo_domain::state::Method;
use secinfo_domain::{
    DeliveryOutcome, GroupName, Kind, KindSet, PasswordOutcome, Policy, Purpose, Seconds,
    ServiceName,
};

/// Whether there are answers for it.
pub fn has_codes(method: &Method) -> bool {
    use Kind::{
        AccessPass, AuthenticatorApp, HardwareToken, Push, RecoveryCodes, SecurityKey,
        SecurityQuestions,
    };
    let kind = method.kind();
    kind.is_delivered()
        || [
            AuthenticatorApp,
            HardwareToken,
            RecoveryCodes,
            AccessPass,
            SecurityKey,
            SecurityQuestions,
            Push,
        ]
        .contains(&kind)
}

pub fn purpose(reset: bool) -> Purpose {
    if reset {
        Purpose::PasswordReset
    } else {
        Purpose::SignIn
    }
}

/// The number of a credential that stands for a phone.
pub const PUSH: usize = 8;

/// The kind that a number of a credential stands for, if its codes are sent.
pub fn delivered(number: usize) -> Option<Kind> {
    match number {
        3 => Some(Kind::Text),
        4 => Some(Kind::Call),
        5 => Some(Kind::Email),
        _ => None,
    }
}

/// What needs no code that was sent.
pub fn credential(number: usize) -> Credential {
    match number {
        0 => app(),
        1 => time_token(),
        2 => counter_token(),
        6 => questions(),
        7 => security_key(1),
        _ => RecoveryCodes { unused: 3 }.into(),
    }
}

pub fn policy(which: u8) -> Policy {
    let mut policy = Policy::default();
    match which {
        0 => {}
        1 => {
            policy.rules.required = 2;
            policy.rules.sign_in.remember = Seconds::new(900);
            policy.rules.codes.of_user = Limit::new(2, 600);
        }
        2 => {
            policy.rules.first_method = FirstMethod::AccessPass;
            policy.rules.codes.of_destination = Limit::new(1, 3600);
            policy.rules.codes.resend_after = Seconds::new(0);
        }
        3 => {
            policy.rules.allowed = Kind::ALL.into_iter().filter(|k| *k != Kind::Call).collect();
            policy.rules.codes.of_country = Limit::new(3, 900);
            policy.rules.codes.denied_countries = vec![country("FR")];
        }
        5 => {
            policy.rules.reset.enabled = true;
            policy.rules.reset.failures_of_kind = Limit::new(3, 3600);
            policy.rules.reset.administrators =
                vec![GroupName::parse("staff").expect("a group name")];
        }
        _ => {
            policy.rules.throttle.lock_after = 3;
            policy.rules.throttle.caller_limit = 4;
            policy.rules.codes.in_all = Limit::new(3, 300);
            policy.rules.codes.allowed_countries = vec![country("DE")];
            let staff = Refinement {
                required: Some(1),
                ..Refinement::default()
            };
            let kiosk = Refinement {
                allowed: Some(KindSet::from_iter([Kind::HardwareToken, Kind::Call])),
                required: Some(1),
                ..Refinement::default()
            };
            let group = GroupName::parse("staff").expect("a group name");
            let service = ServiceName::parse("kiosk").expect("a service name");
            policy.groups = vec![(group, staff)];
            let rules = ServiceRules {
                refinement: kiosk,
                ..ServiceRules::default()
            };
            policy.services = vec![(service, rules)];
        }
    }
    policy
}

pub fn phone_answer(which: usize) -> ApprovalAnswer {
    [
        ApprovalAnswer::Accepted,
        ApprovalAnswer::WrongNumber,
        ApprovalAnswer::Cancelled,
        ApprovalAnswer::NotMe,
    ][which]
}

pub fn password_outcome(which: usize) -> PasswordOutcome {
    let failure = ResetFailure::ALL.get(which).copied();
    failure.map_or(PasswordOutcome::Set, PasswordOutcome::Failed)
}

pub fn outcome(arrived: bool) -> DeliveryOutcome {
    if arrived {
        DeliveryOutcome::Delivered {
            channel: channel(),
            confirmed: false,
        }
    } else {
        DeliveryOutcome::Failed {
            channel: None,
            reason: DeliveryFailure::Busy,
        }
    }
}
