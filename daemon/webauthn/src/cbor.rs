//! CBOR in the one form that CTAP2 allows (CTAP 2.1 section 8): shortest numbers, definite lengths, keys
//! in order and none twice, at most four levels. A reader that takes several forms of one value could be
//! made to see another value than the signer.

use crate::Error;
use std::cmp::Ordering;

/// The most arrays and maps that stand in one another.
const DEEPEST: usize = 4;

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const SIMPLE: u8 = 7;

/// A value. Tags and floating-point numbers are in nothing that is read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// A whole number.
    Integer(i128),
    /// A byte string.
    Bytes(&'a [u8]),
    /// A text.
    Text(&'a str),
    /// An array.
    Array(Vec<Self>),
    /// A map.
    Map(Map<'a>),
    /// True or false.
    Bool(bool),
    /// Null.
    Null,
}

/// The members of a map, in canonical order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Map<'a>(Vec<(Value<'a>, Value<'a>)>);

impl<'a> Map<'a> {
    /// Takes the value of a key out.
    pub(crate) fn take(&mut self, key: impl Into<Value<'a>>) -> Option<Value<'a>> {
        let key = key.into();
        let place = self.0.iter().position(|(present, _)| *present == key)?;
        Some(self.0.remove(place).1)
    }

    /// Whether nothing is left.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<i128> for Value<'_> {
    fn from(number: i128) -> Self {
        Self::Integer(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// Reads bytes that are one value and nothing else.
pub(crate) fn read(bytes: &[u8]) -> Result<Value<'_>, Error> {
    match read_first(bytes)? {
        (value, []) => Ok(value),
        _ => Err(Error::WrongAssertion("bytes follow a value in CBOR")),
    }
}

/// Reads a value, and returns what follows it.
pub(crate) fn read_first(bytes: &[u8]) -> Result<(Value<'_>, &[u8]), Error> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(DEEPEST)?;
    Ok((value, reader.rest))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, levels: usize) -> Result<Value<'a>, Error> {
        let (kind, argument) = self.head()?;
        let inner = || {
            let too_deep = Error::WrongAssertion("a value in CBOR is nested too deeply");
            levels.checked_sub(1).ok_or(too_deep)
        };
        match kind {
            UNSIGNED => Ok(Value::Integer(argument.into())),
            NEGATIVE => Ok(Value::Integer(-1 - i128::from(argument))),
            BYTES => self.bytes(argument).map(Value::Bytes),
            TEXT => str::from_utf8(self.bytes(argument)?)
                .map(Value::Text)
                .map_err(|_| Error::WrongAssertion("a text in CBOR is not UTF-8")),
            ARRAY => self.array(argument, inner()?),
            MAP => self.map(argument, inner()?),
            SIMPLE => match argument {
                20 => Ok(Value::Bool(false)),
                21 => Ok(Value::Bool(true)),
                22 => Ok(Value::Null),
                _ => Err(Error::WrongAssertion(
                    "a value in CBOR is of a kind that is not used",
                )),
            },
            _ => Err(Error::WrongAssertion("a value in CBOR has a tag")),
        }
    }

    /// The major type of a value and its argument, in the shortest form.
    fn head(&mut self) -> Result<(u8, u64), Error> {
        let first = self.take(1)?[0];
        let (kind, short) = (first >> 5, first & 0x1f);
        let (length, smallest) = match short {
            0..24 => return Ok((kind, short.into())),
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            _ => {
                return Err(Error::WrongAssertion(
                    "a value in CBOR is of indefinite length",
                ));
            }
        };
        // In major type 7, more than one byte is a floating-point number, and one byte is a simple value
        // that is not used.
        if kind == SIMPLE {
            return Err(Error::WrongAssertion(
                "a value in CBOR is of a kind that is not used",
            ));
        }
        let bytes = self.take(length)?;
        let argument = bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte));
        if argument < smallest {
            return Err(Error::WrongAssertion(
                "a number in CBOR is not in its shortest form",
            ));
        }
        Ok((kind, argument))
    }

    fn bytes(&mut self, length: u64) -> Result<&'a [u8], Error> {
        usize::try_from(length)
            .map_err(|_| cut_short())
            .and_then(|length| self.take(length))
    }

    /// No space is set aside for a length that is only claimed: each value is at least one byte.
    fn array(&mut self, length: u64, levels: usize) -> Result<Value<'a>, Error> {
        let mut values = Vec::new();
        for _ in 0..length {
            values.push(self.value(levels)?);
        }
        Ok(Value::Array(values))
    }

    fn map(&mut self, length: u64, levels: usize) -> Result<Value<'a>, Error> {
        let mut members = Vec::new();
        let mut last: Option<&[u8]> = None;
        for _ in 0..length {
            let start = self.rest;
            let key = self.value(levels)?;
            let written = &start[..start.len() - self.rest.len()];
            if last.is_some_and(|last| order(last, written) != Ordering::Less) {
                return Err(Error::WrongAssertion(
                    "the keys of a map in CBOR are not in order, or one is there twice",
                ));
            }
            last = Some(written);
            members.push((key, self.value(levels)?));
        }
        Ok(Value::Map(Map(members)))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(cut_short)?;
        self.rest = rest;
        Ok(taken)
    }
}

const fn cut_short() -> Error {
    Error::WrongAssertion("a value in CBOR is cut short")
}

/// The order of keys as they are written: by major type, then by length, then by bytes.
fn order(one: &[u8], other: &[u8]) -> Ordering {
    let by = |key: &[u8]| (key.first().map(|first| first >> 5), key.len());
    by(one).cmp(&by(other)).then_with(|| one.cmp(other))
}

/// Writes the first bytes of a value: its kind, and its number or length.
fn write_head(into: &mut Vec<u8>, kind: u8, argument: u64) {
    let (short, length) = match argument {
        0..24 => (argument.to_be_bytes()[7], 0),
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    into.push(kind << 5 | short);
    into.extend(&argument.to_be_bytes()[8 - length..]);
}

/// Writes a map from numbers to numbers and byte strings. The caller gives the keys in canonical order.
pub(crate) fn write_map(members: &[(i64, Written<'_>)]) -> Vec<u8> {
    let mut written = Vec::new();
    write_head(&mut written, MAP, members.len() as u64);
    for (key, value) in members {
        write_integer(&mut written, *key);
        match value {
            Written::Integer(number) => write_integer(&mut written, *number),
            Written::Bytes(bytes) => {
                write_head(&mut written, BYTES, bytes.len() as u64);
                written.extend(*bytes);
            }
        }
    }
    written
}

/// A value that is written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Written<'a> {
    /// A whole number.
    Integer(i64),
    /// A byte string.
    Bytes(&'a [u8]),
}

fn write_integer(into: &mut Vec<u8>, number: i64) {
    // The complement of a negative number is -1 - n.
    match u64::try_from(number) {
        Ok(number) => write_head(into, UNSIGNED, number),
        Err(_) => write_head(into, NEGATIVE, (!number).cast_unsigned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ciborium::Value as Other;
    use proptest::prelude::*;

    /// A value of the other implementation as it is in ours; none where ours has no such value.
    fn same(other: &Other) -> Option<Value<'_>> {
        Some(match other {
            Other::Integer(number) => Value::Integer((*number).into()),
            Other::Bytes(bytes) => Value::Bytes(bytes),
            Other::Text(text) => Value::Text(text),
            Other::Bool(truth) => Value::Bool(*truth),
            Other::Null => Value::Null,
            Other::Array(values) => Value::Array(values.iter().map(same).collect::<Option<_>>()?),
            Other::Map(members) => {
                let members = members.iter();
                let members = members.map(|(key, value)| Some((same(key)?, same(value)?)));
                Value::Map(Map(members.collect::<Option<_>>()?))
            }
            _ => return None,
        })
    }

    fn write(value: &Other) -> Vec<u8> {
        let mut written = Vec::new();
        ciborium::into_writer(value, &mut written).unwrap();
        written
    }

    fn values() -> impl Strategy<Value = Other> {
        let integers = prop_oneof![
            any::<u64>().prop_map(Other::from),
            any::<i64>().prop_map(Other::from),
            (0_u64..300).prop_map(Other::from),
        ];
        let leaves = prop_oneof![
            integers,
            any::<Vec<u8>>().prop_map(Other::Bytes),
            any::<String>().prop_map(Other::Text),
            any::<bool>().prop_map(Other::Bool),
            Just(Other::Null),
        ];
        leaves.prop_recursive(3, 24, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Other::Array),
                prop::collection::vec((inner.clone(), inner), 0..6).prop_map(|mut members| {
                    members.sort_by(|(one, _), (other, _)| order(&write(one), &write(other)));
                    members.dedup_by(|(one, _), (other, _)| one == other);
                    Other::Map(members)
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_another_implementation_writes_in_order_is_read(value in values()) {
            let written = write(&value);
            prop_assert_eq!(read(&written).ok(), same(&value));
        }

        #[test]
        fn what_is_read_is_what_another_implementation_reads_and_would_write(
            value in values(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        ) {
            let mut written = write(&value);
            for (place, byte) in changes {
                let place = place.index(written.len());
                written[place] = byte;
            }
            if let Ok(ours) = read(&written) {
                let other: Other = ciborium::from_reader(&written[..]).unwrap();
                prop_assert_eq!(Some(ours), same(&other));
                prop_assert_eq!(write(&other), written);
            }
        }

        #[test]
        fn numbers_are_written_as_another_implementation_writes_them(number: i64) {
            let mut written = Vec::new();
            write_integer(&mut written, number);
            prop_assert_eq!(written, write(&Other::from(number)));
        }
    }

    fn refusal(bytes: &[u8]) -> String {
        read(bytes).unwrap_err().to_string()
    }

    #[test]
    fn only_the_shortest_form_of_a_number_is_read() {
        let not_shortest = "a number in CBOR is not in its shortest form";
        for bytes in [
            &[0x18, 23][..],
            &[0x19, 0, 255],
            &[0x1a, 0, 0, 255, 255],
            &[0x1b, 0, 0, 0, 0, 255, 255, 255, 255],
            &[0x38, 0],
            &[0x58, 1, 0],
            &[0x78, 1, b'a'],
            &[0x98, 0],
            &[0xb8, 0],
        ] {
            assert_eq!(refusal(bytes), not_shortest, "{bytes:02x?}");
        }
        assert_eq!(read(&[0x18, 24]), Ok(Value::Integer(24)));
        assert_eq!(read(&[0x19, 1, 0]), Ok(Value::Integer(256)));
        let smallest = [&[0x3b][..], &[0xff; 8]].concat();
        assert_eq!(read(&smallest), Ok(Value::Integer(-(1 << 64))));
    }

    #[test]
    fn indefinite_lengths_tags_and_floating_point_are_refused() {
        for first in [0x5f, 0x7f, 0x9f, 0xbf, 0xff, 0x1c, 0x1f] {
            let bytes = [first, 0x40, 0xff];
            assert_eq!(refusal(&bytes), "a value in CBOR is of indefinite length");
        }
        assert_eq!(refusal(&[0xc0, 0x60]), "a value in CBOR has a tag");
        for bytes in [
            &[0xf9, 0, 0][..],
            &[0xfa, 0, 0, 0, 0],
            &[0xfb, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0xf7],
            &[0xf8, 0x20],
        ] {
            assert_eq!(
                refusal(bytes),
                "a value in CBOR is of a kind that is not used"
            );
        }
    }

    #[test]
    fn keys_twice_or_out_of_order_are_refused() {
        let out_of_order = "the keys of a map in CBOR are not in order, or one is there twice";
        for bytes in [
            &[0xa2, 1, 0, 1, 0][..],
            &[0xa2, 2, 0, 1, 0],
            &[0xa2, 0x20, 0, 1, 0],
            // Among texts the shorter comes first.
            &[0xa2, 0x62, b'a', b'a', 0, 0x61, b'b', 0],
        ] {
            assert_eq!(refusal(bytes), out_of_order, "{bytes:02x?}");
        }
        assert!(read(&[0xa2, 0x61, b'b', 0, 0x62, b'a', b'a', 0]).is_ok());
    }

    #[test]
    fn deep_values_and_lengths_that_are_only_claimed_are_refused() {
        let nested = |levels| [&vec![0x81; levels][..], &[0]].concat();
        assert!(read(&nested(4)).is_ok());
        assert_eq!(refusal(&nested(5)), "a value in CBOR is nested too deeply");
        assert_eq!(
            refusal(&nested(100_000)),
            "a value in CBOR is nested too deeply"
        );
        for kind in [0x40, 0x60, 0x80, 0xa0] {
            for length in [
                &[26, 0xff, 0xff, 0xff, 0xff][..],
                &[27, 0x7f, 0, 0, 0, 0, 0, 0, 0],
            ] {
                let mut bytes = length.to_vec();
                bytes[0] |= kind;
                assert_eq!(refusal(&bytes), "a value in CBOR is cut short");
            }
        }
    }

    #[test]
    fn every_value_is_refused_where_it_is_cut_or_followed() {
        let value = [0xa2, 0x18, 0x20, 0x42, 1, 2, 0x61, b'a', 0x81, 0x19, 1, 0];
        assert!(read(&value).is_ok());
        for end in 0..value.len() {
            assert_eq!(refusal(&value[..end]), "a value in CBOR is cut short");
        }
        let followed = [&value[..], &[0]].concat();
        assert_eq!(refusal(&followed), "bytes follow a value in CBOR");
    }
}
