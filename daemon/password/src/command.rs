//! The administrator's command, which sets a password that is kept elsewhere.

use crate::error::HelperError;
use crate::files;
use crate::pam::sentences;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use secinfo_wire::password::NewPassword;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long the command may run.
const LONGEST: Duration = Duration::from_secs(30);

/// How much of what it prints is kept, in bytes.
const PRINTED: usize = 8 << 10;

/// How the command ended.
pub(crate) enum CommandEnd {
    /// With the exit status 0.
    Done,
    /// With another one, and this on its standard output.
    Refused(i32, Vec<String>),
    /// It was killed, because it took too long or by another process.
    Late,
}

/// Runs the command with the user's name as its argument, the password and a line feed on its standard
/// input, and nothing of the environment. What it writes on its standard error is thrown away.
pub(crate) fn run(
    program: &Path,
    name: &str,
    password: &NewPassword,
) -> Result<CommandEnd, HelperError> {
    files::require_trusted(program)?;
    let mut child = Command::new(program)
        .arg(name)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // Not in the journal: a shell that prints what it runs (`set -x`) prints the password, too.
        .stderr(Stdio::null())
        .spawn()
        .map_err(HelperError::file(program))?;
    let ended = talk(&mut child, password);
    // Also what the command has left behind.
    if let Some(group) = Pid::from_raw(child.id().cast_signed()) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let status = child.wait()?;
    Ok(match (ended?, status.code()) {
        (Some(_), Some(0)) => CommandEnd::Done,
        (Some(printed), Some(code)) => {
            let printed = String::from_utf8_lossy(&printed).into_owned();
            CommandEnd::Refused(code, sentences(printed.lines()))
        }
        _ => CommandEnd::Late,
    })
}

/// Passes the password, and answers with what the command printed; none if it does not end in time.
fn talk(child: &mut Child, password: &NewPassword) -> io::Result<Option<Vec<u8>>> {
    let deadline = Instant::now() + LONGEST;
    let mut line = Zeroizing::new(Vec::with_capacity(password.expose().len() + 1));
    line.extend_from_slice(password.expose().as_bytes());
    line.push(b'\n');
    // A pipe takes it at once. A command that has closed it does not want it.
    let mut input = child.stdin.take().ok_or(ErrorKind::BrokenPipe)?;
    match input.write_all(&line) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error),
        _ => drop(input),
    }
    let mut output = child.stdout.take().ok_or(ErrorKind::BrokenPipe)?;
    let pid = Pid::from_raw(child.id().cast_signed()).ok_or(ErrorKind::NotFound)?;
    let process = pidfd_open(pid, PidfdFlags::empty())?;
    let mut printed = Vec::new();
    let mut is_open = true;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        let mut waited = vec![PollFd::new(&process, PollFlags::IN)];
        if is_open {
            waited.push(PollFd::new(&output, PollFlags::IN));
        }
        let timeout = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut waited, Some(&timeout)) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let has_ended = !waited[0].revents().is_empty();
        let has_printed = waited.get(1).is_some_and(|fd| !fd.revents().is_empty());
        if has_printed {
            let mut piece = [0; 4096];
            let read = output.read(&mut piece)?;
            let room = PRINTED.saturating_sub(printed.len());
            printed.extend_from_slice(&piece[..read.min(room)]);
            is_open = read > 0;
        } else if has_ended {
            return Ok(Some(printed));
        }
    }
}
