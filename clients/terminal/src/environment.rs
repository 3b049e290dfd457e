//! What surrounds this process: the language of the person, and the name of the host.

use secinfo_words::Language;

/// The longest locale that the daemon looks at.
const LONGEST: usize = 64;

/// The person's locale, such as `de_DE.UTF-8`; `None` where the environment names none that the
/// daemon could read.
pub fn locale() -> Option<String> {
    of(|name| std::env::var(name).ok())
}

/// The person's language, as far as it ships.
pub fn language() -> Language {
    let locale = locale();
    Language::negotiate(locale.as_deref().as_slice())
}

/// Whether the person's terminal is in UTF-8, as far as their locale says.
pub fn is_utf8() -> bool {
    is_utf8_by(|name| std::env::var(name).ok())
}

/// The name of this host.
pub fn host_name() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

fn is_utf8_by(variable: impl Fn(&str) -> Option<String>) -> bool {
    let of_characters = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = of_characters
        .into_iter()
        .filter_map(variable)
        .find(|value| !value.is_empty());
    let charset = locale.as_deref().and_then(|locale| locale.split_once('.'));
    let charset = charset.and_then(|(_, charset)| charset.split('@').next());
    charset.is_some_and(|name| {
        ["utf-8", "utf8"]
            .iter()
            .any(|utf8| name.eq_ignore_ascii_case(utf8))
    })
}

/// The locale of messages among these variables, as POSIX orders them: the first that is not empty
/// counts, whether it can be used or not.
fn of(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(variable)
        .find(|value| !value.is_empty())
        .filter(|value| {
            let known = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
            value.len() <= LONGEST && value.chars().all(known)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_in_utf8_where_the_locale_of_characters_is() {
        let by = |variables: &[(&str, &str)]| {
            is_utf8_by(|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(by(&[("LANG", "de_DE.UTF-8")]));
        assert!(by(&[("LANG", "C"), ("LC_CTYPE", "C.utf8")]));
        assert!(by(&[("LANG", "de_DE.UTF-8@euro"), ("LC_ALL", "")]));
        assert!(!by(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]));
        assert!(!by(&[("LANG", "de_DE.ISO-8859-15")]));
        assert!(!by(&[]));
    }

    #[test]
    fn the_first_variable_that_is_set_counts() {
        let with = |variables: &[(&str, &str)]| {
            of(|name| {
                variables
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| (*value).to_owned())
            })
        };
        let german = Some("de_DE.UTF-8".to_owned());
        assert_eq!(with(&[("LANG", "de_DE.UTF-8")]), german);
        assert_eq!(
            with(&[("LANG", "fr_FR"), ("LC_ALL", "de_DE.UTF-8")]),
            german
        );
        assert_eq!(
            with(&[("LANG", "de_DE.UTF-8"), ("LC_MESSAGES", "")]),
            german
        );
        assert_eq!(
            with(&[("LANG", "fr_FR"), ("LC_ALL", "../../etc/passwd")]),
            None
        );
        assert_eq!(with(&[]), None);
    }
}
