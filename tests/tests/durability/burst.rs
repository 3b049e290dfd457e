//! One code, used on four connections at once.

use crate::{USERS, seed};
use futures_util::future::{join_all, try_join_all};
use secinfo_tests::load::{Load, SeededRandom};
use secinfo_tests::{Client, ROOT, ROOT_PATH, Refusal, TestHost, hotp, now, response};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use zbus::{ObjectPath, OwnedObjectPath, OwnedVariant, Variant};

/// How many codes are used, four times each.
const BURSTS: u64 = 10_000;
/// How often users verify at most before they set up another app: policy allows a drift of ten steps
/// in both directions, and time passes meanwhile.
const CODES_OF_AN_APP: u32 = 18;
/// How many steps beyond theirs policy accepts by the time that the last of them is used.
const LATER_STEPS: u32 = 4;

/// How many refused codes the load's policy lets pass for sure, whatever the next burst adds.
const MOST_REFUSED: u32 = 6;

/// A user on four connections, the last of which is root's.
struct Clients {
    uid: u32,
    members: Vec<Client>,
    random: SeededRandom,
    /// How many codes of the user's and of root's were refused since one was accepted, at most. Root does not
    /// say where the user is, so that those count apart.
    refused: [u32; 2],
}

/// An app and its codes from the step of its enrollment on.
struct App {
    path: String,
    codes: Vec<String>,
}

impl Clients {
    async fn gather(host: &TestHost, uid: u32, seed: u64) -> Self {
        let uids = [uid, uid, uid, ROOT];
        let members = join_all(uids.map(|member| host.client(member))).await;
        Self {
            uid,
            members,
            random: SeededRandom::new(seed ^ u64::from(uid)),
            refused: [0; 2],
        }
    }

    /// Enrols an app with its oldest valid code, so that all later ones can be used.
    async fn enroll(&self) -> App {
        let member = &self.members[0];
        loop {
            let (session, details) = member
                .start_enrollment("authenticator-app", HashMap::new())
                .await
                .unwrap();
            let key = details.key.as_deref().unwrap().replace(' ', "");
            // A TOTP code is the HOTP code of its time step (RFC 6238 section 4.2). Two steps are
            // reserved for the time that passes meanwhile.
            let oldest = now() / 30 - 8;
            let digits = details.challenge.digits().unwrap();
            let mut codes = hotp(&key, digits, oldest, CODES_OF_AN_APP + 1 + LATER_STEPS);
            if codes.iter().collect::<HashSet<_>>().len() < codes.len() {
                // Of two steps with one code the later is taken, which uses up those between. One
                // app of some four thousand has such steps.
                let _: () = member
                    .call(session.as_str(), "Enrollment", "Cancel", &())
                    .await
                    .unwrap();
                continue;
            }
            codes.truncate(codes.len() - usize::try_from(LATER_STEPS).unwrap());
            let enrolled = member
                .finish_enrollment(session.as_str(), &codes[0])
                .await
                .unwrap();
            return App {
                path: enrolled.method.to_string(),
                codes,
            };
        }
    }

    /// Uses the code on all connections at once, on some with one call and on others with a session.
    /// Returns how often it was accepted.
    async fn burst(&mut self, path: &str, code: &str) -> usize {
        let mut sessions = Vec::new();
        for member in &self.members {
            sessions.push(match self.random.below(4) {
                0 => Some(open_session(member, self.uid, path).await),
                _ => None,
            });
        }
        let uid = self.uid;
        let given = self.members.iter().zip(&sessions);
        let answers = join_all(given.map(|(member, session)| async move {
            match session {
                None => member.verify(uid, path, code).await.map(|_| ()),
                Some(session) => submit(member, session, code).await,
            }
        }))
        .await;
        for (member, session) in self.members.iter().zip(&sessions) {
            if let Some(session) = session {
                // The session of the accepted code has ended.
                let _ = member
                    .call::<_, ()>(session, "Verification", "Cancel", &())
                    .await;
            }
        }
        let refused = answers.iter().filter_map(|answer| answer.as_ref().err());
        for refusal in refused {
            assert_eq!(refusal.short(), "CodeAlreadyUsed", "{refusal}");
        }
        self.forget_refusals(answers.last().is_some_and(Result::is_ok))
            .await;
        answers.iter().filter(|answer| answer.is_ok()).count()
    }

    /// Lifts what slows down guesses before refused codes come to that.
    async fn forget_refusals(&mut self, is_accepted_for_root: bool) {
        let [of_user, of_root] = self.refused;
        self.refused = if is_accepted_for_root {
            [of_user + 3, 0]
        } else {
            [2, of_root + 1]
        };
        if self.refused.iter().any(|refused| *refused >= MOST_REFUSED) {
            let root = self.members.last().unwrap();
            let user = secinfo_tests::user_path(self.uid);
            let () = root.call(&user, "User", "Unlock", &()).await.unwrap();
            self.refused = [0; 2];
        }
    }

    /// Verifies with one app after the other until there were enough bursts. Returns the last app and
    /// the last code.
    async fn go_on(&mut self, count: &AtomicU64) -> (String, String) {
        let mut app = self.enroll().await;
        loop {
            let (last, others) = app.codes[1..].split_last().unwrap();
            for code in others {
                let accepted = self.burst(&app.path, code).await;
                assert_eq!(accepted, 1, "of four at once");
                if count.fetch_add(1, Ordering::Relaxed) + 1 >= BURSTS {
                    return (app.path, code.clone());
                }
            }
            // A proof on the connection that then adds the next app and deletes this one.
            let member = &self.members[0];
            member.verify(self.uid, &app.path, last).await.unwrap();
            let next = self.enroll().await;
            let _: (bool, u64) = member
                .call(&app.path, "Method", "Delete", &())
                .await
                .unwrap();
            app = next;
        }
    }
}

async fn open_session(member: &Client, uid: u32, path: &str) -> String {
    let method = ObjectPath::try_from(path.to_owned()).unwrap();
    let options = HashMap::from([("method", Variant::from(method))]);
    let (session, _): (OwnedObjectPath, HashMap<String, OwnedVariant>) = member
        .call(
            ROOT_PATH,
            "Manager",
            "StartVerification",
            &(uid, "sign-in", "", options),
        )
        .await
        .unwrap();
    session.to_string()
}

async fn submit(member: &Client, session: &str, code: &str) -> Result<(), Refusal> {
    member
        .call::<_, HashMap<String, OwnedVariant>>(
            session,
            "Verification",
            "Submit",
            &response(code),
        )
        .await
        .map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_10_000_totp_codes_used_on_four_connections_at_once_none_is_accepted_twice() {
    let seed = seed(20_261_129);
    let mut host = TestHost::with(Load::setup()).await;
    let count = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let crowds = USERS.map(|uid| {
        let gathering = Clients::gather(&host, uid, seed);
        let count = Arc::clone(&count);
        async move {
            let mut clients = gathering.await;
            tokio::spawn(async move {
                let last = clients.go_on(&count).await;
                (clients, last)
            })
            .await
        }
    });
    let crowds = try_join_all(crowds).await.unwrap();
    let bursts = count.load(Ordering::Relaxed);
    eprintln!("{bursts} bursts in {:.1?}", begun.elapsed());
    assert!(bursts >= BURSTS);
    assert_eq!(accepted_twice(&host.client(ROOT).await).await, 0);
    host.restart().await;
    for (mut clients, (path, code)) in crowds {
        let accepted = clients.burst(&path, &code).await;
        assert_eq!(accepted, 0, "after a restart");
    }
}

/// How many codes the log has accepted more than once.
async fn accepted_twice(root: &Client) -> usize {
    let mut seen = HashSet::new();
    let events = root.events().await;
    let accepted = events
        .iter()
        .filter(|event| event["type"] == "verification-succeeded")
        .map(|event| &event["data"]);
    let again = |data: &&Value| {
        let code = (data["method"].to_string(), data["accepted"].to_string());
        !seen.insert(code)
    };
    accepted.filter(again).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recovery_codes_used_on_four_connections_at_once_are_each_accepted_once() {
    let seed = seed(20_261_130);
    let host = TestHost::with(Load::setup()).await;
    let mut clients = Clients::gather(&host, USERS[0], seed).await;
    let app = clients.enroll().await;
    clients.members[0]
        .verify(clients.uid, &app.path, &app.codes[1])
        .await
        .unwrap();
    let user = secinfo_tests::user_path(clients.uid);
    let codes: Vec<String> = clients.members[0]
        .call(&user, "User", "IssueRecoveryCodes", &())
        .await
        .unwrap();
    let methods = clients.members[0].methods_of(clients.uid).await;
    let path = methods.into_iter().find(|path| *path != app.path).unwrap();
    for code in &codes {
        assert_eq!(clients.burst(&path, code).await, 1, "of four at once");
    }
    assert_eq!(accepted_twice(&host.client(ROOT).await).await, 0);
}
