//! Step 8: PAM and the SSH server, with a rollback that needs neither this process nor its terminal.

mod confirmation;
mod ssh;
#[cfg(test)]
mod tests;
mod way_back;

pub(crate) use confirmation::{Confirmation, Confirmed, Terminal};
pub(crate) use way_back::take_back;

use super::arguments::{PamChoice, SignInArguments};
use super::config::Config;
use super::host::Host;
use super::look::{findings, in_words};
use super::program::Program;
use super::questions::Questions;
use super::report::{Report, Step};
use super::reset;
use crate::doctor::{Area, Finding, NO_ADMINISTRATOR, Severity};
use secinfo_terminal::environment::host_name;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::{shell_word, visible};
use ssh::Ssh;
use std::time::Instant;
use way_back::WayBack;

/// The file that has our line when the profile is on.
const COMMON_AUTH: &str = "/etc/pam.d/common-auth";
/// The module that our line names.
const MODULE: &str = "pam_secinfo.so";
const PROFILE: &str = "/usr/share/pam-configs/secinfo";
const UPDATE: &str = "pam-auth-update";

const ABOUT: &str = "From now on sign-in asks for a second step: sshd, login, su, sudo, screen locks. If \
    that went wrong, nobody could get in. So it is looked at first and afterwards, and taken back \
    by itself unless you say in time that you have signed in anew.";

const ABOUT_KEEPING: &str = "What sign-in asks for stays as it is. To have it ask for a second step, or for the password \
    alone: --pam enable, --pam disable.";

const ABOUT_DISABLING: &str = "From now on sign-in asks for the password alone, as before secinfo. What \
    users have set up is kept.";

/// What people meet first: each code is good once.
const REMEMBER: &str = "The code of a sign-in over SSH is used up, and sudo wants the next one. To have sudo ask once \
    in 15 minutes on each terminal, add to /etc/secinfo/config.toml: [service.sudo] and below it remember = \"15m\", \
    then: sudo systemctl reload secinfod";

/// What is to become of sign-in.
pub(super) struct SignIn<'a> {
    /// The arguments for it.
    pub(super) arguments: SignInArguments,
    /// The user who tries whether it works.
    pub(super) person: Option<&'a str>,
    /// The address of the bus, if not the system bus.
    pub(super) address: Option<&'a str>,
}

impl SignIn<'_> {
    /// What to do about PAM.
    fn choice(&self, questions: &Questions<'_>, is_on: bool) -> PamChoice {
        match self.arguments.pam {
            Some(choice) => choice,
            None if is_on || !questions.are_asked() => PamChoice::Keep,
            None => PamChoice::Enable,
        }
    }

    /// Whether sign-in stays as it is because of a finding: it may keep users out.
    fn stops_at(&self, finding: &Finding) -> bool {
        let is_accepted =
            self.arguments.without_administrator && NO_ADMINISTRATOR.contains(&finding.id);
        finding.severity == Severity::Error && finding.area != Area::Reset && !is_accepted
    }

    /// What keeps all administrators out where sign-in asks for a second step, unless that was accepted.
    pub(crate) async fn shut_out(&self, host: &Host) -> Result<Vec<Finding>, Failure> {
        if self.arguments.without_administrator || !is_on(host)? {
            return Ok(Vec::new());
        }
        let mut found = findings(host, self.address).await?;
        found.retain(|finding| NO_ADMINISTRATOR.contains(&finding.id));
        Ok(found)
    }

    /// What to change about the SSH server; refuses what would fail later.
    fn plan(
        &self,
        host: &Host,
        questions: &Questions<'_>,
        is_on: bool,
        report: &Report<'_>,
    ) -> Result<Option<Ssh>, Failure> {
        if !is_on && !host.has(PROFILE) {
            return Err(Failure::Refused(format!(
                "there is no {PROFILE}, which pam-auth-update needs: docs/how-to/pam.md says how to write the lines of PAM by hand"
            )));
        }
        let ssh = Ssh::plan(host, questions, self.arguments.ssh, report)?;
        let changes = !is_on || ssh.is_some();
        if changes && !self.arguments.pam_confirmed && !questions.are_asked() {
            return Err(Failure::Usage(
                "nobody is there to say that sign-in works: add --pam-confirmed if that was tried on a host like this one".into(),
            ));
        }
        Ok(ssh)
    }

    /// Refuses, before anything is changed, what would fail later. Questions are asked later.
    pub(crate) fn check(
        &self,
        host: &Host,
        questions: &Questions<'_>,
        report: &Report<'_>,
    ) -> Result<(), Failure> {
        let is_on = is_on(host)?;
        let is_kept = match self.choice(questions, is_on) {
            PamChoice::Disable => true,
            PamChoice::Keep => !is_on || self.arguments.ssh.is_none(),
            PamChoice::Enable => false,
        };
        if is_kept || questions.are_asked() {
            return Ok(());
        }
        self.plan(host, questions, is_on, report).map(|_| ())
    }
}

pub(crate) async fn run<C: Confirmation>(
    host: &Host,
    questions: &Questions<'_>,
    confirmation: impl FnOnce() -> Result<C, Failure>,
    sign_in: &SignIn<'_>,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    let was_on = is_on(host)?;
    let about = match sign_in.choice(questions, was_on) {
        PamChoice::Disable => ABOUT_DISABLING,
        PamChoice::Keep if sign_in.arguments.ssh.is_none() || !was_on => ABOUT_KEEPING,
        PamChoice::Keep | PamChoice::Enable => ABOUT,
    };
    report.begin(Step::SignIn, about)?;
    if WayBack::is_there(host) {
        report.warn("A run before this one was cut short before anybody confirmed that sign-in works. It is taken back first.")?;
        way_back::go(host)?;
    }
    let is_on = is_on(host)?;
    match sign_in.choice(questions, is_on) {
        PamChoice::Disable => return disable(host, is_on, report),
        PamChoice::Keep if !is_on => {
            report.skipped("Sign-in asks nobody for a second step")?;
            report.leave("Have sign-in ask for a second step: sudo secinfo setup --only sign-in");
            return Ok(());
        }
        PamChoice::Keep if sign_in.arguments.ssh.is_none() => {
            return report.unchanged("Sign-in asks for a second step");
        }
        PamChoice::Keep | PamChoice::Enable => {}
    }
    let ssh = sign_in.plan(host, questions, is_on, report)?;
    if is_on && ssh.is_none() {
        return report.unchanged("Sign-in asks for a second step");
    }
    before(host, sign_in, report).await?;
    if sign_in.arguments.pam.is_none() && !questions.yes("Switch it on now?", false)? {
        report.skipped("Sign-in asks nobody for a second step")?;
        report.leave("Have sign-in ask for a second step: sudo secinfo setup --only sign-in");
        return Ok(());
    }
    // From here on no signal may leave it half done: whatever happens, it is rolled back.
    let mut confirmation = confirmation()?;
    let way_back = WayBack::prepare(host, !is_on, ssh.is_some(), sign_in.arguments.pam_timeout)?;
    let switched = switch_on(host, &way_back, !is_on, ssh.as_ref(), sign_in, report).await;
    let confirmed = match switched {
        Err(failure) => Err(failure),
        Ok(()) if sign_in.arguments.pam_confirmed => Ok(Confirmed::Yes),
        Ok(()) => {
            // A terminal that is gone must not prevent the rollback.
            let _ = tell(sign_in, way_back.deadline, report);
            let confirmed = confirmation.wait(way_back.deadline).await;
            let _ = questions.hint("");
            Ok(confirmed)
        }
    };
    match confirmed {
        Ok(Confirmed::Yes) if way_back.forget()? => {
            report.done("Sign-in asks for a second step")?;
            report.leave("Sign in as a user who has no method yet, and see what is asked");
            if !remembers(host) {
                report.leave(REMEMBER);
            }
            Ok(())
        }
        Ok(Confirmed::Yes) => Err(Failure::Refused(
            "it was confirmed too late: sign-in is as it was before".into(),
        )),
        Ok(confirmed) => {
            way_back.go()?;
            Err(Failure::Refused(format!(
                "{}: sign-in is as it was before. Find out why with sudo secinfo doctor and sudo journalctl -t pam_secinfo -t sshd -t sshd-session -t sudo, then: sudo secinfo setup --only sign-in",
                confirmed.words()
            )))
        }
        Err(failure) => {
            way_back.go()?;
            Err(Failure::Refused(format!(
                "sign-in is as it was before, because {failure}"
            )))
        }
    }
}

/// Whether policy has sudo remember a proof. Who cannot tell is told of it.
fn remembers(host: &Host) -> bool {
    Config::read(host).is_ok_and(|config| config.get(&["service", "sudo"], "remember").is_some())
}

fn is_on(host: &Host) -> Result<bool, Failure> {
    let text = host.text(COMMON_AUTH)?;
    // A line that offers a reset of the password verifies nobody.
    let mut lines = text.lines().filter(|line| !reset::is_offered_by(line));
    Ok(lines.any(|line| !line.trim_start().starts_with('#') && line.contains(MODULE)))
}

/// Refuses while doctor finds an error that would lock users out.
async fn before(host: &Host, sign_in: &SignIn<'_>, report: &mut Report<'_>) -> Result<(), Failure> {
    let findings = findings(host, sign_in.address).await?;
    let errors: Vec<&Finding> = findings
        .iter()
        // The SSH server is configured together with PAM, and checked afterwards.
        .filter(|finding| sign_in.stops_at(finding) && !finding.id.starts_with("sshd-"))
        .collect();
    for finding in &errors {
        report.warn(&in_words(finding))?;
    }
    if errors.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused(
        "sign-in stays as it is until what doctor found is corrected; then run secinfo setup again"
            .into(),
    ))
}

async fn switch_on(
    host: &Host,
    way_back: &WayBack<'_>,
    pam: bool,
    ssh: Option<&Ssh>,
    sign_in: &SignIn<'_>,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    if pam {
        let enable = Program::new(UPDATE, ["--enable", "secinfo"]);
        let ran = way_back.change(|| host.succeed(&enable))?;
        if !is_on(host)? {
            return Err(Failure::Refused(format!(
                "pam-auth-update has not changed {COMMON_AUTH}, as it does when it was edited by hand: see docs/how-to/pam.md. {}",
                visible(ran.errors.trim())
            )));
        }
    }
    if let Some(ssh) = ssh {
        way_back.change(|| ssh.switch_on(host))?;
    }
    let findings = findings(host, sign_in.address).await?;
    let (errors, rest): (Vec<_>, Vec<_>) = findings
        .iter()
        .partition(|finding| sign_in.stops_at(finding));
    if errors.is_empty() {
        for finding in rest
            .iter()
            .filter(|finding| finding.severity == Severity::Warning)
        {
            report.warn(&in_words(finding))?;
        }
        return Ok(());
    }
    let words: Vec<_> = errors.into_iter().map(in_words).collect();
    Err(Failure::Refused(format!(
        "doctor then finds what would keep people out:\n{}",
        words.join("\n")
    )))
}

fn tell(sign_in: &SignIn<'_>, deadline: Instant, report: &Report<'_>) -> Result<(), Failure> {
    let left = deadline.saturating_duration_since(Instant::now()).as_secs();
    // Rounded, because some of it has passed already.
    let time = match (left + 5) / 60 {
        0 => format!("{left} seconds"),
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    };
    let name = shell_word(sign_in.person.unwrap_or("YOU"));
    report.tell(&format!(
        "It is on. Keep THIS session open: it stays as it is whatever happens. Now sign in anew in ANOTHER terminal, with ssh {name}@{} or at the console, and try sudo there. Unless you answer yes within {time}, all is taken back.",
        visible(&host_name())
    ))
}

fn disable(host: &Host, is_on: bool, report: &mut Report<'_>) -> Result<(), Failure> {
    let ours = ssh::is_ours(host)?;
    if ours {
        ssh::switch_off(host)?;
    }
    if is_on {
        host.succeed(&Program::new(UPDATE, ["--disable", "secinfo"]))?;
        if self::is_on(host)? {
            return Err(Failure::Refused(format!(
                "{COMMON_AUTH} still has the line of {MODULE}, because it was edited by hand: remove it there"
            )));
        }
    }
    if is_on || ours {
        report.done("Sign-in asks nobody for a second step any more")
    } else {
        report.unchanged("Sign-in asks nobody for a second step")
    }
}
