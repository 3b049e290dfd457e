//! Every row of the access table, called by a stranger: refused as the row says, and in the same words
//! whether the object exists or not.

use secinfo_tests::{
    ALICE, ALICE_NAME, App, BOB, Client, IgnoredReply, NO_ACCOUNT, ROOT, ROOT_PATH, Refusal,
    STRANGER, Setup, TestHost, pipe_with, response, user_path,
};
use secinfod::bus::Access;
use secinfod::bus::interface::interfaces;
use std::collections::HashMap;
use zbus::{Fd, ObjectPath, OwnedObjectPath, Variant};

pub(crate) type Options = HashMap<&'static str, Variant<'static>>;

/// What a verification can be for, and each has users that the other has not.
const PURPOSES: [&str; 2] = ["sign-in", "password-reset"];

const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// The objects that a stranger tries to access.
pub(crate) struct Target {
    user: String,
    uid: u32,
    name: &'static str,
    method: String,
    pub(crate) enrollment: String,
    pub(crate) verification: String,
}

impl Target {
    /// No object exists: no account, no method, no session.
    fn missing() -> Self {
        Self {
            user: user_path(NO_ACCOUNT),
            uid: NO_ACCOUNT,
            name: "no-such-account",
            method: format!("{}/methods/{}", user_path(NO_ACCOUNT), "5".repeat(32)),
            enrollment: format!("{ROOT_PATH}/enrollments/{}", "6".repeat(32)),
            verification: format!("{ROOT_PATH}/verifications/{}", "7".repeat(32)),
        }
    }

    /// The account exists, but its objects do not.
    fn half_missing() -> Self {
        Self {
            user: user_path(ALICE),
            uid: ALICE,
            name: ALICE_NAME,
            method: format!("{}/methods/{}", user_path(ALICE), "5".repeat(32)),
            ..Self::missing()
        }
    }

    fn path_of(&self, interface: &str) -> String {
        match interface {
            "Manager" | "Tokens" | "Channels" | "Backups" | "Audit" => ROOT_PATH.to_owned(),
            "User" => self.user.clone(),
            "Method" => self.method.clone(),
            "Enrollment" => self.enrollment.clone(),
            "Verification" => self.verification.clone(),
            other => panic!("there is no test of the interface {other}: add it here"),
        }
    }
}

/// Creates a method, an enrollment and a verification of Alice.
pub(crate) async fn target(host: &TestHost) -> (Client, App, Target) {
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;
    let (enrollment, _) = alice
        .start_enrollment("authenticator-app", Options::new())
        .await
        .unwrap();
    let verification = start_verification(&alice, ALICE, Options::new())
        .await
        .unwrap();
    let target = Target {
        user: user_path(ALICE),
        uid: ALICE,
        name: ALICE_NAME,
        method: app.path.clone(),
        enrollment: enrollment.to_string(),
        verification,
    };
    (alice, app, target)
}

pub(crate) async fn start_verification(
    client: &Client,
    uid: u32,
    options: Options,
) -> Result<String, Refusal> {
    let body = (uid, "sign-in", "", options);
    let started: Result<(OwnedObjectPath, IgnoredReply), _> = client
        .call(ROOT_PATH, "Manager", "StartVerification", &body)
        .await;
    started.map(|(path, _)| path.to_string())
}

/// Calls the method of a row with harmful arguments, for this purpose where it takes one.
async fn drive(
    client: &Client,
    target: &Target,
    (interface, method): (&str, &str),
    purpose: &str,
) -> Outcome {
    let path = target.path_of(interface);
    let (uid, code) = (target.uid, "123456");
    let object = || ObjectPath::try_from(target.method.clone()).unwrap();
    let none: Options = Options::new();
    let (_, pipe) = std::io::pipe().unwrap();
    let c = Driver {
        client,
        path: &path,
        interface,
        method,
    };
    match (interface, method) {
        ("Manager", "GetUser") => c.with(&uid).await,
        ("Manager", "GetUserByName") => c.with(&target.name).await,
        ("Manager", "ListUsers" | "ListDeparted") => c.with(&("", 10_u32)).await,
        ("Manager", "RenameUser") => c.with(&(target.name, "another")).await,
        ("Manager", "EraseDeparted") => c.with(&(uid, target.name)).await,
        ("Manager", "ListKinds") => c.with(&(uid, purpose, "")).await,
        ("Manager", "ListQuestions") => c.with(&"de_DE.UTF-8").await,
        ("Manager", "GetPolicy" | "GetExpectedSignIn") => c.with(&(uid, "")).await,
        ("Manager", "StartVerification") => c.with(&(uid, purpose, "", none)).await,
        ("Manager", "Verify") => c.with(&(uid, purpose, "", object(), response(code))).await,
        ("Tokens", "ImportTokens") => c.with(&("csv", pipe_with(b"serial"), none)).await,
        ("Backups", "Backup") => c.with(&Fd::from(&pipe)).await,
        ("Backups", "Restore") => c.with(&(Fd::from(&pipe), none)).await,
        ("Manager", "ImportMethods") => c.with(&("oath-users", pipe_with(b""), none)).await,
        ("User", "StartEnrollment") => c.with(&("authenticator-app", none)).await,
        ("User", "SetDefault") | ("Verification", "ChangeMethod") => c.with(&object()).await,
        ("User", "GetActivityProof" | "ReportActivity") => c.with(&0_u64).await,
        ("User", "IssueAccessPass") => c.with(&(3600_u64, true, 0_u64)).await,
        ("Method", "Resynchronize") => c.with(&(code, code)).await,
        ("Tokens", "RemoveToken") | ("Method", "Rename") => c.with(&code).await,
        ("Enrollment" | "Verification", "Submit") => c.with(&response(code)).await,
        ("Audit", "Read") | ("User", "ListActivity") => c.with(&(0_u64, 10_u32)).await,
        ("Audit", "InclusionProof" | "ConsistencyProof") => c.with(&(0_u64, 1_u64)).await,
        ("Audit", "Names") => c.with(&vec!["0".repeat(32)]).await,
        ("Channels", "TestChannel") => c.with(&("text", "+4915112345678", none)).await,
        ("Manager", "GetStatus" | "GetStatistics" | "GetPushState")
        | ("Tokens", "ListTokens")
        | ("Channels", "ListChannels")
        | (
            "User",
            "IssueRecoveryCodes" | "RevokeAccessPass" | "Unlock" | "LockAccount" | "Erase",
        )
        | ("Method", "Delete" | "CancelDeletion" | "GetOpenSshKey")
        | ("Enrollment" | "Verification", "SendCode" | "Cancel")
        | ("Verification", "ListMethods")
        | ("Audit", "Checkpoint" | "VerifierKey" | "Subscribe" | "Unsubscribe") => {
            c.with(&()).await
        }
        (interface, method) => {
            panic!("there is no test of {interface}.{method} by a stranger: add it here")
        }
    }
}

type Outcome = Result<(), Refusal>;

struct Driver<'a> {
    client: &'a Client,
    path: &'a str,
    interface: &'a str,
    method: &'a str,
}

impl Driver<'_> {
    async fn with<B: serde::Serialize + zbus::DynamicType>(self, body: &B) -> Outcome {
        let called =
            self.client
                .call::<_, IgnoredReply>(self.path, self.interface, self.method, body);
        called.await.map(|IgnoredReply| ())
    }
}

fn short(interface: &str) -> &str {
    interface.rsplit('.').next().unwrap_or_default()
}

/// The expected refusal of a stranger; `None` if the row is open to all users.
fn expected(interface: &str, member: &str, access: Access) -> Option<&'static str> {
    match access {
        // The handler checks access, because the object is not named by uid.
        Access::Anyone if interface == "Manager" && member == "GetUserByName" => {
            Some("org.secinfo.SecurityInfo1.Error.NotAuthorized")
        }
        Access::Anyone => None,
        Access::Owner { .. }
        | Access::NamedUser { .. }
        | Access::Administrator(_)
        | Access::Root => Some("org.secinfo.SecurityInfo1.Error.NotAuthorized"),
        // The existence of a session is not revealed.
        Access::SessionOwner => Some("org.freedesktop.DBus.Error.UnknownObject"),
    }
}

#[tokio::test]
async fn every_method_refuses_a_stranger_in_the_same_words_whether_its_object_exists_or_not() {
    let resets = "[policy.reset]\nenabled = true\n";
    let host = TestHost::with(Setup::with_drift().more(resets)).await;
    let (alice, app, real) = target(&host).await;
    let root = host.client(ROOT).await;
    let before = root.events().await.len();
    let targets = [real, Target::half_missing(), Target::missing()];

    for interface in interfaces() {
        let interface_name = short(interface.name);
        let rows = interface.methods.iter().flat_map(|row| {
            let takes_one = row.inputs.iter().any(|input| input.name == "purpose");
            let purposes = if takes_one {
                &PURPOSES[..]
            } else {
                &PURPOSES[..1]
            };
            purposes.iter().map(move |purpose| (row, *purpose))
        });
        for (row, purpose) in rows {
            // A separate connection for each row, so that rows do not affect each other.
            let stranger = host.client(STRANGER).await;
            let mut answers = Vec::new();
            for target in &targets {
                let called = (interface_name, row.name);
                answers.push(drive(&stranger, target, called, purpose).await);
            }
            let what = format!("{interface_name}.{} {purpose}", row.name);
            match expected(interface_name, row.name, row.access) {
                Some(error) => {
                    let refusal = answers[0].as_ref().expect_err(&what);
                    assert_eq!(refusal.name, error, "{what}");
                    for answer in &answers {
                        assert_eq!(answer.as_ref().err(), Some(refusal), "{what}");
                    }
                }
                None => assert!(answers.iter().all(Result::is_ok), "{what}: {answers:?}"),
            }
        }
    }
    assert_eq!(root.events().await.len(), before, "and nothing happened");
    assert_eq!(alice.methods_of(ALICE).await, [app.path]);
}

#[tokio::test]
async fn every_property_refuses_a_stranger_in_the_same_words_whether_its_object_exists_or_not() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (_alice, _app, real) = target(&host).await;
    let targets = [real, Target::half_missing(), Target::missing()];
    let stranger = host.client(STRANGER).await;
    for interface in interfaces() {
        let interface_name = short(interface.name);
        for row in &interface.properties {
            let what = format!("{interface_name}.{}", row.name);
            let error = expected(interface_name, row.name, row.access).expect(&what);
            let mut refusals = Vec::new();
            for target in &targets {
                let path = target.path_of(interface_name);
                let body = (interface.name, row.name);
                refusals.push(stranger.refused(&path, PROPERTIES, "Get", &body).await);
            }
            assert_eq!(refusals[0].name, error, "{what}");
            assert!(
                refusals.iter().all(|refusal| refusal == &refusals[0]),
                "{what}: {refusals:?}"
            );
        }
        if interface.properties.is_empty() {
            continue;
        }
        // `GetAll` and introspection reveal no more.
        let mut told = Vec::new();
        for target in &targets {
            let path = target.path_of(interface_name);
            let all: Result<HashMap<String, zbus::OwnedVariant>, _> = stranger
                .call(&path, PROPERTIES, "GetAll", &interface.name)
                .await;
            let described: Result<String, _> = stranger
                .call(
                    &path,
                    "org.freedesktop.DBus.Introspectable",
                    "Introspect",
                    &(),
                )
                .await;
            told.push((all.map(|all| all.len()), described));
        }
        assert!(
            told.iter().all(|answer| answer == &told[0]),
            "{interface_name}: {told:?}"
        );
        assert!(
            told[0].0.as_ref().is_ok_and(|read| *read == 0) || told[0].0.is_err(),
            "{interface_name}: {told:?}"
        );
    }
}

#[tokio::test]
async fn an_administrator_is_told_what_is_missing() {
    let host = TestHost::with(Setup::with_drift()).await;
    let root = host.client(ROOT).await;
    let missing = root
        .refused(ROOT_PATH, "Manager", "GetUser", &NO_ACCOUNT)
        .await;
    assert_eq!(missing.short(), "NotFound");
    let missing = root
        .refused(ROOT_PATH, "Manager", "GetUserByName", &"no-such-account")
        .await;
    assert_eq!(missing.short(), "NotFound");
}

#[tokio::test]
async fn no_spelling_of_a_path_reaches_another_users_method() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (_alice, app, _) = target(&host).await;
    let bob = host.client(BOB).await;
    let mut own = bob.enroll_app("Phone", 10).await;
    bob.prove(&mut own).await;
    let id = app.id();
    let foreign = ObjectPath::try_from(app.path.clone()).unwrap();
    // The other user's method below the caller's own object does not exist.
    let adopted = format!("{}/methods/{id}", user_path(BOB));
    for member in ["Delete", "CancelDeletion"] {
        let refusal = bob.refused(&adopted, "Method", member, &()).await;
        assert_eq!(refusal.short(), "UnknownObject", "{member}");
    }
    let refusal = bob.refused(&adopted, "Method", "Rename", &"Mine").await;
    assert_eq!(refusal.short(), "UnknownObject");
    let refusal = bob
        .refused(&user_path(BOB), "User", "SetDefault", &foreign)
        .await;
    assert_eq!(refusal.short(), "NotFound");
    let refusal = bob.verify(BOB, &app.path, "123456").await.unwrap_err();
    assert_eq!(refusal.short(), "NotFound");
    let options = Options::from([("method", Variant::from(foreign))]);
    let refusal = start_verification(&bob, BOB, options).await.unwrap_err();
    assert_eq!(refusal.short(), "NotFound");
    // Other spellings of a uid are invalid.
    for spelling in ["u01", "u+1", "u1 ", "1", "u4294967297", "u-1"] {
        let path = format!("{ROOT_PATH}/users/{spelling}");
        if ObjectPath::try_from(path.clone()).is_ok() {
            let refusal = bob.refused(&path, "User", "Unlock", &()).await;
            assert_eq!(refusal.short(), "UnknownObject", "{spelling}");
        }
    }
}
