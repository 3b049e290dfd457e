//! A key derived from a passphrase: RFC 6030 section 6.2, by PBKDF2 (RFC 8018 section 5.2).

use super::super::excerpt;
use super::base64::base64;
use super::element::Element;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

/// The most iterations: some seconds of work. Guides ask for up to 1.3 million.
const MOST_ITERATIONS: u32 = 5_000_000;

/// The key that a `DerivedKey` makes of the passphrase. The parameters are found by their names alone:
/// the figures of RFC 6030 have them in no namespace, and programs in that of PKCS #5.
///
/// # Errors
/// A sentence that says what is not supported.
pub(super) fn key(derived: &Element, passphrase: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let method = derived
        .find(&["KeyDerivationMethod"])
        .ok_or("nothing says how the key is derived from the passphrase (KeyDerivationMethod)")?;
    let algorithm = method.attribute("Algorithm").unwrap_or_default();
    if !algorithm.ends_with("#pbkdf2") {
        return Err(format!(
            "the key derivation {:?} is not supported: PBKDF2 is",
            excerpt(algorithm)
        ));
    }
    let text = |names: &[&str]| method.find(names).map_or("", Element::text);
    let salt = base64(text(&["PBKDF2-params", "Salt", "Specified"]))
        .filter(|salt| !salt.is_empty())
        .ok_or("the Salt is not given in base64")?;
    let iterations = text(&["PBKDF2-params", "IterationCount"]);
    let iterations = iterations
        .parse::<u32>()
        .ok()
        .filter(|count| (1..=MOST_ITERATIONS).contains(count))
        .ok_or_else(|| {
            format!(
                "the IterationCount {:?} is not 1 to {MOST_ITERATIONS}",
                excerpt(iterations)
            )
        })?;
    let length = match text(&["PBKDF2-params", "KeyLength"]) {
        "" | "16" => 16,
        "24" => 24,
        "32" => 32,
        other => {
            return Err(format!(
                "the KeyLength {:?} is not supported: 16, 24 and 32 bytes are",
                excerpt(other)
            ));
        }
    };
    let prf = method
        .find(&["PBKDF2-params", "PRF"])
        .and_then(|prf| prf.attribute("Algorithm"))
        .unwrap_or("#hmac-sha1");
    let derive = match prf.rsplit('#').next().unwrap_or_default() {
        "hmac-sha1" => pbkdf2_hmac::<Sha1>,
        "hmac-sha256" => pbkdf2_hmac::<Sha256>,
        "hmac-sha512" => pbkdf2_hmac::<Sha512>,
        _ => {
            return Err(format!(
                "the PRF {:?} is not supported: hmac-sha1, hmac-sha256 and hmac-sha512 are",
                excerpt(prf)
            ));
        }
    };
    let mut key = Zeroizing::new(vec![0; length]);
    derive(passphrase.as_bytes(), &salt, iterations, &mut key);
    Ok(key)
}
