//! Opening a ledger: what is in the directory, whether it belongs together, and how far the log
//! has come.

use crate::checkpoint::Origin;
use crate::error::LedgerError;
use crate::faults::WritePoint;
use crate::files::sync_directory;
use crate::last_known::{HEAD_FILE, KnownSize, LastKnown};
use crate::log::{Batch, Changes, EventLog, FORMAT, META_FORMAT, expect_format, letter};
use crate::site::Site;
use crate::snapshot::SNAPSHOT_FILE;
use crate::tiles::{StoredTiles, Tree};
use crate::tree::root_at;
use crate::vault::{ROOT_FILE, Root, Vault, in_force, random};
use std::sync::Arc;

/// The log's origin.
const META_ORIGIN: &[u8] = &[letter::META, b'o'];

const RESTORE: &str = "keep this directory as it is, and restore the whole of it from a backup";

/// A ledger that was opened and found whole.
pub(crate) struct Opened {
    pub(crate) origin: Origin,
    pub(crate) root: Root,
    pub(crate) tree: Tree,
    pub(crate) last_known: LastKnown,
}

/// Opens the ledger, or makes one if the directory has nothing of one.
pub(crate) fn open(site: &Site) -> Result<(Arc<dyn EventLog>, Opened), LedgerError> {
    let engine = &site.options.engine;
    let present = |name: &str| site.directory.join(name).symlink_metadata().is_ok();
    let root = match Root::load(site)? {
        Some(root) => root,
        None if engine.was_begun(&site.directory) => {
            return Err(damaged(format!(
                "the log is there, but its vault's root file {ROOT_FILE} is missing"
            )));
        }
        None if present(HEAD_FILE) || present(SNAPSHOT_FILE) => {
            return Err(damaged(format!(
                "the log and the vault's root file {ROOT_FILE} are missing where a ledger has been"
            )));
        }
        None => {
            let mut log_id = [0; 16];
            random(&mut log_id)?;
            let host = &site.options.host;
            let origin = Origin::new(host, &data_encoding::HEXLOWER.encode(&log_id))?;
            let root = Root::generate(origin.as_str().to_owned())?;
            root.store(site, WritePoint::RootCreate)?;
            root
        }
    };
    if root.complete && !engine.has_log(&site.directory) {
        return Err(damaged("the log is missing or empty".to_owned()));
    }
    let log = engine.open(&site.directory, &site.options)?;
    let root = if root.complete {
        root
    } else {
        complete(site, root, &*log)?
    };
    let opened = check(site, root, &*log)?;
    Ok((log, opened))
}

/// Checks a ledger whose log was opened again.
pub(crate) fn reopen(site: &Site, log: &dyn EventLog) -> Result<Opened, LedgerError> {
    let root = Root::load(site)?.ok_or_else(|| {
        damaged(format!(
            "the vault's root file {ROOT_FILE} is missing beside its log"
        ))
    })?;
    check(site, root, log)
}

/// Begins the log that belongs to a root file just made, or goes on where that was interrupted.
/// Nothing has been acknowledged before the root file says that it is complete.
fn complete(site: &Site, mut root: Root, log: &dyn EventLog) -> Result<Root, LedgerError> {
    if log.record(META_FORMAT)?.is_none() {
        let mut changes = Changes::default();
        changes.put(META_FORMAT, FORMAT);
        changes.put(META_ORIGIN, root.origin.as_bytes());
        Vault::create(&root, &mut changes)?;
        let batch = Batch {
            events: &[],
            changes,
            destroys: false,
        };
        log.append(0, &batch)?.acknowledged(0)?;
    }
    sync_directory(&site.directory, &site.options.faults)?;
    root.complete = true;
    root.store(site, WritePoint::RootComplete)?;
    Ok(root)
}

fn check(site: &Site, mut root: Root, log: &dyn EventLog) -> Result<Opened, LedgerError> {
    let origin: Origin = root.origin.parse()?;
    check_identity(log, &root)?;
    settle_root_key(site, &mut root, log)?;
    let tree = Tree::load(log)?;
    let (last_known, known) = LastKnown::open(&site.directory, &site.options.faults)?;
    if let Some(known) = known {
        check_continues(log, &tree, known)?;
    }
    Ok(Opened {
        origin,
        root,
        tree,
        last_known,
    })
}

fn check_identity(log: &dyn EventLog, root: &Root) -> Result<(), LedgerError> {
    match log.record(META_FORMAT)? {
        None => return Err(damaged("the log has lost all its content".to_owned())),
        Some(format) => expect_format(&format)?,
    }
    if log
        .record(META_ORIGIN)?
        .is_none_or(|origin| origin != root.origin.as_bytes())
    {
        return Err(damaged(format!(
            "the vault's root file {ROOT_FILE} belongs to another log"
        )));
    }
    Ok(())
}

/// Ends a destruction of keys that was interrupted: the log says whether it happened.
fn settle_root_key(site: &Site, root: &mut Root, log: &dyn EventLog) -> Result<(), LedgerError> {
    let in_force = in_force(root, log)?;
    if root.keys.len() > 1 {
        root.keys = vec![root.keys.swap_remove(in_force)];
        root.store(site, WritePoint::RootFinish)?;
    }
    Ok(())
}

/// Checks that the log has all that was there before.
pub(crate) fn check_continues(
    log: &dyn EventLog,
    tree: &Tree,
    known: KnownSize,
) -> Result<(), LedgerError> {
    let size = tree.tiles.size();
    if size < known.size {
        return Err(LedgerError::Damaged {
            what: format!(
                "{} events were acknowledged and {size} are there",
                known.size
            ),
            from_event: Some(size),
            remedy: "keep a copy of this directory, and restore it from a backup; to go on without the lost events, \
                     remove the file `head` in it",
        });
    }
    let (anchor, root) = known.anchor;
    if root_at(&StoredTiles { tree, log }, anchor)? != root {
        return Err(LedgerError::damaged_log(
            format!("the first {anchor} events are not those that were acknowledged"),
            None,
        ));
    }
    Ok(())
}

fn damaged(what: String) -> LedgerError {
    LedgerError::Damaged {
        what,
        from_event: None,
        remedy: RESTORE,
    }
}
