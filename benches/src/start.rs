//! Starting on a long log, and the memory that a daemon takes.

use crate::failure::{Context, Failure, Result};
use crate::host::BenchHost;
use crate::log;
use crate::many_users::ManyUsersLog;
use crate::measure::{Resident, median};
use crate::replay::remove_snapshot;
use crate::report::{self, Bar, Row, progress};
use secinfo_domain::State;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often the daemon is started either way.
const STARTS: usize = 3;

/// How long a daemon is left alone before its memory is looked at: longer than it waits before it
/// does what can be done later.
const REST: Duration = Duration::from_secs(7);

/// Starts the daemon with and without a snapshot in turn; it is left running, with one.
pub(crate) async fn measure(
    host: &mut BenchHost,
    crowd: &ManyUsersLog,
    program: &Path,
) -> Result<Vec<Row>> {
    let events = crowd.events;
    progress(&format!("start: {events} events in the log"));
    crowd.copy_snapshot_to(&host.state())?;
    let parts = Parts::of(&host.state())?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        remove_snapshot(&host.state())?;
        without.push(host.start_daemon(program).await?.as_secs_f64());
        host.stop_daemon()?;
        crowd.copy_snapshot_to(&host.state())?;
        with.push(host.start_daemon(program).await?.as_secs_f64());
        host.stop_daemon()?;
    }
    crowd.copy_snapshot_to(&host.state())?;
    with.push(host.start_daemon(program).await?.as_secs_f64());
    let name = |how| format!("start with {events} events, {how} snapshot");
    Ok(vec![
        Row::new(name("with a"), "s", median(with))
            .bar(Bar::AtMost(0.3))
            .part("opening the ledger", parts.open, "s")
            .part("reading and unsealing the snapshot", parts.unseal, "s")
            .part("decoding it into the state", parts.decode, "s")
            .part("the snapshot's size", parts.size, "MB")
            .part("memory of the open ledger", parts.ledger_memory, "MB")
            .part("memory of the state", parts.state_memory, "MB"),
        Row::new(name("without a"), "s", median(without)),
    ])
}

/// What a start does, one after the other.
#[derive(Serialize, Deserialize)]
struct Parts {
    open: f64,
    unseal: f64,
    decode: f64,
    size: f64,
    ledger_memory: f64,
    state_memory: f64,
}

/// Prints what a start does with the ledger in this directory, for [`Parts::of`].
pub(crate) fn print_parts(state: &Path) -> Result<()> {
    let parts = serde_json::to_string(&Parts::take(state)?).context(|| "write JSON".into())?;
    report::print_answer(&parts);
    Ok(())
}

impl Parts {
    /// Takes the parts in a process of their own: in one that has done other things, memory that
    /// is free already would be used again.
    fn of(state: &Path) -> Result<Self> {
        let program = std::env::current_exe().context(|| "find this program".into())?;
        let output = Command::new(program)
            .arg("--parts-of")
            .arg(state)
            .stderr(Stdio::inherit())
            .output()
            .context(|| "start this program again".into())?;
        serde_json::from_slice(&output.stdout).context(|| "take a start apart".into())
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn take(state: &Path) -> Result<Self> {
        let at_first = Resident::of("self")?.now;
        let begun = Instant::now();
        let ledger = log::open(state)?;
        let open = begun.elapsed().as_secs_f64();
        let with_ledger = Resident::of("self")?.now;
        let begun = Instant::now();
        let snapshot = ledger.reader().snapshot.read();
        let unseal = begun.elapsed().as_secs_f64();
        let (_, bytes) =
            snapshot.ok_or_else(|| Failure::Wrong("the snapshot does not open".into()))?;
        let begun = Instant::now();
        let decoded: State =
            postcard::from_bytes(&bytes).context(|| "decode the snapshot".into())?;
        let decode = begun.elapsed().as_secs_f64();
        let size = bytes.len() as f64 / 1e6;
        drop(bytes);
        let with_state = Resident::of("self")?.now;
        drop(decoded);
        Ok(Self {
            open,
            unseal,
            decode,
            size,
            ledger_memory: (with_ledger - at_first) / 1e6,
            state_memory: (with_state - with_ledger) / 1e6,
        })
    }
}

/// The memory of two daemons at rest.
pub(crate) struct IdleMemory {
    few: Resident,
    many: Resident,
}

impl IdleMemory {
    /// Lets both daemons come to rest.
    pub(crate) async fn take(few: &BenchHost, many: &BenchHost) -> Result<Self> {
        progress("memory: waiting for the daemons to be at rest");
        for _ in 0..100 {
            few.ping().await?;
            many.ping().await?;
        }
        tokio::time::sleep(REST).await;
        Ok(Self {
            few: few.resident()?,
            many: many.resident()?,
        })
    }

    fn for_each(&self, users: u32) -> f64 {
        (self.many.now - self.few.now) / f64::from(users - 1)
    }
}

/// The memory of a daemon with one user and of one with so many: just started, and after they
/// have worked.
pub(crate) fn memory(started: &IdleMemory, worked: &IdleMemory, users: u32) -> Vec<Row> {
    const MB: f64 = 1e6;
    vec![
        Row::new("memory, idle with 1 user", "MB", started.few.now / MB)
            .bar(Bar::AtMost(20.0))
            .part("of it pages of files", started.few.files / MB, "MB")
            .part("after verifications", worked.few.now / MB, "MB")
            .part("at the most", worked.few.most / MB, "MB"),
        Row::new(
            "memory for each further user",
            "bytes",
            started.for_each(users),
        )
        .bar(Bar::AtMost(1024.0))
        .part(
            format!("all of it, {users} users"),
            started.many.now / MB,
            "MB",
        )
        .part(
            "for each, after verifications",
            worked.for_each(users),
            "bytes",
        )
        .part("all of it, after verifications", worked.many.now / MB, "MB")
        .part("all of it, at the most", worked.many.most / MB, "MB"),
    ]
}
