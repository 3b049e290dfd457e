//! What people type or name: destinations, secrets, names, break-glass codes.

use secinfo_break_glass::{Code, FileName, Record};
use secinfo_domain::{GroupName, Label, ServiceName, UserName};
use secinfo_password::files::{PasswdEntry, ShadowEntry};
use secinfod::methods::Secret;
use secinfod::methods::delivery::{email_address, phone_number};
use secinfod::methods::hardware_token::import::SerialNumber;

/// Reads a text as each of the things that users and administrators type.
pub(crate) fn typed(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    for country in [
        None,
        "DE".parse().ok(),
        "US".parse().ok(),
        "IT".parse().ok(),
    ] {
        if let Ok(phone) = phone_number::parse(text, country) {
            let e164 = phone.number.as_str();
            assert!(e164.starts_with('+') && e164[1..].bytes().all(|b| b.is_ascii_digit()));
            // What was read is read alike, whatever the country: a code goes to no other number.
            let again = phone_number::parse(e164, None).expect("a number in E.164 is one");
            assert!(again.number == phone.number, "{text:?}");
            let _ = phone_number::masked(&phone.number);
        }
    }
    if let Ok(address) = email_address::parse(text) {
        let again =
            email_address::parse(address.as_str()).expect("an address that was read is one");
        assert!(again == address, "{text:?}");
        let _ = email_address::masked(&address);
    }
    if let Ok(secret) = Secret::from_base32(text) {
        let written = secret.to_base32();
        let again = Secret::from_base32(&written).expect("what is written is read");
        assert!(again.as_bytes() == secret.as_bytes());
    }
    let _ = Secret::brought_over_in_base32(text);
    macro_rules! names {
        ($($name:ty),+) => {$(
            if let Ok(name) = <$name>::parse(text) {
                assert!(!name.as_str().chars().any(char::is_control), "{text:?}");
            }
        )+};
    }
    names!(UserName, GroupName, ServiceName, Label);
    if let Ok(serial) = text.parse::<SerialNumber>() {
        assert!(serial.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
    }
}

/// Reads a break-glass file, its name and a code.
pub(crate) fn break_glass(input: &[u8]) {
    if let Ok(record) = Record::parse(input) {
        let written = record.to_text();
        let again = Record::parse(written.as_bytes()).expect("what is written is read");
        assert_eq!(again.to_text(), written);
    }
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let _ = FileName::parse(text);
    if let Some(code) = Code::parse(text) {
        let again = Code::parse(&code.in_groups()).expect("what is written is read");
        assert!(*again.in_groups() == *code.in_groups());
    }
}

/// Reads the files that decide for whom a password is set. The name to look for is the first line.
pub(crate) fn password_files(input: &[u8]) {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (name, file) = (&input[..end], &input[end + 1..]);
    if let Ok(name) = str::from_utf8(name) {
        let _ = PasswdEntry::find(file, name);
        if let Ok(Some(entry)) = ShadowEntry::find(file, name) {
            assert!(
                !(entry.is_locked() && entry.has_password()),
                "a locked password is none"
            );
            let _ = entry.is_expired(20_000);
        }
    }
    if let Ok(persons) = secinfo_password::files::persons(file) {
        assert!(!persons.contains(&0), "root is no person");
    }
    if let Ok(text) = str::from_utf8(file) {
        let _ = secinfo_password::Settings::parse(text);
    }
}
