//! Push version 1, as the privacyIDEA Authenticator speaks it to a server: the link that enrolls a
//! phone, what phones post and fetch, and what the signatures on both sides vouch for.
//!
//! Pure: time, randomness and keys are given in. RSA is that of `ring`, PKCS#1 v1.5 with SHA-256.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")
)]

mod address;
mod answer;
mod app;
mod ascii;
mod challenge;
mod enrollment;
mod error;
mod form;
mod host_key;
mod identifiers;
mod phone_key;
mod poll;
mod posted;
mod reply;
mod shown;
mod timestamp;
mod token_update;

pub use address::Address;
pub use answer::{Answer, Choice, DeclineReason};
pub use app::AppVersion;
pub use challenge::{Challenge, SignedChallenge};
pub use enrollment::{Enrollment, Rollout};
pub use error::Error;
pub use host_key::HostKey;
pub use identifiers::{Nonce, Serial};
pub use phone_key::PhoneKey;
pub use poll::Poll;
pub use posted::{Posted, read_posted};
pub use reply::{Refusal, Reply};
pub use shown::Shown;
pub use timestamp::LONGEST_SKEW;
pub use token_update::TokenUpdate;

#[cfg(test)]
mod signatures;

/// The SHA-256 of a text, in hexadecimal.
#[cfg(test)]
fn sha256_of(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    data_encoding::HEXLOWER.encode(digest.as_ref())
}
