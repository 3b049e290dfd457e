//! Enrolling a security key: a registration, then an assertion by the credential that it made.

use super::asking::{Asking, KeyChallenge, registered_keys, user_handle};
use super::registered::RegisteredKey;
use super::relying_party::RelyingParty;
use super::verifier::assertion;
use super::{TIMEOUT, backup, refused};
use crate::core::{Core, Person, ServiceError, random_id};
use crate::methods::delivery::code::SentCode;
use crate::methods::kind::{Details, Draft, Verifier};
use crate::methods::payload::MethodPayload;
use secinfo_domain::kind::{Credential, Proved, SecurityKey, SyncedKeys};
use secinfo_domain::policy::Rules;
use secinfo_domain::{Answer, CredentialTag, Kind, Refusal, Timestamp};
use secinfo_webauthn::{
    Accepts, Creation, KnownCredential, Registered, Registration, RpId, Synced, UserHandle,
    creation_options,
};
use secinfo_wire::{Challenge, Response};
use std::sync::{Arc, Mutex, MutexGuard};

/// A security key that is being enrolled.
pub(super) struct KeyDraft {
    person: Person,
    party: RelyingParty,
    rp_id: RpId,
    user_handle: UserHandle,
    creation: Challenge,
    progress: Arc<Progress>,
}

/// How far the enrollment has come.
struct Progress(Mutex<Stage>);

enum Stage {
    /// The challenge of a registration is open.
    Registering([u8; 32]),
    /// That of an assertion is.
    Asserting(Arc<New>, Asking),
    /// This response, found to be this answer, has proved that the credential works.
    Proved(Arc<New>, String, Answer),
    /// A challenge was answered wrongly.
    Over,
}

/// A credential that was registered a moment ago.
struct New {
    tag: CredentialTag,
    registered: Registered,
}

impl Progress {
    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.0
            .lock()
            .expect("nothing panics while it holds the stage")
    }

    fn new_credential(&self) -> Option<Arc<New>> {
        match &*self.stage() {
            Stage::Asserting(new, _) | Stage::Proved(new, ..) => Some(Arc::clone(new)),
            Stage::Registering(_) | Stage::Over => None,
        }
    }
}

impl New {
    fn known(&self) -> &KnownCredential {
        &self.registered.credential
    }

    /// The credential that this answer proves.
    fn prove(&self, answer: Answer) -> Option<Proved<Credential>> {
        let Registered {
            sign_count,
            backup: said,
            ..
        } = self.registered;
        SecurityKey::proved(self.tag, sign_count, backup(said), answer).map(Into::into)
    }
}

impl KeyDraft {
    pub(super) fn new(person: &Person, core: &Core) -> Result<Self, ServiceError> {
        let party = core.settings().relying_party;
        let rp_id = party.rp_id.clone().ok_or(ServiceError::NoRelyingParty)?;
        let user_handle =
            user_handle(core, person)?.ok_or(Refusal::AnotherMethodFirst(Kind::SecurityKey))?;
        let state = core.state();
        let methods = state.user(person.id).map_or(&[][..], |user| user.methods());
        let opened = registered_keys(core, methods);
        let keys: Vec<_> = opened.filter(|key| key.rp_id == rp_id).collect();
        let exclude: Vec<_> = keys.iter().map(RegisteredKey::described).collect();
        let challenge = random_id()?;
        let options = creation_options(&Creation {
            rp_id: &rp_id,
            rp_name: &party.name,
            user_handle: &user_handle,
            user_name: person.account.name.as_str(),
            challenge: &secinfo_webauthn::Challenge::new(challenge),
            exclude: &exclude,
            attestation: &party.attestation,
            timeout: TIMEOUT,
        });
        Ok(Self {
            person: person.clone(),
            creation: Challenge::Assertion {
                options,
                further_options: Vec::new(),
                known: Vec::new(),
            },
            progress: Arc::new(Progress(Mutex::new(Stage::Registering(challenge)))),
            party,
            rp_id,
            user_handle,
        })
    }

    fn register(
        &self,
        challenge: [u8; 32],
        json: &str,
        core: &Core,
    ) -> Result<Registered, ServiceError> {
        let synced = core.state().policy().rules.security_key.synced;
        let registration = Registration {
            challenge: secinfo_webauthn::Challenge::new(challenge),
            rp_id: &self.rp_id,
            user_handle: &self.user_handle,
            accepts: Accepts::Web(&self.party.origins),
            synced: match synced {
                SyncedKeys::Refuse => Synced::Refuse,
                SyncedKeys::Allow => Synced::Allow,
            },
            attestation: &self.party.attestation,
            now: core.now().as_seconds(),
        };
        registration.verify(json).map_err(|error| refused(&error))
    }
}

impl Draft for KeyDraft {
    fn verifier(&self, _rules: &Rules, _sent: Option<Arc<SentCode>>) -> Box<dyn Verifier> {
        Box::new(NewKeyVerifier {
            creation: self.creation.clone(),
            progress: Arc::clone(&self.progress),
        })
    }

    fn advance(&self, response: &Response, core: &Core) -> Result<Option<Challenge>, ServiceError> {
        let json = response.as_assertion()?;
        let mut stage = self.progress.stage();
        let Stage::Registering(challenge) = *stage else {
            return Ok(None);
        };
        // Before it is checked: it serves once.
        *stage = Stage::Over;
        let registered = self.register(challenge, json, core)?;
        let KnownCredential { id, public_key, .. } = &registered.credential;
        let tag = core.credential_tag(id.as_bytes(), public_key);
        let now = core.state();
        let user = now.user(self.person.id);
        let methods = user.map_or(&[][..], |user| user.methods());
        // Before the key is touched again. It is decided once more when the method is added. Of one user an
        // answer has to tell by its id alone which method it is of.
        if now.is_registered(tag) || registered_keys(core, methods).any(|key| key.id == *id) {
            return Err(Refusal::KeyRegistered.into());
        }
        let key = RegisteredKey::of(&registered);
        let asking = KeyChallenge::of_clients().ask_new(core, &self.person, key)?;
        let next = asking.requests();
        *stage = Stage::Asserting(Arc::new(New { tag, registered }), asking);
        Ok(Some(next))
    }

    fn is_over(&self) -> bool {
        matches!(*self.progress.stage(), Stage::Over)
    }

    fn prove(&self, answer: Answer, _rules: &Rules, _now: Timestamp) -> Option<Proved<Credential>> {
        self.progress.new_credential()?.prove(answer)
    }

    fn payload(&self) -> MethodPayload {
        let new = self.progress.new_credential();
        let new = new.expect("a key is registered before it is proved");
        MethodPayload::SecurityKey {
            key: RegisteredKey::of(&new.registered),
        }
    }

    fn details(&self) -> Details {
        Details::default()
    }
}

/// Asks for a registration, and checks the assertion that comes after it.
struct NewKeyVerifier {
    creation: Challenge,
    progress: Arc<Progress>,
}

impl Verifier for NewKeyVerifier {
    fn challenge(&self) -> Challenge {
        self.creation.clone()
    }

    fn check(&self, response: &Response, _now: Timestamp) -> Result<Answer, ServiceError> {
        let json = response.as_assertion()?;
        let mut stage = self.progress.stage();
        // Before it is checked: the challenge serves once.
        let (new, asking) = match std::mem::replace(&mut *stage, Stage::Over) {
            Stage::Asserting(new, asking) => (new, asking),
            // The same response again, because another method was added meanwhile.
            Stage::Proved(new, by, answer) if by == json => {
                *stage = Stage::Proved(new, by, answer);
                return Ok(answer);
            }
            Stage::Proved(..) | Stage::Registering(_) | Stage::Over => {
                return Err(ServiceError::WrongAssertion);
            }
        };
        let answer = assertion(&asking, new.known(), json)?;
        if new.prove(answer).is_none() {
            return Err(ServiceError::CounterNotIncreased);
        }
        *stage = Stage::Proved(new, json.to_owned(), answer);
        Ok(answer)
    }
}
