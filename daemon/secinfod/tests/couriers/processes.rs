//! Real processes, which load real plugins.

use crate::house::{hosts, message, name, outcome, start_with, submit};
use rustix::process::{Pid, Signal, kill_process};
use secinfo_channel::{Reason, Request, SecretText};
use secinfo_domain::{Kind, Seconds, UserName};
use secinfod::channels::{Arrival, ChannelStatus, Channels};
use secinfod::config::{ChannelConfig, HostSettings, Launch, PluginFile};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::sleep;

/// Messages to this number are mistreated.
const UNLUCKY: &str = "+4930999999";

/// A directory with a plugin in it.
struct Workshop {
    directory: TempDir,
    library: PathBuf,
}

impl Workshop {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let library = secinfo_test_plugins::compile("misbehaving", directory.path());
        Self { directory, library }
    }

    /// A channel whose plugin does this with messages to the unlucky number.
    fn channel(&self, called: &str, does: &str) -> ChannelConfig {
        let settings = self.directory.path().join(format!("{called}.toml"));
        let text = format!("does = \"{does}\"\nonly = \"{UNLUCKY}\"\n");
        fs::write(&settings, text).unwrap();
        fs::set_permissions(&settings, fs::Permissions::from_mode(0o600)).unwrap();
        ChannelConfig {
            name: name(called),
            kind: Kind::Text,
            plugin: PluginFile::At(self.library.clone()),
            settings: Some(settings),
            order: 1,
            timeout: Seconds::new(2),
            launch: Launch::Daemon {
                user: UserName::parse("games").unwrap(),
            },
            memory: 512 << 20,
            writable: Vec::new(),
            readable: Vec::new(),
            queue: 100,
        }
    }

    /// The processes that have loaded its plugin.
    fn processes(&self) -> Vec<Pid> {
        let library = self.library.to_str().unwrap();
        fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| {
                let id = entry.ok()?.file_name().to_str()?.parse().ok()?;
                let command = fs::read_to_string(format!("/proc/{id}/cmdline")).ok()?;
                command.contains(library).then(|| Pid::from_raw(id))?
            })
            .collect()
    }
}

fn program() -> HostSettings {
    HostSettings {
        program: PathBuf::from(env!("CARGO_BIN_EXE_secinfod")),
        ..hosts()
    }
}

fn unlucky(number: u8) -> Request {
    let mut message = message(number, 600);
    message.destination = SecretText::new(UNLUCKY.to_owned());
    message
}

/// How the first channel is, once this is so.
async fn once(channels: &Channels, is_so: fn(&ChannelStatus) -> bool) -> ChannelStatus {
    loop {
        let status = channels.status().swap_remove(0);
        if is_so(&status) {
            return status;
        }
        sleep(Duration::from_millis(5)).await;
    }
}

fn is_ready(status: &ChannelStatus) -> bool {
    status.state == "ready"
}

fn has_failed(status: &ChannelStatus) -> bool {
    !status.last_error.is_empty()
}

/// Whether there is no such process, not even one that has ended and was not waited for.
fn is_gone(process: Pid) -> bool {
    !Path::new(&format!("/proc/{}", process.as_raw_nonzero())).exists()
}

#[tokio::test]
async fn a_process_delivers_and_is_ended() {
    let workshop = Workshop::new();
    let channels = start_with(vec![workshop.channel("a", "")], program());
    let mut tracking = submit(&channels, message(1, 600));
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Delivered));
    let status = once(&channels, is_ready).await;
    assert_eq!(status.plugin, "misbehaving");
    assert_eq!(status.version, "6.6.6");
    assert!(!status.confined.is_empty());
    let processes = workshop.processes();
    assert_eq!(processes.len(), 1);
    channels.stop().await;
    assert!(processes.into_iter().all(is_gone));
}

#[tokio::test]
async fn a_plugin_that_misbehaves_loses_that_message_and_no_other() {
    let workshop = Workshop::new();
    let cases = [
        ("hangs", Reason::TimedOut),
        ("says nothing", Reason::TimedOut),
        ("aborts", Reason::Plugin),
        ("crashes", Reason::Plugin),
        ("exits", Reason::Plugin),
        ("leaks", Reason::Plugin),
    ];
    for (does, reason) in cases {
        let channels = start_with(vec![workshop.channel("a", does)], program());
        let mut lost = submit(&channels, unlucky(1));
        assert_eq!(outcome(&mut lost).await.result, Err(reason), "{does}");
        let mut next = submit(&channels, message(2, 600));
        let told = outcome(&mut next).await;
        assert_eq!(told.result, Ok(Arrival::Delivered), "{does}");
        assert!(!channels.status()[0].last_error.is_empty());
        channels.stop().await;
        assert_eq!(workshop.processes(), []);
    }
}

#[tokio::test]
async fn a_plugin_that_does_not_end_is_ended() {
    let workshop = Workshop::new();
    let channels = start_with(vec![workshop.channel("a", "hangs in destroy")], program());
    once(&channels, is_ready).await;
    let processes = workshop.processes();
    assert_eq!(processes.len(), 1);
    channels.stop().await;
    assert!(processes.into_iter().all(is_gone));
}

#[tokio::test]
async fn a_process_that_is_killed_is_started_again() {
    let workshop = Workshop::new();
    let channels = start_with(vec![workshop.channel("a", "")], program());
    once(&channels, is_ready).await;
    let killed = workshop.processes();
    for process in &killed {
        kill_process(*process, Signal::KILL).unwrap();
    }
    let failed = once(&channels, has_failed).await;
    assert_eq!(failed.last_error, "its process has ended");
    let mut tracking = submit(&channels, message(1, 600));
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Delivered));
    assert!(killed.into_iter().all(is_gone));
    channels.stop().await;
}

#[tokio::test]
async fn a_plugin_that_cannot_be_used_leaves_the_message_to_the_next_channel() {
    let workshop = Workshop::new();
    let mut missing = workshop.channel("a", "");
    missing.plugin = PluginFile::Named("missing".to_owned());
    let mut sick = workshop.channel("b", "cannot be made");
    sick.order = 2;
    let mut well = workshop.channel("c", "");
    well.order = 3;
    let channels = start_with(vec![missing, sick, well], program());
    let mut tracking = submit(&channels, message(1, 600));
    let told = outcome(&mut tracking).await;
    assert_eq!(told.channel, Some(name("c")));
    assert_eq!(told.result, Ok(Arrival::Delivered));
    let status = channels.status();
    assert!(status[0].last_error.contains("libsecinfo_missing.so"));
    assert!(status[1].last_error.contains("not with these settings"));
    channels.stop().await;
}

#[tokio::test]
async fn settings_that_have_changed_are_in_force_after_a_reload() {
    let workshop = Workshop::new();
    let refuses = workshop.channel("a", "cannot be made");
    let channels = start_with(vec![refuses], program());
    once(&channels, has_failed).await;
    let mut tracking = submit(&channels, message(1, 600));
    channels.reload(vec![workshop.channel("a", "")], program());
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Delivered));
    channels.stop().await;
}
