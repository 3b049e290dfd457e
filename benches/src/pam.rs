//! A whole PAM verification, from `pam_start` to `pam_end`, in comparison with common modules: with
//! the same program, token and file system, alternately.

use crate::failure::{Context, Failure, Result};
use crate::host::BenchHost;
use crate::measure::{median, percentile};
use crate::report::{Bar, Row, progress};
use crate::token::{self, SECRET};
use crate::verification::Subject;
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Lines, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// From Debian's package libpam-google-authenticator.
const GOOGLE: &str = "pam_google_authenticator.so";

/// From Debian's package libpam-oath.
const OATH: &str = "pam_oath.so";

/// The module and the program that calls it.
pub(crate) struct Programs<'a> {
    pub(crate) module: &'a Path,
    pub(crate) host: &'a Path,
}

/// Signs root in alternately with each module, whose files are in `directory`. The first of the subjects
/// has one user.
pub(crate) fn measure(
    subjects: &[Subject<'_>],
    programs: &Programs<'_>,
    directory: &Path,
    count: u64,
) -> Result<Vec<Row>> {
    progress("PAM: whole verifications, beside pam_google_authenticator and pam_oath");
    let pam_d = directory.join("pam.d");
    fs::create_dir(&pam_d).context(|| "create pam.d".into())?;
    let stack = |service: &str, line: &str| write_stack(&pam_d, service, line);
    // Without it libpam prints an error on the console each time.
    stack("other", "pam_deny.so")?;
    let secret = directory.join("google");
    let text = format!("{}\n\" HOTP_COUNTER 1\n", BASE32_NOPAD.encode(SECRET));
    write_private(&secret, &text)?;
    stack(
        "google",
        &format!("{GOOGLE} user=root secret={}", secret.display()),
    )?;
    let mut services = vec!["google".to_owned()];
    for subject in subjects {
        let users = subject.users;
        let file = directory.join(format!("oath-{users}"));
        write_private(&file, &oath_users(users))?;
        let (ours, oath) = (format!("secinfo-{users}"), format!("oath-{users}"));
        stack(&ours, &stack_of_ours(programs, subject.host))?;
        stack(
            &oath,
            &format!("{OATH} usersfile={} window=20 digits=6", file.display()),
        )?;
        services.extend([ours, oath]);
    }
    let mut host = SignIns::start(programs.host, &pam_d)?;
    let mut times = vec![Vec::new(); services.len()];
    let warm_up = count / 10;
    // The first counter that all of them accept: pam_google_authenticator starts with 1.
    for counter in 1..=count + warm_up {
        for (service, times) in services.iter().zip(&mut times) {
            let took = host.sign_in(service, &token::code(counter))?;
            if counter > warm_up {
                times.push(took);
            }
        }
    }
    let google = median(times[0].clone());
    let pairs = times[1..].chunks(2);
    let oath_of_first = median(times[2].clone());
    let rows = subjects.iter().zip(pairs).flat_map(|(subject, pair)| {
        let ours = &pair[0];
        let row = |what: &'static str, beside: f64| {
            let name = format!(
                "a whole PAM verification, {} users, beside {what}",
                subject.users
            );
            Row::new(name, "µs", median(ours.clone()))
                .beside(what, beside)
                .part("99 of 100 are below", percentile(ours.clone(), 99), "µs")
        };
        [
            row("pam_google_authenticator", google),
            row("pam_oath with 1 user", oath_of_first)
                .bar(Bar::RatioAtMost(0.9))
                .part("pam_oath with as many users", median(pair[1].clone()), "µs"),
        ]
    });
    Ok(rows.collect())
}

/// Writes the file of a service whose stack is this one module.
pub(crate) fn write_stack(pam_d: &Path, service: &str, line: &str) -> Result<()> {
    let text = format!("auth required {line}\n");
    fs::write(pam_d.join(service), text).context(|| format!("write pam.d/{service}"))
}

/// Our module, with its arguments for this host.
pub(crate) fn stack_of_ours(programs: &Programs<'_>, host: &BenchHost) -> String {
    let socket = host.sign_in_socket();
    format!("{} socket={}", programs.module.display(), socket.display())
}

/// A users file with root in the middle.
fn oath_users(users: usize) -> String {
    let key = HEXLOWER.encode(SECRET);
    let mut text = String::new();
    for number in 0..users {
        if number == users / 2 {
            text.extend(["HOTP root - ", &key, "\n"]);
        } else {
            let name = format!("user{number:06}");
            text.extend(["HOTP ", &name, " - ", &key, "\n"]);
        }
    }
    text
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o600)))
        .context(|| format!("write {}", path.display()))
}

/// The program that calls PAM.
pub(crate) struct SignIns {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl SignIns {
    pub(crate) fn start(program: &Path, pam_d: &Path) -> Result<Self> {
        let mut process = Command::new(program)
            .arg(pam_d)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context(|| format!("start {}", program.display()))?;
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(Failure::Wrong("the program has no pipes".into()));
        };
        let output = BufReader::new(output).lines();
        Ok(Self {
            process,
            input,
            output,
        })
    }

    /// Signs root in, and returns how long it took in microseconds.
    pub(crate) fn sign_in(&mut self, service: &str, code: &str) -> Result<f64> {
        writeln!(self.input, "measure {service} root {code}")
            .context(|| "speak to the program".into())?;
        let line = self.output.next().and_then(std::result::Result::ok);
        let line = line.unwrap_or_default();
        let nanos = line
            .strip_prefix("measure 0 ")
            .and_then(|nanos| nanos.parse::<f64>().ok());
        nanos.map(|nanos| nanos / 1000.0).ok_or_else(|| {
            Failure::Wrong(format!(
                "{service} did not let root in ({line:?}): see that the Debian packages \
                 libpam-google-authenticator and libpam-oath are installed"
            ))
        })
    }
}

impl Drop for SignIns {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::oath_users;

    #[test]
    fn root_is_in_the_middle_of_the_users() {
        let lines = oath_users(5);
        let lines: Vec<_> = lines.lines().collect();
        assert_eq!(lines.len(), 5);
        assert!(lines[2].starts_with("HOTP root - 3132"));
        assert_eq!(oath_users(1).lines().count(), 1);
    }
}
