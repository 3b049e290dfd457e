//! One user under load.

use super::account::{Account, Asked, Deed, Outcome, What};
use super::dice::Dice;
use super::last_part;
use super::token::Token;
use crate::client::{Client, Refusal};
use crate::{ROOT_PATH, user_path};
use secinfo_test_person::{hotp, now};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use zbus::{ObjectPath, OwnedObjectPath, Variant};

/// How many apps a user has at most.
const MOST_APPS: usize = 4;

/// One user under load.
pub(super) struct Worker {
    pub(super) user: Client,
    pub(super) root: Client,
    pub(super) token: Token,
    /// A verification by the token's next code was asked for, and not acknowledged.
    pub(super) unsure: bool,
    pub(super) apps: Vec<String>,
    pub(super) deleted: Vec<String>,
    pub(super) label: Option<String>,
    pub(super) dice: Dice,
    pub(super) clock: Arc<AtomicU64>,
    pub(super) account: Account,
}

/// Whether a worker can go on.
pub(super) enum Next {
    GoOn,
    DaemonGone,
}

impl Worker {
    pub(super) async fn run(&mut self, stop: &AtomicBool) {
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

    pub(super) fn deed(&self, what: What) -> Deed {
        Deed {
            uid: self.user.uid,
            what,
        }
    }

    pub(super) fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// Notes what came of a request; whether it was acknowledged, and whether to go on.
    pub(super) async fn note<T>(
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
}

/// Verifies a user by a session.
async fn verify_in_session(user: &Client, path: &str, code: &str) -> Result<(), Refusal> {
    let method = ObjectPath::try_from(path.to_owned()).unwrap();
    let options = HashMap::from([("method", Variant::from(method))]);
    let body = (user.uid, "sign-in", "", options);
    let (session, _): (OwnedObjectPath, HashMap<String, zbus::OwnedVariant>) = user
        .call(ROOT_PATH, "Manager", "StartVerification", &body)
        .await?;
    let answer: Result<secinfo_wire::Proof, Refusal> = user
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

/// A code that was used is, for a token that counts, one that comes no more.
pub(super) fn is_used(refusal: &Refusal) -> bool {
    matches!(refusal.short(), "CodeAlreadyUsed" | "WrongCode")
}

/// The proof that was given went with the request that was lost or refused.
fn is_unproved(refusal: &Refusal) -> bool {
    refusal.short() == "FreshProofNeeded"
}
