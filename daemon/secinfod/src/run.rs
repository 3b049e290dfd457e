//! The daemon's life: open the log, serve sign-ins, take the name on the bus, serve there, stop.

use crate::channels::Channels;
use crate::config::{AttestationConfig, Config, DaemonConfig};
use crate::core::{Clock, Core, ReplayError, ServiceError, Settings, SystemClock, read_state};
use crate::journal::Journal;
use crate::login_sessions::LoginSessions;
use crate::methods::RelyingParty;
use crate::methods::security_key::read_roots;
use crate::presence::{Presence, PresenceError};
use crate::service::{Service, SessionLimits};
use crate::sign_in::{self, Listener, ListenerError, Shares};
use rustix::fs::Mode;
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit, umask,
};
use sd_notify::NotifyState;
use secinfo_ledger::{Ledger, LedgerError, MasterKey, Options};
use secinfo_webauthn::{Attestation, Origins, RpId};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::{Handle, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

/// How often what is due is carried out.
const DUE_EVERY: Duration = Duration::from_secs(5);

/// How often it is looked for break-glass codes that were used.
const BREAK_GLASS_EVERY: Duration = Duration::from_mins(1);

/// How often the helper that sets passwords is asked what became of tickets of which the log does not tell.
const TICKETS_EVERY: Duration = Duration::from_mins(2);

/// Why the daemon did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The log or the vault cannot be opened.
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    /// The log cannot be read.
    #[error("{0}")]
    Log(#[from] ReplayError),
    /// The log cannot be begun.
    #[error("the log cannot be begun: {0}")]
    Service(#[from] ServiceError),
    /// The socket for sign-ins.
    #[error("{0}")]
    SignIn(#[from] ListenerError),
    /// The bus.
    #[error("{0}")]
    Bus(#[from] PresenceError),
    /// Something of the operating system.
    #[error("{doing}: {source}")]
    System {
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}

fn system(doing: &'static str) -> impl FnOnce(io::Error) -> RunError {
    move |source| RunError::System { doing, source }
}

/// Why the daemon has ended in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was told to stop.
    Stopped,
    /// A backup was restored: it has to start again.
    Restored,
}

/// Runs the daemon until it is told to stop, or a backup was restored.
pub fn run(path: &Path, config: Config) -> Result<Ended, RunError> {
    keep_memory_to_ourselves()?;
    // sled makes its files as the mask allows: only the daemon may read them.
    umask(Mode::RWXG | Mode::RWXO);
    let runtime = runtime("secinfod").map_err(system("starting the runtime"))?;
    // Of its own, so that a sign-in does not wait behind what others ask over the bus.
    let for_sign_ins = self::runtime("sign-in").map_err(system("starting the runtime"))?;
    runtime.block_on(serve(path, config, for_sign_ins.handle()))
}

fn runtime(name: &str) -> io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name(name)
        .enable_all()
        .build()
}

/// Secrets must reach no core file, and no debugger of an unprivileged process.
fn keep_memory_to_ourselves() -> Result<(), RunError> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)
        .map_err(|error| system("forbidding core files")(error.into()))?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| system("forbidding to dump memory")(error.into()))
}

async fn serve(path: &Path, config: Config, for_sign_ins: &Handle) -> Result<Ended, RunError> {
    let signals = Signals::listen()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let channels = Channels::start(config.channels(), config.hosts(), Arc::clone(&clock));
    let (core, unreported) = open(&config, clock)?;
    let journal = Journal::start(
        Arc::clone(core.published()),
        core.reader().log.clone(),
        unreported,
    );
    let service = Arc::new(Service::new(
        core,
        channels.clone(),
        limits(&config.daemon),
        [
            config.daemon.password_socket.clone(),
            config.daemon.key_socket.clone(),
            config.daemon.push_socket.clone(),
        ],
        LoginSessions::on(config.daemon.bus_address.clone()),
    ));
    service.core().begin_log().await?;
    service.core().set_policy(config.policy()).await?;
    service.notices().resume(&config.daemon.state_directory);
    service.start_push();
    // The lock of the log says that there is no other daemon.
    let sign_ins = {
        let _entered = for_sign_ins.enter();
        let listener = Listener::open(&config.daemon.sign_in_socket)?;
        let shares = Shares::new(sign_in::Limits::default());
        sign_in::Server::start(listener, Arc::clone(&service), shares)
    };
    let presence = match Presence::start(Arc::clone(&service), &config.daemon).await {
        Ok(presence) => presence,
        Err(error) => {
            // What is under way comes to its end first.
            sign_ins.stop().await;
            return Err(error.into());
        }
    };
    tracing::info!(
        events = service.core().state().events(),
        users = service.core().state().user_count(),
        "ready"
    );
    tell_systemd(&[NotifyState::Ready]);
    let state_directory = config.daemon.state_directory.clone();
    let outcome = attend(path, config, signals, &service, &channels).await;
    tell_systemd(&[NotifyState::Stopping]);
    sign_ins.stop().await;
    presence.drain().await;
    let notices = service.notices().waiting().await;
    channels.stop().await;
    notices.keep(&state_directory);
    service.settle().await;
    let stopped = tokio::task::spawn_blocking(move || service.stop()).await;
    if stopped.is_err() {
        tracing::error!("the log was not closed in order");
    }
    journal.finish().await;
    Ok(outcome)
}

/// The core, and the number of the first event that the journal does not have.
fn open(configured: &Config, clock: Arc<dyn Clock>) -> Result<(Core, u64), RunError> {
    let config = &configured.daemon;
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY");
    let key = config.key_file(credentials.as_deref().map(Path::new));
    std::fs::create_dir_all(&config.state_directory)
        .map_err(system("making the state directory"))?;
    let master = if key.may_create {
        MasterKey::load_or_create(&key.path)?
    } else {
        MasterKey::load(&key.path)?
    };
    let mut options = Options::new(host());
    options.cache_bytes = config.cache_size;
    options.reserve_bytes = config.free_space_reserve;
    options.kept_bytes = config.verification_reserve;
    let ledger = Ledger::open(&config.state_directory, master, options)?;
    let read = read_state(&ledger.reader())?;
    // The daemon that restored the log has ended before the event that says so was there.
    let unreported = read.0.events() - u64::from(ledger.was_restored());
    let core = Core::start(ledger, read, clock, settings(configured))
        .map_err(system("starting the writer"))?;
    Ok((core, unreported))
}

fn settings(config: &Config) -> Settings {
    let host = host();
    let organization = config.daemon.organization.clone();
    let organization = organization.unwrap_or_else(|| host.clone());
    Settings {
        relying_party: relying_party(config, &host, &organization),
        push: config.push.clone(),
        organization,
        messages_host: config.messages.host.clone().unwrap_or_else(|| host.clone()),
        host,
        default_country: config.messages.default_country,
        language: config.messages.language.to_owned(),
        questions: config.questions.clone(),
    }
}

/// What security keys are registered for. Where nothing could vouch for a key that has to be vouched for,
/// none is taken.
fn relying_party(config: &Config, host: &str, name: &str) -> RelyingParty {
    let keys = &config.security_keys;
    let host = config.messages.host.as_deref().unwrap_or(host);
    let of_host = || RpId::parse(&host.to_ascii_lowercase()).ok();
    let rp_id = keys.rp_id.clone().or_else(of_host);
    let of_rp_id = || rp_id.as_ref().map(Origins::of_host).unwrap_or_default();
    RelyingParty {
        origins: keys.origins.clone().unwrap_or_else(of_rp_id),
        attestation: match &keys.attestation {
            AttestationConfig::NotRequired => Attestation::NotRequired,
            AttestationConfig::Required { roots, models } => Attestation::Required {
                roots: read_roots(roots).unwrap_or_else(|error| {
                    tracing::error!(%error, "no security key can be added: its model could not be proved");
                    Vec::new()
                }),
                models: models.clone(),
            },
        },
        name: name.to_owned(),
        rp_id,
    }
}

const fn limits(config: &DaemonConfig) -> SessionLimits {
    SessionLimits {
        per_uid: config.sessions_per_user,
        in_all: config.sessions_in_all,
    }
}

fn host() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// What the daemon is told by signals.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// Listens from now on: before the daemon is reachable, or else a signal
    /// that comes early ends it on the spot.
    fn listen() -> Result<Self, RunError> {
        let listen = |kind| signal(kind).map_err(system("listening to signals"));
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hangup: listen(SignalKind::hangup())?,
        })
    }
}

/// Waits for signals and the clock until it is time to stop.
async fn attend(
    path: &Path,
    mut config: Config,
    mut signals: Signals,
    service: &Arc<Service>,
    channels: &Channels,
) -> Ended {
    tell_unknown_names(&config);
    let mut due = interval(DUE_EVERY);
    due.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once.
    let mut break_glass = interval(BREAK_GLASS_EVERY);
    break_glass.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut tickets = interval(TICKETS_EVERY);
    tickets.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // No reset is left that could record its ticket itself.
    let mut is_start = true;
    let mut watchdog = interval(
        sd_notify::watchdog_enabled().map_or(Duration::from_hours(1), |period| period / 2),
    );
    loop {
        tokio::select! {
            _ = signals.terminate.recv() => return Ended::Stopped,
            _ = signals.interrupt.recv() => return Ended::Stopped,
            () = service.backups().replaced() => return Ended::Restored,
            _ = signals.hangup.recv() => reload(path, &mut config, service, channels).await,
            _ = break_glass.tick() => {
                let directory = &config.daemon.break_glass_directory;
                service.break_glass().record(directory).await;
            }
            _ = tickets.tick() => {
                // The helper may take its time.
                let (service, is_start) = (Arc::clone(service), std::mem::take(&mut is_start));
                tokio::spawn(async move { service.resets().settle(is_start).await });
            }
            _ = watchdog.tick() => tell_systemd(&[NotifyState::Watchdog]),
            _ = due.tick() => {
                if let Err(error) = service.security_info().carry_out_due().await {
                    tracing::warn!(%error, "what is due could not be carried out; it is tried again");
                }
            }
        }
    }
}

/// Tells administrators which names in the configuration this host does not know. A directory of groups may take
/// its time to answer.
fn tell_unknown_names(config: &Config) {
    let config = config.clone();
    tokio::task::spawn_blocking(move || {
        for unknown in config.unknown_names() {
            tracing::warn!("{unknown}");
        }
    });
}

/// All or nothing: a file with a mistake in it, or one that asks for a restart, changes nothing.
async fn reload(path: &Path, config: &mut Config, service: &Service, channels: &Channels) {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let micros = i128::from(now.tv_sec) * 1_000_000 + i128::from(now.tv_nsec) / 1000;
    tell_systemd(&[NotifyState::Reloading, NotifyState::MonotonicUsec(micros)]);
    let started = Instant::now();
    match Config::load(path) {
        Err(error) => {
            tracing::error!(%error, "the configuration was not reloaded; the one before stays in force");
        }
        Ok(new) => match config.needs_restart(&new).as_slice() {
            [] => match service.core().set_policy(new.policy()).await {
                Ok(()) => {
                    service.core().set_settings(settings(&new));
                    channels.reload(new.channels(), new.hosts());
                    service.set_session_limits(limits(&new.daemon));
                    *config = new;
                    tracing::info!(took = ?started.elapsed(), "configuration reloaded");
                    tell_unknown_names(config);
                }
                Err(error) => {
                    tracing::error!(%error, "the policy could not be put in force; the one before stays");
                }
            },
            keys => tracing::error!(
                keys = keys.join(", "),
                "these need a restart: nothing was reloaded"
            ),
        },
    }
    tell_systemd(&[NotifyState::Ready]);
}

fn tell_systemd(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd could not be told");
    }
}
