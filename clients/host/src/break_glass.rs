//! `secinfo break-glass`: codes for when the daemon cannot decide. Works without the daemon.

use clap::value_parser;
use nix::unistd::{Group, User};
use rustix::fs::{Gid, Mode, OFlags, Uid};
use rustix::io::Errno;
use secinfo_break_glass::{
    Code, DEFAULT_DIRECTORY, Directory, DirectoryError, FileName, Id, Record,
};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::table::{self, Column, Row, plain};
use secinfo_terminal::text::visible;
use secinfo_terminal::times::Clock;
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// The group of the daemon, which reads the files to record their use in the log.
const DAEMON_GROUP: &str = "secinfo";

/// Make codes that let a user in while secinfod cannot be reached; for root
///
/// Each is good once, and only while the daemon cannot decide. Make them before they are needed, and
/// keep them offline. Each program that asks takes one: signing in takes one, sudo or su another.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// The directory of the files, if the PAM module and the daemon are told of another
    #[arg(long, value_name = "DIRECTORY", default_value = DEFAULT_DIRECTORY, global = true)]
    directory: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make codes for a user; they are shown this once, each with its id
    #[command(after_long_help = r#"JSON: {"user", "created", "codes":[{"id", "code"}]}"#)]
    Create {
        /// The name of the user
        #[arg(value_name = "USER")]
        holder: String,
        /// How many
        #[arg(long, value_name = "N", default_value_t = 3, value_parser = value_parser!(u8).range(1..=10))]
        count: u8,
    },
    /// List the codes
    #[command(
        after_long_help = r#"JSON: [{"id", "user", "created", "used", "service", "problem"}]; used and service are null for a code that was not used, problem for one that can be read."#
    )]
    List,
    /// Revoke a code that was not used
    #[command(after_long_help = r#"JSON: {"revoked":"<id>"}"#)]
    Revoke {
        /// The id of the code, as in the list
        id: Id,
    },
}

/// Makes, lists or revokes codes.
pub fn run(screen: &Screen, arguments: Arguments) -> Result<(), Failure> {
    if !rustix::process::geteuid().is_root() {
        return Err(Failure::Refused(
            "only root may see and change break-glass codes: run this with sudo".into(),
        ));
    }
    let path = &arguments.directory;
    match arguments.command {
        Command::Create { holder, count } => create(screen, path, &holder, count),
        Command::List => list(screen, path),
        Command::Revoke { id } => revoke(screen, path, id),
    }
}

#[derive(Serialize)]
struct CreatedJson<'a> {
    user: &'a str,
    created: u64,
    codes: Vec<CodeJson<'a>>,
}

#[derive(Serialize)]
struct CodeJson<'a> {
    id: String,
    code: &'a str,
}

/// Makes codes and shows them.
pub(crate) fn create(screen: &Screen, path: &Path, holder: &str, count: u8) -> Result<(), Failure> {
    let known = account(holder)?;
    let group = Group::from_name(DAEMON_GROUP).ok().flatten();
    let group = group.map(|group| Gid::from_raw(group.gid.as_raw()));
    let created = SystemTime::now().duration_since(UNIX_EPOCH);
    let created = created.unwrap_or_default().as_secs();
    let made = (0..count).map(|_| new_code(&known, created));
    let made = made.collect::<Result<Vec<_>, _>>()?;
    let directory = open_or_make(path, group)?;
    let told = made
        .iter()
        .try_for_each(|(record, _)| directory.create(record, group).map_err(refused))
        .and_then(|()| tell(screen, holder, created, &made));
    if told.is_err() {
        // A code that was not shown is of use to an attacker only.
        for (record, _) in &made {
            let _ = directory.remove(record.id);
        }
    }
    told
}

/// The account of this name.
///
/// # Errors
/// When no account has exactly this name, or the user database does not answer.
pub(crate) fn account(name: &str) -> Result<User, Failure> {
    let known = User::from_name(name)
        .map_err(|error| Failure::Refused(format!("the user database did not answer ({error})")))?;
    known.filter(|user| user.name == name).ok_or_else(|| {
        Failure::Refused(format!(
            "there is no user {:?} on this host: give the name of an account",
            visible(name)
        ))
    })
}

fn new_code(holder: &User, created: u64) -> Result<(Record, Code), Failure> {
    let mut random = Zeroizing::new([0; Code::RANDOM_BYTES]);
    let mut id = [0; 16];
    for bytes in [&mut random[..], &mut id[..]] {
        getrandom::fill(bytes).map_err(|error| Failure::Output(io::Error::other(error)))?;
    }
    let code = Code::from_random(&random);
    let (id, uid) = (Id::from_bytes(id), holder.uid.as_raw());
    let record = Record::new(id, &holder.name, uid, created, &code)
        .map_err(|error| Failure::Refused(format!("no code can be made: {error}")))?;
    Ok((record, code))
}

fn tell(
    screen: &Screen,
    holder: &str,
    created: u64,
    made: &[(Record, Code)],
) -> Result<(), Failure> {
    let shown: Vec<_> = made.iter().map(|(_, code)| code.in_groups()).collect();
    let ids = made.iter().map(|(record, _)| record.id.to_string());
    screen.json(&CreatedJson {
        user: holder,
        created,
        codes: ids
            .clone()
            .zip(&shown)
            .map(|(id, code)| CodeJson { id, code })
            .collect(),
    })?;
    screen.say("\n")?;
    for (id, code) in ids.zip(&shown) {
        screen.say(&format!("    {}  {id}\n", screen.style.bold(code)))?;
    }
    screen.say("\n")?;
    screen.paragraph(&format!(
        "These are shown only now: break-glass codes of {}, each with its id behind it. Each is good once, while secinfod cannot be reached, and each program that asks takes one: signing in takes one, sudo or su another. Write them down and keep them offline, where only those find them who may use them.",
        visible(holder)
    ))
}

fn open_or_make(path: &Path, group: Option<Gid>) -> Result<Directory, Failure> {
    let failed = Failure::file("make", path);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    match rustix::fs::mkdir(path, Mode::RWXU) {
        Ok(()) => give_to_group(path, group)
            .map_err(io::Error::from)
            .and_then(|()| sync_parent(path))
            .map_err(failed)?,
        Err(Errno::EXIST) => {}
        Err(error) => return Err(failed(error.into())),
    }
    let gone = || failed(io::ErrorKind::NotFound.into());
    Directory::open(path).map_err(refused)?.ok_or_else(gone)
}

/// Lets the group read a directory, without following a link in its place.
fn give_to_group(path: &Path, group: Option<Gid>) -> rustix::io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = rustix::fs::open(path, flags, Mode::empty())?;
    rustix::fs::fchown(
        &directory,
        Some(Uid::ROOT),
        Some(group.unwrap_or(Gid::ROOT)),
    )?;
    rustix::fs::fchmod(&directory, Mode::RWXU | Mode::RGRP | Mode::XGRP)
}

fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) => std::fs::File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

#[derive(Serialize)]
struct ListedJson {
    id: String,
    user: Option<String>,
    created: Option<u64>,
    used: Option<u64>,
    service: Option<String>,
    problem: Option<String>,
}

fn list(screen: &Screen, path: &Path) -> Result<(), Failure> {
    let codes = match Directory::open(path).map_err(refused)? {
        None => Vec::new(),
        Some(directory) => directory
            .names()
            .map_err(refused)?
            .iter()
            .map(|name| listed(&directory, name))
            .collect(),
    };
    screen.json(&codes)?;
    screen.say(&render(screen, &codes))
}

fn listed(directory: &Directory, name: &FileName) -> ListedJson {
    let (used, service) = match name {
        FileName::Unused(_) => (None, None),
        FileName::Used(used) => (Some(used.used), Some(used.service.clone())),
    };
    let record = directory.read(name);
    ListedJson {
        id: name.id().to_string(),
        user: record.as_ref().ok().map(|record| record.user.clone()),
        created: record.as_ref().ok().map(|record| record.created),
        used,
        service,
        problem: record.err().map(|error| error.to_string()),
    }
}

fn render(screen: &Screen, codes: &[ListedJson]) -> String {
    if codes.is_empty() {
        return "There are no break-glass codes; \"secinfo break-glass create USER\" makes one.\n"
            .to_owned();
    }
    let clock = Clock::of_process();
    let column = |title, least| Column { title, least };
    let columns = [
        column("Id", 32),
        column("User", 8),
        column("Made", 10),
        column("State", 8),
    ];
    let row = |code: &ListedJson| {
        let state = match (&code.problem, code.used, &code.service) {
            (Some(problem), ..) => format!("cannot be used: {}", visible(problem)),
            (None, Some(used), Some(service)) => {
                format!("used {} for {}", clock.moment(used), visible(service))
            }
            _ => "can be used".to_owned(),
        };
        Row {
            cells: vec![
                plain(code.id.clone()),
                plain(visible(code.user.as_deref().unwrap_or_default())),
                plain(code.created.map(|at| clock.moment(at)).unwrap_or_default()),
                plain(state),
            ],
            below: Vec::new(),
        }
    };
    let rows: Vec<_> = codes.iter().map(row).collect();
    table::render(&columns, &rows, screen.style, screen.width)
}

#[derive(Serialize)]
struct RevokedJson {
    revoked: String,
}

fn revoke(screen: &Screen, path: &Path, id: Id) -> Result<(), Failure> {
    let directory = Directory::open(path).map_err(refused)?;
    let removed = match &directory {
        Some(directory) => directory.remove(id).map_err(refused)?,
        None => false,
    };
    if !removed {
        return Err(Failure::Refused(format!(
            "there is no code {id} that can be used: see \"secinfo break-glass list\""
        )));
    }
    screen.json(&RevokedJson {
        revoked: id.to_string(),
    })?;
    screen.paragraph(&format!("The break-glass code {id} is void."))
}

#[expect(clippy::needless_pass_by_value, reason = "it maps an error by value")]
fn refused(error: DirectoryError) -> Failure {
    // It names the directory from the arguments.
    Failure::Refused(visible(&error.to_string()))
}
