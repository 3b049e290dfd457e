//! CBOR in the canonical form of CTAP2: keys in order, lengths definite and shortest.

use ciborium::Value;

/// The bytes of a value, whose maps have their keys in order already.
pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// A map with numbers as keys, in the order in which they are given.
pub(crate) fn numbered<const N: usize>(entries: [(i64, Value); N]) -> Value {
    Value::Map(entries.map(|(key, value)| (key.into(), value)).into())
}

/// A map with names as keys, in the order in which they are given.
pub(crate) fn named<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.map(|(key, value)| (key.into(), value)).into())
}

/// What a map has under a number.
pub(crate) fn at(map: &Value, key: i64) -> Option<&Value> {
    let mut entries = map.as_map()?.iter();
    entries.find_map(|(found, value)| (*found == Value::from(key)).then_some(value))
}

/// What a map has under a name.
pub(crate) fn under<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    let mut entries = map.as_map()?.iter();
    entries.find_map(|(found, value)| (found.as_text() == Some(key)).then_some(value))
}

/// A small number.
pub(crate) fn number(value: &Value) -> Option<i64> {
    value.as_integer()?.try_into().ok()
}
