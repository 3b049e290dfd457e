//! Codes by phone call.

use super::phone;
use super::row::Row;

pub(super) const ROW: Row = phone::row(5);

phone::credential! {
    /// A phone number that is called.
    Call
}
