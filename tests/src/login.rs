//! A login session: the kernel's audit session, as PAM starts it at login.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A shell in a new login session, to which all of its commands belong.
pub struct Login {
    shell: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// A line that no command prints.
const MARK: &str = "=== ended ";

impl Login {
    /// Logs this user in.
    pub fn start(uid: u32) -> Self {
        Self::of_shell(&format!("{} sh", starting(uid)))
    }

    /// Logs this user in, who is root in the shell, as by `sudo`.
    pub fn start_as_root(uid: u32) -> Self {
        Self::of_shell(&format!("echo {uid} > /proc/self/loginuid && exec sh"))
    }

    /// A shell of an account without a login uid, which gives itself that of another, as the kernel permits.
    pub fn claiming(uid: u32, login: u32) -> Self {
        let own = format!("setpriv --reuid {uid} --regid {uid} --clear-groups");
        let script = format!("exec {own} sh -c 'echo {login} > /proc/self/loginuid && exec sh'");
        Self::of_shell(&script)
    }

    fn of_shell(script: &str) -> Self {
        let mut shell = Command::new("sh")
            .args(["-c", script])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut login = Self {
            input: shell.stdin.take().unwrap(),
            output: BufReader::new(shell.stdout.take().unwrap()),
            shell,
        };
        let (_, session) = login.run(&["cat", "/proc/self/sessionid"], "");
        assert_ne!(
            session.trim(),
            u32::MAX.to_string(),
            "the kernel started no audit session; CAP_AUDIT_CONTROL is needed"
        );
        login
    }

    /// Runs a command in the session with this standard input. Returns its exit code and its output,
    /// including standard error.
    pub fn run(&mut self, words: &[&str], input: &str) -> (i32, String) {
        let quoted: Vec<_> = words.iter().map(|word| quote(word)).collect();
        writeln!(
            self.input,
            "printf %s {} | {} 2>&1; code=$?; echo; echo '{MARK}'$code",
            quote(input),
            quoted.join(" ")
        )
        .unwrap();
        let mut text = String::new();
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).unwrap();
            assert_ne!(read, 0, "the login session ended: {text}");
            if let Some(code) = line.strip_prefix(MARK) {
                return (code.trim().parse().unwrap(), text);
            }
            text.push_str(&line);
        }
    }
}

/// The words of the shell that run the words behind them in a new login session of this account.
pub(crate) fn starting(uid: u32) -> String {
    format!(
        "echo {uid} > /proc/self/loginuid && exec setpriv --reuid {uid} --regid {uid} --clear-groups"
    )
}

fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

impl Drop for Login {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
