//! Appending: verifications by 1, 8 and 64 callers at once through the service and its writer,
//! beside a bare file that gets the same bytes in the same batches.

use crate::failure::{Context, Failure, Result};
use crate::log::{self, Account, LogWriter, random};
use crate::measure::{BareWrites, mean, median, micros, per_second, percentile};
use crate::report::{Bar, Row, progress};
use crate::split::Split;
use crate::token;
use secinfo_domain::event::{Fact, decode};
use secinfo_domain::policy::Limit;
use secinfo_domain::{
    Action, Answer, Authority, Counter, MethodId, Policy, Purpose, ServiceName, SessionTag,
};
use secinfo_ledger::LogReader;
use secinfo_wire::Response;
use secinfod::channels::Channels;
use secinfod::config::Config;
use secinfod::core::{Core, SystemClock};
use secinfod::login_sessions::LoginSessions;
use secinfod::service::{Requester, Service, SessionLimits, Settings, read_state};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::broadcast::error::RecvError;

/// How many callers there are at most.
const MOST_CALLERS: usize = 64;

/// How many users they are at most.
const MOST_USERS: usize = 16;

/// How much is measured.
pub(crate) struct Size {
    /// Verifications by one caller alone.
    pub(crate) alone: u64,
    /// Rounds with many callers.
    pub(crate) rounds: u64,
    /// Verifications by all callers together in one round.
    pub(crate) in_round: u64,
}

/// A user who verifies, with a token of their own.
#[derive(Clone)]
struct Caller {
    uid: u32,
    token: MethodId,
    by: Requester,
    next: u64,
}

/// What is measured, and what stands beside it.
struct Bench {
    runtime: Runtime,
    service: Arc<Service>,
    log: LogReader,
    callers: Vec<Caller>,
    bare: BareWrites,
    split: Split,
}

/// Measures with 1, 8 and 64 callers, in this directory.
pub(crate) fn measure(directory: &Path, size: &Size) -> Result<Vec<Row>> {
    progress("append: through the service and its writer, beside a bare file");
    let mut bench = Bench::create(directory)?;
    log::quiet_disk();
    let rows = vec![
        bench.alone(size.alone)?,
        bench.without_bus(size.alone)?,
        bench.at_once(8, size)?,
        bench.at_once(MOST_CALLERS, size)?,
    ];
    bench.service.stop();
    Ok(rows)
}

impl Bench {
    fn create(directory: &Path) -> Result<Self> {
        let state = directory.join("service");
        let callers = callers(&state)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context(|| "start the runtime".into())?;
        let ledger = log::open(&state)?;
        let reader = ledger.reader();
        let settings = Settings {
            organization: "Example".to_owned(),
            host: "bench".to_owned(),
            messages_host: "bench".to_owned(),
            default_country: None,
            language: "en".to_owned(),
            questions: secinfod::methods::Questions::default(),
            relying_party: secinfod::methods::RelyingParty::default(),
            push: None,
        };
        let limits = SessionLimits {
            per_uid: 1,
            in_all: 1,
        };
        let state = read_state(&reader)?;
        let core = Core::start(ledger, state, Arc::new(SystemClock), settings)
            .context(|| "start the writer".into())?;
        let service = {
            let _entered = runtime.enter();
            let clock = Arc::new(SystemClock);
            let channels = Channels::start(Vec::new(), Config::default().hosts(), clock);
            let nowhere = ["/nowhere"; 3].map(Into::into);
            Service::new(core, channels, limits, nowhere, LoginSessions::on(None))
        };
        Ok(Self {
            runtime,
            service: Arc::new(service),
            log: reader.log,
            callers,
            bare: BareWrites::create(directory)?,
            split: Split::create(directory)?,
        })
    }

    /// One caller: each verification beside one bare write of its event.
    fn alone(&mut self, times: u64) -> Result<Row> {
        let (mut ours, mut bare, mut fixed) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..times {
            let before = self.log.size();
            let begun = Instant::now();
            self.runtime
                .block_on(verify(&self.service, &mut self.callers[0]))?;
            ours.push(micros(begun.elapsed()));
            let event = self.accepted(before, 1)?;
            let written = self.bare.write_durably(&event[0])?;
            bare.push(written.growing);
            fixed.push(written.fixed);
            self.split.append(&event)?;
        }
        let row = Row::new("append, 1 caller: median", "µs", median(ours.clone()))
            .beside("write + fdatasync of the same bytes", median(bare.clone()))
            .bar(Bar::RatioAtMost(1.1))
            .part("99 of 100 are below", percentile(ours, 99), "µs")
            .part(
                "99 of 100 bare writes are below",
                percentile(bare, 99),
                "µs",
            );
        Ok(self.split.add_to(row))
    }

    /// The whole of a verification but for the bus: the code is checked, too.
    fn without_bus(&mut self, times: u64) -> Result<Row> {
        let mut ours = Vec::new();
        let caller = &mut self.callers[0];
        for _ in 0..times {
            let response = Response::code(token::code(caller.next));
            caller.next += 1;
            let (uid, method) = (caller.uid, caller.token);
            let begun = Instant::now();
            let proven = self.service.verifications().verify(
                uid,
                &caller.by,
                Purpose::SignIn,
                Some(method),
                &response,
            );
            self.runtime.block_on(proven)?;
            ours.push(micros(begun.elapsed()));
        }
        let name = "verification without the bus, 1 caller: median";
        Ok(Row::new(name, "µs", median(ours)))
    }

    /// Many callers: rounds in turn with bare writes in the batches that came about.
    fn at_once(&mut self, callers: usize, size: &Size) -> Result<Row> {
        let each = size.in_round / callers as u64;
        let (mut ours, mut bare, mut bare_fixed) = (Vec::new(), Vec::new(), Vec::new());
        let mut batch_sizes = Vec::new();
        for round in 0..=size.rounds {
            let before = self.log.size();
            let (took, batches) = self.round(callers, each)?;
            let events = self.accepted(before, callers as u64 * each)?;
            let (mut growing, mut fixed) = (0.0, 0.0);
            let mut rest = events.as_slice();
            for length in &batches {
                let (batch, after) = rest.split_at(*length);
                let written = self.bare.write_durably(&batch.concat())?;
                growing += written.growing;
                fixed += written.fixed;
                self.split.append(batch)?;
                rest = after;
            }
            // The first round warms up.
            if round > 0 {
                ours.push(per_second(events.len(), took));
                bare.push(per_second(
                    events.len(),
                    Duration::from_secs_f64(growing / 1e6),
                ));
                bare_fixed.push(fixed / mean(batches.len(), 1));
                batch_sizes.push(mean(events.len(), batches.len()));
            }
        }
        let bar = if callers == MOST_CALLERS {
            Bar::RatioAtLeast(0.8)
        } else {
            Bar::None
        };
        let (ours, bare, batch) = (median(ours), median(bare), median(batch_sizes));
        let row = Row::new(
            format!("append, {callers} callers at once"),
            "events/s",
            ours,
        )
        .beside("write + fdatasync, the same bytes and batches", bare)
        .bar(bar)
        .part("events in a batch", batch, "")
        .part("a batch, all in all", batch / ours * 1e6, "µs")
        .part("a bare batch", batch / bare * 1e6, "µs");
        Ok(self.split.add_to(row))
    }

    /// Lets the callers verify as fast as each is answered: how long it took, and what was written
    /// together.
    fn round(&mut self, callers: usize, each: u64) -> Result<(Duration, Vec<usize>)> {
        let mut news = self.service.core().subscribe();
        let shown = self.service.core().state();
        let expected = callers as u64 * each;
        let service = Arc::clone(&self.service);
        let active = &mut self.callers[..callers];
        self.runtime.block_on(async move {
            let counting = tokio::spawn(async move {
                let (mut batches, mut seen) = (Vec::new(), 0);
                while seen < expected {
                    match news.recv().await {
                        // Callers are answered before listeners are told: the last of what was
                        // written before may come only now.
                        Ok(appended) if Arc::ptr_eq(&appended.after, &shown) => {}
                        Ok(appended) => {
                            seen += appended.events.len() as u64;
                            batches.push(appended.events.len());
                        }
                        Err(RecvError::Lagged(_)) => return None,
                        Err(RecvError::Closed) => break,
                    }
                }
                Some(batches)
            });
            let begun = Instant::now();
            let running: Vec<_> = active
                .iter()
                .cloned()
                .map(|mut caller| {
                    let service = Arc::clone(&service);
                    tokio::spawn(async move {
                        for _ in 0..each {
                            verify(&service, &mut caller).await?;
                        }
                        Ok::<_, Failure>(caller.next)
                    })
                })
                .collect();
            for (caller, task) in active.iter_mut().zip(running) {
                caller.next = task.await.context(|| "run a caller".into())??;
            }
            let took = begun.elapsed();
            let batches = counting.await.context(|| "count the batches".into())?;
            let batches = batches
                .ok_or_else(|| Failure::Wrong("the batches could not all be counted".into()))?;
            Ok((took, batches))
        })
    }

    /// The events from `from` on, so many, each of which must be an accepted code.
    fn accepted(&self, from: u64, expected: u64) -> Result<Vec<Vec<u8>>> {
        let mut events = Vec::new();
        self.log.for_each::<Failure>(from, |_, bytes| {
            let event = decode(bytes).context(|| "decode an event".into())?.event;
            if !matches!(event.fact, Fact::VerificationSucceeded(_)) {
                let what = event.fact.type_name();
                return Err(Failure::Wrong(format!("a verification ended in {what}")));
            }
            events.push(bytes.to_vec());
            Ok(())
        })?;
        if events.len() as u64 == expected {
            Ok(events)
        } else {
            let found = events.len();
            Err(Failure::Wrong(format!(
                "{found} events came of {expected} verifications"
            )))
        }
    }
}

/// Verifies by the next code of the caller's token, found right: what the bus and the token's
/// arithmetic take is measured elsewhere.
async fn verify(service: &Service, caller: &mut Caller) -> Result<()> {
    let action = Action::Verify {
        method: caller.token,
        purpose: Purpose::SignIn,
        answer: Answer::Counter(Counter(caller.next)),
        guess: None,
    };
    caller.next += 1;
    Ok(service.act(caller.uid, &caller.by, action).await?)
}

/// A log that knows accounts of this host, and callers with the tokens in it.
fn callers(state: &Path) -> Result<Vec<Caller>> {
    let mut log = LogWriter::create(state, without_budgets())?;
    let service = ServiceName::parse("sshd").context(|| "name the service".into())?;
    let mut users = Vec::new();
    for account in accounts()? {
        let known = log.add_user(&account)?;
        users.push((account.uid, known.user, known.token));
    }
    let mut callers = Vec::new();
    // User by user and round again: eight callers are eight users.
    while callers.len() < MOST_CALLERS {
        for (uid, user, token) in &mut users {
            callers.push(Caller {
                uid: *uid,
                token: *token,
                by: Requester {
                    uid: *uid,
                    source: None,
                    place: None,
                    session: SessionTag::from_bytes(random()?),
                    service: Some(service.clone()),
                    authority: Authority::Own,
                    became_root: None,
                },
                next: 0,
            });
            *token = log.add_token(*user)?;
        }
    }
    log.finish()?;
    Ok(callers)
}

/// A policy under which a user may verify as often as is measured: more than a day's budget.
fn without_budgets() -> Policy {
    let mut policy = Policy::default();
    policy.rules.budget.verifications = Limit::new(u16::MAX, 24 * 3600);
    policy
}

/// Accounts that the system's user database has: the service asks it for each.
fn accounts() -> Result<Vec<Account>> {
    let passwd = std::fs::read_to_string("/etc/passwd").context(|| "read /etc/passwd".into())?;
    let mut accounts: Vec<Account> = Vec::new();
    for line in passwd.lines() {
        let mut fields = line.split(':');
        let (Some(name), Some(uid)) = (fields.next(), fields.nth(1)) else {
            continue;
        };
        if let Ok(uid) = uid.parse()
            && accounts.iter().all(|account| account.uid != uid)
        {
            let name = name.to_owned();
            accounts.push(Account { uid, name });
        }
    }
    accounts.truncate(MOST_USERS);
    Ok(accounts)
}
