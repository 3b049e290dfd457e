//! What the module itself says: while the daemon cannot be asked, its words cannot be had either.

use crate::outcome::{Failure, Unavailable};
use secinfo_wire::password_reset::PasswordResetError;
use secinfo_wire::sign_in::Display;
use std::fs::File;
use std::io::Read;

/// Where hosts keep their locale: as systemd has it, and as Debian had it before.
const LOCALE_FILES: [&str; 2] = ["/etc/locale.conf", "/etc/default/locale"];

/// The most that is read of such a file, in bytes.
const MAX_FILE: u64 = 4096;

/// The columns of a terminal, which is not known, less the one of the cursor.
const COLUMNS: usize = 79;

/// A language that the module speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English, which is for all others, too.
    English,
    /// German.
    German,
    /// French.
    French,
}

impl Language {
    /// The language of a locale, such as `de_DE.UTF-8`.
    pub fn of(locale: &str) -> Self {
        let end = locale.find(['_', '-', '.', '@']);
        match &locale[..end.unwrap_or(locale.len())] {
            "de" => Self::German,
            "fr" => Self::French,
            _ => Self::English,
        }
    }

    /// The language of the host, for programs that have no locale, such as sshd.
    pub(crate) fn of_host() -> Self {
        let found = LOCALE_FILES.iter().find_map(|path| {
            let mut text = String::new();
            let file = File::open(path).ok()?;
            file.take(MAX_FILE).read_to_string(&mut text).ok()?;
            locale_in(&text).map(Self::of)
        });
        found.unwrap_or(Self::English)
    }
}

/// The locale of messages that such a file sets.
fn locale_in(text: &str) -> Option<&str> {
    ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| {
        let mut values = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='));
        let value = values.next_back()?.trim_matches(['"', '\'', ' ']);
        (!value.is_empty()).then_some(value)
    })
}

/// A text in each language.
struct Text {
    english: &'static str,
    german: &'static str,
    french: &'static str,
}

impl Text {
    const fn in_language(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::German => self.german,
            Language::French => self.french,
        }
    }
}

/// The message to the user about a failure; `None` if the user cannot do anything about it.
pub fn failure(failure: &Failure, language: Language) -> Option<&'static str> {
    let text = match failure {
        Failure::Argument => Text {
            english: "Sign-in is set up wrongly on this host: tell the administrator.",
            german: "Die Anmeldung ist auf diesem Rechner falsch eingerichtet: Sagen Sie es der Administration.",
            french: "La connexion est mal configurée sur cette machine : dites-le à l’administrateur.",
        },
        Failure::NotAuthorized => Text {
            english: "This program may not verify you: sign in in another way, or tell the administrator.",
            german: "Dieses Programm darf Sie nicht prüfen: Melden Sie sich anders an, oder sagen Sie es der Administration.",
            french: "Ce programme ne peut pas vous vérifier : connectez-vous autrement, ou dites-le à l’administrateur.",
        },
        Failure::SignInOver => Text {
            english: "That took too long: sign in again.",
            german: "Das hat zu lange gedauert: Melden Sie sich noch einmal an.",
            french: "Cela a pris trop de temps : reconnectez-vous.",
        },
        Failure::NoRoom => Text {
            english: "This program has no room left to verify you: close other programs, then sign in again.",
            german: "Dieses Programm hat keinen Platz mehr, um Sie zu prüfen: Schließen Sie andere Programme, und melden Sie sich noch einmal an.",
            french: "Ce programme n’a plus de place pour vous vérifier : fermez d’autres programmes, puis reconnectez-vous.",
        },
        Failure::Unavailable(_) => Text {
            english: "You cannot be verified now because secinfod cannot decide: tell the administrator.",
            german: "Sie können jetzt nicht geprüft werden, weil secinfod nicht entscheiden kann: Sagen Sie es der Administration.",
            french: "Vous ne pouvez pas être vérifié pour le moment, car secinfod ne peut pas décider : dites-le à l’administrateur.",
        },
        Failure::WrongBreakGlass => Text {
            english: "None of these codes is right: look for the right one, then sign in again.",
            german: "Keiner dieser Codes stimmt: Suchen Sie den richtigen, und melden Sie sich noch einmal an.",
            french: "Aucun de ces codes n’est le bon : cherchez-le, puis reconnectez-vous.",
        },
        Failure::BreakGlassNotUsedUp => Text {
            english: "That code is right but cannot be used up here, because the directory of the break-glass codes cannot be written: start the host in rescue mode.",
            german: "Der Code stimmt, kann hier aber nicht verbraucht werden, weil das Verzeichnis der Notfallcodes nicht beschrieben werden kann: Starten Sie den Rechner im Rettungsmodus.",
            french: "Ce code est juste, mais ne peut pas être consommé ici, car le répertoire des codes d’accès d’urgence ne peut pas être écrit : démarrez la machine en mode de secours.",
        },
        Failure::NoUser | Failure::UnknownUser | Failure::Conversation | Failure::Panic => {
            return None;
        }
    };
    Some(text.in_language(language))
}

/// The same about a failure of a password reset.
pub(crate) fn failure_of_reset(failure: &Failure, language: Language) -> Option<&'static str> {
    let Failure::Unavailable(Unavailable::Error(name)) = failure else {
        return self::failure(failure, language);
    };
    let text = match PasswordResetError::from_name(name) {
        Some(PasswordResetError::NotOffered) => Text {
            english: "Passwords are not reset on this host: ask an administrator for a new one.",
            german: "Auf diesem Rechner werden keine Passwörter zurückgesetzt: Bitten Sie die Administration um ein neues.",
            french: "Les mots de passe ne sont pas réinitialisés sur cette machine : demandez-en un nouveau à l’administrateur.",
        },
        Some(PasswordResetError::NoReset) => Text {
            english: "That took too long: begin again.",
            german: "Das hat zu lange gedauert: Beginnen Sie noch einmal.",
            french: "Cela a pris trop de temps : recommencez.",
        },
        Some(PasswordResetError::LimitsExceeded) => Text {
            english: "Too many resets were begun from here: wait a while, or ask an administrator.",
            german: "Von hier aus wurde zu oft damit begonnen, ein Passwort zurückzusetzen: Warten Sie eine Weile, oder fragen Sie die Administration.",
            french: "Trop de réinitialisations ont été commencées d’ici : attendez un moment, ou demandez à l’administrateur.",
        },
        _ => Text {
            english: "The password cannot be reset at the moment: ask an administrator.",
            german: "Das Passwort kann im Moment nicht zurückgesetzt werden: Fragen Sie die Administration.",
            french: "Le mot de passe ne peut pas être réinitialisé pour le moment : demandez à l’administrateur.",
        },
    };
    Some(text.in_language(language))
}

/// The prompt for a break-glass code, the first time and after a wrong one.
pub(crate) const fn break_glass(is_first: bool, language: Language) -> &'static str {
    let text = if is_first {
        Text {
            english: "secinfod cannot be reached. Break-glass code: ",
            german: "secinfod ist nicht erreichbar. Notfallcode: ",
            french: "secinfod est injoignable. Code d’accès d’urgence : ",
        }
    } else {
        Text {
            english: "That code is not right. Give another one, or nothing to give up. Break-glass code: ",
            german: "Der Code stimmt nicht. Geben Sie einen anderen ein, oder nichts, um aufzugeben. Notfallcode: ",
            french: "Ce code est faux. Donnez-en un autre, ou rien pour abandonner. Code d’accès d’urgence : ",
        }
    };
    text.in_language(language)
}

/// The end of a prompt that only has to be read. sshpass ends at the word for a password that it reads in
/// English, and waits at prompts that it does not know.
pub(crate) const fn enter(language: Language) -> &'static str {
    let text = Text {
        english: "Press Enter to end (no password here): ",
        german: "Zum Beenden Enter drücken (hier kein Passwort): ",
        french: "Appuyez sur Entrée pour terminer (pas de mot de passe ici) : ",
    };
    text.in_language(language)
}

/// The prompt for the password, with the word that begins a reset where there is one.
pub(crate) fn password(language: Language, word: Option<&str>) -> String {
    match (language, word) {
        (Language::English, Some(word)) => format!("Password ({word} if you forgot it): "),
        (Language::English, None) => "Password: ".to_owned(),
        (Language::German, Some(word)) => {
            format!("Passwort ({word}, wenn Sie es vergessen haben): ")
        }
        (Language::German, None) => "Passwort: ".to_owned(),
        (Language::French, Some(word)) => {
            format!("Mot de passe ({word} si vous l’avez oublié) : ")
        }
        (Language::French, None) => "Mot de passe : ".to_owned(),
    }
}

/// A text in lines that a terminal shows whole.
pub(crate) fn in_lines(text: &str) -> String {
    let mut lines = String::new();
    let mut column = 0;
    // A colon with a blank before it, as in French, stays with its word.
    for word in text.replace(" :", "\u{a0}:").split(' ') {
        let columns = word.chars().count();
        if column > 0 {
            let fits = column + 1 + columns <= COLUMNS;
            lines.push(if fits { ' ' } else { '\n' });
            column = if fits { column + 1 } else { 0 };
        }
        lines.push_str(word);
        column += columns;
    }
    lines.replace('\u{a0}', " ")
}

/// A text of the module as it is shown on this display.
pub(crate) fn shown_on(display: Display, text: &str) -> String {
    match display {
        Display::Terminal | Display::Line => text.to_owned(),
        Display::Plain => text.chars().map(letters).collect(),
    }
}

/// What stands for a letter of these languages in ASCII.
fn letters(c: char) -> String {
    match c {
        'ä' => "ae".to_owned(),
        'ö' => "oe".to_owned(),
        'ü' => "ue".to_owned(),
        'ß' => "ss".to_owned(),
        'é' | 'è' | 'ê' => "e".to_owned(),
        'à' | 'â' => "a".to_owned(),
        'ç' => "c".to_owned(),
        '’' => "'".to_owned(),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANGUAGES: [Language; 3] = [Language::English, Language::German, Language::French];

    fn failures() -> Vec<Failure> {
        let errors = PasswordResetError::ALL.iter();
        let errors = errors.map(|error| Unavailable::Error(error.name().to_owned()).into());
        [
            Failure::Argument,
            Failure::NotAuthorized,
            Failure::SignInOver,
            Failure::NoRoom,
            Unavailable::NoDaemon.into(),
            Failure::WrongBreakGlass,
            Failure::BreakGlassNotUsedUp,
        ]
        .into_iter()
        .chain(errors)
        .collect()
    }

    #[test]
    fn the_language_is_that_of_the_locale_and_english_for_all_others() {
        for (locale, language) in [
            ("de_DE.UTF-8", Language::German),
            ("de", Language::German),
            ("de-AT", Language::German),
            ("fr_CA@euro", Language::French),
            ("fr.UTF-8", Language::French),
            ("C.UTF-8", Language::English),
            ("den_CA", Language::English),
            ("d", Language::English),
            ("", Language::English),
            ("ja_JP.UTF-8", Language::English),
        ] {
            assert_eq!(Language::of(locale), language, "{locale}");
        }
    }

    #[test]
    fn the_locale_of_a_host_is_read_as_a_shell_would() {
        for (text, locale) in [
            ("LANG=de_DE.UTF-8\n", Some("de_DE.UTF-8")),
            ("#LANG=de\nLANG=\"fr_FR.UTF-8\"\n", Some("fr_FR.UTF-8")),
            ("LANG=de\nLC_MESSAGES='fr'\n", Some("fr")),
            ("LANG=de\nLANG=fr", Some("fr")),
            ("LANGUAGE=de:fr\n", None),
            ("LANG=\n", None),
            ("", None),
        ] {
            assert_eq!(locale_in(text), locale, "{text:?}");
        }
    }

    #[test]
    fn every_text_is_another_in_each_language_and_ascii_where_the_display_is_plain() {
        let said = |language| {
            let failures = failures().into_iter();
            let mut texts: Vec<_> = failures
                .flat_map(|of| [failure(&of, language), failure_of_reset(&of, language)])
                .map(|text| text.unwrap().to_owned())
                .collect();
            texts.extend([true, false].map(|first| break_glass(first, language).to_owned()));
            texts.extend([None, Some("reset")].map(|word| password(language, word)));
            texts.push(enter(language).to_owned());
            texts
        };
        let [english, german, french] = LANGUAGES.map(said);
        for ((english, german), french) in english.iter().zip(&german).zip(&french) {
            assert!(english != german && german != french && english != french);
            for text in [english, german, french] {
                assert!(shown_on(Display::Plain, text).is_ascii(), "{text}");
                assert_eq!(shown_on(Display::Terminal, text), *text);
                let lines = in_lines(text);
                assert_eq!(lines.replace('\n', " "), *text);
                for line in lines.lines() {
                    assert!(
                        line.chars().count() < 80 && !line.starts_with(':'),
                        "{line}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_prompt_for_the_password_names_the_word() {
        for language in LANGUAGES {
            let prompt = password(language, Some("reset"));
            assert!(prompt.contains("(reset") && prompt.ends_with(": "));
            assert!(!password(language, None).contains('('));
        }
    }
}
