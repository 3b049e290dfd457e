//! Runs of `secinfo setup` that are cut short.

use crate::draw::Draw;
use secinfo_host_tests::Machine;
use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

/// While this is there, somebody tries sign-in out, and it is gone back to what was.
const WAY_BACK: &str = "/var/lib/secinfo-setup";
const TIMER: &str = "secinfo-setup-take-back.timer";

/// A run, and where it is killed.
#[derive(Debug, Clone)]
pub(crate) struct SetupRun {
    /// Whether sign-in asks for a second step before.
    from_on: bool,
    ssh: &'static str,
    master_key: &'static str,
    answers: Vec<&'static str>,
    /// Killed after so long, or else at the question behind the last answer.
    killed_after: Option<Duration>,
}

impl SetupRun {
    /// Draws one.
    pub(crate) fn draw(draw: &mut Draw) -> Self {
        let answers = ["", "", "", "n", "y", "1", "2", "5", "a:b", "yes"];
        let count = draw.below(22);
        Self {
            from_on: draw.below(2) == 0,
            ssh: draw.one_of(&[
                "password-and-code",
                "password-and-code",
                "key-and-code",
                "keep",
            ]),
            master_key: draw.one_of(&["host", "keep"]),
            answers: (0..count).map(|_| draw.one_of(&answers)).collect(),
            killed_after: (draw.below(3) == 0)
                .then(|| Duration::from_millis(draw.below(4000).try_into().unwrap())),
        }
    }

    /// Makes it, and waits until what a run has left has been taken back.
    pub(crate) fn make(&self, machine: &Machine) {
        if !self.from_on {
            machine.shell("secinfo setup --non-interactive --pam disable");
        }
        let words = [
            "secinfo",
            "setup",
            "--master-key",
            self.master_key,
            "--pam",
            "enable",
            "--ssh",
            self.ssh,
            "--pam-timeout",
            "5s",
        ];
        let pty = machine.pty();
        let mut setup = pty.run(&machine.command(words));
        let begun = Instant::now();
        let mut answers = self.answers.iter();
        let (mut read, mut before, mut seen) = (0, String::new(), Instant::now());
        while setup.is_running() {
            if self.killed_after.is_some_and(|time| begun.elapsed() > time) {
                break;
            }
            let screen = setup.rest();
            let new = screen.get(read..).unwrap_or_default();
            let waits = new.ends_with("] ") || new.ends_with(": ") || new.ends_with("? ");
            if screen != before {
                before = screen;
                seen = Instant::now();
            } else if waits {
                let Some(answer) = answers.next() else {
                    break;
                };
                read = before.len();
                setup.answer(answer);
                seen = Instant::now();
            } else if seen.elapsed() > Duration::from_secs(20) {
                break;
            }
            thread::sleep(Duration::from_millis(30));
        }
        machine.shell("killall -q -KILL secinfo || pkill -KILL -x secinfo");
        drop(setup);
        machine.wait_for("what was being tried out to be taken back", || {
            let timer = machine.run(["systemctl", "is-active", "--quiet", TIMER]);
            !machine.exists(WAY_BACK) && timer.code != 0
        });
    }

    /// Whether nobody had switched it on.
    pub(crate) const fn switches_off(&self) -> bool {
        !self.from_on
    }
}

impl fmt::Display for SetupRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = if self.from_on { "on" } else { "off" };
        write!(
            f,
            "setup from {from} --ssh {} --master-key {}: {:?}, killed ",
            self.ssh, self.master_key, self.answers
        )?;
        match self.killed_after {
            Some(time) => write!(f, "after {time:?}"),
            None => write!(f, "at the next question"),
        }
    }
}
