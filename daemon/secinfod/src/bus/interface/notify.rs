//! Telling clients what has changed, each only what they may read themselves.

use super::tree::{Daemon, method_path, user_path};
use crate::bus::{BusError, Emitter};
use crate::service::Appended;
use secinfo_domain::state::{Method, UserState};
use secinfo_domain::{MethodId, Purpose, State, UserId};
use secinfo_wire::names::ROOT_PATH;
use secinfo_wire::names::interface::{AUDIT, METHOD, USER};
use secinfo_wire::{MethodProperties, UserProperties};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Instant, timeout_at};
use zbus::names::OwnedUniqueName;

/// How long after some news the next are told: a flood of changes makes ten signals a second of a property.
const PAUSE: Duration = Duration::from_millis(100);

/// Listens to what is appended and sends signals, until the service is gone.
pub async fn notify(daemon: Arc<Daemon>, emitter: Emitter<Daemon>) {
    let mut appended = daemon.service().core().subscribe();
    let mut next_at = Instant::now();
    while let Some(first) = next(&mut appended).await {
        let mut news = News::of(&first);
        drop(first);
        while Instant::now() < next_at {
            match timeout_at(next_at, next(&mut appended)).await {
                Ok(Some(further)) => news.add(&further),
                Ok(None) | Err(_) => break,
            }
        }
        if let Err(error) = tell(&daemon, &emitter, &news).await {
            tracing::warn!(%error, "a signal could not be sent");
        }
        next_at = Instant::now() + PAUSE;
    }
}

/// The next commit; none when the service is gone.
async fn next(appended: &mut broadcast::Receiver<Arc<Appended>>) -> Option<Arc<Appended>> {
    loop {
        match appended.recv().await {
            Ok(commit) => return Some(commit),
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "commits went by without their signals");
            }
            Err(RecvError::Closed) => return None,
        }
    }
}

/// What commits have changed, one or several after each other.
struct News {
    before: Arc<State>,
    users: BTreeSet<UserId>,
    after: Arc<State>,
}

impl News {
    fn of(commit: &Appended) -> Self {
        let mut news = Self {
            before: Arc::clone(&commit.before),
            users: BTreeSet::new(),
            after: Arc::clone(&commit.after),
        };
        news.add(commit);
        news
    }

    fn add(&mut self, commit: &Appended) {
        let users = commit.events.iter().filter_map(|event| event.user);
        self.users.extend(users);
        self.after = Arc::clone(&commit.after);
    }

    fn policy_changed(&self) -> bool {
        !std::ptr::eq(self.before.policy(), self.after.policy())
    }
}

/// The properties of a user that follow from policy and the user's methods.
const BY_POLICY: [&str; 3] = [
    UserProperties::STILL_REQUIRED,
    UserProperties::GRACE_ENDS,
    UserProperties::LACKING_FOR_RESET,
];

/// What became of the security info of one user.
#[derive(Default)]
struct Changes {
    added: Vec<MethodId>,
    removed: Vec<MethodId>,
    /// The properties of methods that are not as they were.
    methods: Vec<(MethodId, Vec<&'static str>)>,
    /// The properties of the user that are not as they were.
    user: Vec<&'static str>,
}

async fn tell(daemon: &Daemon, emitter: &Emitter<Daemon>, news: &News) -> Result<(), BusError> {
    let auditors = daemon.auditors();
    if !auditors.is_empty() {
        emitter
            .signal(
                &auditors,
                ROOT_PATH,
                AUDIT,
                "Appended",
                &(news.after.events(),),
            )
            .await?;
    }
    for user in &news.users {
        let changes = Changes::between(&news.before, &news.after, *user);
        if changes.is_none() {
            continue;
        }
        let Some(account) = daemon.service().core().account_of(*user) else {
            continue;
        };
        let to = emitter.connections_of(account.uid);
        if !to.is_empty() {
            tell_of_user(emitter, &to, account.uid, &changes).await?;
        }
    }
    if news.policy_changed() {
        tell_of_policy(daemon, emitter).await?;
    }
    Ok(())
}

/// Another policy may ask for more of users who have done nothing.
async fn tell_of_policy(daemon: &Daemon, emitter: &Emitter<Daemon>) -> Result<(), BusError> {
    let core = daemon.service().core();
    for uid in emitter.connected_users() {
        let Ok(person) = core.person(uid) else {
            continue;
        };
        let state = core.state();
        let methods = state.user(person.id).map(UserState::methods);
        let methods = methods.unwrap_or_default().iter();
        let changes = Changes {
            methods: methods
                .map(|method| {
                    (
                        method.id(),
                        vec![MethodProperties::IS_ALLOWED, MethodProperties::CONFIRM_DUE],
                    )
                })
                .collect(),
            user: BY_POLICY.to_vec(),
            ..Changes::default()
        };
        tell_of_user(emitter, &emitter.connections_of(uid), uid, &changes).await?;
    }
    Ok(())
}

async fn tell_of_user(
    emitter: &Emitter<Daemon>,
    to: &[OwnedUniqueName],
    uid: u32,
    changes: &Changes,
) -> Result<(), BusError> {
    for method in &changes.added {
        let path = method_path(uid, *method);
        emitter
            .interfaces_added(to, ROOT_PATH, path.as_str())
            .await?;
    }
    for method in &changes.removed {
        let path = method_path(uid, *method);
        emitter
            .interfaces_removed(to, ROOT_PATH, path.as_str(), &[METHOD])
            .await?;
    }
    for (method, names) in &changes.methods {
        let path = method_path(uid, *method);
        emitter
            .properties_changed(to, path.as_str(), METHOD, names)
            .await?;
    }
    if changes.user.is_empty() {
        return Ok(());
    }
    let path = user_path(uid);
    emitter
        .properties_changed(to, path.as_str(), USER, &changes.user)
        .await
}

impl Changes {
    /// What differs, and nothing else: reading what did not change for every sign-in would cost
    /// more than the sign-in.
    fn between(before: &State, after: &State, user: UserId) -> Self {
        let Some(now) = after.user(user) else {
            return Self::default();
        };
        let former = before.user(user);
        let was = |id| former.and_then(|former| former.method(id));
        let mut changes = Self::default();
        for method in now.methods() {
            match was(method.id()) {
                None => changes.added.push(method.id()),
                Some(former_method) => {
                    let is_default = |user: &UserState| is_default(user, method.id());
                    let mut names = of_method(former_method, method);
                    if former.is_some_and(is_default) != is_default(now) {
                        names.push(MethodProperties::IS_DEFAULT);
                    }
                    if !names.is_empty() {
                        changes.methods.push((method.id(), names));
                    }
                }
            }
        }
        let methods_before = former.map(UserState::methods).unwrap_or_default();
        let gone = methods_before.iter().map(Method::id);
        changes.removed = gone.filter(|id| now.method(*id).is_none()).collect();
        changes.user = of_user(former, now, after);
        changes
    }

    fn is_none(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.methods.is_empty()
            && self.user.is_empty()
    }
}

fn is_default(user: &UserState, method: MethodId) -> bool {
    user.default_method().map(Method::id) == Some(method)
}

fn of_method(before: &Method, after: &Method) -> Vec<&'static str> {
    let mut names = Vec::new();
    if before.sealed() != after.sealed() {
        names.extend([MethodProperties::LABEL, MethodProperties::HINT]);
    }
    if before.last_used() != after.last_used() {
        names.extend([MethodProperties::LAST_USED, MethodProperties::CONFIRM_DUE]);
    }
    if before.throttles() != after.throttles() {
        names.push(MethodProperties::LOCKED_UNTIL);
    }
    if before.deletion_due() != after.deletion_due() {
        names.push(MethodProperties::DELETION_DUE);
    }
    if before.remaining() != after.remaining() {
        names.push(MethodProperties::REMAINING);
    }
    if before.may_be_copied() != after.may_be_copied() {
        names.push(MethodProperties::MAY_BE_COPIED);
    }
    names
}

fn of_user(before: Option<&UserState>, after: &UserState, state: &State) -> Vec<&'static str> {
    let mut names = Vec::new();
    let default = |user: &UserState| user.default_method().map(Method::id);
    if before.and_then(default) != default(after) {
        names.push(UserProperties::DEFAULT_METHOD);
    }
    let methods = |user: &UserState| -> Vec<_> {
        let methods = user.methods().iter();
        methods.map(|m| (m.id(), m.deletion_due())).collect()
    };
    if before.map(methods).unwrap_or_default() != methods(after) {
        names.push(UserProperties::METHODS);
        names.extend(BY_POLICY);
    }
    let rules = &state.policy().rules.throttle;
    let waits = |user: &UserState| user.longest_wait(rules, state.latest());
    if before.and_then(waits) != waits(after) {
        names.push(UserProperties::LOCKED_UNTIL);
    }
    if before.and_then(UserState::account_locked) != after.account_locked() {
        names.push(UserProperties::ACCOUNT_LOCKED);
    }
    let paused = |user: &UserState| {
        let approvals = user.approvals();
        approvals.paused_until(Purpose::SignIn, state.latest())
    };
    if before.and_then(paused) != paused(after) {
        names.push(UserProperties::PUSH_PAUSED_UNTIL);
    }
    // Whose proofs they are is each session's own: it is told to read anew.
    if before.map(UserState::proofs).unwrap_or_default() != after.proofs() {
        names.push(UserProperties::FRESH_PROOF_UNTIL);
    }
    names
}
