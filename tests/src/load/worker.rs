//! One user under load.

use super::history::{Change, Effect, History, Operation, Outcome};
use super::last_part;
use super::random::SeededRandom;
use super::token::Token;
use crate::client::{Client, Refusal};
use crate::enroll::response;
use crate::{ROOT_PATH, user_path};
use secinfo_test_person::{hotp, now};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use zbus::{ObjectPath, OwnedObjectPath, Variant};

/// The maximum number of apps of a user.
const MAX_APPS: usize = 4;

/// One user under load.
pub(super) struct Worker {
    pub(super) user: Client,
    pub(super) root: Client,
    pub(super) token: Token,
    /// Whether a verification with the token's next code was requested but not acknowledged.
    pub(super) uncertain: bool,
    pub(super) apps: Vec<String>,
    pub(super) deleted: Vec<String>,
    pub(super) label: Option<String>,
    pub(super) random: SeededRandom,
    pub(super) clock: Arc<AtomicU64>,
    pub(super) history: History,
}

/// Whether a worker can continue.
pub(super) enum Progress {
    Continue,
    DaemonGone,
}

impl Worker {
    pub(super) async fn run(&mut self, stop: &AtomicBool) {
        // A new connection or a new daemon needs a fresh proof first.
        let mut proved = false;
        while !stop.load(Ordering::Relaxed) {
            let next = if proved {
                self.step().await
            } else {
                self.verify(false).await
            };
            proved = true;
            if matches!(next, Progress::DaemonGone) {
                return;
            }
        }
    }

    async fn step(&mut self) -> Progress {
        match self.random.below(100) {
            0..35 => self.verify(false).await,
            35..55 => self.verify(true).await,
            55..72 => self.rename().await,
            72..80 if self.apps.len() < MAX_APPS => self.enroll().await,
            72..84 => self.delete().await,
            84..88 => self.wrong_code().await,
            88..90 => self.issue_codes().await,
            90..93 => self.issue_pass().await,
            _ => self.checkpoint().await,
        }
    }

    pub(super) fn effect(&self, change: Change) -> Effect {
        Effect {
            uid: self.user.uid,
            change,
        }
    }

    pub(super) fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// Records the outcome of an operation. Returns the reply, if it was acknowledged.
    pub(super) async fn record<T>(
        &mut self,
        change: Change,
        sent: u64,
        answer: Result<T, Refusal>,
    ) -> (Option<T>, Progress) {
        let (outcome, value, next) = match answer {
            Ok(value) => (Outcome::Done, Some(value), Progress::Continue),
            Err(refusal) => match refusal.short() {
                "NoReply" => (Outcome::Lost, None, Progress::DaemonGone),
                "StorageUnavailable" => {
                    self.history.refused += 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    (Outcome::Refused, None, Progress::Continue)
                }
                _ => return (None, self.expect_gone(&refusal)),
            },
        };
        self.history.operations.push(Operation {
            effect: self.effect(change),
            sent,
            answered: self.tick(),
            outcome,
        });
        (value, next)
    }

    /// Handles a refusal that changed nothing: the daemon has ended or is ending, or cannot read the
    /// log while it reopens it after a failed write.
    fn expect_gone(&mut self, refusal: &Refusal) -> Progress {
        match refusal.short() {
            "StorageUnavailable" => {
                self.history.refused += 1;
                Progress::Continue
            }
            "ServiceUnknown" | "NameHasNoOwner" | "ShuttingDown" | "NoReply" => {
                Progress::DaemonGone
            }
            _ => panic!("user {} was refused: {refusal}", self.user.uid),
        }
    }

    async fn verify(&mut self, in_session: bool) -> Progress {
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
        if self.uncertain
            && let Err(refusal) = &answer
            && is_used(refusal)
        {
            // It was not acknowledged, but is in the log: after a failed write, a refused code may
            // have been written, but it is never accepted twice.
            self.uncertain = false;
            self.token.next += 1;
            return Progress::Continue;
        }
        let change = Change::Verified {
            method: self.token.id(),
            counter,
        };
        let operations_before = self.history.operations.len();
        let (done, next) = self.record(change, sent, answer).await;
        if done.is_some() {
            self.uncertain = false;
            self.token.next += 1;
        } else if self.history.operations.len() > operations_before {
            self.uncertain = true;
        }
        next
    }

    async fn rename(&mut self) -> Progress {
        let path = self.token.path.clone();
        let label = format!("Token {}", self.random.below(1_000_000));
        let sent = self.tick();
        let answer = self.user.call(&path, "Method", "Rename", &label).await;
        let method = self.token.id();
        let operations_before = self.history.operations.len();
        let (done, next) = self
            .record::<()>(Change::Renamed { method }, sent, answer)
            .await;
        if done.is_some() {
            self.label = Some(label);
        } else if self.history.operations.len() > operations_before {
            self.label = None;
        }
        next
    }

    async fn enroll(&mut self) -> Progress {
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
        let code = hotp(&key, details.challenge.digits().unwrap(), now() / 30, 1).remove(0);
        let sent = self.tick();
        let answer = self.user.finish_enrollment(session.as_str(), &code).await;
        let (enrolled, next) = self.record(Change::Enrolled, sent, answer).await;
        self.apps
            .extend(enrolled.map(|enrolled| enrolled.method.to_string()));
        next
    }

    async fn delete(&mut self) -> Progress {
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
            .record::<(bool, u64)>(Change::Deleted { method }, sent, answer)
            .await;
        if let Some((deleted, _)) = done {
            assert!(deleted, "a token proves enough to delete an app at once");
            self.deleted.push(path);
        }
        next
    }

    async fn issue_codes(&mut self) -> Progress {
        let path = user_path(self.user.uid);
        let sent = self.tick();
        let answer = self
            .user
            .call::<_, Vec<String>>(&path, "User", "IssueRecoveryCodes", &())
            .await;
        if answer.as_ref().is_err_and(is_unproved) {
            return self.verify(false).await;
        }
        self.record(Change::CodesIssued, sent, answer).await.1
    }

    async fn issue_pass(&mut self) -> Progress {
        let path = user_path(self.user.uid);
        let sent = self.tick();
        let answer = self
            .root
            .call::<_, (String, u64)>(&path, "User", "IssueAccessPass", &(3600_u64, true, 0_u64))
            .await;
        self.record(Change::PassIssued, sent, answer).await.1
    }

    async fn wrong_code(&mut self) -> Progress {
        let (path, code) = (self.token.path.clone(), self.token.wrong_code());
        match self.user.verify(self.user.uid, &path, &code).await {
            Ok(_) => panic!("a wrong code was accepted"),
            Err(refusal) if refusal.short() == "WrongCode" => Progress::Continue,
            Err(refusal) => self.expect_gone(&refusal),
        }
    }

    async fn checkpoint(&mut self) -> Progress {
        match self.user.call(ROOT_PATH, "Audit", "Checkpoint", &()).await {
            Ok(note) => {
                self.history.checkpoints.push(note);
                Progress::Continue
            }
            Err(refusal) => self.expect_gone(&refusal),
        }
    }
}

/// Verifies a user with a verification session.
async fn verify_in_session(user: &Client, path: &str, code: &str) -> Result<(), Refusal> {
    let method = ObjectPath::try_from(path.to_owned()).unwrap();
    let options = HashMap::from([("method", Variant::from(method))]);
    let body = (user.uid, "sign-in", "", options);
    let (session, _): (OwnedObjectPath, HashMap<String, zbus::OwnedVariant>) = user
        .call(ROOT_PATH, "Manager", "StartVerification", &body)
        .await?;
    let answer: Result<secinfo_wire::Proof, Refusal> = user
        .call(session.as_str(), "Verification", "Submit", &response(code))
        .await;
    if answer.is_err() {
        // The session has attempts left, which are not needed.
        let _ = user
            .call::<_, ()>(session.as_str(), "Verification", "Cancel", &())
            .await;
    }
    answer.map(|_| ())
}

/// Whether a code was used before; a counter-based token takes it for a wrong one.
pub(super) fn is_used(refusal: &Refusal) -> bool {
    matches!(refusal.short(), "CodeAlreadyUsed" | "WrongCode")
}

/// Whether the fresh proof was lost with a lost or refused request.
fn is_unproved(refusal: &Refusal) -> bool {
    refusal.short() == "FreshProofNeeded"
}
