//! A terminal that does not show what is typed.

use crate::interruption::Undo;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io;
use std::os::fd::AsFd;

/// Switches echo off, until this is dropped or a signal ends the process.
pub struct WithoutEcho(#[expect(dead_code, reason = "it acts when it is dropped")] Undo);

impl WithoutEcho {
    /// Switches echo off, and discards what was typed before. Fails without a terminal.
    pub fn on(terminal: impl AsFd) -> io::Result<Self> {
        let terminal = terminal.as_fd();
        let former = tcgetattr(terminal)?;
        let mut unseen = former.clone();
        unseen.local_modes.remove(LocalModes::ECHO);
        let same = terminal.try_clone_to_owned()?;
        let ((), undo) = Undo::after(
            || Ok(tcsetattr(terminal, OptionalActions::Flush, &unseen)?),
            move || {
                // A terminal that is gone needs no restoring.
                let _ = tcsetattr(&same, OptionalActions::Now, &former);
            },
        )?;
        Ok(Self(undo))
    }
}
