mod damaged;
mod pskc_file;
mod table;

use super::pskc::{FileKey, PreSharedKey};
use super::*;
use secinfo_domain::{Algorithm, Digits, HotpParameters, Period, TotpParameters};

/// 2026-01-01T00:00:00Z.
const NOW: u64 = 1_767_225_600;

const SECRET: &[u8] = b"12345678901234567890";
const BASE32: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// RFC 6030 figure 2: a key of four bytes, without a device.
const FIGURE_2: &str = include_str!("../rfc6030/figure-2.xml");
/// RFC 6030 figure 5: a HOTP key, and the PIN of the same device.
const FIGURE_5: &str = include_str!("../rfc6030/figure-5.xml");
/// RFC 6030 figure 6: the same HOTP key under a pre-shared key.
const FIGURE_6: &str = include_str!("../rfc6030/figure-6.xml");
/// RFC 6030 figure 7: under a passphrase.
const FIGURE_7: &str = include_str!("../rfc6030/figure-7.xml");

fn hotp(digits: Digits) -> OtpParameters {
    OtpParameters::Hotp(HotpParameters {
        algorithm: Algorithm::Sha1,
        digits,
    })
}

fn totp(algorithm: Algorithm, digits: Digits, period: u16) -> OtpParameters {
    OtpParameters::Totp(TotpParameters {
        algorithm,
        digits,
        period: Period::try_from(period).unwrap(),
    })
}

fn imported(file: &str) -> Import {
    imported_with(file, None)
}

fn imported_with(file: &str, key: Option<&FileKey>) -> Import {
    read(file.as_bytes(), key, NOW).unwrap_or_else(|error| panic!("{error}: {file}"))
}

fn refused(file: &str, key: Option<&FileKey>) -> String {
    match read(file.as_bytes(), key, NOW) {
        Ok(_) => panic!("read, and should have been refused: {file}"),
        Err(error) => error.to_string(),
    }
}

/// The only problem of a file without a token.
fn problem(file: &str) -> String {
    problem_with(file, None)
}

fn problem_with(file: &str, key: Option<&FileKey>) -> String {
    let import = imported_with(file, key);
    assert_eq!(
        (import.tokens.len(), import.problems.len()),
        (0, 1),
        "{file}"
    );
    import.problems[0].to_string()
}

/// The key of figure 6.
fn figure_6_key() -> FileKey {
    pre_shared("12345678901234567890123456789012")
}

fn pre_shared(hexadecimal: &str) -> FileKey {
    FileKey::PreShared(PreSharedKey::from_hexadecimal(hexadecimal).unwrap())
}

fn passphrase(text: &str) -> FileKey {
    FileKey::Passphrase(text.to_owned().into())
}
