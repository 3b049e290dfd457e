//! Any event that there can be.

mod codes;
mod policy;

use codes::{delivered, delivery_failed, message, place, requested};
use policy::policy;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use secinfo_domain::event::{
    Accepted, AccessPassIssued, AccountLocked, AccountUnlocked, ActivationFailed, ActivityReported,
    Actor, ApprovalAnswer, ApprovalAnswered, ApprovalRequested, BreakGlassUsed, Credential,
    DefaultChanged, DefaultReason, DeletionCancelled, DeletionReason, DeletionScheduled, Event,
    Fact, Failure, Familiarity, Gate, Locked, LogCreated, LogRestored, MethodDeleted,
    MethodEnrolled, MethodImported, MethodRenamed, PasswordReset, PasswordResetFailed,
    PasswordResetLocked, PasswordResetRequested, PolicyChanged, RecoveryCodesIssued,
    RememberedSignIn, ResetFailure, Resynchronized, SetUpPostponed, TerminalRemembered,
    TokenImported, TokenRemoved, TokenResynchronized, Unlocked, UserAdded, UserErased, UserRenamed,
    VerificationFailed, VerificationSucceeded, Who,
};
use secinfo_domain::kind::{
    AccessPass, AuthenticatorApp, Backup, Call, Email, HardwareToken, Push, RecoveryCodes,
    SecurityKey, SecurityQuestions, Text,
};
use secinfo_domain::{
    Algorithm, ApprovalId, BreakGlassId, Counter, CredentialTag, Digits, GuessTag, HotpParameters,
    Kind, MethodId, OtpParameters, Period, Purpose, RootHash, Sealed, SealedMethod, Seconds,
    SeedTag, ServiceName, SessionTag, Source, SourceTag, Strength, TerminalTag, TicketId, TimeStep,
    Timestamp, TokenId, TotpParameters, UserId,
};

pub fn event() -> impl Strategy<Value = Event> {
    (time(), user(), actor(), fact()).prop_map(|(time, user, actor, fact)| Event {
        time,
        user: super::examples::is_about_a_user(&fact).then_some(user),
        actor,
        fact,
    })
}

fn user() -> impl Strategy<Value = UserId> {
    any::<[u8; 16]>().prop_map(UserId::from_bytes)
}

fn method() -> impl Strategy<Value = MethodId> {
    any::<[u8; 16]>().prop_map(MethodId::from_bytes)
}

fn token() -> impl Strategy<Value = TokenId> {
    any::<[u8; 16]>().prop_map(TokenId::from_bytes)
}

fn ticket() -> impl Strategy<Value = TicketId> {
    any::<[u8; 16]>().prop_map(TicketId::from_bytes)
}

fn kind() -> impl Strategy<Value = Kind> {
    select(Kind::ALL.to_vec())
}

fn gates() -> impl Strategy<Value = Vec<Gate>> {
    let gate = (method(), kind()).prop_map(|(method, kind)| Gate { method, kind });
    vec(gate, 0..3)
}

fn approval() -> impl Strategy<Value = ApprovalId> {
    any::<[u8; 16]>().prop_map(ApprovalId::from_bytes)
}

fn approval_answer() -> impl Strategy<Value = ApprovalAnswer> {
    select(vec![
        ApprovalAnswer::Accepted,
        ApprovalAnswer::WrongNumber,
        ApprovalAnswer::Cancelled,
        ApprovalAnswer::NotMe,
    ])
}

fn session() -> impl Strategy<Value = SessionTag> {
    any::<[u8; 16]>().prop_map(SessionTag::from_bytes)
}

fn terminal() -> impl Strategy<Value = TerminalTag> {
    any::<[u8; 16]>().prop_map(TerminalTag::from_bytes)
}

fn break_glass() -> impl Strategy<Value = BreakGlassId> {
    any::<[u8; 16]>().prop_map(BreakGlassId::from_bytes)
}

fn source() -> impl Strategy<Value = Source> {
    let tagged = any::<[u8; 16]>().prop_map(|tag| Source::Tagged(SourceTag::from_bytes(tag)));
    prop_oneof![Just(Source::OwnAccount), tagged]
}

fn familiarity() -> impl Strategy<Value = Familiarity> {
    select(vec![Familiarity::Known, Familiarity::Elsewhere])
}

fn time() -> impl Strategy<Value = Timestamp> {
    any::<u64>().prop_map(Timestamp::from_millis)
}

fn seconds() -> impl Strategy<Value = Seconds> {
    any::<u32>().prop_map(Seconds::new)
}

fn sealed() -> impl Strategy<Value = Sealed> {
    vec(any::<u8>(), 0..300).prop_map(Sealed::new)
}

fn sealed_method() -> impl Strategy<Value = SealedMethod> {
    (sealed(), sealed())
        .prop_map(|(label, secret)| SealedMethod::new(label.as_bytes(), secret.as_bytes()))
}

fn step() -> impl Strategy<Value = TimeStep> {
    any::<u64>().prop_map(TimeStep)
}

fn counter() -> impl Strategy<Value = Counter> {
    any::<u64>().prop_map(Counter)
}

fn service() -> impl Strategy<Value = ServiceName> {
    "[^\\p{C}\\p{Z}:/][^\\p{C}\\p{Zl}\\p{Zp}:/]{0,61}[^\\p{C}\\p{Z}:/]"
        .prop_map(|name| ServiceName::parse(&name).unwrap())
}

fn strength() -> impl Strategy<Value = Strength> {
    select(vec![
        Strength::Knowledge,
        Strength::Delivered,
        Strength::Possession,
        Strength::Strong,
    ])
}

fn purpose() -> impl Strategy<Value = Purpose> {
    select(vec![Purpose::SignIn, Purpose::PasswordReset])
}

fn actor() -> impl Strategy<Value = Actor> {
    let who = prop_oneof![
        Just(Who::System),
        Just(Who::Root),
        user().prop_map(Who::User)
    ];
    let parts = (who, option::of(service()), option::of(user()));
    parts.prop_map(|(who, service, login)| Actor {
        who,
        service,
        login,
    })
}

fn hotp() -> impl Strategy<Value = HotpParameters> {
    let algorithm = select(vec![Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]);
    let digits = select(vec![Digits::Six, Digits::Eight]);
    (algorithm, digits).prop_map(|(algorithm, digits)| HotpParameters { algorithm, digits })
}

fn totp() -> impl Strategy<Value = TotpParameters> {
    (hotp(), 1_u16..=300).prop_map(|(hotp, period)| TotpParameters {
        algorithm: hotp.algorithm,
        digits: hotp.digits,
        period: Period::try_from(period).unwrap(),
    })
}

fn otp() -> impl Strategy<Value = OtpParameters> {
    prop_oneof![
        totp().prop_map(OtpParameters::Totp),
        hotp().prop_map(OtpParameters::Hotp)
    ]
}

fn backup() -> impl Strategy<Value = Backup> {
    select(vec![
        Backup::NotEligible,
        Backup::Eligible,
        Backup::BackedUp,
    ])
}

fn credential() -> impl Strategy<Value = Credential> {
    prop_oneof![
        (totp(), step()).prop_map(|(parameters, last_step)| {
            let app = AuthenticatorApp {
                parameters,
                last_step,
            };
            app.into()
        }),
        (totp(), step(), any::<i32>()).prop_map(|(parameters, last_step, drift)| {
            let token = HardwareToken::Time {
                parameters,
                last_step,
                drift,
            };
            token.into()
        }),
        (hotp(), counter()).prop_map(|(parameters, next)| HardwareToken::Counter {
            parameters,
            next
        }
        .into()),
        any::<u16>().prop_map(|unused| RecoveryCodes { unused }.into()),
        (time(), time(), any::<bool>()).prop_map(|(begins, expires, once)| AccessPass {
            begins,
            expires,
            once
        }
        .into()),
        (place(), message()).prop_map(|(place, proved_by)| Text { place, proved_by }.into()),
        (place(), message()).prop_map(|(place, proved_by)| Call { place, proved_by }.into()),
        message().prop_map(|proved_by| Email { proved_by }.into()),
        approval().prop_map(|proved_by| Push { proved_by }.into()),
        any::<u8>().prop_map(|count| SecurityQuestions { count }.into()),
        (any::<[u8; 16]>(), option::of(any::<u32>()), backup()).prop_map(
            |(tag, sign_count, backup)| {
                let key = SecurityKey {
                    credential: CredentialTag::from_bytes(tag),
                    sign_count,
                    backup,
                };
                key.into()
            }
        ),
    ]
}

fn accepted() -> impl Strategy<Value = Accepted> {
    prop_oneof![
        step().prop_map(Accepted::TimeStep),
        counter().prop_map(Accepted::Counter),
        any::<u8>().prop_map(Accepted::RecoveryCode),
        Just(Accepted::AccessPass),
        message().prop_map(Accepted::DeliveredCode),
        approval().prop_map(Accepted::Approval),
        Just(Accepted::Answers),
        Just(Accepted::OverSsh),
        (any::<u32>(), backup(), any::<bool>()).prop_map(|(sign_count, backup, may_be_copied)| {
            Accepted::Assertion {
                sign_count,
                backup,
                may_be_copied,
            }
        }),
    ]
}

fn found() -> impl Strategy<Value = Resynchronized> {
    prop_oneof![
        counter().prop_map(Resynchronized::Counter),
        (any::<i32>(), step())
            .prop_map(|(drift, last_step)| Resynchronized::Clock { drift, last_step }),
    ]
}

/// A fact of any type, each as likely.
pub fn fact() -> impl Strategy<Value = Fact> {
    Union::new([
        boxed(any::<String>().prop_map(|origin| LogCreated { origin })),
        boxed(policy().prop_map(|policy| PolicyChanged {
            policy: policy.into(),
        })),
        boxed(sealed().prop_map(|sealed| UserAdded { sealed })),
        boxed(Just(UserErased {})),
        boxed(sealed().prop_map(|sealed| UserRenamed { sealed })),
        boxed(enrolled()),
        boxed((method(), sealed()).prop_map(|(method, label)| MethodRenamed { method, label })),
        boxed(
            (method(), deletion_reason(), option::of(session())).prop_map(
                |(method, reason, session)| MethodDeleted {
                    method,
                    reason,
                    session,
                },
            ),
        ),
        boxed((method(), time()).prop_map(|(method, due)| DeletionScheduled { method, due })),
        boxed(method().prop_map(|method| DeletionCancelled { method })),
        boxed(
            (option::of(method()), default_reason())
                .prop_map(|(method, reason)| DefaultChanged { method, reason }),
        ),
        boxed(succeeded()),
        boxed(requested()),
        boxed(delivered()),
        boxed(delivery_failed()),
        boxed(failed()),
        boxed(option::of(source()).prop_map(|source| ActivationFailed { source })),
        boxed(
            (method(), familiarity(), time()).prop_map(|(method, from, until)| Locked {
                method,
                from,
                until,
            }),
        ),
        boxed(gates().prop_map(|gates| Unlocked { gates })),
        boxed(
            (ticket(), session(), gates()).prop_map(|(ticket, session, gates)| {
                PasswordResetRequested {
                    ticket,
                    session,
                    gates,
                }
            }),
        ),
        boxed((ticket(), gates()).prop_map(|(ticket, gates)| PasswordReset { ticket, gates })),
        boxed(
            (ticket(), select(ResetFailure::ALL.to_vec()))
                .prop_map(|(ticket, reason)| PasswordResetFailed { ticket, reason }),
        ),
        boxed(
            (option::of(kind()), time())
                .prop_map(|(kind, until)| PasswordResetLocked { kind, until }),
        ),
        boxed(
            (
                approval(),
                option::of(method()),
                purpose(),
                familiarity(),
                time(),
            )
                .prop_map(|(approval, method, purpose, from, expires)| {
                    ApprovalRequested {
                        approval,
                        method,
                        purpose,
                        from,
                        expires,
                    }
                }),
        ),
        boxed(
            (approval(), approval_answer(), option::of(time())).prop_map(
                |(approval, answer, paused_until)| ApprovalAnswered {
                    approval,
                    answer,
                    paused_until,
                },
            ),
        ),
        boxed(Just(AccountLocked {})),
        boxed(method().prop_map(|method| AccountUnlocked { method })),
        boxed(any::<u64>().prop_map(|reported| ActivityReported { reported })),
        boxed(codes_issued()),
        boxed(pass_issued()),
        boxed(imported()),
        boxed(token().prop_map(|token| TokenRemoved { token })),
        boxed(
            (method(), found()).prop_map(|(method, found)| TokenResynchronized { method, found }),
        ),
        boxed(brought_over()),
        boxed(time().prop_map(|until| SetUpPostponed { until })),
        boxed(
            (terminal(), service(), time()).prop_map(|(terminal, service, until)| {
                TerminalRemembered {
                    terminal,
                    service,
                    until,
                }
            }),
        ),
        boxed(
            (terminal(), option::of(sealed()))
                .prop_map(|(terminal, place)| RememberedSignIn { terminal, place }),
        ),
        boxed((break_glass(), time()).prop_map(|(code, used)| BreakGlassUsed { code, used })),
        boxed(
            (any::<u64>(), any::<[u8; 32]>(), time()).prop_map(|(size, root, backup_time)| {
                LogRestored {
                    size,
                    root: RootHash::from_bytes(root),
                    backup_time,
                }
            }),
        ),
    ])
}

fn boxed<T: Into<Fact> + std::fmt::Debug + 'static>(
    strategy: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Fact> {
    strategy.prop_map(Into::into).boxed()
}

fn enrolled() -> impl Strategy<Value = MethodEnrolled> {
    (
        method(),
        credential(),
        sealed_method(),
        option::of(token()),
        option::of(session()),
        option::of(strength()),
    )
        .prop_map(
            |(method, credential, sealed, token, first_proof, vouched)| MethodEnrolled {
                method,
                credential,
                sealed,
                token,
                first_proof,
                vouched,
            },
        )
}

fn brought_over() -> impl Strategy<Value = MethodImported> {
    (method(), credential(), sealed_method()).prop_map(|(method, credential, sealed)| {
        MethodImported {
            method,
            credential,
            sealed,
        }
    })
}

fn deletion_reason() -> impl Strategy<Value = DeletionReason> {
    select(vec![
        DeletionReason::Requested,
        DeletionReason::WaitingOver,
        DeletionReason::Administrator,
        DeletionReason::Replaced,
        DeletionReason::UsedUp,
        DeletionReason::Expired,
    ])
}

fn default_reason() -> impl Strategy<Value = DefaultReason> {
    select(vec![
        DefaultReason::First,
        DefaultReason::AppSetUp,
        DefaultReason::Chosen,
        DefaultReason::Fallback,
        DefaultReason::Policy,
    ])
}

fn succeeded() -> impl Strategy<Value = VerificationSucceeded> {
    (
        method(),
        purpose(),
        strength(),
        session(),
        accepted(),
        option::of(source()),
        option::of(sealed()),
    )
        .prop_map(
            |(method, purpose, strength, session, accepted, source, place)| VerificationSucceeded {
                method,
                purpose,
                strength,
                session,
                accepted,
                source,
                place,
            },
        )
}

fn failed() -> impl Strategy<Value = VerificationFailed> {
    let failure = select(vec![
        Failure::WrongCode,
        Failure::UsedCode,
        Failure::WrongAssertion,
        Failure::UserVerificationMissing,
        Failure::WrongPin,
        Failure::CounterNotIncreased,
    ]);
    let guess = any::<[u8; 16]>().prop_map(GuessTag::from_bytes);
    let (source, guess) = (option::of(source()), option::of(guess));
    let place = option::of(sealed());
    (method(), purpose(), failure, source, place, guess).prop_map(
        |(method, purpose, failure, source, place, guess)| VerificationFailed {
            method,
            purpose,
            failure,
            source,
            place,
            guess,
        },
    )
}

fn codes_issued() -> impl Strategy<Value = RecoveryCodesIssued> {
    (
        method(),
        any::<u8>(),
        sealed_method(),
        option::of(strength()),
    )
        .prop_map(|(method, count, sealed, vouched)| RecoveryCodesIssued {
            method,
            count,
            sealed,
            vouched,
        })
}

fn pass_issued() -> impl Strategy<Value = AccessPassIssued> {
    (method(), time(), time(), any::<bool>(), sealed_method()).prop_map(
        |(method, begins, expires, once, sealed)| AccessPassIssued {
            method,
            begins,
            expires,
            once,
            sealed,
        },
    )
}

fn imported() -> impl Strategy<Value = TokenImported> {
    let seed = any::<[u8; 16]>().prop_map(SeedTag::from_bytes);
    (token(), otp(), counter(), seed, sealed()).prop_map(
        |(token, parameters, next, seed, sealed)| TokenImported {
            token,
            parameters,
            next,
            seed,
            sealed,
        },
    )
}
