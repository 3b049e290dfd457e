//! A report descriptor, in which a device says what it is (Device Class Definition for HID 1.11, 6.2.2).

/// What stands in front of an item that is longer than others; its length follows.
const LONG_ITEM: u8 = 0xFE;
/// An item without its length: the usage page of what follows, and the usage.
const USAGE_PAGE: u8 = 0x04;
const USAGE: u8 = 0x08;

/// The first usage page and usage of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Usage {
    pub(crate) page: u16,
    pub(crate) usage: u16,
}

impl Usage {
    /// Reads them; zero where the descriptor names none.
    pub(crate) fn of(mut descriptor: &[u8]) -> Self {
        let mut found = Self::default();
        while let Some((&head, rest)) = descriptor.split_first() {
            let (length, skipped) = if head == LONG_ITEM {
                (rest.first().map_or(0, |length| usize::from(*length)), 2)
            } else {
                ([0, 1, 2, 4][usize::from(head & 3)], 0)
            };
            let Some(data) = rest.get(skipped..skipped + length) else {
                break;
            };
            match head & !3 {
                USAGE_PAGE if found.page == 0 => found.page = number(data),
                USAGE => {
                    found.usage = number(data);
                    break;
                }
                _ => {}
            }
            descriptor = &rest[skipped + length..];
        }
        found
    }
}

/// The number that stands in an item, of which only small ones are told apart.
fn number(data: &[u8]) -> u16 {
    let at = |index| u16::from(data.get(index).copied().unwrap_or(0));
    at(0) | at(1) << 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIDO: &[u8] = &[
        0x06, 0xD0, 0xF1, 0x09, 0x01, 0xA1, 0x01, 0x09, 0x20, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75,
        0x08, 0x95, 0x40, 0x81, 0x02, 0x09, 0x21, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95,
        0x40, 0x91, 0x02, 0xC0,
    ];

    #[test]
    fn a_security_key_is_told_from_a_mouse() {
        let usage = |page, usage| Usage { page, usage };
        assert_eq!(Usage::of(FIDO), usage(0xF1D0, 1));
        assert_eq!(Usage::of(&[0x05, 0x01, 0x09, 0x02]), usage(1, 2));
        let behind_a_long_item = [&[0xFE, 2, 0x10, 0x06, 0xD0], FIDO].concat();
        assert_eq!(Usage::of(&behind_a_long_item), usage(0xF1D0, 1));
        assert_eq!(Usage::of(&[]), Usage::default());
    }

    proptest! {
        #[test]
        fn no_descriptor_is_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Usage::of(&bytes);
        }
    }
}
