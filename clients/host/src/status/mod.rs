//! `secinfo status`: the health of the service, and its metrics.

mod metrics;
mod openmetrics;

use openmetrics::exposition;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::style::Look;
use secinfo_terminal::text::{counted, visible};
use secinfo_terminal::times::Clock;
use secinfo_wire::names::disk_room;
use secinfo_wire::{Error, ManagerProxy, Reason, Statistics, Status, connect, connect_if_running};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

const HELP: &str = r#"JSON: {"version", "healthy", "problem", "room", "authorization", "started", "statistics"}; problem is null when there is none. room is "enough", or "kept" when the disk is so full that the rest is kept for sign-ins. statistics is null for whom the service does not tell numbers, else {"memory", "log_events", "log_bytes", "commits", "commit_seconds", "checkpoint":{"events", "time"}, "journal_behind", "sessions":{SESSION}, "users", "users_with_methods", "users_locked", "accounts_locked", "users_with_reports", "access_passes", "methods":{KIND}, "events":{TYPE}, "verifications":[{"kind", "service", "result", "count"}], "sign_ins":[{"service", "outcome", "count"}], "enrollments":{KIND}, "code_requests":{KIND}, "messages":[{"channel", "outcome", "count"}], "channels":[{"channel", "kind", "healthy", "queued", "under_way"}]}; checkpoint is null when none was given out. What is counted is counted since the service started; what was never counted may be missing.

Metrics: a service that cannot be reached is no failure, it is secinfo_up 0, and it is not started."#;

/// Show how the service is
///
/// Ends with exit code 1 when the service cannot accept anything. Administrators see it in numbers
/// too.
#[derive(Debug, clap::Args)]
#[command(after_long_help = HELP)]
pub struct Arguments {
    /// Print the numbers as metrics, in the text format for Prometheus; for administrators
    #[arg(long)]
    openmetrics: bool,
    /// Replace this file by the metrics, in one step, readable by all
    #[arg(long, value_name = "FILE", requires = "openmetrics")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct StatusJson<'a> {
    version: &'a str,
    healthy: bool,
    problem: Option<&'a str>,
    room: &'a str,
    authorization: &'a str,
    started: u64,
    statistics: Option<StatisticsJson<'a>>,
}

#[derive(Serialize)]
struct StatisticsJson<'a> {
    memory: u64,
    log_events: u64,
    log_bytes: u64,
    commits: u64,
    commit_seconds: f64,
    checkpoint: Option<CheckpointJson>,
    journal_behind: u64,
    sessions: &'a BTreeMap<String, u64>,
    users: u64,
    users_with_methods: u64,
    users_locked: u64,
    accounts_locked: u64,
    users_with_reports: u64,
    access_passes: u64,
    methods: &'a BTreeMap<String, u64>,
    events: &'a BTreeMap<String, u64>,
    verifications: &'a [secinfo_wire::VerificationFigures],
    sign_ins: &'a [secinfo_wire::SignInFigures],
    enrollments: &'a BTreeMap<String, u64>,
    code_requests: &'a BTreeMap<String, u64>,
    messages: &'a [secinfo_wire::MessageFigures],
    channels: &'a [secinfo_wire::ChannelFigures],
}

#[derive(Serialize)]
struct CheckpointJson {
    events: u64,
    time: u64,
}

impl<'a> From<&'a Statistics> for StatisticsJson<'a> {
    fn from(statistics: &'a Statistics) -> Self {
        let checkpoint = CheckpointJson {
            events: statistics.checkpoint_events,
            time: statistics.checkpoint_time,
        };
        Self {
            memory: statistics.memory,
            log_events: statistics.log_events,
            log_bytes: statistics.log_bytes,
            commits: statistics.commits,
            commit_seconds: statistics.commit_seconds,
            checkpoint: (checkpoint.time != 0).then_some(checkpoint),
            journal_behind: statistics.journal_behind,
            sessions: &statistics.sessions,
            users: statistics.users,
            users_with_methods: statistics.users_with_methods,
            users_locked: statistics.users_locked,
            accounts_locked: statistics.accounts_locked,
            users_with_reports: statistics.users_with_reports,
            access_passes: statistics.access_passes,
            methods: &statistics.methods,
            events: &statistics.events,
            verifications: &statistics.verifications,
            sign_ins: &statistics.sign_ins,
            enrollments: &statistics.enrollments,
            code_requests: &statistics.code_requests,
            messages: &statistics.messages,
            channels: &statistics.channels,
        }
    }
}

/// Shows how the service is, or writes its metrics.
///
/// # Errors
/// When it cannot be asked, or cannot accept anything; for metrics, when they cannot be written.
pub async fn run(
    screen: &Screen,
    address: Option<&str>,
    arguments: &Arguments,
) -> Result<(), Failure> {
    if arguments.openmetrics {
        write_metrics(screen, address, arguments).await
    } else {
        show(screen, address).await
    }
}

async fn show(screen: &Screen, address: Option<&str>) -> Result<(), Failure> {
    let connection = connect(address).await?;
    let manager = ManagerProxy::new(&connection).await?;
    let status = manager.get_status().await?;
    let statistics = match manager.get_statistics().await {
        Ok(statistics) => Some(statistics),
        Err(error) if error.reason() == Some(Reason::NotAuthorized) => None,
        Err(error) => return Err(error.into()),
    };
    screen.json(&StatusJson {
        version: &status.version,
        healthy: status.healthy,
        problem: Some(status.problem.as_str()).filter(|problem| !problem.is_empty()),
        room: &status.room,
        authorization: &status.authorization,
        started: status.started,
        statistics: statistics.as_ref().map(StatisticsJson::from),
    })?;
    tell(screen, &status)?;
    if let Some(statistics) = &statistics {
        screen.say(&in_numbers(statistics))?;
    }
    if status.healthy {
        return Ok(());
    }
    let problem = if status.problem.is_empty() {
        "it does not say why"
    } else {
        &status.problem
    };
    Err(Failure::Refused(format!(
        "secinfod accepts nothing now: {}",
        visible(problem)
    )))
}

fn tell(screen: &Screen, status: &Status) -> Result<(), Failure> {
    let state = if status.healthy {
        screen.style.paint(Look::Good, "healthy")
    } else {
        screen.style.paint(Look::Bad, "failing")
    };
    let since = Clock::of_process().moment(status.started);
    if status.healthy && status.room != disk_room::ENOUGH {
        screen.note(
            "The disk of the log is nearly full: what is left is kept for sign-ins, and nothing else is changed. \
             Make room on the file system of /var/lib/secinfo; see df and df -i.",
        )?;
    }
    screen.say(&format!(
        "secinfod {} is {state}\nrunning since {}, administrators are authorized by {}\n",
        visible(&status.version),
        since.trim_start_matches("on "),
        visible(&status.authorization),
    ))
}

/// The numbers that a person asks for first.
fn in_numbers(statistics: &Statistics) -> String {
    let results = |wanted: bool| -> u64 {
        let rows = statistics.verifications.iter();
        let rows = rows.filter(|row| (row.result == "succeeded") == wanted);
        rows.map(|row| row.count).sum()
    };
    let commits = match statistics.commits {
        0 => String::new(),
        // Precision is lost beyond 2^53 commits only.
        #[expect(clippy::cast_precision_loss, reason = "it is rounded anyway")]
        commits => {
            let mean = statistics.commit_seconds / commits as f64 * 1000.0;
            format!(", {mean:.1} ms for each write")
        }
    };
    let locked = match statistics.accounts_locked {
        0 => String::new(),
        count => format!(
            "{} locked against intruders: secinfo users says whose\n",
            counted(count, "account")
        ),
    };
    format!(
        "{}, {} of them with methods, {} locked after wrong codes\n\
         {locked}\
         {} verifications and {} refused codes since then\n\
         {} events in the log, {}{commits}\n",
        counted(statistics.users, "user"),
        statistics.users_with_methods,
        statistics.users_locked,
        results(true),
        results(false),
        statistics.log_events,
        mebibytes(statistics.log_bytes),
    )
}

/// A size in MiB, to one digit.
fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) >> 20;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

/// Writes the metrics, without starting a daemon that does not run.
async fn write_metrics(
    screen: &Screen,
    address: Option<&str>,
    arguments: &Arguments,
) -> Result<(), Failure> {
    if screen.json {
        let text = "--json and --openmetrics are two forms of the same: choose one";
        return Err(Failure::Usage(text.to_owned()));
    }
    let families = match ask(address).await {
        Ok(statistics) => metrics::of_daemon(&statistics),
        Err(error @ Error::Unreachable(_)) => {
            screen.note(&visible(&error.to_string()))?;
            metrics::of_missing_daemon()
        }
        Err(error) => return Err(error.into()),
    };
    let text = exposition(&families);
    match &arguments.output {
        None => Screen::write(text.as_bytes()),
        Some(path) => replace(path, text.as_bytes()).map_err(Failure::file("write", path)),
    }
}

async fn ask(address: Option<&str>) -> Result<Statistics, Error> {
    let connection = connect_if_running(address).await?;
    ManagerProxy::new(&connection).await?.get_statistics().await
}

/// Replaces a file atomically. A link in its place is replaced, never followed: the directory may
/// belong to a less privileged user.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    // Collectors read what ends in .prom.
    let mut staged = OsString::from(".");
    staged.push(name);
    staged.push(format!(".{:016x}", u64::from_ne_bytes(random)));
    let staged = path.with_file_name(staged);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&staged)?;
    let written = write(&mut file, content).and_then(|()| fs::rename(&staged, path));
    if written.is_err() {
        // It is of no use.
        let _ = fs::remove_file(&staged);
    }
    written
}

fn write(file: &mut File, content: &[u8]) -> io::Result<()> {
    file.write_all(content)?;
    // Independent of the umask.
    file.set_permissions(Permissions::from_mode(0o644))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_in_one_step_readable_by_all_and_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secinfo.prom");
        for content in ["long: 1\n2\n3\n", "short\n"] {
            replace(&path, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o644);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        assert!(replace(&directory.path().join("missing/file"), b"").is_err());
    }

    #[test]
    fn a_link_in_its_place_is_replaced_and_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let (path, other) = (
            directory.path().join("secinfo.prom"),
            directory.path().join("shadow"),
        );
        fs::write(&other, "kept").unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        replace(&path, b"metrics").unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "kept");
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
    }

    #[test]
    fn a_size_is_told_to_a_tenth_of_a_mebibyte() {
        assert_eq!(mebibytes(0), "0.0 MiB");
        assert_eq!(mebibytes((3 << 20) + (1 << 19)), "3.5 MiB");
    }
}
