//! A daemon under load, whose first channel for texts is a plugin that misbehaves.

use secinfo_tests::load::{Change, Load, Outcome, Running};
use secinfo_tests::{
    ALICE, BOB, Client, IgnoredReply, Process, ROOT, ROOT_PATH, Setup, SpooledMessage, TestHost,
    peak_memory, response,
};
use secinfo_wire::{Channel, Proof, SentCode};
use serde_json::Value;
use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use zbus::{OwnedObjectPath, Variant};

/// The users under load.
const OTHERS: [u32; 4] = [5, 6, 7, 8];

/// The address of Bob, who uses another channel.
const ADDRESS: &str = "bob@example.org";

/// How many ticks of the load's clock prove that the load makes progress.
const PROGRESS_TICKS: u64 = 60;

/// How long to wait for anything.
const TIMEOUT: Duration = Duration::from_mins(2);

/// The channel under test, which is tried before the working channel `text`.
pub(crate) const FIRST: &str = "first";

/// How much the daemon's peak memory may grow, in KiB. Concurrently hashing the recovery codes of two
/// users needs most of it; a plugin can print as much in a second.
const MAX_MEMORY: u64 = 96 << 10;

/// The maximum size of the daemon's output, in bytes.
const MAX_LOG: u64 = 512 << 10;

/// The daemon and its users.
pub(crate) struct Fixture {
    pub(crate) host: TestHost,
    pub(crate) root: Client,
    alice: Client,
    load: Load,
    running: Option<Running>,
    memory: u64,
    numbers_used: Cell<u32>,
    processes: Vec<Process>,
}

/// What a user learns about a code by text.
#[derive(Debug)]
pub(crate) struct TextResult {
    /// Its destination, different for each code.
    pub(crate) destination: String,
    /// `sent`, `delivered` or `failed`.
    pub(crate) state: String,
}

impl TextResult {
    /// Whether the message may arrive.
    pub(crate) fn may_arrive(&self) -> bool {
        ["sent", "delivered"].contains(&self.state.as_str())
    }
}

/// The setup of the channel under test.
pub(crate) struct ChannelUnderTest<'a> {
    /// The name of a C plugin.
    pub(crate) plugin: &'a str,
    /// How it misbehaves, if it is the plugin `misbehaving`.
    pub(crate) does: &'a str,
    /// Further lines of its configuration.
    pub(crate) lines: &'a str,
}

impl Fixture {
    /// Starts with the plugin `misbehaving`, which does this with every message.
    pub(crate) async fn with(does: &str, lines: &str) -> Self {
        Self::begin(ChannelUnderTest {
            plugin: "misbehaving",
            does,
            lines,
        })
        .await
    }

    /// Starts with a C plugin.
    pub(crate) async fn begin(first: ChannelUnderTest<'_>) -> Self {
        let settings = format!("does = \"{}\"\nnotes = \"{{notes}}\"\n", first.does);
        let plugin = first.plugin.replace('_', "-");
        Self::begin_with(&plugin, &settings, first.lines, |host| {
            host.install_c_plugin(first.plugin);
        })
        .await
    }

    /// Starts with a plugin that `install` installs. In its settings, `{notes}` is replaced by the
    /// file in which it may record its messages.
    pub(crate) async fn begin_with(
        plugin: &str,
        settings: &str,
        lines: &str,
        install: impl FnOnce(&TestHost),
    ) -> Self {
        let lines = format!("order = 1\n{lines}");
        let setup = Load::setup()
            .spool()
            .channel(FIRST, "text", plugin, "first.toml", &lines)
            .more("[policy.codes]\nresend_after = \"1s\"\nof_user = \"1000 in 1h\"\nof_destination = \"1000 in 1h\"\n");
        let setup: Setup = setup.environment("SECINFO_LOG", "debug,sled=warn,zbus=warn");
        let mut host = TestHost::without_daemon(setup).await;
        install(&host);
        let notes = notes_of(&host).display().to_string();
        host.write_settings("first.toml", &settings.replace("{notes}", &notes));
        host.start_daemon().await;
        let mut load = Load::prepare(&host, &OTHERS, 12).await;
        let (root, alice) = (host.client(ROOT).await, host.client(ALICE).await);
        for name in ["call", "email", "text"] {
            root.wait_for_channel(name, |channel| channel.state == "ready")
                .await;
        }
        let bob = host.client(BOB).await;
        bob.enroll_destination(&host, "email", ADDRESS, None).await;
        // The first number loads the metadata of phone numbers.
        let (path, _) = alice
            .start_destination("text", "+4915112345600", None)
            .await
            .unwrap();
        let () = alice
            .call(path.as_str(), "Enrollment", "Cancel", &())
            .await
            .unwrap();
        let memory = peak_memory(host.daemon().pid());
        let running = Some(load.start());
        let mut fixture = Self {
            host,
            root,
            alice,
            load,
            running,
            memory,
            numbers_used: Cell::new(0),
            processes: Vec::new(),
        };
        fixture.note_processes();
        fixture
    }

    /// Waits until the channel under test meets a condition.
    pub(crate) async fn wait(&self, is: impl Fn(&Channel) -> bool) -> Channel {
        self.root.wait_for_channel(FIRST, is).await
    }

    /// Waits until the channel under test is ready.
    pub(crate) async fn wait_ready(&mut self) {
        self.wait(|channel| channel.state == "ready").await;
        self.note_processes();
    }

    /// The process of the channel under test.
    pub(crate) fn process(&mut self) -> Process {
        self.note_processes();
        self.host
            .process_of_channel(FIRST)
            .expect("the channel has a process")
    }

    /// Requests a code by text for Alice, to a new number, and returns its state once it is no longer
    /// `waiting`.
    pub(crate) async fn text(&self) -> TextResult {
        let number = self.numbers_used.replace(self.numbers_used.get() + 1);
        let destination = format!("+49151123456{:02}", number + 10);
        let (path, _) = self
            .alice
            .start_destination("text", &destination, None)
            .await
            .unwrap();
        let path = path.as_str();
        let sent: Result<SentCode, _> = self.alice.call(path, "Enrollment", "SendCode", &()).await;
        let mut state = match sent {
            Ok(sent) => sent.state,
            Err(refusal) => {
                assert_eq!(refusal.short(), "DeliveryFailed", "{refusal}");
                "failed".to_owned()
            }
        };
        let begun = Instant::now();
        while state == "waiting" {
            assert!(begun.elapsed() < TIMEOUT, "{}", self.host.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
            state = self
                .alice
                .property(path, "Enrollment", "Delivery")
                .await
                .unwrap();
        }
        let () = self
            .alice
            .call(path, "Enrollment", "Cancel", &())
            .await
            .unwrap();
        TextResult { destination, state }
    }

    /// Checks that a code by text arrives through the working channel.
    pub(crate) async fn text_falls_back(&self) {
        let result = self.text().await;
        assert!(result.may_arrive(), "{result:?}");
        assert!(self.message_to(&result.destination).is_some(), "{result:?}");
    }

    /// Checks that a user of another channel gets a code and proves it, and that the load makes
    /// progress.
    pub(crate) async fn others_are_served(&self) {
        let options = HashMap::<&str, Variant<'_>>::new();
        let body = (BOB, "password-reset", "", options);
        let (path, _): (OwnedObjectPath, IgnoredReply) = self
            .root
            .call(ROOT_PATH, "Manager", "StartVerification", &body)
            .await
            .unwrap();
        let path = path.as_str();
        let sent: SentCode = self
            .root
            .call(path, "Verification", "SendCode", &())
            .await
            .unwrap();
        assert_eq!(sent.state, "sent", "the spool has it");
        let mut messages = self.host.messages();
        messages.retain(|message| message.destination == ADDRESS);
        let code = &messages.last().expect("it was delivered").code;
        let proof: Proof = self
            .root
            .call(path, "Verification", "Submit", &response(code))
            .await
            .unwrap();
        assert_eq!(proof.kind, "email");

        let from = self.load.tick();
        let begun = Instant::now();
        while self.load.tick() - from < PROGRESS_TICKS {
            assert!(begun.elapsed() < TIMEOUT, "the load makes no progress");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The message to this destination in the spool.
    pub(crate) fn message_to(&self, destination: &str) -> Option<SpooledMessage> {
        let mut messages = self.host.messages();
        messages.retain(|message| message.destination == destination);
        assert!(messages.len() <= 1, "{destination} got two messages");
        messages.pop()
    }

    /// The destinations of the messages that the plugin under test received, in order.
    pub(crate) fn received(&self) -> Vec<String> {
        self.notes(1)
    }

    /// A word of each line of the plugin's notes: 0 is the message's id, 1 its destination.
    fn notes(&self, word: usize) -> Vec<String> {
        let notes = fs::read_to_string(notes_of(&self.host)).unwrap_or_default();
        notes
            .lines()
            .map(|line| line.split(' ').nth(word).unwrap().to_owned())
            .collect()
    }

    /// Waits until the plugin under test has received this number of messages.
    pub(crate) async fn wait_received(&self, count: usize) {
        let begun = Instant::now();
        while self.received().len() < count {
            assert!(begun.elapsed() < TIMEOUT, "{}", self.host.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// How many lines of the daemon's log are about the channel under test.
    pub(crate) fn lines_about_it(&self) -> usize {
        let log = self.host.log();
        let about = |line: &&str| line.contains("channel=first ");
        log.lines().filter(about).count()
    }

    fn note_processes(&mut self) {
        let pid = self.host.daemon().pid();
        for process in Process::children_of(pid) {
            if !self.processes.contains(&process) {
                self.processes.push(process);
            }
        }
    }

    /// Ends the load, checks that nothing in it failed, and stops the daemon. Returns the events about
    /// messages.
    pub(crate) async fn end(mut self) -> Vec<Value> {
        let running = self.running.take().expect("it ends once");
        let history = self.load.finish(running).await;
        assert_eq!(history.refused, 0);
        assert!(
            history
                .operations
                .iter()
                .all(|operation| operation.outcome == Outcome::Done)
        );
        let verified = |change: &Change| matches!(change, Change::Verified { .. });
        assert!(
            history
                .operations
                .iter()
                .any(|operation| verified(&operation.effect.change))
        );

        let mut ids = self.notes(0);
        ids.extend(self.host.messages().into_iter().map(|m| m.message));
        let count = ids.len();
        let once: BTreeSet<_> = ids.into_iter().collect();
        assert_eq!(once.len(), count, "a second message for one code");

        let mut events = self.root.events().await;
        events.retain(|event| {
            let type_name = event["type"].as_str().unwrap();
            type_name.starts_with("message-")
        });

        let pid = self.host.daemon().pid();
        let grown = peak_memory(pid).saturating_sub(self.memory);
        assert!(grown < MAX_MEMORY, "the daemon took {grown} KiB more");
        let log = fs::metadata(self.host.log_file()).unwrap().len();
        assert!(log < MAX_LOG, "the log has {log} bytes");
        self.note_processes();
        let children = Process::children_of(pid);
        assert!(children.len() <= 4, "one for each channel: {children:?}");
        assert!(self.host.stop().success(), "{}", self.host.log());
        for process in &self.processes {
            assert!(process.is_gone(), "{process:?} is still there");
        }
        events
    }

    /// Waits until the daemon has no zombie children.
    pub(crate) async fn no_zombies(&mut self) {
        let pid = self.host.daemon().pid();
        let begun = Instant::now();
        while Process::children_of(pid).iter().any(Process::is_zombie) {
            assert!(begun.elapsed() < TIMEOUT, "zombies");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn notes_of(host: &TestHost) -> PathBuf {
    host.spool().join("notes")
}

/// The events of this type.
pub(crate) fn of_type<'a>(events: &'a [Value], type_name: &str) -> Vec<&'a Value> {
    let is = |event: &&Value| event["type"] == type_name;
    events.iter().filter(is).collect()
}
