//! The word for a reset at the prompts of PAM services: a line of our module in front of those that
//! check the password.

use super::super::host::Host;
use super::super::look::findings;
use super::super::questions::Questions;
use super::super::report::Report;
use crate::doctor::{Area, Severity};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::{listed, visible};
use secinfo_wire::sign_in::SSHD;

/// Where services are.
const DIRECTORY: &str = "/etc/pam.d";
const MODULE: &str = "pam_secinfo.so";
/// What is written. Without the module, all is as without the line. The comment tells the removal of
/// the package what it may take out.
const LINE: &str = "auth\t[ignore=ignore module_unknown=ignore default=die]\tpam_secinfo.so reset\t# Written by secinfo setup";
/// The end of [`LINE`].
const OURS: &str = "# Written by secinfo setup";
/// The consoles and greeters at which it is offered.
const PROMPTS: [&str; 6] = ["gdm-password", "kde", "lightdm", "login", "sddm", "xdm"];

/// Whether a line of a service has our module ask for the password.
pub(in crate::setup) fn is_offered_by(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or_default();
    let words = line.split_ascii_whitespace();
    let mut words = words.skip_while(|word| word.rsplit('/').next() != Some(MODULE));
    words.any(|word| word == "reset" || word.starts_with("reset="))
}

fn path(service: &str) -> String {
    format!("{DIRECTORY}/{service}")
}

fn offers(text: &str) -> bool {
    text.lines().any(is_offered_by)
}

/// Refuses a service whose prompt cannot have it.
pub(super) fn check(host: &Host, service: &str) -> Result<(), Failure> {
    if service == SSHD {
        return Err(Failure::Refused(
            "at the prompt of sshd the word would tell strangers who is a user: see \
             docs/how-to/reset.md for an account that offers resets over SSH"
                .to_owned(),
        ));
    }
    let is_name = !service.is_empty() && !service.contains('/') && !service.starts_with('.');
    if !is_name || !host.has(&path(service)) {
        return Err(Failure::Usage(format!(
            "there is no service {} in {DIRECTORY}",
            visible(service)
        )));
    }
    let text = host.text(&path(service))?;
    if offers(&text) || place(&text).is_some() {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "the lines of {} are not as usual: see docs/how-to/reset.md for how to write one more by hand",
        path(service)
    )))
}

/// The services that shall have it: those that are named, else those that the person agrees to.
pub(super) fn services(
    host: &Host,
    questions: &Questions<'_>,
    named: &[String],
) -> Result<Vec<String>, Failure> {
    if !named.is_empty() || !questions.are_asked() {
        return Ok(named.to_vec());
    }
    let mut fit = Vec::new();
    for service in PROMPTS {
        // One that is kept elsewhere, as by a link, is its owner's to change.
        let Ok(text) = host.text(&path(service)) else {
            continue;
        };
        if !offers(&text) && place(&text).is_some() {
            fit.push(service);
        }
    }
    if fit.is_empty() {
        return Ok(Vec::new());
    }
    let question = format!(
        "Name the word \"reset\" at the password prompt of {}?",
        listed(&fit)
    );
    let agreed = questions.yes(&question, false)?;
    Ok(fit
        .into_iter()
        .filter(|_| agreed)
        .map(str::to_owned)
        .collect())
}

/// Adds the line, and takes it out again if doctor then finds what it did not find before.
pub(super) async fn offer(
    host: &Host,
    service: &str,
    address: Option<&str>,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    let path = path(service);
    let former = host.text(&path)?;
    let done = format!(
        "The password prompt of {} takes the word \"reset\"",
        visible(service)
    );
    if offers(&former) {
        return report.unchanged(done);
    }
    check(host, service)?;
    let Some(place) = place(&former) else {
        return Ok(());
    };
    let before = mistakes(host, address).await?;
    let mode = host.mode(&path).unwrap_or(0o644);
    let mut lines: Vec<&str> = former.split_inclusive('\n').collect();
    let line = format!("{LINE}\n");
    lines.insert(place, &line);
    host.write(&path, lines.concat().as_bytes(), mode)?;
    let after = mistakes(host, address).await;
    if after.as_ref().is_ok_and(|after| *after == before) {
        return report.done(done);
    }
    host.write(&path, former.as_bytes(), mode)?;
    after?;
    Err(Failure::Refused(format!(
        "{path} is as it was, because doctor finds mistakes with one more line: see docs/how-to/reset.md for how to write it by hand"
    )))
}

/// What is wrong with PAM, without the numbers of lines.
async fn mistakes(host: &Host, address: Option<&str>) -> Result<Vec<&'static str>, Failure> {
    let findings = findings(host, address).await?;
    let of_pam = findings
        .iter()
        .filter(|finding| finding.area == Area::Pam && finding.severity != Severity::Info);
    let mut ids: Vec<_> = of_pam.map(|finding| finding.id).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// Takes out the lines that setup has written; whether there were any.
pub(super) fn take_out(host: &Host) -> Result<bool, Failure> {
    let mut any = false;
    for name in host.names(DIRECTORY)? {
        let path = path(&name);
        let Ok(text) = host.text(&path) else {
            continue;
        };
        let ours = |line: &&str| line.trim_end().ends_with(OURS) && is_offered_by(line);
        if !text.lines().any(|line| ours(&line)) {
            continue;
        }
        let lines = text.split_inclusive('\n').filter(|line| !ours(line));
        let mode = host.mode(&path).unwrap_or(0o644);
        host.write(&path, lines.collect::<String>().as_bytes(), mode)?;
        any = true;
    }
    Ok(any)
}

/// The number of the line, from 0, in front of which it belongs: the first that includes others for
/// `auth`, or checks a password itself. None where a line before that jumps, or is continued.
fn place(text: &str) -> Option<usize> {
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        if line.trim_end().ends_with('\\') {
            return None;
        }
        match words[..] {
            ["@include", file, ..] if file.contains("auth") => return Some(number),
            ["auth" | "-auth", "include" | "substack", ..] => return Some(number),
            ["auth" | "-auth", ..] if line.contains("pam_unix.so") => return Some(number),
            ["auth" | "-auth", ..] if jumps(line) => return None,
            _ => {}
        }
    }
    None
}

/// Whether the line may skip some of those behind it.
fn jumps(line: &str) -> bool {
    let list = line
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'));
    let mut actions = list
        .into_iter()
        .flat_map(|(list, _)| list.split_ascii_whitespace())
        .filter_map(|pair| Some(pair.split_once('=')?.1));
    actions.any(|action| action.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_belongs_in_front_of_what_checks_the_password() {
        let login = "#%PAM-1.0\nauth optional pam_faildelay.so delay=3000000\n\
                     auth requisite pam_nologin.so\n@include common-auth\n";
        assert_eq!(place(login), Some(3));
        assert_eq!(
            place("account required pam_unix.so\nauth required pam_unix.so\n"),
            Some(1)
        );
        assert_eq!(place("auth substack system-auth\n"), Some(0));
        for wrong in [
            "",
            "account required pam_unix.so\n",
            "auth [success=1 default=ignore] pam_succeed_if.so uid >= 1000\n@include common-auth\n",
            "auth required \\\n pam_env.so\n@include common-auth\n",
        ] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lines_that_verify_are_told_from_those_that_offer_a_reset() {
        assert!(is_offered_by(LINE));
        assert!(is_offered_by(
            "auth required /lib/security/pam_secinfo.so debug reset=help"
        ));
        for other in [
            "auth requisite pam_secinfo.so set_up",
            "auth required pam_unix.so reset",
            "# auth requisite pam_secinfo.so reset",
            "auth requisite pam_secinfo.so # reset",
        ] {
            assert!(!is_offered_by(other), "{other}");
        }
    }
}
