//! Codes by text message.

use super::phone;
use super::row::Row;

pub(super) const ROW: Row = phone::row(3);

phone::credential! {
    /// A phone number that gets texts.
    Text
}
