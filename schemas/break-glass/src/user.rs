//! Names of accounts.

/// The most bytes of an account's name.
const LONGEST: usize = 256;

/// Whether an account can have this name, for all that a file and a log can say: directories have blanks,
/// `@`, `\`, `$` and letters of every script in theirs. It is what the daemon takes for a name.
pub fn is_user_name(name: &str) -> bool {
    let forbidden = |c: char| {
        c.is_control() || matches!(c, ':' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    (1..=LONGEST).contains(&name.len()) && !name.contains(forbidden) && name.trim() == name
}
