//! New passwords, and what the host's rules say of them.

use crate::host::{ALICE, DAEMON, Host, NEW, OLD};
use serde_json::json;

#[test]
fn a_new_password_takes_the_place_of_the_old_one() {
    let host = Host::new();
    assert!(host.holds("alice", OLD));
    let ticket = host.ticket("alice", ALICE);
    let reply = host.set_with(&ticket, NEW);
    assert_eq!((reply.word().as_str(), reply.messages()), ("set", vec![]));
    assert!(host.holds("alice", NEW) && !host.holds("alice", OLD));
    assert!(
        host.hash("alice").starts_with("$y$"),
        "it is hashed by yescrypt"
    );
    assert!(host.holds("bob", OLD), "nobody else's has changed");
    assert_eq!(host.outcome(&ticket), "set");
}

#[test]
fn a_weak_password_is_refused_in_the_words_of_pam_pwquality_and_a_good_one_taken() {
    let host = Host::new();
    let ticket = host.ticket("alice", ALICE);
    let reply = host.set_with(&ticket, "short");
    assert_eq!(reply.word(), "refused");
    let said = ["BAD PASSWORD: The password is shorter than 12 characters"];
    assert_eq!(reply.messages(), said);
    assert!(host.holds("alice", OLD));
    assert_eq!(host.outcome(&ticket), "not_set");
    assert_eq!(host.set("alice", ALICE, NEW).word(), "set");
    assert!(host.holds("alice", NEW));
}

#[test]
fn a_refusal_is_in_the_users_language() {
    let host = Host::new();
    for (language, said) in [
        ("de_DE.UTF-8", "kürzer als 12 Zeichen"),
        ("fr", "moins de 12 caractères"),
        ("en", "shorter than 12 characters"),
        ("../../etc", "shorter than 12 characters"),
        ("tlh", "shorter than 12 characters"),
    ] {
        let ticket = host.ticket("alice", ALICE);
        let call = json!({"ticket": ticket, "password": "short", "language": language});
        let reply = host.connect(DAEMON).call("SetPassword", &call);
        let messages = reply.messages().join("\n");
        assert!(messages.contains(said), "{language}: {messages}");
    }
}

#[test]
fn the_old_password_is_refused_at_the_first_reset_and_at_later_ones() {
    let host = Host::new();
    let reply = host.set("alice", ALICE, OLD);
    assert_eq!(reply.word(), "refused");
    let said = "Password has been already used. Choose another.";
    assert_eq!(reply.messages(), [said]);
    assert!(host.holds("alice", OLD));
    assert_eq!(host.set("alice", ALICE, NEW).word(), "set");
    for password in [NEW, OLD] {
        assert_eq!(host.set("alice", ALICE, password).word(), "refused");
    }
    assert!(host.holds("alice", NEW));
}

#[test]
fn a_host_without_pam_pwquality_sets_passwords_and_still_refuses_the_old_one() {
    let host = Host::new();
    let module = "pam_pwquality.so";
    assert!(crate::host::SHIPPED.contains(module));
    host.stack(&crate::host::SHIPPED.replace(module, "pam_missing.so"));
    assert_eq!(host.set("alice", ALICE, OLD).word(), "refused");
    assert_eq!(host.set("alice", ALICE, "short").word(), "set");
    assert!(host.holds("alice", "short"));
}

#[test]
fn a_stack_that_sets_nothing_is_a_failure_whatever_it_returns() {
    let host = Host::new();
    for rules in [
        "password required pam_permit.so\n",
        "password required pam_deny.so\n",
        "password required pam_missing.so\n",
        "",
    ] {
        host.stack(rules);
        let ticket = host.ticket("alice", ALICE);
        assert_eq!(host.set_with(&ticket, NEW).word(), "failed", "{rules}");
        assert_eq!(host.outcome(&ticket), "not_set");
    }
    assert!(host.holds("alice", OLD));
}

#[test]
fn a_stack_that_fails_after_it_has_set_the_password_has_set_it() {
    let host = Host::new();
    host.script("fail", "exit 1");
    host.stack("password required pam_unix.so\npassword required pam_exec.so /etc/fail\n");
    let ticket = host.ticket("alice", ALICE);
    assert_eq!(host.set_with(&ticket, NEW).word(), "set");
    assert!(host.holds("alice", NEW));
    assert_eq!(host.outcome(&ticket), "set");
}

#[test]
fn a_password_of_any_letters_is_set_whole() {
    let host = Host::new();
    for password in [
        "пароль с пробелами и ещё раз",
        "quote \" back\\slash ' dollar $HOME `id` %s",
        &"long-".repeat(102),
    ] {
        let reply = host.set("alice", ALICE, password);
        assert_eq!(reply.word(), "set", "{password}: {reply:?}");
        assert!(host.holds("alice", password), "{password}");
    }
    for password in ["", "two\nlines of text", &"x".repeat(512)] {
        let reply = host.set("alice", ALICE, password);
        assert_eq!(reply.word(), "InvalidParameter", "{password:?}");
    }
}
