//! Counting messages by destination, without the log holding any.

use crate::core::Core;
use crate::methods::delivery::destination::Destination;
use secinfo_domain::{DestinationTag, RotatingTag};
use secinfo_ledger::TagPurpose;
use zeroize::Zeroizing;

/// The tag by which messages to one destination are counted.
pub(super) fn tag(core: &Core, destination: &Destination) -> RotatingTag<DestinationTag> {
    let counted = counted(destination);
    core.tag(TagPurpose::Destination, &[counted.as_bytes()])
        .map(DestinationTag::from_bytes)
}

/// What is counted as one destination.
fn counted(destination: &Destination) -> Zeroizing<String> {
    Zeroizing::new(match destination {
        Destination::Phone { number, .. } => number.as_str().to_owned(),
        Destination::Email(address) => {
            // Most servers take these for one mailbox, and one mailbox is what is flooded.
            let (local, domain) = address.parts();
            let mailbox = local.split('+').next().unwrap_or(local);
            Zeroizing::new(format!("{mailbox}@{domain}")).to_lowercase()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use secinfo_domain::EmailAddress;

    #[test]
    fn one_mailbox_is_counted_as_one_destination() {
        let counted = |text| counted(&Destination::Email(EmailAddress::parse(text).unwrap()));
        let alice = counted("alice@example.org");
        assert_eq!(counted("Alice+one@Example.org"), alice);
        assert_ne!(counted("bob@example.org"), alice);
    }
}
