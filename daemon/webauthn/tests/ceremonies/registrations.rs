//! What is registered, and what a registration is refused for.

use crate::forgery::{
    AAGUID, ATTESTED, BACKED_UP, ELIGIBLE, EXTENSIONS, Host, Made, PRESENT, Pair, RP_ID, USER,
    VERIFIED, cbor, named, numbered, wrong,
};
use ciborium::Value;
use secinfo_webauthn::{Aaguid, Backup, Error, NotAllowed, Synced, Transport};
use serde_json::Value as Json;

#[test]
fn a_registration_says_what_is_known_of_the_credential() {
    for pair in [Pair::es256(), Pair::ed_dsa()] {
        let made = Made {
            sign_count: 0x0102_0304,
            ..Made::by(&pair)
        };
        let registered = made.verify().unwrap();
        let credential = &registered.credential;
        assert_eq!(credential.id.as_bytes(), b"credential");
        assert_eq!(credential.public_key.to_cose(), made.public_key);
        assert_eq!(credential.rp_id.as_str(), RP_ID);
        assert!(!credential.backup_eligible);
        assert_eq!(credential.user_handle.as_ref().unwrap().as_bytes(), USER);
        assert_eq!(registered.sign_count, 0x0102_0304);
        assert_eq!(registered.backup, Backup::DeviceBound);
        assert_eq!(registered.aaguid, Aaguid(AAGUID));
        let transports: Vec<_> = registered.transports.iter().collect();
        assert_eq!(transports, [Transport::Usb, Transport::Nfc]);
        assert_eq!(registered.discoverable, Some(false));
        assert!(!registered.attested);
    }
}

#[test]
fn a_key_that_was_asked_with_another_rp_id_is_refused() {
    let mut made = Made::by(&Pair::es256());
    made.rp_id = "evil.example";
    assert_eq!(made.wrong(), "the key was asked with another RP ID");
}

#[test]
fn a_key_that_was_not_touched_is_refused() {
    let mut made = Made::by(&Pair::es256());
    made.flags &= !PRESENT;
    assert_eq!(made.wrong(), "the key was not touched");
}

#[test]
fn a_key_that_did_not_verify_its_user_is_refused() {
    let mut made = Made::by(&Pair::es256());
    made.flags &= !VERIFIED;
    assert_eq!(made.verify(), Err(Error::UserVerificationMissing));
}

#[test]
fn a_credential_that_is_backed_up_and_not_eligible_is_refused() {
    let mut made = Made::by(&Pair::es256());
    made.flags |= BACKED_UP;
    let refusal = "the credential is backed up, and is not eligible for that";
    assert_eq!(made.wrong(), refusal);
    let host = Host {
        synced: Synced::Allow,
        ..Host::default()
    };
    assert_eq!(wrong(host.register(&made.json())), refusal);
}

#[test]
fn a_credential_that_can_be_synchronized_is_registered_only_where_that_is_allowed() {
    let allowing = Host {
        synced: Synced::Allow,
        ..Host::default()
    };
    for (flags, backup) in [
        (ELIGIBLE, Backup::Eligible),
        (ELIGIBLE | BACKED_UP, Backup::BackedUp),
    ] {
        let mut made = Made::by(&Pair::es256());
        made.flags |= flags;
        assert_eq!(made.verify(), Err(Error::KeyNotAllowed(NotAllowed::Synced)));
        let registered = allowing.register(&made.json()).unwrap();
        assert_eq!(registered.backup, backup);
        assert!(registered.credential.backup_eligible);
    }
}

#[test]
fn a_registration_without_a_credential_is_refused() {
    let mut made = Made::by(&Pair::es256());
    made.flags &= !ATTESTED;
    assert_eq!(made.wrong(), "no credential was made");
}

#[test]
fn reserved_flags_are_ignored() {
    let mut made = Made::by(&Pair::es256());
    made.flags |= 1 << 1 | 1 << 5;
    assert!(made.verify().is_ok());
}

#[test]
fn authenticator_data_that_is_cut_at_any_byte_or_longer_is_refused() {
    let mut made = Made::by(&Pair::es256());
    made.flags |= EXTENSIONS;
    made.after = cbor(&named([("credProtect", 2.into())]));
    assert!(made.verify().is_ok());
    let data = made.data();
    let with = |data: &[u8]| {
        let object = cbor(&named([
            ("fmt", "none".into()),
            ("attStmt", Value::Map(Vec::new())),
            ("authData", Value::Bytes(data.to_vec())),
        ]));
        Host::default().register(&made.json_with(&object))
    };
    assert!(with(&data).is_ok());
    for end in 0..data.len() {
        let refusal = wrong(with(&data[..end]));
        assert!(refusal.ends_with("cut short"), "{end}: {refusal}");
    }
    let longer = [&data[..], &[0]].concat();
    assert_eq!(wrong(with(&longer)), "bytes follow the authenticator data");
}

#[test]
fn extensions_are_there_exactly_where_the_flag_says_so() {
    let extensions = cbor(&named([("credProtect", 2.into())]));
    let mut made = Made::by(&Pair::es256());
    made.after.clone_from(&extensions);
    assert_eq!(made.wrong(), "bytes follow the authenticator data");
    made.flags |= EXTENSIONS;
    assert!(made.verify().is_ok());
    made.after.clear();
    assert_eq!(made.wrong(), "a value in CBOR is cut short");
    made.after = cbor(&Value::Array(Vec::new()));
    assert_eq!(made.wrong(), "the extensions are no map");
    made.after = [&extensions[..], &extensions].concat();
    assert_eq!(made.wrong(), "bytes follow the authenticator data");
}

#[test]
fn a_credential_id_has_1_to_1023_bytes() {
    let mut made = Made::by(&Pair::es256());
    let of_length = "a credential id has 1 to 1023 bytes";
    for (length, is_taken) in [(0, false), (1, true), (1023, true), (1024, false)] {
        made.id = vec![1; length];
        match made.verify() {
            Ok(registered) if is_taken => {
                assert_eq!(registered.credential.id.as_bytes(), &made.id[..]);
            }
            refused => assert_eq!(wrong(refused), of_length),
        }
    }
}

#[test]
fn an_answer_that_names_another_credential_than_was_made_is_refused() {
    let mut made = Made::by(&Pair::es256());
    made.named_id = Some(b"another".to_vec());
    assert_eq!(
        made.wrong(),
        "the answer names another credential than was made"
    );
}

#[test]
fn an_algorithm_that_was_not_offered_is_refused() {
    // RS256 is verified for credentials that were imported, and not offered.
    let mut made = Made::by(&Pair::es256());
    made.public_key = cbor(&numbered(vec![
        (1, 3.into()),
        (3, (-257).into()),
        (-1, Value::Bytes(vec![0xc1; 256])),
        (-2, Value::Bytes(vec![1, 0, 1])),
    ]));
    assert_eq!(
        made.wrong(),
        "the public key is of an algorithm that was not offered"
    );
}

#[test]
fn an_attestation_object_that_is_malformed_is_refused() {
    let made = Made::by(&Pair::es256());
    let data = || ("authData", Value::Bytes(made.data()));
    let statement = || ("attStmt", Value::Map(Vec::new()));
    let refused = |object: &[u8]| wrong(Host::default().register(&made.json_with(object)));
    let malformed = "the attestation object is malformed";
    let object = cbor(&named([("fmt", 1.into()), statement(), data()]));
    assert_eq!(refused(&object), malformed);
    let object = cbor(&named([("fmt", "none".into()), statement()]));
    assert_eq!(refused(&object), malformed);
    let object = cbor(&named([
        ("fmt", "none".into()),
        statement(),
        data(),
        ("epAtt", true.into()),
    ]));
    assert_eq!(
        refused(&object),
        "the keys of a map in CBOR are not in order, or one is there twice"
    );
    let object = cbor(&named([
        ("fmt", "none".into()),
        ("epAtt", true.into()),
        statement(),
        data(),
    ]));
    assert_eq!(refused(&object), malformed);
    assert_eq!(refused(&cbor(&Value::Array(Vec::new()))), malformed);
    let whole = made.object();
    for end in 0..whole.len() {
        refused(&whole[..end]);
    }
    assert_eq!(
        refused(&[&whole[..], &[0]].concat()),
        "bytes follow a value in CBOR"
    );
}

#[test]
fn an_answer_that_is_no_answer_is_refused() {
    let json = Made::by(&Pair::es256()).json();
    let refused = |change: &dyn Fn(&mut Json)| {
        let mut answer: Json = serde_json::from_str(&json).unwrap();
        change(&mut answer);
        wrong(Host::default().register(&answer.to_string()))
    };
    let malformed = "the answer is malformed";
    assert_eq!(
        refused(&|answer| answer["type"] = "password".into()),
        "the answer is of no public key"
    );
    assert_eq!(
        refused(&|answer| answer["id"] = "AAAA".into()),
        "the answer names two credentials"
    );
    assert_eq!(refused(&|answer| answer["rawId"] = "A".into()), malformed);
    assert_eq!(
        refused(&|answer| answer["rawId"] = "AA==".into()),
        malformed
    );
    assert_eq!(
        refused(&|answer| answer["rawId"] = "+/+/".into()),
        malformed
    );
    assert_eq!(
        refused(&|answer| {
            answer["response"]
                .as_object_mut()
                .unwrap()
                .remove("attestationObject");
        }),
        malformed
    );
    let twice = json.replacen('{', r#"{"rawId":"AAAA","#, 1);
    assert_eq!(wrong(Host::default().register(&twice)), malformed);
    assert_eq!(wrong(Host::default().register("")), malformed);
    let long = format!("{json}{}", " ".repeat(64 * 1024 + 1 - json.len()));
    assert_eq!(
        wrong(Host::default().register(&long)),
        "the answer is too long"
    );
    assert!(Host::default().register(&long[..64 * 1024]).is_ok());
}
