//! The relying party of security keys, as WebAuthn Level 3 section 7 has it: it writes the options of
//! registrations and assertions, and verifies what answers them.
//!
//! Pure: challenges, time, what is known of credentials and what the host allows are given in. User
//! verification is always required. The signature counter is reported and not judged.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")
)]

mod assertion;
mod attestation;
mod authenticator_data;
mod cbor;
mod challenge;
mod client_data;
mod cose;
mod credential;
mod error;
mod open_ssh;
mod options;
mod origin;
mod p256;
mod registration;
mod response;
mod rp_id;
mod ssh_auth_info;
#[cfg(test)]
mod vectors;

pub use assertion::{Asserted, Assertion};
pub use attestation::{Attestation, Root};
pub use authenticator_data::{Aaguid, Backup};
pub use challenge::Challenge;
pub use cose::{Algorithm, PublicKey};
pub use credential::{CredentialId, Described, KnownCredential, Transport, Transports, UserHandle};
pub use error::{Error, NotAllowed};
pub use open_ssh::OpenSshKey;
pub use options::{Creation, Request, creation_options, request_options};
pub use origin::{Accepts, Origins};
pub use registration::{Registered, Registration, Synced};
pub use rp_id::RpId;
pub use ssh_auth_info::{NotUnderstood, SshAuthInfo};
