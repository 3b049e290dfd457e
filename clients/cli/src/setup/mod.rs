//! What `secinfo setup` does, a file for each step. Each looks first and changes only what is not
//! so yet.

mod channels;
mod config;
mod daemon;
#[cfg(test)]
mod faults;
mod host;
mod look;
mod master_key;
mod policy;
mod program;
mod questions;
mod report;
#[cfg(test)]
mod scene;
mod sign_in;
mod ways_back;

pub(crate) use daemon::OnBus;
pub(crate) use host::Host;
pub(crate) use sign_in::take_back;

use crate::commands::setup::{Arguments, PamChoice};
use crate::failure::Failure;
use crate::screen::Screen;
use daemon::Daemon;
use questions::Questions;
use report::Report;
use sign_in::Terminal;
use std::time::Duration;

/// Goes through all steps; `address` is that of the bus, if not the usual. What was done is told,
/// also when a step fails.
pub(crate) async fn run(
    screen: &Screen,
    host: &Host,
    daemon: &impl Daemon,
    address: Option<&str>,
    arguments: &Arguments,
) -> Result<(), Failure> {
    // JSON is for programs, which answer no questions.
    let asks = !arguments.non_interactive && !screen.json;
    if asks && !screen.interactive {
        return Err(Failure::Usage(
            "nobody can answer questions here: run it in a terminal, or with --non-interactive and an option for each answer".into(),
        ));
    }
    let questions = Questions::new(screen, asks);
    let mut report = Report::new(screen);
    let person = person();
    let result = steps(
        host,
        daemon,
        address,
        arguments,
        &questions,
        person.as_deref(),
        screen,
        &mut report,
    )
    .await;
    match (result, report.end()) {
        (Err(failure), _) => Err(failure),
        (Ok(()), told) => told,
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "it hands to each step what that step needs"
)]
async fn steps(
    host: &Host,
    daemon: &impl Daemon,
    address: Option<&str>,
    arguments: &Arguments,
    questions: &Questions<'_>,
    person: Option<&str>,
    screen: &Screen,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    let sign_in = sign_in::Wish {
        pam: arguments.pam,
        ssh: arguments.ssh,
        confirmed: arguments.pam_confirmed,
        timeout: Duration::from_secs(arguments.pam_timeout),
        person,
        address,
    };
    if arguments.pam == Some(PamChoice::Disable) {
        // First of all: whoever wants this may have a daemon that is down.
        sign_in::run(
            host,
            questions,
            || Terminal::new(questions),
            &sign_in,
            report,
        )
        .await?;
    }
    look::run(host, daemon, address, report).await?;
    let key = master_key::Wish {
        choice: arguments.master_key,
        pcrs: &arguments.tpm_pcrs,
        copy: arguments.key_copy.as_deref(),
    };
    master_key::run(host, daemon, questions, &key, report).await?;
    channels::run(
        host,
        daemon,
        questions,
        &arguments.channel,
        &arguments.test,
        report,
    )
    .await?;
    let policy = policy::Wish {
        organization: arguments.organization.as_deref(),
        country: arguments.country.as_deref(),
        allow: &arguments.allow,
        required: arguments.required,
        groups: &arguments.group,
        grace_days: arguments.grace_days,
        first_method: arguments.first_method.as_deref(),
    };
    policy::run(host, questions, &policy, report)?;
    ways_back::run(
        host,
        screen,
        questions,
        &arguments.break_glass,
        person,
        report,
    )?;
    if arguments.pam == Some(PamChoice::Disable) {
        return Ok(());
    }
    sign_in::run(
        host,
        questions,
        || Terminal::new(questions),
        &sign_in,
        report,
    )
    .await
}

/// Whoever ran sudo.
fn person() -> Option<String> {
    let name = std::env::var("SUDO_USER").ok()?;
    let known = nix::unistd::User::from_name(&name).ok().flatten();
    known
        .filter(|user| user.name == name && name != "root")
        .map(|user| user.name)
}
