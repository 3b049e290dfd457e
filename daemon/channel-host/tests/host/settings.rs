//! Settings, and the secrets in them.

use crate::harness::{HostProcess, directory, file};
use std::path::Path;

/// The settings as they reach a plugin, which quotes them in its refusal.
fn settings(text: &str) -> String {
    let text = format!("does = 'cannot be made'\n{text}");
    HostProcess::start("misbehaving", &text, &[]).refusal()
}

fn in_file(path: &Path) -> String {
    format!("password = {{ file = {:?} }}", path.to_str().unwrap())
}

#[test]
fn settings_become_json() {
    let why =
        settings("port = 25\nlist = ['a', 1.5, true]\n[tls]\nca = \"x\\\"y\"\nsince = 2024-01-02");
    let (_, json) = why.split_once("not with these settings: ").unwrap();
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "does": "cannot be made",
            "port": 25,
            "list": ["a", 1.5, true],
            "tls": { "ca": "x\"y", "since": "2024-01-02" },
        })
    );
}

#[test]
fn a_secret_is_read_from_its_file_and_redacted() {
    let files = directory();
    let secret = file(files.path(), "secret", "hunter2-hunter2\n", 0o600);
    let why = settings(&in_file(&secret));
    assert!(!why.contains("hunter2"), "{why}");
    // Without the newline at its end.
    assert!(why.ends_with(r#""password":"[redacted]"}"#), "{why}");
}

#[test]
fn files_that_others_can_read_are_refused() {
    let files = directory();
    let secret = file(files.path(), "secret", "hunter2", 0o644);
    let why = settings(&in_file(&secret));
    assert!(
        why.contains("can be read by others: use chmod 600"),
        "{why}"
    );
    let missing = settings(&in_file(&files.path().join("missing")));
    assert!(missing.contains("cannot be opened"), "{missing}");
    let directory = settings(&in_file(files.path()));
    assert!(directory.contains("is no file"), "{directory}");
    let relative = settings("password = { file = 'secret' }");
    assert!(relative.contains("give its whole path"), "{relative}");
    let credential = settings("password = { credential = 'smtp' }");
    assert!(credential.contains("LoadCredential=smtp"), "{credential}");
}

#[test]
fn an_invalid_line_is_not_quoted() {
    let why = settings("password = hunter2");
    assert!(why.contains("line 2 is not TOML"), "{why}");
    assert!(!why.contains("hunter2"), "{why}");
}

#[test]
fn a_refusal_with_a_wrong_length_is_handled() {
    let why = HostProcess::start(
        "misbehaving",
        "does = 'cannot be made and lies about the length'",
        &[],
    )
    .refusal();
    assert!(why.len() < 2048);
}

#[test]
fn an_error_in_settings_is_reported_without_the_value() {
    let library = crate::harness::example("libpanicking.so");
    for (settings, word) in [
        (
            "at = 'hunter2'",
            "the setting `at` is not right: expected one of",
        ),
        ("at = 12345678", "the setting `at` is not right"),
        ("", "missing field `at`"),
        ("at = 'deliver'\nto = 'x'", "unknown field `to`"),
    ] {
        let why = HostProcess::start_with(&library, settings, &[], directory()).refusal();
        assert!(why.contains(word), "{why}");
        assert!(!why.contains("hunter2") && !why.contains("1234"), "{why}");
    }
}

#[test]
fn a_character_that_cannot_be_seen_is_named_and_its_line_not_quoted() {
    let why = settings("password = 'hunter2\u{200b}'");
    assert!(
        why.contains("line 2, character 20: there is U+200B ZERO WIDTH SPACE"),
        "{why}"
    );
    assert!(!why.contains("hunter2"), "{why}");
}
