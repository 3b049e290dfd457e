//! The life of a channel host.

use crate::arguments::Arguments;
use crate::confine::confine;
use crate::connection::Connection;
use crate::error::HostError;
use crate::foreign::{Loaded, Plugin};
use crate::output;
use crate::session::Session;
use crate::settings::Settings;
use crate::wire::{FromHost, LogLevel, PROTOCOL, PluginInfo, ToHost};
use rustix::fs::{FileType, Mode, OFlags};
use secinfo_channel::Request;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

/// How many threads deliver, at most: a plugin with more under way does not wait inside `deliver`.
const DELIVERING: u32 = 4;

/// How many messages may wait for one of those threads.
const WAITING: usize = 1024;

/// How long the daemon may take to say hello.
const HELLO: Duration = Duration::from_secs(30);

/// How long the end waits for what is under way, and then for the plugin to tidy up.
const LAST_DELIVERIES: Duration = Duration::from_secs(5);
const TIDYING: Duration = Duration::from_secs(2);

/// The longest answer of a plugin about its settings or its health, in bytes.
const LONGEST_ANSWER: usize = 1 << 10;

/// Runs a channel until the daemon stops it or goes.
///
/// To be called while the process has one thread and nothing open: it gives up its privileges,
/// closes every descriptor that it does not know, and confines itself for good.
///
/// # Errors
///
/// [`HostError`]. The daemon was told, where it could be.
#[expect(
    clippy::needless_pass_by_value,
    reason = "nothing is left for the caller to do"
)]
pub fn run(arguments: Arguments) -> Result<(), HostError> {
    let mut connection = Connection::take()?;
    let prepared = prepare(&arguments, &connection);
    let (outbox, writer) = connection.outbox()?;
    let greeted = greet(&mut connection).and_then(|greeting| Ok((greeting, prepared?)));
    let ended = match greeted {
        Ok((greeting, prepared)) => {
            let session = Arc::new(Session::new(outbox.clone(), &prepared.settings.secrets));
            serve(&mut connection, &session, prepared, greeting)
        }
        Err(error) => {
            outbox.send(FromHost::Unusable {
                why: error.to_string(),
            });
            Err(error)
        }
    };
    outbox.close();
    // It has nothing to return; a panic of its is in the log.
    let _ = writer.join();
    ended
}

/// What is there before the plugin's code runs.
struct Prepared {
    settings: Settings,
    plugin: OwnedFd,
    output: OwnedFd,
    confined: Vec<String>,
}

/// Reads and opens what takes privileges, then gives them up.
fn prepare(arguments: &Arguments, connection: &Connection) -> Result<Prepared, HostError> {
    let settings = Settings::read(arguments.settings.as_deref())?;
    let plugin = open_plugin(&arguments.plugin_path())?;
    let output = output::divert()?;
    let keep = [plugin.as_fd(), output.as_fd(), connection.as_fd()];
    let confined = confine(arguments, plugin.as_fd(), &keep)?.words(connection.peer);
    Ok(Prepared {
        settings,
        plugin,
        output,
        confined,
    })
}

/// The plugin's file, if it is one that only administrators and ourselves can have written.
fn open_plugin(path: &Path) -> Result<OwnedFd, HostError> {
    let wrong = |why: String| HostError::file(path, why);
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = rustix::fs::open(path, flags, Mode::empty())
        .map_err(|error| wrong(format!("the plugin cannot be opened: {error}")))?;
    let stat = rustix::fs::fstat(&file).map_err(|error| wrong(error.to_string()))?;
    let ourselves = rustix::process::geteuid().as_raw();
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(wrong("the plugin is no file".to_owned()));
    }
    if stat.st_mode & 0o022 != 0 || (stat.st_uid != 0 && stat.st_uid != ourselves) {
        return Err(wrong(
            "others can change the plugin: let it belong to root, and nobody else write to it"
                .to_owned(),
        ));
    }
    Ok(file)
}

/// What the daemon said first.
struct Greeting {
    allow_readable: bool,
}

fn greet(connection: &mut Connection) -> Result<Greeting, HostError> {
    connection.set_patience(Some(HELLO))?;
    let greeting = match connection.receive()? {
        Some(ToHost::Hello {
            protocol: PROTOCOL,
            allow_readable,
        }) => Greeting { allow_readable },
        Some(ToHost::Hello { protocol, .. }) => {
            return Err(HostError::Protocol {
                theirs: protocol,
                ours: PROTOCOL,
            });
        }
        Some(_) | None => return Err(HostError::Unexpected),
    };
    connection.set_patience(None)?;
    Ok(greeting)
}

/// Hears the daemon. The plugin's code runs on other threads, so that the end of the daemon is
/// noticed whatever the plugin does.
fn serve(
    connection: &mut Connection,
    session: &Arc<Session>,
    prepared: Prepared,
    greeting: Greeting,
) -> Result<(), HostError> {
    let running = Arc::new(OnceLock::new());
    let keeper = Keeper {
        session: Arc::clone(session),
        running: Arc::clone(&running),
    };
    start_thread("plugin", move || keeper.keep(prepared, &greeting))?;
    loop {
        let message = connection.receive()?;
        let Some(message) = message else {
            // The keeper hangs up over a plugin that cannot be used.
            return match running.get() {
                Some(Err(why)) => Err(HostError::Plugin(why.clone())),
                Some(Ok(_)) | None => Ok(()),
            };
        };
        let ready = match running.get() {
            Some(Ok(ready)) => Some(ready),
            Some(Err(_)) | None => None,
        };
        match (message, ready) {
            (ToHost::Deliver { delivery, request }, Some(ready)) => {
                ready.deliver(session, delivery, request);
            }
            (ToHost::Health, Some(ready)) => {
                // Of more than the plugin answers, the daemon needs one answer.
                let _ = ready.errands.try_send(Errand::Health);
            }
            (ToHost::Stop, ready) => {
                if let Some(ready) = ready {
                    ready.stop(session);
                }
                return Ok(());
            }
            (ToHost::Deliver { .. } | ToHost::Health, None) | (ToHost::Hello { .. }, _) => {
                return Err(HostError::Unexpected);
            }
        }
    }
}

/// What the thread is asked for that made the plugin.
enum Errand {
    Health,
    /// Tidy up, and say so.
    Destroy(Sender<()>),
}

/// A message for the plugin.
struct Job {
    /// The daemon's number.
    delivery: u64,
    /// The plugin's number.
    number: u64,
    request: Box<Request>,
}

/// The ways to a plugin that runs.
struct Ready {
    jobs: SyncSender<Job>,
    errands: SyncSender<Errand>,
}

impl Ready {
    fn deliver(&self, session: &Session, delivery: u64, request: Box<Request>) {
        let Some(number) = session.begin(delivery, &request) else {
            return session.refuse(delivery);
        };
        let job = Job {
            delivery,
            number,
            request,
        };
        if self.jobs.try_send(job).is_err() {
            session.withdraw(number);
            session.refuse(delivery);
        }
    }

    fn stop(&self, session: &Session) {
        if !session.wait_until_idle(LAST_DELIVERIES) {
            return;
        }
        let (tidied, done) = channel();
        if self.errands.try_send(Errand::Destroy(tidied)).is_ok() {
            // One that takes longer is ended with the process.
            let _ = done.recv_timeout(TIDYING);
        }
    }
}

/// Makes the plugin, and then does errands at it.
struct Keeper {
    session: Arc<Session>,
    running: Arc<OnceLock<Result<Ready, String>>>,
}

impl Keeper {
    fn keep(self, prepared: Prepared, greeting: &Greeting) {
        let (errands, asked) = sync_channel(2);
        match self.start(prepared, greeting) {
            Ok((plugin, jobs, hello)) => {
                // Before the daemon can know that it may ask.
                let _ = self.running.set(Ok(Ready { jobs, errands }));
                self.session.say(hello);
                self.do_errands(&plugin, &asked);
            }
            Err(why) => {
                let why = self.session.clean(&why, LONGEST_ANSWER);
                let _ = self.running.set(Err(why.clone()));
                self.session.say(FromHost::Unusable {
                    why: HostError::Plugin(why).to_string(),
                });
                self.session.hang_up();
            }
        }
    }

    fn start(
        &self,
        prepared: Prepared,
        greeting: &Greeting,
    ) -> Result<(Arc<Plugin>, SyncSender<Job>, FromHost), String> {
        let Prepared {
            settings,
            plugin,
            output,
            confined,
        } = prepared;
        let hearing = Arc::clone(&self.session);
        let said = |error: HostError| error.to_string();
        start_thread("output", move || {
            output::read_lines(output, |line| hearing.log(LogLevel::Debug, line));
        })
        .map_err(said)?;
        let loaded = Loaded::load(plugin.as_fd())?;
        let info = loaded.info.clone();
        if info.leaves_messages_readable && !greeting.allow_readable {
            return Err(format!(
                "{} leaves messages and their codes readable on this host: for tests and demonstrations, set allow_spool = true in config.toml",
                info.name
            ));
        }
        self.session.follow_up(info.follows_up);
        let plugin = Arc::new(loaded.create(&settings.json, Arc::clone(&self.session))?);
        let jobs = self.hire(&plugin, &info).map_err(said)?;
        let hello = FromHost::Hello {
            protocol: PROTOCOL,
            plugin: info,
            confined,
        };
        Ok((plugin, jobs, hello))
    }

    /// Starts the threads that deliver.
    fn hire(&self, plugin: &Arc<Plugin>, info: &PluginInfo) -> Result<SyncSender<Job>, HostError> {
        let (jobs, waiting) = sync_channel(WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..info.parallel.min(DELIVERING) {
            let session = Arc::clone(&self.session);
            let plugin = Arc::clone(plugin);
            let waiting = Arc::clone(&waiting);
            start_thread("deliver", move || {
                while let Some(job) = next(&waiting) {
                    session.hand_over(job.delivery, || plugin.deliver(job.number, &job.request));
                }
            })?;
        }
        Ok(jobs)
    }

    fn do_errands(&self, plugin: &Plugin, asked: &Receiver<Errand>) {
        for errand in asked {
            match errand {
                Errand::Health => {
                    let (healthy, detail) = plugin.health();
                    let detail = self.session.clean(&detail, LONGEST_ANSWER);
                    self.session.say(FromHost::Health { healthy, detail });
                }
                Errand::Destroy(tidied) => {
                    plugin.destroy();
                    let _ = tidied.send(());
                    return;
                }
            }
        }
    }
}

fn next(waiting: &Mutex<Receiver<Job>>) -> Option<Job> {
    waiting
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .recv()
        .ok()
}

fn start_thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), HostError> {
    thread::Builder::new().name(name.to_owned()).spawn(run)?;
    Ok(())
}
