//! The options that are written, answered by the simulated key of the other tests.

use crate::forgery::{CHALLENGE, Host, ORIGIN, RP_ID, USER};
use secinfo_test_key::{Attestation as Shown, Browser, Counter, Model};
use secinfo_webauthn::{
    Aaguid, Attestation, Challenge, Creation, CredentialId, Described, Error, NotAllowed,
    Registered, Request, Root, RpId, Transport, Transports, UserHandle, creation_options,
    request_options,
};
use serde_json::{Value as Json, json};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_mins(1);

fn creation(attestation: &Attestation, exclude: &[Described<'_>]) -> String {
    creation_options(&Creation {
        rp_id: &RpId::parse(RP_ID).unwrap(),
        rp_name: "Host",
        user_handle: &UserHandle::new(USER.to_vec()).unwrap(),
        user_name: "alice",
        challenge: &Challenge::new(CHALLENGE),
        exclude,
        attestation,
        timeout: TIMEOUT,
    })
}

fn request(allow: &[Described<'_>]) -> String {
    request_options(&Request {
        rp_id: &RpId::parse(RP_ID).unwrap(),
        challenge: &Challenge::new(CHALLENGE),
        allow,
        timeout: TIMEOUT,
    })
}

fn registered(browser: &mut Browser, host: &Host) -> Result<Registered, Error> {
    host.register(&browser.create(&creation(&host.attestation, &[])))
}

#[test]
fn a_key_that_is_registered_asserts() {
    for origin in [ORIGIN, "secinfo://host.example"] {
        let mut browser = Browser::new(origin);
        browser.key.counter = Counter::Growing(4);
        let host = Host::default();
        let registered = registered(&mut browser, &host).unwrap();
        assert_eq!(registered.aaguid, Aaguid(browser.key.aaguid));
        let credential = &registered.credential;
        let described = Described {
            id: &credential.id,
            transports: &registered.transports,
        };
        let mut counts = vec![registered.sign_count];
        for _ in 0..2 {
            let answer = browser.get(&request(&[described]));
            let credentials = std::slice::from_ref(credential);
            counts.push(host.assert(credentials, &answer).unwrap().sign_count);
        }
        assert!(counts.is_sorted_by(|one, next| one < next), "{counts:?}");
        // The key knows its credential again and makes no second one.
        let again = browser.try_create(&creation(&host.attestation, &[described]));
        assert!(again.is_err());
    }
}

#[test]
fn a_key_shows_its_model_where_that_is_required() {
    let model = Model::new();
    let mut browser = Browser::new(ORIGIN);
    let required = |root: &str| Host {
        attestation: Attestation::Required {
            roots: Root::read_pem(root.as_bytes()).unwrap(),
            models: Some([Aaguid(model.aaguid())].into()),
        },
        ..Host::default()
    };
    let host = required(model.root());
    assert_eq!(
        registered(&mut browser, &host),
        Err(Error::KeyNotAllowed(NotAllowed::NotAttested))
    );
    browser.key.attestation = Shown::Maker(model.clone());
    browser.key.aaguid = model.aaguid();
    assert!(registered(&mut browser, &host).unwrap().attested);
    let other = required(Model::new().root());
    assert_eq!(
        registered(&mut browser, &other),
        Err(Error::KeyNotAllowed(NotAllowed::UnknownRoot))
    );
    browser.key.attestation = Shown::Itself;
    assert!(registered(&mut browser, &Host::default()).is_ok());
}

#[test]
fn creation_options_ask_for_user_verification_and_nothing_on_the_key() {
    let options = creation(&Attestation::NotRequired, &[]);
    let options: Json = serde_json::from_str(&options).unwrap();
    assert_eq!(
        options,
        json!({
            "rp": {"id": "host.example", "name": "Host"},
            "user": {"id": "dXNlciBoYW5kbGU", "name": "alice", "displayName": "alice"},
            "challenge": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
            "pubKeyCredParams": [
                {"type": "public-key", "alg": -7},
                {"type": "public-key", "alg": -8},
            ],
            "timeout": 60_000,
            "excludeCredentials": [],
            "authenticatorSelection": {
                "authenticatorAttachment": "cross-platform",
                "residentKey": "discouraged",
                "requireResidentKey": false,
                "userVerification": "required",
            },
            "hints": ["security-key"],
            "attestation": "none",
            "extensions": {
                "credProps": true,
                "credentialProtectionPolicy": "userVerificationOptionalWithCredentialIDList",
                "enforceCredentialProtectionPolicy": false,
            },
        })
    );
    let required = Attestation::Required {
        roots: Vec::new(),
        models: None,
    };
    let options: Json = serde_json::from_str(&creation(&required, &[])).unwrap();
    assert_eq!(options["attestation"], "direct");
}

#[test]
fn request_options_name_the_credentials_and_ask_for_user_verification() {
    let id = CredentialId::new(vec![1, 2, 3]).unwrap();
    let transports: Transports = [Transport::SmartCard].into_iter().collect();
    let options = request(&[Described {
        id: &id,
        transports: &transports,
    }]);
    let options: Json = serde_json::from_str(&options).unwrap();
    assert_eq!(
        options,
        json!({
            "challenge": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
            "timeout": 60_000,
            "rpId": "host.example",
            "allowCredentials":
                [{"type": "public-key", "id": "AQID", "transports": ["smart-card"]}],
            "userVerification": "required",
            "hints": ["security-key"],
        })
    );
}
