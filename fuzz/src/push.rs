//! What phones send, and what the process that they talk to and the daemon say to each other.

use secinfo_pipush::{Address, LONGEST_SKEW, PhoneKey, Poll, Posted, read_posted};
use secinfo_wire::push::{FromRelay, ToRelay};
use std::sync::LazyLock;

/// 2026-01-01.
const NOW: u64 = 1_767_225_600;

static KEY: LazyLock<PhoneKey> = LazyLock::new(|| {
    let key = include_bytes!("../../tests/phone/keys/phone.spki.der");
    PhoneKey::from_der(key.to_vec()).expect("it is the key of a phone")
});

/// Reads forms as they are posted. None that this did not sign counts for its key.
pub(crate) fn posts(input: &[u8]) {
    let Ok(posted) = read_posted(input, "privacyIDEA-App/4.8.0") else {
        return;
    };
    match posted {
        Posted::Nothing => {}
        Posted::Rollout(rollout) => assert!(!rollout.shows(&[0; 32])),
        Posted::TokenUpdate(update) => assert!(update.verify(&KEY, NOW).is_err()),
        Posted::Answer(answer) => assert!(answer.verify(&KEY).is_err()),
    }
}

/// Reads queries as phones ask with them. A time that is accepted now is not accepted an hour later.
pub(crate) fn polls(input: &[u8]) {
    let Ok(query) = std::str::from_utf8(input) else {
        return;
    };
    if let Ok(poll) = Poll::read(query) {
        assert!(poll.verify(&KEY, NOW).is_err());
        assert!(poll.verify(&KEY, NOW + LONGEST_SKEW).is_err());
    }
}

/// Reads the public key of a phone. One that is read is stored and read again.
pub(crate) fn phone_key(input: &[u8]) {
    if let Ok(key) = PhoneKey::from_der(input.to_vec()) {
        assert_eq!(key.as_der(), input);
    }
    if let Ok(text) = std::str::from_utf8(input)
        && let Ok(key) = PhoneKey::parse(text)
    {
        assert!(PhoneKey::from_der(key.as_der().to_vec()) == Ok(key));
    }
}

/// Reads addresses. One that is read is written as another library writes it.
pub(crate) fn address(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    if Address::parse(text).is_ok()
        && let Ok(url) = url::Url::parse(text)
    {
        assert_eq!(url.as_str(), text);
    }
}

/// Reads lines between that process and the daemon. What is read is written and read again.
pub(crate) fn lines(input: &[u8]) {
    for line in input.split(|byte| *byte == b'\n') {
        if let Ok(said) = serde_json::from_slice::<ToRelay>(line) {
            let written = serde_json::to_string(&said).expect("it is JSON");
            let again: ToRelay = serde_json::from_str(&written).expect("it was written here");
            assert_eq!(serde_json::to_string(&again).expect("it is JSON"), written);
        }
        if let Ok(said) = serde_json::from_slice::<FromRelay>(line) {
            let written = serde_json::to_string(&said).expect("it is JSON");
            let again: FromRelay = serde_json::from_str(&written).expect("it was written here");
            assert_eq!(serde_json::to_string(&again).expect("it is JSON"), written);
        }
    }
}
