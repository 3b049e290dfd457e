//! Rows of break-glass codes.

use crate::code::*;
use crate::daemon::{Daemon, ask, error, refused};
use crate::{CANNOT_DECIDE, Scene};
use secinfo_break_glass::{Code, Directory, FileName, Id, Record};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

const PROMPT: &str = "hidden secinfod cannot be reached. Break-glass code: ";

/// Makes a code of this user: as it is shown, and its id.
fn create(scene: &Scene, user: &str, seed: u8) -> (String, Id) {
    let directory = Directory::open(&scene.break_glass()).unwrap().unwrap();
    let code = Code::from_random(&[seed; Code::RANDOM_BYTES]);
    let id = Id::from_bytes([seed; 16]);
    let record = Record::new(id, user, 1_795_356_600, &code).unwrap();
    directory.create(&record, None).unwrap();
    (code.in_groups().to_string(), id)
}

fn names(scene: &Scene) -> Vec<FileName> {
    let directory = Directory::open(&scene.break_glass()).unwrap().unwrap();
    directory.names().unwrap()
}

#[test]
fn a_break_glass_code_is_success_once_while_there_is_no_daemon() {
    let scene = Scene::new();
    let (code, id) = create(&scene, "alice", 1);
    let answer = format!("answer {}", code.to_lowercase());
    let mut host = scene.host();
    let before = host.ask("state");
    let called = host.call("authenticate", &[&answer]);
    assert_eq!(
        (called.code, called.shown),
        (SUCCESS, vec![PROMPT.to_owned()])
    );
    assert_eq!(host.call("account", &[]).code, SUCCESS);
    assert_eq!(host.ask("state"), before);
    let names = names(&scene);
    let [FileName::Used(used)] = names.as_slice() else {
        panic!("{names:?}");
    };
    assert_eq!((used.id, used.service.as_str()), (id, "sshd"));
    // There is nothing left to ask for.
    let called = host.call("authenticate", &[]);
    assert_eq!(
        (called.code, called.shown),
        (AUTHINFO_UNAVAIL, vec![CANNOT_DECIDE.to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_break_glass_code_is_success_while_the_daemon_cannot_write() {
    let scene = Scene::new();
    let (code, _) = create(&scene, "alice", 2);
    let replies = [ask("Code: ", false), error("StorageUnavailable")];
    let _daemon = Daemon::start(&scene.bus, 0, replies).await;
    let answer = format!("answer {code}");
    let called = scene.host().call("authenticate", &["answer 1", &answer]);
    assert_eq!(called.code, SUCCESS);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_for_a_break_glass_code_while_the_daemon_decides() {
    let scene = Scene::new();
    create(&scene, "alice", 3);
    let replies = [refused("locked"), error("NotFound"), error("NotAuthorized")];
    let _daemon = Daemon::start(&scene.bus, 0, replies).await;
    let mut host = scene.host();
    for code in [MAXTRIES, USER_UNKNOWN, CRED_INSUFFICIENT] {
        assert_eq!(host.call("authenticate", &[]).code, code);
    }
    assert!(matches!(names(&scene)[..], [FileName::Unused(_)]));
}

#[test]
fn three_wrong_break_glass_codes_are_too_many() {
    let scene = Scene::new();
    create(&scene, "alice", 4);
    let other = Code::from_random(&[5; Code::RANDOM_BYTES]).in_groups();
    let wrong = format!("answer {}", *other);
    let called = scene
        .host()
        .call("authenticate", &[&wrong, "answer x", &wrong]);
    assert_eq!(called.code, MAXTRIES);
    assert!(matches!(names(&scene)[..], [FileName::Unused(_)]));
}

#[test]
fn a_user_who_gives_no_break_glass_code_is_not_let_in() {
    let scene = Scene::new();
    create(&scene, "alice", 6);
    let mut host = scene.host();
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
    let scene = Scene::new();
    create(&scene, "bob", 7);
    let called = scene.host().call("authenticate", &[]);
    assert_eq!(
        (called.code, called.shown),
        (AUTHINFO_UNAVAIL, vec![CANNOT_DECIDE.to_owned()])
    );
}

#[test]
fn a_break_glass_file_that_others_could_write_is_not_asked_for() {
    let scene = Scene::new();
    let (_, id) = create(&scene, "alice", 8);
    let file = scene.break_glass().join(id.to_string());
    fs::set_permissions(&file, Permissions::from_mode(0o660)).unwrap();
    assert_eq!(
        scene.host().call("authenticate", &[]).code,
        AUTHINFO_UNAVAIL
    );
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(scene.break_glass(), Permissions::from_mode(0o777)).unwrap();
    assert_eq!(
        scene.host().call("authenticate", &[]).code,
        AUTHINFO_UNAVAIL
    );
}

#[test]
fn a_user_who_is_changed_at_the_break_glass_prompt_is_refused() {
    let scene = Scene::new();
    let (code, _) = create(&scene, "alice", 9);
    let mut host = scene.host();
    host.say("authenticate");
    assert_eq!(host.event(), PROMPT);
    host.say("user root");
    host.say(&format!("answer {code}"));
    assert_eq!(host.finish("authenticate", &[]).code, AUTH_ERR);
}

#[test]
fn of_many_who_give_one_break_glass_code_one_is_let_in() {
    let scene = Scene::new();
    let (code, _) = create(&scene, "alice", 10);
    let mut hosts: Vec<_> = (0..6).map(|_| scene.host()).collect();
    for host in &mut hosts {
        host.say("authenticate");
        assert_eq!(host.event(), PROMPT);
    }
    for host in &mut hosts {
        host.say(&format!("answer {code}"));
    }
    let mut codes: Vec<_> = hosts
        .iter_mut()
        .map(|host| host.finish("authenticate", &[]).code)
        .collect();
    codes.sort_unstable();
    let others = [AUTHINFO_UNAVAIL; 5];
    assert_eq!((codes[0], &codes[1..]), (SUCCESS, others.as_slice()));
}
