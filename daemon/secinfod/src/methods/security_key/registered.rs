//! What is sealed of a security key.

use crate::core::Core;
use crate::methods::payload::MethodPayload;
use data_encoding::BASE64URL_NOPAD;
use secinfo_domain::kind::Backup;
use secinfo_domain::state::Method;
use secinfo_webauthn::{
    Aaguid, CredentialId, Described, KnownCredential, OpenSshKey, PublicKey, Registered, RpId,
    Transports, UserHandle,
};
use secinfo_wire::key::Known;
use serde::{Deserialize, Serialize};

/// The credential of a security key, as it was registered. The public key signs nothing, but tells with
/// the id who uses a key elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredKey {
    /// By which the key finds it again.
    pub id: CredentialId,
    /// With which its signatures are verified.
    pub public_key: PublicKey,
    /// What it is bound to. The host may be called something else by now.
    pub rp_id: RpId,
    /// The model, as the key says; none of one that was imported.
    pub aaguid: Option<Aaguid>,
    /// How clients have reached it.
    pub transports: Transports,
    /// Whether the credential was stored on the key, as far as the client has said.
    pub discoverable: Option<bool>,
    /// Whether a root that the host trusts has vouched for the model.
    pub attested: bool,
    /// Whether it was registered here, for the user handle that the user has here.
    pub knows_user: bool,
}

impl RegisteredKey {
    /// The credential of a registration.
    pub(super) fn of(registered: &Registered) -> Self {
        let credential = &registered.credential;
        Self {
            id: credential.id.clone(),
            public_key: credential.public_key.clone(),
            rp_id: credential.rp_id.clone(),
            aaguid: Some(registered.aaguid),
            transports: registered.transports.clone(),
            discoverable: registered.discoverable,
            attested: registered.attested,
            knows_user: true,
        }
    }

    /// A credential that another system has registered.
    pub(crate) fn brought_over(id: CredentialId, public_key: PublicKey, rp_id: RpId) -> Self {
        Self {
            id,
            public_key,
            rp_id,
            aaguid: None,
            transports: Transports::default(),
            discoverable: None,
            attested: false,
            knows_user: false,
        }
    }

    /// What its assertions are verified with.
    pub(super) fn known(
        &self,
        backup: Backup,
        user_handle: Option<&UserHandle>,
    ) -> KnownCredential {
        KnownCredential {
            id: self.id.clone(),
            public_key: self.public_key.clone(),
            rp_id: self.rp_id.clone(),
            backup_eligible: backup.is_eligible(),
            user_handle: user_handle.filter(|_| self.knows_user).cloned(),
        }
    }

    /// The form in which the helper that talks to keys knows it again.
    pub(super) fn known_to_helper(&self) -> Known {
        let encoded = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        Known {
            id: encoded(self.id.as_bytes()),
            public_key: encoded(&self.public_key.to_cose()),
        }
    }

    /// The form in which OpenSSH uses it; none where OpenSSH knows no security keys of its algorithm.
    pub(crate) fn open_ssh(&self) -> Option<OpenSshKey> {
        OpenSshKey::new(&self.id, &self.public_key, &self.rp_id)
    }

    /// How options name it to a client.
    pub(super) const fn described(&self) -> Described<'_> {
        Described {
            id: &self.id,
            transports: &self.transports,
        }
    }
}

/// The form in which OpenSSH uses a method; none where it does not, or does not open.
pub(crate) fn open_ssh_key(core: &Core, method: &Method) -> Option<OpenSshKey> {
    match MethodPayload::open(core, method) {
        Ok(MethodPayload::SecurityKey { key }) => key.open_ssh(),
        _ => None,
    }
}
