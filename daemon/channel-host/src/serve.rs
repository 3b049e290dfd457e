//! The main loop of a channel host, and the threads that run its plugin.

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

/// The maximum number of threads that call `deliver`. A plugin that delivers more at once returns
/// early from it.
const MAX_WORKERS: u32 = 4;

/// How many messages may wait for one of these threads.
const QUEUE_SIZE: usize = 1024;

/// How long the daemon may take to send `Hello`.
const HELLO_TIMEOUT: Duration = Duration::from_secs(30);

/// How long stopping waits for active deliveries.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// How long stopping then waits for the plugin's `destroy`.
const DESTROY_TIMEOUT: Duration = Duration::from_secs(2);

/// The longest error or health text from a plugin, in bytes.
const MAX_ANSWER: usize = 1 << 10;

/// Runs a channel until the daemon stops it or closes the connection.
///
/// Must be called while the process has one thread and no other open files: it drops its
/// privileges, closes all other descriptors, and confines itself irrevocably.
///
/// # Errors
///
/// [`HostError`], after sending it to the daemon if possible.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the caller has no further use for them"
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
    // The writer returns nothing, and a panic of it is in the log.
    let _ = writer.join();
    ended
}

/// What is prepared before the plugin's code runs.
struct Prepared {
    settings: Settings,
    plugin: OwnedFd,
    output: OwnedFd,
    confined: Vec<String>,
}

/// Reads and opens what needs privileges, then confines the process.
fn prepare(arguments: &Arguments, connection: &Connection) -> Result<Prepared, HostError> {
    let settings = Settings::read(arguments.settings.as_deref())?;
    let plugin = open_plugin(&arguments.plugin_path())?;
    let output = output::redirect()?;
    let keep = [plugin.as_fd(), output.as_fd(), connection.as_fd()];
    let confined = confine(arguments, connection.peer, plugin.as_fd(), &keep)?.names();
    Ok(Prepared {
        settings,
        plugin,
        output,
        confined,
    })
}

/// Opens the plugin's file, if only root and this process's user can write it.
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
            "others can change the plugin: make root its owner, and its only writer (chmod go-w)"
                .to_owned(),
        ));
    }
    Ok(file)
}

/// The daemon's `Hello`.
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

/// Handles the daemon's messages. The plugin's code runs on other threads, so that this process
/// notices when the daemon ends even if the plugin hangs.
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
            // The plugin's thread closes the connection if the plugin cannot be used.
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
                // If requests pile up, one answer serves them all.
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

/// A request to the plugin's thread.
enum Control {
    Health,
    /// Destroy the plugin, and confirm it.
    Destroy(Sender<()>),
}

/// A message for a worker thread.
struct Job {
    /// The daemon's number.
    delivery: u64,
    /// The plugin's number.
    number: u64,
    request: Box<Request>,
}

/// The queues to the threads of a running plugin.
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
            // If it takes longer, the end of the process ends it.
            let _ = done.recv_timeout(DESTROY_TIMEOUT);
        }
    }
}

/// The thread that creates the plugin, asks for its health and destroys it.
struct PluginThread {
    session: Arc<Session>,
    running: Arc<OnceLock<Result<Running, String>>>,
}

impl PluginThread {
    fn run(self, prepared: Prepared, greeting: &Greeting) {
        let (controls, requests) = sync_channel(2);
        match self.start(prepared, greeting) {
            Ok((plugin, jobs, hello)) => {
                // Before the daemon gets `Hello` and may send requests.
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
        self.session.set_follows_up(info.follows_up);
        let plugin = Arc::new(loaded.create(&settings.json, Arc::clone(&self.session))?);
        let jobs = self.start_workers(&plugin, &info).map_err(message)?;
        let hello = FromHost::Hello {
            protocol: PROTOCOL,
            plugin: info,
            confined,
        };
        Ok((plugin, jobs, hello))
    }

    /// Starts the worker threads.
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
        for request in requests {
            match request {
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
