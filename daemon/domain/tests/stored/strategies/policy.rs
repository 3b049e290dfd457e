//! Any policy that there can be.

use super::{hotp, seconds, service};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use secinfo_domain::policy::{
    AuthenticatorAppRules, FirstMethod, HardwareTokenRules, Refinement, ResetMethods, Rules,
    SessionRules, ThrottleRules,
};
use secinfo_domain::{GroupName, Kind, KindSet, Policy};

fn group() -> impl Strategy<Value = GroupName> {
    "[^\\p{C}\\p{Z}\\s:/]{1,40}".prop_map(|name| GroupName::parse(&name).unwrap())
}

fn kinds() -> impl Strategy<Value = KindSet> {
    subsequence(Kind::ALL.to_vec(), 0..=Kind::ALL.len()).prop_map(KindSet::from_iter)
}

fn first_method() -> impl Strategy<Value = FirstMethod> {
    select(vec![FirstMethod::Session, FirstMethod::AccessPass])
}

fn reset_methods() -> impl Strategy<Value = ResetMethods> {
    select(vec![ResetMethods::One, ResetMethods::Two])
}

fn refinement() -> impl Strategy<Value = Refinement> {
    (
        option::of(kinds()),
        option::of(any::<u8>()),
        option::of(any::<u16>()),
        option::of(first_method()),
        option::of(reset_methods()),
    )
        .prop_map(
            |(allowed, required, grace_days, first_method, reset_methods)| Refinement {
                allowed,
                required,
                grace_days,
                first_method,
                reset_methods,
            },
        )
}

fn throttle() -> impl Strategy<Value = ThrottleRules> {
    let limits = (any::<u8>(), any::<u16>(), any::<u16>());
    let times = (seconds(), seconds(), seconds(), seconds());
    (limits, times).prop_map(
        |(
            (free, lock_after, caller_limit),
            (longest_wait, first_lock, longest_lock, caller_window),
        )| ThrottleRules {
            free,
            longest_wait,
            lock_after,
            first_lock,
            longest_lock,
            caller_limit,
            caller_window,
        },
    )
}

fn rules() -> impl Strategy<Value = Rules> {
    let general = (
        kinds(),
        any::<u8>(),
        any::<u16>(),
        first_method(),
        reset_methods(),
    );
    let times = (seconds(), seconds(), seconds(), seconds());
    let small = any::<[u8; 6]>();
    let token = (any::<u16>(), any::<u16>());
    (general, times, small, token, hotp(), throttle()).prop_map(
        |(
            (allowed, required, grace_days, first_method, reset_methods),
            (fresh_proof, deletion_wait, enrollment, verification),
            [
                drift,
                most,
                token_drift,
                most_tokens,
                recovery_codes,
                attempts,
            ],
            (look_ahead, resynchronization),
            hotp,
            throttle,
        )| Rules {
            allowed,
            required,
            grace_days,
            first_method,
            reset_methods,
            fresh_proof,
            deletion_wait,
            authenticator_app: AuthenticatorAppRules {
                algorithm: hotp.algorithm,
                digits: hotp.digits,
                drift,
                most,
            },
            hardware_token: HardwareTokenRules {
                look_ahead,
                resynchronization,
                drift: token_drift,
                most: most_tokens,
            },
            recovery_codes,
            throttle,
            session: SessionRules {
                enrollment,
                verification,
                attempts,
            },
        },
    )
}

pub fn policy() -> impl Strategy<Value = Policy> {
    let groups = vec((group(), refinement()), 0..4);
    let services = vec((service(), refinement()), 0..4);
    (rules(), groups, services).prop_map(|(rules, groups, services)| Policy {
        rules,
        groups,
        services,
    })
}
