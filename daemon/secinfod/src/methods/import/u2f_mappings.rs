//! The file of `pam_u2f`: the security keys of one user a line,
//! `user:credential[:credential…]`, each `keyHandle,publicKey,type,options`, or in the form of
//! before 1.1 `keyHandle,publicKey`. It is read as the module reads it (pam-u2f, `util.c`): the last
//! line of a user counts, empty parts are passed over, and what is behind the options as well.

#[cfg(test)]
mod differential;

use super::{Import, ImportError, LineProblem};
use crate::methods::security_key::RegisteredKey;
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use secinfo_domain::UserName;
use secinfo_webauthn::{CredentialId, RpId};
use std::collections::{BTreeMap, HashMap};

/// The most bytes of a key handle: CTAP 2.1 section 6.1 lets an authenticator say how many it takes, and none
/// takes more.
const LONGEST_KEY_HANDLE: usize = 1024;

/// A security key of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Whose it is.
    pub user: UserName,
    /// The key.
    pub credential: SecurityKeyCredential,
}

/// What the module keeps of a security key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityKeyCredential {
    /// By which the key finds its credential again; empty where the key keeps it itself.
    pub key_handle: Vec<u8>,
    /// With which its signatures are verified.
    pub public_key: PublicKey,
    /// Whether it must be touched.
    pub presence: bool,
    /// Whether it must verify its user by itself, as by a fingerprint.
    pub verification: bool,
    /// Whether it must be given its PIN.
    pub pin: bool,
}

/// A public key, by the algorithm of its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// ECDSA on P-256 with SHA-256: both coordinates, 32 bytes each, big-endian.
    Es256 {
        /// The first.
        x: [u8; 32],
        /// The second.
        y: [u8; 32],
    },
    /// Ed25519.
    EdDsa([u8; 32]),
    /// RSA of 2048 bits with PKCS #1 v1.5 and SHA-256.
    Rs256 {
        /// The modulus, 256 bytes, big-endian.
        modulus: Vec<u8>,
        /// The exponent, big-endian.
        exponent: [u8; 3],
    },
}

impl Mapping {
    /// The key as this host keeps it. `rp_id` is what the module has bound it to.
    pub(crate) fn to_key(&self, rp_id: &RpId) -> Result<RegisteredKey, String> {
        let credential = &self.credential;
        if credential.key_handle.is_empty() {
            return Err(
                "the key keeps this credential itself, and the file does not tell it from others: add the key anew"
                    .to_owned(),
            );
        }
        let said = |error: secinfo_webauthn::Error| format!("it cannot be used: {error}");
        let public_key = match &credential.public_key {
            PublicKey::Es256 { x, y } => secinfo_webauthn::PublicKey::es256(*x, *y),
            PublicKey::EdDsa(point) => secinfo_webauthn::PublicKey::eddsa(*point),
            PublicKey::Rs256 { modulus, exponent } => {
                secinfo_webauthn::PublicKey::rs256(modulus.clone(), exponent.to_vec())
            }
        };
        let id = CredentialId::new(credential.key_handle.clone()).map_err(said)?;
        let public_key = public_key.map_err(said)?;
        Ok(RegisteredKey::brought_over(id, public_key, rp_id.clone()))
    }
}

/// Reads the whole file.
pub fn read(file: &[u8]) -> Result<Import<Mapping>, ImportError> {
    let mut import = super::read(file, read_line)?;
    let last = last_lines(file);
    let is_replaced = |line: u32, user: &[u8]| last.get(user).filter(|last| **last > line).copied();
    let mut replaced = BTreeMap::new();
    import.entries.retain(|(line, mapping)| {
        let by = is_replaced(*line, mapping.user.as_str().as_bytes());
        replaced.extend(by.map(|by| (*line, by)));
        by.is_none()
    });
    let problems = replaced.into_iter().map(|(line, by)| LineProblem {
        line,
        what: format!("the keys of this user on line {by} count instead"),
    });
    import.problems.extend(problems);
    import.problems.sort_by_key(|problem| problem.line);
    Ok(import)
}

/// The last line of each user.
fn last_lines(file: &[u8]) -> HashMap<&[u8], u32> {
    let lines = (1..).zip(file.split(|byte| *byte == b'\n'));
    lines
        .filter_map(|(line, text)| {
            let mut parts = text.trim_ascii_end().split(|byte| *byte == b':');
            Some((parts.find(|part| !part.is_empty())?, line))
        })
        .collect()
}

fn read_line(line: &str) -> Result<Vec<Mapping>, String> {
    if line.starts_with("-----") {
        return Err(
            "keys in the form of OpenSSH are not read: use the form of pamu2fcfg".to_owned(),
        );
    }
    super::refuse_unseen(line)?;
    if line.starts_with([' ', '\t']) {
        return Err(
            "it begins with a blank, which the module takes for a part of the name: remove it"
                .to_owned(),
        );
    }
    let mut parts = line.split(':').filter(|part| !part.is_empty());
    let user = super::user(parts.next().unwrap_or_default())?;
    let mappings: Vec<_> = (1..)
        .zip(parts)
        .map(|(number, text)| {
            let credential = credential(text).map_err(|what| format!("key {number}: {what}"))?;
            Ok(Mapping {
                user: user.clone(),
                credential,
            })
        })
        .collect::<Result<_, String>>()?;
    if mappings.is_empty() {
        return Err("it has no key behind the name of the user".to_owned());
    }
    Ok(mappings)
}

fn credential(text: &str) -> Result<SecurityKeyCredential, String> {
    let fields: Vec<_> = text.split(',').filter(|field| !field.is_empty()).collect();
    match fields[..] {
        [handle, key] => old_credential(handle, key),
        [handle, key, kind] => new_credential(handle, key, kind, ""),
        [handle, key, kind, options, ..] => new_credential(handle, key, kind, options),
        _ => Err("it has not the two or four parts that pamu2fcfg writes".to_owned()),
    }
}

/// U2F (CTAP 1) knows presence and P-256 only.
fn old_credential(handle: &str, key: &str) -> Result<SecurityKeyCredential, String> {
    let key_handle = BASE64URL_NOPAD
        .decode(handle.trim_end_matches('=').as_bytes())
        .map_err(|_| "its key handle is not base64url")?;
    let key = HEXLOWER_PERMISSIVE
        .decode(key.as_bytes())
        .map_err(|_| "its public key is not hexadecimal")?;
    let [0x04, point @ ..] = &key[..] else {
        return Err("its public key is no uncompressed point".to_owned());
    };
    Ok(SecurityKeyCredential {
        key_handle: checked(key_handle)?,
        public_key: es256(point)?,
        presence: true,
        verification: false,
        pin: false,
    })
}

fn new_credential(
    handle: &str,
    key: &str,
    kind: &str,
    options: &str,
) -> Result<SecurityKeyCredential, String> {
    let key_handle = match handle {
        "*" => Vec::new(),
        handle => checked(
            BASE64
                .decode(handle.as_bytes())
                .map_err(|_| "its key handle is not base64")?,
        )?,
    };
    let key = BASE64
        .decode(key.as_bytes())
        .map_err(|_| "its public key is not base64")?;
    let public_key = match kind {
        "es256" => es256(&key)?,
        "eddsa" => PublicKey::EdDsa(
            key.try_into()
                .map_err(|_| "its public key has not the 32 bytes of eddsa")?,
        ),
        "rs256" => rs256(&key)?,
        _ => return Err("its type is none of es256, eddsa and rs256".to_owned()),
    };
    Ok(SecurityKeyCredential {
        key_handle,
        public_key,
        presence: options.contains("+presence"),
        verification: options.contains("+verification"),
        pin: options.contains("+pin"),
    })
}

fn checked(key_handle: Vec<u8>) -> Result<Vec<u8>, String> {
    if (1..=LONGEST_KEY_HANDLE).contains(&key_handle.len()) {
        Ok(key_handle)
    } else {
        Err(format!(
            "its key handle has not 1 to {LONGEST_KEY_HANDLE} bytes"
        ))
    }
}

fn es256(point: &[u8]) -> Result<PublicKey, String> {
    match point.split_first_chunk::<32>() {
        Some((x, rest)) if rest.len() == 32 => Ok(PublicKey::Es256 {
            x: *x,
            y: rest.try_into().expect("32 bytes"),
        }),
        _ => Err("its public key has not the 64 bytes of es256".to_owned()),
    }
}

fn rs256(key: &[u8]) -> Result<PublicKey, String> {
    match key.split_last_chunk::<3>() {
        Some((modulus, exponent)) if modulus.len() == 256 => Ok(PublicKey::Rs256 {
            modulus: modulus.to_vec(),
            exponent: *exponent,
        }),
        _ => Err("its public key has not the 259 bytes of rs256".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point() -> Vec<u8> {
        (0..64).collect()
    }

    fn new(kind: &str, key: &[u8], options: &str) -> String {
        let handle = BASE64.encode(&[0xfb, 0xff, 7]);
        format!("{handle},{},{kind},{options}", BASE64.encode(key))
    }

    fn only(line: &str) -> Mapping {
        let mut import = read(line.as_bytes()).unwrap();
        assert_eq!(import.problems, [], "{line}");
        assert_eq!(import.entries.len(), 1);
        import.entries.remove(0).1
    }

    fn problem(credential: &str) -> String {
        let import = read(format!("alice:{credential}").as_bytes()).unwrap();
        assert!(import.entries.is_empty(), "{credential}");
        import.problems[0].to_string()
    }

    #[test]
    fn both_forms_of_pamu2fcfg_are_read() {
        let es256 = new("es256", &point(), "+presence+pin");
        let new = only(&format!("alice:{es256}\n"));
        assert_eq!(new.user.as_str(), "alice");
        let old = format!("alice:-_8H,04{}", data_encoding::HEXLOWER.encode(&point()));
        let old = only(&old).credential;
        assert_eq!(old.public_key, new.credential.public_key);
        assert_eq!(old.key_handle, new.credential.key_handle);
        assert_eq!(
            (old.presence, old.verification, old.pin),
            (true, false, false)
        );
        let new = new.credential;
        assert_eq!(
            (new.presence, new.verification, new.pin),
            (true, false, true)
        );
    }

    #[test]
    fn a_line_may_have_several_keys_and_a_key_may_keep_its_credential() {
        let rsa: Vec<u8> = (0..=255).chain([1, 0, 1]).collect();
        let resident = format!("*,{},eddsa,+verification", BASE64.encode(&[9; 32]));
        let line = format!("bob:{}:{resident}", new("rs256", &rsa, "+presence"));
        let import = read(line.as_bytes()).unwrap();
        assert_eq!(import.entries.len(), 2);
        let keys: Vec<_> = import
            .entries
            .iter()
            .map(|(_, key)| &key.credential)
            .collect();
        assert!(matches!(
            &keys[0].public_key,
            PublicKey::Rs256 {
                exponent: [1, 0, 1],
                ..
            }
        ));
        assert_eq!(keys[1].public_key, PublicKey::EdDsa([9; 32]));
        assert!(keys[1].key_handle.is_empty() && keys[1].verification);
    }

    #[test]
    fn parts_are_told_apart_as_the_module_does() {
        let key = BASE64.encode(&[9; 32]);
        for options in ["", ",", ",presence", ",+touch"] {
            let read = only(&format!(":alice:::*,,{key},eddsa{options}:")).credential;
            assert!(
                !read.presence && !read.verification && !read.pin,
                "{options}"
            );
        }
        let read = only(&format!("alice:*,{key},eddsa,+pin+presence,more\r")).credential;
        assert!(read.presence && !read.verification && read.pin);
    }

    #[test]
    fn the_last_line_of_a_user_counts_even_if_it_is_broken() {
        let key = BASE64.encode(&[9; 32]);
        let line = |user: &str| format!("{user}:*,{key},eddsa,+pin\n");
        let file = [
            line("alice"),
            line("bob"),
            line(":alice"),
            "bob:broken\n".to_owned(),
        ];
        let import = read(file.concat().as_bytes()).unwrap();
        let lines: Vec<_> = import.entries.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3]);
        let said: Vec<_> = import.problems.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].starts_with("line 1: ") && said[0].contains("on line 3 count"));
        assert!(said[1].starts_with("line 2: ") && said[1].contains("on line 4 count"));
        assert!(said[2].starts_with("line 4: key 1: "));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (credential, what) in [
            ("a".to_owned(), "two or four parts"),
            (",a,".to_owned(), "two or four parts"),
            (new("es384", &point(), "+presence"), "type"),
            (new("es256", &point()[1..], "+presence"), "64 bytes"),
            (new("eddsa", &point(), "+presence"), "32 bytes"),
            (new("rs256", &point(), "+presence"), "259 bytes"),
            (
                format!("!,{},es256,+pin", BASE64.encode(&point())),
                "not base64",
            ),
            (
                format!(
                    "{},{},es256,+pin",
                    BASE64.encode(&[7; 1025]),
                    BASE64.encode(&point())
                ),
                "1 to 1024",
            ),
            ("-_8H,05aa".to_owned(), "uncompressed"),
            ("-_8H,04aa".to_owned(), "64 bytes"),
            ("-_8H,xx".to_owned(), "hexadecimal"),
        ] {
            let said = problem(&credential);
            assert!(
                said.starts_with("line 1: key 1: ") && said.contains(what),
                "{said}"
            );
        }
        for (line, what) in [
            ("alice", "no key"),
            ("alice::", "no key"),
            (":a,b", "no key"),
            (" alice:a,b", "begins with a blank"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----", "OpenSSH"),
            ("\u{feff}alice:a,b", "character 1 is U+FEFF"),
            ("alice:a,\u{200b}b", "character 9 is U+200B"),
        ] {
            let import = read(line.as_bytes()).unwrap();
            assert!(import.problems[0].what.contains(what), "{line}");
        }
    }

    #[test]
    fn a_key_is_bound_to_what_the_module_has_bound_it_to() {
        let rp_id = RpId::imported("pam://host").unwrap();
        // The base point of P-256.
        let point = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
            4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
        let point = data_encoding::HEXLOWER.decode(point.as_bytes()).unwrap();
        let mapping = only(&format!("alice:{}", new("es256", &point, "+pin")));
        let key = mapping.to_key(&rp_id).unwrap();
        assert_eq!(
            (key.rp_id, key.id.as_bytes()),
            (rp_id.clone(), &[0xfb, 0xff, 7][..])
        );
        assert!(!key.knows_user && key.aaguid.is_none());
        let no_point = only(&format!("alice:{}", new("es256", &[9; 64], "+pin")));
        assert!(no_point.to_key(&rp_id).is_err());
        let resident = format!("alice:*,{},eddsa,+pin", BASE64.encode(&[9; 32]));
        let refused = only(&resident).to_key(&rp_id).unwrap_err();
        assert!(refused.contains("add the key anew"), "{refused}");
    }

    proptest! {
        #[test]
        fn no_file_panics(file in any::<Vec<u8>>()) {
            let _ = read(&file);
        }

        #[test]
        fn no_line_of_such_parts_panics(parts in prop::collection::vec("[a-z]{0,3}|[:,*+=]|[A-Za-z0-9+/]{4,90}|es256|eddsa|rs256|\\+pin", 0..12)) {
            let _ = read(parts.concat().as_bytes());
        }
    }
}
