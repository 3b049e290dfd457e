//! The protocol between daemon and host, with valid, damaged and arbitrary input.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use proptest::prelude::*;
use secinfo_channel::{MessagePurpose, Reason, Report, Request, SecretText};
use secinfo_channel_host::wire::{
    FromHost, LogLevel, MAX_FRAME, PluginInfo, ToHost, WireError, decode, encode, frame_length,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A test's message with `Debug`, which real messages lack.
#[derive(Clone)]
struct Printable<T>(T);

impl<T: Serialize> std::fmt::Debug for Printable<T> {
    fn fmt(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        text.write_str(&serde_json::to_string(&self.0).unwrap())
    }
}

fn purpose() -> impl Strategy<Value = MessagePurpose> {
    prop::sample::select(vec![
        MessagePurpose::Enrollment,
        MessagePurpose::SignIn,
        MessagePurpose::PasswordReset,
        MessagePurpose::Notice,
        MessagePurpose::Test,
    ])
}

fn request() -> impl Strategy<Value = Printable<Request>> {
    (
        prop::array::uniform11(any::<String>()),
        purpose(),
        any::<(u64, u32)>(),
    )
        .prop_map(|(texts, purpose, (expires, attempt))| {
            let [
                message,
                destination,
                subject,
                text,
                html,
                code,
                language,
                organization,
                host,
                service,
                origin,
            ] = texts;
            Printable(Request {
                message,
                purpose,
                destination: SecretText::new(destination),
                subject: SecretText::new(subject),
                text: SecretText::new(text),
                html: SecretText::new(html),
                code: SecretText::new(code),
                language,
                organization,
                host,
                service,
                origin,
                expires,
                attempt,
            })
        })
}

fn to_host() -> impl Strategy<Value = Printable<ToHost>> {
    prop_oneof![
        any::<(u32, bool)>().prop_map(|(protocol, allow_readable)| Printable(ToHost::Hello {
            protocol,
            allow_readable
        })),
        (any::<u64>(), request()).prop_map(|(delivery, Printable(request))| Printable(
            ToHost::Deliver {
                delivery,
                request: Box::new(request)
            }
        )),
        Just(Printable(ToHost::Health)),
        Just(Printable(ToHost::Stop)),
    ]
}

fn report() -> impl Strategy<Value = Report> {
    let reason = || (1_u32..=8).prop_map(|number| Reason::from_number(number).unwrap());
    prop_oneof![
        any::<String>().prop_map(|reference| Report::Accepted { reference }),
        Just(Report::Delivered),
        (reason(), any::<String>()).prop_map(|(reason, detail)| Report::Failed { reason, detail }),
        (any::<u64>(), reason(), any::<String>()).prop_map(|(after, reason, detail)| {
            Report::TryLater {
                after,
                reason,
                detail,
            }
        }),
    ]
}

fn from_host() -> impl Strategy<Value = Printable<FromHost>> {
    let level = prop::sample::select(vec![
        LogLevel::Error,
        LogLevel::Warning,
        LogLevel::Info,
        LogLevel::Debug,
    ]);
    let plugin = (
        any::<(String, String, Vec<String>)>(),
        any::<(u32, bool, bool, bool)>(),
    )
        .prop_map(
            |(
                (name, version, kinds),
                (parallel, idempotent, follows_up, leaves_messages_readable),
            )| PluginInfo {
                name,
                version,
                kinds,
                parallel,
                idempotent,
                follows_up,
                leaves_messages_readable,
            },
        );
    prop_oneof![
        (any::<u32>(), plugin, any::<Vec<String>>()).prop_map(|(protocol, plugin, confined)| {
            Printable(FromHost::Hello {
                protocol,
                plugin,
                confined,
            })
        }),
        any::<String>().prop_map(|why| Printable(FromHost::Unusable { why })),
        any::<u64>().prop_map(|delivery| Printable(FromHost::Started { delivery })),
        (any::<u64>(), report())
            .prop_map(|(delivery, report)| Printable(FromHost::Report { delivery, report })),
        any::<(bool, String)>()
            .prop_map(|(healthy, detail)| Printable(FromHost::Health { healthy, detail })),
        (level, any::<String>(), any::<u64>()).prop_map(|(level, line, dropped)| Printable(
            FromHost::Log {
                level,
                line,
                dropped
            }
        )),
    ]
}

/// Encodes and decodes a message.
fn round_trip<T: Serialize + DeserializeOwned>(message: &T) -> T {
    let frame = encode(message).unwrap();
    let (prefix, bytes) = frame.split_first_chunk().unwrap();
    assert_eq!(frame_length(*prefix).unwrap(), bytes.len());
    decode(bytes).unwrap()
}

/// Decodes arbitrary bytes, which must not panic.
fn decode_both(bytes: &[u8]) {
    let _: Result<ToHost, WireError> = decode(bytes);
    let _: Result<FromHost, WireError> = decode(bytes);
}

proptest! {
    #[test]
    fn the_daemons_messages_arrive_unchanged(Printable(message) in to_host()) {
        prop_assert!(round_trip(&message) == message);
    }

    #[test]
    fn the_hosts_messages_arrive_unchanged(Printable(message) in from_host()) {
        prop_assert!(round_trip(&message) == message);
    }

    #[test]
    fn any_bytes_can_be_decoded(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        decode_both(&bytes);
    }

    #[test]
    fn damaged_messages_can_be_decoded(
        Printable(message) in to_host(),
        Printable(answer) in from_host(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        for frame in [encode(&message).unwrap(), encode(&answer).unwrap()] {
            let mut bytes = frame[4..].to_vec();
            for (at, byte) in &damage {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            decode_both(&bytes);
            decode_both(&bytes[..cut.index(bytes.len())]);
        }
    }

    #[test]
    fn lengths_are_bounded(prefix in any::<[u8; 4]>()) {
        match frame_length(prefix) {
            Ok(length) => prop_assert!(length <= MAX_FRAME),
            Err(_) => prop_assert!(u32::from_be_bytes(prefix) as usize > MAX_FRAME),
        }
    }
}

#[test]
fn depth_is_bounded() {
    let deep = "[".repeat(MAX_FRAME);
    assert!(decode::<ToHost>(deep.as_bytes()).is_err());
    let nested = format!(r#"{{"type":{}"#, r#"{"type":"#.repeat(10_000));
    assert!(decode::<FromHost>(nested.as_bytes()).is_err());
}

#[test]
fn a_message_that_is_too_long_is_not_sent() {
    let message = FromHost::Unusable {
        why: "x".repeat(MAX_FRAME),
    };
    assert!(matches!(encode(&message), Err(WireError::TooLong(_))));
}

#[test]
fn errors_do_not_quote_a_message() {
    let bytes = br#"{"type":"deliver","delivery":"918273","request":{}}"#;
    let Err(error) = decode::<ToHost>(bytes) else {
        panic!("not an error");
    };
    assert!(!error.to_string().contains("918273"), "{error}");
}
