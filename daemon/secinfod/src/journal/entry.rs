//! One event as an entry of the journal: what stands unsealed in it, and nothing else. No name, uid,
//! label, number, address or host is unsealed in an event, so none can be here.

use super::socket::{begin, put};
use super::types::EventType;
use secinfo_domain::event::{Event, Fact, Who};
use secinfo_domain::{Kind, MethodId};
use std::borrow::Cow;

/// The facility of messages about authentication that not everybody may read: `LOG_AUTHPRIV`
/// (syslog(3)).
const FACILITY: &str = "10";

/// One event as the journal shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    event_type: &'static EventType,
    fields: Vec<(&'static str, Cow<'static, str>)>,
}

impl Entry {
    /// The entry of the event with this number. `kind_of` is asked for the kind of the method that
    /// it names. None for a type that the table does not have.
    pub fn of(
        seq: u64,
        event: &Event,
        kind_of: impl FnOnce(MethodId) -> Option<Kind>,
    ) -> Option<Self> {
        let event_type = EventType::of(event.fact.type_name())?;
        let mut entry = Self {
            event_type,
            fields: Vec::with_capacity(12),
        };
        entry.add("SECINFO_EVENT", event_type.name);
        entry.add("SECINFO_SEQ", seq.to_string());
        entry.add("SECINFO_TIME", event.time.as_millis().to_string());
        if let Some(user) = event.user {
            entry.add("SECINFO_USER", user.to_string());
        }
        entry.add(
            "SECINFO_ACTOR",
            match event.actor.who {
                Who::System => "system".into(),
                Who::Root => "root".into(),
                Who::User(id) => Cow::from(id.to_string()),
            },
        );
        if let Some(login) = event.actor.login {
            entry.add("SECINFO_LOGIN", login.to_string());
        }
        if let Some(service) = event.actor.service_of_root() {
            entry.add("SECINFO_SERVICE", service.as_str().to_owned());
        }
        let method = entry.add_fact(&event.fact);
        let kind = kind_in(&event.fact).or_else(|| method.and_then(kind_of));
        if let Some(kind) = kind {
            entry.add("SECINFO_KIND", kind.as_str());
        }
        Some(entry)
    }

    /// How its type stands in the journal.
    pub const fn event_type(&self) -> &'static EventType {
        self.event_type
    }

    /// The fields that are about the event.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (*name, value.as_ref()))
    }

    /// The bytes that journald takes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let known = self.event_type;
        let mut bytes = begin(known.sentence, known.priority, FACILITY);
        put(&mut bytes, "MESSAGE_ID", known.id);
        for (name, value) in self.fields() {
            put(&mut bytes, name, value);
        }
        bytes
    }

    fn add(&mut self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        self.fields.push((name, value.into()));
    }

    fn add_until(&mut self, until: secinfo_domain::Timestamp) {
        self.add("SECINFO_UNTIL", until.as_seconds().to_string());
    }

    /// Adds what is particular to the type; the method that the event is about, if it is about one.
    fn add_fact(&mut self, fact: &Fact) -> Option<MethodId> {
        match fact {
            Fact::MethodDeleted(fact) => self.add("SECINFO_REASON", fact.reason.as_str()),
            Fact::DefaultChanged(fact) => self.add("SECINFO_REASON", fact.reason.as_str()),
            Fact::DeletionScheduled(fact) => self.add_until(fact.due),
            Fact::VerificationSucceeded(fact) => {
                self.add("SECINFO_PURPOSE", fact.purpose.as_str());
                self.add("SECINFO_STRENGTH", fact.strength.as_str());
            }
            Fact::VerificationFailed(fact) => {
                self.add("SECINFO_PURPOSE", fact.purpose.as_str());
                self.add("SECINFO_REASON", fact.failure.as_str());
            }
            Fact::Locked(fact) => self.add_until(fact.until),
            Fact::SetUpPostponed(fact) => self.add_until(fact.until),
            Fact::TerminalRemembered(fact) => self.add_until(fact.until),
            Fact::AccessPassIssued(fact) => self.add_until(fact.expires),
            Fact::BreakGlassUsed(fact) => self.add("SECINFO_CODE", fact.code.to_string()),
            Fact::CodeRequested(fact) => {
                self.add("SECINFO_MESSAGE", fact.message.to_string());
                if let Some(purpose) = fact.purpose {
                    self.add("SECINFO_PURPOSE", purpose.as_str());
                }
                self.add_until(fact.expires);
            }
            Fact::ApprovalRequested(fact) => {
                self.add("SECINFO_PURPOSE", fact.purpose.as_str());
                self.add_until(fact.expires);
            }
            Fact::ApprovalAnswered(fact) => {
                self.add("SECINFO_REASON", fact.answer.as_str());
                if let Some(until) = fact.paused_until {
                    self.add_until(until);
                }
            }
            Fact::MessageDelivered(fact) => {
                self.add("SECINFO_MESSAGE", fact.message.to_string());
                self.add("SECINFO_CHANNEL", fact.channel.as_str().to_owned());
            }
            Fact::MessageFailed(fact) => {
                self.add("SECINFO_MESSAGE", fact.message.to_string());
                if let Some(channel) = &fact.channel {
                    self.add("SECINFO_CHANNEL", channel.as_str().to_owned());
                }
                self.add("SECINFO_REASON", fact.reason.as_str());
            }
            Fact::PasswordResetFailed(fact) => self.add("SECINFO_REASON", fact.reason.as_str()),
            Fact::PasswordResetLocked(fact) => self.add_until(fact.until),
            Fact::TokenImported(fact) => self.add("SECINFO_TOKEN", fact.token.to_string()),
            Fact::TokenRemoved(fact) => self.add("SECINFO_TOKEN", fact.token.to_string()),
            _ => {}
        }
        let method = method_in(fact);
        if let Some(method) = method {
            self.add("SECINFO_METHOD", method.to_string());
        }
        method
    }
}

/// The method that an event is about.
fn method_in(fact: &Fact) -> Option<MethodId> {
    match fact {
        Fact::MethodEnrolled(fact) => Some(fact.method),
        Fact::MethodImported(fact) => Some(fact.method),
        Fact::MethodRenamed(fact) => Some(fact.method),
        Fact::MethodDeleted(fact) => Some(fact.method),
        Fact::DeletionScheduled(fact) => Some(fact.method),
        Fact::DeletionCancelled(fact) => Some(fact.method),
        Fact::DefaultChanged(fact) => fact.method,
        Fact::VerificationSucceeded(fact) => Some(fact.method),
        Fact::VerificationFailed(fact) => Some(fact.method),
        Fact::Locked(fact) => Some(fact.method),
        Fact::CodeRequested(fact) => fact.method,
        Fact::ApprovalRequested(fact) => fact.method,
        Fact::RecoveryCodesIssued(fact) => Some(fact.method),
        Fact::AccessPassIssued(fact) => Some(fact.method),
        Fact::TokenResynchronized(fact) => Some(fact.method),
        _ => None,
    }
}

/// The kind that an event itself names.
const fn kind_in(fact: &Fact) -> Option<Kind> {
    match fact {
        Fact::MethodEnrolled(fact) => Some(fact.credential.kind()),
        Fact::MethodImported(fact) => Some(fact.credential.kind()),
        Fact::CodeRequested(fact) => Some(fact.kind),
        Fact::PasswordResetLocked(fact) => fact.kind,
        Fact::ApprovalRequested(_) | Fact::ApprovalAnswered(_) => Some(Kind::Push),
        Fact::RecoveryCodesIssued(_) => Some(Kind::RecoveryCodes),
        Fact::AccessPassIssued(_) => Some(Kind::AccessPass),
        Fact::TokenImported(_) | Fact::TokenResynchronized(_) => Some(Kind::HardwareToken),
        _ => None,
    }
}
