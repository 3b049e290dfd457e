//! Counting messages by destination, without the log holding any.

use crate::methods::delivery::destination::Destination;
use hmac::{Hmac, KeyInit, Mac};
use secinfo_domain::DestinationTag;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The key of the tags by which messages to one destination are counted. It is drawn when the
/// daemon starts and never leaves it: the tags in the log lead back to nothing.
pub(super) struct DestinationKey(Zeroizing<[u8; 32]>);

impl DestinationKey {
    pub(super) fn draw() -> Result<Self, getrandom::Error> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *key)?;
        Ok(Self(key))
    }

    pub(super) fn tag(&self, destination: &Destination) -> DestinationTag {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&*self.0)
            .expect("HMAC takes a key of any length");
        match destination {
            Destination::Phone { number, .. } => mac.update(number.as_str().as_bytes()),
            Destination::Email(address) => {
                // Most servers take these for one mailbox, and one mailbox is what is flooded.
                let (local, domain) = address.parts();
                let mailbox = local.split('+').next().unwrap_or(local);
                let whole = Zeroizing::new(format!("{mailbox}@{domain}").to_lowercase());
                mac.update(whole.as_bytes());
            }
        }
        let tag = mac.finalize().into_bytes();
        DestinationTag::from_bytes(std::array::from_fn(|place| tag[place]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secinfo_domain::EmailAddress;

    fn email(text: &str) -> Destination {
        Destination::Email(EmailAddress::parse(text).unwrap())
    }

    #[test]
    fn one_mailbox_has_one_tag_and_another_daemon_another() {
        let key = DestinationKey::draw().unwrap();
        let alice = key.tag(&email("alice@example.org"));
        assert_eq!(key.tag(&email("Alice+one@Example.org")), alice);
        assert_ne!(key.tag(&email("bob@example.org")), alice);
        let other = DestinationKey::draw().unwrap();
        assert_ne!(other.tag(&email("alice@example.org")), alice);
    }
}
