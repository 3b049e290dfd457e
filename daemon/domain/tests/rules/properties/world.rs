//! A host on which random commands are tried, beside what a replay of its log comes to.

use super::moves::{By, Move, What};
use super::numbered::{
    PUSH, credential, delivered, has_codes, outcome, password_outcome, phone_answer, policy,
    purpose,
};
use super::sending::Sending;
use super::{approvals, invariants, resets, sent_codes};
use crate::fixture::{as_proved, assertion, sealed, sealed_method, time_token};
use proptest::test_runner::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};
use secinfo_domain::event::{Actor, Credential, Event, Resynchronized, Who, decode, encode};
use secinfo_domain::kind::HardwareToken;
use secinfo_domain::state::Method;
use secinfo_domain::{
    Action, Answer, Authority, BreakGlassId, Command, Context, Counter, GroupName, HostAction,
    HostCommand, Kind, MethodId, NewToken, OtpParameters, Place, Room, RootHash, Seconds, SeedTag,
    ServiceName, SessionTag, Source, SourceTag, State, TerminalTag, TicketId, TimeStep, Timestamp,
    TokenId, TotpParameters, UserCommand, UserId, decide,
};
use std::collections::BTreeSet;

pub struct World {
    pub state: State,
    replayed: State,
    pub events: Vec<Event>,
    pub now: Timestamp,
    users: [u8; 3],
    methods: u8,
    tokens: u8,
    tickets: u8,
    pub ledger: invariants::UsedUp,
    pub sending: Sending,
    pub sent: sent_codes::SentCodes,
    requests: approvals::Requests,
    /// What came up of codes that are sent, and of phones.
    pub came_up: BTreeSet<&'static str>,
}

impl World {
    pub fn new() -> Self {
        Self {
            state: State::default(),
            replayed: State::default(),
            events: Vec::new(),
            now: Timestamp::from_seconds(1_000_000_000),
            users: [0; 3],
            methods: 0,
            tokens: 0,
            tickets: 0,
            ledger: invariants::UsedUp::default(),
            sending: Sending::default(),
            sent: sent_codes::SentCodes::default(),
            requests: approvals::Requests::default(),
            came_up: BTreeSet::new(),
        }
    }

    pub fn types_seen(&self) -> impl Iterator<Item = &'static str> {
        self.events.iter().map(|event| event.fact.type_name())
    }

    /// Tries it, and checks all that must hold after it.
    pub fn play(&mut self, step: &Move) -> Result<(), TestCaseError> {
        let seconds = self.now.as_seconds().saturating_add_signed(step.clock);
        self.now = Timestamp::from_seconds(seconds);
        let command = self.command(step);
        let before = self.state.clone();
        let decided = decide(&self.state, &command);
        prop_assert_eq!(&decided, &decide(&self.state, &command));
        for event in decided.iter().flatten() {
            self.happen(event)?;
        }
        if let Err(refusal) = &decided {
            prop_assert_eq!(&before, &self.state);
            self.came_up.extend(sent_codes::word_for(refusal));
        }
        prop_assert_eq!(&self.replayed, &self.state);
        prop_assert_eq!(self.state.events(), self.events.len() as u64);
        if let (Ok(events), Command::User(command)) = (&decided, &command) {
            invariants::own_deletion(&before, &self.state, command)?;
            invariants::lock(&before, command, events)?;
            resets::gates(self, &before, command, events)?;
        }
        resets::sign_in_is_not_locked(self)?;
        self.forget_the_erased();
        invariants::all(self)
    }

    fn happen(&mut self, event: &Event) -> Result<(), TestCaseError> {
        let seq = self.events.len() as u64;
        let stored = decode(&encode(seq, event).expect("it fits")).expect("our own bytes");
        prop_assert_eq!(stored.seq, seq);
        prop_assert_eq!(&stored.event, event);
        invariants::fact(&self.state, event)?;
        self.ledger.enter(&event.fact)?;
        self.sent.enter(&self.state, event)?;
        self.requests.enter(event)?;
        self.came_up.extend(sent_codes::proved_by(&event.fact));
        self.came_up.extend(approvals::word_for(&event.fact));
        self.state = self.state.clone().evolve(event);
        self.replayed = self.replayed.clone().evolve(&stored.event);
        self.events.push(event.clone());
        Ok(())
    }

    pub fn survives_a_snapshot(&self) -> Result<(), TestCaseError> {
        let snapshot = postcard::to_allocvec(&self.state).expect("a snapshot");
        let read: State = postcard::from_bytes(&snapshot).expect("our own snapshot");
        prop_assert_eq!(&read, &self.state);
        Ok(())
    }

    /// A uid that comes back after its user was erased is another user.
    fn forget_the_erased(&mut self) {
        let erased = |index: usize| {
            let fact = self.events.last().map(|event| event.fact.type_name());
            let user = self.events.last().and_then(|event| event.user);
            fact == Some("user-erased") && user == Some(self.user(index))
        };
        if let Some(index) = (0..3).find(|index| erased(*index)) {
            self.users[index] += 1;
        }
    }

    fn user(&self, index: usize) -> UserId {
        let mut id = [u8::try_from(index).expect("one of three"); 16];
        id[0] = self.users[index];
        UserId::from_bytes(id)
    }

    fn new_method(&mut self) -> MethodId {
        self.methods += 1;
        MethodId::from_bytes([self.methods; 16])
    }

    fn methods_of(&self, user: UserId) -> Vec<MethodId> {
        let own = self.state.user(user).map_or(&[][..], |user| user.methods());
        own.iter().map(Method::id).collect()
    }

    /// One of the user's methods mostly; else any that there was or was not.
    fn method(&self, user: UserId, number: usize) -> MethodId {
        let own = self.state.user(user).map_or(&[][..], |user| user.methods());
        match own.len() {
            len if len > 0 && number < 56 => own[number % len].id(),
            _ => MethodId::from_bytes([u8::try_from(number).expect("small"); 16]),
        }
    }

    /// One of the user's methods that are `wanted`, mostly.
    fn preferably(
        &self,
        user: UserId,
        number: usize,
        wanted: impl Fn(&Method) -> bool,
    ) -> MethodId {
        let own = self.state.user(user).map_or(&[][..], |user| user.methods());
        let wanted: Vec<_> = own.iter().filter(|method| wanted(method)).collect();
        match wanted.len() {
            len if len > 0 && number < 48 => wanted[number % len].id(),
            _ => self.method(user, number),
        }
    }

    fn token(number: usize) -> TokenId {
        TokenId::from_bytes([u8::try_from(number).expect("small"); 16])
    }

    fn command(&mut self, step: &Move) -> Command {
        let user = self.user(step.user);
        match self.action(user, &step.what) {
            Wanted::User(action) => UserCommand {
                user,
                context: self.context(step, user),
                action,
            }
            .into(),
            Wanted::Host(action) => Command::Host(HostCommand {
                now: self.now,
                actor: Actor::new(Who::System),
                room: Room::Enough,
                introductions: Vec::new(),
                action,
            }),
        }
    }

    fn context(&self, step: &Move, user: UserId) -> Context {
        let another = self.user((step.user + 1) % 3);
        let (who, authority) = match step.by {
            By::User => (Who::User(user), Authority::Own),
            By::Login => (Who::Root, Authority::Own),
            By::AnotherUser => (Who::User(another), Authority::Own),
            By::Administrator => (Who::User(another), Authority::Administrator),
            By::Daemon => (Who::System, Authority::System),
        };
        let staff = GroupName::parse("staff").expect("a group name");
        Context {
            now: self.now,
            actor: Actor {
                who,
                service: Some(ServiceName::parse(step.service).expect("a service name")),
                login: None,
            },
            authority,
            on_self: step.by == By::User,
            session: SessionTag::from_bytes([step.session; 16]),
            source: Some(Source::Tagged(SourceTag::from_bytes([step.session; 16]))),
            place: None,
            former: Vec::new(),
            groups: Some(step.in_group.then_some(staff).into_iter().collect()),
            room: Room::Enough,
            introductions: [user, another].map(|id| (id, sealed("name"))).into(),
        }
    }

    /// A report of one of the user's newest events, or of the newest of others; none is there at first.
    fn report(&self, user: UserId, back: usize) -> Option<Action> {
        let events = || self.events.iter().enumerate().rev();
        let own = events().filter(|(_, event)| event.user == Some(user));
        let (place, event) = own.skip(back).chain(events()).next()?;
        Some(Action::ReportActivity {
            seq: place as u64,
            event: Box::new(event.clone()),
        })
    }

    fn action(&mut self, user: UserId, what: &What) -> Wanted {
        Wanted::User(match *what {
            What::Enroll { kind } => self.enroll(user, kind),
            What::CodeToNew {
                kind,
                place,
                number,
                instead,
            } => {
                let kind = [Kind::Text, Kind::Call, Kind::Email][kind];
                let whereto = (Place::ALL[place], number);
                self.sending
                    .ask_new(&self.state, user, kind, whereto, instead)
            }
            What::CodeToMethod {
                method,
                reset,
                instead,
            } => {
                let method = self.preferably(user, method, |found| found.kind().is_delivered());
                self.sending
                    .ask_method(&self.state, user, method, purpose(reset), instead)
            }
            What::AskPhone {
                method,
                reset,
                instead,
            } => {
                let method = method.map(|method| {
                    self.preferably(user, method, |found| found.kind() == Kind::Push)
                });
                self.requests.ask(user, method, purpose(reset), instead)
            }
            What::PhoneAnswers { request, answer } => Action::AnswerApproval {
                approval: self.requests.one(user, request),
                answer: phone_answer(answer),
            },
            What::RecordDelivery { message, arrived } => Action::RecordDelivery {
                message: self.sending.message(message),
                attempts: 1,
                outcome: outcome(arrived),
            },
            What::Activate { token } => Action::Enroll {
                method: self.new_method(),
                credential: as_proved(time_token()),
                sealed: sealed_method("label"),
                token: Some(Self::token(token)),
                same_number: Vec::new(),
                compared: self.methods_of(user),
            },
            What::FailActivation => Action::FailActivation,
            What::Rename { method } => Action::Rename {
                method: self.method(user, method),
                label: sealed("label"),
            },
            What::Delete { method } => Action::Delete {
                method: self.preferably(user, method, |found| {
                    method < 16 && found.kind() == Kind::AuthenticatorApp
                }),
            },
            What::CancelDeletion { method } => Action::CancelDeletion {
                method: self.preferably(user, method, |method| method.deletion_due().is_some()),
            },
            What::CarryOutDue => Action::CarryOutDue,
            What::SetDefault { method } => Action::SetDefault {
                method: self.method(user, method),
            },
            What::IssueRecoveryCodes { count } => Action::IssueRecoveryCodes {
                method: self.new_method(),
                sealed: sealed_method("codes"),
                count,
            },
            What::IssueAccessPass {
                begins,
                seconds,
                once,
            } => Action::IssueAccessPass {
                method: self.new_method(),
                sealed: sealed_method("pass"),
                begins: begins.map(|seconds| self.now.plus(Seconds::new(seconds.into()))),
                valid: Seconds::new(seconds),
                once,
            },
            What::RevokeAccessPass => Action::RevokeAccessPass,
            What::Answer {
                method,
                ahead,
                reset,
            } => {
                let method = self.preferably(user, method, |found| {
                    let is_asked_first = found.kind().is_delivered() || found.kind() == Kind::Push;
                    has_codes(found) && (method >= 24 || is_asked_first)
                });
                Action::Verify {
                    method,
                    purpose: purpose(reset),
                    answer: self.answer(user, method, ahead),
                    guess: None,
                }
            }
            What::Guess { method, reset } => Action::Verify {
                method: self.method(user, method),
                purpose: purpose(reset),
                answer: Answer::Wrong,
                guess: None,
            },
            What::Resynchronize { method, ahead } => {
                let method = self.method(user, method);
                Action::Resynchronize {
                    method,
                    found: self.found(user, method, ahead),
                }
            }
            What::PostponeSetUp => Action::PostponeSetUp,
            What::RememberTerminal { terminal } => Action::RememberTerminal {
                terminal: TerminalTag::from_bytes([terminal; 16]),
            },
            What::UseRemembered { terminal } => Action::UseRemembered {
                terminal: TerminalTag::from_bytes([terminal; 16]).into(),
            },
            What::Import { kind } => Action::ImportMethod {
                method: self.new_method(),
                credential: credential(kind % 4),
                sealed: sealed_method("label"),
                compared: self.methods_of(user),
            },
            What::RecordBreakGlass { code } => Action::RecordBreakGlass {
                code: BreakGlassId::from_bytes([code; 16]),
                used: self.now,
            },
            What::RequestPassword => {
                self.tickets += 1;
                Action::RequestPassword {
                    ticket: TicketId::from_bytes([self.tickets; 16]),
                }
            }
            What::RecordPassword { outcome } => {
                let open = self.state.open_tickets();
                let ticket = open.filter(|(_, open)| open.user == user).last();
                Action::RecordPassword {
                    ticket: ticket.map_or(TicketId::from_bytes([0; 16]), |(ticket, _)| ticket),
                    outcome: password_outcome(outcome),
                }
            }
            What::UnlockByReset => Action::UnlockByReset,
            What::LockAccount => Action::LockAccount,
            What::Report { event } => self.report(user, event).unwrap_or(Action::LockAccount),
            What::Unlock => Action::Unlock,
            What::RenameUser => Action::RenameUser {
                sealed: sealed("name"),
                replaces: None,
            },
            What::Erase => Action::Erase,
            What::SetPolicy { which } => {
                return Wanted::Host(HostAction::SetPolicy(Box::new(policy(which))));
            }
            What::Restore => {
                return Wanted::Host(HostAction::RestoreLog {
                    size: self.state.events(),
                    root: RootHash::from_bytes([0; 32]),
                    backup_time: self.now,
                });
            }
            What::ImportTokens { count } => return Wanted::Host(self.import(count)),
            What::RemoveToken { token } => {
                return Wanted::Host(HostAction::RemoveToken(Self::token(token)));
            }
        })
    }

    fn enroll(&mut self, user: UserId, kind: usize) -> Action {
        let method = self.new_method();
        let (credential, same_number) = match delivered(kind) {
            Some(kind) => self.sending.enroll(&self.state, user, kind, method),
            None if kind == PUSH => (self.requests.phone(user), Vec::new()),
            None => (as_proved(credential(kind)), Vec::new()),
        };
        Action::Enroll {
            method,
            credential,
            sealed: sealed_method("label"),
            token: None,
            same_number,
            compared: self.methods_of(user),
        }
    }

    fn import(&mut self, count: u8) -> HostAction {
        if self.events.is_empty() {
            return HostAction::CreateLog {
                origin: "host.example/secinfo/00".to_owned(),
            };
        }
        let tokens = (0..count).map(|_| {
            self.tokens += 1;
            NewToken {
                token: Self::token(usize::from(self.tokens % 4)),
                parameters: OtpParameters::Totp(TotpParameters::default()),
                next: Counter(0),
                seed: SeedTag::from_bytes([self.tokens; 16]),
                sealed: sealed("serial"),
            }
        });
        HostAction::ImportTokens(tokens.collect())
    }

    fn credential_of(&self, user: UserId, method: MethodId) -> Option<&Credential> {
        Some(self.state.user(user)?.method(method)?.credential())
    }

    fn answer(&self, user: UserId, method: MethodId, ahead: i8) -> Answer {
        let moved = |number: u64| number.saturating_add_signed(i64::from(ahead));
        match self.credential_of(user, method) {
            Some(Credential::AuthenticatorApp(app)) => {
                Answer::TimeStep(TimeStep(moved(app.last_step.0)))
            }
            Some(Credential::HardwareToken(HardwareToken::Time { last_step, .. })) => {
                Answer::TimeStep(TimeStep(moved(last_step.0)))
            }
            Some(Credential::HardwareToken(HardwareToken::Counter { next, .. })) => {
                Answer::Counter(Counter(moved(next.0)))
            }
            Some(Credential::RecoveryCodes(codes)) => {
                let first = u8::try_from(codes.unused.trailing_zeros()).expect("at most 16");
                Answer::RecoveryCode(first.saturating_add_signed(ahead.min(1)))
            }
            Some(Credential::AccessPass(_)) => Answer::AccessPass,
            Some(Credential::SecurityQuestions(_)) => Answer::Answers,
            Some(Credential::SecurityKey(key)) => {
                let last = key.sign_count.unwrap_or_default();
                assertion(last.saturating_add_signed(ahead.into()))
            }
            Some(Credential::Push(_)) => {
                Answer::Approval(self.requests.one(user, usize::from(ahead <= 0)))
            }
            Some(other) if other.kind().is_delivered() => {
                Answer::DeliveredCode(self.sending.typed(&self.state, user, method, ahead))
            }
            _ => Answer::TimeStep(TimeStep(7)),
        }
    }

    fn found(&self, user: UserId, method: MethodId, ahead: i8) -> Option<Resynchronized> {
        let moved = |number: u64| number.saturating_add_signed(i64::from(ahead));
        match self.credential_of(user, method)? {
            Credential::HardwareToken(HardwareToken::Counter { next, .. }) => {
                Some(Resynchronized::Counter(Counter(moved(next.0))))
            }
            Credential::HardwareToken(HardwareToken::Time { last_step, .. }) => {
                Some(Resynchronized::Clock {
                    drift: i32::from(ahead),
                    last_step: TimeStep(moved(last_step.0)),
                })
            }
            _ => None,
        }
    }
}

enum Wanted {
    User(Action),
    Host(HostAction),
}

/// Whether something that is due leads to events when it is carried out.
pub fn is_carried_out(world: &World, user: UserId) -> Result<(), TestCaseError> {
    let command = UserCommand {
        user,
        context: Context {
            now: world.now,
            actor: Actor::new(Who::System),
            authority: Authority::System,
            on_self: false,
            session: SessionTag::from_bytes([0xff; 16]),
            source: None,
            place: None,
            former: Vec::new(),
            groups: None,
            room: Room::Kept,
            introductions: Vec::new(),
        },
        action: Action::CarryOutDue,
    };
    let events = decide(&world.state, &command.into());
    prop_assert!(events.is_ok_and(|events| !events.is_empty()));
    Ok(())
}
