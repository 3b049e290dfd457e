//! No bit of an answer can be changed.

use crate::forgery::{Given, Host, Made, Pair, cbor, known, named};
use ciborium::Value;

/// The bytes with each of their bits changed, one at a time.
fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

#[test]
fn an_assertion_with_any_bit_changed_is_refused() {
    let host = Host::default();
    for pair in [Pair::es256(), Pair::ed_dsa()] {
        let known = [known(&pair)];
        let right = Given::right();
        let (data, signature) = (right.data(), pair.sign(&right.message()));
        let is_refused = |json: String| host.assert(&known, &json).is_err();
        assert!(!is_refused(right.json_with(&data, &signature)));
        for data in flips(&data) {
            assert!(is_refused(right.json_with(&data, &signature)));
        }
        for signature in flips(&signature) {
            assert!(is_refused(right.json_with(&data, &signature)));
        }
        for client_data in flips(&right.client_data) {
            let given = Given {
                client_data,
                ..Given::right()
            };
            assert!(is_refused(given.json_with(&data, &signature)));
        }
        for id in flips(&right.id) {
            let given = Given {
                id,
                ..Given::right()
            };
            assert!(is_refused(given.json_with(&data, &signature)));
        }
        for handle in flips(right.user_handle.as_ref().unwrap()) {
            let given = Given {
                user_handle: Some(handle),
                ..Given::right()
            };
            assert!(is_refused(given.json_with(&data, &signature)));
        }
    }
}

#[test]
fn a_registration_that_is_signed_with_any_bit_changed_is_refused() {
    let host = Host::default();
    let pair = Pair::es256();
    let mut made = Made::by(&pair);
    made.format = "packed";
    let data = made.data();
    let hash = ring::digest::digest(&ring::digest::SHA256, &made.client_data);
    let signature = pair.sign(&[&data, hash.as_ref()].concat());
    let object = cbor(&named([
        ("fmt", "packed".into()),
        (
            "attStmt",
            named([("alg", (-7).into()), ("sig", Value::Bytes(signature))]),
        ),
        ("authData", Value::Bytes(data)),
    ]));
    assert!(host.register(&made.json_with(&object)).is_ok());
    for object in flips(&object) {
        assert!(host.register(&made.json_with(&object)).is_err());
    }
    for client_data in flips(&made.client_data.clone()) {
        made.client_data = client_data;
        assert!(host.register(&made.json_with(&object)).is_err());
    }
}
