//! Kinds of method in words.

use secinfo_wire::names::kind;

/// A kind in words, to begin a line with.
pub fn of_kind(word: &str) -> &str {
    match word {
        kind::AUTHENTICATOR_APP => "Authenticator app",
        kind::HARDWARE_TOKEN => "Hardware token",
        kind::PUSH => "Push notification",
        kind::TEXT => "Text message",
        kind::CALL => "Phone call",
        kind::SECURITY_KEY => "Security key",
        kind::EMAIL => "Email",
        kind::SECURITY_QUESTIONS => "Security questions",
        kind::RECOVERY_CODES => "Recovery codes",
        kind::ACCESS_PASS => "Access pass",
        // A daemon that is newer than this command knows more kinds; its word is readable.
        other => other,
    }
}
