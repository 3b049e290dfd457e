//! A terminal that does not show what is typed.

use crate::interruption::Undo;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io;
use std::os::fd::AsFd;

/// Nothing of what is typed is shown, until this is dropped or a signal ends the process.
pub struct WithoutEcho(#[expect(dead_code, reason = "it acts when it is dropped")] Undo);

impl WithoutEcho {
    /// Forgets what was typed before, too. Fails where there is no terminal.
    pub fn on(terminal: impl AsFd) -> io::Result<Self> {
        let terminal = terminal.as_fd();
        let former = tcgetattr(terminal)?;
        let mut unseen = former.clone();
        unseen.local_modes.remove(LocalModes::ECHO);
        let same = terminal.try_clone_to_owned()?;
        let ((), undo) = Undo::after(
            || Ok(tcsetattr(terminal, OptionalActions::Flush, &unseen)?),
            move || {
                // A terminal that has gone needs nothing back.
                let _ = tcsetattr(&same, OptionalActions::Now, &former);
            },
        )?;
        Ok(Self(undo))
    }
}
