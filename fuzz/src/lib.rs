//! What reads input from outside, as targets of a fuzzer.
//!
//! `cargo xtask fuzz` feeds each target with inputs that reach ever more of its code. A target checks
//! more than that nothing panics: what was read is written and read again, bounds hold, a reader that
//! was refused once does not go on. The inputs in `corpus/` are run as tests.

mod imports;
mod log;
mod messages;
mod names;
mod pam;
mod providers;
mod push;
mod security_keys;

/// One reader of input from outside.
pub struct Target {
    /// Its name, which its corpus has too.
    pub name: &'static str,
    /// What it reads.
    pub what: &'static str,
    /// Reads one input.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target {
        name: "backup",
        what: "a backup stream",
        run: log::backup,
    },
    Target {
        name: "break-glass",
        what: "a file of a break-glass code, and its name",
        run: names::break_glass,
    },
    Target {
        name: "bus-arguments",
        what: "dictionaries of the bus: responses, options, and what clients read",
        run: messages::dictionaries,
    },
    Target {
        name: "channel-wire",
        what: "frames between the daemon and a channel host",
        run: messages::frames,
    },
    Target {
        name: "checkpoint",
        what: "a signed checkpoint and a verifier key",
        run: log::checkpoint,
    },
    Target {
        name: "config",
        what: "config.toml",
        run: imports::config,
    },
    Target {
        name: "event",
        what: "the stored form of an event",
        run: log::event,
    },
    Target {
        name: "export",
        what: "an exported log",
        run: log::export,
    },
    Target {
        name: "app-export",
        what: "exports of apps, password managers and servers",
        run: imports::app_export,
    },
    Target {
        name: "google-authenticator",
        what: "~/.google_authenticator",
        run: imports::google_authenticator,
    },
    Target {
        name: "names",
        what: "what users type: phone numbers, email addresses, secrets, names",
        run: names::typed,
    },
    Target {
        name: "oath-users",
        what: "users.oath of pam_oath",
        run: imports::oath_users,
    },
    Target {
        name: "key",
        what: "requests to the helper that talks to security keys, and its events",
        run: messages::key,
    },
    Target {
        name: "one-time-codes",
        what: "methods that the command has read from another system",
        run: imports::one_time_codes,
    },
    Target {
        name: "pam",
        what: "pam.d, as libpam reads it",
        run: pam::service,
    },
    Target {
        name: "password",
        what: "calls and replies of the helper that sets passwords",
        run: messages::password,
    },
    Target {
        name: "password-files",
        what: "passwd, shadow, login.defs and config.toml, as that helper reads them",
        run: names::password_files,
    },
    Target {
        name: "push-address",
        what: "the address at which phones ask",
        run: push::address,
    },
    Target {
        name: "push-lines",
        what: "lines between the daemon and the process that phones talk to",
        run: push::lines,
    },
    Target {
        name: "push-phone-key",
        what: "the public key of a phone",
        run: push::phone_key,
    },
    Target {
        name: "push-polls",
        what: "what a phone asks with",
        run: push::polls,
    },
    Target {
        name: "push-posts",
        what: "the forms that phones post",
        run: push::posts,
    },
    Target {
        name: "sign-in",
        what: "calls and replies of the socket for sign-ins",
        run: messages::sign_in,
    },
    Target {
        name: "security-key-answers",
        what: "registrations and assertions of security keys, as JSON",
        run: security_keys::answers,
    },
    Target {
        name: "security-key-attestation",
        what: "the attestation object of a security key",
        run: security_keys::attestation_object,
    },
    Target {
        name: "security-key-certificate",
        what: "a certificate in such an object, and a file of roots",
        run: security_keys::certificate,
    },
    Target {
        name: "security-key-data",
        what: "what a security key signs",
        run: security_keys::authenticator_data,
    },
    Target {
        name: "security-key-public-key",
        what: "the public key of a credential, in CBOR",
        run: security_keys::public_key,
    },
    Target {
        name: "smtp-replies",
        what: "replies of an SMTP server",
        run: providers::smtp,
    },
    Target {
        name: "snapshot",
        what: "the state in a snapshot",
        run: log::snapshot,
    },
    Target {
        name: "tokens",
        what: "hardware tokens as CSV or PSKC",
        run: imports::tokens,
    },
    Target {
        name: "twilio-replies",
        what: "HTTP responses of Twilio",
        run: providers::twilio,
    },
    Target {
        name: "u2f-mappings",
        what: "u2f_mappings of pam_u2f",
        run: imports::u2f_mappings,
    },
];

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
