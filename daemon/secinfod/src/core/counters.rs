//! What has happened since the daemon started.

use super::appended::Appended;
use super::population::Population;
use secinfo_domain::event::{Event, Fact};
use secinfo_domain::{ChannelName, Kind, MethodId, ServiceName, State, Timestamp, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// The most services that are told apart. Each is a label in a monitoring system, and a host
/// has no more than this that ask for a second step.
const MOST_SERVICES: usize = 32;

/// What stands for every further service, and for what root did not ask for: users name the service
/// as they like, and could fill any table with names.
const OTHER: &str = "other";

/// Numbers since the start, and of the users there are.
pub struct Counters(Mutex<Counted>);

/// The numbers at one moment.
#[derive(Debug, Clone)]
pub struct Counted {
    /// Events by type; every type stands there.
    pub events: BTreeMap<&'static str, u64>,
    /// Verifications by kind, service and what came of them: `succeeded`, `wrong-code`, `used-code`.
    pub verifications: BTreeMap<(Kind, Arc<str>, &'static str), u64>,
    /// Sign-ins by service and how they ended.
    pub sign_ins: BTreeMap<(Arc<str>, &'static str), u64>,
    /// Methods that were enrolled, by kind.
    pub enrollments: BTreeMap<Kind, u64>,
    /// Codes that were asked for, by the kind of method that they prove.
    pub code_requests: BTreeMap<Kind, u64>,
    /// Messages by channel and what became of them: `confirmed`, `delivered`, or why not.
    pub messages: BTreeMap<(Option<ChannelName>, &'static str), u64>,
    /// Commits to the log.
    pub commits: u64,
    /// The time that they took, until they were on disk.
    pub commit_time: Duration,
    /// The size of the newest checkpoint that was given out, and when that was.
    pub checkpoint: Option<(u64, Timestamp)>,
    /// The number of the event that the journal is told next.
    pub journal_next: u64,
    /// The users there are.
    pub population: Population,
    services: BTreeSet<Arc<str>>,
}

impl Counters {
    /// Nothing has happened yet; the users are those of `state`.
    pub fn new(state: &State) -> Self {
        let no_kind = || Kind::ALL.into_iter().map(|kind| (kind, 0)).collect();
        Self(Mutex::new(Counted {
            events: Fact::TYPES.iter().map(|(name, _)| (*name, 0)).collect(),
            verifications: BTreeMap::new(),
            sign_ins: BTreeMap::new(),
            enrollments: no_kind(),
            code_requests: no_kind(),
            messages: BTreeMap::new(),
            commits: 0,
            commit_time: Duration::ZERO,
            checkpoint: None,
            journal_next: state.events(),
            population: Population::of(state),
            services: BTreeSet::new(),
        }))
    }

    /// The numbers now, `state` being what is published.
    pub(crate) fn counted(&self, state: &State, now: Timestamp) -> Counted {
        let mut counted = self.lock();
        counted.population.forget_unlocked(state, now);
        counted.clone()
    }

    /// Counts what was appended.
    pub(super) fn count(&self, appended: &Appended) {
        self.lock().count(appended);
    }

    /// Counts a commit that took so long.
    pub(super) fn commit(&self, took: Duration) {
        let mut counted = self.lock();
        counted.commits += 1;
        counted.commit_time += took;
    }

    /// Counts a sign-in that has ended in this way, at the service that root asked for.
    pub(crate) fn sign_in(&self, service: Option<&ServiceName>, outcome: &'static str) {
        let mut counted = self.lock();
        let service = counted.service(service);
        *counted.sign_ins.entry((service, outcome)).or_default() += 1;
    }

    /// Notes that a checkpoint of this size was given out.
    pub(crate) fn checkpoint(&self, size: u64, now: Timestamp) {
        self.lock().checkpoint = Some((size, now));
    }

    /// Notes that everything before this event is in the journal.
    pub(crate) fn set_journal_next(&self, next: u64) {
        self.lock().journal_next = next;
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0
            .lock()
            .expect("nothing panics while it holds the numbers")
    }
}

impl Counted {
    fn count(&mut self, appended: &Appended) {
        let users: BTreeSet<UserId> = appended.events.iter().filter_map(|e| e.user).collect();
        for user in users {
            self.population
                .change(user, &appended.before, &appended.after);
        }
        for event in &appended.events {
            self.count_event(event, appended);
        }
    }

    fn count_event(&mut self, event: &Event, appended: &Appended) {
        *self.events.entry(event.fact.type_name()).or_default() += 1;
        match &event.fact {
            Fact::VerificationSucceeded(fact) => {
                self.verification(event, fact.method, "succeeded", appended);
            }
            Fact::VerificationFailed(fact) => {
                self.verification(event, fact.method, fact.failure.as_str(), appended);
            }
            Fact::MethodEnrolled(fact) => {
                *self.enrollments.entry(fact.credential.kind()).or_default() += 1;
            }
            Fact::CodeRequested(fact) => {
                *self.code_requests.entry(fact.kind).or_default() += 1;
            }
            Fact::MessageDelivered(fact) => {
                let how = if fact.confirmed {
                    "confirmed"
                } else {
                    "delivered"
                };
                let key = (Some(fact.channel.clone()), how);
                *self.messages.entry(key).or_default() += 1;
            }
            Fact::MessageFailed(fact) => {
                let key = (fact.channel.clone(), fact.reason.as_str());
                *self.messages.entry(key).or_default() += 1;
            }
            _ => {}
        }
    }

    fn verification(
        &mut self,
        event: &Event,
        method: MethodId,
        result: &'static str,
        appended: &Appended,
    ) {
        let Some(kind) = appended.kind_of(event.user, method) else {
            return;
        };
        let service = self.service(event.actor.service_of_root());
        let key = (kind, service, result);
        *self.verifications.entry(key).or_default() += 1;
    }

    /// What the service is called in the numbers; none where it was not root who asked.
    fn service(&mut self, service: Option<&ServiceName>) -> Arc<str> {
        let Some(service) = service.map(ServiceName::as_str) else {
            return OTHER.into();
        };
        if let Some(known) = self.services.get(service) {
            return Arc::clone(known);
        }
        if self.services.len() == MOST_SERVICES {
            return OTHER.into();
        }
        let service: Arc<str> = service.into();
        self.services.insert(Arc::clone(&service));
        service
    }
}
