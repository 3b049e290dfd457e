//! Whether a point is on P-256 (FIPS 186-5, SEC 1 section 3.2.2.1). ring says so only when it verifies a
//! signature, which a registration without attestation has none of.
//!
//! Public keys are public: nothing here has to take the same time for all points.

/// A number of 256 bits, as bytes in the order of significance.
type Number = [u8; 32];

/// The field: 2^256 - 2^224 + 2^192 + 2^96 - 1.
const FIELD: Limbs = Limbs([
    0xffff_ffff_ffff_ffff,
    0x0000_0000_ffff_ffff,
    0,
    0xffff_ffff_0000_0001,
]);

/// The constant of the curve's equation, y² = x³ - 3x + b.
const B: Limbs = Limbs([
    0x3bce_3c3e_27d2_604b,
    0x651d_06b0_cc53_b0f6,
    0xb3eb_bd55_7698_86bc,
    0x5ac6_35d8_aa3a_93e7,
]);

/// Whether a point, both coordinates big-endian, is on the curve.
pub(crate) fn is_on_curve(x: &Number, y: &Number) -> bool {
    let (x, y) = (Limbs::from_bytes(x), Limbs::from_bytes(y));
    if x.is_at_least(FIELD) || y.is_at_least(FIELD) {
        return false;
    }
    // y² + 3x = x³ + b, so that nothing is subtracted.
    let left = y.times(y).plus(x).plus(x).plus(x);
    let right = x.times(x).times(x).plus(B);
    left == right
}

/// A number below the field's, in 64 bits each, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limbs([u64; 4]);

impl Limbs {
    fn from_bytes(bytes: &Number) -> Self {
        let mut limbs = [0; 4];
        for (limb, bytes) in limbs.iter_mut().rev().zip(bytes.as_chunks().0) {
            *limb = u64::from_be_bytes(*bytes);
        }
        Self(limbs)
    }

    fn is_at_least(self, other: Self) -> bool {
        self.0.iter().rev().ge(other.0.iter().rev())
    }

    /// The sum in the field.
    fn plus(self, other: Self) -> Self {
        let (mut sum, mut carry) = (self, false);
        for (limb, add) in sum.0.iter_mut().zip(other.0) {
            (*limb, carry) = limb.carrying_add(add, carry);
        }
        if carry || sum.is_at_least(FIELD) {
            let mut borrow = false;
            for (limb, subtract) in sum.0.iter_mut().zip(FIELD.0) {
                (*limb, borrow) = limb.borrowing_sub(subtract, borrow);
            }
        }
        sum
    }

    /// The product in the field, by doubling and adding.
    fn times(self, other: Self) -> Self {
        let bits = (0..256)
            .rev()
            .map(|bit| other.0[bit / 64] >> (bit % 64) & 1);
        bits.fold(Self([0; 4]), |product, bit| {
            let doubled = product.plus(product);
            if bit == 1 {
                doubled.plus(self)
            } else {
                doubled
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

    #[test]
    fn points_of_keys_are_on_the_curve_and_their_neighbours_are_not() {
        let random = SystemRandom::new();
        for _ in 0..20 {
            let pair =
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
            let pair =
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pair.as_ref(), &random)
                    .unwrap();
            let point: &[u8; 64] = pair.public_key().as_ref()[1..].try_into().unwrap();
            let (x, y) = point.split_at(32);
            let (x, y): (Number, Number) = (x.try_into().unwrap(), y.try_into().unwrap());
            assert!(is_on_curve(&x, &y));
            assert!(!is_on_curve(&y, &x));
            for place in [0, 7, 31] {
                let mut other = y;
                other[place] ^= 1;
                assert!(!is_on_curve(&x, &other));
            }
        }
    }

    #[test]
    fn the_origin_and_coordinates_that_are_not_reduced_are_not_on_the_curve() {
        assert!(!is_on_curve(&[0; 32], &[0; 32]));
        assert!(!is_on_curve(&[0xff; 32], &[0xff; 32]));
        // x = 0 is on the curve with this root of b, and so would be the field's number be, not reduced.
        let mut field = [0; 32];
        for (bytes, limb) in field.as_chunks_mut().0.iter_mut().zip(FIELD.0.iter().rev()) {
            *bytes = limb.to_be_bytes();
        }
        let root = [
            0x66, 0x48, 0x5c, 0x78, 0x0e, 0x2f, 0x83, 0xd7, 0x24, 0x33, 0xbd, 0x5d, 0x84, 0xa0,
            0x6b, 0xb6, 0x54, 0x1c, 0x2a, 0xf3, 0x1d, 0xae, 0x87, 0x17, 0x28, 0xbf, 0x85, 0x6a,
            0x17, 0x4f, 0x93, 0xf4,
        ];
        assert!(is_on_curve(&[0; 32], &root));
        assert!(!is_on_curve(&field, &root));
    }
}
