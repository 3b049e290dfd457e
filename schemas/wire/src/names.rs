//! Names and paths on the bus, and the words that cross it.

/// Defines a set of words, each with what it means, and the list of all of them.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)+) => {
        $($(#[$doc])* pub const $name: &str = $word;)+

        /// All of them.
        pub const ALL: &[&str] = &[$($name),+];
    };
}

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
    words! {
        /// Users, kinds, policy and the daemon's status, on the root object.
        MANAGER = "org.secinfo.SecurityInfo1.Manager";
        /// The inventory of hardware tokens, on the root object.
        TOKENS = "org.secinfo.SecurityInfo1.Tokens";
        /// What delivers messages, on the root object.
        CHANNELS = "org.secinfo.SecurityInfo1.Channels";
        /// Backup and restore, on the root object.
        BACKUPS = "org.secinfo.SecurityInfo1.Backups";
        /// The log, on the root object.
        AUDIT = "org.secinfo.SecurityInfo1.Audit";
        /// One user.
        USER = "org.secinfo.SecurityInfo1.User";
        /// One method of a user.
        METHOD = "org.secinfo.SecurityInfo1.Method";
        /// A session that ends in a method.
        ENROLLMENT = "org.secinfo.SecurityInfo1.Enrollment";
        /// A session that ends in a proof.
        VERIFICATION = "org.secinfo.SecurityInfo1.Verification";
    }
}

/// Kinds of methods, as they are written on the bus.
pub mod kind {
    words! {
        /// TOTP in an app (RFC 6238).
        AUTHENTICATOR_APP = "authenticator-app";
        /// An OATH token: TOTP or HOTP (RFC 4226) in hardware.
        HARDWARE_TOKEN = "hardware-token";
        /// Approval on a phone, and the code that it shows.
        PUSH = "push";
        /// A code in a text message.
        TEXT = "text";
        /// A code in a phone call.
        CALL = "call";
        /// A FIDO2 key that is plugged in, given its PIN and touched.
        SECURITY_KEY = "security-key";
        /// A code by email.
        EMAIL = "email";
        /// Answers to questions.
        SECURITY_QUESTIONS = "security-questions";
        /// Codes on paper, each good once.
        RECOVERY_CODES = "recovery-codes";
        /// A pass that an administrator issues for a short time.
        ACCESS_PASS = "access-pass";
    }
}

/// Purposes of a verification, as they are written on the bus.
pub mod purpose {
    words! {
        /// The second step of signing in, and the proof before a change.
        SIGN_IN = "sign-in";
        /// Setting a new password.
        PASSWORD_RESET = "password-reset";
    }
}

/// How far a message has come, as it is written on the bus.
pub mod delivery {
    words! {
        /// It waits for a channel.
        WAITING = "waiting";
        /// A provider has taken it.
        SENT = "sent";
        /// It has arrived.
        DELIVERED = "delivered";
        /// It was not delivered.
        FAILED = "failed";
    }
}

/// Why a message was not delivered, as it is written on the bus.
pub mod undelivered {
    words! {
        /// It could not be delivered to its destination.
        DESTINATION = "destination";
        /// The provider refuses to deliver to that destination.
        REFUSED = "refused";
        /// Nothing was heard in time; it may have arrived or not.
        TIMED_OUT = "timed-out";
        /// The provider cannot be used at the moment.
        PROVIDER = "provider";
        /// A fault of this host, which its administrator has to mend.
        HOST = "host";
    }
}

/// Why a code counts as used that was not accepted before, as it is written on the bus.
pub mod used {
    words! {
        /// The method was brought over from another system, which may have accepted the code.
        BROUGHT_OVER = "brought-over";
        /// The clock of the host was ahead when a code was last accepted.
        CLOCK_AHEAD = "clock-ahead";
    }
}

/// Why the daemon refused, where the name of its error stands for several reasons, as it is written on the
/// bus.
pub mod finer {
    words! {
        /// Another method was added at the same time.
        ADDED_MEANWHILE = "added-meanwhile";
        /// A method of the kind can never be the default.
        NEVER_THE_DEFAULT = "never-the-default";
        /// The method is no hardware token.
        NO_TOKEN = "no-token";
        /// The two codes are not consecutive ones of the token.
        NOT_CONSECUTIVE = "not-consecutive";
        /// The number is there already, in another place.
        NUMBER_KNOWN = "number-known";
        /// What is left of the disk is kept for sign-ins.
        ROOM_KEPT = "room-kept";
        /// A method of the kind is not enough at this service.
        TOO_WEAK_HERE = "too-weak-here";
    }
}

/// Which of a user's phone numbers one is, as it is written on the bus.
pub mod place {
    words! {
        /// The phone that the user carries.
        MOBILE = "mobile";
        /// Another one.
        ALTERNATE = "alternate";
        /// The one at work.
        OFFICE = "office";
    }
}

/// How a hardware token makes its codes, as it is written on the bus.
pub mod token_mode {
    words! {
        /// By time (RFC 6238).
        TOTP = "totp";
        /// By a counter (RFC 4226).
        HOTP = "hotp";
    }
}

/// Where a hardware token of the inventory stands, as it is written on the bus.
pub mod token_state {
    words! {
        /// It waits to be activated. A token that a user has activated is no longer listed.
        FREE = "free";
    }
}

/// How strong a proof is, as it is written on the bus.
pub mod strength {
    words! {
        /// What the user knows, and others may find out.
        KNOWLEDGE = "knowledge";
        /// A code that travelled through a network that others run.
        DELIVERED = "delivered";
        /// Something that the user has.
        POSSESSION = "possession";
        /// A key that cannot be phished, or a code that was kept for recovery.
        STRONG = "strong";
    }
}

/// How a user stands in the list of all, as it is written on the bus.
pub mod user_state {
    words! {
        /// Nothing is missing.
        OK = "ok";
        /// A method is locked after wrong codes.
        LOCKED = "locked";
        /// The account is locked: nobody signs in to it.
        ACCOUNT_LOCKED = "account-locked";
        /// Policy asks for more methods.
        METHODS_REQUIRED = "methods-required";
        /// Another name has the uid now, and this one is no account any more.
        RENAMED = "renamed";
        /// There is no such account any more.
        GONE = "gone";
    }
}

/// What the first method takes, as it is written on the bus.
pub mod first_method {
    words! {
        /// A session of the user.
        SESSION = "session";
        /// An access pass.
        ACCESS_PASS = "access-pass";
    }
}

/// What sessions there are, as it is written on the bus.
pub mod session {
    words! {
        /// One that ends in a method.
        ENROLLMENT = "enrollment";
        /// One that ends in a proof.
        VERIFICATION = "verification";
        /// The conversation of a sign-in.
        SIGN_IN = "sign-in";
    }
}

/// How a channel is, as it is written on the bus.
pub mod channel_state {
    words! {
        /// Its host process runs.
        READY = "ready";
        /// Its host process is being started.
        STARTING = "starting";
        /// It has no host process.
        DOWN = "down";
    }
}

/// How push stands, as it is written on the bus.
pub mod push_state {
    words! {
        /// It is not set up on this host.
        OFF = "off";
        /// The key is being made with which the host signs requests to phones.
        MAKING_KEY = "making-key";
        /// The process that phones talk to is not there.
        UNREACHABLE = "unreachable";
        /// Phones can be asked.
        READY = "ready";
    }
}

/// How much room the disk has for the log, as it is written on the bus.
pub mod disk_room {
    words! {
        /// Enough for everything.
        ENOUGH = "enough";
        /// So little that it is kept for sign-ins.
        KEPT = "kept";
    }
}

/// What a sign-in would begin with, as it is written on the bus.
pub mod expected {
    words! {
        /// Nothing is asked.
        NOT_COVERED = "not-covered";
        /// A proof is asked for.
        VERIFY = "verify";
        /// A method is to be set up.
        SET_UP = "set-up";
        /// The user would be refused.
        REFUSED = "refused";
    }
}

/// How a sign-in ended, as statistics on the bus write it.
pub mod sign_in {
    /// What was decided.
    pub mod outcome {
        words! {
            /// The user has proved a method.
            VERIFIED = "verified";
            /// The user proved one on this terminal a short while ago.
            REMEMBERED = "remembered";
            /// Policy asks nothing of this user here.
            NOT_COVERED = "not-covered";
            /// The user may still put off setting up a method.
            POSTPONED = "postponed";
            /// The user may not sign in.
            REFUSED = "refused";
        }
    }

    /// Why a sign-in was refused.
    pub mod reason {
        words! {
            /// Too many wrong codes in this sign-in.
            TOO_MANY_ATTEMPTS = "too-many-attempts";
            /// The method is locked for a time.
            LOCKED = "locked";
            /// A method is required, there is none, and none can be set up here.
            NO_METHOD = "no-method";
            /// A method had to be set up by now.
            GRACE_OVER = "grace-over";
            /// The first method can be set up only with an access pass.
            ACCESS_PASS_NEEDED = "access-pass-needed";
            /// The user took too long.
            EXPIRED = "expired";
            /// Too many codes were sent.
            TOO_MANY_CODES = "too-many-codes";
            /// The request was declined on the user's phone.
            DECLINED = "declined";
            /// The account had another name, whose methods it would go without.
            RENAMED = "renamed";
        }
    }
}
