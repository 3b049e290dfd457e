//! The passphrase of a backup: how long it must be, and asking for a new one.

use secinfo_terminal::failure::Failure;
use secinfo_terminal::passphrase::Passphrase;

/// The least characters for a new backup: an attacker with the file can try passphrases without limit.
const SHORTEST: usize = 12;

/// Asks for the passphrase of an existing backup.
pub(crate) fn ask() -> Result<Passphrase, Failure> {
    Passphrase::ask("Passphrase of the backup: ")
}

/// Asks twice for the passphrase of a new backup.
pub(crate) fn ask_for_new() -> Result<Passphrase, Failure> {
    let first = expect_long(Passphrase::ask("New passphrase for the backup: ")?)?;
    let second = Passphrase::ask("The same again: ")?;
    if first.as_str() == second.as_str() {
        return Ok(first);
    }
    Err(Failure::Refused(
        "the two passphrases are not the same; begin again".to_owned(),
    ))
}

/// Refuses one that is short enough to be guessed.
pub(crate) fn expect_long(passphrase: Passphrase) -> Result<Passphrase, Failure> {
    if passphrase.as_str().chars().count() >= SHORTEST {
        return Ok(passphrase);
    }
    Err(Failure::Refused(format!(
        "that passphrase is too short: take {SHORTEST} characters or more, since a person who has the file can try as many as they like"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_one_is_refused_for_a_new_backup() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let of = |text: &str| {
            std::fs::write(&file, text).unwrap();
            expect_long(Passphrase::from_file(file.path()).unwrap())
        };
        assert!(of("elevenchars").is_err());
        assert!(of("twelve chars").is_ok());
        assert!(of("zwölf zeichen").is_ok());
    }
}
