//! Whether a slow provider delays other users: verification while a thousand codes are being sent.

use crate::failure::{Failure, Result};
use crate::host::{ROOT_PATH, call, content};
use crate::measure::{median, micros, percentile};
use crate::provider;
use crate::report::{Bar, Row, progress};
use crate::verification::Subject;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use zbus::{Connection, OwnedObjectPath, OwnedVariant, Variant};

/// The number of codes that are requested.
const CODES: u32 = 1000;
/// How many connections request codes, and how many codes each requests concurrently. The daemon keeps
/// the proofs of eight connections of a user, one of which verifies, and handles 16 concurrent calls
/// of each.
const CONNECTIONS: u32 = 7;
const AT_A_TIME: usize = 15;

/// How long to verify while codes wait: longer than the provider takes for its concurrent messages.
const WAITING: Duration = Duration::from_secs(provider::SECONDS + 2);
/// How long the channel may take to become ready.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Two daemons on the same machine.
pub(crate) struct Subjects<'a> {
    /// A daemon that sends codes through a slow provider.
    pub(crate) sending: Subject<'a>,
    /// A daemon that sends nothing.
    pub(crate) silent: Subject<'a>,
}

/// Verifies alternately with both daemons, with the codes of a counter-based token.
struct Verifier<'a> {
    subjects: &'a Subjects<'a>,
    counter: u64,
}

/// Times in microseconds.
#[derive(Default)]
struct Times {
    sending: Vec<f64>,
    silent: Vec<f64>,
}

/// The messages in the channel.
struct ChannelLoad {
    waiting: f64,
    under_way: f64,
}

/// Verifies with both daemons: before codes are requested, while they are being requested, and while
/// they wait for the provider.
pub(crate) async fn measure(subjects: &Subjects<'_>, count: u64) -> Result<Vec<Row>> {
    progress("delivery: verification over the bus while codes wait for a slow provider");
    let sending = &subjects.sending;
    wait_until_ready(sending).await?;
    let mut verifier = Verifier {
        subjects,
        counter: 0,
    };
    let connections = verifier.connect().await?;
    verifier.times(count / 10, Duration::ZERO).await?;
    let before = verifier.times(count, Duration::ZERO).await?;

    let begun = Instant::now();
    let ask = ask_all(&connections.asking);
    tokio::pin!(ask);
    let mut asked = Times::default();
    loop {
        tokio::select! {
            biased;
            done = &mut ask => break done?,
            outcome = verifier.both(&mut asked) => outcome?,
        }
    }
    let asked_within = begun.elapsed();

    let at_first = ChannelLoad::of(sending).await?;
    let waiting = verifier.times(count, WAITING).await?;
    let at_last = ChannelLoad::of(sending).await?;
    if at_last.waiting < 1.0 {
        return Err(Failure::Wrong(
            "the codes were delivered before the measurement was over: nothing waited".into(),
        ));
    }
    let row = row(waiting, &before)
        .part(
            "the same: while codes are asked for",
            median(asked.sending),
            "µs",
        )
        .part("  by a daemon that sends none", median(asked.silent), "µs")
        .part("codes asked for within", asked_within.as_secs_f64(), "s")
        .part("codes waiting at first", at_first.waiting, "")
        .part("codes waiting at last", at_last.waiting, "")
        .part("codes at the provider at once", at_last.under_way, "");
    Ok(vec![row])
}

fn row(waiting: Times, before: &Times) -> Row {
    // The provider has accepted some codes before the last is requested.
    let name = format!("verification while most of {CODES} codes wait to be sent: median");
    Row::new(name, "µs", median(waiting.sending.clone()))
        .beside(
            "by a daemon that sends none, at the same time",
            median(waiting.silent.clone()),
        )
        .bar(Bar::RatioAtMost(1.1))
        .part("99 of 100 are below", percentile(waiting.sending, 99), "µs")
        .part(
            "  by a daemon that sends none",
            percentile(waiting.silent, 99),
            "µs",
        )
        .part(
            "the same: before any code is asked for",
            median(before.sending.clone()),
            "µs",
        )
        .part(
            "  by a daemon that sends none",
            median(before.silent.clone()),
            "µs",
        )
}

impl Verifier<'_> {
    /// Verifies once with each.
    async fn both(&mut self, times: &mut Times) -> Result<()> {
        self.counter += 1;
        let begun = Instant::now();
        self.subjects.sending.verify(self.counter).await?;
        let between = Instant::now();
        self.subjects.silent.verify(self.counter).await?;
        times.sending.push(micros(between - begun));
        times.silent.push(micros(between.elapsed()));
        Ok(())
    }

    /// Verifies at least `count` times and for at least `length`.
    async fn times(&mut self, count: u64, length: Duration) -> Result<Times> {
        let mut times = Times::default();
        let first = self.counter;
        let begun = Instant::now();
        while self.counter - first < count || begun.elapsed() < length {
            self.both(&mut times).await?;
        }
        Ok(times)
    }

    /// Opens connections to each daemon and verifies on each, which adding a method requires. A daemon
    /// signals every change to all connections, so both daemons have the same number.
    async fn connect(&mut self) -> Result<Connections> {
        let mut connections = Connections::default();
        for _ in 0..CONNECTIONS {
            self.counter += 1;
            for (subject, list) in [
                (&self.subjects.sending, &mut connections.asking),
                (&self.subjects.silent, &mut connections.idle),
            ] {
                let connection = subject.host.connect().await?;
                subject.verify_from(&connection, self.counter).await?;
                list.push(connection);
            }
        }
        Ok(connections)
    }
}

/// Open connections.
#[derive(Default)]
struct Connections {
    /// To the daemon that sends codes.
    asking: Vec<Connection>,
    /// To the other daemon.
    idle: Vec<Connection>,
}

/// Requests all codes, each for a different number.
async fn ask_all(connections: &[Connection]) -> Result<()> {
    let share = CODES / CONNECTIONS + 1;
    let shares = (0..CODES).step_by(share as usize).zip(connections);
    stream::iter(shares)
        .map(|(first, connection)| async move {
            let numbers = first..CODES.min(first + share);
            stream::iter(numbers)
                .map(|number| ask(connection, number))
                .buffer_unordered(AT_A_TIME)
                .try_collect::<Vec<()>>()
                .await
        })
        .buffer_unordered(connections.len())
        .try_collect::<Vec<_>>()
        .await?;
    Ok(())
}

/// Requests a code for a phone that is being added.
async fn ask(connection: &Connection, number: u32) -> Result<()> {
    let destination = format!("+491511{:07}", 2_000_000 + number);
    let options = HashMap::from([("destination", Variant::from(destination))]);
    let user = format!("{ROOT_PATH}/users/u0");
    let interface = "org.secinfo.SecurityInfo1.User";
    let body = ("text", options);
    let started = call(connection, &user, interface, "StartEnrollment", &body).await?;
    let (path, _): (OwnedObjectPath, HashMap<String, OwnedVariant>) = content(&started)?;
    let interface = "org.secinfo.SecurityInfo1.Enrollment";
    call(connection, path.as_str(), interface, "SendCode", &()).await?;
    Ok(())
}

/// The only channel.
async fn channel(subject: &Subject<'_>) -> Result<HashMap<String, OwnedVariant>> {
    let channels = "org.secinfo.SecurityInfo1.Channels";
    let list = subject.host.call(channels, "ListChannels", &()).await?;
    let list: Vec<HashMap<String, OwnedVariant>> = content(&list)?;
    let channel = list.into_iter().next();
    channel.ok_or_else(|| Failure::Wrong("the daemon has no channel".into()))
}

async fn wait_until_ready(subject: &Subject<'_>) -> Result<()> {
    let begun = Instant::now();
    loop {
        let channel = channel(subject).await?;
        let word = |name: &str| channel[name].downcast_ref::<&str>().unwrap_or_default();
        if word("state") == "ready" {
            return Ok(());
        }
        if begun.elapsed() > TIMEOUT {
            let error = word("last_error");
            return Err(Failure::Wrong(format!("the channel is not ready: {error}")));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

impl ChannelLoad {
    async fn of(subject: &Subject<'_>) -> Result<Self> {
        let channel = channel(subject).await?;
        let number = |name: &str| {
            let number = channel.get(name).map(|value| value.downcast_ref::<u32>());
            number
                .transpose()
                .ok()
                .flatten()
                .map(f64::from)
                .ok_or_else(|| Failure::Wrong(format!("the channel does not say {name}")))
        };
        Ok(Self {
            waiting: number("queued")?,
            under_way: number("under_way")?,
        })
    }
}
