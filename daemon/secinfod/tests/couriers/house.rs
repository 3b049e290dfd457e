//! Channels whose hosts the test plays.

use secinfo_channel::{MessagePurpose, Reason, Report, Request, SecretText};
use secinfo_channel_host::wire::{self, FromHost, PROTOCOL, PluginInfo, ToHost};
use secinfo_domain::{ChannelName, Kind, MessageId, Seconds};
use secinfod::channels::{Channels, Outcome, Tracking};
use secinfod::config::{ChannelConfig, HostSettings, Launch, PluginFile};
use secinfod::core::SystemClock;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Mutex, Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// What must appear nowhere but in what is delivered.
pub(crate) const DESTINATION: &str = "+4930123456";
pub(crate) const CODE: &str = "271828";

/// Where the sockets of the hosts are.
pub(crate) struct House {
    directory: TempDir,
}

impl House {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    /// Where the host of this channel listens.
    pub(crate) fn socket(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A channel for texts whose host listens at a socket of this name.
    pub(crate) fn channel(&self, name: &str, order: u8) -> ChannelConfig {
        ChannelConfig {
            name: ChannelName::parse(name).unwrap(),
            kind: Kind::Text,
            plugin: PluginFile::Named("played".to_owned()),
            settings: None,
            order,
            timeout: Seconds::new(20),
            launch: Launch::Elsewhere {
                socket: self.socket(name),
                user: None,
            },
            memory: 256 << 20,
            writable: Vec::new(),
            readable: Vec::new(),
            queue: 1000,
        }
    }

    /// The host of a channel, which listens from now on.
    pub(crate) fn host(&self, name: &str) -> Host {
        Host {
            listener: UnixListener::bind(self.socket(name)).unwrap(),
            plugin: plugin(),
        }
    }
}

pub(crate) fn hosts() -> HostSettings {
    HostSettings {
        program: PathBuf::from("/nonexistent"),
        plugin_directory: PathBuf::from("/nonexistent"),
        allow_readable: false,
    }
}

/// These channels, whose hosts the test plays.
pub(crate) fn start(channels: Vec<ChannelConfig>) -> Channels {
    start_with(channels, hosts())
}

/// These channels, with hosts that are started in this way.
pub(crate) fn start_with(channels: Vec<ChannelConfig>, hosts: HostSettings) -> Channels {
    Channels::start(channels, hosts, Arc::new(SystemClock))
}

pub(crate) fn plugin() -> PluginInfo {
    PluginInfo {
        name: "played".to_owned(),
        version: "1.2.3".to_owned(),
        kinds: vec!["text".to_owned()],
        parallel: 4,
        idempotent: false,
        follows_up: false,
        leaves_messages_readable: false,
    }
}

/// A message that expires in so many seconds.
pub(crate) fn message(number: u8, seconds: u64) -> Request {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let secret = |text: &str| SecretText::new(text.to_owned());
    Request {
        message: id(number).to_string(),
        purpose: MessagePurpose::SignIn,
        destination: secret(DESTINATION),
        subject: secret(""),
        text: secret(&format!("Your code is {CODE}.")),
        html: secret(""),
        code: secret(CODE),
        language: "en".to_owned(),
        organization: "Example".to_owned(),
        host: "host".to_owned(),
        service: "sshd".to_owned(),
        origin: String::new(),
        expires: u64::try_from(now.as_millis()).unwrap() + seconds * 1000,
        attempt: 0,
    }
}

/// Sends a message as a text.
pub(crate) fn submit(channels: &Channels, message: Request) -> Tracking {
    channels.submit(Kind::Text, message)
}

pub(crate) fn id(number: u8) -> MessageId {
    MessageId::from_bytes([number; 16])
}

pub(crate) fn name(text: &str) -> ChannelName {
    ChannelName::parse(text).unwrap()
}

/// One channel called `a`, and a host that is ready.
pub(crate) async fn one(plugin: PluginInfo) -> (House, Channels, Host, Talk) {
    let house = House::new();
    let mut host = house.host("a");
    host.plugin = plugin;
    let channels = start(vec![house.channel("a", 1)]);
    let talk = host.ready().await;
    (house, channels, host, talk)
}

/// Two channels, `a` before `b`, and hosts that are ready.
pub(crate) async fn two() -> (House, Channels, [Host; 2], [Talk; 2]) {
    let house = House::new();
    let [a, b] = [house.host("a"), house.host("b")];
    // The order of the names would be the other way around if it counted.
    let configs = vec![house.channel("b", 2), house.channel("a", 1)];
    let channels = start(configs);
    let talks = [a.ready().await, b.ready().await];
    (house, channels, [a, b], talks)
}

/// What became of a message of which no more is heard than an hour.
pub(crate) async fn outcome(tracking: &mut Tracking) -> Outcome {
    timeout(Duration::from_hours(1), tracking.finished())
        .await
        .expect("an outcome")
}

/// Lets everybody else do what there is to do.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// A host that listens.
pub(crate) struct Host {
    listener: UnixListener,
    pub(crate) plugin: PluginInfo,
}

impl Host {
    /// Takes a connection, and says nothing on it yet.
    pub(crate) async fn accept(&self) -> UnixStream {
        timeout(Duration::from_hours(1), self.listener.accept())
            .await
            .expect("a connection")
            .unwrap()
            .0
    }

    /// Takes a connection and exchanges greetings.
    pub(crate) async fn ready(&self) -> Talk {
        self.greet(FromHost::Hello {
            protocol: PROTOCOL,
            plugin: self.plugin.clone(),
            confined: vec!["seccomp".to_owned()],
        })
        .await
    }

    /// Takes a connection and answers the greeting in this way.
    pub(crate) async fn greet(&self, answer: FromHost) -> Talk {
        let (mut read, mut write) = self.accept().await.into_split();
        let hello = hear(&mut read).await;
        assert!(matches!(
            hello,
            Some(ToHost::Hello {
                protocol: PROTOCOL,
                allow_readable: false
            })
        ));
        write.write_all(&wire::encode(&answer).unwrap()).await.ok();
        Talk::new(read, write)
    }

    /// Whether there was no connection in so many seconds.
    pub(crate) async fn is_left_alone(&self, seconds: u64) -> bool {
        timeout(Duration::from_secs(seconds), self.listener.accept())
            .await
            .is_err()
    }
}

/// The next message of the daemon; `None` when it has hung up.
async fn hear(read: &mut OwnedReadHalf) -> Option<ToHost> {
    let mut prefix = [0; 4];
    read.read_exact(&mut prefix).await.ok()?;
    let mut frame = vec![0; wire::frame_length(prefix).unwrap()];
    read.read_exact(&mut frame).await.ok()?;
    Some(wire::decode(&frame).unwrap())
}

pub(crate) type Writer = Arc<Mutex<OwnedWriteHalf>>;

/// The host's end of a connection. It answers by itself that it is well.
pub(crate) struct Talk {
    heard: mpsc::UnboundedReceiver<ToHost>,
    write: Writer,
    stuck: Arc<Notify>,
    listener: JoinHandle<Option<OwnedReadHalf>>,
}

impl Talk {
    fn new(read: OwnedReadHalf, write: OwnedWriteHalf) -> Self {
        let write = Arc::new(Mutex::new(write));
        let (sender, heard) = mpsc::unbounded_channel();
        let stuck = Arc::new(Notify::new());
        let answers = Arc::clone(&write);
        let until = Arc::clone(&stuck);
        let listener = tokio::spawn(async move {
            let mut read = read;
            tokio::select! {
                () = listen(&mut read, answers, sender) => None,
                () = until.notified() => Some(read),
            }
        });
        Self {
            heard,
            write,
            stuck,
            listener,
        }
    }

    pub(crate) async fn say(&self, message: &FromHost) {
        self.say_bytes(&wire::encode(message).unwrap()).await;
    }

    pub(crate) async fn say_bytes(&self, bytes: &[u8]) {
        self.write.lock().await.write_all(bytes).await.ok();
    }

    /// The next thing that it is told, other than to say how it is.
    pub(crate) async fn next(&mut self) -> Option<ToHost> {
        timeout(Duration::from_hours(1), self.heard.recv())
            .await
            .expect("something to hear")
    }

    /// The next message that it is to deliver.
    pub(crate) async fn order(&mut self) -> (u64, Box<Request>) {
        match self.next().await {
            Some(ToHost::Deliver { delivery, request }) => (delivery, request),
            Some(_) => panic!("not a message to deliver"),
            None => panic!("hung up"),
        }
    }

    /// Whether it is told nothing now.
    pub(crate) async fn hears_nothing(&mut self) -> bool {
        settle().await;
        matches!(self.heard.try_recv(), Err(mpsc::error::TryRecvError::Empty))
    }

    /// Waits until the daemon has hung up, having said nothing more than that it is to stop.
    pub(crate) async fn hung_up(&mut self) {
        while let Some(said) = self.next().await {
            assert!(matches!(said, ToHost::Stop), "more to deliver");
        }
    }

    pub(crate) async fn started(&self, delivery: u64) {
        self.say(&FromHost::Started { delivery }).await;
    }

    pub(crate) async fn report(&self, delivery: u64, report: Report) {
        self.say(&FromHost::Report { delivery, report }).await;
    }

    /// Takes the next message, starts it and reports this.
    pub(crate) async fn does(&mut self, report: Report) -> Box<Request> {
        let (delivery, request) = self.order().await;
        self.started(delivery).await;
        self.report(delivery, report).await;
        request
    }

    /// From now on it neither reads nor ends, until what is returned is dropped.
    pub(crate) async fn gets_stuck(self) -> (OwnedReadHalf, Writer) {
        self.stuck.notify_one();
        let read = self.listener.await.unwrap().expect("not at its end");
        (read, self.write)
    }

    /// Goes as a process goes that was killed.
    pub(crate) async fn crash(self) {
        self.listener.abort();
        let _ = self.listener.await;
    }
}

async fn listen(read: &mut OwnedReadHalf, write: Writer, heard: mpsc::UnboundedSender<ToHost>) {
    while let Some(message) = hear(read).await {
        if matches!(message, ToHost::Health) {
            let well = FromHost::Health {
                healthy: true,
                detail: String::new(),
            };
            let well = wire::encode(&well).unwrap();
            write.lock().await.write_all(&well).await.ok();
        } else if heard.send(message).is_err() {
            return;
        }
    }
    // As a host does, it ends over this.
    write.lock().await.shutdown().await.ok();
}

pub(crate) fn accepted() -> Report {
    Report::Accepted {
        reference: "SM1".to_owned(),
    }
}

pub(crate) fn failed(reason: Reason) -> Report {
    Report::Failed {
        reason,
        detail: "no".to_owned(),
    }
}

pub(crate) fn later(after: u64) -> Report {
    Report::TryLater {
        after,
        reason: Reason::Unreachable,
        detail: "later".to_owned(),
    }
}
