//! `secinfo setup`: from the fresh package to a working host, a file for each step. A step examines the
//! host first and changes only what differs.

mod arguments;
mod channels;
mod config;
mod daemon;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fixture;
mod host;
mod lock;
mod look;
mod master_key;
mod policy;
mod program;
mod push;
mod questions;
mod report;
mod reset;
mod sign_in;
mod ways_back;

pub use arguments::Arguments;

use crate::break_glass::account;
use arguments::PamChoice;
use config::{CONFIG, Config};
use daemon::{Daemon, OnBus};
use host::Host;
use lock::Lock;
use questions::Questions;
use report::{Report, Step};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use sign_in::{SignIn, Terminal};

/// Sets this host up; `address` is that of the bus, if not the usual.
///
/// # Errors
/// When the user is not root, or a step fails.
pub async fn run(
    screen: &Screen,
    address: Option<&str>,
    arguments: &Arguments,
) -> Result<(), Failure> {
    if !rustix::process::geteuid().is_root() {
        return Err(Failure::Refused(
            "only root may set a host up: run sudo secinfo setup".into(),
        ));
    }
    let host = Host::this();
    if arguments.take_back {
        return sign_in::take_back(screen, &host);
    }
    all_steps(screen, &host, &OnBus { address }, address, arguments).await
}

/// Goes through all steps; reports what was done, also when a step fails.
async fn all_steps(
    screen: &Screen,
    host: &Host,
    daemon: &impl Daemon,
    address: Option<&str>,
    arguments: &Arguments,
) -> Result<(), Failure> {
    // Programs, which read JSON, answer no questions.
    let asks = !arguments.non_interactive && !screen.json;
    if asks && !screen.interactive {
        return Err(Failure::Usage(
            "nobody can answer questions here: run it in a terminal, or with --non-interactive and an option for each answer".into(),
        ));
    }
    let _lock = Lock::of_run(host)?;
    let questions = Questions::new(screen, asks);
    let mut report = Report::new(screen);
    let person = person();
    let sign_in = SignIn {
        arguments: arguments.sign_in,
        person: person.as_deref(),
        address,
    };
    check(host, arguments, &sign_in, &questions, &report)?;
    let result = steps(
        host,
        daemon,
        arguments,
        &sign_in,
        &questions,
        screen,
        &mut report,
    )
    .await;
    match (result, report.end(), report.failure()) {
        (Err(failure), ..) | (Ok(()), Ok(()), Some(failure)) => Err(failure),
        (Ok(()), told, _) => told,
    }
}

/// Refuses what would fail later, before anything is changed.
fn check(
    host: &Host,
    arguments: &Arguments,
    sign_in: &SignIn<'_>,
    questions: &Questions<'_>,
    report: &Report<'_>,
) -> Result<(), Failure> {
    arguments.check_only()?;
    if arguments.sign_in.pam == Some(PamChoice::Disable) || !host.has(CONFIG) {
        // It can always be switched off; the first step reports what is missing.
        return Ok(());
    }
    arguments.master_key.check()?;
    arguments.policy.check(host)?;
    channels::check(host, &arguments.channel, &arguments.test)?;
    ways_back::check(&arguments.break_glass)?;
    arguments.reset.check(host)?;
    arguments.push.check(host, questions.are_asked())?;
    sign_in.check(host, questions, report)
}

async fn steps(
    host: &Host,
    daemon: &impl Daemon,
    arguments: &Arguments,
    sign_in: &SignIn<'_>,
    questions: &Questions<'_>,
    screen: &Screen,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    let terminal = || Terminal::new(questions);
    if arguments.sign_in.pam == Some(PamChoice::Disable) {
        // First of all: the daemon may be down.
        sign_in::run(host, questions, terminal, sign_in, report).await?;
    }
    let is_wanted = |step| arguments.goes_through(step);
    look::run(host, daemon, sign_in.address, report).await?;
    if is_wanted(Step::MasterKey) {
        master_key::run(host, daemon, questions, &arguments.master_key, report).await?;
    }
    if is_wanted(Step::Channels) {
        let (channels, tests) = (&arguments.channel, &arguments.test);
        channels::run(host, daemon, questions, channels, tests, report).await?;
    }
    let mut ways_back = Ok(());
    let mut former = None;
    let was_shut = is_wanted(Step::Policy) && !sign_in.shut_out(host).await?.is_empty();
    if is_wanted(Step::Policy) {
        former = policy::run(host, daemon, questions, &arguments.policy, report).await?;
    }
    if is_wanted(Step::WaysBackIn) {
        let (users, person) = (&arguments.break_glass, sign_in.person);
        ways_back = ways_back::run(host, daemon, screen, questions, (users, person), report).await;
    }
    // Only now: the step before may have given an administrator what policy asks for.
    if let Some(former) = former.filter(|_| !was_shut) {
        keep_an_administrator(host, daemon, sign_in, &former).await?;
    }
    ways_back?;
    let address = sign_in.address;
    if is_wanted(Step::PasswordReset) {
        reset::run(host, daemon, questions, &arguments.reset, address, report).await?;
    }
    if is_wanted(Step::Push) {
        push::run(host, daemon, questions, &arguments.push, address, report).await?;
    }
    if arguments.sign_in.pam == Some(PamChoice::Disable) || !is_wanted(Step::SignIn) {
        return Ok(());
    }
    sign_in::run(host, questions, terminal, sign_in, report).await
}

/// Takes a new policy back with which no administrator could get in, where sign-in asks for it already.
async fn keep_an_administrator(
    host: &Host,
    daemon: &impl Daemon,
    sign_in: &SignIn<'_>,
    former: &Config,
) -> Result<(), Failure> {
    let shut_out = sign_in.shut_out(host).await?;
    if shut_out.is_empty() {
        return Ok(());
    }
    former.take_back(host, daemon).await?;
    let why: Vec<_> = shut_out.iter().map(look::in_words).collect();
    Err(Failure::Refused(format!(
        "policy is as it was, because sign-in asks for it already: {} Or add --without-administrator, if that is meant.",
        why.join(" ")
    )))
}

/// The user who ran sudo.
fn person() -> Option<String> {
    let name = std::env::var("SUDO_USER").ok()?;
    account(&name).ok().filter(|_| name != "root")?;
    Some(name)
}
