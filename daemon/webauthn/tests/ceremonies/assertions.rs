//! What an assertion proves, and what it is refused for.

use crate::forgery::{
    ATTESTED, BACKED_UP, ELIGIBLE, EXTENSIONS, Given, Host, LOCAL, Made, PRESENT, Pair, VERIFIED,
    cbor, client_data, known, named, wrong,
};
use secinfo_webauthn::{Backup, CredentialId, Error, KnownCredential, RpId};
use std::slice::from_ref;

#[test]
fn an_assertion_says_which_credential_signed_and_what_it_counts() {
    for pair in [Pair::es256(), Pair::ed_dsa()] {
        let other = KnownCredential {
            id: CredentialId::new(b"other".to_vec()).unwrap(),
            ..known(&Pair::es256())
        };
        for count in [0, 1, 7, u32::MAX] {
            let given = Given {
                sign_count: count,
                ..Given::right()
            };
            let credentials = [other.clone(), known(&pair)];
            let asserted = Host::default()
                .assert(&credentials, &given.json(&pair))
                .unwrap();
            assert_eq!(asserted.credential, 1);
            assert_eq!(asserted.sign_count, count);
            assert_eq!(asserted.backup, Backup::DeviceBound);
        }
    }
}

#[test]
fn a_credential_that_was_not_asked_for_is_refused() {
    let pair = Pair::es256();
    let none = "the credential is none of those asked for";
    let json = Given::right().json(&pair);
    assert_eq!(wrong(Host::default().assert(&[], &json)), none);
    let given = Given {
        id: b"another user's".to_vec(),
        ..Given::right()
    };
    assert_eq!(given.wrong(&pair), none);
}

#[test]
fn a_user_handle_of_another_user_is_refused() {
    let pair = Pair::es256();
    let given = |handle: Option<&[u8]>| Given {
        user_handle: handle.map(<[u8]>::to_vec),
        ..Given::right()
    };
    let other = given(Some(b"another"));
    assert_eq!(other.wrong(&pair), "the user handle is another user's");
    let host = Host::default();
    for handle in [None, Some(&b""[..])] {
        let json = given(handle).json(&pair);
        assert!(host.assert(&[known(&pair)], &json).is_ok());
    }
    // Of an imported credential it is not known.
    let imported = KnownCredential {
        user_handle: None,
        ..known(&pair)
    };
    assert!(host.assert(&[imported], &other.json(&pair)).is_ok());
}

#[test]
fn a_key_that_was_asked_with_another_rp_id_is_refused() {
    let given = Given {
        rp_id: "evil.example",
        ..Given::right()
    };
    assert_eq!(
        given.wrong(&Pair::es256()),
        "the key was asked with another RP ID"
    );
}

#[test]
fn each_credential_answers_for_its_own_rp_id() {
    let pair = Pair::es256();
    let imported = KnownCredential {
        rp_id: RpId::imported("pam://host").unwrap(),
        ..known(&pair)
    };
    let given = |origin: &str, rp_id| Given {
        client_data: client_data("webauthn.get", origin).into_bytes(),
        rp_id,
        ..Given::right()
    };
    let verify = |given: Given| Host::default().assert(from_ref(&imported), &given.json(&pair));
    assert!(verify(given("secinfo://pam://host", "pam://host")).is_ok());
    assert_eq!(
        wrong(verify(given(LOCAL, "pam://host"))),
        "the origin is not accepted"
    );
    assert_eq!(
        wrong(verify(given("secinfo://pam://host", "host.example"))),
        "the key was asked with another RP ID"
    );
}

#[test]
fn a_key_that_was_not_touched_is_refused() {
    let given = Given {
        flags: VERIFIED,
        ..Given::right()
    };
    assert_eq!(given.wrong(&Pair::es256()), "the key was not touched");
}

#[test]
fn a_key_that_did_not_verify_its_user_is_refused() {
    let pair = Pair::es256();
    let given = Given {
        flags: PRESENT,
        ..Given::right()
    };
    assert_eq!(
        Host::default().assert(&[known(&pair)], &given.json(&pair)),
        Err(Error::UserVerificationMissing)
    );
}

#[test]
fn a_credential_that_is_backed_up_and_not_eligible_is_refused() {
    let given = Given {
        flags: PRESENT | VERIFIED | BACKED_UP,
        ..Given::right()
    };
    assert_eq!(
        given.wrong(&Pair::es256()),
        "the credential is backed up, and is not eligible for that"
    );
}

#[test]
fn whether_a_credential_can_be_synchronized_never_changes() {
    let pair = Pair::es256();
    let changed = "whether the credential can be backed up has changed";
    let given = Given {
        flags: PRESENT | VERIFIED | ELIGIBLE,
        ..Given::right()
    };
    assert_eq!(given.wrong(&pair), changed);
    let eligible = KnownCredential {
        backup_eligible: true,
        ..known(&pair)
    };
    let verify = |given: Given| Host::default().assert(from_ref(&eligible), &given.json(&pair));
    assert_eq!(wrong(verify(Given::right())), changed);
    assert_eq!(verify(given).unwrap().backup, Backup::Eligible);
    let given = Given {
        flags: PRESENT | VERIFIED | ELIGIBLE | BACKED_UP,
        ..Given::right()
    };
    assert_eq!(verify(given).unwrap().backup, Backup::BackedUp);
}

#[test]
fn an_assertion_that_makes_a_credential_is_refused() {
    let pair = Pair::es256();
    let given = Given {
        flags: PRESENT | VERIFIED | ATTESTED,
        after: Made::by(&pair).data()[37..].to_vec(),
        ..Given::right()
    };
    assert_eq!(given.wrong(&pair), "an assertion makes no credential");
    let given = Given {
        flags: PRESENT | VERIFIED | ATTESTED,
        ..Given::right()
    };
    assert_eq!(given.wrong(&pair), "the authenticator data is cut short");
}

#[test]
fn authenticator_data_that_is_cut_at_any_byte_or_longer_is_refused() {
    let pair = Pair::ed_dsa();
    let given = Given {
        flags: PRESENT | VERIFIED | EXTENSIONS,
        after: cbor(&named([("unknown", 1.into())])),
        ..Given::right()
    };
    let host = Host::default();
    let whole = given.json(&pair);
    assert!(host.assert(&[known(&pair)], &whole).is_ok());
    let signature = pair.sign(&given.message());
    let data = given.data();
    for end in 0..data.len() {
        let json = given.json_with(&data[..end], &signature);
        let refusal = wrong(host.assert(&[known(&pair)], &json));
        assert!(refusal.ends_with("cut short"), "{end}: {refusal}");
    }
    let json = given.json_with(&[&data[..], &[0]].concat(), &signature);
    assert_eq!(
        wrong(host.assert(&[known(&pair)], &json)),
        "bytes follow the authenticator data"
    );
}

#[test]
fn a_signature_by_another_key_is_refused() {
    let other = "the signature is not of this public key";
    for (pair, another) in [
        (Pair::es256(), Pair::es256()),
        (Pair::ed_dsa(), Pair::ed_dsa()),
        (Pair::es256(), Pair::ed_dsa()),
    ] {
        let json = Given::right().json(&another);
        let refusal = wrong(Host::default().assert(&[known(&pair)], &json));
        assert_eq!(refusal, other);
    }
}

#[test]
fn a_signature_of_one_key_does_not_serve_for_another_of_the_same_user() {
    let (pair, another) = (Pair::es256(), Pair::es256());
    let second = KnownCredential {
        id: CredentialId::new(b"another".to_vec()).unwrap(),
        ..known(&another)
    };
    let json = Given::right().json(&another);
    let refusal = wrong(Host::default().assert(&[known(&pair), second], &json));
    assert_eq!(refusal, "the signature is not of this public key");
}

#[test]
fn a_signature_in_another_form_is_refused() {
    let pair = Pair::es256();
    let given = Given::right();
    let der = pair.sign(&given.message());
    // 30 length 02 length r 02 length s
    let number = |at: usize| {
        let length = usize::from(der[at + 1]);
        let bytes = &der[at + 2..at + 2 + length];
        let mut padded = [vec![0; 33], bytes.to_vec()].concat();
        (padded.split_off(padded.len() - 32), at + 2 + length)
    };
    let (r, next) = number(2);
    let (s, _) = number(next);
    let bare = [r, s].concat();
    let rest = [&der[..], &[0]].concat();
    let mut inner_rest = rest.clone();
    inner_rest[1] += 1;
    // The length in two bytes, where one is enough.
    let longer = [&[0x30, 0x81], &der[1..]].concat();
    for signature in [bare, rest, inner_rest, longer, vec![0x30, 0], Vec::new()] {
        let json = given.json_with(&given.data(), &signature);
        assert_eq!(
            wrong(Host::default().assert(&[known(&pair)], &json)),
            "the signature is not of this public key"
        );
    }
}
