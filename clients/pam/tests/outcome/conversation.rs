//! Rows for the host's conversation, and what the daemon is told about the user.

use crate::code::*;
use crate::daemon::{Daemon, LAST_PROMPT, ReceivedCall, Reply, ask, end, error, refused, verified};
use crate::host::{PamHost, module, write_service};
use crate::{CANNOT_DECIDE, Fixture, fixture};
use secinfo_wire::sign_in::{Display, Outcome, RefusedFor, SignInError, Start};
use std::fs;

#[test]
fn a_conversation_that_fails_is_a_conversation_error() {
    for failure in ["fail", "missing"] {
        let (_fixture, daemon, mut host) = fixture([ask("Code: ", false), verified()]);
        let called = host.call("authenticate", &[failure]);
        assert_eq!(called.code, CONV_ERR, "{failure}");
        assert_eq!(daemon.calls().len(), 1, "{failure}");
    }
}

#[test]
fn a_conversation_that_is_missing_is_a_conversation_error() {
    let (_fixture, _daemon, mut host) = fixture([ask("Code: ", false), verified()]);
    host.send("mute");
    assert_eq!(host.call("authenticate", &[]).code, CONV_ERR);
}

#[test]
fn an_answer_that_is_too_long_is_a_conversation_error() {
    let (_fixture, daemon, mut host) = fixture([ask("Code: ", false), verified()]);
    let answer = format!("answer {}", "1".repeat(512));
    assert_eq!(host.call("authenticate", &[&answer]).code, CONV_ERR);
    assert_eq!(daemon.calls().len(), 1);
}

#[test]
fn a_missing_answer_is_empty_and_one_that_is_not_text_is_wrong() {
    let rows = [
        ("none", ""),
        ("answer ", ""),
        ("answer \\xff\\xfe", "\u{fffd}"),
        ("answer caf\u{e9}", "caf\u{e9}"),
    ];
    for (given, passed) in rows {
        let (_fixture, daemon, mut host) = fixture([ask("Code: ", false), verified()]);
        assert_eq!(host.call("authenticate", &[given]).code, SUCCESS);
        assert_eq!(daemon.calls()[1], ReceivedCall::Answer(passed.to_owned()));
    }
}

#[test]
fn a_user_who_is_changed_during_the_conversation_is_refused() {
    for (outcome, user) in [
        (Outcome::Verified, "root"),
        (Outcome::Postponed, "root"),
        (Outcome::Verified, ""),
    ] {
        let replies = [ask("Code: ", false), end(outcome)];
        let (_fixture, _daemon, mut host) = fixture(replies);
        host.send("authenticate");
        assert_eq!(host.event(), "hidden Code: ");
        host.send(&format!("user {user}"));
        host.send("answer 1");
        assert_eq!(
            host.finish("authenticate", &[]).code,
            AUTH_ERR,
            "{outcome:?}"
        );
        // No decision is left for a later phase.
        assert_eq!(host.ask("item 2 alice"), "0");
        assert_eq!(host.call("account", &[]).code, IGNORE, "{outcome:?}");
    }
}

#[test]
fn a_hostile_name_is_unknown_and_the_daemon_is_not_asked() {
    let fixture = Fixture::new();
    let daemon = Daemon::start(&fixture.socket(), 0, []);
    let too_long = "a".repeat(257);
    let names = [
        "a:b",
        "a\\x0ab",
        "a\\x09b",
        "\\x1b[2J",
        "a\\x7f",
        "\\xff\\xfe",
        &too_long,
    ];
    for name in names {
        let mut host = PamHost::start(&fixture.pam_d());
        host.begin(name);
        let called = host.call("authenticate", &[]);
        assert_eq!(called.code, USER_UNKNOWN, "{name}");
        assert_eq!(called.shown, [""; 0], "{name}");
    }
    assert_eq!(daemon.calls(), []);
}

#[test]
fn a_missing_name_is_asked_for_and_an_empty_one_is_unknown() {
    let fixture = Fixture::new();
    let daemon = Daemon::start(&fixture.socket(), 0, [verified()]);
    let mut host = PamHost::start(&fixture.pam_d());
    host.begin("-");
    assert_eq!(host.call("authenticate", &["answer alice"]).code, SUCCESS);
    assert_eq!(daemon.calls().len(), 1);
    for (answer, code) in [("answer ", USER_UNKNOWN), ("fail", CONV_ERR)] {
        let mut host = PamHost::start(&fixture.pam_d());
        host.begin("-");
        assert_eq!(host.call("authenticate", &[answer]).code, code, "{answer}");
    }
    assert_eq!(daemon.calls(), []);
}

#[test]
fn a_silent_host_shows_only_prompts() {
    let replies = [
        ask("Code: ", false),
        verified(),
        Reply::Last(b"7\0".to_vec()),
    ];
    let (_fixture, _daemon, mut host) = fixture(replies);
    host.send("silent");
    let called = host.call("authenticate", &["answer 1"]);
    assert_eq!(
        (called.code, called.shown),
        (SUCCESS, vec!["hidden Code: ".to_owned()])
    );
    let called = host.call("authenticate", &[]);
    assert_eq!((called.code, called.shown), (AUTHINFO_UNAVAIL, vec![]));
}

#[test]
fn a_prompt_of_many_lines_is_shown_completely() {
    let prompt = format!("{}\nCode: ", "\u{2580}\u{2584}\u{2588}".repeat(1200));
    let (_fixture, _daemon, mut host) = fixture([ask(&prompt, true), verified()]);
    let called = host.call("authenticate", &["answer 1"]);
    assert_eq!(called.code, SUCCESS);
    assert_eq!(called.shown[0], format!("shown {}", prompt.escape_debug()));
}

/// The options that the daemon gets after the host has executed these commands.
fn sent_options(lines: &[&str], arguments: &str, service: &str) -> Start {
    let fixture = Fixture::new();
    let daemon = Daemon::start(&fixture.socket(), 0, [verified()]);
    let arguments = format!("socket={} {arguments}", fixture.socket().display());
    write_service(&fixture.pam_d(), service, &arguments);
    let mut host = PamHost::start(&fixture.pam_d());
    assert_eq!(host.ask(&format!("start {service} alice")), "0");
    for line in lines {
        assert_eq!(host.ask(line), "0");
    }
    assert_eq!(host.call("authenticate", &[]).code, SUCCESS);
    match daemon.calls().pop() {
        Some(ReceivedCall::Start(start)) if start.name == "alice" && start.service == service => {
            start
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_daemon_is_told_where_the_user_is() {
    let lines = [
        "item 3 /dev/tty",
        "item 4 192.0.2.7",
        "item 8 bob",
        "env LC_MESSAGES=fr_FR.UTF-8",
    ];
    let expected = Start {
        name: "alice".to_owned(),
        service: "login".to_owned(),
        tty: Some("/dev/tty".to_owned()),
        invoker: Some("bob".to_owned()),
        remote_host: Some("192.0.2.7".to_owned()),
        ssh_auth_info: None,
        language: Some("fr_FR.UTF-8".to_owned()),
        set_up: Some(true),
        display: Some(Display::Terminal),
        forms: None,
    };
    assert_eq!(sent_options(&lines, "set_up", "login"), expected);
    let expected = Start {
        name: "alice".to_owned(),
        service: "su".to_owned(),
        tty: None,
        invoker: None,
        remote_host: None,
        ssh_auth_info: None,
        // The host's own locale.
        language: Some("de_DE.UTF-8".to_owned()),
        set_up: Some(false),
        display: Some(Display::Line),
        forms: None,
    };
    assert_eq!(sent_options(&[], "debug", "su"), expected);
}

#[test]
fn what_sshd_says_of_a_sign_in_is_passed_on_for_sshd_alone_as_far_as_it_is_plain() {
    const SAID: &str = "publickey sk-ssh-ed25519@openssh.com AAAA\\x0a";
    let passed_on = |said: &str, service| {
        let line = format!("env SSH_AUTH_INFO_0={said}");
        sent_options(&[&line], "", service).ssh_auth_info
    };
    let whole = SAID.replace("\\x0a", "\n");
    assert_eq!(passed_on(SAID, "sshd"), Some(whole));
    for service in ["login", "sudo", "su", "sshd-other"] {
        assert_eq!(passed_on(SAID, service), None, "{service}");
    }
    let longest = "x".repeat(4096);
    assert_eq!(passed_on(&longest, "sshd"), Some(longest.clone()));
    for other in ["", "a\\x09b", "\\xff", "\\xc3\\xa4", &format!("{longest}x")] {
        assert_eq!(passed_on(other, "sshd"), None, "{other}");
    }
}

#[test]
fn an_item_that_is_not_text_is_not_passed_on() {
    let options = sent_options(&["item 3 pts\\x0a7", "item 4 \\xff\\xfe"], "", "login");
    assert_eq!((options.tty, options.remote_host), (None, None));
}

#[test]
fn an_invalid_locale_is_skipped() {
    for odd in ["fr_FR:en", "../../x", "fr FR", "\\xff", &"f".repeat(65)] {
        let options = sent_options(&[&format!("env LC_ALL={odd}")], "", "sudo");
        assert_eq!(options.language.as_deref(), Some("de_DE.UTF-8"), "{odd}");
    }
}

#[test]
fn several_lines_are_shown_on_terminals_alone() {
    for (lines, service, display) in [
        (vec!["item 3 ssh"], "sshd", Display::Terminal),
        (vec!["item 3 /dev/tty"], "sudo", Display::Terminal),
        (vec!["item 3 tty"], "login", Display::Terminal),
        (vec!["item 3 ssh"], "whatever", Display::Terminal),
        (
            vec!["item 3 /dev/tty", "item 11 :0"],
            "lightdm",
            Display::Line,
        ),
        (vec!["item 11 :0"], "kde", Display::Line),
        (vec!["item 3 :1"], "xlock", Display::Line),
        (vec!["item 3 xrdp-sesman"], "xrdp-sesman", Display::Line),
        (vec!["item 3 /dev/pts/no-such"], "sudo", Display::Line),
        (vec!["item 3 /dev/null"], "sudo", Display::Line),
        (vec![], "gdm-password", Display::Line),
        (vec![], "polkit-1", Display::Line),
        (vec![], "no-such-program", Display::Line),
        (vec![], "cockpit", Display::Plain),
        (vec!["item 3 /dev/tty"], "cockpit", Display::Plain),
    ] {
        let options = sent_options(&lines, "", service);
        assert_eq!(options.display, Some(display), "{service} {lines:?}");
    }
}

/// A session of alice at Cockpit, with the module as this configures it.
fn at_cockpit(fixture: &Fixture, replies: impl IntoIterator<Item = Reply>) -> (Daemon, PamHost) {
    let daemon = Daemon::start(&fixture.socket(), 0, replies);
    let arguments = format!("socket={}", fixture.socket().display());
    write_service(&fixture.pam_d(), "cockpit", &arguments);
    let mut host = PamHost::start(&fixture.pam_d());
    host.begin_at("cockpit", "alice");
    (daemon, host)
}

#[test]
fn at_cockpit_a_refusal_stands_in_a_prompt_because_messages_alone_are_not_shown() {
    let fixture = Fixture::new();
    let refused = end(Outcome::Refused(RefusedFor::GraceOver));
    let (daemon, mut host) = at_cockpit(&fixture, [refused]);
    // Whatever is typed there is passed on to nobody.
    let called = host.call("authenticate", &["answer 123456"]);
    assert_eq!(called.code, AUTH_ERR);
    assert_eq!(called.shown, [format!("shown {LAST_PROMPT}")]);
    assert_eq!(daemon.calls().len(), 1);
    drop(host);

    // So does the module's own word, and a conversation that fails changes nothing.
    let (daemon, mut host) = at_cockpit(&fixture, [Reply::Last(b"7\0".to_vec())]);
    let called = host.call("authenticate", &["fail"]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
    assert_eq!(
        called.shown,
        [
            "shown Sie koennen jetzt nicht geprueft werden, weil secinfod nicht entscheiden kann: Sagen \
             Sie es der Administration. Zum Beenden Enter druecken (hier kein Passwort): "
        ]
    );
    drop((daemon, host));

    // Who is let in sees nothing more.
    let (_daemon, mut host) = at_cockpit(&fixture, [ask("Code: ", true), verified()]);
    let called = host.call("authenticate", &["answer 1"]);
    assert_eq!(called.code, SUCCESS);
    assert_eq!(called.shown[0], "shown Code: ");
    assert!(
        called
            .shown
            .iter()
            .skip(1)
            .all(|line| line.starts_with("info "))
    );
}

/// Makes a host be sshd, which names no terminal.
fn at_ssh(host: &mut PamHost) {
    assert_eq!(host.ask("item 3 ssh"), "0");
}

#[test]
fn over_ssh_every_refusal_stands_in_a_prompt_and_ends_the_connection() {
    for reason in RefusedFor::ALL {
        let (_fixture, daemon, mut host) = fixture([ask("Code: ", true), refused(*reason)]);
        at_ssh(&mut host);
        // What is typed at the end, a password by habit, is shown to nobody and passed on to nobody.
        let called = host.call("authenticate", &["answer 1", "answer alice-password"]);
        let shown = ["shown Code: ".to_owned(), format!("hidden {LAST_PROMPT}")];
        assert_eq!((called.code, called.shown), (MAXTRIES, shown.to_vec()));
        assert_eq!(daemon.calls().len(), 2, "{reason:?}");
    }
}

#[test]
fn over_ssh_every_failure_that_has_words_stands_in_a_prompt_and_ends_the_connection() {
    const ENTER: &str = "\nZum Beenden Enter drücken (hier kein Passwort): ";
    let cannot_decide = CANNOT_DECIDE.strip_prefix("error ").unwrap();
    let rows = [
        (SignInError::Internal, cannot_decide),
        (SignInError::StorageUnavailable, cannot_decide),
        (
            SignInError::NoSignIn,
            "Das hat zu lange gedauert: Melden Sie sich noch einmal an.",
        ),
    ];
    for (failure, said) in rows {
        // A client that answers nothing, or goes away, ends as well.
        for answer in ["answer ", "none", "fail"] {
            let (_fixture, _daemon, mut host) = fixture([error(failure)]);
            at_ssh(&mut host);
            let called = host.call("authenticate", &[answer]);
            assert_eq!(called.code, MAXTRIES, "{answer}");
            let shown = called.shown[0].replace("\\n", "\n");
            let text = shown.strip_prefix("hidden ").unwrap().strip_suffix(ENTER);
            assert_eq!(text.unwrap().replace('\n', " "), said);
        }
    }
    // Nothing is said to whom there is nothing to say, so that names tell nothing.
    let (_fixture, _daemon, mut host) = fixture([error(SignInError::UserNotFound)]);
    at_ssh(&mut host);
    let called = host.call("authenticate", &[]);
    assert_eq!((called.code, called.shown), (USER_UNKNOWN, vec![]));
}

#[test]
fn over_ssh_who_is_let_in_reads_no_last_prompt() {
    for (reply, code) in [(verified(), SUCCESS), (end(Outcome::Postponed), IGNORE)] {
        let (_fixture, _daemon, mut host) = fixture([reply]);
        at_ssh(&mut host);
        let called = host.call("authenticate", &[]);
        assert_eq!(called.code, code);
        // The stack itself says how it takes PAM_IGNORE.
        assert_eq!(called.shown[0], "info This is the end.");
        assert!(called.shown.iter().all(|said| said.starts_with("info ")));
    }
}

#[test]
fn an_answer_that_is_the_password_typed_before_is_called_that() {
    let fixture = Fixture::new();
    let replies = [
        ask("Code: ", true),
        ask("Code: ", true),
        ask("Code: ", true),
        verified(),
    ];
    let daemon = Daemon::start(&fixture.socket(), 0, replies);
    let (module, socket) = (module(), fixture.socket());
    let (module, socket) = (module.display(), socket.display());
    let stack = format!(
        "auth [ignore=ignore default=die] {module} socket={socket} reset\n\
         auth [success=done default=die] {module} socket={socket}\n"
    );
    fs::write(fixture.pam_d().join("sshd"), stack).unwrap();
    let mut host = fixture.host();
    let answers = [
        "answer 123456",
        "answer 123456",
        "answer 1234567",
        "answer ",
    ];
    let called = host.call("authenticate", &answers);
    assert_eq!((called.code, called.shown.len()), (SUCCESS, 5));
    let calls = daemon.calls();
    assert_eq!(
        calls[1..],
        [
            ReceivedCall::Password("123456".to_owned()),
            ReceivedCall::Answer("1234567".to_owned()),
            ReceivedCall::Answer(String::new()),
        ]
    );
}

#[test]
fn without_a_password_before_no_answer_is_called_that() {
    let (_fixture, daemon, mut host) = fixture([ask("Code: ", true), verified()]);
    assert_eq!(host.call("authenticate", &["answer "]).code, SUCCESS);
    assert_eq!(daemon.calls()[1], ReceivedCall::Answer(String::new()));
}

#[test]
fn a_message_that_the_host_does_not_show_changes_nothing() {
    let (_fixture, _daemon, mut host) = fixture([verified(), Reply::Last(b"7\0".to_vec())]);
    host.send("mute");
    let called = host.call("authenticate", &[]);
    assert_eq!((called.code, called.shown), (SUCCESS, vec![]));
    let called = host.call("authenticate", &[]);
    assert_eq!((called.code, called.shown), (AUTHINFO_UNAVAIL, vec![]));
}
