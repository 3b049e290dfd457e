//! Any policy that there can be.

use super::codes::country;
use super::{hotp, seconds, service, strength};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use secinfo_domain::kind::{CounterRule, SshKeys, SyncedKeys};
use secinfo_domain::policy::{
    AuthenticatorAppRules, BudgetRules, CodeRules, FirstMethod, Gates, HardwareTokenRules, Limit,
    MethodOrder, Network, Notices, PushRules, RecoveryCodeRules, Refinement, RenamedAccounts,
    ResetRules, Rules, SecurityKeyRules, SecurityQuestionRules, ServiceRules, SessionRules,
    SignInRefinement, SignInRules, ThrottleRules, Verify,
};
use secinfo_domain::{GroupName, Kind, KindSet, Policy, QuestionId};
use std::net::{Ipv4Addr, Ipv6Addr};

fn group() -> impl Strategy<Value = GroupName> {
    "[^\\p{C}\\p{Z}:][^\\p{C}\\p{Zl}\\p{Zp}:]{0,38}[^\\p{C}\\p{Z}:]"
        .prop_map(|name| GroupName::parse(&name).unwrap())
}

fn kinds() -> impl Strategy<Value = KindSet> {
    subsequence(Kind::ALL.to_vec(), 0..=Kind::ALL.len()).prop_map(KindSet::from_iter)
}

fn listed() -> impl Strategy<Value = Vec<QuestionId>> {
    let id = "[a-z0-9-]{1,40}".prop_map(|id| QuestionId::parse(&id).unwrap());
    vec(id, 0..4)
}

fn first_method() -> impl Strategy<Value = FirstMethod> {
    select(vec![FirstMethod::Session, FirstMethod::AccessPass])
}

fn gates() -> impl Strategy<Value = Gates> {
    select(vec![Gates::One, Gates::Two])
}

fn reset() -> impl Strategy<Value = ResetRules> {
    let general = (any::<bool>(), gates(), kinds(), vec(group(), 0..3));
    let times = (seconds(), seconds(), seconds(), any::<u8>());
    let limits = (limit(), limit(), limit(), limit(), limit());
    let kiosks = (vec(group(), 0..3), limit());
    let told = (any::<bool>(), any::<bool>());
    (general, times, limits, kiosks, told).prop_map(
        |(
            (enabled, gates, allowed, administrators),
            (life, step, lock, attempts),
            (failures, failures_of_kind, of_user, codes_of_user, of_caller),
            (kiosks, of_kiosk),
            (shows_hints, reminds),
        )| ResetRules {
            enabled,
            gates,
            allowed,
            administrators,
            life,
            step,
            attempts,
            failures,
            failures_of_kind,
            lock,
            of_user,
            codes_of_user,
            of_caller,
            kiosks,
            of_kiosk,
            shows_hints,
            reminds,
        },
    )
}

fn refinement() -> impl Strategy<Value = Refinement> {
    (
        option::of(kinds()),
        option::of(any::<u8>()),
        option::of(any::<u16>()),
        option::of(first_method()),
        option::of(gates()),
        option::of(any::<bool>()),
    )
        .prop_map(
            |(allowed, required, grace_days, first_method, reset_gates, end_sessions_on_lock)| {
                Refinement {
                    allowed,
                    required,
                    grace_days,
                    first_method,
                    reset_gates,
                    end_sessions_on_lock,
                }
            },
        )
}

fn verify() -> impl Strategy<Value = Verify> {
    select(vec![Verify::Required, Verify::WhenEnrolled, Verify::Off])
}

fn network() -> impl Strategy<Value = Network> {
    prop_oneof![
        (any::<u32>(), 0_u8..=32).prop_map(|(bits, length)| {
            let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
            format!("{}/{length}", Ipv4Addr::from(bits & mask))
        }),
        (any::<u128>(), 0_u8..=128).prop_map(|(bits, length)| {
            let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
            format!("{}/{length}", Ipv6Addr::from(bits & mask))
        }),
    ]
    // An IPv4 address within IPv6 is written with dots; both forms are read.
    .prop_map(|text| text.parse().unwrap())
}

fn sign_in() -> impl Strategy<Value = SignInRules> {
    (
        verify(),
        seconds(),
        vec(group(), 0..3),
        vec(network(), 0..3),
    )
        .prop_map(
            |(verify, remember, exempt_groups, exempt_networks)| SignInRules {
                verify,
                remember,
                exempt_groups,
                exempt_networks,
            },
        )
}

fn service_rules() -> impl Strategy<Value = ServiceRules> {
    let asked = (
        option::of(verify()),
        option::of(strength()),
        option::of(seconds()),
    );
    let exempt = (
        option::of(vec(group(), 0..3)),
        option::of(vec(network(), 0..3)),
    );
    (refinement(), asked, exempt).prop_map(
        |(refinement, (verify, strength, remember), (exempt_groups, exempt_networks))| {
            ServiceRules {
                refinement,
                sign_in: SignInRefinement {
                    verify,
                    strength,
                    remember,
                    exempt_groups,
                    exempt_networks,
                },
            }
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

fn security_key() -> impl Strategy<Value = SecurityKeyRules> {
    let synced = select(vec![SyncedKeys::Refuse, SyncedKeys::Allow]);
    let sign_count = select(vec![CounterRule::Refuse, CounterRule::Warn]);
    let ssh = select(vec![SshKeys::Off, SshKeys::VerifyRequired]);
    (any::<u8>(), seconds(), synced, sign_count, ssh).prop_map(
        |(most, fresh_proof, synced, sign_count, ssh)| SecurityKeyRules {
            most,
            fresh_proof,
            synced,
            sign_count,
            ssh,
        },
    )
}

fn push() -> impl Strategy<Value = PushRules> {
    let times = (seconds(), seconds(), seconds());
    let asked = (any::<bool>(), vec(service(), 0..3));
    (any::<u8>(), any::<u8>(), times, asked).prop_map(
        |(most, unanswered, (life, ask_after, unanswered_within), (pin, number))| PushRules {
            most,
            life,
            ask_after,
            unanswered,
            unanswered_within,
            pin,
            number,
        },
    )
}

fn grace() -> impl Strategy<Value = (u16, Option<u16>)> {
    (any::<u16>(), option::of(any::<u16>()))
}

fn rules() -> impl Strategy<Value = Rules> {
    let general = (kinds(), any::<u8>(), grace(), first_method(), reset());
    let times = (seconds(), seconds(), seconds(), seconds());
    let renamed = select(vec![RenamedAccounts::Refuse, RenamedAccounts::Allow]);
    let order = select(vec![MethodOrder::DefaultFirst, MethodOrder::StrongestFirst]);
    let account = (
        strength(),
        any::<bool>(),
        renamed,
        any::<(u16, bool)>(),
        order,
    );
    let small = any::<[u8; 8]>();
    let token = (any::<u16>(), any::<u16>(), security_key(), push());
    let notices = select(vec![Notices::All, Notices::Email, Notices::None]);
    let budget = (limit(), limit());
    let codes_and_throttle = (codes(), throttle(), notices, sign_in(), budget, listed());
    (
        general,
        times,
        account,
        small,
        token,
        hotp(),
        codes_and_throttle,
    )
        .prop_map(
            |(
                (allowed, required, (grace_days, grace_times), first_method, reset),
                (fresh_proof, deletion_wait, enrollment, verification),
                (
                    unlock_strength,
                    end_sessions_on_lock,
                    renamed_accounts,
                    (reconfirm_days, new_places),
                    order,
                ),
                [
                    drift,
                    most,
                    token_drift,
                    most_tokens,
                    recovery_codes,
                    attempts,
                    to_enrol,
                    to_answer,
                ],
                (look_ahead, resynchronization, security_key, push),
                hotp,
                (codes, throttle, notices, sign_in, (changes, verifications), listed),
            )| Rules {
                budget: BudgetRules {
                    changes,
                    verifications,
                },
                allowed,
                required,
                grace_days,
                grace_times,
                first_method,
                reset,
                order,
                fresh_proof,
                deletion_wait,
                unlock_strength,
                end_sessions_on_lock,
                renamed_accounts,
                reconfirm_days,
                new_places,
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
                push,
                security_key,
                security_questions: SecurityQuestionRules {
                    to_enrol,
                    to_answer,
                    listed,
                },
                recovery_codes: RecoveryCodeRules {
                    count: recovery_codes,
                },
                codes,
                notices,
                sign_in,
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
    let services = vec((service(), service_rules()), 0..4);
    (rules(), groups, services).prop_map(|(rules, groups, services)| Policy {
        rules,
        groups,
        services,
    })
}
