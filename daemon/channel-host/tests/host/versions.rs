//! Plugins of other versions, and libraries that are not plugins.

use crate::harness::{DESTINATION, HostProcess, directory, file, hello};
use secinfo_channel::Report;
use secinfo_channel_host::wire::{FromHost, PROTOCOL, ToHost};

#[test]
fn a_plugin_with_a_smaller_table_works() {
    let mut host = HostProcess::start("older", "", &[]);
    let (plugin, _) = host.greet();
    assert_eq!(
        (plugin.name.as_str(), plugin.version.as_str()),
        ("older", "0.9")
    );
    assert_eq!(host.outcome(1), Report::Delivered);
    assert_eq!(host.health(), (true, String::new()));
    host.send(&ToHost::Stop);
    assert!(host.receive().is_none());
    assert!(host.exit().success());
}

#[test]
fn a_plugin_with_a_larger_table_works() {
    let mut host = HostProcess::start("newer", "", &[]);
    let (plugin, _) = host.greet();
    assert_eq!(plugin.kinds, ["email"]);
    assert!(!plugin.idempotent && !plugin.follows_up && !plugin.leaves_messages_readable);
    assert_eq!(host.outcome(1), Report::Delivered);
}

#[test]
fn a_library_that_is_not_a_channel_is_refused_with_a_reason() {
    for (plugin, word) in [
        (
            "other_major",
            "version 2.0 of channel.h does not go with 1.0",
        ),
        ("no_entry", "does not export secinfo_channel_entry"),
        ("unnamed", "its name is not a word"),
        ("incomplete", "lacks create or deliver"),
    ] {
        let why = HostProcess::start(plugin, "", &[]).refusal();
        assert!(why.contains(word), "{plugin}: {why}");
    }
}

#[test]
fn a_file_that_is_not_a_library_is_refused() {
    let plugins = directory();
    let library = file(plugins.path(), "text.so", "no library", 0o644);
    let why = HostProcess::start_with(&library, "", &[], directory()).refusal();
    assert!(why.contains("no library that can be loaded"), "{why}");
    let missing = plugins.path().join("missing.so");
    let why = HostProcess::start_with(&missing, "", &[], directory()).refusal();
    assert!(why.contains("cannot be opened"), "{why}");
}

#[test]
fn a_plugin_that_others_can_write_is_refused() {
    let plugins = directory();
    let library = file(plugins.path(), "text.so", "", 0o666);
    let why = HostProcess::start_with(&library, "", &[], directory()).refusal();
    assert!(why.contains("others can change the plugin"), "{why}");
}

#[test]
fn a_plugin_that_leaves_messages_readable_must_be_allowed() {
    let why = HostProcess::start("readable", "", &[]).refusal();
    assert!(why.contains("allow_spool"), "{why}");
    let mut allowed = HostProcess::start("readable", "", &[]);
    allowed.send(&ToHost::Hello {
        protocol: PROTOCOL,
        allow_readable: true,
    });
    let Some(FromHost::Unusable { why }) = allowed.receive() else {
        panic!("not refused");
    };
    assert!(why.contains("it was asked"), "{why}");
}

#[test]
fn a_plugin_can_be_named_without_a_path() {
    let plugins = directory();
    secinfo_test_plugins::compile("older", plugins.path());
    let mut host = HostProcess::start_with(
        "older".as_ref(),
        "",
        &["--plugins", plugins.path().to_str().unwrap()],
        directory(),
    );
    host.send(&hello());
    assert!(matches!(host.receive(), Some(FromHost::Hello { .. })));
    assert_eq!(host.outcome_to(1, DESTINATION), Report::Delivered);
}
