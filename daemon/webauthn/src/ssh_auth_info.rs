//! What sshd tells PAM of how a user has signed in so far (`SSH_AUTH_INFO_0` of its PAM environment, OpenSSH's
//! `auth2.c`): a line for each method that the user has passed, `publickey ALGORITHM BASE64` for a key.

use crate::OpenSshKey;
use data_encoding::{BASE64, BASE64_NOPAD};
use ring::digest::{SHA256, digest};

/// The name of a public key as a method of authentication (RFC 4252 section 7).
const PUBLIC_KEY: &str = "publickey";

/// The other methods of OpenSSH; what stands behind them is of no interest here.
const OTHERS: [&str; 5] = [
    "password",
    "keyboard-interactive",
    "hostbased",
    "gssapi-with-mic",
    "gssapi-keyex",
];

/// How a user has signed in to sshd so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshAuthInfo {
    /// The algorithm and the key, in base64, of each public key that has signed.
    keys: Vec<[String; 2]>,
}

/// It is not as sshd writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what sshd says of a sign-in is not understood")]
pub struct NotUnderstood;

impl SshAuthInfo {
    /// Reads the lines. All of them have to be understood.
    ///
    /// # Errors
    /// [`NotUnderstood`] for a method that OpenSSH does not have, and for a public key with more or less than
    /// its algorithm and itself.
    pub fn parse(text: &str) -> Result<Self, NotUnderstood> {
        let mut keys = Vec::new();
        for line in text.strip_suffix('\n').ok_or(NotUnderstood)?.split('\n') {
            let (method, rest) = line.split_once(' ').unwrap_or((line, ""));
            if method == PUBLIC_KEY {
                keys.push(public_key(rest).ok_or(NotUnderstood)?);
            } else if !OTHERS.contains(&method.split('/').next().unwrap_or_default()) {
                return Err(NotUnderstood);
            }
        }
        Ok(Self { keys })
    }

    /// Whether this key has signed. A certificate is another key.
    pub fn has(&self, key: &OpenSshKey) -> bool {
        let wanted: Vec<_> = key.public.split(' ').take(2).collect();
        self.keys.iter().any(|key| key[..] == wanted)
    }

    /// The fingerprints of the public keys that have signed, as OpenSSH writes them into its log.
    pub fn fingerprints(&self) -> Vec<String> {
        let blobs = self
            .keys
            .iter()
            .filter_map(|[_, key]| BASE64.decode(key.as_bytes()).ok());
        blobs
            .map(|blob| {
                format!(
                    "SHA256:{}",
                    BASE64_NOPAD.encode(digest(&SHA256, &blob).as_ref())
                )
            })
            .collect()
    }
}

/// The algorithm of a public key, and the key, which begins with it.
fn public_key(text: &str) -> Option<[String; 2]> {
    let (algorithm, key) = text.split_once(' ')?;
    let blob = BASE64.decode(key.as_bytes()).ok()?;
    let (length, rest) = blob.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let says = rest.get(..length)? == algorithm.as_bytes();
    (says && !algorithm.is_empty()).then(|| [algorithm.to_owned(), key.to_owned()])
}
