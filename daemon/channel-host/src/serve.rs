//! The life of a channel host.

use crate::arguments::Arguments;
use crate::confine::confine;
use crate::connection::Connection;
use crate::error::HostError;
use crate::output;
use crate::plugin::{LoadedPlugin, Plugin};
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
const MAX_WORKERS: u32 = 4;

/// How many messages may wait for one of those threads.
const QUEUE_SIZE: usize = 1024;

/// How long the daemon may take to say hello.
const HELLO_TIMEOUT: Duration = Duration::from_secs(30);

/// How long the end waits for what is under way, and then for the plugin to tidy up.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
const DESTROY_TIMEOUT: Duration = Duration::from_secs(2);

/// The longest answer of a plugin about its settings or its health, in bytes.
const MAX_ANSWER: usize = 1 << 10;

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
    let mut connection = Connection::open()?;
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
    let output = output::redirect()?;
    let keep = [plugin.as_fd(), output.as_fd(), connection.as_fd()];
    let confined = confine(arguments, plugin.as_fd(), &keep)?.names(connection.peer);
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
    connection.set_read_timeout(Some(HELLO_TIMEOUT))?;
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
    connection.set_read_timeout(None)?;
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
    let thread = PluginThread {
        session: Arc::clone(session),
        running: Arc::clone(&running),
    };
    start_thread("plugin", move || thread.run(prepared, &greeting))?;
    loop {
        let message = connection.receive()?;
        let Some(message) = message else {
            // The thread hangs up over a plugin that cannot be used.
            return match running.get() {
                Some(Err(why)) => Err(HostError::Plugin(why.clone())),
                Some(Ok(_)) | None => Ok(()),
            };
        };
        let running = match running.get() {
            Some(Ok(running)) => Some(running),
            Some(Err(_)) | None => None,
        };
        match (message, running) {
            (ToHost::Deliver { delivery, request }, Some(running)) => {
                running.deliver(session, delivery, request);
            }
            (ToHost::Health, Some(running)) => {
                // Of more than the plugin answers, the daemon needs one answer.
                let _ = running.controls.try_send(Control::Health);
            }
            (ToHost::Stop, running) => {
                if let Some(running) = running {
                    running.stop(session);
                }
                return Ok(());
            }
            (ToHost::Deliver { .. } | ToHost::Health, None) | (ToHost::Hello { .. }, _) => {
                return Err(HostError::Unexpected);
            }
        }
    }
}

/// What the thread is requests for that made the plugin.
enum Control {
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
struct Running {
    jobs: SyncSender<Job>,
    controls: SyncSender<Control>,
}

impl Running {
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
        if !session.wait_until_idle(DRAIN_TIMEOUT) {
            return;
        }
        let (destroyed, done) = channel();
        if self.controls.try_send(Control::Destroy(destroyed)).is_ok() {
            // One that takes longer is ended with the process.
            let _ = done.recv_timeout(DESTROY_TIMEOUT);
        }
    }
}

/// Makes the plugin, and then does controls at it.
struct PluginThread {
    session: Arc<Session>,
    running: Arc<OnceLock<Result<Running, String>>>,
}

impl PluginThread {
    fn run(self, prepared: Prepared, greeting: &Greeting) {
        let (controls, requests) = sync_channel(2);
        match self.start(prepared, greeting) {
            Ok((plugin, jobs, hello)) => {
                // Before the daemon can know that it may ask.
                let _ = self.running.set(Ok(Running { jobs, controls }));
                self.session.send(hello);
                self.handle_controls(&plugin, &requests);
            }
            Err(why) => {
                let why = self.session.clean(&why, MAX_ANSWER);
                let _ = self.running.set(Err(why.clone()));
                self.session.send(FromHost::Unusable {
                    why: HostError::Plugin(why).to_string(),
                });
                self.session.close();
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
        let session = Arc::clone(&self.session);
        let message = |error: HostError| error.to_string();
        start_thread("output", move || {
            output::read_lines(output, |line| session.log(LogLevel::Debug, line));
        })
        .map_err(message)?;
        let loaded = LoadedPlugin::load(plugin.as_fd())?;
        let info = loaded.info.clone();
        if info.leaves_messages_readable && !greeting.allow_readable {
            return Err(format!(
                "{} leaves messages and their codes readable on this host: for tests and demonstrations, set allow_spool = true in config.toml",
                info.name
            ));
        }
        self.session.follow_up(info.follows_up);
        let plugin = Arc::new(loaded.create(&settings.json, Arc::clone(&self.session))?);
        let jobs = self.start_workers(&plugin, &info).map_err(message)?;
        let hello = FromHost::Hello {
            protocol: PROTOCOL,
            plugin: info,
            confined,
        };
        Ok((plugin, jobs, hello))
    }

    /// Starts the threads that deliver.
    fn start_workers(
        &self,
        plugin: &Arc<Plugin>,
        info: &PluginInfo,
    ) -> Result<SyncSender<Job>, HostError> {
        let (jobs, waiting) = sync_channel(QUEUE_SIZE);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..info.parallel.min(MAX_WORKERS) {
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

    fn handle_controls(&self, plugin: &Plugin, requests: &Receiver<Control>) {
        for errand in requests {
            match errand {
                Control::Health => {
                    let (healthy, detail) = plugin.health();
                    let detail = self.session.clean(&detail, MAX_ANSWER);
                    self.session.send(FromHost::Health { healthy, detail });
                }
                Control::Destroy(destroyed) => {
                    plugin.destroy();
                    let _ = destroyed.send(());
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
