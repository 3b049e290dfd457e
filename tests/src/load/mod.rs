//! Load: users who continuously verify, enrol, rename, delete and get codes issued, and record a
//! history against which the log can be checked.

mod after_restart;
mod history;
mod random;
mod token;
mod worker;

pub use history::{Change, Effect, History, Operation, Outcome};
pub use random::SeededRandom;
pub use token::Token;

use crate::ROOT;
use crate::host::{Setup, TestHost};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use token::{activate, import, key_of};
use tokio::task::JoinHandle;
use worker::Worker;

/// Users under load.
pub struct Load {
    workers: Vec<Worker>,
    clock: Arc<AtomicU64>,
}

/// Load in progress.
pub struct Running {
    stop: Arc<AtomicBool>,
    workers: Vec<JoinHandle<Worker>>,
}

impl Load {
    /// A setup with short throttling and no end of changes, in which the code of an app is valid for
    /// minutes.
    pub fn setup() -> Setup {
        Setup::new()
            .policy("fresh_proof = \"1h\"")
            .more("[policy.authenticator-app]\ndrift = 10\nmost = 20")
            .more("[policy.hardware-token]\nmost = 20")
            .more("[policy.session]\nattempts = 20")
            .more("[policy.budget]\nchanges = \"60000 in 24h\"\nverifications = \"60000 in 24h\"")
            .more("[policy.throttle]\nfree = 10\nlock_after = 100\nlongest_wait = \"1s\"\nfirst_lock = \"1s\"\nlongest_lock = \"1s\"\ncaller_limit = 10000\ncaller_window = \"1s\"")
    }

    /// Gives each of these users a counter-based token.
    pub async fn prepare(host: &TestHost, users: &[u32], seed: u64) -> Self {
        let root = host.client(ROOT).await;
        let mut tokens: Vec<_> = users
            .iter()
            .map(|uid| Token::new(&key_of(*uid, seed)))
            .collect();
        import(&root, users.iter().zip(&tokens)).await;
        let clock = Arc::new(AtomicU64::new(0));
        let mut workers = Vec::new();
        for (uid, mut token) in users.iter().zip(tokens.drain(..)) {
            let user = host.client(*uid).await;
            activate(&user, &mut token).await;
            workers.push(Worker {
                user,
                root: host.client(ROOT).await,
                token,
                uncertain: false,
                apps: Vec::new(),
                deleted: Vec::new(),
                label: None,
                random: SeededRandom::new(seed ^ u64::from(*uid)),
                clock: Arc::clone(&clock),
                history: History::default(),
            });
        }
        Self { workers, clock }
    }

    /// Starts all users, who run until `finish` or until the daemon ends.
    pub fn start(&mut self) -> Running {
        let stop = Arc::new(AtomicBool::new(false));
        let workers = self.workers.drain(..).map(|mut worker| {
            let stop = Arc::clone(&stop);
            tokio::spawn(async move {
                worker.run(&stop).await;
                worker
            })
        });
        Running {
            workers: workers.collect(),
            stop,
        }
    }

    /// Stops all users, and returns their common history.
    pub async fn finish(&mut self, running: Running) -> History {
        running.stop.store(true, Ordering::Relaxed);
        let mut history = History::default();
        for worker in running.workers {
            let mut worker = worker.await.unwrap();
            let own = std::mem::take(&mut worker.history);
            history.operations.extend(own.operations);
            history.checkpoints.extend(own.checkpoints);
            history.refused += own.refused;
            self.workers.push(worker);
        }
        history
    }

    /// Checks the daemon after a restart: each user's last accepted code is refused, one that was
    /// never acknowledged is accepted if and only if the log does not have it, and the security info
    /// is as acknowledged.
    pub async fn check_after_restart(&mut self, in_log: impl Fn(&Effect) -> bool) -> History {
        let mut history = History::default();
        for worker in &mut self.workers {
            worker.expect_last_code_used().await;
            worker.resolve_uncertain(&in_log).await;
            worker.expect_own_methods().await;
            history.operations.append(&mut worker.history.operations);
        }
        history
    }

    /// The next tick of the clock that all users share.
    pub fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }
}

fn last_part(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}
