//! The item of a password manager, which has a name, an account and, in one field, all of its one-time
//! password.

use super::entry::{Described, SecretText};
use super::{Export, uri};
use zeroize::Zeroizing;

/// An item as it stands in the file.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) account: String,
    /// A URI, or the secret alone; empty for an item without a one-time password.
    pub(super) totp: Zeroizing<String>,
}

impl Item {
    /// Adds the one-time password of the item, if it has one.
    pub(super) fn add_to(self, export: &mut Export) {
        let totp = self.totp.trim();
        if totp.is_empty() {
            return;
        }
        let mut described = match totp.split_once("://") {
            None => Described {
                kind: "totp".to_owned(),
                secret: SecretText::Base32(Zeroizing::new(totp.to_owned())),
                ..Described::default()
            },
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("otpauth") => {
                match uri::described(totp) {
                    Some(described) => described,
                    None => return export.leave_out(self.name, "its URI cannot be read"),
                }
            }
            Some((scheme, _)) => Described {
                kind: scheme.to_owned(),
                ..Described::default()
            },
        };
        if described.issuer.is_empty() {
            described.issuer = self.name;
        }
        if described.account.is_empty() {
            described.account = self.account;
        }
        export.add(described);
    }
}
