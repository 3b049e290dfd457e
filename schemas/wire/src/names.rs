//! Names and paths on the bus, and the words that cross it.

/// The daemon's name on the system bus.
pub const BUS_NAME: &str = "org.secinfo.SecurityInfo1";
/// The object that everything else is below.
pub const ROOT_PATH: &str = "/org/secinfo/SecurityInfo1";
/// What the name of each of the daemon's errors begins with.
pub const ERROR_PREFIX: &str = "org.secinfo.SecurityInfo1.Error.";
/// The Unix account that the daemon runs as.
pub const DAEMON_USER: &str = "secinfo";
/// The object path that stands for "none".
pub const NO_OBJECT: &str = "/";

/// Names of the interfaces.
pub mod interface {
    /// Users, policy, verifications and tokens, on the root object.
    pub const MANAGER: &str = "org.secinfo.SecurityInfo1.Manager";
    /// The log, on the root object.
    pub const AUDIT: &str = "org.secinfo.SecurityInfo1.Audit";
    /// One user.
    pub const USER: &str = "org.secinfo.SecurityInfo1.User";
    /// One method of a user.
    pub const METHOD: &str = "org.secinfo.SecurityInfo1.Method";
    /// A session that ends in a method.
    pub const ENROLLMENT: &str = "org.secinfo.SecurityInfo1.Enrollment";
    /// A session that ends in a proof.
    pub const VERIFICATION: &str = "org.secinfo.SecurityInfo1.Verification";
    /// The conversation of a sign-in.
    pub const SIGN_IN: &str = "org.secinfo.SecurityInfo1.SignIn";
}

/// Kinds of methods, as they are written on the bus.
pub mod kind {
    /// TOTP in an app (RFC 6238).
    pub const AUTHENTICATOR_APP: &str = "authenticator-app";
    /// An OATH token: TOTP or HOTP (RFC 4226) in hardware.
    pub const HARDWARE_TOKEN: &str = "hardware-token";
    /// A code in a text message.
    pub const TEXT: &str = "text";
    /// A code in a phone call.
    pub const CALL: &str = "call";
    /// A code by email.
    pub const EMAIL: &str = "email";
    /// Codes on paper, each good once.
    pub const RECOVERY_CODES: &str = "recovery-codes";
    /// A pass that an administrator issues for a short time.
    pub const ACCESS_PASS: &str = "access-pass";
}

/// Purposes of a verification, as they are written on the bus.
pub mod purpose {
    /// The second step of signing in, and the proof before a change.
    pub const SIGN_IN: &str = "sign-in";
    /// Setting a new password.
    pub const PASSWORD_RESET: &str = "password-reset";
}

/// How far a message has come, as it is written on the bus.
pub mod delivery {
    /// It waits for a channel.
    pub const WAITING: &str = "waiting";
    /// A provider has taken it.
    pub const SENT: &str = "sent";
    /// It has arrived.
    pub const DELIVERED: &str = "delivered";
    /// It was not delivered.
    pub const FAILED: &str = "failed";
}

/// Which of a user's phone numbers one is, as it is written on the bus.
pub mod place {
    /// The phone that the user carries.
    pub const MOBILE: &str = "mobile";
    /// Another one.
    pub const ALTERNATE: &str = "alternate";
    /// The one at work.
    pub const OFFICE: &str = "office";
}

/// How a hardware token makes its codes, as it is written on the bus.
pub mod token_mode {
    /// By time (RFC 6238).
    pub const TOTP: &str = "totp";
    /// By a counter (RFC 4226).
    pub const HOTP: &str = "hotp";
}

/// Words of a sign-in, as they are written on the bus.
pub mod sign_in {
    /// What a step is.
    pub mod outcome {
        /// The user must answer a prompt.
        pub const ASK: &str = "ask";
        /// The user has proved a method.
        pub const VERIFIED: &str = "verified";
        /// The user proved one on this terminal a short while ago.
        pub const REMEMBERED: &str = "remembered";
        /// Policy asks nothing of this user here.
        pub const NOT_COVERED: &str = "not-covered";
        /// The user may still put off setting up a method.
        pub const POSTPONED: &str = "postponed";
        /// The user may not sign in.
        pub const REFUSED: &str = "refused";
    }

    /// Why a sign-in was refused.
    pub mod reason {
        /// The code does not match.
        pub const WRONG_CODE: &str = "wrong-code";
        /// Too many wrong codes in this sign-in.
        pub const TOO_MANY_ATTEMPTS: &str = "too-many-attempts";
        /// The method is locked for a time.
        pub const LOCKED: &str = "locked";
        /// A method is required, there is none, and none can be set up here.
        pub const NO_METHOD: &str = "no-method";
        /// A method had to be set up by now.
        pub const GRACE_OVER: &str = "grace-over";
        /// The first method can be set up only with an access pass.
        pub const ACCESS_PASS_NEEDED: &str = "access-pass-needed";
        /// The user took too long.
        pub const EXPIRED: &str = "expired";
        /// Too many codes were sent.
        pub const TOO_MANY_CODES: &str = "too-many-codes";
        /// The user gave up.
        pub const CANCELLED: &str = "cancelled";
    }

    /// Why a user is not covered.
    pub mod why {
        /// Sign-in is not protected at this service.
        pub const OFF: &str = "off";
        /// The user is in an exempt group.
        pub const EXEMPT_GROUP: &str = "exempt-group";
        /// The user comes from an exempt network.
        pub const EXEMPT_NETWORK: &str = "exempt-network";
        /// Only who has a method is asked, and the user has none.
        pub const NOTHING_ENROLLED: &str = "nothing-enrolled";
    }

    /// What prompts are shown on.
    pub mod display {
        /// A terminal: a prompt may have several lines.
        pub const TERMINAL: &str = "terminal";
        /// A field of one line, as in a graphical greeter: nothing is set up there.
        pub const LINE: &str = "line";
    }
}
