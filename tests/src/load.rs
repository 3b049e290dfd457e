//! Load: users who verify, enrol, rename, delete and are issued codes without a pause, and keep
//! an account of what they were answered, so that the log can be held against it.

use crate::client::{Client, Refusal};
use crate::codes::{hotp, now};
use crate::host::{Host, Setup};
use crate::{ROOT, ROOT_PATH, user_path};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;
use zbus::{ObjectPath, OwnedObjectPath, Variant};

/// How many codes of a token are computed at once.
const CODES_AT_ONCE: u32 = 2000;
/// How far ahead the policy of [`Load::setup`] lets a code be, and some more.
const AHEAD: u64 = 20;
/// How many apps a user has at most.
const MOST_APPS: usize = 4;

/// What a user wants to happen, as the log can tell that it did.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Deed {
    /// Whose security info it is about.
    pub uid: u32,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum What {
    /// The code of this counter was accepted.
    Verified {
        /// The method's id.
        method: String,
        /// The counter.
        counter: u64,
    },
    /// A method has another label.
    Renamed {
        /// The method's id.
        method: String,
    },
    /// A method was enrolled.
    Enrolled,
    /// A method was deleted.
    Deleted {
        /// The method's id.
        method: String,
    },
    /// Recovery codes were issued.
    CodesIssued,
    /// An access pass was issued.
    PassIssued,
}

/// What a user asked for, and when. Times are ticks of one clock for all users.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What was asked for.
    pub deed: Deed,
    /// Before it was sent.
    pub sent: u64,
    /// After the answer was there.
    pub answered: u64,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was acknowledged.
    Done,
    /// The log could not be written, says the daemon.
    Refused,
    /// There was no answer.
    Lost,
}

/// What one stretch of load left.
#[derive(Debug, Default)]
pub struct Account {
    /// What was asked for: of one user, in order.
    pub asked: Vec<Asked>,
    /// Checkpoints that were served.
    pub checkpoints: Vec<String>,
    /// How many requests were refused for want of storage.
    pub refused: usize,
}

impl Account {
    /// How many requests were acknowledged.
    pub fn done(&self) -> usize {
        let done = |asked: &&Asked| asked.outcome == Outcome::Done;
        self.asked.iter().filter(done).count()
    }

    /// How many requests were not answered.
    pub fn lost(&self) -> usize {
        let lost = |asked: &&Asked| asked.outcome == Outcome::Lost;
        self.asked.iter().filter(lost).count()
    }
}

/// Random numbers that are the same for the same seed (splitmix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice with this seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// A hardware token that counts.
pub struct Token {
    /// The method's object.
    pub path: String,
    key: String,
    next: u64,
    codes: Vec<String>,
    from: u64,
}

impl Token {
    /// A token with this base32 key that has not shown a code yet.
    pub fn new(key: &str) -> Self {
        Self {
            path: String::new(),
            key: key.to_owned(),
            next: 0,
            codes: Vec::new(),
            from: 0,
        }
    }

    /// The method's id.
    pub fn id(&self) -> String {
        last_part(&self.path)
    }

    /// The code of a counter, by `oathtool`.
    pub fn code(&mut self, counter: u64) -> String {
        if counter < self.from || counter >= self.from + self.codes.len() as u64 {
            self.from = counter;
            self.codes = hotp(&self.key, 6, counter, CODES_AT_ONCE);
        }
        self.codes[usize::try_from(counter - self.from).unwrap()].clone()
    }

    fn wrong_code(&mut self) -> String {
        let near: Vec<_> = (self.next.saturating_sub(1)..self.next + AHEAD)
            .map(|counter| self.code(counter))
            .collect();
        (0..=near.len())
            .map(|number| format!("{number:06}"))
            .find(|code| !near.contains(code))
            .expect("there is one more than are near")
    }
}

/// One user under load.
struct Worker {
    user: Client,
    root: Client,
    token: Token,
    /// A verification by the token's next code was asked for, and not acknowledged.
    unsure: bool,
    apps: Vec<String>,
    deleted: Vec<String>,
    label: Option<String>,
    dice: Dice,
    clock: Arc<AtomicU64>,
    account: Account,
}

/// Whether a worker can go on.
enum Next {
    GoOn,
    DaemonGone,
}

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

impl Worker {
    async fn run(&mut self, stop: &AtomicBool) {
        // On each connection to each daemon, one's own proof comes first.
        let mut proved = false;
        while !stop.load(Ordering::Relaxed) {
            let next = if proved {
                self.step().await
            } else {
                self.verify(false).await
            };
            proved = true;
            if matches!(next, Next::DaemonGone) {
                return;
            }
        }
    }

    async fn step(&mut self) -> Next {
        match self.dice.below(100) {
            0..35 => self.verify(false).await,
            35..55 => self.verify(true).await,
            55..72 => self.rename().await,
            72..80 if self.apps.len() < MOST_APPS => self.enroll().await,
            72..84 => self.delete().await,
            84..88 => self.wrong_code().await,
            88..90 => self.issue_codes().await,
            90..93 => self.issue_pass().await,
            _ => self.checkpoint().await,
        }
    }

    fn deed(&self, what: What) -> Deed {
        Deed {
            uid: self.user.uid,
            what,
        }
    }

    fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// Notes what came of a request; whether it was acknowledged, and whether to go on.
    async fn note<T>(
        &mut self,
        what: What,
        sent: u64,
        answer: Result<T, Refusal>,
    ) -> (Option<T>, Next) {
        let (outcome, value, next) = match answer {
            Ok(value) => (Outcome::Done, Some(value), Next::GoOn),
            Err(refusal) => match refusal.short() {
                "NoReply" => (Outcome::Lost, None, Next::DaemonGone),
                "StorageUnavailable" => {
                    self.account.refused += 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    (Outcome::Refused, None, Next::GoOn)
                }
                _ => return (None, self.expect_gone(&refusal)),
            },
        };
        self.account.asked.push(Asked {
            deed: self.deed(what),
            sent,
            answered: self.tick(),
            outcome,
        });
        (value, next)
    }

    /// A refusal that says that nothing was done: the daemon was gone or going, or what it needs
    /// for an answer cannot be read while it opens the log again after a failed write.
    fn expect_gone(&mut self, refusal: &Refusal) -> Next {
        match refusal.short() {
            "StorageUnavailable" => {
                self.account.refused += 1;
                Next::GoOn
            }
            "ServiceUnknown" | "NameHasNoOwner" | "ShuttingDown" | "NoReply" => Next::DaemonGone,
            _ => panic!("user {} was refused: {refusal}", self.user.uid),
        }
    }

    async fn verify(&mut self, in_session: bool) -> Next {
        let (counter, path) = (self.token.next, self.token.path.clone());
        let code = self.token.code(counter);
        let sent = self.tick();
        let answer = if in_session {
            verify_in_session(&self.user, &path, &code).await
        } else {
            self.user
                .verify(self.user.uid, &path, &code)
                .await
                .map(|_| ())
        };
        if self.unsure
            && let Err(refusal) = &answer
            && is_used(refusal)
        {
            // It was not acknowledged, and is in the log: what was refused may be found there after
            // a failed write, but is never accepted twice.
            self.unsure = false;
            self.token.next += 1;
            return Next::GoOn;
        }
        let what = What::Verified {
            method: self.token.id(),
            counter,
        };
        let asked_before = self.account.asked.len();
        let (done, next) = self.note(what, sent, answer).await;
        if done.is_some() {
            self.unsure = false;
            self.token.next += 1;
        } else if self.account.asked.len() > asked_before {
            self.unsure = true;
        }
        next
    }

    async fn rename(&mut self) -> Next {
        let path = self.token.path.clone();
        let label = format!("Token {}", self.dice.below(1_000_000));
        let sent = self.tick();
        let answer = self.user.call(&path, "Method", "Rename", &label).await;
        let method = self.token.id();
        let asked_before = self.account.asked.len();
        let (done, next) = self
            .note::<()>(What::Renamed { method }, sent, answer)
            .await;
        if done.is_some() {
            self.label = Some(label);
        } else if self.account.asked.len() > asked_before {
            self.label = None;
        }
        next
    }

    async fn enroll(&mut self) -> Next {
        let begun = self
            .user
            .start_enrollment("authenticator-app", HashMap::new())
            .await;
        let (session, details) = match begun {
            Ok(begun) => begun,
            Err(refusal) if is_unproved(&refusal) => return self.verify(false).await,
            Err(refusal) => return self.expect_gone(&refusal),
        };
        let key = details.key.as_deref().unwrap().replace(' ', "");
        let code = hotp(&key, details.digits.unwrap(), now() / 30, 1).remove(0);
        let sent = self.tick();
        let answer = self.user.finish_enrollment(session.as_str(), &code).await;
        let (enrolled, next) = self.note(What::Enrolled, sent, answer).await;
        self.apps
            .extend(enrolled.map(|(method, ..)| method.to_string()));
        next
    }

    async fn delete(&mut self) -> Next {
        let Some(path) = self.apps.pop() else {
            return self.rename().await;
        };
        let method = last_part(&path);
        let sent = self.tick();
        let answer = self.user.call(&path, "Method", "Delete", &()).await;
        if answer.as_ref().is_err_and(is_unproved) {
            self.apps.push(path);
            return self.verify(false).await;
        }
        let (done, next) = self
            .note::<(bool, u64)>(What::Deleted { method }, sent, answer)
            .await;
        if let Some((deleted, _)) = done {
            assert!(deleted, "a token proves enough to delete an app at once");
            self.deleted.push(path);
        }
        next
    }

    async fn issue_codes(&mut self) -> Next {
        let path = user_path(self.user.uid);
        let sent = self.tick();
        let answer = self
            .user
            .call::<_, Vec<String>>(&path, "User", "IssueRecoveryCodes", &())
            .await;
        if answer.as_ref().is_err_and(is_unproved) {
            return self.verify(false).await;
        }
        self.note(What::CodesIssued, sent, answer).await.1
    }

    async fn issue_pass(&mut self) -> Next {
        let path = user_path(self.user.uid);
        let sent = self.tick();
        let answer = self
            .root
            .call::<_, (String, u64)>(&path, "User", "IssueAccessPass", &(3600_u64, true))
            .await;
        self.note(What::PassIssued, sent, answer).await.1
    }

    async fn wrong_code(&mut self) -> Next {
        let (path, code) = (self.token.path.clone(), self.token.wrong_code());
        match self.user.verify(self.user.uid, &path, &code).await {
            Ok(_) => panic!("a wrong code was accepted"),
            Err(refusal) if refusal.short() == "WrongCode" => Next::GoOn,
            Err(refusal) => self.expect_gone(&refusal),
        }
    }

    async fn checkpoint(&mut self) -> Next {
        match self.user.call(ROOT_PATH, "Audit", "Checkpoint", &()).await {
            Ok(note) => {
                self.account.checkpoints.push(note);
                Next::GoOn
            }
            Err(refusal) => self.expect_gone(&refusal),
        }
    }

    async fn expect_last_code_used(&mut self) {
        let Some(last) = self.token.next.checked_sub(1) else {
            return;
        };
        let (path, code) = (self.token.path.clone(), self.token.code(last));
        match self.user.verify(self.user.uid, &path, &code).await {
            Ok(_) => panic!("code {last} of user {} was accepted twice", self.user.uid),
            Err(refusal) => assert!(is_used(&refusal), "{refusal}"),
        }
    }

    async fn settle_unsure(&mut self, in_log: &impl Fn(&Deed) -> bool) {
        if !std::mem::take(&mut self.unsure) {
            return;
        }
        let (counter, path) = (self.token.next, self.token.path.clone());
        let what = What::Verified {
            method: self.token.id(),
            counter,
        };
        let used = in_log(&self.deed(what.clone()));
        let code = self.token.code(counter);
        let sent = self.tick();
        let answer = self.user.verify(self.user.uid, &path, &code).await;
        self.token.next += 1;
        match answer {
            Err(refusal) if used => assert!(is_used(&refusal), "{refusal}"),
            Err(refusal) => panic!("a code that was not used is refused: {refusal}"),
            Ok(_) if used => panic!(
                "code {counter} of user {} was accepted twice",
                self.user.uid
            ),
            answer => drop(self.note(what, sent, answer).await),
        }
    }

    async fn expect_own_methods(&mut self) {
        let uid = self.user.uid;
        let methods = self.user.methods_of(uid).await;
        for path in self.apps.iter().chain([&self.token.path]) {
            assert!(methods.contains(path), "user {uid} has lost {path}");
        }
        for path in &self.deleted {
            assert!(!methods.contains(path), "user {uid} has {path} again");
        }
        for path in &methods {
            let kind: String = self.user.property(path, "Method", "Kind").await.unwrap();
            // One whose enrollment, or whose deletion, was not acknowledged.
            if kind == "authenticator-app" && !self.apps.contains(path) {
                self.apps.push(path.clone());
            }
        }
        if let Some(expected) = &self.label {
            let label: String = self
                .user
                .property(&self.token.path, "Method", "Label")
                .await
                .unwrap();
            assert_eq!(label, *expected, "of the token of user {uid}");
        }
    }
}

/// Verifies a user by a session.
async fn verify_in_session(user: &Client, path: &str, code: &str) -> Result<(), Refusal> {
    let method = ObjectPath::try_from(path.to_owned()).unwrap();
    let options = HashMap::from([("method", Variant::from(method))]);
    let body = (user.uid, "sign-in", "", options);
    let (session, _): (OwnedObjectPath, HashMap<String, zbus::OwnedVariant>) = user
        .call(ROOT_PATH, "Manager", "StartVerification", &body)
        .await?;
    let answer: Result<secinfo_bus::Proof, Refusal> = user
        .call(session.as_str(), "Verification", "Submit", &code)
        .await;
    if answer.is_err() {
        // The session has attempts left, which nobody needs.
        let _ = user
            .call::<_, ()>(session.as_str(), "Verification", "Cancel", &())
            .await;
    }
    answer.map(|_| ())
}

/// Imports the tokens of these users.
async fn import<'a>(root: &Client, tokens: impl Iterator<Item = (&'a u32, &'a Token)>) {
    let mut table = String::from("serial number,secret key,time interval,manufacturer,model\n");
    for (uid, token) in tokens {
        writeln!(table, "load-{uid},{},0,Example,Counter", token.key).unwrap();
    }
    let options: HashMap<&str, Variant<'_>> = HashMap::new();
    let body = ("csv", table.as_bytes(), options);
    let (imported, problems): (u32, Vec<(u32, String)>) = root
        .call(ROOT_PATH, "Manager", "ImportTokens", &body)
        .await
        .unwrap();
    assert!(imported > 0 && problems.is_empty(), "{problems:?}");
}

async fn activate(user: &Client, token: &mut Token) {
    let serial = format!("load-{}", user.uid);
    let options = HashMap::from([("serial", Variant::from(serial))]);
    let (session, _) = user
        .start_enrollment("hardware-token", options)
        .await
        .unwrap();
    let code = token.code(0);
    let (method, ..) = user
        .finish_enrollment(session.as_str(), &code)
        .await
        .unwrap();
    token.path = method.to_string();
    token.next = 1;
}

/// A base32 key of 160 bits that only this user has.
fn key_of(uid: u32, seed: u64) -> String {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut dice = Dice::new(
        seed.wrapping_mul(0x1_0000_0000)
            .wrapping_add(u64::from(uid)),
    );
    let digit = |_| char::from(DIGITS[usize::try_from(dice.below(32)).unwrap()]);
    (0..32).map(digit).collect()
}

/// A code that was used is, for a token that counts, one that comes no more.
fn is_used(refusal: &Refusal) -> bool {
    matches!(refusal.short(), "CodeAlreadyUsed" | "WrongCode")
}

/// The proof that was given went with the request that was lost or refused.
fn is_unproved(refusal: &Refusal) -> bool {
    refusal.short() == "FreshProofNeeded"
}

fn last_part(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}
