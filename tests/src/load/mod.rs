//! Load: users who verify, enrol, rename, delete and are issued codes without a pause, and keep
//! an account of what they were answered, so that the log can be held against it.

mod account;
mod dice;
mod settle;
mod token;
mod worker;

pub use account::{Account, Asked, Deed, Outcome, What};
pub use dice::Dice;
pub use token::Token;

use crate::ROOT;
use crate::host::{Host, Setup};
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

/// Load that is going on.
pub struct Running {
    stop: Arc<AtomicBool>,
    workers: Vec<JoinHandle<Worker>>,
}

impl Load {
    /// A setup under which wrong codes keep nobody waiting for long, and the code of an app is good
    /// for minutes.
    pub fn setup() -> Setup {
        Setup::new()
            .policy("fresh_proof = \"1h\"")
            .more("[policy.authenticator-app]\ndrift = 10\nmost = 20")
            .more("[policy.hardware-token]\nmost = 20")
            .more("[policy.session]\nattempts = 20")
            .more("[policy.throttle]\nfree = 10\nlock_after = 100\nlongest_wait = \"1s\"\nfirst_lock = \"1s\"\nlongest_lock = \"1s\"\ncaller_limit = 10000\ncaller_window = \"1s\"")
    }

    /// Gives each of these users a token that counts.
    pub async fn prepare(host: &Host, users: &[u32], seed: u64) -> Self {
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
                unsure: false,
                apps: Vec::new(),
                deleted: Vec::new(),
                label: None,
                dice: Dice::new(seed ^ u64::from(*uid)),
                clock: Arc::clone(&clock),
                account: Account::default(),
            });
        }
        Self { workers, clock }
    }

    /// Lets all users loose, until they are told to stop or the daemon is gone.
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

    /// Takes the users back.
    pub async fn finish(&mut self, running: Running) -> Account {
        running.stop.store(true, Ordering::Relaxed);
        let mut account = Account::default();
        for worker in running.workers {
            let mut worker = worker.await.unwrap();
            let own = std::mem::take(&mut worker.account);
            account.asked.extend(own.asked);
            account.checkpoints.extend(own.checkpoints);
            account.refused += own.refused;
            self.workers.push(worker);
        }
        account
    }

    /// After a restart: each user's last accepted code is refused, one that was never acknowledged
    /// is accepted if and only if the log does not have it, and the security info is what they
    /// were told.
    pub async fn hold_daemon_to_account(&mut self, in_log: impl Fn(&Deed) -> bool) -> Account {
        let mut account = Account::default();
        for worker in &mut self.workers {
            worker.expect_last_code_used().await;
            worker.settle_unsure(&in_log).await;
            worker.expect_own_methods().await;
            account.asked.append(&mut worker.account.asked);
        }
        account
    }

    /// The tick of the clock that all users share.
    pub fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }
}

fn last_part(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}
