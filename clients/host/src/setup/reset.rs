//! Step 6: whether users who forgot their password can set a new one, and at which prompts they are
//! told so.

#[cfg(test)]
mod tests;
mod word;

pub(super) use word::is_offered_by;

use super::arguments::{ResetArguments, ResetChoice};
use super::config::{Applied, Config};
use super::daemon::Daemon;
use super::host::Host;
use super::look::{findings, in_words};
use super::program::Program;
use super::questions::Questions;
use super::report::{Report, Step};
use crate::doctor::{Area, Severity};
use secinfo_terminal::failure::Failure;
use toml_edit::Value;

/// The section of config.toml.
const SECTION: [&str; 2] = ["policy", "reset"];
/// The socket of the helper that sets passwords.
const SOCKET: &str = "secinfo-password.socket";

const ABOUT: &str = "A user who forgot the password can prove one or two methods instead and set a new one, with \
    secinfo reset. Any account may begin that for any user; members of sudo, wheel and admin get no new \
    password. What is encrypted with the former password stays so: docs/how-to/reset.md.";

pub(super) async fn run(
    host: &Host,
    daemon: &impl Daemon,
    questions: &Questions<'_>,
    arguments: &ResetArguments,
    address: Option<&str>,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    report.begin(Step::PasswordReset, ABOUT)?;
    let mut config = Config::read(host)?;
    let was_on = is_on(&config);
    let wanted = match arguments.reset {
        Some(ResetChoice::Enable) => true,
        Some(ResetChoice::Disable) => false,
        None if questions.are_asked() => {
            questions.yes("Let users who forgot their password set a new one?", was_on)?
        }
        Some(ResetChoice::Keep) | None => was_on,
    };
    if !wanted {
        return switch_off(host, daemon, &mut config, was_on, report).await;
    }
    config.set(&SECTION, "enabled", true)?;
    match &arguments.reset_gates {
        Some(gates) => config.set(&SECTION, "gates", gates.as_str())?,
        None if !was_on => ask_gates(&mut config, questions)?,
        None => {}
    }
    let applied = config.apply(host, daemon).await?;
    let listens = listen(host)?;
    let gates = match config.text_of(&SECTION, "gates").as_deref() {
        Some("two") => "two methods",
        _ => "one method",
    };
    let what = format!("Users can set a new password after proving {gates}");
    if applied == Applied::Unchanged && !listens {
        report.unchanged(what)?;
    } else {
        report.done(what)?;
    }
    let services = word::services(host, questions, &arguments.reset_at)?;
    for service in &services {
        word::offer(host, service, address, report).await?;
    }
    for finding in findings(host, address).await? {
        if finding.area == Area::Reset && finding.severity != Severity::Info {
            report.warn(&in_words(&finding))?;
        }
    }
    if !was_on {
        report.leave("Try secinfo reset with an account of your own");
        report.leave(
            "To offer resets over SSH, make an account for nothing else: docs/how-to/reset.md",
        );
    }
    Ok(())
}

impl ResetArguments {
    /// Refuses, before anything is changed, what would fail later.
    pub(super) fn check(&self, host: &Host) -> Result<(), Failure> {
        let is_more = self.reset_gates.is_some() || !self.reset_at.is_empty();
        let will_be_on = match self.reset {
            Some(ResetChoice::Enable) => true,
            Some(ResetChoice::Disable) => false,
            Some(ResetChoice::Keep) | None => is_on(&Config::read(host)?),
        };
        if is_more && !will_be_on {
            return Err(Failure::Usage(
                "--reset-gates and --reset-at need --reset enable".into(),
            ));
        }
        self.reset_at
            .iter()
            .try_for_each(|service| word::check(host, service))
    }
}

fn is_on(config: &Config) -> bool {
    let enabled = config.get(&SECTION, "enabled");
    enabled.as_ref().and_then(Value::as_bool) == Some(true)
}

/// Takes the word out first: a prompt shall not name what is refused.
async fn switch_off(
    host: &Host,
    daemon: &impl Daemon,
    config: &mut Config,
    was_on: bool,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    let taken = word::take_out(host)?;
    if was_on {
        config.set(&SECTION, "enabled", false)?;
    }
    config.apply(host, daemon).await?;
    if was_on || taken {
        report.done("Users cannot set new passwords any more")
    } else {
        report.unchanged("Users cannot set new passwords")
    }
}

fn ask_gates(config: &mut Config, questions: &Questions<'_>) -> Result<(), Failure> {
    if !questions.are_asked() {
        return Ok(());
    }
    let choices = [
        "One: who has the phone or the mailbox of a user can set the password",
        "Two: users need two methods of which neither goes to where the other goes",
    ];
    let words = ["one", "two"];
    let now = config.text_of(&SECTION, "gates").unwrap_or_default();
    let now = words.iter().position(|word| *word == now).unwrap_or(0);
    let chosen = questions.choice("How many methods are proved", &choices, Some(now))?;
    if chosen == now {
        return Ok(());
    }
    config.set(&SECTION, "gates", words[chosen])
}

/// Has the helper listen, now and when the host starts; whether it did not before.
fn listen(host: &Host) -> Result<bool, Failure> {
    if host.unit("is-enabled", SOCKET)? && host.unit("is-active", SOCKET)? {
        return Ok(false);
    }
    host.succeed(&Program::new("systemctl", ["enable", "--now", SOCKET]))?;
    Ok(true)
}
