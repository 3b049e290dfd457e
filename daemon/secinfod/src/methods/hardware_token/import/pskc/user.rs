//! The user whom `UserId` names: RFC 6030 asks for a distinguished name, and many write the name of
//! an account.

use secinfo_domain::UserName;

/// The name of the account.
///
/// # Errors
/// A sentence that says what is wrong.
pub(super) fn named_by(id: &str) -> Result<UserName, String> {
    let relative = id.split(',').next().unwrap_or_default();
    let name = match relative.split_once('=') {
        Some((attribute, value))
            if matches!(
                attribute.trim().to_ascii_uppercase().as_str(),
                "UID" | "CN" | "SAMACCOUNTNAME" | "0.9.2342.19200300.100.1.1"
            ) =>
        {
            value.trim()
        }
        Some(_) => return Err("the UserId names no account: write UID=… first in it".to_owned()),
        None => id,
    };
    UserName::parse(name).map_err(|error| format!("the UserId cannot be used: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_named_as_it_is_or_as_a_distinguished_name() {
        for (id, name) in [
            ("alice", "alice"),
            ("alice@example.org", "alice@example.org"),
            ("UID=jsmith,DC=example-bank,DC=net", "jsmith"),
            ("cn = jane, O=Example", "jane"),
        ] {
            assert_eq!(named_by(id).unwrap().as_str(), name);
        }
        assert!(named_by("OU=People,DC=example").is_err());
        assert!(named_by("UID=,DC=example").is_err());
    }
}
