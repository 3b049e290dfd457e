//! What the key signs is judged by `ring`, from nothing but the JSON that a browser gives.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use data_encoding::BASE64URL_NOPAD;
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey, VerificationAlgorithm};
use secinfo_test_key::{Algorithm, Browser, Counter};
use serde_json::{Value, json};

const ORIGIN: &str = "https://host.example";

fn creation(algorithms: &[i64], excluded: &[&str]) -> String {
    let parameters = algorithms
        .iter()
        .map(|alg| json!({ "type": "public-key", "alg": alg }));
    let excluded = excluded
        .iter()
        .map(|id| json!({ "type": "public-key", "id": id }));
    json!({
        "rp": { "id": "host.example", "name": "host.example" },
        "user": { "id": "dXNlcg", "name": "alice", "displayName": "alice" },
        "challenge": "Y2hhbGxlbmdl",
        "pubKeyCredParams": parameters.collect::<Vec<_>>(),
        "excludeCredentials": excluded.collect::<Vec<_>>(),
    })
    .to_string()
}

fn request(ids: &[&str]) -> String {
    let allowed = ids
        .iter()
        .map(|id| json!({ "type": "public-key", "id": id }));
    json!({
        "rpId": "host.example",
        "challenge": "bm9uY2U",
        "allowCredentials": allowed.collect::<Vec<_>>(),
    })
    .to_string()
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    BASE64URL_NOPAD
        .decode(value.as_str().unwrap().as_bytes())
        .unwrap()
}

fn is_signed(algorithm: &'static dyn VerificationAlgorithm, key: &[u8], got: &Value) -> bool {
    let response = &got["response"];
    let data = bytes(&response["authenticatorData"]);
    let hash = digest(&SHA256, &bytes(&response["clientDataJSON"]));
    let signed = [&data, hash.as_ref()].concat();
    let key = UnparsedPublicKey::new(algorithm, key);
    key.verify(&signed, &bytes(&response["signature"])).is_ok()
}

#[test]
fn an_assertion_is_signed_by_the_credential_that_was_made() {
    let algorithms: [(_, &'static dyn VerificationAlgorithm, _); 2] = [
        (Algorithm::Es256, &ECDSA_P256_SHA256_ASN1, 26),
        (Algorithm::EdDsa, &ED25519, 12),
    ];
    for (offered, algorithm, header) in algorithms {
        let mut browser = Browser::new(ORIGIN);
        let made = parsed(&browser.create(&creation(&[offered.number()], &[])));
        let public_key = bytes(&made["response"]["publicKey"]);
        let got = parsed(&browser.get(&request(&[made["id"].as_str().unwrap()])));
        assert_eq!(got["id"], made["id"]);
        assert!(is_signed(algorithm, &public_key[header..], &got));
        let other = parsed(&Browser::new(ORIGIN).create(&creation(&[offered.number()], &[])));
        let other = bytes(&other["response"]["publicKey"]);
        assert!(!is_signed(algorithm, &other[header..], &got));
    }
}

#[test]
fn a_key_that_has_a_credential_already_refuses_another() {
    let mut browser = Browser::new(ORIGIN);
    let made = parsed(&browser.create(&creation(&[-7], &[])));
    let again = creation(&[-7], &[made["id"].as_str().unwrap()]);
    assert_eq!(browser.try_create(&again), Err(0x19));
    assert!(Browser::new(ORIGIN).try_create(&again).is_ok());
}

#[test]
fn of_many_credentials_the_one_on_the_key_answers() {
    let mut browser = Browser::new(ORIGIN);
    let made = parsed(&browser.create(&creation(&[-7], &[])));
    let id = made["id"].as_str().unwrap();
    let mut ids = vec!["AAAA"; 20];
    assert_eq!(browser.try_get(&request(&ids)), Err(0x2E));
    ids.push(id);
    assert_eq!(parsed(&browser.get(&request(&ids)))["id"], id);
}

#[test]
fn a_copied_key_counts_for_itself() {
    let count = |got: &str| {
        let data = bytes(&parsed(got)["response"]["authenticatorData"]);
        u32::from_be_bytes(data[33..37].try_into().unwrap())
    };
    let mut browser = Browser::new(ORIGIN);
    let made = parsed(&browser.create(&creation(&[-7], &[])));
    let options = request(&[made["id"].as_str().unwrap()]);
    let mut copy = browser.key.clone();
    assert_eq!(count(&browser.get(&options)), 2);
    assert_eq!(count(&browser.get(&options)), 3);
    std::mem::swap(&mut copy, &mut browser.key);
    assert_eq!(count(&browser.get(&options)), 2);
    browser.key.counter = Counter::Fixed(0);
    assert_eq!(count(&browser.get(&options)), 0);
}
