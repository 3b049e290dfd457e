//! Telling clients what has changed, each only what they may read themselves.

use super::tree::{Daemon, ROOT, method_path, user_path};
use super::{audit, method, user};
use crate::bus::{BusError, Emitter};
use crate::service::{Appended, Service};
use secinfo_domain::event::Fact;
use secinfo_domain::{Event, MethodId, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;
use zbus::names::OwnedUniqueName;

/// Listens to what is appended and sends signals, until the service is gone.
pub async fn notify(daemon: Arc<Daemon>, emitter: Emitter<Daemon>) {
    let mut news = daemon.service().subscribe();
    loop {
        match news.recv().await {
            Ok(appended) => {
                if let Err(error) = tell(&daemon, &emitter, &appended).await {
                    tracing::warn!(%error, "a signal could not be sent");
                }
            }
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "commits went by without their signals");
            }
            Err(RecvError::Closed) => return,
        }
    }
}

/// What became of the methods of one user.
#[derive(Default)]
struct Changes {
    added: BTreeSet<MethodId>,
    removed: BTreeSet<MethodId>,
    touched: BTreeSet<MethodId>,
}

async fn tell(
    daemon: &Daemon,
    emitter: &Emitter<Daemon>,
    appended: &Appended,
) -> Result<(), BusError> {
    let auditors = daemon.auditors();
    if !auditors.is_empty() {
        emitter
            .signal(
                &auditors,
                ROOT,
                audit::NAME,
                "Appended",
                &(appended.after.events(),),
            )
            .await?;
    }
    for (user, changes) in changes(&appended.events) {
        let Some(uid) = uid_of(daemon.service(), user) else {
            continue;
        };
        let to = emitter.connections_of(uid);
        if !to.is_empty() {
            tell_of_user(emitter, &to, uid, &changes).await?;
        }
    }
    Ok(())
}

fn uid_of(service: &Service, user: UserId) -> Option<u32> {
    service.account_of(user).map(|account| account.uid)
}

async fn tell_of_user(
    emitter: &Emitter<Daemon>,
    to: &[OwnedUniqueName],
    uid: u32,
    changes: &Changes,
) -> Result<(), BusError> {
    for method in changes.added.difference(&changes.removed) {
        emitter
            .interfaces_added(to, ROOT, method_path(uid, *method).as_str())
            .await?;
    }
    for method in changes.removed.difference(&changes.added) {
        emitter
            .interfaces_removed(
                to,
                ROOT,
                method_path(uid, *method).as_str(),
                &[method::NAME],
            )
            .await?;
    }
    for method in changes
        .touched
        .iter()
        .filter(|method| !changes.removed.contains(method))
    {
        let names = [
            "Label",
            "Hint",
            "LastUsed",
            "LockedUntil",
            "DeletionDue",
            "IsDefault",
            "Remaining",
        ];
        emitter
            .properties_changed(to, method_path(uid, *method).as_str(), method::NAME, &names)
            .await?;
    }
    let names = [
        "DefaultMethod",
        "Methods",
        "StillRequired",
        "GraceEnds",
        "LockedUntil",
    ];
    emitter
        .properties_changed(to, user_path(uid).as_str(), user::NAME, &names)
        .await
}

fn changes(events: &[Event]) -> BTreeMap<UserId, Changes> {
    let mut all: BTreeMap<UserId, Changes> = BTreeMap::new();
    for event in events {
        let Some(user) = event.user else { continue };
        let changes = all.entry(user).or_default();
        match &event.fact {
            Fact::MethodEnrolled(fact) => changes.added.insert(fact.method),
            Fact::RecoveryCodesIssued(fact) => changes.added.insert(fact.method),
            Fact::AccessPassIssued(fact) => changes.added.insert(fact.method),
            Fact::MethodDeleted(fact) => changes.removed.insert(fact.method),
            Fact::MethodRenamed(fact) => changes.touched.insert(fact.method),
            Fact::DeletionScheduled(fact) => changes.touched.insert(fact.method),
            Fact::DeletionCancelled(fact) => changes.touched.insert(fact.method),
            Fact::VerificationSucceeded(fact) => changes.touched.insert(fact.method),
            Fact::VerificationFailed(fact) => changes.touched.insert(fact.method),
            Fact::Locked(fact) => changes.touched.insert(fact.method),
            Fact::TokenResynchronized(fact) => changes.touched.insert(fact.method),
            Fact::DefaultChanged(fact) => fact
                .method
                .is_some_and(|method| changes.touched.insert(method)),
            _ => false,
        };
    }
    all
}
