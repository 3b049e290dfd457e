//! What signatures vouch for. The keys are for tests; `openssl` made them.

use crate::timestamp::LONGEST_SKEW;
use crate::{
    Address, Answer, Challenge, Choice, DeclineReason, Error, HostKey, Nonce, PhoneKey, Poll,
    Posted, Serial, Shown, read_posted,
};
use data_encoding::{BASE32, BASE64, BASE64URL};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::Value;

const PHONE: &[u8] = include_bytes!("../../../tests/phone/keys/phone.spki.der");
const SERIAL: &str = "SI7Q4M2KX9TBWC3H";
const NONCE: &str = "AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT";
/// 2026-11-29T12:00:00Z.
const NOW: u64 = 1_795_953_600;

fn host_key() -> HostKey {
    HostKey::from_pkcs8(include_bytes!("../../../tests/phone/keys/host.der")).unwrap()
}

/// What the phone signs, encoded as the app encodes it.
fn signed_by_phone(text: &str) -> String {
    let phone = HostKey::from_pkcs8(include_bytes!("../../../tests/phone/keys/phone.der")).unwrap();
    let signature = phone.sign(text);
    assert_eq!(signature.len(), 824);
    assert!(signature.ends_with("===="));
    signature.replace('=', "%3D")
}

fn phone_key() -> PhoneKey {
    PhoneKey::from_der(PHONE.to_vec()).unwrap()
}

fn verified(form: &str) -> Result<Answer, Error> {
    let Posted::Answer(answer) = read_posted(form.as_bytes(), "")? else {
        panic!("{form} is no answer");
    };
    answer.verify(&phone_key())?;
    Ok(answer)
}

#[test]
fn a_poll_counts_for_the_phone_and_the_minutes_that_signed_it() {
    let at = "2026-11-29T12:00:00.000Z";
    let signature = signed_by_phone(&format!("{SERIAL}|{at}"));
    let query = format!("serial={SERIAL}&timestamp={at}&signature={signature}&capabilities=%5B%5D");
    let poll = Poll::read(&query).unwrap();
    assert_eq!(poll.serial.as_str(), SERIAL);
    let key = phone_key();
    assert_eq!(poll.verify(&key, NOW), Ok(()));
    assert_eq!(poll.verify(&key, NOW + LONGEST_SKEW), Ok(()));
    assert_eq!(poll.verify(&key, NOW + LONGEST_SKEW + 1), Err(Error::Time));
    assert_eq!(poll.verify(&key, NOW - LONGEST_SKEW - 1), Err(Error::Time));
    for other in [
        query.replace(SERIAL, "SI7Q4M2KX9TBWC3I"),
        query.replace("12:00:00", "12:00:01"),
        query.replace(&signature, &signed_by_phone(SERIAL)),
    ] {
        let verified = Poll::read(&other).unwrap().verify(&key, NOW);
        assert_eq!(verified, Err(Error::Signature), "{other}");
    }
}

#[test]
fn a_token_update_counts_for_the_phone_that_signed_it() {
    let at = "2026-11-29T12:00:00";
    let signature = signed_by_phone(&format!("no_firebase_token|{SERIAL}|{at}"));
    let form = format!(
        "new_fb_token=no_firebase_token&serial={SERIAL}&timestamp={at}&signature={signature}"
    );
    let read = |form: &str| match read_posted(form.as_bytes(), "").unwrap() {
        Posted::TokenUpdate(update) => update.verify(&phone_key(), NOW),
        _ => panic!("{form} is no token update"),
    };
    assert_eq!(read(&form), Ok(()));
    let other = form.replace("no_firebase_token", "a_token");
    assert_eq!(read(&other), Err(Error::Signature));
}

#[test]
fn an_answer_counts_as_the_phone_signed_it_and_in_no_other_way() {
    let form = |signed: &str, more: &str| {
        let signature = signed_by_phone(&format!("{NONCE}|{SERIAL}{signed}"));
        format!("serial={SERIAL}&nonce={NONCE}{more}&signature={signature}")
    };
    let accepts = form("", "");
    assert_eq!(verified(&accepts).unwrap().choice, Choice::Accept(None));
    let option = verified(&form("|38", "&presence_answer=38")).unwrap();
    assert_eq!(option.choice, Choice::Accept(Some("38".into())));
    let reason = "&decline=1&decline_reason=unknown_trigger";
    let declines = form("|decline|unknown_trigger", reason);
    let reason = Some(DeclineReason::UnknownTrigger);
    assert_eq!(verified(&declines).unwrap().choice, Choice::Decline(reason));

    for other in [
        // The reason was taken out on the way, and then the refusal.
        declines.replace("&decline_reason=unknown_trigger", ""),
        declines.replace("&decline=1&decline_reason=unknown_trigger", ""),
        declines.replace("unknown_trigger", "cancelled"),
        accepts.replace("&signature", "&presence_answer=38&signature"),
        accepts.replace(NONCE, "BAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT"),
        accepts.replace(SERIAL, "SI7Q4M2KX9TBWC3I"),
    ] {
        assert_eq!(verified(&other).err(), Some(Error::Signature), "{other}");
    }
}

#[test]
fn a_request_is_signed_with_the_key_that_the_app_reads() {
    let key = host_key();
    let public = BASE64.decode(key.public_key().as_bytes()).unwrap();
    assert_eq!(public.len(), 526);
    assert!(public.starts_with(&[0x30, 0x82, 0x02, 0x0a, 0x02, 0x82, 0x02, 0x01]));
    let verify = |text: &str, signature: &Value| {
        let signature = BASE32.decode(signature.as_str().unwrap().as_bytes());
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public)
            .verify(text.as_bytes(), &signature.unwrap())
            .unwrap();
    };
    let options = ["07", "12", "23"].map(String::from);
    let signed = Challenge {
        nonce: &Nonce::parse(NONCE).unwrap(),
        serial: &Serial::parse(SERIAL).unwrap(),
        address: &Address::parse("https://push.example.org/p").unwrap(),
        title: &Shown::new("Sign-in to build1"),
        question: &Shown::new("sshd, as José"),
        options: &options,
    }
    .sign(&key);
    assert!(signed.as_json().is_ascii());
    let json: Value = serde_json::from_str(signed.as_json()).unwrap();
    assert_eq!(json["question"], "sshd  as José");
    // Text, as all the members.
    assert_eq!(json["capabilities"], r#"{"decline_reason":true}"#);
    verify(
        &format!(
            "{NONCE}|https://push.example.org/p|{SERIAL}|sshd  as José|Sign-in to build1|1|07,12,23"
        ),
        &json["signature"],
    );
    verify(
        &format!(r#"{{"capabilities":{{"decline_reason":true}},"nonce":"{NONCE}"}}"#),
        &json["capabilities_signature"],
    );
}

#[test]
fn a_phones_key_is_read_in_the_spellings_that_forms_give_it() {
    let key = phone_key();
    assert_eq!(key.as_der(), PHONE);
    for text in [
        BASE64.encode(PHONE),
        BASE64.encode(PHONE).replace('+', " "),
        BASE64URL.encode(PHONE),
        BASE64URL.encode(PHONE).replace('=', ""),
    ] {
        assert_eq!(PhoneKey::parse(&text).as_ref(), Ok(&key), "{text}");
    }
}

#[test]
fn another_key_than_the_app_makes_is_refused() {
    let mut longer = PHONE.to_vec();
    longer.push(0);
    for (what, der) in [
        (
            "2048 bits",
            include_bytes!("../../../tests/phone/keys/small.spki.der").to_vec(),
        ),
        (
            "exponent 3",
            include_bytes!("../../../tests/phone/keys/exponent-3.spki.der").to_vec(),
        ),
        (
            "Ed25519",
            include_bytes!("../../../tests/phone/keys/ed25519.spki.der").to_vec(),
        ),
        (
            "PKCS#1",
            BASE64.decode(host_key().public_key().as_bytes()).unwrap(),
        ),
        ("a rest", longer),
        ("nothing", vec![]),
    ] {
        assert!(PhoneKey::from_der(der).is_err(), "{what}");
    }
    for cut in 0..PHONE.len() {
        assert!(PhoneKey::from_der(PHONE[..cut].to_vec()).is_err(), "{cut}");
    }
    for text in ["", "====", "Ä", "AA\u{0}A"] {
        assert!(PhoneKey::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_phone_that_shows_the_credential_registers() {
    let credential = [7; 20];
    let digest = ring::digest::digest(&ring::digest::SHA256, &credential);
    let digest: [u8; 32] = digest.as_ref().try_into().unwrap();
    let form = format!(
        "enrollment_credential={}&serial={SERIAL}&fbtoken=no_firebase_token&pubkey={}&capabilities=%5B%5D",
        "07".repeat(20),
        BASE64URL.encode(PHONE)
    );
    let read = |form: &str| match read_posted(form.as_bytes(), "privacyIDEA-App/4.8.0 Android") {
        Ok(Posted::Rollout(rollout)) => rollout,
        _ => panic!("{form} is no registration"),
    };
    let rollout = read(&form);
    assert!(rollout.shows(&digest));
    assert_eq!(rollout.key, phone_key());
    assert_eq!(rollout.app.unwrap().to_string(), "4.8.0");
    assert!(!read(&form.replace("0707", "0708")).shows(&digest));
}

#[test]
fn what_is_no_message_is_refused() {
    assert!(read_posted(b"", "") == Ok(Posted::Nothing));
    let many = ('a'..='q').fold(String::new(), |form, name| form + &format!("{name}=&"));
    for form in [
        "serial=A",
        "nonce=A&serial=A&signature=A",
        "enrollment_credential=00&serial=A&pubkey=A",
        "new_fb_token=a&serial=A&timestamp=now&signature=A",
        "serial=A&serial=A",
        "\u{0}=%ff%00",
        &many,
    ] {
        assert!(read_posted(form.as_bytes(), "").is_err(), "{form}");
    }
}
