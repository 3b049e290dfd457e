//! Asking for an assertion: one challenge for all security keys of a user.

use super::registered::RegisteredKey;
use super::{TIMEOUT, refused};
use crate::core::{Core, Person, ServiceError, random_id};
use crate::methods::payload::MethodPayload;
use data_encoding::BASE64URL_NOPAD;
use secinfo_domain::state::Method;
use secinfo_domain::{Kind, MethodId};
use secinfo_webauthn::{Accepts, Challenge, Origins, Request, RpId, UserHandle, request_options};
use secinfo_wire::Response;
use serde::Deserialize;
use std::sync::Mutex;

/// The challenge that a session has asked security keys with. It is taken before an answer is checked, so
/// that it serves once.
pub(crate) struct KeyChallenge {
    takes_web: bool,
    open: Mutex<Option<[u8; 32]>>,
}

/// What is asked of security keys with one challenge.
pub(crate) struct Asking {
    challenge: [u8; 32],
    /// The web pages whose answers are taken; none where the daemon leads the session itself.
    origins: Option<Origins>,
    user_handle: Option<UserHandle>,
    /// The host's own name first.
    rp_id: Option<RpId>,
    /// The keys that may answer.
    keys: Vec<RegisteredKey>,
}

impl KeyChallenge {
    /// That of a session whose client may be a browser.
    pub(crate) const fn of_clients() -> Self {
        Self {
            takes_web: true,
            open: Mutex::new(None),
        }
    }

    /// That of a session which the daemon leads itself: no browser answers it.
    pub(crate) const fn of_the_daemon() -> Self {
        Self {
            takes_web: false,
            open: Mutex::new(None),
        }
    }

    /// Asks these keys of the user with a new challenge, in place of any before it.
    pub(crate) fn ask<'m>(
        &self,
        core: &Core,
        person: &Person,
        keys: impl IntoIterator<Item = &'m Method>,
    ) -> Result<Asking, ServiceError> {
        let challenge = random_id()?;
        *self.lock() = Some(challenge);
        let keys = registered_keys(core, keys).collect();
        self.asking(core, person, challenge, keys)
    }

    /// Asks a key that was registered a moment ago.
    pub(super) fn ask_new(
        &self,
        core: &Core,
        person: &Person,
        key: RegisteredKey,
    ) -> Result<Asking, ServiceError> {
        self.asking(core, person, random_id()?, vec![key])
    }

    /// Takes the challenge that is open, to check an answer to it.
    pub(crate) fn take(&self, core: &Core, person: &Person) -> Result<Asking, ServiceError> {
        let challenge = self.lock().take().ok_or(ServiceError::WrongAssertion)?;
        self.asking(core, person, challenge, Vec::new())
    }

    fn asking(
        &self,
        core: &Core,
        person: &Person,
        challenge: [u8; 32],
        keys: Vec<RegisteredKey>,
    ) -> Result<Asking, ServiceError> {
        let party = core.settings().relying_party;
        Ok(Asking {
            challenge,
            origins: self.takes_web.then_some(party.origins),
            user_handle: user_handle(core, person)?,
            rp_id: party.rp_id,
            keys,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<[u8; 32]>> {
        self.open
            .lock()
            .expect("nothing panics while it holds the challenge")
    }
}

impl Asking {
    /// The challenge.
    pub(super) const fn challenge(&self) -> Challenge {
        Challenge::new(self.challenge)
    }

    /// Where the answer may come from.
    pub(super) const fn accepts(&self) -> Accepts<'_> {
        match &self.origins {
            Some(origins) => Accepts::Web(origins),
            None => Accepts::LocalOnly,
        }
    }

    /// The user, as keys know them that were registered here.
    pub(super) const fn user_handle(&self) -> Option<&UserHandle> {
        self.user_handle.as_ref()
    }

    /// Request options for each name that the keys are bound to, the host's own first; and by which public
    /// keys a client tells the keys.
    pub(super) fn requests(&self) -> secinfo_wire::Challenge {
        let mut rp_ids: Vec<_> = self.keys.iter().map(|key| &key.rp_id).collect();
        rp_ids.sort_by_key(|rp_id| (Some(*rp_id) != self.rp_id.as_ref(), rp_id.as_str()));
        rp_ids.dedup();
        let challenge = &self.challenge();
        let mut options = rp_ids.into_iter().map(|rp_id| {
            let bound = self.keys.iter().filter(|key| key.rp_id == *rp_id);
            let allow: Vec<_> = bound.map(RegisteredKey::described).collect();
            request_options(&Request {
                rp_id,
                challenge,
                allow: &allow,
                timeout: TIMEOUT,
            })
        });
        secinfo_wire::Challenge::Assertion {
            options: options.next().unwrap_or_default(),
            further_options: options.collect(),
            known: self
                .keys
                .iter()
                .map(RegisteredKey::known_to_helper)
                .collect(),
        }
    }
}

/// The security keys among these methods. One that does not open is left out: the user has the others.
pub(crate) fn registered_keys<'m>(
    core: &Core,
    methods: impl IntoIterator<Item = &'m Method>,
) -> impl Iterator<Item = RegisteredKey> {
    let methods = methods.into_iter();
    let keys = methods.filter(|method| method.kind() == Kind::SecurityKey);
    keys.filter_map(|key| match MethodPayload::open(core, key) {
        Ok(MethodPayload::SecurityKey { key }) => Some(key),
        _ => None,
    })
}

/// The user as security keys know them; none for one whom the log does not know yet.
pub(super) fn user_handle(
    core: &Core,
    person: &Person,
) -> Result<Option<UserHandle>, ServiceError> {
    let handle = core.user_handle(person.id)?;
    let handle = handle.map(|bytes| UserHandle::new(bytes.to_vec()));
    handle.transpose().map_err(|error| refused(&error))
}

/// The method whose credential an answer names, of these of a user. Which key answers decides which
/// method is proved.
pub(crate) fn answering(
    core: &Core,
    methods: &[Method],
    response: &Response,
) -> Result<Option<MethodId>, ServiceError> {
    /// The id of the credential, apart from what is verified.
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    let named = serde_json::from_str::<Named>(response.as_assertion()?).ok();
    Ok(named.and_then(|named| method_with_credential(core, methods, &named.id)))
}

/// The one of these methods whose credential has this id, which is in base64url.
pub(crate) fn method_with_credential(
    core: &Core,
    methods: &[Method],
    id: &str,
) -> Option<MethodId> {
    let id = BASE64URL_NOPAD.decode(id.as_bytes()).ok()?;
    let mut methods = methods.iter();
    let has_id = |method: &&Method| {
        let key = registered_keys(core, [*method]).next();
        key.is_some_and(|key| key.id.as_bytes() == id)
    };
    methods.find(has_id).map(Method::id)
}
