//! What other processes of this host send: callers of the bus and of the socket for sign-ins, the daemon
//! to its clients, and channel hosts.

use secinfo_channel_host::wire::{self, FromHost, ToHost};
use secinfo_webauthn::SshAuthInfo;
use secinfo_wire::key::{Event, PIN_LENGTHS, Task, Verification};
use secinfo_wire::password::{self, SetPassword, Ticket};
use secinfo_wire::password_reset;
use secinfo_wire::sign_in::{Answer, Start, Step};
use secinfo_wire::varlink::{Call, END, Reply, parameters};
use secinfo_wire::{
    Dictionary, EnrollmentOptions, Hint, ImportMethodsOptions, ImportOptions, Policy, Proof,
    Response, RestoreOptions, Status, TestOptions, Token, VerificationChallenge,
    VerificationOptions,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zbus::wire::{LE, serialized::Context, serialized::Data};

/// Reads frames, each with its length before it, as both sides do.
pub(crate) fn frames(mut input: &[u8]) {
    while let Some((prefix, rest)) = input.split_first_chunk() {
        let Ok(length) = wire::frame_length(*prefix) else {
            return;
        };
        let (frame, rest) = rest.split_at(length.min(rest.len()));
        frame_alike::<FromHost>(frame);
        frame_alike::<ToHost>(frame);
        input = rest;
    }
}

/// A message that is read is written and read alike.
fn frame_alike<T: Serialize + DeserializeOwned + PartialEq>(frame: &[u8]) {
    let Ok(message) = wire::decode::<T>(frame) else {
        return;
    };
    if let Ok(bytes) = wire::encode(&message) {
        let again: T = wire::decode(&bytes[4..]).expect("what is written is read");
        assert!(again == message, "a message that is written is read alike");
    }
}

/// Reads the dictionary of a message in little-endian D-Bus: as the daemon does, which refuses unknown
/// entries, and as clients do.
pub(crate) fn dictionaries(input: &[u8]) {
    let data = Data::new(input, Context::new(LE, 0));
    macro_rules! strictly {
        ($($name:ty),+) => {$(
            if let Ok((dictionary, _)) = data.deserialize::<Dictionary>() {
                let _ = <$name>::try_from(dictionary);
            }
        )+};
    }
    macro_rules! leniently {
        ($($name:ty),+) => {$(
            let _ = data.deserialize::<$name>();
        )+};
    }
    strictly!(
        Response,
        EnrollmentOptions,
        VerificationOptions,
        ImportOptions,
        ImportMethodsOptions,
        RestoreOptions,
        TestOptions
    );
    leniently!(VerificationChallenge, Hint, Policy, Proof, Status, Token);
}

/// Reads messages of Varlink: as the daemon reads calls, and as the PAM module reads replies. A step that is
/// read is written and read alike.
pub(crate) fn sign_in(input: &[u8]) {
    for message in input.split(|byte| *byte == END) {
        if let Ok(Call {
            parameters: Some(parameters),
            ..
        }) = serde_json::from_slice(message)
        {
            if let Ok(start) = serde_json::from_str::<Start>(parameters.get()) {
                ssh_auth_info(&start.ssh_auth_info.unwrap_or_default());
            }
            let _ = serde_json::from_str::<password_reset::Start>(parameters.get());
            let _ = serde_json::from_str::<Answer<'_>>(parameters.get());
        }
        let Ok(Reply {
            parameters: Some(parameters),
            ..
        }) = serde_json::from_slice(message)
        else {
            continue;
        };
        if let Ok(step) = serde_json::from_str::<Step>(parameters.get()) {
            let written = serde_json::to_string(&step).expect("a step is written");
            let again: Step = serde_json::from_str(&written).expect("what is written is read");
            assert!(again == step, "a step that is written is read alike");
        }
        if let Ok(step) = serde_json::from_str::<password_reset::Step>(parameters.get()) {
            let written = serde_json::to_string(&step).expect("a step is written");
            let again: password_reset::Step =
                serde_json::from_str(&written).expect("what is written is read");
            assert!(again == step, "a step that is written is read alike");
        }
    }
}

/// Reads what sshd says of a sign-in: lines, each of which is understood by itself.
fn ssh_auth_info(said: &str) {
    let is_understood = |said: &str| SshAuthInfo::parse(said).is_ok();
    let mut lines = said.split_inclusive('\n');
    assert_eq!(
        is_understood(said),
        !said.is_empty() && lines.all(is_understood)
    );
}

/// Reads messages of Varlink as the helper that sets passwords reads calls, and as the daemon reads its
/// replies. A password that is taken can be passed on whole, and a ticket is written and read alike.
pub(crate) fn password(input: &[u8]) {
    for message in input.split(|byte| *byte == END) {
        if let Ok(call) = serde_json::from_slice::<Call<'_>>(message) {
            let _ = parameters::<password::Check>(&call);
            if let Ok(password::Outcome { ticket }) = parameters(&call) {
                let written = serde_json::to_string(&ticket).expect("a ticket is written");
                let again: Ticket =
                    serde_json::from_str(&written).expect("what is written is read");
                assert!(again == ticket, "a ticket that is written is read alike");
            }
            if let Ok(SetPassword { password, .. }) = parameters(&call) {
                let password = password.expose();
                assert!(!password.is_empty() && password.len() <= password::LONGEST_PASSWORD);
                assert!(
                    !password.contains(['\0', '\n']),
                    "PAM and commands take it whole"
                );
            }
        }
        if let Ok(Reply {
            parameters: Some(parameters),
            ..
        }) = serde_json::from_slice(message)
        {
            let _ = serde_json::from_str::<password::Checked>(parameters.get());
            let _ = serde_json::from_str::<password::Attempt>(parameters.get());
            let _ = serde_json::from_str::<password::Became>(parameters.get());
        }
    }
}

/// Reads lines as the helper that talks to security keys reads its request, and as who asks reads its events.
/// What is taken for a PIN can be one, and an event is written and read alike.
pub(crate) fn key(input: &[u8]) {
    for line in input.split(|byte| *byte == b'\n') {
        let request = secinfo_key::parse(line);
        let pin = request.as_ref().and_then(|request| match &request.task {
            Task::Assert {
                verification: Verification::Pin(pin),
                ..
            }
            | Task::Register {
                verification: Verification::Pin(pin),
                ..
            }
            | Task::SetPin { pin, .. } => Some(pin.expose()),
            _ => None,
        });
        assert!(pin.is_none_or(|pin| PIN_LENGTHS.contains(&pin.len())));
        if let Ok(event) = serde_json::from_slice::<Event>(line) {
            let written = serde_json::to_vec(&event).expect("an event is written");
            let again = serde_json::from_slice::<Event>(&written);
            assert_eq!(again.ok(), Some(event), "what is written is read alike");
        }
    }
}
