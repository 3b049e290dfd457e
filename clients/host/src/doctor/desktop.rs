//! Looks for programs of the desktop that cannot hold the conversation of a second step, although their PAM
//! service asks for one.

use super::finding::{Area, Finding, Findings, Severity};
use super::pam::Protection;
use secinfo_pam_stack::root::Root;
use toml::Table;

const CONFIG: &str = "/etc/secinfo/config.toml";

/// How a program takes the prompts of a second step.
#[derive(Clone, Copy)]
enum Conversation {
    /// It has one field, and answers every prompt with what was typed there.
    PasswordForAll,
    /// It answers prompts that hide what is typed with the password, and all others with the user's name.
    NameForCodes,
    /// It asks prompt by prompt, but leaves the password in the field, in front of what is typed next.
    PasswordStays,
}

/// The programs that do not simply ask prompt by prompt, by their PAM services. How each was tried stands in
/// docs/how-to/desktop.md.
const PROGRAMS: [(&str, Conversation); 6] = [
    ("gtklock", Conversation::PasswordForAll),
    ("i3lock", Conversation::PasswordForAll),
    ("kde", Conversation::PasswordStays),
    ("lxdm", Conversation::NameForCodes),
    ("sddm", Conversation::NameForCodes),
    ("swaylock", Conversation::PasswordForAll),
];

/// Looks at the services that ask secinfo and whose users policy has verified.
pub(crate) fn check(root: &Root, protection: &Protection, findings: &mut Findings) {
    let text = root.text(CONFIG).unwrap_or_default();
    // What is no TOML is found elsewhere.
    let config: Table = text.parse().unwrap_or_default();
    for (service, conversation) in PROGRAMS {
        if protection.services.contains(service) && verifies(&config, service) {
            findings.add(finding(service, conversation));
        }
    }
}

/// Whether policy has any user verified at a service.
pub(crate) fn verifies(config: &Table, service: &str) -> bool {
    let of_service = config
        .get("service")
        .and_then(|services| services.get(service)?.get("verify"));
    let verify = of_service.or_else(|| config.get("policy")?.get("sign-in")?.get("verify"));
    verify.and_then(toml::Value::as_str) != Some("off")
}

fn finding(service: &str, conversation: Conversation) -> Finding {
    let off = format!(
        "verify = \"off\" in a section [service.{service}] of {CONFIG}: the password alone unlocks then"
    );
    let (id, severity, what, remedy) = match conversation {
        Conversation::PasswordForAll => (
            "no-conversation",
            Severity::Warning,
            format!(
                "{service} answers every prompt with the password, so users who have a method cannot get past it, and \
                 is not shown why."
            ),
            format!("Use a program that asks prompt by prompt (see docs/how-to/desktop.md), or write {off}."),
        ),
        Conversation::NameForCodes => (
            "no-conversation",
            Severity::Warning,
            format!(
                "{service} answers the prompt for a code with the user's name, so users who have a method cannot sign \
                 in there, and is not shown why."
            ),
            format!("Use a greeter that asks prompt by prompt (see docs/how-to/desktop.md), or write {off}."),
        ),
        Conversation::PasswordStays => (
            "password-stays",
            Severity::Info,
            "Plasma's lock screen shows the prompt for a code, but leaves the password in the field.".to_owned(),
            format!(
                "Tell its users to click into the field and to type the code in place of what stands there; or write \
                 {off}."
            ),
        ),
    };
    Finding {
        id,
        severity,
        area: Area::Pam,
        subject: service.to_owned(),
        services: vec![service.to_owned()],
        what,
        remedy,
        changes: Vec::new(),
    }
}
