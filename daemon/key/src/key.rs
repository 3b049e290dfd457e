//! One security key, and what it is told.

use crate::options::{CreationOptions, KnownKeys, RequestOptions};
use crate::status::{Reason, code};
use ctap_hid_fido2::fidokey::credential_management::credential_management_params::CredentialProtectionPolicy;
use ctap_hid_fido2::fidokey::get_assertion::get_assertion_params::{Assertion, GetAssertionArgs};
use ctap_hid_fido2::fidokey::make_credential::{
    Attestation, CredentialSupportedKeyType, Extension, MakeCredentialArgs,
};
use ctap_hid_fido2::public_key_credential_user_entity::PublicKeyCredentialUserEntity;
use ctap_hid_fido2::{FidoKeyHid, HidInfo, HidParam, LibCfg};
use hidapi::{Trouble, Watch, watched};
use icu_normalizer::ComposingNormalizerBorrowed;
use rustix::rand::{GetRandomFlags, getrandom};
use secinfo_wire::key::{Failure, Found, Verification};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long a key may take for what needs no touch: to be opened and searched in all, and for each command
/// after that.
pub(crate) const QUICK: Duration = Duration::from_millis(1500);
/// How long one waits for another program that uses the key, and how often one looks.
const OTHERS: Duration = Duration::from_secs(5);
const GLANCE: Duration = Duration::from_millis(200);
/// The most credentials in a list, for a key that names no limit.
const PORTION: u32 = 8;
/// The longest name of a key that is told, in characters.
const LONGEST_NAME: usize = 64;

/// A security key that is open.
pub(crate) struct Key {
    device: FidoKeyHid,
    path: String,
    name: String,
    about: About,
    /// What opening it has left of its time.
    left: Duration,
}

/// What it says of itself.
struct About {
    has_pin: bool,
    reads_fingerprints: bool,
    protects_credentials: bool,
    portion: usize,
    shortest_pin: u8,
    transports: Vec<String>,
}

/// A touch that is waited for.
pub(crate) struct Touch {
    /// Until when.
    pub(crate) deadline: Instant,
    /// Set when it is not waited for any longer.
    pub(crate) stop: Arc<AtomicBool>,
    /// Called when the key waits for it.
    pub(crate) wanted: Box<dyn FnMut() + Send>,
}

/// The security keys that are plugged in.
pub(crate) fn plugged_in() -> Vec<HidInfo> {
    catch_unwind(ctap_hid_fido2::get_fidokey_devices).unwrap_or_default()
}

impl Key {
    /// Opens it, and asks what it can.
    pub(crate) fn open(info: &HidInfo) -> Result<Self, Failure> {
        let HidParam::Path(path) = &info.param else {
            return Err(Failure::NotAnswering);
        };
        let mut quiet = LibCfg::init();
        quiet.enable_keep_alive_msg = false;
        let params = [info.param.clone()];
        let began = Instant::now();
        let opened = limited(Watch::lasting(QUICK), || {
            let device = FidoKeyHid::new(&params, &quiet)?;
            let about = device.get_info()?;
            Ok((device, about))
        });
        let (device, about) = opened.map_err(untouched)?;
        if !about
            .versions
            .iter()
            .any(|version| version.starts_with("FIDO_2"))
        {
            return Err(Failure::Unsupported);
        }
        let has = |option: &str| {
            let mut options = about.options.iter();
            options.any(|(name, on)| name == option && *on)
        };
        // The key lists the protocols in its own order, and is told in the first that is known.
        let mut protocols = about.pin_uv_auth_protocols.iter();
        let protocol = protocols.find_map(|protocol| match protocol {
            1 => Some(1),
            2 => Some(2),
            _ => None,
        });
        let portion = match about.max_credential_count_in_list {
            0 => PORTION,
            most => most.min(PORTION * PORTION),
        };
        Ok(Self {
            left: QUICK.saturating_sub(began.elapsed()),
            path: path.clone(),
            name: shown(&info.product_string),
            about: About {
                has_pin: has("clientPin"),
                reads_fingerprints: has("uv"),
                protects_credentials: about.extensions.iter().any(|name| name == "credProtect"),
                portion: usize::try_from(portion).unwrap_or(1),
                shortest_pin: u8::try_from(about.min_pin_length).unwrap_or(u8::MAX).max(4),
                transports: about.transports,
            },
            device: device.with_pin_protocol_version(protocol.unwrap_or(1)),
        })
    }

    /// What it is called until it is unplugged.
    pub(crate) fn id(&self) -> &str {
        id(&self.path)
    }

    /// How long it may still be searched.
    pub(crate) const fn left(&self) -> Duration {
        self.left
    }

    pub(crate) const fn has_pin(&self) -> bool {
        self.about.has_pin
    }

    pub(crate) fn transports(&self) -> &[String] {
        &self.about.transports
    }

    /// What is told of it.
    pub(crate) fn found(&self, credential: Option<String>) -> Result<Found, Failure> {
        Ok(Found {
            key: self.id().to_owned(),
            name: self.name.clone(),
            credential,
            has_pin: self.about.has_pin,
            reads_fingerprints: self.about.reads_fingerprints,
            tries: self.tries()?,
            shortest_pin: self.about.shortest_pin,
        })
    }

    /// How often a wrong PIN may be tried.
    pub(crate) fn tries(&self) -> Result<u8, Failure> {
        if !self.about.has_pin {
            return Ok(0);
        }
        let tries = quickly(|| self.device.get_pin_retries())?;
        Ok(u8::try_from(tries).unwrap_or(0))
    }

    /// Which of these credentials it holds, as it says without PIN and touch. Where public keys are known, it
    /// has to show that by what it signs, which serves for nothing else: it is no client data of any origin.
    pub(crate) fn held(
        &self,
        rp_id: &str,
        ids: &[Vec<u8>],
        known: &KnownKeys,
        left: &mut Duration,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let mut challenge = [0; 32];
        getrandom(&mut challenge, GetRandomFlags::empty()).map_err(|_| Failure::NotAnswering)?;
        for portion in ids.chunks(self.about.portion.max(1)) {
            let args = GetAssertionArgs {
                rpid: rp_id.to_owned(),
                challenge: challenge.to_vec(),
                credential_ids: portion.to_vec(),
                up: false,
                uv: None,
                ..GetAssertionArgs::default()
            };
            match within(left, || self.device.get_assertion_with_args(&args)) {
                Ok(found) => {
                    let found = found.first().ok_or(Failure::NotAnswering)?;
                    let held = answering(found.credential_id.clone(), portion);
                    let held = held.ok_or(Failure::NotAnswering)?;
                    // Of a device that lies nothing further is believed.
                    return Ok(known.prove(&held, found, &challenge).then_some(held));
                }
                Err(Failure::NotTheirs) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(None)
    }

    /// Has it sign with this credential, which it holds.
    pub(crate) fn assert(
        &self,
        options: &RequestOptions,
        id: &[u8],
        client_data: &str,
        verification: &Verification,
        touch: Touch,
    ) -> Result<Assertion, Failure> {
        let pin = normalized(verification);
        let args = GetAssertionArgs {
            rpid: options.rp_id.clone(),
            challenge: client_data.as_bytes().to_vec(),
            credential_ids: vec![id.to_vec()],
            pin: pin.as_ref().map(|pin| pin.as_str()),
            uv: pin.is_none().then_some(true),
            ..GetAssertionArgs::default()
        };
        let signed = touched(touch, || {
            let mut signed = self.device.get_assertion_with_args(&args)?;
            signed
                .pop()
                .ok_or_else(|| anyhow::Error::msg("no assertion"))
        });
        signed.map_err(|reason| self.refusal(reason, verification))
    }

    /// Has it make a credential.
    pub(crate) fn make(
        &self,
        options: &CreationOptions,
        client_data: &str,
        verification: &Verification,
        touch: Touch,
    ) -> Result<Attestation, Failure> {
        let pin = normalized(verification);
        let key_types = options.pub_key_cred_params.iter();
        let key_types: Vec<_> = key_types
            .filter_map(|parameters| match parameters.alg {
                -7 => Some(CredentialSupportedKeyType::Ecdsa256),
                -8 => Some(CredentialSupportedKeyType::Ed25519),
                _ => None,
            })
            .collect();
        if key_types.is_empty() {
            return Err(Failure::Unsupported);
        }
        let user = &options.user;
        let mut args = MakeCredentialArgs::builder().build();
        args.rpid.clone_from(&options.rp.id);
        args.challenge = client_data.as_bytes().to_vec();
        args.pin = pin.as_ref().map(|pin| pin.as_str());
        args.uv = pin.is_none().then_some(true);
        args.key_types = key_types;
        let excluded = options.exclude_credentials.iter().take(self.about.portion);
        args.exclude_list = excluded.map(|listed| listed.id.0.clone()).collect();
        args.user_entity = Some(PublicKeyCredentialUserEntity::new(
            Some(&user.id.0),
            Some(&user.name),
            Some(&user.display_name),
        ));
        args.extensions = self.protection(options).map(|policy| vec![policy]);
        let made = touched(touch, || self.device.make_credential_with_args(&args));
        made.map_err(|reason| self.refusal(reason, verification))
    }

    fn protection(&self, options: &CreationOptions) -> Option<Extension> {
        let policy = options.extensions.credential_protection_policy.as_deref()?;
        let policy = match policy {
            "userVerificationOptional" => CredentialProtectionPolicy::UserVerificationOptional,
            "userVerificationOptionalWithCredentialIDList" => {
                CredentialProtectionPolicy::UserVerificationOptionalWithCredentialIdList
            }
            // A key hides such a credential from the search that finds the right key.
            _ => return None,
        };
        let known = self.about.protects_credentials;
        known.then_some(Extension::CredProtect(Some(policy)))
    }

    /// Waits until it is touched.
    pub(crate) fn chosen(&self, touch: Touch) -> Result<(), Failure> {
        let touched = touched(touch, || self.device.selection());
        touched.map_err(|reason| match reason {
            Reason::Status(code::INVALID_COMMAND) => Failure::SeveralKeys,
            reason => reason.failure(),
        })
    }

    /// Gives it its first PIN.
    pub(crate) fn set_pin(&self, pin: &str) -> Result<(), Failure> {
        let pin = composed(pin);
        let set = retried(|| limited(Watch::lasting(QUICK), || self.device.set_new_pin(&pin)));
        set.map_err(|reason| match reason {
            // It has one already.
            Reason::Status(0x33) => Failure::PinRefused,
            reason => reason.failure(),
        })
    }

    /// What is told when it does not sign.
    fn refusal(&self, reason: Reason, verification: &Verification) -> Failure {
        match (reason, verification) {
            (Reason::Status(code::PIN_INVALID), _) => match self.tries() {
                Ok(0) => Failure::PinBlocked,
                Ok(tries) => Failure::WrongPin { tries },
                Err(failure) => failure,
            },
            (
                Reason::Status(code::OPERATION_DENIED | code::PIN_REQUIRED),
                Verification::Fingerprint,
            ) => Failure::WrongFinger,
            (reason, _) => reason.failure(),
        }
    }
}

/// Does what needs no touch. Another program that uses the key is waited for.
fn quickly<T>(work: impl Fn() -> anyhow::Result<T>) -> Result<T, Failure> {
    let mut left = QUICK;
    within(&mut left, work)
}

/// Does what needs no touch in what is left of a time. Waiting for another program takes nothing of it.
fn within<T>(left: &mut Duration, work: impl Fn() -> anyhow::Result<T>) -> Result<T, Failure> {
    if left.is_zero() {
        return Err(Failure::NotAnswering);
    }
    let done = retried(|| {
        let began = Instant::now();
        let done = limited(Watch::lasting(*left), &work);
        if !matches!(done, Err(Reason::Status(code::CHANNEL_BUSY))) {
            *left = left.saturating_sub(began.elapsed());
        }
        done
    });
    done.map_err(untouched)
}

/// Does what waits for a touch. Another program that uses the key is waited for.
fn touched<T>(touch: Touch, work: impl Fn() -> anyhow::Result<T>) -> Result<T, Reason> {
    let wanted = Arc::new(Mutex::new(touch.wanted));
    retried(|| {
        let wanted = Arc::clone(&wanted);
        let watch = Watch {
            deadline: touch.deadline,
            stop: Arc::clone(&touch.stop),
            on_touch: Box::new(move || {
                wanted.lock().unwrap_or_else(PoisonError::into_inner)();
            }),
        };
        limited(watch, &work)
    })
}

/// What is told of a command for which nothing was to be touched.
const fn untouched(reason: Reason) -> Failure {
    match reason {
        Reason::Trouble(Trouble::Late) => Failure::NotAnswering,
        reason => reason.failure(),
    }
}

/// What a device is called until it is unplugged.
pub(crate) fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The credential that has answered. Of one that was asked alone a key may leave the name out.
pub(crate) fn answering(named: Vec<u8>, asked: &[Vec<u8>]) -> Option<Vec<u8>> {
    match asked {
        [only] if named.is_empty() => Some(only.clone()),
        asked => asked.contains(&named).then_some(named),
    }
}

/// Calls the library within limits. A panic is an answer that it cannot read.
fn limited<T>(watch: Watch, work: impl FnOnce() -> anyhow::Result<T>) -> Result<T, Reason> {
    let (done, trouble) = watched(watch, || catch_unwind(AssertUnwindSafe(work)));
    match done {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(Reason::of(&error, trouble)),
        Err(_) => Err(trouble.map_or(Reason::Unreadable, Reason::Trouble)),
    }
}

/// Calls again while another program uses the key.
fn retried<T>(mut call: impl FnMut() -> Result<T, Reason>) -> Result<T, Reason> {
    let deadline = Instant::now() + OTHERS;
    loop {
        match call() {
            Err(Reason::Status(code::CHANNEL_BUSY)) if Instant::now() < deadline => {
                thread::sleep(GLANCE);
            }
            other => return other,
        }
    }
}

/// The PIN, in the form in which every program tells it to a key (CTAP 2.1, 6.5.5); none for a finger.
fn normalized(verification: &Verification) -> Option<Zeroizing<String>> {
    match verification {
        Verification::Pin(pin) => Some(composed(pin.expose())),
        Verification::Fingerprint => None,
    }
}

fn composed(pin: &str) -> Zeroizing<String> {
    let normalizer = ComposingNormalizerBorrowed::new_nfc();
    Zeroizing::new(normalizer.normalize(pin).into_owned())
}

/// The name of a key for a person's eyes.
fn shown(name: &str) -> String {
    let name = name.chars().filter(|letter| !letter.is_control());
    let name: String = name.take(LONGEST_NAME).collect();
    name.trim().to_owned()
}
