//! Administrators who became root, as by `sudo`: the log names them beside root.

use secinfo_tests::{
    ALICE, ALICE_NAME, BOB, BOB_NAME, Login, ROOT, ROOT_PATH, Setup, TestHost, binary, user_path,
};
use serde_json::Value;
use std::collections::HashMap;

/// Runs `secinfo` in a login, which must succeed, and returns what it says.
fn secinfo(host: &TestHost, login: &mut Login, arguments: &[&str]) -> String {
    let bus = format!("SECINFO_BUS_ADDRESS={}", host.bus().address());
    let program = binary("secinfo");
    let mut words = vec!["env", &bus, "LC_ALL=C.UTF-8", program.to_str().unwrap()];
    words.extend(arguments);
    let (code, said) = login.run(&words, "");
    assert_eq!(code, 0, "{said}");
    said
}

/// Has alice's account issued an access pass, and returns the actor of the event.
async fn actor_of_pass(host: &TestHost, login: &mut Login) -> Value {
    let pass = ["access-pass", "issue", ALICE_NAME, "--valid", "1h"];
    secinfo(host, login, &pass);
    let root = host.client(ROOT).await;
    let events = root.events().await;
    let issued = |event: &&Value| event["type"] == "access-pass-issued";
    let issued = events.iter().rfind(issued).expect("a pass was issued");
    issued["actor"].clone()
}

/// Whose random id this is.
async fn account(host: &TestHost, id: &Value) -> (u32, String) {
    let ids = [id.as_str().expect("an id")];
    let root = host.client(ROOT).await;
    let names = root
        .call(ROOT_PATH, "Audit", "Names", &ids.as_slice())
        .await;
    let names: HashMap<String, (u32, String)> = names.unwrap();
    names[ids[0]].clone()
}

#[tokio::test]
async fn the_log_names_the_account_that_signed_in_and_became_root() {
    let host = TestHost::with(Setup::with_drift()).await;
    let mut bob = Login::start_as_root(BOB);
    let actor = actor_of_pass(&host, &mut bob).await;
    assert_eq!(actor["who"], "root");
    assert_eq!(
        account(&host, &actor["login"]).await,
        (BOB, BOB_NAME.to_owned())
    );

    let told = secinfo(&host, &mut bob, &["audit", "log", "--last", "1"]);
    let by = format!("by root, signed in as {BOB_NAME}");
    assert!(told.contains(&by), "{told}");
    let events = host.client(ROOT).await.events().await;
    let last = (events.len() - 1).to_string();
    let told = secinfo(&host, &mut bob, &["audit", "show", &last]);
    assert!(told.contains(&format!("It was done {by}.")), "{told}");
    // Neither name nor uid is in the log itself.
    let known = format!(r#""login":"{}""#, actor["login"].as_str().unwrap());
    let stored = secinfo(&host, &mut bob, &["--json", "audit", "log", "--last", "1"]);
    assert!(
        stored.contains(&known) && !stored.contains(BOB_NAME),
        "{stored}"
    );
}

#[tokio::test]
async fn what_belongs_to_the_host_names_who_became_root_as_well() {
    let host = TestHost::with(Setup::with_drift()).await;
    let file = host.directory().join("tokens.csv");
    let table = "serial number,secret key,time interval,manufacturer,model\n\
                 C1,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,0,Acme,One\n";
    std::fs::write(&file, table).unwrap();
    let mut bob = Login::start_as_root(BOB);
    let import = ["tokens", "import", file.to_str().unwrap(), "--yes"];
    secinfo(&host, &mut bob, &import);
    let events = host.client(ROOT).await.events().await;
    let imported = events
        .iter()
        .rfind(|event| event["type"] == "token-imported");
    let actor = &imported.unwrap()["actor"];
    assert_eq!(actor["who"], "root");
    assert_eq!(account(&host, &actor["login"]).await.0, BOB);
}

#[tokio::test]
async fn root_alone_is_named_where_nobody_became_root_or_they_are_gone() {
    let host = TestHost::with(Setup::with_drift()).await;
    for login in [ROOT, secinfo_tests::NO_ACCOUNT] {
        let actor = actor_of_pass(&host, &mut Login::start_as_root(login)).await;
        assert_eq!(actor["who"], "root", "{login}");
        assert!(actor.get("login").is_none(), "{actor}");
    }
    // A service of the host has no login uid.
    let root = host.client(ROOT).await;
    let user = user_path(ALICE);
    let pass = root.call(&user, "User", "IssueAccessPass", &(3600_u64, true, 0_u64));
    let _: (String, u64) = pass.await.unwrap();
    let actor = root.events().await.pop().unwrap()["actor"].clone();
    assert!(
        actor["who"] == "root" && actor.get("login").is_none(),
        "{actor}"
    );
}

#[tokio::test]
async fn an_account_other_than_root_cannot_put_its_doings_on_another() {
    let host = TestHost::with(Setup::with_drift()).await;
    host.client(ALICE).await.enroll_app("Phone", 10).await;
    let mut alice = Login::claiming(ALICE, BOB);
    secinfo(&host, &mut alice, &["rename", "Phone", "Bob's"]);
    let event = host.client(ROOT).await.events().await.pop().unwrap();
    assert_eq!(event["type"], "method-renamed");
    let actor = &event["actor"];
    assert!(actor["who"]["user"].is_string(), "{actor}");
    assert!(actor.get("login").is_none(), "{actor}");
}
