//! `secinfo-bench`: measures speed and memory of secinfo, in comparison with lower bounds.
//!
//! What is compared is measured alternately, in the same run, on the same file system.

mod append;
mod delivery;
mod failure;
mod flood;
mod host;
mod log;
mod many_users;
mod measure;
mod pam;
mod phones;
mod provider;
mod replay;
mod report;
mod reset;
mod split;
mod start;
mod token;
mod verification;

use clap::{Parser, ValueEnum};
use failure::{Context, Failure, Result};
use host::BenchHost;
use log::Known;
use many_users::ManyUsersLog;
use measure::BareWrites;
use provider::SlowProvider;
use report::{Results, print_error, progress};
use start::IdleMemory;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use verification::Subject;

/// Measures secinfo and compares it with its bars. Takes some minutes.
#[derive(Parser)]
#[command(name = "secinfo-bench", version)]
struct Arguments {
    /// Reduced sizes: shows that everything works, in less time
    #[arg(long)]
    quick: bool,

    /// Measure only this part
    #[arg(long, value_enum, value_name = "PART")]
    only: Option<Part>,

    /// Write the rows to this file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Where to measure; the file system matters [default: target/bench]
    #[arg(long, value_name = "DIRECTORY")]
    directory: Option<PathBuf>,

    /// Measure the steps of a start with this ledger; for internal use
    #[arg(long, hide = true, value_name = "STATE")]
    parts_of: Option<PathBuf>,
}

/// A part of the benchmark that can be run separately.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Appending events
    Append,
    /// Replay, start, verification and memory, with one user and with many
    Users,
    /// Verification while codes wait for a slow provider
    Delivery,
    /// Whole PAM verifications, with one user and with many
    Pam,
    /// Whole PAM verifications while another account floods the daemon; takes root
    Flood,
    /// Whole PAM verifications while the process that phones talk to is flooded
    Phones,
    /// Times of a password reset for a user and for nobody; takes root
    Reset,
}

/// The sizes of the measurements.
struct Sizes {
    users: u32,
    events: u64,
    verifications: u64,
    resets: usize,
    append: append::Size,
}

impl Sizes {
    const FULL: Self = Self {
        users: 100_000,
        events: 1_000_000,
        verifications: 1000,
        resets: 400,
        append: append::Size {
            alone: 1000,
            rounds: 9,
            in_round: 4096,
        },
    };
    const QUICK: Self = Self {
        users: 10_000,
        events: 100_000,
        verifications: 200,
        resets: 100,
        append: append::Size {
            alone: 200,
            rounds: 3,
            in_round: 1024,
        },
    };
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    if let Some(state) = &arguments.parts_of {
        return start::print_parts(state);
    }
    let paths = Paths::find(arguments.directory.as_deref())?;
    let sizes = if arguments.quick {
        Sizes::QUICK
    } else {
        Sizes::FULL
    };
    let mut report = Results {
        version: env!("CARGO_PKG_VERSION"),
        quick: arguments.quick,
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        load: Vec::new(),
        rows: Vec::new(),
    };
    let runtime = tokio::runtime::Runtime::new().context(|| "start the runtime".into())?;
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    // Written first, so that it has reached the disk before anything is measured.
    let crowd = (wanted(Part::Users) || wanted(Part::Pam))
        .then(|| paths.crowd(&sizes))
        .transpose()?;
    report.note_load();
    if wanted(Part::Append) {
        let directory = paths.new_directory("append")?;
        report.add(append::measure(&directory, &sizes.append)?);
    }
    if let Some(crowd) = crowd.as_ref().filter(|_| wanted(Part::Users)) {
        let state = host::state(&paths.run.join("many"));
        report.add(replay::measure(&state, crowd.events)?);
        runtime.block_on(with_daemons(&paths, &sizes, crowd, &mut report))?;
    }
    if let Some(crowd) = crowd.as_ref().filter(|_| wanted(Part::Pam)) {
        runtime.block_on(with_pam(&paths, &sizes, crowd, &mut report))?;
    }
    if wanted(Part::Delivery) {
        runtime.block_on(with_provider(&paths, &sizes, &mut report))?;
    }
    if wanted(Part::Flood) {
        runtime.block_on(with_flood(&paths, &sizes, &mut report))?;
    }
    if wanted(Part::Phones) {
        runtime.block_on(with_phones(&paths, &sizes, &mut report))?;
    }
    if wanted(Part::Reset) {
        runtime.block_on(with_reset(&paths, &sizes, &mut report))?;
    }
    report.note_load();
    paths.clear()?;
    report.print();
    arguments
        .json
        .as_deref()
        .map_or(Ok(()), |path| report.write(path))
}

/// Measures daemon processes with one user and with many.
async fn with_daemons(
    paths: &Paths,
    sizes: &Sizes,
    crowd: &ManyUsersLog,
    report: &mut Results,
) -> Result<()> {
    let mut many = BenchHost::start_bus(&paths.run.join("many"), "").await?;
    report.add(start::measure(&mut many, crowd, &paths.daemon).await?);
    let (mut few, root) = paths.host_of_one("few", "").await?;

    let started = IdleMemory::take(&few, &many).await?;
    let subjects = [
        Subject::of_one(&few, root),
        Subject {
            host: &many,
            users: sizes.users as usize,
            root: crowd.root,
        },
    ];
    log::quiet_disk();
    let mut bare = BareWrites::create(&paths.run)?;
    report.add(verification::measure(&subjects, &mut bare, sizes.verifications).await?);
    let worked = IdleMemory::take(&few, &many).await?;
    report.add(start::memory(&started, &worked, sizes.users));
    few.stop_daemon()?;
    many.stop_daemon()
}

/// Measures whole sign-ins through PAM.
async fn with_pam(
    paths: &Paths,
    sizes: &Sizes,
    crowd: &ManyUsersLog,
    report: &mut Results,
) -> Result<()> {
    let directory = paths.new_directory("pam")?;
    let (mut few, root) = paths.host_of_one("pam/few", "").await?;
    // A fresh copy, so that the tokens' counters start at 0.
    let many = paths.new_directory("pam/many")?;
    crowd.copy_to(&host::state(&many))?;
    let mut many = BenchHost::start_bus(&many, "").await?;
    many.start_daemon(&paths.daemon).await?;
    log::quiet_disk();
    let subjects = [
        Subject::of_one(&few, root),
        Subject {
            host: &many,
            users: sizes.users as usize,
            root: crowd.root,
        },
    ];
    for subject in &subjects {
        subject.choose_token().await?;
    }
    let programs = pam::Programs {
        module: &paths.pam_module,
        host: &paths.pam_host,
    };
    report.add(pam::measure(
        &subjects,
        &programs,
        &directory,
        sizes.verifications,
    )?);
    few.stop_daemon()?;
    many.stop_daemon()
}

/// Measures a daemon with a slow provider, in comparison with one that sends nothing.
async fn with_provider(paths: &Paths, sizes: &Sizes, report: &mut Results) -> Result<()> {
    let provider = SlowProvider::prepare(&paths.spool)?;
    let further = provider.configuration();
    let (mut sending, senders_root) = paths.host_of_one("sending", &further).await?;
    let (mut silent, silent_root) = paths.host_of_one("silent", "").await?;
    log::quiet_disk();
    let subjects = delivery::Subjects {
        sending: Subject::of_one(&sending, senders_root),
        silent: Subject::of_one(&silent, silent_root),
    };
    report.add(delivery::measure(&subjects, sizes.verifications).await?);
    sending.stop_daemon()?;
    silent.stop_daemon()
}

/// Measures whole sign-ins through PAM while another account floods the daemon.
async fn with_flood(paths: &Paths, sizes: &Sizes, report: &mut Results) -> Result<()> {
    let directory = paths.new_directory("flood")?;
    let place = paths.new_directory("flood/host")?;
    let known = many_users::root_and(&host::state(&place), &flood::account())?;
    let mut host = BenchHost::start_bus(&place, "").await?;
    host.start_daemon(&paths.daemon).await?;
    log::quiet_disk();
    Subject::of_one(&host, known.0).choose_token().await?;
    let programs = pam::Programs {
        module: &paths.pam_module,
        host: &paths.pam_host,
    };
    report.add(flood::measure(&host, known, &programs, &directory, sizes.verifications).await?);
    host.stop_daemon()
}

/// Measures whole sign-ins through PAM while the process that phones talk to is flooded.
async fn with_phones(paths: &Paths, sizes: &Sizes, report: &mut Results) -> Result<()> {
    let directory = paths.new_directory("phones")?;
    let place = paths.new_directory("phones/host")?;
    let sockets = phones::Sockets::new(&place)?;
    let root = many_users::one_user(&host::state(&place))?;
    let mut host = BenchHost::start_bus(&place, &sockets.configuration()?).await?;
    host.start_daemon(&paths.daemon).await?;
    let relay = Arc::new(sockets.start(&paths.relay)?);
    relay.wait_until_served().await?;
    log::quiet_disk();
    Subject::of_one(&host, root).choose_token().await?;
    let programs = pam::Programs {
        module: &paths.pam_module,
        host: &paths.pam_host,
    };
    let count = sizes.verifications;
    report.add(vec![
        phones::measure(&host, relay, &programs, &directory, count).await?,
    ]);
    host.stop_daemon()
}

/// Measures password resets for a user and for a name that no account has.
async fn with_reset(paths: &Paths, sizes: &Sizes, report: &mut Results) -> Result<()> {
    let place = paths.new_directory("reset")?;
    let (_, known) = many_users::root_and(&host::state(&place), &flood::account())?;
    let mut host = BenchHost::start_bus(&place, &reset::configuration(&place)).await?;
    host.start_daemon(&paths.daemon).await?;
    report.add(reset::measure(&host, &place, known, sizes.resets).await?);
    host.stop_daemon()
}

/// The paths of programs and directories.
struct Paths {
    /// The daemon that is measured.
    daemon: PathBuf,
    /// The process that phones talk to.
    relay: PathBuf,
    /// The plugin that simulates a provider.
    spool: PathBuf,
    /// The PAM module.
    pam_module: PathBuf,
    /// The program that calls the module.
    pam_host: PathBuf,
    /// The directory of what is kept for later runs.
    kept: PathBuf,
    /// The directory of this run.
    run: PathBuf,
}

impl Paths {
    fn find(directory: Option<&Path>) -> Result<Self> {
        let program = std::env::current_exe().context(|| "find this program".into())?;
        let built = |name| {
            let file = program.with_file_name(name);
            if file.is_file() {
                return Ok(file);
            }
            Err(Failure::Wrong(format!(
                "{} is not there: run this as `cargo xtask bench`, which builds it",
                file.display()
            )))
        };
        let (daemon, spool) = (built("secinfod")?, built("libsecinfo_spool.so")?);
        let (pam_module, pam_host) = (built("libpam_secinfo.so")?, built("examples/pam-host")?);
        let kept = directory.map_or_else(
            || {
                program
                    .parent()
                    .and_then(Path::parent)
                    .unwrap_or(&program)
                    .join("bench")
            },
            Path::to_owned,
        );
        std::fs::create_dir_all(&kept).context(|| format!("create {}", kept.display()))?;
        let kept = kept
            .canonicalize()
            .context(|| format!("find {}", kept.display()))?;
        let paths = Self {
            daemon,
            relay: built("secinfo-push")?,
            spool,
            pam_module,
            pam_host,
            run: kept.join("run"),
            kept,
        };
        paths.clear()?;
        Ok(paths)
    }

    fn clear(&self) -> Result<()> {
        if self.run.exists() {
            std::fs::remove_dir_all(&self.run)
                .context(|| format!("remove {}", self.run.display()))?;
        }
        Ok(())
    }

    fn new_directory(&self, name: &str) -> Result<PathBuf> {
        let path = self.run.join(name);
        std::fs::create_dir_all(&path).context(|| format!("create {}", path.display()))?;
        Ok(path)
    }

    /// Starts a daemon on a log in which only root has methods, with additional configuration.
    async fn host_of_one(&self, name: &str, further: &str) -> Result<(BenchHost, Known)> {
        let directory = self.new_directory(name)?;
        let root = many_users::one_user(&host::state(&directory))?;
        let mut host = BenchHost::start_bus(&directory, further).await?;
        host.start_daemon(&self.daemon).await?;
        Ok((host, root))
    }

    /// Prepares the log with many users, and a working copy of it. A log of an earlier run that cannot
    /// be opened is written again.
    fn crowd(&self, sizes: &Sizes) -> Result<ManyUsersLog> {
        let state = host::state(&self.new_directory("many")?);
        let crowd = ManyUsersLog::prepare(&self.kept, sizes.users, sizes.events)?;
        crowd.copy_to(&state)?;
        let Err(error) = log::open(&state) else {
            return Ok(crowd);
        };
        progress(&format!("the log that was kept is not used: {error}"));
        crowd.forget()?;
        std::fs::remove_dir_all(&state).context(|| format!("remove {}", state.display()))?;
        let crowd = ManyUsersLog::prepare(&self.kept, sizes.users, sizes.events)?;
        crowd.copy_to(&state)?;
        Ok(crowd)
    }
}
