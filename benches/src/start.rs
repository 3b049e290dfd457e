//! Starting on a long log, and the memory that a daemon takes.

use crate::crowd::Crowd;
use crate::failure::{Context, Failure, Result};
use crate::host::{Host, Resident};
use crate::log;
use crate::measure::median;
use crate::replay::remove_snapshot;
use crate::report::{Bar, Row, progress};
use secinfo_domain::State;
use std::path::Path;
use std::time::{Duration, Instant};

/// How often the daemon is started either way.
const STARTS: usize = 3;

/// How long a daemon is left alone before its memory is looked at: longer than it waits before it
/// does what can be done later.
const REST: Duration = Duration::from_secs(7);

/// Starts the daemon with and without a snapshot in turn; it is left running, with one.
pub(crate) async fn measure(host: &mut Host, crowd: &Crowd, program: &Path) -> Result<Vec<Row>> {
    let events = crowd.events;
    progress(&format!("start: {events} events in the log"));
    crowd.copy_snapshot_to(&host.state())?;
    let parts = Parts::take(&host.state())?;
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
            .bar(Bar::AtMost(1.0))
            .part("opening the ledger", parts.open, "s")
            .part("reading and unsealing the snapshot", parts.unseal, "s")
            .part("decoding it into the state", parts.decode, "s")
            .part("the snapshot's size", parts.size, "MB"),
        Row::new(name("without a"), "s", median(without)),
    ])
}

/// What a start does, one after the other, in this process.
struct Parts {
    open: f64,
    unseal: f64,
    decode: f64,
    size: f64,
}

impl Parts {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn take(state: &Path) -> Result<Self> {
        let begun = Instant::now();
        let ledger = log::open(state)?;
        let open = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let snapshot = ledger.reader().read_snapshot();
        let unseal = begun.elapsed().as_secs_f64();
        let (_, bytes) =
            snapshot.ok_or_else(|| Failure::Wrong("the snapshot does not open".into()))?;
        let begun = Instant::now();
        let decoded: State =
            postcard::from_bytes(&bytes).context(|| "decode the snapshot".into())?;
        let decode = begun.elapsed().as_secs_f64();
        drop(decoded);
        let size = bytes.len() as f64 / 1e6;
        Ok(Self {
            open,
            unseal,
            decode,
            size,
        })
    }
}

/// The memory of two daemons at rest.
pub(crate) struct AtRest {
    few: Resident,
    many: Resident,
}

impl AtRest {
    /// Lets both daemons come to rest.
    pub(crate) async fn take(few: &Host, many: &Host) -> Result<Self> {
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
pub(crate) fn memory(started: &AtRest, worked: &AtRest, users: u32) -> Vec<Row> {
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
