//! Notices: the user is told of every change to their security info, and of every lock, through every
//! other means that they have, the old address included.

use super::deliveries::Deliveries;
use super::unsent::{self, UnsentNotice};
use crate::channels::{Outcome, Progress, Tracking};
use crate::core::{Account, Core, Person, Requester, ServiceError, random_id};
use crate::messages::NoticeItem;
use crate::methods::delivery::destination::Destination;
use crate::methods::payload::MethodPayload;
use secinfo_channel::{MessagePurpose, Reason};
use secinfo_domain::event::{Accepted, DeletionReason, Fact, Failure, ResetFailure};
use secinfo_domain::policy::{Limit, Notices as Recipients};
use secinfo_domain::{
    Action, Event, Kind, MessageId, MethodId, Purpose, SealedPart, Seconds, State, Timestamp,
    UserId,
};
use secinfo_ledger::NewKey;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// How many notices may wait to be sent.
const BACKLOG: usize = 1024;

/// How long a notice is worth sending.
const LIFE: Seconds = Seconds::new(3600);

/// A destination that a user can be told through.
struct Contact {
    method: MethodId,
    kind: Kind,
    destination: Destination,
    language: String,
}

/// Something to tell a user, through each of these destinations.
struct Notice {
    person: Person,
    contacts: Vec<Contact>,
    items: Vec<NoticeItem>,
    /// Whether it is about this user. What others do must not use up what may be sent of that.
    counts: bool,
    /// Until when it is worth sending.
    expires: Timestamp,
}

/// What the sender of notices has to do.
enum Errand {
    Send(Notice),
    /// Tells which notices are on their way.
    List(oneshot::Sender<Vec<OnItsWay>>),
}

/// A notice that a channel has been given.
#[derive(Clone)]
struct OnItsWay {
    notice: UnsentNotice,
    tracking: Tracking,
}

/// The notices that were on their way when the daemon began to stop.
pub struct WaitingNotices(Vec<OnItsWay>);

impl WaitingNotices {
    /// Keeps those that were certainly not sent in the state directory until the next start. The
    /// channels have stopped.
    pub fn keep(self, directory: &Path) {
        let unsent: Vec<_> = self
            .0
            .into_iter()
            .filter(|waiting| is_unsent(&waiting.tracking.progress()))
            .map(|waiting| waiting.notice)
            .collect();
        if let Err(error) = unsent::keep(directory, &unsent) {
            tracing::warn!(%error, notices = unsent.len(), "notices that wait could not be kept");
        }
    }
}

/// Whether nothing was sent, and the fault is not the destination's.
const fn is_unsent(progress: &Progress) -> bool {
    matches!(
        progress,
        Progress::Finished(Outcome {
            result: Err(Reason::Unreachable | Reason::Busy | Reason::Settings),
            ..
        })
    )
}

/// Commits actions, and tells users what that changed.
pub struct Notices {
    core: Arc<Core>,
    queue: mpsc::Sender<Errand>,
}

/// Sends the notices of a queue.
struct NoticeSender {
    core: Arc<Core>,
    deliveries: Arc<Deliveries>,
    sent: Sent,
    on_their_way: Vec<OnItsWay>,
}

impl Notices {
    /// Starts sending notices on the current tokio runtime.
    pub(super) fn start(core: Arc<Core>, deliveries: Arc<Deliveries>) -> Self {
        let (queue, mut waiting) = mpsc::channel(BACKLOG);
        let mut sender = NoticeSender {
            core: Arc::clone(&core),
            deliveries,
            sent: Sent::default(),
            on_their_way: Vec::new(),
        };
        tokio::spawn(async move {
            while let Some(errand) = waiting.recv().await {
                match errand {
                    Errand::Send(notice) => sender.send(&notice),
                    // Who asked may be gone.
                    Errand::List(answer) => drop(answer.send(sender.on_their_way.clone())),
                }
            }
        });
        Self { core, queue }
    }

    /// Sends what the former stop has left unsent, as far as it is worth sending still.
    pub fn resume(&self, directory: &Path) {
        let unsent = unsent::take(directory).unwrap_or_else(|error| {
            tracing::warn!(%error, "notices of before the last stop cannot be read");
            Vec::new()
        });
        for notice in unsent {
            if let Err(error) = self.send_again(notice) {
                tracing::warn!(%error, "a notice of before the last stop cannot be sent");
            }
        }
    }

    fn send_again(&self, unsent: UnsentNotice) -> Result<(), ServiceError> {
        if unsent.expires <= self.core.now() {
            return Ok(());
        }
        let account = self.core.account_of(unsent.user);
        let uid = account.ok_or(ServiceError::NotFound)?.uid;
        let person = self.core.person(uid)?;
        let mut contacts = self.contacts(&person);
        contacts.retain(|contact| contact.method == unsent.method);
        if person.id == unsent.user && !contacts.is_empty() {
            self.enqueue(Notice {
                person,
                contacts,
                items: unsent.items,
                counts: true,
                expires: unsent.expires,
            });
        }
        Ok(())
    }

    /// The notices that are on their way now, those included that were only just queued.
    pub async fn waiting(&self) -> WaitingNotices {
        let (answer, listed) = oneshot::channel();
        let asked = self.queue.send(Errand::List(answer)).await;
        let listed = match asked {
            Ok(()) => listed.await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        WaitingNotices(listed)
    }

    fn enqueue(&self, notice: Notice) {
        let user = notice.person.id;
        if self.queue.try_send(Errand::Send(notice)).is_err() {
            tracing::warn!(%user, "too many notices wait: one was dropped");
        }
    }

    /// Decides an action on a user's security info, appends its events, and tells the user what they
    /// changed. The events are on disk when this returns.
    pub(super) async fn commit(
        &self,
        person: &Person,
        by: &Requester,
        action: Action,
        keys: Vec<Arc<NewKey>>,
    ) -> Result<Vec<Event>, ServiceError> {
        let before = self.core.state();
        // What a change deletes cannot be read after it, and its owner is told through it all the
        // same. A verification deletes no address, and must not wait for looking any up.
        let contacts = may_change_contacts(&action).then(|| self.contacts(person));
        let events = self.core.append(person, by, action, keys).await?;
        self.notify(person, contacts, &before, &events);
        Ok(events)
    }

    /// Lets a user go by the name of another account, and tells them.
    pub(super) async fn rename(
        &self,
        former: &Person,
        now: &Account,
        by: &Requester,
    ) -> Result<Vec<Event>, ServiceError> {
        let before = self.core.state();
        let events = self.core.rename(former, now, by).await?;
        let person = Person::known(now.clone(), former.id);
        self.notify(&person, None, &before, &events);
        Ok(events)
    }

    /// Tells a user something that is no change to their own security info.
    pub(super) fn tell(&self, person: &Person, item: NoticeItem) {
        self.tell_item(person, item, true);
    }

    /// Tells a user what concerns somebody else, which takes nothing of what may be sent to them about
    /// themselves.
    pub(super) fn tell_of_another(&self, person: &Person, item: NoticeItem) {
        self.tell_item(person, item, false);
    }

    fn tell_item(&self, person: &Person, item: NoticeItem, counts: bool) {
        let contacts = self.contacts(person);
        if contacts.is_empty() {
            return;
        }
        self.enqueue(Notice {
            person: person.clone(),
            contacts,
            items: vec![item],
            counts,
            expires: self.core.now().plus(LIFE),
        });
    }

    /// The destinations that the user can be told through now.
    fn contacts(&self, person: &Person) -> Vec<Contact> {
        let state = self.core.state();
        let user = state.user(person.id);
        let methods = user.map_or(&[][..], |user| user.methods());
        let wanted = |kind| match state.policy().rules.notices {
            Recipients::All => matches!(kind, Kind::Email | Kind::Text),
            Recipients::Email => kind == Kind::Email,
            Recipients::None => false,
        };
        let mut contacts: Vec<Contact> = methods
            .iter()
            .filter(|method| wanted(method.kind()))
            .filter_map(|method| {
                let payload = MethodPayload::open(&self.core, method).ok()?;
                let (destination, language) = Destination::of(method.credential(), payload)?;
                Some(Contact {
                    method: method.id(),
                    kind: method.kind(),
                    destination,
                    language,
                })
            })
            .collect();
        contacts.sort_by_key(|contact| contact.kind != Kind::Email);
        contacts
    }

    /// That a sign-in among these events came from a place which its user has not signed in from lately, where
    /// policy has users told of that. A user's first sign-in is from no new place.
    fn new_place(&self, user: UserId, before: &State, events: &[Event]) -> Option<NoticeItem> {
        let known = before
            .user(user)
            .filter(|_| before.policy().rules.new_places)?;
        events.iter().find_map(|event| match &event.fact {
            Fact::VerificationSucceeded(fact) if fact.purpose == Purpose::SignIn => {
                let source = fact
                    .source
                    .filter(|source| known.is_new_place(*source, event.time));
                source?;
                let place = fact.place.as_ref();
                let opened = place.and_then(|place| {
                    let (key, part) = (user.into(), SealedPart::Place);
                    self.core.open::<String>(key, part, place.as_bytes()).ok()
                });
                Some(NoticeItem::NewPlace(opened.unwrap_or_default()))
            }
            _ => None,
        })
    }

    /// Queues a notice of what these events are to the user. `before` is the state before them, and
    /// `contacts` what was looked up before, if it was.
    fn notify(
        &self,
        person: &Person,
        contacts: Option<Vec<Contact>>,
        before: &State,
        events: &[Event],
    ) {
        let mut items = items(before, person.id, events);
        items.extend(self.new_place(person.id, before, events));
        if items.is_empty() {
            return;
        }
        let contacts = contacts.unwrap_or_else(|| self.contacts(person));
        if contacts.is_empty() {
            return;
        }
        let notice = Notice {
            person: person.clone(),
            contacts,
            items,
            counts: true,
            expires: self.core.now().plus(LIFE),
        };
        self.enqueue(notice);
    }
}

impl NoticeSender {
    fn send(&mut self, notice: &Notice) {
        let is_waiting =
            |waiting: &OnItsWay| !matches!(waiting.tracking.progress(), Progress::Finished(_));
        self.on_their_way.retain(is_waiting);
        let rules = self.core.state().policy().rules.codes.clone();
        let person = &notice.person;
        for contact in &notice.contacts {
            let country = contact.destination.country();
            let allowed = contact.kind == Kind::Email || country.is_some_and(|c| rules.allows(c));
            if !allowed || !self.deliveries.has_channel_for(contact.kind) {
                continue;
            }
            let now = self.core.now();
            let share = if notice.counts {
                Share::Own(person.id)
            } else {
                Share::OfOthers(person.id)
            };
            if !self.sent.takes(share, now, rules.of_user, rules.in_all) {
                tracing::warn!(user = %person.id, "the limit is reached: a notice was not sent");
                continue;
            }
            let Ok(id) = random_id() else {
                continue;
            };
            let id = MessageId::from_bytes(id);
            let language = self.deliveries.language(&[&contact.language]);
            let (kind, to) = (contact.kind, &contact.destination);
            let message =
                self.deliveries
                    .message(id, MessagePurpose::Notice, to.as_str(), language);
            let tracking = self
                .deliveries
                .send(person, kind, id, message, LIFE, &notice.items);
            self.on_their_way.push(OnItsWay {
                notice: UnsentNotice {
                    user: person.id,
                    method: contact.method,
                    items: notice.items.clone(),
                    expires: notice.expires,
                },
                tracking,
            });
        }
    }
}

/// Whether this may change what the user can be told through.
const fn may_change_contacts(action: &Action) -> bool {
    matches!(
        action,
        Action::Enroll { .. } | Action::Delete { .. } | Action::CarryOutDue | Action::Erase
    )
}

/// The notices that were sent lately: a user who changes something again and again must not make the
/// host send without end.
#[derive(Default)]
struct Sent(VecDeque<(Timestamp, Share)>);

/// Of which notices one is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    /// What a user is told about themselves.
    Own(UserId),
    /// What an administrator is told about others. It is as much again, and at most half of all: what many users
    /// make administrators be told must not use up what the others are told about themselves.
    OfOthers(UserId),
}

impl Sent {
    /// Whether one more of this share may be sent now; if so, it is counted.
    fn takes(&mut self, share: Share, now: Timestamp, of_user: Limit, in_all: Limit) -> bool {
        self.0
            .retain(|(time, _)| now.is_within(Limit::LONGEST, *time));
        let count = |limit: Limit, counts: &dyn Fn(Share) -> bool| {
            let lately = self.0.iter().rev();
            lately
                .take_while(|(time, _)| now.is_within(limit.within, *time))
                .filter(|(_, to)| counts(*to))
                .count()
        };
        let of_others = |share| matches!(share, Share::OfOthers(_));
        let most = usize::from(in_all.most);
        let full = count(of_user, &|other| other == share) >= usize::from(of_user.most)
            || (of_others(share) && count(in_all, &of_others) >= most / 2)
            || count(in_all, &|_| true) >= most;
        if !full {
            self.0.push_back((now, share));
        }
        !full
    }
}

/// What these events are to the user.
fn items(before: &State, user: UserId, events: &[Event]) -> Vec<NoticeItem> {
    let own = events.iter().filter(|event| event.user == Some(user));
    if !own.clone().any(|event| is_news(&event.fact)) {
        return Vec::new();
    }
    let mut state = before.clone();
    let mut items = Vec::new();
    for event in own {
        let after = state.clone().evolve(event);
        items.extend(item_of(&state, &after, user, &event.fact));
        state = after;
    }
    items
}

const fn is_news(fact: &Fact) -> bool {
    tells_of_a_copy(fact)
        || !matches!(
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
                | Fact::PasswordResetRequested(_)
        )
}

/// Whether the counter of a security key has not grown.
const fn tells_of_a_copy(fact: &Fact) -> bool {
    match fact {
        Fact::VerificationFailed(fact) => matches!(fact.failure, Failure::CounterNotIncreased),
        Fact::VerificationSucceeded(fact) => matches!(
            fact.accepted,
            Accepted::Assertion {
                may_be_copied: true,
                ..
            }
        ),
        _ => false,
    }
}

/// How many of the user's methods are marked as perhaps copied.
fn marked(state: &State, user: UserId) -> usize {
    let methods = state.user(user).map_or(&[][..], |user| user.methods());
    methods
        .iter()
        .filter(|method| method.may_be_copied())
        .count()
}

fn is_locked(state: &State, user: UserId) -> bool {
    let user = state.user(user);
    user.is_some_and(|user| user.account_locked().is_some())
}

fn item_of(before: &State, after: &State, user: UserId, fact: &Fact) -> Option<NoticeItem> {
    let kind_in = |state: &State, method| state.kind_of(user, method);
    match fact {
        Fact::MethodEnrolled(fact) => Some(NoticeItem::Added(fact.credential.kind())),
        Fact::MethodImported(fact) => Some(NoticeItem::Added(fact.credential.kind())),
        Fact::BreakGlassUsed(_) => Some(NoticeItem::BreakGlass),
        // The new one makes its own notice.
        Fact::MethodDeleted(fact) if fact.reason == DeletionReason::Replaced => None,
        Fact::MethodDeleted(fact) => match kind_in(before, fact.method)? {
            // That one was used up or that its time is over makes no notice.
            Kind::RecoveryCodes | Kind::AccessPass => None,
            kind => Some(NoticeItem::Deleted(kind)),
        },
        Fact::DeletionScheduled(fact) => {
            kind_in(before, fact.method).map(NoticeItem::DeletionScheduled)
        }
        Fact::DeletionCancelled(fact) => {
            kind_in(before, fact.method).map(NoticeItem::DeletionCancelled)
        }
        Fact::DefaultChanged(fact) => Some(NoticeItem::Default(match fact.method {
            Some(method) => Some(kind_in(after, method)?),
            None => None,
        })),
        Fact::RecoveryCodesIssued(_) => Some(NoticeItem::RecoveryCodes),
        Fact::AccessPassIssued(_) => Some(NoticeItem::AccessPass),
        // Once for each key.
        fact if tells_of_a_copy(fact) => {
            (marked(after, user) > marked(before, user)).then_some(NoticeItem::MayBeCopied)
        }
        Fact::Locked(fact) => kind_in(before, fact.method).map(NoticeItem::Locked),
        Fact::AccountLocked(_) => Some(NoticeItem::AccountLocked),
        Fact::UserRenamed(_) => Some(NoticeItem::Renamed),
        Fact::AccountUnlocked(fact) => kind_in(before, fact.method)
            .or_else(|| kind_in(after, fact.method))
            .map(NoticeItem::AccountUnlocked),
        Fact::ActivityReported(_) => Some(NoticeItem::Reported),
        Fact::Unlocked(fact) if fact.gates.is_empty() => Some(if is_locked(before, user) {
            NoticeItem::AccountUnlockedByAdministrator
        } else {
            NoticeItem::Unlocked
        }),
        Fact::Unlocked(_) => Some(NoticeItem::UnlockedByReset),
        Fact::PasswordReset(_) => Some(NoticeItem::PasswordReset),
        Fact::PasswordResetFailed(fact) => match fact.reason {
            ResetFailure::Unknown => Some(NoticeItem::PasswordUncertain),
            ResetFailure::Refused | ResetFailure::NotHere | ResetFailure::NotSet => None,
        },
        Fact::PasswordResetLocked(fact) => Some(NoticeItem::ResetLocked(fact.kind)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_user_and_no_host_sends_notices_without_end() {
        let alice = Share::Own(UserId::from_bytes([1; 16]));
        let bob = Share::Own(UserId::from_bytes([2; 16]));
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

    #[test]
    fn what_administrators_are_told_of_others_leaves_half_for_what_users_are_told_of_themselves() {
        let (of_user, in_all) = (Limit::new(3, 60), Limit::new(8, 60));
        let mut sent = Sent::default();
        let mut takes = |share| sent.takes(share, Timestamp::from_seconds(1_000), of_user, in_all);
        let user = |number| UserId::from_bytes([number; 16]);
        assert!((0..3).all(|_| takes(Share::OfOthers(user(1)))));
        assert!(!takes(Share::OfOthers(user(1))), "an administrator's share");
        assert!(takes(Share::OfOthers(user(2))));
        assert!(!takes(Share::OfOthers(user(2))), "half of all");
        assert!((0..3).all(|_| takes(Share::Own(user(1)))));
        assert!(takes(Share::Own(user(3))));
    }
}
