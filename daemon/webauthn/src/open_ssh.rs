//! A credential as OpenSSH keeps one (OpenSSH's `PROTOCOL.u2f` and `PROTOCOL.key`): the same security key
//! then signs in over SSH.
//!
//! Neither file holds a secret: the key itself keeps that.

use crate::{CredentialId, PublicKey, RpId};
use data_encoding::BASE64;

/// The flags of a credential that has to be touched and to verify its user.
const TOUCHED_AND_VERIFIED: u8 = 0x01 | 0x04;

/// The size that OpenSSH pads an unencrypted file to.
const BLOCK: usize = 8;

/// The width of the lines of its files.
const WIDTH: usize = 70;

/// A credential as OpenSSH keeps one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSshKey {
    /// The line for `authorized_keys`, without a line end.
    pub public: String,
    /// The file that `ssh -i` takes, with which it finds the security key. It asks for the PIN.
    pub private: String,
}

impl OpenSshKey {
    /// The OpenSSH form of a credential, whose application is its RP ID; none for an algorithm that
    /// OpenSSH does not know security keys of.
    pub fn new(id: &CredentialId, public_key: &PublicKey, rp_id: &RpId) -> Option<Self> {
        let (name, parameters) = match (public_key.point(), public_key.ed25519()) {
            (Some(point), _) => (
                "sk-ecdsa-sha2-nistp256@openssh.com",
                [string(b"nistp256"), string(&point)].concat(),
            ),
            (None, Some(point)) => ("sk-ssh-ed25519@openssh.com", string(point)),
            (None, None) => return None,
        };
        let application = string(rp_id.as_str().as_bytes());
        let public = [string(name.as_bytes()), parameters, application].concat();
        let comment = rp_id.as_str();
        Some(Self {
            public: format!("{name} {} {comment}", BASE64.encode(&public)),
            private: private_file(&public, id, comment),
        })
    }
}

fn private_file(public: &[u8], id: &CredentialId, comment: &str) -> String {
    // Two equal numbers tell whether a file was decrypted rightly; this one is not encrypted.
    let mut inner = vec![0; 8];
    inner.extend(public);
    inner.push(TOUCHED_AND_VERIFIED);
    inner.extend(string(id.as_bytes()));
    // Reserved.
    inner.extend(string(b""));
    inner.extend(string(comment.as_bytes()));
    for padding in 1_u8.. {
        if inner.len().is_multiple_of(BLOCK) {
            break;
        }
        inner.push(padding);
    }
    let file = [
        &b"openssh-key-v1\0"[..],
        // The cipher, the derivation of its key and the options of that.
        &string(b"none"),
        &string(b"none"),
        &string(b""),
        // One key.
        &1_u32.to_be_bytes(),
        &string(public),
        &string(&inner),
    ];
    let encoded = BASE64.encode(&file.concat());
    let lines = encoded
        .as_bytes()
        .chunks(WIDTH)
        .map(String::from_utf8_lossy);
    let lines: Vec<_> = lines.collect();
    format!(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n",
        lines.join("\n")
    )
}

/// Bytes behind their length (RFC 4251 section 5).
fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("a credential is far shorter than 4 GiB");
    [&length.to_be_bytes(), bytes].concat()
}
