//! What is written is read, and nothing else is.

use crate::config;
use crate::strategies::event;
use proptest::prelude::*;
use secinfo_domain::event::{DecodeError, Fact, LogCreated, MAX_EVENT_BYTES, decode, encode};

fn some_bytes() -> Vec<u8> {
    crate::golden::read("method-enrolled", 1)
}

fn refusal(bytes: &[u8]) -> DecodeError {
    decode(bytes).unwrap_err()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_event_survives_encoding_and_decoding(seq in any::<u64>(), event in event()) {
        let bytes = encode(seq, &event).unwrap();
        let stored = decode(&bytes).unwrap();
        prop_assert_eq!(stored.seq, seq);
        prop_assert_eq!(&stored.event, &event);
        prop_assert_eq!(encode(seq, &stored.event).unwrap(), bytes);
    }

    #[test]
    fn a_stored_event_is_one_line(event in event()) {
        let bytes = encode(0, &event).unwrap();
        prop_assert!(bytes.iter().all(|byte| *byte >= b' '));
    }

    #[test]
    fn any_bytes_are_refused_or_read_without_a_panic(bytes in any::<Vec<u8>>()) {
        let _ = decode(&bytes);
    }

    #[test]
    fn changed_bytes_are_refused_or_read_without_a_panic(
        event in event(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = encode(1, &event).unwrap();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let _ = decode(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        prop_assert!(decode(&bytes).is_err());
    }
}

#[test]
fn more_bytes_than_an_event_may_have_are_neither_written_nor_read() {
    let mut bytes = some_bytes();
    bytes.resize(MAX_EVENT_BYTES, b' ');
    assert!(decode(&bytes).is_ok());
    bytes.push(b' ');
    assert!(matches!(refusal(&bytes), DecodeError::TooLarge(_)));
    let mut event = decode(&some_bytes()).unwrap().event;
    let origin = "x".repeat(MAX_EVENT_BYTES);
    event.fact = Fact::LogCreated(LogCreated { origin });
    assert!(matches!(encode(0, &event), Err(DecodeError::TooLarge(_))));
}

#[test]
fn deep_nesting_is_refused_wherever_it_stands() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let deep_object = format!("{}1{}", r#"{"a":"#.repeat(9_000), "}".repeat(9_000));
    let golden = String::from_utf8(some_bytes()).unwrap();
    for nested in [deep(200), deep(29_000), deep_object] {
        let data = golden.find(r#""data":"#).unwrap() + r#""data":"#.len();
        for bytes in [
            nested.clone(),
            format!("{}{nested}}}", &golden[..data]),
            golden.replacen("null", &nested, 1),
            golden.replacen(r#""seq":4"#, &format!(r#""seq":{nested}"#), 1),
        ] {
            assert!(
                bytes.len() <= MAX_EVENT_BYTES,
                "it is the nesting that is refused"
            );
            assert!(matches!(
                refusal(bytes.as_bytes()),
                DecodeError::Malformed(_)
            ));
        }
    }
}

#[test]
fn types_and_versions_that_are_not_known_are_refused_by_name() {
    let golden = String::from_utf8(some_bytes()).unwrap();
    let other = golden.replace("method-enrolled", "method-invented");
    assert!(matches!(
        refusal(other.as_bytes()),
        DecodeError::UnknownType(name) if name == "method-invented"
    ));
    for version in [0, 2, 65_535] {
        let other = golden.replace(r#""version":1"#, &format!(r#""version":{version}"#));
        assert!(matches!(
            refusal(other.as_bytes()),
            DecodeError::UnknownVersion { version: found, .. } if found == version
        ));
    }
}

#[test]
fn a_field_twice_is_refused() {
    let golden = String::from_utf8(some_bytes()).unwrap();
    for field in [r#""seq":4"#, r#""token":null"#] {
        let twice = golden.replacen(field, &format!("{field},{field}"), 1);
        assert_ne!(twice, golden);
        assert!(matches!(
            refusal(twice.as_bytes()),
            DecodeError::Malformed(_)
        ));
    }
}

#[test]
fn something_after_the_event_is_refused() {
    let mut bytes = some_bytes();
    bytes.extend_from_slice(b"{}");
    assert!(matches!(refusal(&bytes), DecodeError::Malformed(_)));
}
