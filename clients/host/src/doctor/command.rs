//! `secinfo doctor`: what is wrong with the installation, and what to do about it.

use super::examine::examine;
use super::finding::{Area, Finding, Findings, Severity, Unseen};
use secinfo_pam_stack::root::Root;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::style::{Look, Style};
use secinfo_terminal::text::{indented, listed, visible};
use serde::Serialize;
use std::path::PathBuf;

const HELP: &str = r#"Exit codes: 0 when nothing is worse than info, 7 when there are warnings, 1 when there are errors.

JSON: {"findings":[{"id", "severity", "area", "subject", "services", "what", "remedy", "changes"}], "looked_at":[{"area", "what"}], "not_looked_at":[{"area", "what", "why"}]}; severity is "error", "warning" or "info", area is "pam", "sshd", "daemon", "files", "units", "clock", "reset", "push" or "recovery"; services is there for PAM only; changes, where it is there, is what the remedy says as [{"file", "line", and "replace" with "with", or "before", or "behind"}], to be made together and in this order. With warnings or errors, a line {"error":"Findings", "message", "exit"} follows."#;

/// Find what is wrong with the installation, and what to do about it
///
/// Reads the PAM configuration as Linux-PAM does and goes through all that each service can do,
/// looks at the SSH server, the daemon, its files and units, the clock, password reset, what
/// phones connect to, and the ways back in.
/// Changes nothing. Run it as root; as another user it says what it could not look at.
#[derive(Debug, clap::Args)]
#[command(after_long_help = HELP)]
pub struct Arguments {
    /// Look at the host whose files are below this directory
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,
}

#[derive(Serialize)]
struct ReportJson<'a> {
    findings: &'a [Finding],
    looked_at: Vec<SeenJson<'a>>,
    not_looked_at: &'a [Unseen],
}

#[derive(Serialize)]
struct SeenJson<'a> {
    area: Area,
    what: &'a str,
}

/// Examines the installation and reports what was found.
pub async fn run(
    screen: &Screen,
    address: Option<&str>,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let root = Root::open(&arguments.root).map_err(Failure::file("look at", &arguments.root))?;
    let findings = examine(&root, address).await;
    let looked_at = findings.looked_at.iter();
    screen.json(&ReportJson {
        findings: &findings.found,
        looked_at: looked_at
            .map(|(area, what)| SeenJson { area: *area, what })
            .collect(),
        not_looked_at: &findings.unseen,
    })?;
    screen.say(&render(&findings, screen.style, screen.width))?;
    let (errors, warnings) = (
        findings.count(Severity::Error),
        findings.count(Severity::Warning),
    );
    if errors + warnings == 0 {
        return screen.paragraph("Nothing needs your attention.");
    }
    Err(Failure::Findings { errors, warnings })
}

/// The report for people, an area after the other.
fn render(findings: &Findings, style: Style, width: usize) -> String {
    let mut text = String::new();
    for area in Area::ALL {
        let in_area: Vec<_> = findings
            .found
            .iter()
            .filter(|finding| finding.area == area)
            .collect();
        let unseen: Vec<_> = findings.unseen.iter().filter(|u| u.area == area).collect();
        let seen = findings.looked_at.iter().any(|(of, _)| *of == area);
        if in_area.is_empty() && unseen.is_empty() && !seen {
            continue;
        }
        text.push_str(&style.bold(area.title()));
        text.push('\n');
        if seen && in_area.iter().all(|f| f.severity == Severity::Info) {
            text.push_str(&paragraph((Look::Good, "✔"), "in order", style, width));
        }
        for finding in in_area {
            text.push_str(&told(finding, style, width));
        }
        for unseen in unseen {
            let line = format!(
                "not looked at: {}, because {}",
                visible(&unseen.what),
                visible(&unseen.why)
            );
            text.push_str(&paragraph((Look::Dim, "-"), &line, style, width));
        }
        text.push('\n');
    }
    text
}

fn told(finding: &Finding, style: Style, width: usize) -> String {
    let mark = match finding.severity {
        Severity::Error => (Look::Bad, "✘"),
        Severity::Warning => (Look::Warning, "!"),
        Severity::Info => (Look::Dim, "i"),
    };
    let services: Vec<_> = finding.services.iter().map(|s| visible(s)).collect();
    let services: Vec<_> = services.iter().map(String::as_str).collect();
    let mut head = visible(&finding.subject);
    if !services.is_empty() {
        head = format!("{head} ({})", listed(&services));
    }
    let mut text = paragraph(mark, &head, style, width);
    let indented = (Look::Plain, " ");
    text.push_str(&paragraph(indented, &visible(&finding.what), style, width));
    text.push_str(&paragraph(
        indented,
        &format!("→ {}", visible(&finding.remedy)),
        style,
        width,
    ));
    text
}

/// Lines with a mark before the first, all as far from the left.
fn paragraph((look, mark): (Look, &str), text: &str, style: Style, width: usize) -> String {
    let mark = format!("  {} ", style.paint(look, mark));
    indented(text, &mark, "    ", width)
}
