//! The loop: looks when there may be news, tells what is new, and does what the user chooses.

use crate::daemon::Daemon;
use crate::desktop::{Choice, Desktop};
use crate::failure::Failure;
use crate::journal;
use crate::news;
use crate::told::Told;
use secinfo_terminal::environment::language;
use secinfo_words::Words;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::sleep;

/// How long further news is waited for, so that what belongs together is told together.
const GATHER: Duration = Duration::from_millis(300);
/// How long after a failure it is tried again: the bus was restarted, the daemon is busy, the desktop has
/// not started what shows notifications.
const AGAIN: Duration = Duration::from_secs(10);

/// Tells the user what happens to their security info until the session is over.
///
/// # Errors
/// When there is no session to tell it in.
pub(crate) async fn run() -> Result<(), Failure> {
    let told = Told::of_user()?;
    let words = Words::of(language());
    let Some(desktop) = Desktop::connect(words).await? else {
        journal::say(&"there is another already");
        return Ok(());
    };
    let mut agent = Agent {
        desktop,
        told,
        looked: false,
    };
    let address = secinfo_wire::address_from_environment();
    let uid = rustix::process::getuid().as_raw();
    loop {
        match Daemon::connect(address.clone(), uid).await {
            Ok(daemon) => tokio::select! {
                over = agent.follow(&daemon) => match over? {},
                () = daemon.gone() => journal::say(&"the system bus is gone"),
            },
            Err(error) => journal::say(&error),
        }
        sleep(AGAIN).await;
    }
}

struct Agent {
    desktop: Desktop,
    told: Told,
    /// Whether security info was looked at since this process started: what is new before that happened
    /// while the user was away.
    looked: bool,
}

impl Agent {
    /// Tells what happens until the session or the bus is over.
    async fn follow(&mut self, daemon: &Daemon) -> Result<Infallible, Failure> {
        loop {
            let outcome = self.look(daemon).await;
            if let Err(failure) = &outcome {
                journal::say(failure);
            }
            tokio::select! {
                () = daemon.rung() => sleep(GATHER).await,
                () = sleep(AGAIN), if outcome.is_err() => {}
                choice = self.desktop.choice() => self.obey(choice?, daemon).await,
            }
        }
    }

    /// Looks at security info, and tells what is new.
    async fn look(&mut self, daemon: &Daemon) -> Result<(), Failure> {
        let Some(now) = daemon.security_info().await? else {
            return Ok(());
        };
        if let Some(before) = self.told.info() {
            let news = news::between(before, &now);
            if !news.is_empty() {
                let can_lock = now.account_locked == Some(0);
                self.desktop.tell(&news, can_lock, !self.looked).await?;
            }
        }
        self.looked = true;
        self.told.set(now);
        Ok(())
    }

    async fn obey(&mut self, choice: Choice, daemon: &Daemon) {
        let shown = match choice {
            Choice::Open => {
                self.desktop.open().await;
                Ok(())
            }
            Choice::Lock => self.desktop.ask_to_lock().await,
            Choice::LockNow => match daemon.lock_account().await {
                // That it is locked is told as any other news.
                Ok(()) => Ok(()),
                Err(error) => {
                    journal::say(&error);
                    self.desktop.tell_not_locked().await
                }
            },
        };
        if let Err(failure) = shown {
            journal::say(&failure);
        }
    }
}
