//! Who is served, and what is a call.

use crate::host::{ALICE, DAEMON, Host, NEW, OLD};
use serde_json::json;
use std::io::Write;

#[test]
fn only_the_daemon_and_root_are_served() {
    let host = Host::new();
    let ticket = host.ticket("alice", ALICE);
    for uid in [ALICE, 1, 901, 65_534] {
        let calls = [
            ("Check", json!({"name": "alice", "uid": ALICE})),
            ("SetPassword", json!({"ticket": ticket, "password": NEW})),
            ("Outcome", json!({"ticket": ticket})),
            ("Nothing", json!({})),
        ];
        for (method, parameters) in calls {
            let reply = host.connect(uid).call(method, &parameters);
            assert_eq!(reply.word(), "NotAuthorized", "{uid} {method}");
        }
    }
    assert!(host.holds("alice", OLD));
    // The stolen ticket was not used up by who may not use it.
    assert_eq!(host.connect(DAEMON).set(&ticket, NEW).word(), "set");
    let reply = host.connect(0).set(&host.ticket("alice", ALICE), "short");
    assert_eq!(reply.word(), "refused");
}

#[test]
fn a_host_without_the_daemons_account_serves_root_alone() {
    let host = Host::new();
    let passwd = std::fs::read_to_string(host.etc("passwd")).unwrap();
    std::fs::write(host.etc("passwd"), passwd.replace("secinfo:", "other:")).unwrap();
    assert_eq!(host.set("alice", ALICE, NEW).word(), "NotAuthorized");
}

#[test]
fn a_connection_sets_one_password_and_answers_other_calls_as_they_come() {
    let host = Host::new();
    let mut helper = host.connect(DAEMON);
    let check = json!({"name": "alice", "uid": ALICE});
    for _ in 0..3 {
        let reply = helper.call("Check", &check);
        assert_eq!(reply.0["parameters"]["account"], "settable");
    }
    assert_eq!(helper.set(&host.ticket("alice", ALICE), NEW).word(), "set");
    let _ = helper
        .stream
        .write_all(b"{\"method\":\"org.secinfo.Password.Check\"}\0");
    assert_eq!(helper.receive(), None);
}

#[test]
fn what_is_no_call_ends_the_connection_and_what_is_a_wrong_one_is_refused() {
    let host = Host::new();
    let oversized = vec![b' '; 64 * 1024];
    for bytes in [&b"\0"[..], b"{}\0", b"[1]\0", b"\xff\xfe\0", &oversized] {
        let mut helper = host.connect(DAEMON);
        let _ = helper.stream.write_all(bytes);
        assert_eq!(helper.receive(), None);
    }
    let ticket = host.ticket("alice", ALICE);
    for (method, parameters) in [
        ("Check", json!({})),
        ("Check", json!({"name": "alice", "uid": "1000"})),
        ("Check", json!({"name": "alice", "uid": 4_294_968_296_u64})),
        ("SetPassword", json!({"ticket": ticket})),
        (
            "SetPassword",
            json!({"ticket": ticket, "password": NEW, "force": true}),
        ),
        (
            "SetPassword",
            json!({"ticket": {"id": "../x"}, "password": NEW}),
        ),
        ("Outcome", json!({"ticket": []})),
    ] {
        let reply = host.connect(DAEMON).call(method, &parameters);
        assert_eq!(reply.word(), "InvalidParameter", "{method} {parameters}");
    }
    assert_eq!(
        host.connect(DAEMON).call("Become", &json!({})).word(),
        "MethodNotFound"
    );
    assert!(host.holds("alice", OLD));
}

#[test]
fn the_helper_describes_itself_as_every_varlink_service_does() {
    let host = Host::new();
    let mut helper = host.connect(DAEMON);
    let call = json!({"method": "org.varlink.service.GetInterfaceDescription",
        "parameters": {"interface": "org.secinfo.Password"}});
    helper
        .stream
        .write_all(format!("{call}\0").as_bytes())
        .unwrap();
    let reply = helper.receive().unwrap();
    let described = reply.0["parameters"]["description"].as_str().unwrap();
    assert_eq!(described, secinfo_wire::password::DESCRIPTION);
}
