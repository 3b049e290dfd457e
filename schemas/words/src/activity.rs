//! Words for what happened in the account of a user.

use crate::argument::{Arguments, harmless};
use crate::{Words, message};
use secinfo_wire::ActivityEntry;

impl Words {
    /// What a line of activity is about, with the method. An event that is not known here is called by its
    /// type, which is readable.
    pub fn activity(self, entry: &ActivityEntry) -> String {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
        let arguments = Arguments::new()
            .with("purpose", or_none(&entry.purpose))
            .with("reason", or_none(&entry.reason))
            .with("at_service", is_at_service(entry));
        let what = self.find(&format!("activity-{}", entry.what), None, &arguments);
        let what = what.map_or_else(
            || harmless(entry.what.as_str().into()).into_owned(),
            |what| what.to_string(),
        );
        let Some(kind) = &entry.kind else {
            return what;
        };
        let method = self.method(kind, entry.label.as_deref().unwrap_or_default(), "");
        self.say(message::ActivityOf {
            what: what.into(),
            method: method.into(),
        })
        .to_string()
    }
}

/// Whether it was at a service, where users sign in, and not in a dialogue of ours.
fn is_at_service(entry: &ActivityEntry) -> bool {
    entry
        .service
        .as_deref()
        .is_some_and(|service| service != "secinfo")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    fn entry(what: &str, reason: Option<&str>, service: Option<&str>) -> ActivityEntry {
        ActivityEntry {
            what: what.to_owned(),
            kind: Some("authenticator-app".to_owned()),
            label: Some("Tablet".to_owned()),
            purpose: Some("sign-in".to_owned()),
            reason: reason.map(str::to_owned),
            service: service.map(str::to_owned),
            ..ActivityEntry::default()
        }
    }

    #[test]
    fn what_happened_is_said_in_every_language() {
        let signed_in = entry("verification-succeeded", None, Some("sshd"));
        let refused = entry("verification-failed", Some("wrong-code"), Some("sshd"));
        let proved = entry("verification-succeeded", None, Some("secinfo"));
        for (language, lines) in Language::ALL.into_iter().zip([
            [
                "Signed in: Authenticator app (Tablet)",
                "Refused, wrong code: Authenticator app (Tablet)",
                "Proved: Authenticator app (Tablet)",
            ],
            [
                "Angemeldet: Authenticator-App (Tablet)",
                "Abgelehnt, falscher Code: Authenticator-App (Tablet)",
                "Nachweis erbracht: Authenticator-App (Tablet)",
            ],
            [
                "Connexion : Application d’authentification (Tablet)",
                "Refus, code erroné : Application d’authentification (Tablet)",
                "Preuve apportée : Application d’authentification (Tablet)",
            ],
        ]) {
            let said =
                [&signed_in, &refused, &proved].map(|entry| Words::of(language).activity(entry));
            assert_eq!(said, lines, "{language:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_called_by_its_type() {
        let mut later = entry("teleported", None, None);
        later.kind = None;
        assert_eq!(Words::of(Language::German).activity(&later), "teleported");
    }
}
