//! A way for polkit to ask for a password on this terminal. On a desktop somebody else asks; over
//! SSH and on a console nobody does, and polkit then says no without a question.

use rustix::process::{Pid, Signal, kill_process};
use secinfo_terminal::failure::Failure;
use std::io::Read;
use std::process::{Child, Command, Stdio};

/// The agent for terminals, which comes with polkit. It serves its parent, this process; on standard
/// output it says nothing, and closes it when polkit knows of it.
const AGENT: [&str; 3] = ["/usr/bin/pkttyagent", "--fallback", "--notify-fd=1"];

/// An agent that runs. Ended with this value.
pub(crate) struct PolkitAgent(Child);

impl PolkitAgent {
    /// Starts one, and waits until polkit knows of it; none on a host that has none. Where a desktop
    /// asks already, it stays aside.
    ///
    /// # Errors
    /// When the process cannot be heard.
    pub(crate) fn start() -> Result<Option<Self>, Failure> {
        let [program, arguments @ ..] = AGENT;
        let agent = Command::new(program)
            .args(arguments)
            // It asks on the terminal itself.
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // Without an agent polkit says no, and that is told to the person as any other no.
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
        // In a way that lets it leave the terminal as it was.
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
        let _ = self.0.wait();
    }
}
