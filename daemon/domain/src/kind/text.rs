//! Codes by text message.

use super::phone;
use super::row::Row;

pub(super) const ROW: Row = phone::row(4);

phone::credential! {
    /// A phone number that gets texts.
    Text
}
