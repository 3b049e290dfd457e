//! Memory-hard hashing: it takes tens of megabytes for tens of milliseconds, so one runs at a time.
//!
//! What a sign-in waits for comes first, then what users verify by themselves, then codes that are issued,
//! and last what password resets ask for. Within each, users take turns, and so do callers from each place,
//! each with one piece of work: one who asks without end delays another by one piece only. The more wait, the
//! less each may have waiting, and beyond a bound nothing more is taken, so that many accounts together cannot
//! make the wait long.

use super::error::ServiceError;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::oneshot;

/// How many pieces of one user's work may wait for one purpose.
const MOST_WAITING: usize = 4;

/// How many pieces may wait for one purpose before each user may have one only.
const MANY_WAITING: usize = 32;

/// How many pieces may wait for one purpose: some five seconds of work.
const MOST_IN_ALL: usize = 64;

/// What hashing is for, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HashingFor {
    /// Checking a code that root asks for: of a login, or of `sudo`.
    SignIn,
    /// Checking a code that the user asks for.
    Verification,
    /// A code that is issued.
    Issuing,
    /// Checking what anybody answers who wants to set a new password of a user: it counts for the caller.
    Reset,
}

/// Who takes turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiter {
    uid: u32,
    /// From where, if many people use the account and it is known where each is.
    place: Option<IpAddr>,
}

impl Waiter {
    /// The account with this uid.
    pub(crate) const fn account(uid: u32) -> Self {
        Self { uid, place: None }
    }

    /// Those who use the account from this place; none is the host itself.
    pub(crate) const fn from(uid: u32, place: Option<IpAddr>) -> Self {
        Self { uid, place }
    }
}

/// The turns to hash.
#[derive(Default)]
pub(super) struct Hashing(Arc<Mutex<Turns>>);

#[derive(Default)]
struct Turns {
    taken: bool,
    /// The work that waits, for each purpose.
    lanes: [Lanes; 4],
}

/// The work that waits for one purpose, the one whose turn is next first.
#[derive(Default)]
struct Lanes(VecDeque<(Waiter, VecDeque<oneshot::Sender<Turn>>)>);

/// A turn. When it ends, it goes to the next who waits.
struct Turn(Option<Arc<Mutex<Turns>>>);

impl Hashing {
    /// Runs this one's work on a thread that may block, when it is its turn.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        waiter: Waiter,
        what_for: HashingFor,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let turn = self.turn(waiter, what_for).await?;
        // The work keeps its turn to its end, even if its caller goes.
        let work = move || {
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| ServiceError::Internal("hashing a code failed".to_owned()))
    }

    async fn turn(&self, waiter: Waiter, what_for: HashingFor) -> Result<Turn, ServiceError> {
        let waiting = {
            let mut turns = lock(&self.0);
            if !turns.taken {
                turns.taken = true;
                return Ok(Turn(Some(Arc::clone(&self.0))));
            }
            turns.lanes[what_for as usize].wait(waiter)?
        };
        waiting
            .await
            .map_err(|_| ServiceError::Internal("the turns to hash were lost".to_owned()))
    }
}

impl Lanes {
    fn wait(&mut self, waiter: Waiter) -> Result<oneshot::Receiver<Turn>, ServiceError> {
        // Those who have gone make room.
        for (_, lane) in &mut self.0 {
            lane.retain(|waiting| !waiting.is_closed());
        }
        let in_all: usize = self.0.iter().map(|(_, lane)| lane.len()).sum();
        let most = match in_all {
            ..MANY_WAITING => MOST_WAITING,
            MANY_WAITING..MOST_IN_ALL => 1,
            MOST_IN_ALL.. => 0,
        };
        let (sender, receiver) = oneshot::channel();
        let place = self.0.iter().position(|(of, _)| *of == waiter);
        match place.map(|place| &mut self.0[place].1) {
            Some(lane) if lane.len() < most => lane.push_back(sender),
            None if most > 0 => self.0.push_back((waiter, VecDeque::from([sender]))),
            _ => return Err(ServiceError::Busy),
        }
        Ok(receiver)
    }

    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        loop {
            let (waiter, mut lane) = self.0.pop_front()?;
            let next = lane.pop_front();
            if !lane.is_empty() {
                self.0.push_back((waiter, lane));
            }
            if next.is_some() {
                return next;
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(turns) = self.0.take() else {
            return;
        };
        loop {
            let next = {
                let mut locked = lock(&turns);
                let next = locked.lanes.iter_mut().find_map(Lanes::next);
                if next.is_none() {
                    locked.taken = false;
                }
                next
            };
            let Some(next) = next else {
                return;
            };
            match next.send(Self(Some(Arc::clone(&turns)))) {
                Ok(()) => return,
                // Its caller has gone: the turn goes on from here.
                Err(mut unused) => unused.0 = None,
            }
        }
    }
}

fn lock(turns: &Mutex<Turns>) -> MutexGuard<'_, Turns> {
    turns
        .lock()
        .expect("nothing panics while it holds the turns")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use tokio::task::JoinSet;

    /// Work that waits for `go`, then tells its name.
    struct Stage {
        hashing: Arc<Hashing>,
        told: mpsc::Sender<&'static str>,
        running: JoinSet<Result<(), ServiceError>>,
    }

    impl Stage {
        async fn ask(&mut self, waiter: Waiter, what_for: HashingFor, name: &'static str) {
            let (hashing, told) = (Arc::clone(&self.hashing), self.told.clone());
            self.running.spawn(async move {
                let work = move || told.send(name).unwrap();
                hashing.run(waiter, what_for, work).await
            });
            // On one thread it is in its place when the next one asks.
            tokio::task::yield_now().await;
        }
    }

    /// The order in which work is done that is asked for while the first is running.
    async fn order(
        asked: impl IntoIterator<Item = (u32, HashingFor, &'static str)>,
    ) -> Vec<&'static str> {
        let of_account = |(uid, what_for, name)| (Waiter::account(uid), what_for, name);
        order_of(asked.into_iter().map(of_account)).await
    }

    /// The same, of whomever.
    async fn order_of(
        asked: impl IntoIterator<Item = (Waiter, HashingFor, &'static str)>,
    ) -> Vec<&'static str> {
        let (told, heard) = mpsc::channel();
        let mut stage = Stage {
            hashing: Arc::default(),
            told,
            running: JoinSet::new(),
        };
        let first = stage
            .hashing
            .turn(Waiter::account(0), HashingFor::Issuing)
            .await
            .unwrap();
        for (waiter, what_for, name) in asked {
            stage.ask(waiter, what_for, name).await;
        }
        drop(first);
        while let Some(done) = stage.running.join_next().await {
            if let Err(ServiceError::Busy) = done.unwrap() {
                stage.told.send("refused").unwrap();
            }
        }
        drop(stage);
        heard.into_iter().collect()
    }

    use HashingFor::{Issuing, Reset, SignIn, Verification};

    #[tokio::test]
    async fn users_take_turns_however_much_one_of_them_asks() {
        let asked = [
            (1, Verification, "a1"),
            (1, Verification, "a2"),
            (1, Verification, "a3"),
            (2, Verification, "b1"),
            (3, Verification, "c1"),
            (2, Verification, "b2"),
        ];
        assert_eq!(order(asked).await, ["a1", "b1", "c1", "a2", "b2", "a3"]);
    }

    #[tokio::test]
    async fn at_one_kiosk_each_place_has_turns_of_its_own() {
        let at = |place: u8| Waiter::from(5, Some([192, 0, 2, place].into()));
        let flood = [(at(1), Reset, "flood"); MOST_WAITING];
        let others = [
            (at(2), Reset, "remote"),
            (Waiter::from(5, None), Reset, "host"),
        ];
        let told = order_of(flood.into_iter().chain(others)).await;
        assert_eq!(told, ["flood", "remote", "host", "flood", "flood", "flood"]);
    }

    #[tokio::test]
    async fn sign_ins_come_first_then_verifications_then_codes_that_are_issued() {
        let asked = [
            (1, Issuing, "issued 1"),
            (1, Issuing, "issued 2"),
            (2, Verification, "verified"),
            (3, SignIn, "signed in"),
        ];
        let told = ["signed in", "verified", "issued 1", "issued 2"];
        assert_eq!(order(asked).await, told);
    }

    #[tokio::test]
    async fn many_users_who_ask_for_much_leave_room_for_one_who_asks_for_little() {
        let hungry = (0..1000).flat_map(|uid| [(uid, Verification, "done"); MOST_WAITING]);
        let few = (0..20).flat_map(|uid| [(uid, Verification, "done"); MOST_WAITING]);
        let last = [(7777, Verification, "last"), (7777, SignIn, "first")];
        let told = order(few.chain(last)).await;
        assert_eq!(told.iter().filter(|told| **told == "last").count(), 1);
        // However many there are, what waits is bounded, and a sign-in does not wait for it.
        let told = order(hungry.chain([(7777, SignIn, "first")])).await;
        assert_eq!(
            told.iter().filter(|told| **told == "done").count(),
            MOST_IN_ALL
        );
        let done = told.iter().find(|told| **told != "refused");
        assert_eq!(done, Some(&"first"));
    }

    #[tokio::test]
    async fn one_user_has_only_so_much_waiting() {
        let asked = [(1, Verification, "done"); MOST_WAITING + 2];
        let mut told = order(asked).await;
        told.retain(|told| *told == "refused");
        assert_eq!(told.len(), 2);
    }

    #[tokio::test]
    async fn the_turn_of_a_caller_who_has_gone_is_not_lost() {
        let hashing = Hashing::default();
        let first = hashing
            .turn(Waiter::account(1), Verification)
            .await
            .unwrap();
        let gone = hashing.0.lock().unwrap().lanes[0]
            .wait(Waiter::account(1))
            .unwrap();
        let next = hashing.0.lock().unwrap().lanes[0]
            .wait(Waiter::account(2))
            .unwrap();
        drop(gone);
        drop(first);
        drop(next.await.unwrap());
        hashing
            .run(Waiter::account(3), Issuing, || ())
            .await
            .unwrap();
    }
}
