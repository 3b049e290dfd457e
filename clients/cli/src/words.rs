//! Purposes and methods in words.

use secinfo_terminal::text::{listed, visible};
use secinfo_terminal::words::of_kind;
use secinfo_wire::names::{kind, purpose};

/// What a method serves, in words.
pub(crate) fn of_purposes(purposes: &[String]) -> String {
    let words: Vec<&str> = purposes.iter().map(|word| of_purpose(word)).collect();
    listed(&words)
}

fn of_purpose(word: &str) -> &str {
    match word {
        purpose::SIGN_IN => "sign-in",
        purpose::PASSWORD_RESET => "password reset",
        other => other,
    }
}

/// A method in a sentence: its kind, and in parentheses what the user calls it or its hint.
pub(crate) fn of_method(kind: &str, label: &str, hint: &str) -> String {
    let words = visible(of_kind(kind));
    let detail = if label.is_empty() { hint } else { label };
    if detail.is_empty() || detail == words {
        words
    } else {
        format!("{words} ({})", visible(detail))
    }
}

/// What has to be done beside deleting a method here.
pub(crate) fn after_deletion(kind: &str) -> Option<&'static str> {
    match kind {
        kind::AUTHENTICATOR_APP => {
            Some("Remove the account from the app as well: its codes are worthless now.")
        }
        kind::HARDWARE_TOKEN => Some("Give the token back to whoever handed it out."),
        kind::RECOVERY_CODES => Some("Destroy the paper with the codes: they are worthless now."),
        _ => None,
    }
}

/// What to ask a person for.
pub(crate) fn of_question(kind: &str, label: &str, hint: &str, digits: Option<u32>) -> String {
    let code = digits.map_or_else(
        || "Code".to_owned(),
        |digits| format!("{digits}-digit code"),
    );
    let name = |own: &str| {
        if label.is_empty() {
            own.to_owned()
        } else {
            format!("{own} ({})", visible(label))
        }
    };
    match kind {
        kind::AUTHENTICATOR_APP => format!("{code} from your {}:", name("authenticator app")),
        kind::HARDWARE_TOKEN => format!("{code} from your {}:", name("hardware token")),
        kind::RECOVERY_CODES => "One of your recovery codes:".to_owned(),
        kind::ACCESS_PASS => "Your access pass:".to_owned(),
        kind::TEXT | kind::CALL | kind::EMAIL if !hint.is_empty() => {
            format!("{code} sent to {}:", visible(hint))
        }
        _ => format!("{code} of {}:", of_method(kind, label, hint)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_named_by_kind_and_label() {
        assert_eq!(
            of_method("authenticator-app", "Phone", ""),
            "Authenticator app (Phone)"
        );
        assert_eq!(
            of_method("text", "", "+49 •••• 12"),
            "Text message (+49 •••• 12)"
        );
        assert_eq!(
            of_method("recovery-codes", "Recovery codes", ""),
            "Recovery codes"
        );
        assert_eq!(of_method("hologram", "", ""), "hologram");
    }

    #[test]
    fn questions_say_where_the_code_is() {
        assert_eq!(
            of_question("authenticator-app", "Phone", "", Some(6)),
            "6-digit code from your authenticator app (Phone):"
        );
        assert_eq!(
            of_question("recovery-codes", "", "", None),
            "One of your recovery codes:"
        );
        assert_eq!(
            of_question("email", "", "a…@example.org", Some(6)),
            "6-digit code sent to a…@example.org:"
        );
    }
}
