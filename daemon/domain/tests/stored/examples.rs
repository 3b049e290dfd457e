//! One event of each type, as the golden files hold it.

use secinfo_domain::event::{
    Accepted, AccessPassIssued, AccountLocked, AccountUnlocked, ActivationFailed, ActivityReported,
    Actor, ApprovalAnswer, ApprovalAnswered, ApprovalRequested, BreakGlassUsed, CodeRequested,
    DefaultChanged, DefaultReason, DeletionCancelled, DeletionReason, DeletionScheduled,
    DeliveryFailure, Event, Fact, Failure, Familiarity, Gate, Locked, LogCreated, LogRestored,
    MessageDelivered, MessageFailed, MethodDeleted, MethodEnrolled, MethodImported, MethodRenamed,
    PasswordReset, PasswordResetFailed, PasswordResetLocked, PasswordResetRequested, PolicyChanged,
    RecoveryCodesIssued, RememberedSignIn, ResetFailure, Resynchronized, SetUpPostponed,
    StoredEvent, TerminalRemembered, TokenImported, TokenRemoved, TokenResynchronized, Unlocked,
    UserAdded, UserErased, UserRenamed, VerificationFailed, VerificationSucceeded, Who,
};
use secinfo_domain::kind::{AuthenticatorApp, HardwareToken};
use secinfo_domain::policy::{FirstMethod, Gates, Refinement, ServiceRules};
use secinfo_domain::{
    ApprovalId, BreakGlassId, ChannelName, Counter, DestinationTag, GroupName, GuessTag,
    HotpParameters, Kind, KindSet, MessageId, MethodId, OtpParameters, Policy, Purpose, RootHash,
    Sealed, SealedMethod, SeedTag, ServiceName, SessionTag, Source, SourceTag, Strength,
    TerminalTag, TicketId, TimeStep, Timestamp, TokenId, TotpParameters, UserId,
};

const USER: UserId = UserId::from_bytes(*b"user of examples");
const METHOD: MethodId = MethodId::from_bytes(*b"some app of user");
const TOKEN: TokenId = TokenId::from_bytes(*b"token, 128 bits.");
const APPROVAL: ApprovalId = ApprovalId::from_bytes(*b"asked on a phone");
const MESSAGE: MessageId = MessageId::from_bytes(*b"a text with code");
const SESSION: SessionTag = SessionTag::from_bytes(*b"a login session.");
const SOURCE: Source = Source::Tagged(SourceTag::from_bytes(*b"192.0.2.7, MACed"));
const TICKET: TicketId = TicketId::from_bytes(*b"good for a time.");
const ADMINISTRATOR: UserId = UserId::from_bytes(*b"became root here");
const TERMINAL: TerminalTag = TerminalTag::from_bytes(*b"pts of a session");
const TIME: Timestamp = Timestamp::from_millis(1_795_000_000_123);

/// Whether an event of this type is about a user, and not about the host.
pub fn is_about_a_user(fact: &Fact) -> bool {
    !matches!(
        fact,
        Fact::LogCreated(_)
            | Fact::LogRestored(_)
            | Fact::PolicyChanged(_)
            | Fact::TokenImported(_)
            | Fact::TokenRemoved(_)
    )
}

/// An event of each type, numbered in the order in which the types came into being, so that a new
/// one changes no golden file.
pub fn examples() -> Vec<StoredEvent> {
    let stored = |(seq, fact): (u64, Fact)| {
        let about_a_user = is_about_a_user(&fact);
        let is_by_administrator = matches!(fact, Fact::Unlocked(_));
        let service = ServiceName::parse("sshd").unwrap();
        StoredEvent {
            seq,
            event: Event {
                time: TIME,
                user: about_a_user.then_some(USER),
                actor: Actor {
                    who: if is_by_administrator {
                        Who::Root
                    } else if about_a_user {
                        Who::User(USER)
                    } else {
                        Who::System
                    },
                    service: about_a_user.then_some(service),
                    login: is_by_administrator.then_some(ADMINISTRATOR),
                },
                fact,
            },
        }
    };
    (0..).zip(facts()).map(stored).collect()
}

fn facts() -> Vec<Fact> {
    let sealed = || Sealed::new(b"\x01sealed under a key of the vault".to_vec());
    let sealed_method = || {
        SealedMethod::new(
            b"\x01label under a key of its own",
            b"\x01secret under another key",
        )
    };
    let due = Timestamp::from_millis(1_795_086_400_123);
    vec![
        LogCreated {
            origin: "host.example/secinfo/8c1f0e5d2b7a4936".to_owned(),
        }
        .into(),
        PolicyChanged {
            policy: policy().into(),
        }
        .into(),
        UserAdded { sealed: sealed() }.into(),
        UserErased {}.into(),
        MethodEnrolled {
            method: METHOD,
            credential: AuthenticatorApp {
                parameters: TotpParameters::default(),
                last_step: TimeStep(59_833_333),
            }
            .into(),
            sealed: sealed_method(),
            token: None,
            first_proof: Some(SESSION),
            vouched: None,
        }
        .into(),
        MethodRenamed {
            method: METHOD,
            label: sealed(),
        }
        .into(),
        MethodDeleted {
            method: METHOD,
            reason: DeletionReason::WaitingOver,
            session: None,
        }
        .into(),
        DeletionScheduled {
            method: METHOD,
            due,
        }
        .into(),
        DeletionCancelled { method: METHOD }.into(),
        DefaultChanged {
            method: Some(METHOD),
            reason: DefaultReason::AppSetUp,
        }
        .into(),
        VerificationSucceeded {
            method: METHOD,
            purpose: Purpose::SignIn,
            strength: Strength::Possession,
            session: SESSION,
            accepted: Accepted::TimeStep(TimeStep(59_833_334)),
            source: Some(SOURCE),
            place: Some(Sealed::new(b"sealed address".to_vec())),
        }
        .into(),
        VerificationFailed {
            method: METHOD,
            purpose: Purpose::PasswordReset,
            failure: Failure::UsedCode,
            source: Some(SOURCE),
            place: Some(Sealed::new(b"sealed address".to_vec())),
            guess: Some(GuessTag::from_bytes(*b"some wrong code.")),
        }
        .into(),
        ActivationFailed { source: None }.into(),
        Locked {
            method: METHOD,
            from: Familiarity::Elsewhere,
            until: due,
        }
        .into(),
        Unlocked { gates: gates() }.into(),
        RecoveryCodesIssued {
            method: METHOD,
            count: 10,
            sealed: sealed_method(),
            vouched: Some(Strength::Possession),
        }
        .into(),
        AccessPassIssued {
            method: METHOD,
            begins: Timestamp::from_seconds(1_795_000_000),
            expires: due,
            once: true,
            sealed: sealed_method(),
        }
        .into(),
        TokenImported {
            token: TOKEN,
            parameters: OtpParameters::Hotp(HotpParameters::default()),
            next: Counter(17),
            seed: SeedTag::from_bytes(*b"a secret, MACed."),
            sealed: sealed(),
        }
        .into(),
        TokenRemoved { token: TOKEN }.into(),
        TokenResynchronized {
            method: METHOD,
            found: Resynchronized::Clock {
                drift: -4,
                last_step: TimeStep(59_833_335),
            },
        }
        .into(),
        CodeRequested {
            message: MESSAGE,
            kind: Kind::Text,
            method: Some(METHOD),
            purpose: Some(Purpose::PasswordReset),
            destination: DestinationTag::from_bytes(*b"nobody reads it."),
            country: Some("DE".parse().unwrap()),
            expires: Timestamp::from_millis(1_795_000_300_123),
            replaces: Some(MessageId::from_bytes(*b"the text before.")),
        }
        .into(),
        MessageDelivered {
            message: MESSAGE,
            channel: ChannelName::parse("text-main").unwrap(),
            confirmed: true,
            attempts: 2,
        }
        .into(),
        MessageFailed {
            message: MESSAGE,
            channel: Some(ChannelName::parse("text-spare").unwrap()),
            reason: DeliveryFailure::TimedOut,
            attempts: 3,
        }
        .into(),
        MethodImported {
            method: METHOD,
            credential: HardwareToken::Counter {
                parameters: HotpParameters::default(),
                next: Counter(42),
            }
            .into(),
            sealed: sealed_method(),
        }
        .into(),
        SetUpPostponed { until: due }.into(),
        TerminalRemembered {
            terminal: TERMINAL,
            service: ServiceName::parse("sudo").unwrap(),
            until: Timestamp::from_millis(1_795_000_900_123),
        }
        .into(),
        RememberedSignIn {
            terminal: TERMINAL,
            place: Some(Sealed::new(b"sealed terminal".to_vec())),
        }
        .into(),
        BreakGlassUsed {
            code: BreakGlassId::from_bytes(*b"in a sealed case"),
            used: Timestamp::from_millis(1_794_999_990_000),
        }
        .into(),
        LogRestored {
            size: 28,
            root: RootHash::from_bytes(*b"root of the tree over 28 events."),
            backup_time: Timestamp::from_millis(1_794_999_000_456),
        }
        .into(),
        PasswordResetRequested {
            ticket: TICKET,
            session: SESSION,
            gates: gates(),
        }
        .into(),
        PasswordReset {
            ticket: TICKET,
            gates: gates(),
        }
        .into(),
        PasswordResetFailed {
            ticket: TICKET,
            reason: ResetFailure::Refused,
        }
        .into(),
        PasswordResetLocked {
            kind: Some(Kind::Email),
            until: due,
        }
        .into(),
        ApprovalRequested {
            approval: APPROVAL,
            method: Some(METHOD),
            purpose: Purpose::SignIn,
            from: Familiarity::Known,
            expires: due,
        }
        .into(),
        ApprovalAnswered {
            approval: APPROVAL,
            answer: ApprovalAnswer::NotMe,
            paused_until: Some(due),
        }
        .into(),
        AccountLocked {}.into(),
        AccountUnlocked { method: METHOD }.into(),
        ActivityReported { reported: 26 }.into(),
        UserRenamed { sealed: sealed() }.into(),
    ]
}

fn gates() -> Vec<Gate> {
    let mailbox = MethodId::from_bytes(*b"email of a user.");
    [(METHOD, Kind::AuthenticatorApp), (mailbox, Kind::Email)]
        .map(|(method, kind)| Gate { method, kind })
        .into()
}

fn policy() -> Policy {
    let staff = Refinement {
        allowed: Some(KindSet::from_iter([
            Kind::AuthenticatorApp,
            Kind::HardwareToken,
        ])),
        required: Some(2),
        grace_days: Some(7),
        first_method: Some(FirstMethod::AccessPass),
        reset_gates: Some(Gates::Two),
        end_sessions_on_lock: Some(true),
    };
    Policy {
        groups: vec![(GroupName::parse("staff").unwrap(), staff)],
        services: vec![(ServiceName::parse("sshd").unwrap(), ServiceRules::default())],
        ..Policy::default()
    }
}
