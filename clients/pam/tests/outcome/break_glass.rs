//! Rows for break-glass codes.

use crate::code::*;
use crate::daemon::{Daemon, ask, error, refused};
use crate::host::PamHost;
use crate::{CANNOT_DECIDE, Fixture};
use secinfo_break_glass::{Code, Directory, FileName, Id, Record};
use secinfo_wire::sign_in::{RefusedFor, SignInError};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

/// An account that every host has, because codes are only for existing accounts.
pub(crate) const USER: &str = "daemon";
const USER_UID: u32 = 1;

const PROMPT: &str = "hidden secinfod ist nicht erreichbar. Notfallcode: ";

/// Creates a code for the user, and returns its text and its id.
pub(crate) fn create(fixture: &Fixture, seed: u8) -> (String, Id) {
    create_for(fixture, USER, USER_UID, seed)
}

fn create_for(fixture: &Fixture, user: &str, uid: u32, seed: u8) -> (String, Id) {
    let directory = Directory::open(&fixture.break_glass()).unwrap().unwrap();
    let code = Code::from_random(&[seed; Code::RANDOM_BYTES]);
    let id = Id::from_bytes([seed; 16]);
    let record = Record::new(id, user, uid, 1_795_356_600, &code).unwrap();
    directory.create(&record, None).unwrap();
    (code.in_groups().to_string(), id)
}

fn names(fixture: &Fixture) -> Vec<FileName> {
    let directory = Directory::open(&fixture.break_glass()).unwrap().unwrap();
    directory.names().unwrap()
}

#[test]
fn a_break_glass_code_is_success_once_while_there_is_no_daemon() {
    let fixture = Fixture::new();
    let (code, id) = create(&fixture, 1);
    let answer = format!("answer {}", code.to_lowercase());
    let mut host = fixture.host_of(USER);
    let before = host.ask("state");
    let called = host.call("authenticate", &[&answer]);
    assert_eq!(
        (called.code, called.shown),
        (SUCCESS, vec![PROMPT.to_owned()])
    );
    assert_eq!(host.call("account", &[]).code, SUCCESS);
    assert_eq!(host.ask("state"), before);
    let names = names(&fixture);
    let [FileName::Used(used)] = names.as_slice() else {
        panic!("{names:?}");
    };
    assert_eq!((used.id, used.service.as_str()), (id, "sshd"));
    // There is no code left to ask for.
    let called = host.call("authenticate", &[]);
    assert_eq!(
        (called.code, called.shown),
        (AUTHINFO_UNAVAIL, vec![CANNOT_DECIDE.to_owned()])
    );
}

#[test]
fn a_break_glass_code_is_success_while_the_daemon_cannot_write() {
    let fixture = Fixture::new();
    let (code, _) = create(&fixture, 2);
    let replies = [ask("Code: ", false), error(SignInError::StorageUnavailable)];
    let _daemon = Daemon::start(&fixture.socket(), 0, replies);
    let answer = format!("answer {code}");
    let called = fixture
        .host_of(USER)
        .call("authenticate", &["answer 1", &answer]);
    assert_eq!(called.code, SUCCESS);
}

#[test]
fn a_break_glass_code_is_not_asked_for_while_the_daemon_decides() {
    let fixture = Fixture::new();
    create(&fixture, 3);
    let replies = [
        refused(RefusedFor::Locked),
        error(SignInError::UserNotFound),
        error(SignInError::NotAuthorized),
        error(SignInError::LimitsExceeded),
        error(SignInError::Internal),
    ];
    let _daemon = Daemon::start(&fixture.socket(), 0, replies);
    let mut host = fixture.host_of(USER);
    for code in [
        MAXTRIES,
        USER_UNKNOWN,
        CRED_INSUFFICIENT,
        AUTHINFO_UNAVAIL,
        AUTHINFO_UNAVAIL,
    ] {
        assert_eq!(host.call("authenticate", &[]).code, code);
    }
    assert!(matches!(names(&fixture)[..], [FileName::Unused(_)]));
}

#[test]
fn three_wrong_break_glass_codes_are_too_many() {
    let fixture = Fixture::new();
    create(&fixture, 4);
    let other = Code::from_random(&[5; Code::RANDOM_BYTES]).in_groups();
    let wrong = format!("answer {}", *other);
    let called = fixture
        .host_of(USER)
        .call("authenticate", &[&wrong, "answer x", &wrong]);
    assert_eq!(called.code, MAXTRIES);
    assert!(matches!(names(&fixture)[..], [FileName::Unused(_)]));
}

#[test]
fn a_user_who_enters_no_break_glass_code_is_not_admitted() {
    let fixture = Fixture::new();
    create(&fixture, 6);
    let mut host = fixture.host_of(USER);
    for (answer, code) in [
        ("answer ", AUTHINFO_UNAVAIL),
        ("none", AUTHINFO_UNAVAIL),
        ("fail", CONV_ERR),
    ] {
        assert_eq!(host.call("authenticate", &[answer]).code, code, "{answer}");
    }
}

#[test]
fn the_break_glass_code_of_another_user_is_not_asked_for() {
    let fixture = Fixture::new();
    create_for(&fixture, "bin", 2, 7);
    let called = fixture.host_of(USER).call("authenticate", &[]);
    assert_eq!(
        (called.code, called.shown),
        (AUTHINFO_UNAVAIL, vec![CANNOT_DECIDE.to_owned()])
    );
}

#[test]
fn a_break_glass_file_that_others_could_write_is_not_asked_for() {
    let fixture = Fixture::new();
    let (_, id) = create(&fixture, 8);
    let file = fixture.break_glass().join(id.to_string());
    fs::set_permissions(&file, Permissions::from_mode(0o660)).unwrap();
    assert_eq!(
        fixture.host_of(USER).call("authenticate", &[]).code,
        AUTHINFO_UNAVAIL
    );
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(fixture.break_glass(), Permissions::from_mode(0o777)).unwrap();
    assert_eq!(
        fixture.host_of(USER).call("authenticate", &[]).code,
        AUTHINFO_UNAVAIL
    );
}

#[test]
fn a_user_who_is_changed_at_the_break_glass_prompt_is_refused() {
    let fixture = Fixture::new();
    let (code, _) = create(&fixture, 9);
    let mut host = fixture.host_of(USER);
    host.send("authenticate");
    assert_eq!(host.event(), PROMPT);
    host.send("user root");
    host.send(&format!("answer {code}"));
    assert_eq!(host.finish("authenticate", &[]).code, AUTH_ERR);
}

#[test]
fn a_break_glass_code_used_concurrently_admits_one_sign_in() {
    let fixture = Fixture::new();
    let (code, _) = create(&fixture, 10);
    let mut hosts: Vec<_> = (0..6).map(|_| fixture.host_of(USER)).collect();
    for host in &mut hosts {
        host.send("authenticate");
        assert_eq!(host.event(), PROMPT);
    }
    for host in &mut hosts {
        host.send(&format!("answer {code}"));
    }
    let mut codes: Vec<_> = hosts
        .iter_mut()
        .map(|host| host.finish("authenticate", &[]).code)
        .collect();
    codes.sort_unstable();
    let others = [AUTHINFO_UNAVAIL; 5];
    assert_eq!((codes[0], &codes[1..]), (SUCCESS, others.as_slice()));
}

#[test]
fn a_break_glass_code_of_a_recreated_account_is_not_asked_for() {
    for (user, uid) in [(USER, USER_UID + 1), ("no-such-account", 4_000_000)] {
        let fixture = Fixture::new();
        create_for(&fixture, user, uid, 11);
        let called = fixture.host_of(user).call("authenticate", &[]);
        assert_eq!(
            (called.code, called.shown),
            (AUTHINFO_UNAVAIL, vec![CANNOT_DECIDE.to_owned()]),
            "{user}"
        );
    }
}

/// If the directory is read-only, a code that could be used again admits nobody, but the user is not
/// told that it was wrong.
#[test]
fn a_right_break_glass_code_that_cannot_be_used_up_is_not_called_wrong() {
    let fixture = Fixture::new();
    let (code, _) = create(&fixture, 12);
    let mut host = PamHost::start_with_read_only(&fixture.pam_d(), &fixture.break_glass());
    host.begin(USER);
    let called = host.call("authenticate", &[&format!("answer {code}")]);
    let told = "error Der Code stimmt, kann hier aber nicht verbraucht werden, weil das Verzeichnis der \
                Notfallcodes nicht beschrieben werden kann: Starten Sie den Rechner im Rettungsmodus.";
    assert_eq!(
        (called.code, called.shown),
        (AUTHINFO_UNAVAIL, vec![PROMPT.to_owned(), told.to_owned()])
    );
    assert!(matches!(names(&fixture)[..], [FileName::Unused(_)]));
    // It is accepted as soon as it can be used up.
    let answer = format!("answer {code}");
    let called = fixture.host_of(USER).call("authenticate", &[&answer]);
    assert_eq!(called.code, SUCCESS);
}
