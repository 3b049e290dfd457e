//! `org.secinfo.SecurityInfo1.Backups`: backup and restore, for root alone.

use super::tree::Daemon;
use crate::bus::rows::methods;
use crate::bus::{Access, BusError, Call, Interface};
use secinfo_wire::names::interface::BACKUPS;
use secinfo_wire::{BackedUp, Dictionary, RestoreOptions, Restored};
use zbus::OwnedFd;

pub(super) fn interface() -> Interface<Daemon> {
    Interface {
        name: BACKUPS,
        doc: "Backup and restore of the log and the keys of the vault.",
        methods: methods! {
            /// Writes the log and the keys of the vault, unencrypted, into a pipe, as they are at
            /// this moment.
            "Backup"(pipe) -> (backup) for Access::Root => back_up;
            /// Reads from a pipe what Backup has written, on a host where no user has a method yet,
            /// and ends the daemon, to start again with it.
            "Restore"(pipe, options) -> (restored) for Access::Root => restore;
        },
        properties: vec![],
        signals: vec![],
    }
}

async fn back_up(call: Call<Daemon>, (pipe,): (OwnedFd,)) -> Result<(BackedUp,), BusError> {
    let manifest = call.service().backups().back_up(pipe.into()).await?;
    Ok((BackedUp {
        origin: manifest.origin,
        size: manifest.size,
        root: manifest.root,
        checkpoint: manifest.checkpoint,
        keys: manifest.keys,
        time: manifest.time / 1000,
        host: manifest.host,
        version: manifest.version,
    },))
}

async fn restore(
    call: Call<Daemon>,
    (pipe, options): (OwnedFd, Dictionary),
) -> Result<(Restored,), BusError> {
    let RestoreOptions {} = options.try_into()?;
    let restored = call.service().backups().restore(pipe.into()).await?;
    let manifest = restored.manifest;
    Ok((Restored {
        origin: manifest.origin,
        size: manifest.size,
        root: manifest.root,
        checkpoint: manifest.checkpoint,
        keys: manifest.keys,
        time: manifest.time / 1000,
        host: manifest.host,
        version: manifest.version,
        users: restored.users,
        restored: restored.time.as_seconds(),
    },))
}
