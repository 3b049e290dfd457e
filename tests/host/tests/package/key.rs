//! The helper that talks to security keys: started by its socket and confined by its unit, and judged by
//! programs that are not ours.

use secinfo_host_tests::{Authenticator, Machine, Ports, installed_root};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

/// Calls the helper as any program can; its answer.
const CALL: &str = r#"
use IO::Socket::UNIX;
my $socket = IO::Socket::UNIX->new(Peer => "/run/secinfo/key") or print("$!\n"), exit;
print $socket "$ARGV[0]\n";
print <$socket>;
"#;

const FIND: &str = r#"{"version":1,"task":{"find":{"options":["{\"challenge\":\"AAAA\",\"rpId\":\"host.example\",\"allowCredentials\":[{\"type\":\"public-key\",\"id\":\"AAAA\"}]}"]}}}"#;

#[test]
fn the_installed_helper_for_keys_answers_the_daemon_and_no_other_account() {
    let machine = Machine::boot();
    let ask = |caller: &str, request: &str| {
        let words = ["perl", "-e", CALL, request];
        machine.run_as(caller, words).ok()
    };
    assert_eq!(ask("alice", FIND), "Permission denied\n");
    // It was confined, and has looked for keys: in a container there are none.
    assert_eq!(ask("secinfo", FIND), "{\"failed\":\"no-key\"}\n");
    assert_eq!(ask("secinfo", "{}"), "{\"failed\":\"bad-request\"}\n");
    assert_eq!(machine.failed_units(), "");
}

const PIN: &str = "correct horse";
const RP_ID: &str = "host.example";
const CHALLENGE: &str = "dGhpcyBjaGFsbGVuZ2UgaXMgbG9uZw";

#[test]
fn servers_that_are_not_ours_find_valid_what_the_installed_helper_makes_of_a_key() {
    let directory = tempfile::tempdir().unwrap();
    let mut ports = Ports::new(directory.path());
    ports.plug(Authenticator::new().with_pin(PIN), "Test Key");
    let creation = json!({
        "rp": { "id": RP_ID, "name": RP_ID },
        "user": { "id": "dXNlcg", "name": "alice", "displayName": "alice" },
        "challenge": CHALLENGE,
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
    });
    let registered = signed(
        &ports,
        &json!({ "register": {
            "key": "hidraw0",
            "options": creation.to_string(),
            "verification": { "pin": PIN },
        } }),
    );
    let request = json!({
        "rpId": RP_ID,
        "challenge": CHALLENGE,
        "allowCredentials": [{ "type": "public-key", "id": registered["id"] }],
    });
    let signed = signed(
        &ports,
        &json!({ "assert": {
            "options": [request.to_string()],
            "verification": { "pin": PIN },
            "spared_tries": 3,
        } }),
    );
    let given = json!({
        "rp_id": RP_ID,
        "challenge": CHALLENGE,
        "registered": registered,
        "signed": signed,
    });
    let machine = Machine::boot();
    let judge = ["python3", "-c", include_str!("judge.py")];
    let said = machine.run_with_input(judge, given.to_string()).ok();
    assert_eq!(said, "valid\n");
}

/// What a key has signed for a task, as the installed helper says it.
fn signed(ports: &Ports, task: &Value) -> Value {
    let helper = installed_root().join("usr/lib/secinfo/secinfo-key");
    let mut helper = ports
        .command(helper)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = helper.stdin.take().unwrap();
    let request = json!({ "version": 1, "task": task });
    writeln!(input, "{request}").unwrap();
    // It is open for as long as the answer is waited for.
    let lines = BufReader::new(helper.stdout.take().unwrap()).lines();
    let last = lines.last().unwrap().unwrap();
    drop(input);
    helper.wait().unwrap();
    let last: Value = serde_json::from_str(&last).unwrap();
    let signed = last["signed"].as_str().unwrap_or_else(|| panic!("{last}"));
    serde_json::from_str(signed).unwrap()
}
