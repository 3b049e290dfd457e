//! Verification over the bus, as PAM does it: one call, one code, one event on disk before the reply.

use crate::failure::{Failure, Result};
use crate::host::{BenchHost, ROOT_PATH, call, content};
use crate::log::Known;
use crate::measure::{BareWrites, median, micros, percentile};
use crate::report::{Bar, Row, progress};
use crate::token;
use secinfo_wire::Response;
use std::time::Instant;
use zbus::{Connection, ObjectPath};

/// A daemon with this number of users in its log, one of whom is root.
pub(crate) struct Subject<'a> {
    pub(crate) host: &'a BenchHost,
    pub(crate) users: usize,
    pub(crate) root: Known,
}

/// Times in microseconds.
#[derive(Default)]
struct Times {
    ours: Vec<f64>,
    ping: Vec<f64>,
    write: Vec<f64>,
    fixed: Vec<f64>,
    /// An empty call, then a write.
    both: Vec<f64>,
}

/// Verifies alternately with each daemon.
pub(crate) async fn measure(
    subjects: &[Subject<'_>],
    bare: &mut BareWrites,
    count: u64,
) -> Result<Vec<Row>> {
    progress("verification: over the bus, beside an empty call and a bare write");
    let mut times: Vec<Times> = subjects.iter().map(|_| Times::default()).collect();
    let mut event = Vec::new();
    let warm_up = count / 10;
    for counter in 0..count + warm_up {
        for (subject, times) in subjects.iter().zip(&mut times) {
            let begun = Instant::now();
            subject.host.ping().await?;
            let ping = micros(begun.elapsed());
            if event.is_empty() {
                subject.verify(counter).await?;
                event = subject.newest_event().await?;
                continue;
            }
            let written = bare.write_durably(&event)?;
            let begun = Instant::now();
            subject.verify(counter).await?;
            let ours = micros(begun.elapsed());
            if counter >= warm_up {
                times.ours.push(ours);
                times.ping.push(ping);
                times.write.push(written.growing);
                times.fixed.push(written.fixed);
                times.both.push(ping + written.growing);
            }
        }
    }
    let rows = subjects.iter().zip(times);
    Ok(rows.map(|(subject, times)| row(subject, times)).collect())
}

fn row(subject: &Subject<'_>, times: Times) -> Row {
    let users = subject.users;
    let name = format!("verification over the bus, {users} in the log: median");
    let ours = median(times.ours.clone());
    let beside = median(times.both);
    Row::new(name, "µs", ours)
        .beside(
            "an empty call + write and fdatasync of the event's bytes",
            beside,
        )
        .bar(Bar::RatioAtMost(1.3))
        .part("an empty call (Peer.Ping)", median(times.ping), "µs")
        .part(
            "write + fdatasync of the event's bytes",
            median(times.write),
            "µs",
        )
        .part(
            "the same where the file need not grow",
            median(times.fixed),
            "µs",
        )
        .part("more than both", ours - beside, "µs")
        .part("99 of 100 are below", percentile(times.ours, 99), "µs")
}

impl<'a> Subject<'a> {
    /// A daemon with only root in its log.
    pub(crate) const fn of_one(host: &'a BenchHost, root: Known) -> Self {
        Self {
            host,
            users: 1,
            root,
        }
    }

    /// Verifies root with the code for this counter. The codes of a counter-based token do not run
    /// out; checking one takes 11 computations (the look-ahead), whereas TOTP takes 3.
    pub(crate) async fn verify(&self, counter: u64) -> Result<()> {
        self.verify_from(self.host.connection(), counter).await
    }

    /// Verifies root on another connection.
    pub(crate) async fn verify_from(&self, from: &Connection, counter: u64) -> Result<()> {
        let path = format!("{ROOT_PATH}/users/u0/methods/{}", self.root.token);
        let method = ObjectPath::try_from(path.as_str())?;
        let response = Response::code(token::code(counter));
        let body = (0_u32, "sign-in", "sshd", method, response);
        let manager = "org.secinfo.SecurityInfo1.Manager";
        // Everything except an acceptance is an error reply.
        call(from, ROOT_PATH, manager, "Verify", &body).await?;
        Ok(())
    }

    /// Makes the counter-based token the default, after proving it with its first code.
    pub(crate) async fn choose_token(&self) -> Result<()> {
        self.verify(0).await?;
        let user = format!("{ROOT_PATH}/users/u0");
        let method = format!("{user}/methods/{}", self.root.token);
        let method = ObjectPath::try_from(method.as_str())?;
        let interface = "org.secinfo.SecurityInfo1.User";
        call(
            self.host.connection(),
            &user,
            interface,
            "SetDefault",
            &method,
        )
        .await?;
        Ok(())
    }

    /// The stored bytes of the newest event.
    async fn newest_event(&self) -> Result<Vec<u8>> {
        let audit = "org.secinfo.SecurityInfo1.Audit";
        let checkpoint = self.host.call(audit, "Checkpoint", &()).await?;
        let note: String = content(&checkpoint)?;
        let size = note
            .lines()
            .nth(1)
            .and_then(|line| line.parse::<u64>().ok());
        let size = size.ok_or_else(|| Failure::Wrong("the checkpoint names no size".into()))?;
        let read = self.host.call(audit, "Read", &(size - 1, 1_u32)).await?;
        let (_, events): (u64, Vec<Vec<u8>>) = content(&read)?;
        let newest = events.into_iter().next();
        newest.ok_or_else(|| Failure::Wrong("the newest event cannot be read".into()))
    }
}
