//! Given what happened, when somebody asks for something, then these events follow or that refusal.

mod ask;
mod codes;
mod facts;

pub use ask::{Ask, administrator_for, alice, bob, daemon_for, host, host_at};
pub use codes::*;
pub use facts::*;

use secinfo_domain::event::{Fact, StoredEvent, UserAdded, decode, encode};
use secinfo_domain::policy::{Refinement, Rules, ServiceRules};
use secinfo_domain::state::UserState;
use secinfo_domain::{
    Command, Event, GroupName, HostAction, MethodId, Policy, Refusal, Sealed, SealedMethod,
    ServiceName, SessionTag, State, Timestamp, UserId, decide,
};

pub const ALICE: UserId = UserId::from_bytes([0xa1; 16]);
pub const BOB: UserId = UserId::from_bytes([0xb0; 16]);
pub const CAROL: UserId = UserId::from_bytes([0xca; 16]);

/// The session in which everybody asks who says nothing else.
pub const HERE: SessionTag = SessionTag::from_bytes([0x5e; 16]);
pub const ELSEWHERE: SessionTag = SessionTag::from_bytes([0xe1; 16]);

/// The moment so many seconds after every story begins.
pub fn at(seconds: u64) -> Timestamp {
    Timestamp::from_seconds(1_700_000_000 + seconds)
}

pub const fn method(number: u8) -> MethodId {
    MethodId::from_bytes([number; 16])
}

pub fn sealed(text: &str) -> Sealed {
    Sealed::new(text.into())
}

/// Sealed parts of a method, with this label.
pub fn sealed_method(label: &str) -> SealedMethod {
    SealedMethod {
        label: sealed(label),
        secret: sealed("secret"),
    }
}

/// What has happened so far.
#[derive(Clone)]
pub struct Story {
    pub state: State,
    pub events: Vec<Event>,
}

/// A host with the shipped policy and three users, on which these commands were accepted.
pub fn given<I: IntoIterator<Item = Command>>(commands: I) -> Story {
    given_policy(Policy::default(), commands)
}

/// As [`given`], with other rules.
pub fn given_rules<I: IntoIterator<Item = Command>>(
    change: impl FnOnce(&mut Rules),
    commands: I,
) -> Story {
    let mut policy = Policy::default();
    change(&mut policy.rules);
    given_policy(policy, commands)
}

/// As [`given`], with another policy.
pub fn given_policy<I: IntoIterator<Item = Command>>(policy: Policy, commands: I) -> Story {
    let begun = Story {
        state: State::default(),
        events: Vec::new(),
    };
    let origin = "host.example/secinfo/0123456789abcdef".to_owned();
    let begun = begun
        .and(host(HostAction::CreateLog { origin }))
        .and(host(HostAction::SetPolicy(Box::new(policy))));
    let known = [ALICE, BOB, CAROL].into_iter().fold(begun, |story, user| {
        let sealed = sealed("uid and name");
        story.happened(&Event {
            user: Some(user),
            ..Event::clone(&by_the_daemon(UserAdded { sealed }.into()))
        })
    });
    commands.into_iter().fold(known, Story::and)
}

fn by_the_daemon(fact: Fact) -> Event {
    Event {
        time: at(0),
        user: None,
        actor: ask::daemon(),
        fact,
    }
}

impl Story {
    /// This is asked for, too, and accepted. The code that proves a new phone or address is asked
    /// for in passing.
    pub fn and(self, command: impl Into<Command>) -> Self {
        let command = command.into();
        self.with_code_sent(&command).accepted(command)
    }

    /// The code was sent that proves the new phone or address of this command, if it is about one
    /// and nobody has asked for that code before.
    pub fn with_code_sent(self, enroll: &Command) -> Self {
        match codes::before_enrolling(enroll) {
            Some((message, request)) if self.state.codes().get(message).is_none() => {
                self.accepted(request)
            }
            _ => self,
        }
    }

    fn accepted(self, command: Command) -> Self {
        let events = decide(&self.state, &command)
            .unwrap_or_else(|refusal| panic!("{command:?} was refused: {refusal}"));
        events.iter().fold(self, Self::happened)
    }

    /// This is asked for so many times; `command` is told how many times before.
    pub fn and_times<C: Into<Command>>(self, times: u64, command: impl Fn(u64) -> C) -> Self {
        (0..times).map(command).fold(self, Self::and)
    }

    fn happened(mut self, event: &Event) -> Self {
        self.state = self.state.evolve(event);
        self.events.push(event.clone());
        self
    }

    /// The state that a replay of the stored bytes comes to.
    pub fn replayed(&self) -> State {
        let stored = (0..).zip(&self.events).map(|(seq, event)| {
            let bytes = encode(seq, event).expect("an event of a test fits");
            let StoredEvent { seq: read, event } = decode(&bytes).expect("our own bytes");
            assert_eq!(read, seq);
            event
        });
        stored.fold(State::default(), |state, event| state.evolve(&event))
    }

    pub fn user(&self, user: UserId) -> &UserState {
        self.state.user(user).expect("the user is known")
    }

    pub fn default_of(&self, user: UserId) -> Option<MethodId> {
        self.user(user)
            .default_method()
            .map(secinfo_domain::state::Method::id)
    }

    pub fn methods_of(&self, user: UserId) -> Vec<MethodId> {
        let methods = self.user(user).methods().iter();
        methods.map(secinfo_domain::state::Method::id).collect()
    }

    /// Asks for it; the outcome is looked at with the `then_` methods.
    pub fn when(&self, command: impl Into<Command>) -> Outcome {
        let command = command.into();
        Outcome {
            before: self.clone(),
            decided: decide(&self.state, &command),
            command,
        }
    }
}

/// What asking led to.
#[must_use]
pub struct Outcome {
    before: Story,
    command: Command,
    decided: Result<Vec<Event>, Refusal>,
}

impl Outcome {
    /// Exactly these facts follow, in this order, about the one user, by whoever asked, at once.
    #[track_caller]
    pub fn then_events<I: IntoIterator<Item = Fact>>(self, facts: I) -> Story {
        let events = self
            .decided
            .unwrap_or_else(|refusal| panic!("{:?} was refused: {refusal}", self.command));
        let facts: Vec<_> = facts.into_iter().collect();
        let decided: Vec<_> = events.iter().map(|event| event.fact.clone()).collect();
        assert_eq!(decided, facts);
        for event in &events {
            match &self.command {
                Command::User(command) => {
                    assert_eq!(event.user, Some(command.user));
                    assert_eq!(event.actor, command.context.actor);
                    assert_eq!(event.time, command.context.now);
                }
                Command::Host(command) => {
                    assert_eq!(event.user, None);
                    assert_eq!(event.actor, command.actor);
                    assert_eq!(event.time, command.now);
                }
            }
        }
        let after = events.iter().fold(self.before, Story::happened);
        assert_eq!(after.replayed(), after.state, "replay differs");
        after
    }

    /// It is accepted, and there is nothing to do.
    #[track_caller]
    pub fn then_nothing(self) -> Story {
        self.then_events([])
    }

    /// Why it is refused, if it is.
    pub fn refusal(self) -> Option<Refusal> {
        self.decided.err()
    }

    /// It is refused, for this reason.
    #[track_caller]
    pub fn then_refused(self, refusal: Refusal) -> Story {
        assert_eq!(
            self.decided.as_ref().map(Vec::len),
            Err(&refusal),
            "{:?}",
            self.command
        );
        self.before
    }
}

/// The shipped policy, refined for one service.
pub fn policy_of_service(service: &str, refine: impl FnOnce(&mut Refinement)) -> Policy {
    let mut refinement = Refinement::default();
    refine(&mut refinement);
    let service = ServiceName::parse(service).expect("a service name");
    let rules = ServiceRules {
        refinement,
        ..ServiceRules::default()
    };
    Policy {
        services: vec![(service, rules)],
        ..Policy::default()
    }
}

/// The shipped policy, refined for one group.
pub fn policy_of_group(group: &str, refine: impl FnOnce(&mut Refinement)) -> Policy {
    let mut refinement = Refinement::default();
    refine(&mut refinement);
    let group = GroupName::parse(group).expect("a group name");
    Policy {
        groups: vec![(group, refinement)],
        ..Policy::default()
    }
}
