//! Public keys as a registration brings them.

use crate::forgery::{Made, Pair, cbor, numbered};
use ciborium::Value;
use proptest::prelude::*;
use secinfo_webauthn::{Algorithm, PublicKey};

/// Why a registration with this public key is refused.
fn refused(members: Vec<(i64, Value)>) -> &'static str {
    let mut made = Made::by(&Pair::es256());
    made.public_key = cbor(&numbered(members));
    made.wrong()
}

fn with(pair: &Pair, label: i64, value: Value) -> Vec<(i64, Value)> {
    let mut members = pair.cose();
    let member = members.iter_mut().find(|(present, _)| *present == label);
    member.unwrap().1 = value;
    members
}

fn coordinate(pair: &Pair, label: i64) -> Vec<u8> {
    let members = pair.cose();
    let (_, value) = members
        .into_iter()
        .find(|(present, _)| *present == label)
        .unwrap();
    value.into_bytes().unwrap()
}

#[test]
fn a_kind_that_does_not_fit_the_algorithm_is_refused() {
    let unused = "a public key is of an algorithm that is not used";
    let (es256, ed_dsa) = (Pair::es256(), Pair::ed_dsa());
    assert_eq!(refused(with(&es256, 1, 1.into())), unused);
    assert_eq!(refused(with(&es256, 3, (-8).into())), unused);
    assert_eq!(refused(with(&ed_dsa, 3, (-7).into())), unused);
    for number in [-35, -36, -37, -47, -65535, 7] {
        assert_eq!(refused(with(&es256, 3, number.into())), unused);
    }
}

#[test]
fn another_curve_is_refused() {
    let unfit = "the parameters of a public key do not fit its algorithm";
    assert_eq!(refused(with(&Pair::es256(), -1, 2.into())), unfit);
    assert_eq!(refused(with(&Pair::ed_dsa(), -1, 7.into())), unfit);
}

#[test]
fn coordinates_of_31_and_33_bytes_are_refused() {
    for (pair, label) in [
        (Pair::es256(), -2),
        (Pair::es256(), -3),
        (Pair::ed_dsa(), -2),
    ] {
        let whole = coordinate(&pair, label);
        for bytes in [whole[1..].to_vec(), [&[0], &whole[..]].concat()] {
            assert_eq!(
                refused(with(&pair, label, Value::Bytes(bytes))),
                "a coordinate of a public key has not 32 bytes"
            );
        }
    }
    // A compressed point has a sign instead of the second coordinate.
    assert_eq!(
        refused(with(&Pair::es256(), -3, true.into())),
        "the parameters of a public key do not fit its algorithm"
    );
}

#[test]
fn a_point_that_is_not_on_its_curve_is_refused() {
    let pair = Pair::es256();
    let mut y = coordinate(&pair, -3);
    y[31] ^= 1;
    assert_eq!(
        refused(with(&pair, -3, Value::Bytes(y))),
        "a public key is no point on P-256"
    );
    // 2 is the second coordinate of no point.
    let mut point = vec![0; 32];
    point[0] = 2;
    assert_eq!(
        refused(with(&Pair::ed_dsa(), -2, Value::Bytes(point))),
        "a public key is no point of Ed25519"
    );
}

#[test]
fn a_point_of_small_order_is_refused() {
    let mut identity = vec![0; 32];
    identity[0] = 1;
    for point in [identity, vec![0; 32]] {
        assert_eq!(
            refused(with(&Pair::ed_dsa(), -2, Value::Bytes(point))),
            "a public key is no point of Ed25519"
        );
    }
}

#[test]
fn members_that_are_not_needed_or_missing_are_refused() {
    let (es256, ed_dsa) = (Pair::es256(), Pair::ed_dsa());
    let mut members = es256.cose();
    members.insert(1, (2, Value::Bytes(b"key id".to_vec())));
    assert_eq!(
        refused(members),
        "a public key has parameters that its algorithm does not need"
    );
    let mut members = ed_dsa.cose();
    members.push((-3, Value::Bytes(vec![0; 32])));
    assert_eq!(
        refused(members),
        "the parameters of a public key do not fit its algorithm"
    );
    for index in 0..es256.cose().len() {
        let mut members = es256.cose();
        members.remove(index);
        refused(members);
    }
}

#[test]
fn rsa_keys_have_2048_to_4096_bits_and_an_odd_exponent() {
    let takes =
        |modulus: Vec<u8>, exponent: &[u8]| PublicKey::rs256(modulus, exponent.to_vec()).is_ok();
    let usual = [1, 0, 1];
    assert!(takes(vec![0xff; 256], &usual));
    assert!(takes(vec![0xff; 512], &usual));
    assert!(takes(vec![0xff; 256], &[3]));
    for modulus in [
        vec![0xff; 128],
        vec![0xff; 255],
        vec![0x7f; 256],
        vec![0xff; 513],
        [&[0][..], &[0xff; 256]].concat(),
        Vec::new(),
    ] {
        assert!(!takes(modulus, &usual));
    }
    for exponent in [&[][..], &[0], &[1], &[2], &[0, 1, 0, 1], &[1, 0, 0, 0, 1]] {
        assert!(!takes(vec![0xff; 256], exponent), "{exponent:?}");
    }
}

proptest! {
    #[test]
    fn what_is_read_is_written_in_the_same_bytes(bytes: [u8; 32], rsa in prop::collection::vec(any::<u8>(), 256..300)) {
        for pair in [Pair::es256(), Pair::ed_dsa()] {
            let cose = cbor(&numbered(pair.cose()));
            prop_assert_eq!(PublicKey::from_cose(&cose).unwrap().to_cose(), cose);
        }
        if let Ok(key) = PublicKey::eddsa(bytes) {
            prop_assert_eq!(key.algorithm(), Algorithm::EdDsa);
            prop_assert_eq!(PublicKey::from_cose(&key.to_cose()), Ok(key));
        }
        if let Ok(key) = PublicKey::rs256(rsa, vec![3]) {
            prop_assert_eq!(PublicKey::from_cose(&key.to_cose()), Ok(key));
        }
    }
}
