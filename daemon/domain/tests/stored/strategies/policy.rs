//! Any policy that there can be.

use super::codes::country;
use super::{hotp, seconds, service};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use secinfo_domain::policy::{
    AuthenticatorAppRules, CodeRules, FirstMethod, HardwareTokenRules, Limit, Notices, Refinement,
    ResetMethods, Rules, SessionRules, ThrottleRules,
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
    let times = (seconds(), seconds(), seconds(), seconds(), seconds());
    (limits, times).prop_map(
        |(
            (free, lock_after, caller_limit),
            (longest_wait, first_lock, longest_lock, caller_window, forget_after),
        )| ThrottleRules {
            free,
            longest_wait,
            lock_after,
            first_lock,
            longest_lock,
            caller_limit,
            caller_window,
            forget_after,
        },
    )
}

fn limit() -> impl Strategy<Value = Limit> {
    (any::<u16>(), any::<u32>()).prop_map(|(most, within)| Limit::new(most, within))
}

fn codes() -> impl Strategy<Value = CodeRules> {
    let lasting = (hotp(), seconds(), seconds());
    let limits = (limit(), limit(), limit(), limit());
    let countries = (vec(country(), 0..4), vec(country(), 0..4));
    (lasting, limits, countries).prop_map(
        |(
            (hotp, life, resend_after),
            (of_user, of_destination, of_country, in_all),
            (allowed_countries, denied_countries),
        )| CodeRules {
            digits: hotp.digits,
            life,
            resend_after,
            of_user,
            of_destination,
            of_country,
            in_all,
            allowed_countries,
            denied_countries,
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
    let notices = select(vec![Notices::All, Notices::Email, Notices::None]);
    let codes_and_throttle = (codes(), throttle(), notices);
    (general, times, small, token, hotp(), codes_and_throttle).prop_map(
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
            (codes, throttle, notices),
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
            codes,
            notices,
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
