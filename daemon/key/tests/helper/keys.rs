//! Finding the right key, registering and signing.

use crate::desk::{Desk, PIN, Running, by, bytes, creation, id, known, request, signed};
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use secinfo_test_key::{Authenticator, Browser, Owner, Plugged, Shared};
use secinfo_wire::key::{Event, Failure, Known, Request, Task, Verification};
use serde_json::{Value, json};
use std::fs;

/// A credential that no key here has made.
const STRANGE: &str = "AAAA";

fn client_data(made: &Value) -> Value {
    serde_json::from_slice(&bytes(&made["response"]["clientDataJSON"])).unwrap()
}

#[test]
fn a_key_is_registered_and_what_it_signs_is_valid() {
    let (desk, _key) = Desk::with_key();
    let found = desk.choose().unwrap();
    assert_eq!((found.name.as_str(), found.tries), ("Test Key", 8));
    let made = desk.register(PIN).unwrap();
    assert_eq!(client_data(&made)["type"], "webauthn.create");
    assert_eq!(client_data(&made)["origin"], "secinfo://host.example");
    assert_eq!(
        made["clientExtensionResults"],
        json!({ "credProps": { "rk": false } })
    );

    let found = desk.find(&[STRANGE, id(&made)]).unwrap();
    assert_eq!(found.credential.as_deref(), Some(id(&made)));
    let got = desk.assert(&[STRANGE, id(&made)], PIN).unwrap();
    assert_eq!(got["id"], made["id"]);
    assert_eq!(client_data(&got)["challenge"], "bm9uY2U");
    let data = bytes(&got["response"]["authenticatorData"]);
    assert_eq!(
        data[32] & 0x05,
        0x05,
        "the user was there, and was verified"
    );
    let hash = digest(&SHA256, &bytes(&got["response"]["clientDataJSON"]));
    let message = [&data, hash.as_ref()].concat();
    // The public key stands behind the id: its coordinates, in canonical CBOR.
    let made = bytes(&made["response"]["authenticatorData"]);
    let key = &made[55 + 48..];
    let point = [&[4][..], &key[10..42], &key[45..77]].concat();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
    assert!(
        key.verify(&message, &bytes(&got["response"]["signature"]))
            .is_ok()
    );
}

#[test]
fn no_key_and_a_strangers_key_are_told_apart_and_a_strangers_key_is_told_no_pin() {
    let desk = Desk::new();
    assert_eq!(desk.find(&[STRANGE]), Err(Failure::NoKey));
    assert_eq!(desk.choose(), Err(Failure::NoKey));
    let (desk, key) = Desk::with_key();
    assert_eq!(desk.find(&[STRANGE]), Err(Failure::NotTheirs));
    assert_eq!(desk.assert(&[STRANGE], PIN), Err(Failure::NotTheirs));
    let key = key.lock();
    assert!(
        !key.commands.contains(&0x06),
        "a PIN was told to it: {:?}",
        key.commands
    );
    assert_eq!(key.touches_wanted, 0);
}

#[test]
fn of_several_keys_the_right_one_is_found_and_no_other_is_told_the_pin() {
    let (mut desk, theirs) = Desk::with_key();
    let made = desk.register(PIN).unwrap();
    let strangers = desk
        .ports
        .plug(Authenticator::new().with_pin("another"), "Stranger");
    let silent = desk.ports.plug(Authenticator::new(), "Silent");
    silent.lock().fault = Some(secinfo_test_key::Fault::Silent);
    let found = desk.find(&[id(&made)]).unwrap();
    assert_eq!(
        (found.key.as_str(), found.name.as_str()),
        ("hidraw0", "Test Key")
    );
    assert!(desk.assert(&[id(&made)], PIN).is_ok());
    assert!(!strangers.lock().commands.contains(&0x06));
    assert_eq!(theirs.lock().key.tries(), 8);
}

#[test]
fn a_device_that_claims_the_credentials_of_others_is_told_no_pin() {
    let (mut desk, _theirs) = Desk::with_key();
    let made = desk.register(PIN).unwrap();
    desk.known = vec![known(&made)];
    let mut lies = Authenticator::new().with_pin(PIN);
    lies.claims_all = true;
    let liar = desk.ports.plug(lies, "Liar");
    // Beside it the right one is found.
    for ids in [[STRANGE, id(&made)], [id(&made), STRANGE]] {
        assert_eq!(desk.find(&ids).unwrap().name, "Test Key");
        assert!(desk.assert(&ids, PIN).is_ok());
    }
    desk.ports.unplug(0);
    let made = [id(&made)];
    assert_eq!(desk.find(&made), Err(Failure::NotTheirs));
    assert_eq!(desk.assert(&made, PIN), Err(Failure::NotTheirs));
    assert!(
        !liar.lock().commands.contains(&0x06),
        "a PIN was told to it"
    );
}

#[test]
fn who_knows_public_keys_knows_them_all() {
    let (mut desk, _key) = Desk::with_key();
    let made = desk.register(PIN).unwrap();
    desk.known = vec![Known {
        id: STRANGE.to_owned(),
        ..known(&made)
    }];
    assert_eq!(desk.find(&[id(&made)]), Err(Failure::NotTheirs));
    desk.known[0].public_key = STRANGE.to_owned();
    assert_eq!(desk.find(&[id(&made)]), Err(Failure::BadRequest));
}

#[test]
fn of_two_keys_of_the_user_the_one_named_first_is_asked() {
    let (mut desk, _one) = Desk::with_key();
    let first = desk.register(PIN).unwrap();
    let mut browser = Browser::new("secinfo://host.example");
    let second: Value = serde_json::from_str(&browser.create(&creation(&[]))).unwrap();
    desk.ports.plug(browser.key.with_pin(PIN), "Second");
    let [first, second] = [&first, &second].map(id);
    for (ids, name) in [([first, second], "Test Key"), ([second, first], "Second")] {
        assert_eq!(desk.find(&ids).unwrap().name, name);
        assert_eq!(desk.assert(&ids, PIN).unwrap()["id"], ids[0]);
    }
}

#[test]
fn more_credentials_than_a_key_takes_at_once_are_named_in_portions() {
    let (desk, key) = Desk::with_key();
    let made = desk.register(PIN).unwrap();
    key.lock().key.most_listed = 2;
    let mut ids = vec![STRANGE; 9];
    ids.push(id(&made));
    assert!(desk.find(&ids).is_ok());
    assert!(desk.assert(&ids, PIN).is_ok());
    let again = desk.perform(Task::Choose {
        options: creation(&ids),
    });
    assert_eq!(signed(again), Err(Failure::AlreadyRegistered));
}

#[test]
fn a_key_that_is_registered_is_refused_before_its_pin_is_asked_for() {
    let (desk, key) = Desk::with_key();
    let made = desk.register(PIN).unwrap();
    let wanted = key.lock().touches_wanted;
    let options = creation(&[id(&made)]);
    let chosen = desk.perform(Task::Choose { options });
    assert_eq!(chosen, (Event::Failed(Failure::AlreadyRegistered), false));
    assert_eq!(key.lock().touches_wanted, wanted);
}

#[test]
fn of_several_keys_to_register_the_one_that_is_touched_is_taken() {
    let (mut desk, one) = Desk::with_key();
    one.lock().owner = Owner::IsAway;
    desk.ports.plug(Authenticator::new(), "Touched");
    let options = creation(&[]);
    let (found, touched) = desk.perform(Task::Choose { options });
    let Event::Found(found) = found else {
        panic!("{found:?}")
    };
    assert_eq!((found.name.as_str(), touched), ("Touched", true));
    assert!(!found.has_pin);
    // The other was told to give up: it answers at once.
    assert_eq!(desk.find(&[STRANGE]), Err(Failure::NotTheirs));
}

#[test]
fn a_finger_serves_in_place_of_the_pin() {
    let (desk, key) = Desk::with_key();
    key.lock().key.finger = Some(true);
    let made = desk.register(PIN).unwrap();
    let by_finger = || {
        desk.perform(Task::Assert {
            options: vec![request(&[id(&made)])],
            known: Vec::new(),
            verification: Verification::Fingerprint,
            spared_tries: 3,
        })
    };
    assert!(desk.find(&[id(&made)]).unwrap().reads_fingerprints);
    assert!(signed(by_finger()).is_ok());
    key.lock().key.finger = Some(false);
    assert_eq!(signed(by_finger()), Err(Failure::WrongFinger));
}

#[test]
fn a_device_that_the_user_may_not_open_is_told_from_none() {
    let (desk, _key) = Desk::with_key();
    desk.ports.allow(0, false);
    let mut program = desk.ports.command("setpriv");
    program.args(["--reuid=1", "--regid=1", "--clear-groups"]);
    program.arg(env!("CARGO_BIN_EXE_secinfo-key"));
    let task = Task::Find {
        options: vec![request(&[STRANGE])],
        known: Vec::new(),
    };
    let asked = serde_json::to_string(&Request::new(task)).unwrap();
    let answer = piped(&mut program, &asked);
    assert_eq!(answer.trim_end(), r#"{"failed":"not-permitted"}"#);
}

#[test]
fn what_is_no_request_is_refused() {
    let desk = Desk::new();
    for line in [
        "",
        "{}",
        r#"{"version":2,"task":{"find":{"options":["{}"]}}}"#,
        r#"{"version":1,"task":{"find":{"options":["{}"]}}}"#,
        r#"{"version":1,"task":{"find":{"options":[],"more":1}}}"#,
        r#"{"version":1,"task":{"set-pin":{"key":"hidraw0","pin":"123"}}}"#,
    ] {
        let mut running = desk.start();
        running.request(line);
        let refused = Some(Event::Failed(Failure::BadRequest));
        assert_eq!(running.event(), refused, "{line}");
    }
}

/// The program with the PIN of this key, which waits for a touch.
fn wait_for_a_touch(desk: &Desk, key: &Shared) -> Running {
    let made = desk.register(PIN).unwrap();
    key.lock().owner = Owner::IsAway;
    let mut running = desk.start();
    let task = Task::Assert {
        options: vec![request(&[id(&made)])],
        known: Vec::new(),
        verification: by(PIN),
        spared_tries: 3,
    };
    running.request(&serde_json::to_string(&Request::new(task)).unwrap());
    assert_eq!(running.event(), Some(Event::Touch));
    running
}

#[test]
fn the_program_is_confined_and_leaves_no_pin_behind() {
    let (desk, key) = Desk::with_key();
    let running = wait_for_a_touch(&desk, &key);
    let about = |name| fs::read_to_string(format!("/proc/{}/{name}", running.id())).unwrap();
    let status = about("status");
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
    assert!(status.contains("Seccomp:\t2"), "{status}");
    let limits = about("limits");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    assert!(core.unwrap().contains(" 0 "), "{limits}");
    assert!(!about("cmdline").contains(PIN) && !about("environ").contains(PIN));
}

#[test]
fn a_key_whose_user_waits_no_longer_stops_waiting_too() {
    let (desk, key) = Desk::with_key();
    let mut running = wait_for_a_touch(&desk, &key);
    running.close();
    assert_eq!(running.event(), Some(Event::Failed(Failure::NotTouched)));
    Plugged::unplug(&mut key.lock());
}

fn piped(program: &mut std::process::Command, input: &str) -> String {
    use std::io::{Read, Write};
    use std::process::Stdio;
    let mut child = program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut standard = child.stdin.take().unwrap();
    standard.write_all(format!("{input}\n").as_bytes()).unwrap();
    let mut output = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut output)
        .unwrap();
    drop(standard);
    child.wait().unwrap();
    output
}
