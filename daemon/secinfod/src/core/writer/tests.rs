#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use super::*;
use crate::core::account::{Account, Accounts};
use crate::core::clock::SystemClock;
use crate::core::in_vain::InVain;
use crate::core::replay::read_state;
use secinfo_domain::event::{
    Accepted, Actor, Fact, LogCreated, MethodEnrolled, UserAdded, Who, encode,
};
use secinfo_domain::kind::{Answer, HardwareToken};
use secinfo_domain::{
    Action, Authority, Context, Counter, HotpParameters, MethodId, Purpose, Sealed, SealedMethod,
    SealedPart, SessionTag, UserCommand, UserId, UserName,
};
use secinfo_ledger::{
    Engine, FaultMode, Faults, LedgerReader, MasterKey, MemoryStorage, Options, WritePoint,
};
use std::sync::mpsc;
use tokio::task::JoinHandle;

/// As many commands of one user as share one write.
const BATCH: u64 = crate::core::queue::MOST_OF_ONE as u64;

const USER: UserId = UserId::from_bytes([7; 16]);
const TOKEN: MethodId = MethodId::from_bytes([8; 16]);

type Answered = Result<Vec<Event>, ServiceError>;

/// A writer on a log in memory that knows one user with a token.
struct Host {
    writer: Arc<Writer>,
    published: Arc<Published>,
    reader: LedgerReader,
    faults: Faults,
    _directory: tempfile::TempDir,
}

/// Keeps the writer from all work that came after it.
struct Pause(mpsc::Sender<()>);

impl Host {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = Options {
            engine: Engine::Memory(MemoryStorage::default()),
            ..Options::new("host.example")
        };
        let faults = options.faults.clone();
        let master = MasterKey::from_bytes([1; 32]);
        let mut ledger = Ledger::open(directory.path(), master, options).unwrap();
        ledger.append(user_with_token()).unwrap();
        let reader = ledger.reader();
        let (state, _) = read_state(&reader).unwrap();
        let published = Arc::new(Published::new(state, ledger.room()));
        let clock = Arc::new(SystemClock);
        let writer = Writer::start(ledger, Arc::clone(&published), clock, 0).unwrap();
        Self {
            writer: Arc::new(writer),
            published,
            reader,
            faults,
            _directory: directory,
        }
    }

    /// Lets the writer wait, so that what is submitted before [`Pause::end`] is taken together.
    async fn pause(&self) -> Pause {
        let (end, ended) = mpsc::channel();
        let writer = Arc::clone(&self.writer);
        tokio::spawn(async move {
            let wait = move |_: &mut Appender| ended.recv();
            writer.between_commits(wait).await.unwrap().unwrap();
        });
        tokio::task::yield_now().await;
        Pause(end)
    }

    /// Gives the writer a command that introduces these users.
    async fn submit(&self, command: UserCommand, accounts: Vec<Person>) -> JoinHandle<Answered> {
        let writer = Arc::clone(&self.writer);
        let keys = Vec::new();
        let answer =
            tokio::spawn(async move { writer.commit(command.into(), keys, accounts).await });
        tokio::task::yield_now().await;
        answer
    }

    /// Gives the writer the token's codes of these numbers.
    async fn submit_codes(&self, numbers: impl Iterator<Item = u64>) -> Vec<JoinHandle<Answered>> {
        let mut answers = Vec::new();
        for number in numbers {
            answers.push(self.submit(code(number), Vec::new()).await);
        }
        answers
    }

    fn events(&self) -> Vec<Event> {
        let mut events = Vec::new();
        let read = self.reader.log.for_each::<ReplayError>(0, |seq, bytes| {
            let stored = secinfo_domain::event::decode(bytes)
                .map_err(|source| ReplayError::Event { seq, source })?;
            events.push(stored.event);
            Ok(())
        });
        read.unwrap();
        events
    }

    /// How often the log says that this code was accepted.
    fn accepted(&self, number: u64) -> usize {
        let is_it = |event: &&Event| match &event.fact {
            Fact::VerificationSucceeded(fact) => {
                fact.accepted == Accepted::Counter(Counter(number))
            }
            _ => false,
        };
        self.events().iter().filter(is_it).count()
    }
}

impl Pause {
    fn end(self) {
        self.0.send(()).unwrap();
    }
}

#[tokio::test]
async fn all_who_wait_in_vain_wait_for_one_write_and_hear_that_it_failed() {
    let host = Host::start();
    let in_vain = Arc::new(InVain::default());
    let wait = |count: usize| {
        let waits = (0..count).map(|_| {
            let (in_vain, writer) = (Arc::clone(&in_vain), Arc::clone(&host.writer));
            tokio::spawn(async move { in_vain.wait(&writer).await })
        });
        waits.collect::<Vec<_>>()
    };
    for round in 0..2 {
        // Each write but the first fails.
        let pause = host.pause().await;
        host.faults.arm(WritePoint::LogSync, FaultMode::Before, 1);
        let waits = wait(50);
        tokio::task::yield_now().await;
        pause.end();
        for wait in waits {
            wait.await.unwrap().unwrap();
        }
        let failed = wait(1).pop().unwrap().await.unwrap();
        assert!(not_stored(&failed.map(|()| Vec::new())), "{round}");
        assert!(host.writer.problem().is_some());
    }
    assert_eq!(host.events().len(), 3);
}

async fn answer(answer: JoinHandle<Answered>) -> Answered {
    answer.await.unwrap()
}

fn is_success(answer: &Answered) -> bool {
    let events = answer.as_ref().map_or(&[][..], Vec::as_slice);
    events
        .iter()
        .any(|event| matches!(event.fact, Fact::VerificationSucceeded(_)))
}

fn not_stored(answer: &Answered) -> bool {
    matches!(answer, Err(ServiceError::StorageUnavailable(_)))
}

fn user_with_token() -> Commit {
    let user_key = NewKey::generate(USER.into()).unwrap();
    let token_key = NewKey::generate(TOKEN.into()).unwrap();
    let seal = |part| token_key.seal(part, b"sealed").unwrap();
    let token = HardwareToken::Counter {
        parameters: HotpParameters::default(),
        next: Counter(0),
    };
    let facts: [(Option<UserId>, Fact); 3] = [
        (
            None,
            LogCreated {
                origin: "host.example/secinfo/0000000000000000".to_owned(),
            }
            .into(),
        ),
        (
            Some(USER),
            UserAdded {
                sealed: Sealed::new(user_key.seal(SealedPart::User, b"sealed").unwrap()),
            }
            .into(),
        ),
        (
            Some(USER),
            MethodEnrolled {
                method: TOKEN,
                credential: token.into(),
                sealed: SealedMethod::new(&seal(SealedPart::Label), &seal(SealedPart::Secret)),
                token: None,
                first_proof: None,
                vouched: None,
            }
            .into(),
        ),
    ];
    let event = |(seq, (user, fact))| {
        let event = Event {
            time: Timestamp::from_seconds(1_790_000_000),
            user,
            actor: actor(),
            fact,
        };
        encode(seq, &event).unwrap()
    };
    Commit {
        events: (0..).zip(facts).map(event).collect(),
        new_keys: vec![user_key, token_key],
        ..Commit::default()
    }
}

const fn actor() -> Actor {
    Actor::new(Who::Root)
}

fn command(user: UserId, authority: Authority, action: Action) -> UserCommand {
    UserCommand {
        user,
        context: Context {
            now: SystemClock.now(),
            actor: actor(),
            authority,
            on_self: false,
            session: SessionTag::from_bytes([3; 16]),
            former: Vec::new(),
            groups: None,
            source: None,
            place: None,
            room: Room::Enough,
            introductions: Vec::new(),
        },
        action,
    }
}

/// A command of this user that waits, and whose caller has gone.
pub(crate) fn pending(user: UserId) -> PendingCommand {
    PendingCommand {
        command: Command::User(UserCommand { user, ..code(0) }),
        keys: Vec::new(),
        accounts: Vec::new(),
        renamed_to: None,
        answer: oneshot::channel().0,
    }
}

/// The code of this number, found right.
fn code(number: u64) -> UserCommand {
    let action = Action::Verify {
        method: TOKEN,
        purpose: Purpose::SignIn,
        answer: Answer::Counter(Counter(number)),
        guess: None,
    };
    command(USER, Authority::Own, action)
}

#[tokio::test]
async fn a_batch_is_decided_on_the_one_before_it_that_is_not_on_disk_yet() {
    let host = Host::start();
    let pause = host.pause().await;
    let answers = host.submit_codes((0..2 * BATCH).chain(0..BATCH)).await;
    pause.end();
    for (place, given) in (0..).zip(answers) {
        let is_new = place < 2 * BATCH;
        assert_eq!(is_success(&answer(given).await), is_new, "answer {place}");
    }
    assert_eq!(host.published.state().events(), host.reader.log.size());
    host.writer.stop();
}

#[tokio::test]
async fn a_batch_that_was_decided_ahead_is_refused_with_the_one_that_the_disk_did_not_take() {
    let host = Host::start();
    let before = host.published.state();
    let pause = host.pause().await;
    host.faults.arm(WritePoint::LogBatch, FaultMode::Before, 0);
    let answers = host.submit_codes(0..2 * BATCH).await;
    pause.end();
    for given in answers {
        assert!(not_stored(&answer(given).await));
    }
    assert_eq!(host.reader.log.size(), before.events());
    assert_eq!(host.published.state(), before);

    let again = host.submit(code(0), Vec::new()).await;
    assert!(is_success(&answer(again).await));
    assert_eq!(host.accepted(0), 1);
    host.writer.stop();
}

#[tokio::test]
async fn a_refusal_that_stands_on_what_is_not_on_disk_is_not_told() {
    let host = Host::start();
    let pause = host.pause().await;
    host.faults.arm(WritePoint::LogBatch, FaultMode::Before, 0);
    let erasure = command(USER, Authority::Administrator, Action::Erase);
    let mut answers = host.submit_codes(0..BATCH - 1).await;
    answers.push(host.submit(erasure.clone(), Vec::new()).await);
    answers.extend(host.submit_codes(std::iter::once(BATCH)).await);
    pause.end();
    for given in answers {
        assert!(not_stored(&answer(given).await));
    }

    let erased = host.submit(erasure, Vec::new()).await;
    assert!(answer(erased).await.is_ok());
    let late = host.submit(code(BATCH), Vec::new()).await;
    assert!(matches!(answer(late).await, Err(ServiceError::Refused(_))));
    host.writer.stop();
}

#[tokio::test]
async fn a_code_is_accepted_once_however_the_disk_fails_between_two_submissions() {
    for point in [WritePoint::LogBatch, WritePoint::LogSync] {
        for mode in [FaultMode::Before, FaultMode::Half, FaultMode::After] {
            for passes in 0..3 {
                let host = Host::start();
                let pause = host.pause().await;
                host.faults.arm(point, mode, passes);
                // The code is in three batches, and comes again after them.
                let mut answers = Vec::new();
                for _ in 0..3 {
                    answers.extend(host.submit_codes(0..1).await);
                    answers.extend(host.submit_codes(1..BATCH).await);
                }
                pause.end();
                let mut successes = 0;
                for (place, given) in (0..).zip(answers) {
                    let success = is_success(&answer(given).await);
                    successes += usize::from(success && place % BATCH == 0);
                }
                let again = host.submit(code(0), Vec::new()).await;
                successes += usize::from(is_success(&answer(again).await));
                let times = format!("{point:?} {mode:?} after {passes}");
                assert!(successes <= 1, "{successes} successes, {times}");
                assert_eq!(host.accepted(0), 1, "{times}");
                assert_eq!(host.published.state().events(), host.reader.log.size());
                host.writer.stop();
            }
        }
    }
}

#[tokio::test]
async fn what_is_done_between_commits_finds_all_before_it_on_disk_and_nothing_after_it() {
    let host = Host::start();
    let before = host.reader.log.size();
    let pause = host.pause().await;
    let mut answers = host.submit_codes(0..BATCH + 10).await;
    let writer = Arc::clone(&host.writer);
    let seen = tokio::spawn(async move {
        let look = |appender: &mut Appender| {
            let (ledger, state) = appender.ledger_and_state();
            (ledger.reader().log.size(), state.events())
        };
        writer.between_commits(look).await.unwrap()
    });
    tokio::task::yield_now().await;
    answers.extend(host.submit_codes(BATCH + 10..2 * BATCH).await);
    pause.end();
    let there = before + BATCH + 10;
    assert_eq!(seen.await.unwrap(), (there, there));
    for given in answers {
        assert!(is_success(&answer(given).await));
    }
    host.writer.stop();
}

#[tokio::test]
async fn a_user_who_is_erased_right_after_being_introduced_is_not_introduced_again() {
    let host = Host::start();
    let account = Account {
        uid: 1234,
        name: UserName::parse("newcomer").unwrap(),
    };
    let accounts = Accounts::default();
    let person = accounts
        .person(account, &host.reader.index, |_| false)
        .unwrap();
    let introducing = |authority, action| {
        let mut command = command(person.id, authority, action);
        command.context.introductions = person.introduction().into_iter().collect();
        host.submit(command, vec![person.clone()])
    };
    let pause = host.pause().await;
    let mut answers = vec![introducing(Authority::Own, Action::FailActivation).await];
    answers.extend(host.submit_codes(1..BATCH).await);
    answers.push(introducing(Authority::Administrator, Action::Erase).await);
    let late = introducing(Authority::Own, Action::FailActivation).await;
    pause.end();
    for given in answers {
        assert!(answer(given).await.is_ok());
    }
    assert!(matches!(answer(late).await, Err(ServiceError::Refused(_))));
    let introduced =
        |event: &&Event| event.user == Some(person.id) && matches!(event.fact, Fact::UserAdded(_));
    assert_eq!(host.events().iter().filter(introduced).count(), 1);
    host.writer.stop();
}
