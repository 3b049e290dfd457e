//! `secinfo-bench`: how fast and how small secinfo is, beside what it cannot be faster than.
//!
//! Everything that is compared is measured in turn, in one run, on the file system that the
//! results are about.

mod append;
mod crowd;
mod delivery;
mod failure;
mod host;
mod log;
mod measure;
mod pam;
mod provider;
mod replay;
mod report;
mod split;
mod start;
mod token;
mod verification;

use clap::{Parser, ValueEnum};
use crowd::Crowd;
use failure::{Context, Failure, Result};
use host::Host;
use log::Known;
use measure::Bare;
use provider::SlowProvider;
use report::{Report, complain, progress};
use start::AtRest;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use verification::Subject;

/// Measures secinfo and holds it against its bars. Takes some minutes.
#[derive(Parser)]
#[command(name = "secinfo-bench", version)]
struct Arguments {
    /// Reduced sizes: shows that everything works, in less time
    #[arg(long)]
    quick: bool,

    /// Measure only this
    #[arg(long, value_enum, value_name = "PART")]
    only: Option<Part>,

    /// Write the rows to this file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Where to measure; the file system matters [default: target/bench]
    #[arg(long, value_name = "DIRECTORY")]
    directory: Option<PathBuf>,

    /// Take a start on this ledger apart, for the program's own use
    #[arg(long, hide = true, value_name = "STATE")]
    parts_of: Option<PathBuf>,
}

/// What can be measured by itself.
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
}

/// How much is measured.
struct Sizes {
    users: u32,
    events: u64,
    verifications: u64,
    append: append::Size,
}

impl Sizes {
    const FULL: Self = Self {
        users: 100_000,
        events: 1_000_000,
        verifications: 1000,
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
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    if let Some(state) = &arguments.parts_of {
        return start::print_parts(state);
    }
    let places = Places::find(arguments.directory.as_deref())?;
    let sizes = if arguments.quick {
        Sizes::QUICK
    } else {
        Sizes::FULL
    };
    let mut report = Report {
        version: env!("CARGO_PKG_VERSION"),
        quick: arguments.quick,
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        load: Vec::new(),
        rows: Vec::new(),
    };
    let runtime = tokio::runtime::Runtime::new().context(|| "start the runtime".into())?;
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    // It is written before anything is measured: what it leaves to the disk has time to get there.
    let crowd = (wanted(Part::Users) || wanted(Part::Pam))
        .then(|| places.crowd(&sizes))
        .transpose()?;
    report.note_load();
    if wanted(Part::Append) {
        let directory = places.new_directory("append")?;
        report.add(append::measure(&directory, &sizes.append)?);
    }
    if let Some(crowd) = crowd.as_ref().filter(|_| wanted(Part::Users)) {
        let state = host::state(&places.run.join("many"));
        report.add(replay::measure(&state, crowd.events)?);
        runtime.block_on(with_daemons(&places, &sizes, crowd, &mut report))?;
    }
    if let Some(crowd) = crowd.as_ref().filter(|_| wanted(Part::Pam)) {
        runtime.block_on(with_pam(&places, &sizes, crowd, &mut report))?;
    }
    if wanted(Part::Delivery) {
        runtime.block_on(with_provider(&places, &sizes, &mut report))?;
    }
    report.note_load();
    places.clear()?;
    report.print();
    arguments
        .json
        .as_deref()
        .map_or(Ok(()), |path| report.write(path))
}

/// What is measured of daemons as processes.
async fn with_daemons(
    places: &Places,
    sizes: &Sizes,
    crowd: &Crowd,
    report: &mut Report,
) -> Result<()> {
    let mut many = Host::start_bus(&places.run.join("many"), "").await?;
    report.add(start::measure(&mut many, crowd, &places.daemon).await?);
    let (mut few, root) = places.host_of_one("few", "").await?;

    let started = AtRest::take(&few, &many).await?;
    let subjects = [
        Subject::of_one(&few, root),
        Subject {
            host: &many,
            users: sizes.users as usize,
            root: crowd.root,
        },
    ];
    log::quiet_disk();
    let mut bare = Bare::create(&places.run)?;
    report.add(verification::measure(&subjects, &mut bare, sizes.verifications).await?);
    let worked = AtRest::take(&few, &many).await?;
    report.add(start::memory(&started, &worked, sizes.users));
    few.stop_daemon()?;
    many.stop_daemon()
}

/// What is measured of sign-ins by PAM.
async fn with_pam(
    places: &Places,
    sizes: &Sizes,
    crowd: &Crowd,
    report: &mut Report,
) -> Result<()> {
    let directory = places.new_directory("pam")?;
    let (mut few, root) = places.host_of_one("pam/few", "").await?;
    // The counters of its tokens begin anew.
    let many = places.new_directory("pam/many")?;
    crowd.copy_to(&host::state(&many))?;
    let mut many = Host::start_bus(&many, "").await?;
    many.start_daemon(&places.daemon).await?;
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
        module: &places.pam_module,
        host: &places.pam_host,
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

/// What is measured of a daemon whose provider takes its time, beside one that sends nothing.
async fn with_provider(places: &Places, sizes: &Sizes, report: &mut Report) -> Result<()> {
    let provider = SlowProvider::prepare(&places.spool)?;
    let further = provider.configuration();
    let (mut sending, senders_root) = places.host_of_one("sending", &further).await?;
    let (mut silent, silent_root) = places.host_of_one("silent", "").await?;
    log::quiet_disk();
    let subjects = delivery::Subjects {
        sending: Subject::of_one(&sending, senders_root),
        silent: Subject::of_one(&silent, silent_root),
    };
    report.add(delivery::measure(&subjects, sizes.verifications).await?);
    sending.stop_daemon()?;
    silent.stop_daemon()
}

/// Where everything is.
struct Places {
    /// The daemon that is measured.
    daemon: PathBuf,
    /// The plugin that plays a provider.
    spool: PathBuf,
    /// The PAM module.
    pam_module: PathBuf,
    /// The program that calls it.
    pam_host: PathBuf,
    /// What is kept for the next time.
    kept: PathBuf,
    /// What is of this run.
    run: PathBuf,
}

impl Places {
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
        let places = Self {
            daemon,
            spool,
            pam_module,
            pam_host,
            run: kept.join("run"),
            kept,
        };
        places.clear()?;
        Ok(places)
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

    /// A running daemon where only root has methods, with these further sections in its
    /// configuration.
    async fn host_of_one(&self, name: &str, further: &str) -> Result<(Host, Known)> {
        let directory = self.new_directory(name)?;
        let root = crowd::one_user(&host::state(&directory))?;
        let mut host = Host::start_bus(&directory, further).await?;
        host.start_daemon(&self.daemon).await?;
        Ok((host, root))
    }

    /// The log with many users, and a copy of it to work on. A log that was kept and does not
    /// open any more is written anew.
    fn crowd(&self, sizes: &Sizes) -> Result<Crowd> {
        let state = host::state(&self.new_directory("many")?);
        let crowd = Crowd::prepare(&self.kept, sizes.users, sizes.events)?;
        crowd.copy_to(&state)?;
        let Err(error) = log::open(&state) else {
            return Ok(crowd);
        };
        progress(&format!("the log that was kept is not used: {error}"));
        crowd.forget()?;
        std::fs::remove_dir_all(&state).context(|| format!("remove {}", state.display()))?;
        let crowd = Crowd::prepare(&self.kept, sizes.users, sizes.events)?;
        crowd.copy_to(&state)?;
        Ok(crowd)
    }
}
