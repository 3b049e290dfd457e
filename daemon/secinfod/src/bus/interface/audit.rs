//! `org.secinfo.SecurityInfo1.Audit`: reading the log, and proofs that it was not rewritten.

use super::tree::Daemon;
use super::{READ_LOG, READ_USERS};
use crate::bus::rows::methods;
use crate::bus::{Access, BusError, Call, Interface, Signal};
use secinfo_domain::UserId;
use secinfo_ledger::LedgerError;
use secinfo_wire::names::interface::AUDIT;
use secinfo_wire::{Reason, UserNames};

/// The most bytes of events in one answer.
const MOST_BYTES: usize = 1 << 20;

/// The most user ids that are looked up at once.
const MOST_NAMES: usize = 1000;

pub(super) fn interface() -> Interface<Daemon> {
    let read = Access::Administrator(READ_LOG);
    Interface {
        name: AUDIT,
        doc: "The log, its checkpoints, and proofs about them.",
        methods: methods! {
            /// Events from this number on, in exactly the bytes that are hashed, at most 1 MiB;
            /// next is where to go on.
            "Read"(from, limit) -> (next, events) for read => read_events;
            /// A signed checkpoint of the log as it is on disk.
            "Checkpoint"() -> (note) for Access::Anyone => checkpoint;
            /// The key that checkpoints are verified with.
            "VerifierKey"() -> (key) for Access::Anyone => verifier_key;
            /// The hashes that prove that an event is in the log of this size (RFC 6962 section
            /// 2.1.1).
            "InclusionProof"(index, size) -> (hashes) for read => inclusion_proof;
            /// The hashes that prove that one log is the beginning of another (RFC 6962 section
            /// 2.1.2).
            "ConsistencyProof"(old_size, new_size) -> (hashes) for read => consistency_proof;
            /// Uid and name of each of these user ids, as far as they can still be read.
            "Names"(users) -> (names) for Access::Administrator(READ_USERS) => names;
            /// Asks for the signal Appended.
            "Subscribe"() -> () for read => subscribe;
            /// Cancels that.
            "Unsubscribe"() -> () for read => unsubscribe;
        },
        properties: vec![],
        signals: vec![Signal::new::<1, (u64,)>(
            "Appended",
            "The log has grown to this size. Sent only to connections that have asked for it.",
            ["size"],
        )],
    }
}

async fn read_events(
    call: Call<Daemon>,
    (from, limit): (u64, u32),
) -> Result<(u64, Vec<Vec<u8>>), BusError> {
    let reader = call.service().core().reader();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let events = reader.log.read(from, limit, MOST_BYTES).map_err(failed)?;
    let next = events.last().map_or(from, |(seq, _)| seq + 1);
    Ok((next, events.into_iter().map(|(_, bytes)| bytes).collect()))
}

async fn checkpoint(call: Call<Daemon>, (): ()) -> Result<(String,), BusError> {
    Ok((call.service().checkpoint().map_err(failed)?,))
}

async fn verifier_key(call: Call<Daemon>, (): ()) -> Result<(String,), BusError> {
    Ok((call
        .service()
        .core()
        .reader()
        .proofs
        .verifier_key()
        .to_string(),))
}

async fn inclusion_proof(
    call: Call<Daemon>,
    (index, size): (u64, u64),
) -> Result<(Vec<Vec<u8>>,), BusError> {
    let proof = call
        .service()
        .core()
        .reader()
        .proofs
        .inclusion_proof(index, size)
        .map_err(failed)?;
    Ok((proof.iter().map(|hash| hash.as_bytes().to_vec()).collect(),))
}

async fn consistency_proof(
    call: Call<Daemon>,
    (old, new): (u64, u64),
) -> Result<(Vec<Vec<u8>>,), BusError> {
    let proof = call
        .service()
        .core()
        .reader()
        .proofs
        .consistency_proof(old, new)
        .map_err(failed)?;
    Ok((proof.iter().map(|hash| hash.as_bytes().to_vec()).collect(),))
}

async fn names(call: Call<Daemon>, (users,): (Vec<String>,)) -> Result<(UserNames,), BusError> {
    if users.len() > MOST_NAMES {
        return Err(BusError::limits_exceeded(format!(
            "Ask for at most {MOST_NAMES} names at once."
        )));
    }
    let service = call.service();
    let known = users.into_iter().filter_map(|text| {
        let id: UserId = text.parse().ok()?;
        let account = service.core().account_of(id)?;
        Some((text, (account.uid, account.name.as_str().to_owned())))
    });
    Ok((known.collect(),))
}

async fn subscribe(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    call.state().audit(call.caller().unique_name(), true);
    if call.caller().is_gone() {
        call.state().audit(call.caller().unique_name(), false);
    }
    Ok(())
}

async fn unsubscribe(call: Call<Daemon>, (): ()) -> Result<(), BusError> {
    call.state().audit(call.caller().unique_name(), false);
    Ok(())
}

fn failed(error: LedgerError) -> BusError {
    match error {
        LedgerError::Tree(error) => BusError::invalid_argument(format!("{error}.")),
        error => {
            tracing::error!(%error, "the log could not be read");
            BusError::typed(
                Reason::StorageUnavailable,
                "The log cannot be read at the moment: ask an administrator to look at the daemon.",
            )
        }
    }
}
