//! Security keys that have signed in to sshd, as it tells PAM, and what is made of it.

use super::*;
use crate::sign_in::start;
use secinfo_tests::{ALICE_NAME, BOB, BOB_NAME, ROOT, Step};
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

fn counting() -> Setup {
    setup().more("[policy.security-key]\nssh = \"verify-required\"\n")
}

/// What sshd says of a method of Alice's that has signed.
async fn signed(alice: &Client, method: &str) -> String {
    let (line, _): (String, String) = alice
        .call(method, "Method", "GetOpenSshKey", &())
        .await
        .unwrap();
    let mut words = line.split(' ');
    let mut word = || words.next().unwrap();
    format!("publickey {} {}\n", word(), word())
}

/// The parameters of a sign-in at sshd, which says this.
fn at_sshd(said: &str) -> Json {
    json!({ "remote_host": "192.0.2.1", "tty": "ssh", "ssh_auth_info": said })
}

fn sign_in(root: &Client, name: &str, service: &str, options: &Json) -> Step {
    let (_socket, step) = start(root, name, service, options).unwrap();
    step
}

#[tokio::test]
async fn a_key_that_sshd_has_accepted_signs_in_without_a_prompt_and_is_in_the_log() {
    let (host, alice, _app, _key, method) = with_key(counting()).await;
    let said = signed(&alice, &method).await;
    let root = host.client(ROOT).await;
    for times in 1..=2 {
        let came = sign_in_by(&host, &["setsid"], &said);
        assert_eq!(came["decision"]["outcome"], "verified", "{came}");
        let events = root.events().await;
        let by_ssh = events
            .iter()
            .filter(|event| event["data"]["accepted"] == "over-ssh");
        let by_ssh: Vec<_> = by_ssh.collect();
        assert_eq!(by_ssh.len(), times);
        // As strong as the app that let the key in a moment ago.
        assert_eq!(by_ssh[0]["data"]["strength"], "possession");
        assert_eq!(by_ssh[0]["actor"]["service"], "sshd");
    }
    // It was proved in those sign-ins alone.
    let bob = host.client(BOB).await;
    bob.enroll_app("Phone", 10).await;
    let step = sign_in(&root, BOB_NAME, "sshd", &at_sshd(&said));
    assert_eq!(step.outcome, "ask", "it is no key of theirs: {step:?}");
}

#[tokio::test]
async fn what_is_said_by_others_or_at_other_services_or_of_no_connection_counts_for_nothing() {
    let (host, alice, _app, _key, method) = with_key(counting()).await;
    let said = signed(&alice, &method).await;
    let root = host.client(ROOT).await;
    for (client, service, options) in [
        (&alice, "sshd", at_sshd(&said)),
        (&root, "sudo", at_sshd(&said)),
        (&root, "login", at_sshd(&said)),
        (&root, "", at_sshd(&said)),
        (&root, "sshd", json!({ "ssh_auth_info": said })),
        (
            &root,
            "sshd",
            json!({ "ssh_auth_info": said, "remote_host": "" }),
        ),
        (&root, "sshd", at_sshd("")),
        (&root, "sshd", at_sshd("password\n")),
        (&root, "sshd", at_sshd(said.trim_end())),
        (&root, "sshd", at_sshd(&format!("{said}what is this\n"))),
        (
            &root,
            "sshd",
            at_sshd(&format!("{said}{}", "password\n".repeat(500))),
        ),
        (
            &root,
            "sshd",
            at_sshd(&said.replace("publickey", "hostbased")),
        ),
        (
            &root,
            "sshd",
            at_sshd(&said.replace("nistp256@", "nistp256-cert-v01@")),
        ),
    ] {
        let step = sign_in(client, ALICE_NAME, service, &options);
        assert_eq!(step.outcome, "ask", "{service} {options} {step:?}");
    }
}

/// Runs a program in a control group of its own, as containers do that share the pid namespace of the host.
const IN_A_GROUP: &str = "
    set -e
    mount -t cgroup2 none /mnt
    group=/mnt/secinfo-test-$$
    mkdir $group
    echo $$ >$group/cgroup.procs
    \"$@\"
    echo $$ >/mnt/cgroup.procs
    rmdir $group";

/// Signs Alice in at sshd, whose process is started like this, and says this. What comes of it.
fn sign_in_by(host: &TestHost, starter: &[&str], said: &str) -> Json {
    let mut parameters = at_sshd(said);
    parameters["name"] = ALICE_NAME.into();
    parameters["service"] = "sshd".into();
    let call = json!({ "method": "org.secinfo.SignIn.Start", "parameters": parameters });
    let address = format!("UNIX-CONNECT:{}", host.sign_in_socket().display());
    let mut socat = Command::new(starter[0])
        .args(&starter[1..])
        .args(["socat", "-", &address])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = socat.stdin.take().unwrap();
    input.write_all(format!("{call}\0").as_bytes()).unwrap();
    let mut reply = Vec::new();
    let mut output = BufReader::new(socat.stdout.take().unwrap());
    output.read_until(0, &mut reply).unwrap();
    drop(input);
    socat.wait().unwrap();
    let mut reply: Json = serde_json::from_slice(reply.strip_suffix(b"\0").unwrap()).unwrap();
    reply["parameters"].take()
}

#[tokio::test]
async fn only_a_program_of_roots_that_the_host_itself_has_started_is_taken_for_sshd() {
    let (host, alice, _app, _key, method) = with_key(counting()).await;
    let said = signed(&alice, &method).await;
    let alice = ALICE.to_string();
    for (starter, member) in [
        (&["setsid"][..], "decision"),
        // As a program is whose file has root as the owner, and the bit that makes it root's.
        (
            &["setsid", "setpriv", "--ruid", &alice, "--euid", "0"],
            "prompt",
        ),
        (&["setsid", "unshare", "--pid", "--fork"], "prompt"),
        (
            &["setsid", "unshare", "--mount", "sh", "-c", IN_A_GROUP, "sh"],
            "prompt",
        ),
    ] {
        let came = sign_in_by(&host, starter, &said);
        assert!(came[member].is_object(), "{starter:?}: {came}");
    }
}

#[tokio::test]
async fn what_a_key_has_signed_counts_once_on_a_connection_to_sshd() {
    let (host, alice, _app, _key, method) = with_key(counting()).await;
    let said = signed(&alice, &method).await;
    // sshd leads a session of processes for each connection, as this program does for what it starts.
    let this = ["env"];
    assert!(sign_in_by(&host, &this, &said)["decision"].is_object());
    for _ in 1..=2 {
        let came = sign_in_by(&host, &this, &said);
        let prompt = came["prompt"]["text"]
            .as_str()
            .unwrap_or_else(|| panic!("{came}"));
        assert!(prompt.contains("Code from"), "{prompt}");
    }
    let another = ["setsid"];
    assert!(sign_in_by(&host, &another, &said)["decision"].is_object());
}

#[tokio::test]
async fn a_key_does_not_count_over_ssh_where_policy_does_not_say_so_or_it_was_deleted() {
    let (mut host, alice, _app, _key, method) = with_key(setup()).await;
    let said = signed(&alice, &method).await;
    let root = host.client(ROOT).await;
    let step = sign_in(&root, ALICE_NAME, "sshd", &at_sshd(&said));
    assert_eq!(step.outcome, "ask", "{step:?}");
    assert!(step.prompt.unwrap().starts_with("Code from"));

    host.set_up(counting());
    host.restart().await;
    let step = sign_in(&root, ALICE_NAME, "sshd", &at_sshd(&said));
    assert_eq!(step.outcome, "verified", "{step:?}");
    let step = sign_in(&root, ALICE_NAME, "sshd", &at_sshd("password\n"));
    let told =
        "Your security key counts here once ssh uses it: see secinfo security-key ssh.\nCode from";
    assert!(step.prompt.unwrap().starts_with(told));
    let () = root.call(&method, "Method", "Delete", &()).await.unwrap();
    let came = sign_in_by(&host, &["setsid"], &said);
    assert!(came["prompt"].is_object(), "{came}");
}

#[tokio::test]
async fn a_key_that_there_may_be_a_copy_of_is_asked_on_over_ssh() {
    let (host, alice, _app, mut key, method) = with_key(counting()).await;
    let said = signed(&alice, &method).await;
    let mut copy = Browser::new(LOCAL);
    copy.key = key.key.clone();
    prove(&alice, &mut key, &method).await.unwrap();
    prove(&alice, &mut copy, &method).await.unwrap_err();
    let root = host.client(ROOT).await;
    let step = sign_in(&root, ALICE_NAME, "sshd", &at_sshd(&said));
    assert_eq!(step.outcome, "ask", "{step:?}");
}

#[tokio::test]
async fn where_the_strongest_is_asked_a_key_over_ssh_is_enough_and_who_comes_without_is_told() {
    let strongest = counting().policy("deletion_wait = \"1s\"");
    let strongest = strongest.more("[service.sshd]\nstrength = \"strong\"\n");
    let (host, alice, _app, _key, method) = with_key(strongest).await;
    let said = signed(&alice, &method).await;
    // Until then the key is no stronger than the app that let it in. Longer is as good.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let root = host.client(ROOT).await;
    let step = sign_in(&root, ALICE_NAME, "sshd", &at_sshd(&said));
    assert_eq!(step.outcome, "verified", "{step:?}");
    let step = sign_in(&root, ALICE_NAME, "sshd", &at_sshd("password\n"));
    assert_eq!(step.reason.as_deref(), Some("no_method"), "{step:?}");
    let told = "Your security key counts here once ssh uses it: see secinfo security-key ssh.";
    assert_eq!(step.messages, [told]);
}

#[tokio::test]
async fn who_is_to_set_up_a_method_proves_another_one_than_the_key_over_ssh() {
    let (host, alice, mut app, _key, method) = with_key(counting().policy("required = 3")).await;
    let said = signed(&alice, &method).await;
    let root = host.client(ROOT).await;
    let mut options = at_sshd(&said);
    options["set_up"] = true.into();
    let (mut socket, step) = start(&root, ALICE_NAME, "sshd", &options).unwrap();
    assert!(step.prompt.unwrap().contains("Code from"));
    let step = socket.answer(&app.codes.fresh()).unwrap();
    assert!(step.prompt.unwrap().starts_with("You need one more way"));
    // Where nothing is set up, the key counts.
    let step = sign_in(&root, ALICE_NAME, "sshd", &at_sshd(&said));
    assert_eq!(step.outcome, "verified", "{step:?}");
}
