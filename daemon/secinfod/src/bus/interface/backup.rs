//! Backup and restore: two methods of the Manager, for root alone.

use super::dict::{Dict, Options};
use super::tree::Daemon;
use crate::bus::{Access, BusError, Call, Method};
use secinfo_ledger::backup::Manifest;
use std::collections::HashMap;
use zbus::{OwnedFd, OwnedVariant};

pub(super) fn methods() -> [Method<Daemon>; 2] {
    [
        Method::new(
            "Backup",
            "Writes the log and the keys of the vault, unencrypted, into a pipe, as they are at this moment.",
            Access::Root,
            ["pipe"],
            ["backup"],
            back_up,
        ),
        Method::new(
            "Restore",
            "Reads from a pipe what Backup has written, on a host where nobody has a method yet, and ends the daemon, to start again with it.",
            Access::Root,
            ["pipe", "options"],
            ["restored"],
            restore,
        ),
    ]
}

async fn back_up(call: Call<Daemon>, (pipe,): (OwnedFd,)) -> Result<(Dict,), BusError> {
    let manifest = call
        .state()
        .service()
        .backups()
        .back_up(pipe.into())
        .await?;
    Ok((manifest_dict(&manifest),))
}

type RestoreArguments = (OwnedFd, HashMap<String, OwnedVariant>);

async fn restore(
    call: Call<Daemon>,
    (pipe, options): RestoreArguments,
) -> Result<(Dict,), BusError> {
    Options::new(options).finish()?;
    let restored = call
        .state()
        .service()
        .backups()
        .restore(pipe.into())
        .await?;
    let mut dict = manifest_dict(&restored.manifest);
    dict.insert("users", restored.users.into());
    dict.insert("restored", restored.time.as_seconds().into());
    Ok((dict,))
}

fn manifest_dict(manifest: &Manifest) -> Dict {
    Dict::from([
        ("origin", manifest.origin.clone().into()),
        ("size", manifest.size.into()),
        ("root", manifest.root.clone().into()),
        ("checkpoint", manifest.checkpoint.clone().into()),
        ("keys", manifest.keys.into()),
        ("time", (manifest.time / 1000).into()),
        ("host", manifest.host.clone().into()),
        ("version", manifest.version.clone().into()),
    ])
}
