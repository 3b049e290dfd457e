//! The authenticator apps and hardware tokens of the demo. `oathtool` computes their codes, so that
//! none comes from the project's own code.

use crate::failure::{Context, Failure, Result};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds in a time step.
const PERIOD: u64 = 30;
/// Seconds that must remain in the current time step to use the code of the previous one, which the
/// daemon refuses once the next step begins.
const MIN_REMAINING: u64 = 10;

/// A device that generates codes.
pub(super) enum Device {
    /// An authenticator app.
    App(App),
    /// A hardware token with a counter.
    Token(Token),
}

/// An authenticator app with time steps (RFC 6238).
pub(super) struct App {
    key: String,
    last_step: u64,
}

/// A hardware token with a counter (RFC 4226).
pub(super) struct Token {
    key: String,
    counter: u64,
}

impl Device {
    /// Sets up an app from the URI of a QR code.
    pub(super) fn app(uri: &str) -> Option<Self> {
        let (_, parameters) = uri.strip_prefix("otpauth://totp/")?.split_once('?')?;
        let key = parameters
            .split('&')
            .find_map(|parameter| parameter.strip_prefix("secret="))?;
        Some(Self::App(App {
            key: key.to_owned(),
            last_step: 0,
        }))
    }

    /// A token with a key in Base32.
    pub(super) fn token(key: &str) -> Self {
        Self::Token(Token {
            key: key.to_owned(),
            counter: 0,
        })
    }

    /// How long until the device has a valid code that was not used.
    pub(super) fn wait(&self) -> Duration {
        match self {
            Self::App(app) => app.wait(now()),
            Self::Token(_) => Duration::ZERO,
        }
    }

    /// Generates an unused code; `None` if the caller must wait for it.
    pub(super) fn code(&mut self) -> Result<Option<String>> {
        match self {
            Self::App(app) => app.code(),
            Self::Token(token) => token.code().map(Some),
        }
    }

    /// A command that prints the current code.
    pub(super) fn command_by_hand(&self) -> String {
        match self {
            Self::App(app) => format!("oathtool --totp --base32 {}", app.key),
            Self::Token(token) => format!(
                "oathtool --hotp --base32 --counter {} {}   (one more each time)",
                token.counter, token.key
            ),
        }
    }
}

impl App {
    /// The time step whose code to use now. Each code is valid once, and the daemon accepts a clock
    /// that is one step off, so the previous and the next step can be used as well.
    fn step(&self, now: Duration) -> Option<u64> {
        let current = now.as_secs() / PERIOD;
        let left = PERIOD - now.as_secs() % PERIOD;
        let earliest = if left >= MIN_REMAINING {
            current - 1
        } else {
            current
        };
        let step = earliest.max(self.last_step + 1);
        (step <= current + 1).then_some(step)
    }

    fn wait(&self, now: Duration) -> Duration {
        match self.step(now) {
            Some(_) => Duration::ZERO,
            None => Duration::from_secs(self.last_step * PERIOD).saturating_sub(now),
        }
    }

    fn code(&mut self) -> Result<Option<String>> {
        let Some(step) = self.step(now()) else {
            return Ok(None);
        };
        self.last_step = step;
        let time = format!("--now=@{}", step * PERIOD);
        oathtool(&["--totp", &time], &self.key).map(Some)
    }
}

impl Token {
    fn code(&mut self) -> Result<String> {
        let counter = self.counter.to_string();
        self.counter += 1;
        oathtool(&["--hotp", "--counter", &counter], &self.key)
    }
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is past 1970")
}

/// Computes a code. The key goes through standard input, which lists of processes do not show.
fn oathtool(arguments: &[&str], key: &str) -> Result<String> {
    let failed = || "run oathtool".to_owned();
    let mut process = Command::new("oathtool")
        .args(arguments)
        .args(["--base32", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context(failed)?;
    let mut input = process.stdin.take().expect("it is piped");
    input.write_all(key.as_bytes()).context(failed)?;
    drop(input);
    let output = process.wait_with_output().context(failed)?;
    let code = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && !code.is_empty() {
        Ok(code)
    } else {
        Err(Failure::Wrong(format!(
            "oathtool failed: {}",
            output.status
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(last_step: u64) -> App {
        App {
            key: String::new(),
            last_step,
        }
    }

    #[test]
    fn an_app_uses_each_step_once_and_then_waits() {
        let early = Duration::from_secs(100 * PERIOD + 1);
        assert_eq!(app(0).step(early), Some(99));
        assert_eq!(app(99).step(early), Some(100));
        assert_eq!(app(100).step(early), Some(101));
        assert_eq!(app(101).step(early), None);
        assert_eq!(app(101).wait(early), Duration::from_secs(29));
        assert_eq!(
            app(101).step(early + app(101).wait(early)),
            Some(102),
            "a step is free after the wait"
        );
    }

    #[test]
    fn the_previous_step_is_not_used_shortly_before_it_expires() {
        let late = Duration::from_secs(100 * PERIOD + 25);
        assert_eq!(app(0).step(late), Some(100));
    }

    #[test]
    fn an_app_reads_its_key_from_the_uri() {
        let scanned = Device::app("otpauth://totp/Example:alice?secret=JBSWY3DP&issuer=Example");
        assert!(matches!(scanned, Some(Device::App(app)) if app.key == "JBSWY3DP"));
        assert!(Device::app("https://example.org").is_none());
    }
}
