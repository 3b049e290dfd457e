//! What a user under load expects after the daemon has restarted.

use super::history::{Change, Effect};
use super::worker::{Worker, is_used};

impl Worker {
    pub(super) async fn expect_last_code_used(&mut self) {
        let Some(last) = self.token.next.checked_sub(1) else {
            return;
        };
        let (path, code) = (self.token.path.clone(), self.token.code(last));
        match self.user.verify(self.user.uid, &path, &code).await {
            Ok(_) => panic!("code {last} of user {} was accepted twice", self.user.uid),
            Err(refusal) => assert!(is_used(&refusal), "{refusal}"),
        }
    }

    pub(super) async fn resolve_uncertain(&mut self, in_log: &impl Fn(&Effect) -> bool) {
        if !std::mem::take(&mut self.uncertain) {
            return;
        }
        let (counter, path) = (self.token.next, self.token.path.clone());
        let change = Change::Verified {
            method: self.token.id(),
            counter,
        };
        let used = in_log(&self.effect(change.clone()));
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
            answer => drop(self.record(change, sent, answer).await),
        }
    }

    pub(super) async fn expect_own_methods(&mut self) {
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
            // An app whose enrollment or deletion was not acknowledged.
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
