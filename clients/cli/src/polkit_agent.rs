//! Lets polkit ask for a password on this terminal. A desktop has an agent that asks; over SSH and on a
//! console there is none, and polkit refuses without asking.

use rustix::process::{Pid, Signal, kill_process};
use secinfo_terminal::failure::Failure;
use std::io::Read;
use std::process::{Child, Command, Stdio};

/// The agent for terminals, a part of polkit. It serves its parent, this process. It writes nothing to
/// standard output, and closes it once it is registered.
const AGENT: [&str; 3] = ["/usr/bin/pkttyagent", "--fallback", "--notify-fd=1"];

/// A running agent, which ends when this is dropped.
pub(crate) struct PolkitAgent(Child);

impl PolkitAgent {
    /// Starts one, and waits until it is registered; `None` if it is not installed. It leaves the
    /// question to the agent of a desktop.
    ///
    /// # Errors
    /// When its output cannot be read.
    pub(crate) fn start() -> Result<Option<Self>, Failure> {
        let [program, arguments @ ..] = AGENT;
        let agent = Command::new(program)
            .args(arguments)
            // It asks on the terminal itself.
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // Without an agent polkit refuses, and that refusal is reported as any other.
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut agent) = agent else {
            return Ok(None);
        };
        let said = agent.stdout.take();
        let agent = Self(agent);
        if let Some(mut said) = said {
            said.read_to_end(&mut Vec::new())?;
        }
        Ok(Some(agent))
    }
}

impl Drop for PolkitAgent {
    fn drop(&mut self) {
        // SIGTERM lets it restore the terminal.
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
        let _ = self.0.wait();
    }
}
