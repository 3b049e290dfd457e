//! `secinfo audit verify`: checks that the log was not rewritten.

use super::check::{Check, Finding, Proved, Restore};
use super::events;
use super::export::checkpoint_path;
use crate::client::Client;
use secinfo_domain::event::MAX_EVENT_BYTES;
use secinfo_host::log::{hashes, key_and_checkpoint};
use secinfo_ledger::checkpoint::Checkpoint;
use secinfo_ledger::tree::verify_consistency;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::times::Clock;
use secinfo_wire::AuditProxy;
use serde::Serialize;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

const JSON: &str = r#"JSON: {"verified":true, "events", "users", "root", "origin", "key":"given"|"service", "against", "restores":[{"event", "time", "backup_time", "root"}]}, or {"verified":false, "from_event", "message"} and exit code 6."#;

/// Check that the log was not rewritten
///
/// Reads every event, recomputes the hash tree, and checks that the root is the one that was
/// signed, that the events are numbered without a gap, and that they replay. With --against, also
/// that the log continues an older checkpoint unchanged: that is what finds a log that was
/// rewritten and signed again by a holder of the key.
///
/// Without --key, the key is the one that the service gives. Compare it with one that you noted
/// before.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(super) struct Arguments {
    /// Check an exported log instead of the running service's
    #[arg(long, value_name = "FILE", requires = "key")]
    file: Option<PathBuf>,
    /// The checkpoint of the exported log; by default the file beside it that ends in .checkpoint
    #[arg(long, value_name = "FILE", requires = "file")]
    checkpoint: Option<PathBuf>,
    /// The key that checkpoints are verified with: name+hash+base64
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// A checkpoint that was kept from before
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
}

impl Arguments {
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

#[derive(Serialize)]
struct ProvedJson<'a> {
    verified: bool,
    events: u64,
    users: usize,
    root: String,
    origin: &'a str,
    key: &'a str,
    against: Option<u64>,
    restores: &'a [Restore],
}

#[derive(Serialize)]
struct FindingJson<'a> {
    verified: bool,
    from_event: Option<u64>,
    message: &'a str,
}

/// Checks the log of the running service.
pub(super) async fn run(client: &Client, arguments: &Arguments) -> Result<(), Failure> {
    let audit = client.audit().await?;
    let key = match &arguments.key {
        Some(key) => key.clone(),
        None => audit.verifier_key().await?,
    };
    let mut check = match begin(arguments, &key, &audit.checkpoint().await?)? {
        Ok(check) => check,
        Err(finding) => return fail(&client.screen, &finding),
    };
    let mut finding = None;
    let size = check.size();
    events::read(&audit, 0, Some(size), async |page| {
        finding = page.iter().find_map(|bytes| check.take(bytes).err());
        Ok(if finding.is_some() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })
    .await?;
    match finding.map_or_else(|| check.finish(), Err) {
        Ok(proved) => succeed(&client.screen, arguments, &key, &proved),
        Err(mut finding) => {
            if finding.from_event.is_none() {
                finding.from_event = first_changed(&audit, &check).await?;
            }
            fail(&client.screen, &finding)
        }
    }
}

/// Checks an exported log.
pub(super) fn run_on_file(screen: &Screen, arguments: &Arguments) -> Result<(), Failure> {
    let (Some(file), Some(key)) = (&arguments.file, &arguments.key) else {
        return Err(Failure::Usage(
            "say which file, and the key of its log: --file FILE --key KEY".into(),
        ));
    };
    let note = read_note(
        &arguments
            .checkpoint
            .clone()
            .unwrap_or_else(|| checkpoint_path(file)),
    )?;
    let result = match begin(arguments, key, &note)? {
        Ok(check) => check_file(check, file)?,
        Err(finding) => Err(finding),
    };
    match result {
        Ok(proved) => succeed(screen, arguments, key, &proved),
        Err(finding) => fail(screen, &finding),
    }
}

fn begin(arguments: &Arguments, key: &str, note: &str) -> Result<Result<Check, Finding>, Failure> {
    let (key, checkpoint) = key_and_checkpoint(key, note)?;
    let older: Option<Checkpoint> =
        match &arguments.against {
            Some(path) => {
                let verified = key.verify(&read_note(path)?);
                Some(verified.map_err(|error| {
                    Failure::LogNotVerified(format!("{}: {error}", path.display()))
                })?)
            }
            None => None,
        };
    Ok(Check::new(checkpoint, older))
}

fn read_note(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(Failure::file("read", path))
}

fn check_file(mut check: Check, path: &Path) -> Result<Result<Proved, Finding>, Failure> {
    let failed = Failure::file("read", path);
    let mut reader = BufReader::new(File::open(path).map_err(failed)?);
    let mut line = Vec::new();
    for _ in 0..check.size() {
        line.clear();
        // One byte more than the longest event, so that a file without line ends is not read whole.
        let most = u64::try_from(MAX_EVENT_BYTES)
            .unwrap_or(u64::MAX)
            .saturating_add(2);
        if reader
            .by_ref()
            .take(most)
            .read_until(b'\n', &mut line)
            .map_err(failed)?
            == 0
        {
            break;
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        if let Err(finding) = check.take(&line) {
            return Ok(Err(finding));
        }
    }
    let size = check.size();
    let goes_on = !reader.fill_buf().map_err(failed)?.is_empty();
    Ok(check.finish().and_then(|proved| {
        if goes_on {
            let message = format!("the file goes on after the {size} events that were signed");
            Err(Finding::new(size, message))
        } else {
            Ok(proved)
        }
    }))
}

/// Finds the first event that differs from the signed one, by consistency proofs from the daemon's hash
/// tree to the signed root. `None` if the tree itself does not lead to the root.
async fn first_changed(audit: &AuditProxy<'_>, check: &Check) -> Result<Option<u64>, Failure> {
    let size = check.size();
    let (mut good, mut bad) = (0, size);
    while good + 1 < bad {
        let middle = good + (bad - good) / 2;
        let Ok(proof) = audit.consistency_proof(middle, size).await else {
            return Ok(None);
        };
        let same = verify_consistency(
            &hashes(&proof)?,
            middle,
            check.root_at(middle),
            size,
            check.signed_root(),
        );
        if same.is_ok() {
            good = middle;
        } else {
            bad = middle;
        }
    }
    // Without a single match, the proofs may be as wrong as the events.
    Ok((good > 0).then_some(good))
}

fn succeed(
    screen: &Screen,
    arguments: &Arguments,
    key: &str,
    proved: &Proved,
) -> Result<(), Failure> {
    let given = arguments.key.is_some();
    screen.json(&ProvedJson {
        verified: true,
        events: proved.events,
        users: proved.users,
        root: proved.root.to_string(),
        origin: &proved.origin,
        key: if given { "given" } else { "service" },
        against: proved.older,
        restores: &proved.restores,
    })?;
    screen.paragraph(&format!("The log {} verifies.", proved.origin))?;
    let (events, users) = (proved.events, proved.users);
    screen.paragraph(&format!(
        "- All {events} events are those that the checkpoint was signed for."
    ))?;
    screen.paragraph("- They are numbered without a gap.")?;
    let who = if users == 1 {
        "1 user".to_owned()
    } else {
        format!("{users} users")
    };
    screen.paragraph(&format!("- They replay, to the security info of {who}."))?;
    let clock = Clock::of_process();
    for restore in &proved.restores {
        screen.paragraph(&format!(
            "- It was restored on {}, with event {}, from the backup of {}: the checkpoint of {} events with the root {}. What happened on the former host after that backup is not in it.",
            clock.stamp(restore.time),
            restore.event,
            clock.stamp(restore.backup_time),
            restore.event,
            restore.root
        ))?;
    }
    match proved.older {
        Some(older) => screen.paragraph(&format!("- The first {older} are those of the older checkpoint."))?,
        None => screen.paragraph(
            "Not checked: that the log continues an older checkpoint. Keep this one for that: secinfo audit checkpoint > FILE",
        )?,
    }
    if given {
        return Ok(());
    }
    screen.paragraph(
        "The key came from the service itself; compare it with one that you noted before:",
    )?;
    screen.say(&format!("{key}\n"))
}

fn fail(screen: &Screen, finding: &Finding) -> Result<(), Failure> {
    screen.json(&FindingJson {
        verified: false,
        from_event: finding.from_event,
        message: &finding.message,
    })?;
    let from = match finding.from_event {
        Some(event) => format!(
            "everything before event {event} was not found to be wrong, nothing from it on can be trusted"
        ),
        None => "from which event on cannot be told, so none can be trusted".to_owned(),
    };
    Err(Failure::LogNotVerified(format!(
        "the log does not verify: {}; {from}; keep the file as evidence and compare it with a backup",
        finding.message
    )))
}
