//! Who asks, when and from where; and what for.

use super::{ALICE, BOB, HERE, as_proved, at, sealed, sealed_method};
use secinfo_domain::event::{Actor, Credential, Resynchronized, Who};
use secinfo_domain::{
    Action, Answer, Authority, BreakGlassId, Command, Context, GroupName, HostAction, HostCommand,
    MessageId, MethodId, Purpose, Seconds, ServiceName, SessionTag, TerminalTag, Timestamp,
    TokenId, UserCommand, UserId,
};

/// Somebody about to ask for something.
#[derive(Clone)]
pub struct Ask {
    user: UserId,
    context: Context,
}

fn ask(user: UserId, who: Who, authority: Authority, on_self: bool) -> Ask {
    let service = ServiceName::parse("secinfo").expect("a service name");
    Ask {
        user,
        context: Context {
            now: at(0),
            actor: Actor {
                who,
                service: Some(service),
            },
            authority,
            on_self,
            session: HERE,
            groups: Vec::new(),
            introductions: Vec::new(),
        },
    }
}

/// Alice, about her own security info.
pub fn alice() -> Ask {
    ask(ALICE, Who::User(ALICE), Authority::Own, true)
}

/// Bob, about his own.
pub fn bob() -> Ask {
    ask(BOB, Who::User(BOB), Authority::Own, true)
}

/// Root, who administers others.
pub fn administrator_for(user: UserId) -> Ask {
    ask(user, Who::Root, Authority::Administrator, false)
}

/// The daemon, doing what time asks for.
pub fn daemon_for(user: UserId) -> Ask {
    ask(user, Who::System, Authority::System, false)
}

pub(super) fn daemon() -> Actor {
    Actor {
        who: Who::System,
        service: None,
    }
}

/// The daemon, about the host.
pub fn host(action: HostAction) -> Command {
    host_at(0, action)
}

/// The same, so many seconds after the story began.
pub fn host_at(seconds: u64, action: HostAction) -> Command {
    Command::Host(HostCommand {
        now: at(seconds),
        actor: daemon(),
        introductions: Vec::new(),
        action,
    })
}

impl Ask {
    /// So many seconds after the story began.
    pub fn at(mut self, seconds: u64) -> Self {
        self.context.now = at(seconds);
        self
    }

    pub fn from(mut self, session: SessionTag) -> Self {
        self.context.session = session;
        self
    }

    pub fn in_group(mut self, group: &str) -> Self {
        let group = GroupName::parse(group).expect("a group name");
        self.context.groups.push(group);
        self
    }

    pub fn through(mut self, service: &str) -> Self {
        let service = ServiceName::parse(service).expect("a service name");
        self.context.actor.service = Some(service);
        self
    }

    /// The account that asks; it may be another than the user.
    pub fn called_by(mut self, who: Who) -> Self {
        self.context.actor.who = who;
        self.context.on_self = who == Who::User(self.user);
        self
    }

    /// About oneself, with the rights of an administrator.
    pub fn with_all_rights(mut self) -> Self {
        self.context.authority = Authority::Administrator;
        self
    }

    /// Introduced with sealed names, as whoever may be new is.
    pub fn introducing<I: IntoIterator<Item = UserId>>(mut self, users: I) -> Self {
        let users = users.into_iter().map(|user| (user, sealed("uid and name")));
        self.context.introductions.extend(users);
        self
    }

    pub fn about(mut self, user: UserId) -> Self {
        self.user = user;
        self
    }

    /// About whom, and in what context.
    pub const fn parts(&self) -> (UserId, &Context) {
        (self.user, &self.context)
    }

    pub fn command(self, action: Action) -> UserCommand {
        UserCommand {
            user: self.user,
            context: self.context,
            action,
        }
    }

    pub(super) fn does(self, action: Action) -> Command {
        self.command(action).into()
    }

    pub fn enroll(self, method: MethodId, credential: Credential) -> Command {
        self.does(Action::Enroll {
            method,
            credential: as_proved(credential),
            sealed: sealed_method("label"),
            token: None,
            same_number: Vec::new(),
        })
    }

    /// Adds a method on the phone number that these methods are on.
    pub fn enroll_on_number_of<const N: usize>(
        self,
        others: [MethodId; N],
        method: MethodId,
        credential: Credential,
    ) -> Command {
        self.does(Action::Enroll {
            method,
            credential: as_proved(credential),
            sealed: sealed_method("label"),
            token: None,
            same_number: others.into(),
        })
    }

    pub fn activate(self, method: MethodId, token: TokenId, credential: Credential) -> Command {
        self.does(Action::Enroll {
            method,
            credential: as_proved(credential),
            sealed: sealed_method("label"),
            token: Some(token),
            same_number: Vec::new(),
        })
    }

    pub fn fail_activation(self) -> Command {
        self.does(Action::FailActivation)
    }

    pub fn rename(self, method: MethodId, label: &str) -> Command {
        self.does(Action::Rename {
            method,
            label: sealed(label),
        })
    }

    pub fn delete(self, method: MethodId) -> Command {
        self.does(Action::Delete { method })
    }

    pub fn cancel_deletion(self, method: MethodId) -> Command {
        self.does(Action::CancelDeletion { method })
    }

    pub fn carry_out_due(self) -> Command {
        self.does(Action::CarryOutDue)
    }

    pub fn set_default(self, method: MethodId) -> Command {
        self.does(Action::SetDefault { method })
    }

    pub fn issue_recovery_codes(self, method: MethodId) -> Command {
        self.does(Action::IssueRecoveryCodes {
            method,
            sealed: sealed_method("ten codes"),
            count: 10,
        })
    }

    /// A pass for an hour.
    pub fn issue_access_pass(self, method: MethodId) -> Command {
        self.issue_pass(method, Seconds::new(3600), false)
    }

    pub fn issue_once_pass(self, method: MethodId) -> Command {
        self.issue_pass(method, Seconds::new(3600), true)
    }

    pub fn issue_pass(self, method: MethodId, valid: Seconds, once: bool) -> Command {
        self.does(Action::IssueAccessPass {
            method,
            sealed: sealed_method("pass"),
            valid,
            once,
        })
    }

    pub fn revoke_access_pass(self) -> Command {
        self.does(Action::RevokeAccessPass)
    }

    /// Answers at sign-in.
    pub fn verify(self, method: MethodId, answer: Answer) -> Command {
        self.verify_for(Purpose::SignIn, method, answer)
    }

    pub fn verify_for(self, purpose: Purpose, method: MethodId, answer: Answer) -> Command {
        self.does(Action::Verify {
            method,
            purpose,
            answer,
        })
    }

    /// Types the code that this message held.
    pub fn type_code(self, method: MethodId, message: MessageId) -> Command {
        self.verify(method, Answer::DeliveredCode(message))
    }

    pub fn resynchronize(self, method: MethodId, found: Option<Resynchronized>) -> Command {
        self.does(Action::Resynchronize { method, found })
    }

    pub fn postpone_set_up(self) -> Command {
        self.does(Action::PostponeSetUp)
    }

    pub fn remember(self, terminal: TerminalTag) -> Command {
        self.does(Action::RememberTerminal { terminal })
    }

    pub fn use_remembered(self, terminal: TerminalTag) -> Command {
        self.does(Action::UseRemembered { terminal })
    }

    pub fn import(self, method: MethodId, credential: Credential) -> Command {
        self.does(Action::ImportMethod {
            method,
            credential,
            sealed: sealed_method("label"),
        })
    }

    pub fn record_break_glass(self, code: BreakGlassId, used: Timestamp) -> Command {
        self.does(Action::RecordBreakGlass { code, used })
    }

    pub fn unlock(self) -> Command {
        self.does(Action::Unlock)
    }

    pub fn erase(self) -> Command {
        self.does(Action::Erase)
    }
}
