//! The key with which the host signs what it asks phones.

use rsa::PrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rsa::rand_core::UnwrapErr;
use zeroize::Zeroizing;

/// The size in bits: that of the keys which the app makes.
const BITS: usize = 4096;

/// A new key, in PKCS#8. It takes a second or many, so that it runs in a thread of its own.
///
/// # Errors
/// What the library says.
///
/// # Panics
/// If the operating system has no randomness.
pub(crate) fn generate() -> rsa::Result<Zeroizing<Vec<u8>>> {
    let mut random = UnwrapErr(getrandom::SysRng);
    let key = PrivateKey::new(&mut random, BITS)?;
    let written = key.to_pkcs8_der().map_err(rsa::Error::from)?;
    Ok(Zeroizing::new(written.as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secinfo_pipush::HostKey;

    #[test]
    fn the_key_that_is_made_is_one_that_signs() {
        let key = generate().unwrap();
        let public = HostKey::from_pkcs8(&key).unwrap().public_key();
        // 526 bytes: a modulus of 4096 bits and the exponent 65537.
        assert_eq!(public.len(), 704);
    }
}
