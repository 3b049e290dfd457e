//! Kinds of method in words.

use secinfo_wire::names::kind;

/// A kind in words, to begin a line with.
pub fn of_kind(word: &str) -> &str {
    match word {
        kind::AUTHENTICATOR_APP => "Authenticator app",
        kind::HARDWARE_TOKEN => "Hardware token",
        kind::TEXT => "Text message",
        kind::CALL => "Phone call",
        kind::EMAIL => "Email",
        kind::RECOVERY_CODES => "Recovery codes",
        kind::ACCESS_PASS => "Access pass",
        // A daemon that is newer than this command knows more kinds; its word is readable.
        other => other,
    }
}
