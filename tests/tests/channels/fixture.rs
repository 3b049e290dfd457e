//! A daemon with load, whose first channel for texts is a plugin that misbehaves.

use secinfo_tests::load::{Change, Load, Outcome, Running};
use secinfo_tests::{
    ALICE, BOB, Client, IgnoredReply, Process, ROOT, ROOT_PATH, Setup, SpooledMessage, TestHost,
    peak_memory,
};
use secinfo_wire::{Channel, Proof, SentCode};
use serde_json::Value;
use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use zbus::{OwnedObjectPath, Variant};

/// Whose verifications go on meanwhile.
const OTHERS: [u32; 4] = [5, 6, 7, 8];

/// Where Bob, who uses another channel, gets his codes.
const ADDRESS: &str = "bob@example.org";

/// How many steps of the load's clock are enough to say that it goes on.
const PROGRESS_TICKS: u64 = 60;

/// How long anything may take before a test gives up.
const TIMEOUT: Duration = Duration::from_mins(2);

/// The channel that misbehaves, asked before the one that works, which is called `text`.
pub(crate) const FIRST: &str = "first";

/// How much more memory the daemon may have had at once than before, in KiB. Hashing the recovery
/// codes of two users at once takes most of it; a plugin that prints says as much in a second.
const MAX_MEMORY: u64 = 96 << 10;

/// The most that the daemon may have written to its log, in bytes.
const MAX_LOG: u64 = 512 << 10;

/// The daemon, and those who use it.
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

/// What a user was told of a code.
#[derive(Debug)]
pub(crate) struct TextResult {
    /// Where it was to go. Each goes somewhere else.
    pub(crate) destination: String,
    /// `sent`, `delivered` or `failed`.
    pub(crate) state: String,
}

impl TextResult {
    /// Whether the user may wait for a message.
    pub(crate) fn may_arrive(&self) -> bool {
        ["sent", "delivered"].contains(&self.state.as_str())
    }
}

/// How the channel is set up.
pub(crate) struct ChannelUnderTest<'a> {
    /// One of the plugins in C.
    pub(crate) plugin: &'a str,
    /// What it does, if it is the plugin that misbehaves as it is result.
    pub(crate) does: &'a str,
    /// Further lines of its configuration.
    pub(crate) lines: &'a str,
}

impl Fixture {
    /// Begins with a plugin in C that does this to every message.
    pub(crate) async fn with(does: &str, lines: &str) -> Self {
        Self::begin(ChannelUnderTest {
            plugin: "misbehaving",
            does,
            lines,
        })
        .await
    }

    /// Begins with a plugin in C.
    pub(crate) async fn begin(first: ChannelUnderTest<'_>) -> Self {
        let settings = format!("does = \"{}\"\nnotes = \"{{notes}}\"\n", first.does);
        let plugin = first.plugin.replace('_', "-");
        Self::begin_with(&plugin, &settings, first.lines, |host| {
            host.install_c_plugin(first.plugin);
        })
        .await
    }

    /// Begins with a plugin that has to be installed. In its settings, `{notes}` stands for the
    /// file where it may note what it is handed.
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
        // What is known of phone numbers is loaded with the first.
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

    /// Waits until the channel that misbehaves is so.
    pub(crate) async fn wait(&self, is: impl Fn(&Channel) -> bool) -> Channel {
        self.root.wait_for_channel(FIRST, is).await
    }

    /// Waits until that channel can be given messages.
    pub(crate) async fn wait_ready(&mut self) {
        self.wait(|channel| channel.state == "ready").await;
        self.note_processes();
    }

    /// The process of that channel.
    pub(crate) fn process(&mut self) -> Process {
        self.note_processes();
        self.host
            .process_of_channel(FIRST)
            .expect("the channel has a process")
    }

    /// Alice asks for a code by text, to a number that nobody has asked for before; what she is
    /// told as soon as there is anything to tell.
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

    /// A code by text comes by the other channel.
    pub(crate) async fn text_falls_back(&self) {
        let result = self.text().await;
        assert!(result.may_arrive(), "{result:?}");
        assert!(self.message_to(&result.destination).is_some(), "{result:?}");
    }

    /// A user of another channel gets a code and proves it; the load goes on.
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
            .call(path, "Verification", "Submit", code)
            .await
            .unwrap();
        assert_eq!(proof.kind, "email");

        let from = self.load.tick();
        let begun = Instant::now();
        while self.load.tick() - from < PROGRESS_TICKS {
            assert!(begun.elapsed() < TIMEOUT, "the load does not go on");
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

    /// The destinations whose messages the plugin that misbehaves was handed, in that order.
    pub(crate) fn received(&self) -> Vec<String> {
        self.notes(1)
    }

    /// A word of each line of the notes: the message's id, and its destination.
    fn notes(&self, word: usize) -> Vec<String> {
        let notes = fs::read_to_string(notes_of(&self.host)).unwrap_or_default();
        notes
            .lines()
            .map(|line| line.split(' ').nth(word).unwrap().to_owned())
            .collect()
    }

    /// Waits until that plugin was handed so many messages.
    pub(crate) async fn wait_received(&self, count: usize) {
        let begun = Instant::now();
        while self.received().len() < count {
            assert!(begun.elapsed() < TIMEOUT, "{}", self.host.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// How many lines of the daemon's log are about the channel that misbehaves.
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

    /// Ends the load, in which nothing may have failed, and stops the daemon. Returns the events
    /// that messages have left.
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

    /// Waits until the daemon has no child that ended and that it has not waited for.
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
