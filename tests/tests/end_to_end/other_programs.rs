//! The main tasks with other programs, `busctl` and `gdbus`, only.
//!
//! Each call is a separate process and connection. They share a login session, as for a user who types
//! these commands.

use secinfo_tests::{ALICE, Codes, Login, ROOT_PATH, Setup, TestHost, user_path};
use serde_json::Value;

const NAME: &str = "org.secinfo.SecurityInfo1";

/// A user who uses only `busctl` and `gdbus`.
struct LoginUser {
    login: Login,
    address: String,
}

impl LoginUser {
    fn log_in(host: &TestHost) -> Self {
        Self {
            login: Login::start(ALICE),
            address: host.bus().address(),
        }
    }

    /// Calls a method with busctl, and returns the reply as JSON.
    fn busctl(&mut self, words: &[&str]) -> Result<Value, String> {
        let address = format!("--address={}", self.address);
        let mut command = vec!["busctl", &address, "--json=short"];
        command.extend(words);
        let (code, text) = self.login.run(&command, "");
        if code != 0 {
            return Err(text);
        }
        Ok(serde_json::from_str(text.trim()).unwrap_or(Value::Null))
    }

    fn call(&mut self, path: &str, interface: &str, rest: &[&str]) -> Result<Value, String> {
        let interface = format!("{NAME}.{interface}");
        let mut words = vec!["call", NAME, path, &interface];
        words.extend(rest);
        self.busctl(&words).map(|answer| answer["data"].clone())
    }

    fn default_method(&mut self) -> Value {
        let interface = format!("{NAME}.User");
        let words = [
            "get-property",
            NAME,
            &user_path(ALICE),
            &interface,
            "DefaultMethod",
        ];
        self.busctl(&words).unwrap()["data"].clone()
    }

    fn enroll(&mut self, label: &str) -> (String, Codes) {
        let arguments = [
            "StartEnrollment",
            "sa{sv}",
            "authenticator-app",
            "2",
            "detached",
            "b",
            "true",
            "label",
            "s",
            label,
        ];
        let started = self.call(&user_path(ALICE), "User", &arguments).unwrap();
        let mut codes = Codes::new(started[1]["key"]["data"].as_str().unwrap());
        codes.drift = 10;
        let session = started[0].as_str().unwrap();
        let submitted = self.call(
            session,
            "Enrollment",
            &["Submit", "a{sv}", "1", "code", "s", &codes.fresh()],
        );
        let method = submitted.unwrap()[0]["method"]["data"]
            .as_str()
            .unwrap()
            .to_owned();
        (method, codes)
    }

    fn verify(&mut self, method: &str, code: &str) -> Result<Value, String> {
        let uid = ALICE.to_string();
        let arguments = [
            "Verify",
            "ussoa{sv}",
            &uid,
            "sign-in",
            "",
            method,
            "1",
            "code",
            "s",
            code,
        ];
        self.call(ROOT_PATH, "Manager", &arguments)
    }

    fn gdbus(&mut self, path: &str, method: &str, arguments: &[&str]) -> Result<String, String> {
        let method = format!("{NAME}.{method}");
        let address = self.address.clone();
        let mut command = vec![
            "gdbus",
            "call",
            "--address",
            &address,
            "--dest",
            NAME,
            "--object-path",
            path,
            "--method",
            &method,
        ];
        command.extend(arguments);
        let (code, text) = self.login.run(&command, "");
        if code == 0 { Ok(text) } else { Err(text) }
    }
}

/// A response with a code, as `gdbus` takes it.
fn response_text(code: &str) -> String {
    format!("{{'code': <'{code}'>}}")
}

/// The quoted text after this word.
fn quoted<'a>(text: &'a str, after: &str) -> &'a str {
    let found = text.split_once(after).map(|(_, rest)| rest);
    let rest = found.unwrap_or_else(|| panic!("{after}: {text}"));
    rest.split('\'').nth(1).unwrap()
}

#[tokio::test]
async fn busctl_enrols_verifies_chooses_the_default_and_deletes() {
    let host = TestHost::with(Setup::with_drift()).await;
    let mut person = LoginUser::log_in(&host);
    let (first, mut codes) = person.enroll("First");
    let proof = person.verify(&first, &codes.fresh()).unwrap();
    assert_eq!(proof[0]["kind"]["data"], "authenticator-app");
    let again = person.verify(&first, &codes.again()).unwrap_err();
    assert!(again.contains("used already"), "{again}");

    let (second, _) = person.enroll("Second");
    assert_eq!(person.default_method(), second);
    let user = user_path(ALICE);
    person
        .call(&user, "User", &["SetDefault", "o", &first])
        .unwrap();
    assert_eq!(person.default_method(), first);

    let deleted = person.call(&first, "Method", &["Delete"]).unwrap();
    assert_eq!(deleted[0], true);
    assert_eq!(person.default_method(), second);
}

#[tokio::test]
async fn gdbus_enrols_verifies_chooses_the_default_and_deletes() {
    let host = TestHost::with(Setup::with_drift()).await;
    let mut person = LoginUser::log_in(&host);
    let user = user_path(ALICE);
    let enroll = |person: &mut LoginUser| {
        let options = ["authenticator-app", "{'detached': <true>}"];
        let started = person
            .gdbus(&user, "User.StartEnrollment", &options)
            .unwrap();
        let session = quoted(&started, "objectpath").to_owned();
        let mut codes = Codes::new(quoted(&started, "'key': <"));
        codes.drift = 10;
        let submitted = person.gdbus(
            &session,
            "Enrollment.Submit",
            &[&response_text(&codes.fresh())],
        );
        (
            quoted(&submitted.unwrap(), "'method': <objectpath").to_owned(),
            codes,
        )
    };
    let (first, mut codes) = enroll(&mut person);
    let uid = ALICE.to_string();
    let response = response_text(&codes.fresh());
    let arguments = [uid.as_str(), "sign-in", "", &first, &response];
    let proof = person
        .gdbus(ROOT_PATH, "Manager.Verify", &arguments)
        .unwrap();
    assert!(proof.contains("'possession'"), "{proof}");

    let (second, _) = enroll(&mut person);
    assert_eq!(person.default_method(), second);
    person.gdbus(&user, "User.SetDefault", &[&first]).unwrap();
    assert_eq!(person.default_method(), first);
    let deleted = person.gdbus(&first, "Method.Delete", &[]).unwrap();
    assert!(deleted.starts_with("(true,"), "{deleted}");
    assert_eq!(person.default_method(), second);
}
