//! Notices: every change to a user's security info, and every lock, is told to the user through
//! every other means that they have, the old address included.

use super::destination::Destination;
use super::letter::Letter;
use super::{Person, Service, now, random_id};
use crate::messages::News;
use secinfo_channel::MessagePurpose;
use secinfo_domain::event::Fact;
use secinfo_domain::policy::{Limit, Notices};
use secinfo_domain::{Action, Event, Kind, MessageId, Seconds, State, Timestamp, UserId};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::mpsc;

/// How many notices may wait to be written.
const BACKLOG: usize = 1024;

/// How long a notice is worth sending.
const LIFE: Seconds = Seconds::new(3600);

/// A way to tell a user something.
struct Means {
    kind: Kind,
    destination: Destination,
    language: String,
}

/// Everything through which a user can be told of what is about to happen. Looked up before: what
/// is deleted cannot be read any more, and its owner is told of that all the same.
pub(super) struct Reach(Vec<Means>);

/// Something to tell a user.
pub(super) struct Tidings {
    person: Person,
    reach: Reach,
    news: Vec<News>,
}

/// Where tidings go in.
pub(super) type Teller = mpsc::Sender<Tidings>;

/// Where tidings come out.
pub(super) type Told = mpsc::Receiver<Tidings>;

/// Whether this may change what the user can be told through.
pub(super) const fn is_change(action: &Action) -> bool {
    matches!(
        action,
        Action::Enroll { .. } | Action::Delete { .. } | Action::CarryOutDue | Action::Erase
    )
}

/// A queue of tidings.
pub(super) fn queue() -> (Teller, Told) {
    mpsc::channel(BACKLOG)
}

impl Service {
    /// Sends notices from now on. Only the first call does anything.
    pub fn start_notices(self: &Arc<Self>) {
        let told = self
            .tidings
            .lock()
            .expect("nothing panics while it holds the queue")
            .take();
        let Some(mut told) = told else {
            return;
        };
        let service = Arc::clone(self);
        tokio::spawn(async move {
            let mut sent = Sent::default();
            while let Some(tidings) = told.recv().await {
                service.send_notices(&tidings, &mut sent);
            }
        });
    }

    /// Through what a user can be told of something now.
    pub(super) fn reach(&self, person: &Person) -> Reach {
        let state = self.state();
        let user = state.user(person.id);
        let methods = user.map_or(&[][..], |user| user.methods());
        let wanted = |kind| match state.policy().rules.notices {
            Notices::All => matches!(kind, Kind::Email | Kind::Text),
            Notices::Email => kind == Kind::Email,
            Notices::None => false,
        };
        let means = methods
            .iter()
            .filter(|method| wanted(method.kind()))
            .filter_map(|method| {
                let (destination, language) = self.destination_of(method).ok()?;
                Some(Means {
                    kind: method.kind(),
                    destination,
                    language,
                })
            });
        let mut means: Vec<Means> = means.collect();
        means.sort_by_key(|means| means.kind != Kind::Email);
        Reach(means)
    }

    /// Tells the user what these events are to them. `before` is the state before them, and `reach`
    /// what was looked up before, if it was.
    pub(super) fn tell(
        &self,
        person: &Person,
        reach: Option<Reach>,
        before: &State,
        events: &[Event],
    ) {
        let news = news(before, person.id, events);
        if news.is_empty() {
            return;
        }
        let reach = reach.unwrap_or_else(|| self.reach(person));
        if reach.0.is_empty() {
            return;
        }
        let tidings = Tidings {
            person: person.clone(),
            reach,
            news,
        };
        if self.teller.try_send(tidings).is_err() {
            tracing::warn!(user = %person.id, "too many notices wait: one was dropped");
        }
    }

    fn send_notices(self: &Arc<Self>, tidings: &Tidings, sent: &mut Sent) {
        let rules = self.state().policy().rules.codes.clone();
        let person = &tidings.person;
        for means in &tidings.reach.0 {
            let country = means.destination.country();
            let welcome = means.kind == Kind::Email || country.is_some_and(|c| rules.allows(c));
            if !welcome || !self.channels.delivers(means.kind) {
                continue;
            }
            if !sent.takes(person.id, now(), rules.of_user, rules.in_all) {
                tracing::warn!(user = %person.id, "the limit is reached: a notice was not sent");
                continue;
            }
            let Ok(id) = random_id() else {
                continue;
            };
            let message = MessageId::from_bytes(id);
            let order = self.order(
                message,
                &Letter {
                    person,
                    kind: means.kind,
                    destination: &means.destination,
                    purpose: MessagePurpose::Notice,
                    code: "",
                    valid: LIFE,
                    service: "",
                    origin: "",
                    news: &tidings.news,
                    language: self.language(&[&means.language]),
                },
            );
            let tracking = self.channels.submit(order);
            self.record_when_finished(person.clone(), message, tracking);
        }
    }
}

/// The notices that were sent lately. Whoever changes something again and again would otherwise
/// make the host send without end.
#[derive(Default)]
struct Sent(VecDeque<(Timestamp, UserId)>);

impl Sent {
    /// Whether one more may go to this user now; if so, it is counted.
    fn takes(&mut self, user: UserId, now: Timestamp, of_user: Limit, in_all: Limit) -> bool {
        self.0
            .retain(|(time, _)| now.is_within(Limit::LONGEST, *time));
        let count = |limit: Limit, counts: &dyn Fn(UserId) -> bool| {
            let lately = self.0.iter().rev();
            lately
                .take_while(|(time, _)| now.is_within(limit.within, *time))
                .filter(|(_, to)| counts(*to))
                .count()
        };
        let full = count(of_user, &|to| to == user) >= usize::from(of_user.most)
            || count(in_all, &|_| true) >= usize::from(in_all.most);
        if !full {
            self.0.push_back((now, user));
        }
        !full
    }
}

/// What these events are to the user.
fn news(before: &State, user: UserId, events: &[Event]) -> Vec<News> {
    let own = events.iter().filter(|event| event.user == Some(user));
    if !own.clone().any(|event| is_news(&event.fact)) {
        return Vec::new();
    }
    let mut state = before.clone();
    let mut news = Vec::new();
    for event in own {
        let after = state.clone().evolve(event);
        news.extend(news_of(&state, &after, user, &event.fact));
        state = after;
    }
    news
}

const fn is_news(fact: &Fact) -> bool {
    !matches!(
        fact,
        Fact::UserAdded(_)
            | Fact::VerificationSucceeded(_)
            | Fact::VerificationFailed(_)
            | Fact::ActivationFailed(_)
            | Fact::CodeRequested(_)
            | Fact::MessageDelivered(_)
            | Fact::MessageFailed(_)
            | Fact::SetUpPostponed(_)
            | Fact::TerminalRemembered(_)
            | Fact::RememberedSignIn(_)
    )
}

fn news_of(before: &State, after: &State, user: UserId, fact: &Fact) -> Option<News> {
    let kind_in = |state: &State, method| state.kind_of(user, method);
    match fact {
        Fact::MethodEnrolled(fact) => Some(News::Added(fact.credential.kind())),
        Fact::MethodImported(fact) => Some(News::Added(fact.credential.kind())),
        Fact::BreakGlassUsed(_) => Some(News::BreakGlass),
        Fact::MethodDeleted(fact) => match kind_in(before, fact.method)? {
            // That new ones replace them, that one was used up or that its time is over is no news.
            Kind::RecoveryCodes | Kind::AccessPass => None,
            kind => Some(News::Deleted(kind)),
        },
        Fact::DeletionScheduled(fact) => kind_in(before, fact.method).map(News::DeletionScheduled),
        Fact::DeletionCancelled(fact) => kind_in(before, fact.method).map(News::DeletionCancelled),
        Fact::DefaultChanged(fact) => Some(News::Default(match fact.method {
            Some(method) => Some(kind_in(after, method)?),
            None => None,
        })),
        Fact::RecoveryCodesIssued(_) => Some(News::RecoveryCodes),
        Fact::AccessPassIssued(_) => Some(News::AccessPass),
        Fact::Locked(fact) => kind_in(before, fact.method).map(News::Locked),
        Fact::Unlocked(_) => Some(News::Unlocked),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_user_and_no_host_sends_notices_without_end() {
        let (alice, bob) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        let (of_user, in_all) = (Limit::new(2, 60), Limit::new(3, 60));
        let mut sent = Sent::default();
        let mut takes = |user, second: u64| {
            let now = Timestamp::from_seconds(1_000 + second);
            sent.takes(user, now, of_user, in_all)
        };
        assert!(takes(alice, 0) && takes(alice, 1));
        assert!(!takes(alice, 2), "the user's share is used up");
        assert!(takes(bob, 3));
        assert!(!takes(bob, 4), "everybody's share is used up");
        assert!(takes(bob, 60), "the first no longer counts");
        assert!(!takes(alice, 60));
    }
}
