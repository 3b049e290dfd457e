//! `[policy]`, `[group.NAME]` and `[service.NAME]`: what the organization allows and requires.

use super::document::Section;
use super::value::{self, Refusal, count, length, word};
use secinfo_domain::kind::{CounterRule, SshKeys, SyncedKeys};
use secinfo_domain::policy::{
    AuthenticatorAppRules, BudgetRules, CodeRules, EffectivePolicy, FirstMethod, Gates,
    HardwareTokenRules, MethodOrder, Notices, PushRules, RecoveryCodeRules, Refinement,
    RenamedAccounts, ResetRules, Rules, SecurityKeyRules, SecurityQuestionRules, ServiceRules,
    SessionRules, SignInRefinement, SignInRules, ThrottleRules, Verify,
};
use secinfo_domain::{Algorithm, Digits, GroupName, Kind, KindSet, Policy, ServiceName, Strength};
use toml::de::DeValue;

const HOUR: u32 = 60 * 60;
const DAY: u32 = 24 * HOUR;

const FIRST_METHOD: [(&str, FirstMethod); 2] = [
    ("session", FirstMethod::Session),
    ("access-pass", FirstMethod::AccessPass),
];
const RENAMED_ACCOUNTS: [(&str, RenamedAccounts); 2] = [
    ("refuse", RenamedAccounts::Refuse),
    ("allow", RenamedAccounts::Allow),
];
const GATES: [(&str, Gates); 2] = [("one", Gates::One), ("two", Gates::Two)];
const NOTICES: [(&str, Notices); 3] = [
    ("all", Notices::All),
    ("email", Notices::Email),
    ("none", Notices::None),
];
const VERIFY: [(&str, Verify); 3] = [
    ("required", Verify::Required),
    ("when-enrolled", Verify::WhenEnrolled),
    ("off", Verify::Off),
];
const STRENGTH: [(&str, Strength); 3] = [
    ("delivered", Strength::Delivered),
    ("possession", Strength::Possession),
    ("strong", Strength::Strong),
];
const ORDER: [(&str, MethodOrder); 2] = [
    ("default-first", MethodOrder::DefaultFirst),
    ("strongest-first", MethodOrder::StrongestFirst),
];
const SYNCED: [(&str, SyncedKeys); 2] =
    [("refuse", SyncedKeys::Refuse), ("allow", SyncedKeys::Allow)];
const SIGN_COUNT: [(&str, CounterRule); 2] =
    [("refuse", CounterRule::Refuse), ("warn", CounterRule::Warn)];
const SSH: [(&str, SshKeys); 2] = [
    ("off", SshKeys::Off),
    ("verify-required", SshKeys::VerifyRequired),
];
const ALGORITHM: [(&str, Algorithm); 3] = [
    ("SHA1", Algorithm::Sha1),
    ("SHA256", Algorithm::Sha256),
    ("SHA512", Algorithm::Sha512),
];

pub(super) fn read(root: &mut Section<'_, '_>) -> Policy {
    let rules = root.within("policy", rules);
    Policy {
        groups: root.each("group", GroupName::parse, |section| group(section, &rules)),
        services: root.each("service", ServiceName::parse, |section| {
            service(section, &rules)
        }),
        rules,
    }
}

fn rules(section: &mut Section<'_, '_>) -> Rules {
    let or = Rules::default();
    let rules = Rules {
        allowed: section.read("allowed", or.allowed, value::kinds),
        required: section.read("required", or.required, count(0..=10)),
        grace_days: section.read("grace_days", or.grace_days, count(0..=365)),
        grace_times: section.optional("grace_times", count(1..=100)),
        first_method: section.read("first_method", or.first_method, word(&FIRST_METHOD)),
        order: section.read("order", or.order, word(&ORDER)),
        fresh_proof: section.read("fresh_proof", or.fresh_proof, length(1..=HOUR)),
        deletion_wait: section.read("deletion_wait", or.deletion_wait, length(1..=30 * DAY)),
        unlock_strength: section.read("unlock_strength", or.unlock_strength, word(&STRENGTH)),
        end_sessions_on_lock: section.read(
            "end_sessions_on_lock",
            or.end_sessions_on_lock,
            value::yes_or_no,
        ),
        renamed_accounts: section.read(
            "renamed_accounts",
            or.renamed_accounts,
            word(&RENAMED_ACCOUNTS),
        ),
        reconfirm_days: section.read("reconfirm_days", or.reconfirm_days, count(0..=730)),
        new_places: section.read("new_places", or.new_places, value::yes_or_no),
        authenticator_app: section.within("authenticator-app", |section| {
            authenticator_app(section, or.authenticator_app)
        }),
        hardware_token: section.within("hardware-token", |section| {
            hardware_token(section, or.hardware_token)
        }),
        push: section.within("push", |section| push(section, or.push)),
        security_key: section.within("security-key", |section| {
            security_key(section, or.security_key)
        }),
        security_questions: section.within("security-questions", |section| {
            security_questions(section, or.security_questions)
        }),
        recovery_codes: section.within("recovery-codes", |section| RecoveryCodeRules {
            count: section.read("count", or.recovery_codes.count, count(1..=16)),
        }),
        notices: section.read("notices", or.notices, word(&NOTICES)),
        sign_in: section.within("sign-in", |section| sign_in(section, or.sign_in)),
        reset: section.within("reset", |section| reset(section, or.reset)),
        codes: section.within("codes", |section| codes(section, or.codes)),
        throttle: section.within("throttle", |section| throttle(section, or.throttle)),
        session: section.within("session", |section| session(section, or.session)),
        budget: section.within("budget", |section| budget(section, or.budget)),
    };
    require_what_can_be_had(
        section,
        &rules,
        &rules.effective(None),
        rules.sign_in.verify,
    );
    require_what_can_be_first(section, rules.allowed);
    rules
}

fn authenticator_app(
    section: &mut Section<'_, '_>,
    or: AuthenticatorAppRules,
) -> AuthenticatorAppRules {
    AuthenticatorAppRules {
        algorithm: section.read("algorithm", or.algorithm, word(&ALGORITHM)),
        digits: section.read("digits", or.digits, digits),
        drift: section.read("drift", or.drift, count(0..=10)),
        most: section.read("most", or.most, count(1..=20)),
    }
}

fn hardware_token(section: &mut Section<'_, '_>, or: HardwareTokenRules) -> HardwareTokenRules {
    let rules = HardwareTokenRules {
        look_ahead: section.read("look_ahead", or.look_ahead, count(1..=100)),
        resynchronization: section.read("resynchronization", or.resynchronization, count(1..=1000)),
        drift: section.read("drift", or.drift, count(0..=10)),
        most: section.read("most", or.most, count(1..=20)),
    };
    section.require(
        rules.resynchronization >= rules.look_ahead,
        &["resynchronization", "look_ahead"],
        "`resynchronization` is less than `look_ahead`",
        || format!("raise `resynchronization` to {} at least", rules.look_ahead),
    );
    rules
}

fn push(section: &mut Section<'_, '_>, or: PushRules) -> PushRules {
    PushRules {
        most: section.read("most", or.most, count(1..=20)),
        life: section.read("life", or.life, length(30..=600)),
        ask_after: section.read("ask_after", or.ask_after, length(1..=HOUR)),
        unanswered: section.read("unanswered", or.unanswered, count(1..=10)),
        unanswered_within: section.read(
            "unanswered_within",
            or.unanswered_within,
            length(60..=DAY),
        ),
        pin: section.read("pin", or.pin, value::yes_or_no),
        number: section.read("number", or.number, value::services),
    }
}

fn security_key(section: &mut Section<'_, '_>, or: SecurityKeyRules) -> SecurityKeyRules {
    SecurityKeyRules {
        most: section.read("most", or.most, count(1..=10)),
        fresh_proof: section.read("fresh_proof", or.fresh_proof, length(1..=HOUR)),
        synced: section.read("synced", or.synced, word(&SYNCED)),
        sign_count: section.read("sign_count", or.sign_count, word(&SIGN_COUNT)),
        ssh: section.read("ssh", or.ssh, word(&SSH)),
    }
}

fn security_questions(
    section: &mut Section<'_, '_>,
    or: SecurityQuestionRules,
) -> SecurityQuestionRules {
    let counts = || {
        let (least, most) = SecurityQuestionRules::COUNT.into_inner();
        count(least.into()..=most.into())
    };
    let rules = SecurityQuestionRules {
        to_enrol: section.read("to_enrol", or.to_enrol, counts()),
        to_answer: section.read("to_answer", or.to_answer, counts()),
        // Of another section.
        listed: or.listed,
    };
    section.require(
        rules.to_answer <= rules.to_enrol,
        &["to_answer", "to_enrol"],
        "`to_answer` is more than `to_enrol`",
        || format!("lower `to_answer` to {} at most", rules.to_enrol),
    );
    rules
}

fn throttle(section: &mut Section<'_, '_>, or: ThrottleRules) -> ThrottleRules {
    let rules = ThrottleRules {
        free: section.read("free", or.free, count(1..=10)),
        longest_wait: section.read("longest_wait", or.longest_wait, length(1..=HOUR)),
        lock_after: section.read("lock_after", or.lock_after, count(3..=100)),
        first_lock: section.read("first_lock", or.first_lock, length(1..=DAY)),
        longest_lock: section.read("longest_lock", or.longest_lock, length(1..=7 * DAY)),
        caller_limit: section.read("caller_limit", or.caller_limit, count(1..=10_000)),
        caller_window: section.read("caller_window", or.caller_window, length(1..=DAY)),
        forget_after: section.read("forget_after", or.forget_after, length(HOUR..=30 * DAY)),
    };
    section.require(
        rules.lock_after > u16::from(rules.free),
        &["lock_after", "free"],
        "`lock_after` is not more than `free`",
        || format!("raise `lock_after` to {} at least", rules.free + 1),
    );
    section.require(
        rules.longest_lock >= rules.first_lock,
        &["longest_lock", "first_lock"],
        "`longest_lock` is shorter than `first_lock`",
        || {
            let first = value::written_length(rules.first_lock);
            format!("raise `longest_lock` to \"{first}\" at least")
        },
    );
    rules
}

fn codes(section: &mut Section<'_, '_>, or: CodeRules) -> CodeRules {
    let rules = CodeRules {
        digits: section.read("digits", or.digits, digits),
        life: section.read("life", or.life, length(30..=HOUR)),
        resend_after: section.read("resend_after", or.resend_after, length(1..=HOUR)),
        of_user: section.read("of_user", or.of_user, value::limit),
        of_destination: section.read("of_destination", or.of_destination, value::limit),
        of_country: section.read("of_country", or.of_country, value::limit),
        in_all: section.read("in_all", or.in_all, value::limit),
        allowed_countries: section.read(
            "allowed_countries",
            or.allowed_countries,
            value::countries,
        ),
        denied_countries: section.read("denied_countries", or.denied_countries, value::countries),
    };
    section.require(
        rules.resend_after <= rules.life,
        &["resend_after", "life"],
        "`resend_after` is longer than `life`",
        || {
            let life = value::written_length(rules.life);
            format!("lower `resend_after` to \"{life}\" at most")
        },
    );
    rules
}

/// The longest that a proof is remembered in a terminal: no longer than the terminal's tag counts.
const LONGEST_REMEMBERED: u32 = secinfo_domain::policy::Limit::LONGEST.get();

fn sign_in(section: &mut Section<'_, '_>, or: SignInRules) -> SignInRules {
    SignInRules {
        verify: section.read("verify", or.verify, word(&VERIFY)),
        remember: section.read("remember", or.remember, length(0..=LONGEST_REMEMBERED)),
        exempt_groups: section.read("exempt_groups", or.exempt_groups, value::groups),
        exempt_networks: section.read("exempt_networks", or.exempt_networks, value::networks),
    }
}

fn reset(section: &mut Section<'_, '_>, or: ResetRules) -> ResetRules {
    let rules = ResetRules {
        enabled: section.read("enabled", or.enabled, value::yes_or_no),
        gates: section.read("gates", or.gates, word(&GATES)),
        allowed: section.read("allowed", or.allowed, value::kinds),
        administrators: section.read("administrators", or.administrators, value::groups),
        life: section.read("life", or.life, length(60..=HOUR)),
        step: section.read("step", or.step, length(30..=HOUR)),
        attempts: section.read("attempts", or.attempts, count(1..=20)),
        failures: section.read("failures", or.failures, value::limit_to(20)),
        failures_of_kind: section.read(
            "failures_of_kind",
            or.failures_of_kind,
            value::limit_to(20),
        ),
        lock: section.read("lock", or.lock, length(1..=7 * DAY)),
        of_user: section.read("of_user", or.of_user, value::limit_to(20)),
        codes_of_user: section.read("codes_of_user", or.codes_of_user, value::limit),
        of_caller: section.read("of_caller", or.of_caller, value::limit),
        kiosks: section.read("kiosks", or.kiosks, value::groups),
        of_kiosk: section.read("of_kiosk", or.of_kiosk, value::limit),
        shows_hints: section.read("show_hints", or.shows_hints, value::yes_or_no),
        reminds: section.read("remind", or.reminds, value::yes_or_no),
    };
    section.require(
        rules.step <= rules.life,
        &["step", "life"],
        "`step` is longer than `life`",
        || {
            let life = value::written_length(rules.life);
            format!("lower `step` to \"{life}\" at most")
        },
    );
    rules
}

fn sign_in_of_service(section: &mut Section<'_, '_>) -> SignInRefinement {
    SignInRefinement {
        verify: section.optional("verify", word(&VERIFY)),
        strength: section.optional("strength", word(&STRENGTH)),
        remember: section.optional("remember", length(0..=LONGEST_REMEMBERED)),
        exempt_groups: section.optional("exempt_groups", value::groups),
        exempt_networks: section.optional("exempt_networks", value::networks),
    }
}

fn session(section: &mut Section<'_, '_>, or: SessionRules) -> SessionRules {
    SessionRules {
        enrollment: section.read("enrollment", or.enrollment, length(1..=HOUR)),
        verification: section.read("verification", or.verification, length(1..=HOUR)),
        attempts: section.read("attempts", or.attempts, count(1..=20)),
    }
}

fn budget(section: &mut Section<'_, '_>, or: BudgetRules) -> BudgetRules {
    BudgetRules {
        changes: section.read("changes", or.changes, value::limit),
        verifications: section.read("verifications", or.verifications, value::limit),
    }
}

fn group(section: &mut Section<'_, '_>, rules: &Rules) -> Refinement {
    let refinement = Refinement {
        end_sessions_on_lock: section.optional("end_sessions_on_lock", value::yes_or_no),
        ..refinement(section, rules.allowed)
    };
    if let Some(allowed) = refinement.allowed {
        require_what_can_be_first(section, allowed.and(rules.allowed));
    }
    // What holds for everybody may meet kinds here that serve sign-in and count for nothing, such as
    // recovery codes. Only what the section asks for by itself must be something one can have.
    if refinement.required.is_some() {
        let policy = rules.effective(None).refined_by(&refinement);
        require_what_can_be_had(section, rules, &policy, rules.sign_in.verify);
    }
    refinement
}

fn service(section: &mut Section<'_, '_>, rules: &Rules) -> ServiceRules {
    let refinement = refinement(section, rules.allowed);
    let sign_in = sign_in_of_service(section);
    // As for a group.
    if refinement.required.is_some() || sign_in.verify == Some(Verify::Required) {
        let policy = rules.effective(sign_in.strength).refined_by(&refinement);
        let verify = sign_in.verify.unwrap_or(rules.sign_in.verify);
        require_what_can_be_had(section, rules, &policy, verify);
    }
    ServiceRules {
        refinement,
        sign_in,
    }
}

fn refinement(section: &mut Section<'_, '_>, allowed_for_all: KindSet) -> Refinement {
    let refinement = Refinement {
        allowed: section.optional("allowed", value::kinds),
        required: section.optional("required", count(0..=10)),
        grace_days: section.optional("grace_days", count(0..=365)),
        first_method: section.optional("first_method", word(&FIRST_METHOD)),
        reset_gates: section.optional("reset_gates", word(&GATES)),
        // An account is locked at no service.
        end_sessions_on_lock: None,
    };
    let left = refinement
        .allowed
        .unwrap_or(KindSet::EVERY)
        .and(allowed_for_all);
    section.require(
        left.iter().next().is_some(),
        &["allowed"],
        "`allowed` names no kind that is allowed for everybody, so nothing is left",
        || {
            let kinds = allowed_for_all.iter().map(|kind| format!("\"{kind}\""));
            format!(
                "name at least one of {}, or allow more in [policy]",
                kinds.collect::<Vec<_>>().join(", ")
            )
        },
    );
    refinement
}

/// A user must be able to have as many methods as are required.
fn require_what_can_be_had(
    section: &mut Section<'_, '_>,
    rules: &Rules,
    policy: &EffectivePolicy,
    verify: Verify,
) {
    let required = policy.required.max(u8::from(verify == Verify::Required));
    let most = rules.most_that_count(policy);
    let keys = ["required", "allowed", "strength", "verify"];
    if most == 0 {
        section.require(
            required == 0,
            &keys,
            "methods are required, but no kind is allowed that counts for it",
            || {
                let counting = KindSet::EVERY
                    .iter()
                    .filter(|kind| kind.can_be_default() && policy.suffices(kind.strength()))
                    .map(Kind::as_str)
                    .collect::<Vec<_>>();
                format!("allow one of {}, or require 0", counting.join(", "))
            },
        );
    } else {
        section.require(
            required <= most,
            &keys,
            &format!("{required} methods are required, but no user can have so many that count"),
            || format!("require {most} at most, or allow more kinds"),
        );
    }
}

/// A kind that is only added beside another method can be added by nobody where no other is allowed. What a
/// service allows says nothing of that: it is added elsewhere.
fn require_what_can_be_first(section: &mut Section<'_, '_>, allowed: KindSet) {
    let can_be_first = |kind: &Kind| kind.can_be_default() && !kind.needs_another();
    let waiting = allowed.iter().find(|kind| kind.needs_another());
    let Some(kind) = waiting.filter(|_| !allowed.iter().any(|kind| can_be_first(&kind))) else {
        return;
    };
    section.require(
        false,
        &["allowed"],
        &format!("{kind} is only added beside another method, and no other is allowed"),
        || {
            let first = KindSet::EVERY.iter().filter(can_be_first);
            let first: Vec<_> = first.map(Kind::as_str).collect();
            format!("allow one of {} too", first.join(", "))
        },
    );
}

fn digits(value: &DeValue<'_>) -> Result<Digits, Refusal> {
    let count: u8 = count(6..=8)(value).map_err(|refusal| refusal.instead("write 6 or 8"))?;
    Digits::try_from(count).map_err(|invalid| Refusal::new(invalid.to_string(), "write 6 or 8"))
}
