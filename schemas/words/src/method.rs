//! Words for one method of a user: its hint, its name among others, and the question for its code.

use crate::argument::{Arguments, harmless};
use crate::{Language, Words, message};
use secinfo_wire::Hint;

impl Words {
    /// What a method is told from others by; empty where there is nothing to show.
    pub fn hint(self, hint: &Hint) -> String {
        match hint {
            Hint {
                number: Some(number),
                place: Some(place),
                ..
            } => self
                .say(message::HintNumber {
                    place: self.place(place).into(),
                    number: number.into(),
                })
                .to_string(),
            Hint {
                number: Some(text), ..
            }
            | Hint {
                address: Some(text),
                ..
            } => harmless(text.into()).into_owned(),
            Hint { serial, mode, .. } if serial.is_some() || mode.is_some() => {
                let mode = mode.as_deref().map(str::to_uppercase);
                let parts: Vec<_> = serial.iter().cloned().chain(mode).collect();
                harmless(parts.join(" ").into()).into_owned()
            }
            Hint {
                digits: Some(digits),
                period: Some(period),
                ..
            } => self
                .say(message::HintParameters {
                    digits: (*digits).into(),
                    period: (*period).into(),
                })
                .to_string(),
            Hint {
                once: Some(true), ..
            } => self.say(message::HintOnce).to_string(),
            _ => String::new(),
        }
    }

    /// Where a code goes, masked, to stand behind "sent to".
    pub fn destination(self, masked: &str) -> String {
        let words = if masked.contains('@') {
            self.say(message::DestinationAddress {
                address: masked.into(),
            })
        } else {
            self.say(message::DestinationNumber {
                number: masked.into(),
            })
        };
        words.to_string()
    }

    /// A method within a list or sentence: its kind, and in parentheses what the user calls it or
    /// its hint.
    pub fn method(self, kind: &str, label: &str, hint: &str) -> String {
        let name = self.kind(kind);
        let label = self.label(kind, label);
        let detail = if label.is_empty() { hint } else { &label };
        if detail.is_empty() || detail == name {
            return name;
        }
        self.say(message::MethodNamed {
            kind: name.into(),
            detail: detail.into(),
        })
        .to_string()
    }

    /// What the user calls a method. A label that the daemon chose is the English name of the kind,
    /// with a number behind it if need be; it is translated.
    pub fn label(self, kind: &str, label: &str) -> String {
        let english = Words::of(Language::English).kind(kind);
        match label.strip_prefix(english.as_str()) {
            Some(number) if number.chars().all(|c| c == ' ' || c.is_ascii_digit()) => {
                format!("{}{number}", self.kind(kind))
            }
            _ => harmless(label.into()).into_owned(),
        }
    }

    /// What asks for a code of a method, without the colon. `digits` is 0 for what is not written in
    /// digits; `destination` is where the code was sent, masked, and empty where none is sent.
    pub fn question(self, kind: &str, digits: u32, label: &str, destination: &str) -> String {
        let label = self.label(kind, label);
        // A label that is the name of the kind says it twice.
        let labelled = !label.is_empty() && label != self.kind(kind);
        let arguments = Arguments::new()
            .with("digits", digits)
            .with("labelled", labelled)
            .with("label", &label)
            .with("destination", self.destination(destination));
        self.find(&format!("kind-{kind}"), Some("question"), &arguments)
            .unwrap_or_else(|| {
                self.say(message::QuestionCodeOf {
                    digits: digits.into(),
                    method: self.method(kind, &label, destination).into(),
                })
            })
            .to_string()
    }

    fn place(self, name: &str) -> String {
        self.name("place", name, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(language: Language) -> Words {
        Words::of(language)
    }

    #[test]
    fn methods_are_named_by_kind_and_label() {
        let english = words(Language::English);
        for (kind, label, hint, named) in [
            (
                "authenticator-app",
                "Phone",
                "",
                "Authenticator app (Phone)",
            ),
            ("text", "", "+49 •••• 12", "Text message (+49 •••• 12)"),
            ("recovery-codes", "Recovery codes", "", "Recovery codes"),
            ("hologram", "", "", "hologram"),
        ] {
            assert_eq!(english.method(kind, label, hint), named);
        }
        let german = words(Language::German);
        for (label, named) in [
            ("Authenticator app", "Authenticator-App"),
            (
                "Authenticator app 2",
                "Authenticator-App (Authenticator-App 2)",
            ),
            ("Handy", "Authenticator-App (Handy)"),
        ] {
            assert_eq!(german.method("authenticator-app", label, ""), named);
        }
    }

    #[test]
    fn a_label_that_is_the_name_of_the_kind_is_not_said_again() {
        let english = words(Language::English);
        for (label, asked) in [
            ("Phone", "7-digit code from your phone"),
            ("Phone 2", "7-digit code from your phone (Phone 2)"),
        ] {
            assert_eq!(english.question("push", 7, label, ""), asked);
        }
    }

    #[test]
    fn questions_say_where_the_code_is() {
        for (language, app, codes, email, other) in [
            (
                Language::English,
                "6-digit code from your authenticator app (Phone)",
                "One of your recovery codes",
                "6-digit code sent to a…@example.org",
                "Code of hologram (Phone)",
            ),
            (
                Language::German,
                "6-stelliger Code aus Ihrer Authenticator-App (Phone)",
                "Einer Ihrer Wiederherstellungscodes",
                "6-stelliger Code, geschickt an a…@example.org",
                "Code von hologram (Phone)",
            ),
            (
                Language::French,
                "Code à 6 chiffres de votre application d’authentification (Phone)",
                "Un de vos codes de récupération",
                "Code à 6 chiffres envoyé à a…@example.org",
                "Code de hologram (Phone)",
            ),
        ] {
            let words = words(language);
            for (kind, digits, label, destination, asked) in [
                ("authenticator-app", 6, "Phone", "", app),
                ("recovery-codes", 0, "", "", codes),
                ("email", 6, "", "a…@example.org", email),
                ("hologram", 0, "Phone", "", other),
            ] {
                assert_eq!(words.question(kind, digits, label, destination), asked);
            }
        }
    }

    #[test]
    fn hints_are_put_into_words() {
        let text = |text: &str| Some(text.to_owned());
        let none = Hint::default();
        let phone = Hint {
            place: text("mobile"),
            number: text("+49 ••• ••67"),
            ..none.clone()
        };
        let token = Hint {
            serial: text("••••4711"),
            mode: text("totp"),
            digits: Some(6),
            period: Some(30),
            ..none.clone()
        };
        let unnumbered = Hint {
            mode: text("hotp"),
            ..none.clone()
        };
        let app = Hint {
            digits: Some(6),
            period: Some(30),
            ..none.clone()
        };
        let pass = Hint {
            once: Some(true),
            ..none.clone()
        };
        for (hint, english, german, french) in [
            (
                &phone,
                "mobile +49 ••• ••67",
                "Mobiltelefon +49 ••• ••67",
                "mobile +49 ••• ••67",
            ),
            (&token, "••••4711 TOTP", "••••4711 TOTP", "••••4711 TOTP"),
            (&unnumbered, "HOTP", "HOTP", "HOTP"),
            (
                &app,
                "6 digits every 30 s",
                "6 Ziffern alle 30 s",
                "6 chiffres toutes les 30 s",
            ),
            (&pass, "good for one use", "gilt einmal", "valable une fois"),
            (&none, "", "", ""),
        ] {
            for (language, expected) in Language::ALL.into_iter().zip([english, german, french]) {
                assert_eq!(words(language).hint(hint), expected);
            }
        }
        let french = words(Language::French);
        assert_eq!(french.destination("+49 ••• ••67"), "au +49 ••• ••67");
    }
}
