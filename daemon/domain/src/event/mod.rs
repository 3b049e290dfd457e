//! What happened: the facts that the log holds, in the past tense.

mod codec;
mod envelope;
mod reason;

pub use crate::kind::{Accepted, Credential, Failure, Resynchronized};
pub use crate::state::Familiarity;
pub use codec::{DecodeError, MAX_EVENT_BYTES, StoredEvent, decode, encode, user_of};
pub use reason::{DefaultReason, DeletionReason, DeliveryFailure, ResetFailure};

use crate::otp::{Counter, OtpParameters};
use crate::{
    ApprovalId, BreakGlassId, ChannelName, Country, DestinationTag, GuessTag, Kind, MessageId,
    MethodId, Policy, Purpose, RootHash, Sealed, SealedMethod, SeedTag, ServiceName, SessionTag,
    Source, Strength, TerminalTag, TicketId, Timestamp, TokenId, UserId,
};
use serde::{Deserialize, Deserializer, Serialize};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When it was decided.
    pub time: Timestamp,
    /// Whose security info it is about; none when it is about the host.
    pub user: Option<UserId>,
    /// Who caused it.
    pub actor: Actor,
    /// What happened.
    pub fact: Fact,
}

/// Reads a field that may be null but not absent: an event has all its fields, or it is damaged.
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}

/// Reads a field that may be absent but not null: an event has one form.
fn unless_absent<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Who caused an event, and through which service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The account.
    pub who: Who,
    /// The PAM service or program, as far as it named itself.
    #[serde(deserialize_with = "present")]
    pub service: Option<ServiceName>,
    /// The account that signed in and became root since, as by `sudo`. Said of root alone: any program without a
    /// login uid could claim one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "unless_absent"
    )]
    pub login: Option<UserId>,
}

impl Actor {
    /// The account, through no service that is known.
    pub const fn new(who: Who) -> Self {
        Self {
            who,
            service: None,
            login: None,
        }
    }

    /// The service that asked, where root did. Any other account names itself as it likes.
    pub fn service_of_root(&self) -> Option<&ServiceName> {
        self.service.as_ref().filter(|_| self.who == Who::Root)
    }
}

/// The account that caused an event. An account other than root stands there by its random user
/// id, never by uid or name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// The daemon itself: a waiting time was over, the configuration was read.
    System,
    /// The account with uid 0.
    Root,
    /// Another account.
    User(UserId),
}

/// A method that was proved in a password reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The method.
    pub method: MethodId,
    /// Its kind.
    pub kind: Kind,
}

/// What a phone answered to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalAnswer {
    /// The user accepted it, with the right number where there were numbers.
    Accepted,
    /// The user chose another number than the one shown where the sign-in began.
    WrongNumber,
    /// The user declined what they had begun.
    Cancelled,
    /// The user declined what they had not begun.
    NotMe,
}

impl ApprovalAnswer {
    /// Its name in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::WrongNumber => "wrong-number",
            Self::Cancelled => "cancelled",
            Self::NotMe => "not-me",
        }
    }
}

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident $type:literal v $version:literal { $($(#[$field_doc:meta])* $field:ident: $field_type:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name {
                $($(#[$field_doc])* pub $field: $field_type,)*
            }

            impl From<$name> for Fact {
                fn from(fact: $name) -> Self {
                    Self::$name(fact)
                }
            }
        )*

        /// A fact, by its type.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Fact {
            $($(#[$doc])* $name($name),)*
        }

        impl Fact {
            /// Every type of event, with its current version.
            pub const TYPES: &'static [(&'static str, u16)] = &[$(($type, $version)),*];

            /// Its type, as the log writes it.
            pub const fn type_name(&self) -> &'static str {
                match self { $(Self::$name(_) => $type,)* }
            }

            /// The version of its form.
            pub const fn version(&self) -> u16 {
                match self { $(Self::$name(_) => $version,)* }
            }

            fn data_to_json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
                match self { $(Self::$name(data) => serde_json::to_writer(out, data),)* }
            }

            /// Reads the data of the current version; none when there is no such type.
            fn data_from_json(type_name: &str, data: &str) -> Option<serde_json::Result<Self>> {
                match type_name {
                    $($type => Some(serde_json::from_str(data).map(Self::$name)),)*
                    _ => None,
                }
            }
        }
    };
}

facts! {
    /// The log was begun. Always the first event.
    LogCreated "log-created" v 1 {
        /// The origin of its checkpoints, fixed for the life of the log.
        origin: String,
    }
    /// The policy was read for the first time, or changed.
    PolicyChanged "policy-changed" v 1 {
        /// The policy that holds from here on.
        policy: Box<Policy>,
    }
    /// The log was restored from a backup, and goes on from here. What could have been used or given
    /// out after the backup is void: see [`State::evolve`](crate::State::evolve).
    LogRestored "log-restored" v 1 {
        /// How many events the backup held: the size of its checkpoint.
        size: u64,
        /// The root of the tree over them: that of its checkpoint.
        root: RootHash,
        /// When the backup was made.
        backup_time: Timestamp,
    }
    /// A user was seen for the first time.
    UserAdded "user-added" v 1 {
        /// Uid and name, under the user's own key.
        sealed: Sealed,
    }
    /// An administrator said that the account of a user has another name now. What the user's sign-ins have
    /// left is void.
    UserRenamed "user-renamed" v 1 {
        /// Uid and name from here on, under the user's own key.
        sealed: Sealed,
    }
    /// A user was erased: the key of the name and those of all methods are gone.
    UserErased "user-erased" v 1 {}
    /// A user proved that a method works; it is in their security info now.
    MethodEnrolled "method-enrolled" v 1 {
        /// The method.
        method: MethodId,
        /// What it is, and what its enrollment used up.
        credential: Credential,
        /// Label and secret.
        sealed: SealedMethod,
        /// The token of the inventory that it was made of.
        #[serde(deserialize_with = "present")]
        token: Option<TokenId>,
        /// The session in which enrolling it counts as a proof, too: only for the first method,
        /// or one fresh proof could be drawn out for ever by enrolling again and again.
        #[serde(deserialize_with = "present")]
        first_proof: Option<SessionTag>,
        /// How strong the proof was that let it in. For the waiting time of deletions it proves no
        /// more than that. None where no proof was asked: for a first method, and from an
        /// administrator.
        #[serde(deserialize_with = "present")]
        vouched: Option<Strength>,
    }
    /// An administrator imported a method from another system, where the user had proved it.
    MethodImported "method-imported" v 1 {
        /// The method.
        method: MethodId,
        /// What it is, and what was used up of it before.
        credential: Credential,
        /// Label and secret.
        sealed: SealedMethod,
    }
    /// A user gave a method another label.
    MethodRenamed "method-renamed" v 1 {
        /// The method.
        method: MethodId,
        /// The new label.
        label: Sealed,
    }
    /// A method was deleted, and its key destroyed.
    MethodDeleted "method-deleted" v 1 {
        /// The method.
        method: MethodId,
        /// Why.
        reason: DeletionReason,
        /// The session in which its user asked for it, whose proofs by other methods go on. None where
        /// it was not the user who asked.
        #[serde(deserialize_with = "present")]
        session: Option<SessionTag>,
    }
    /// A user asked for a deletion with a weaker proof, so that it was scheduled.
    DeletionScheduled "deletion-scheduled" v 1 {
        /// The method.
        method: MethodId,
        /// When it will be deleted.
        due: Timestamp,
    }
    /// A scheduled deletion was cancelled.
    DeletionCancelled "deletion-cancelled" v 1 {
        /// The method.
        method: MethodId,
    }
    /// Another method is the default now, or none.
    DefaultChanged "default-changed" v 1 {
        /// The new default.
        #[serde(deserialize_with = "present")]
        method: Option<MethodId>,
        /// Why.
        reason: DefaultReason,
    }
    /// A user proved a method. This event is what uses the code up.
    VerificationSucceeded "verification-succeeded" v 1 {
        /// The method.
        method: MethodId,
        /// What for.
        purpose: Purpose,
        /// How strong the proof is.
        strength: Strength,
        /// Where the proof was made, and alone counts.
        session: SessionTag,
        /// What is used up.
        accepted: Accepted,
        /// What the user signed in from, which counts as known from here on.
        #[serde(deserialize_with = "present")]
        source: Option<Source>,
        /// The same as its user reads it, the remote host or the terminal, under the user's own key.
        #[serde(deserialize_with = "present")]
        place: Option<Sealed>,
    }
    /// A user who must set up a method postponed it at sign-in.
    SetUpPostponed "set-up-postponed" v 1 {
        /// When it can no longer be postponed.
        until: Timestamp,
    }
    /// A proof at sign-in spares the user the next ones in the same terminal at the same service.
    TerminalRemembered "terminal-remembered" v 1 {
        /// The terminal.
        terminal: TerminalTag,
        /// The service.
        service: ServiceName,
        /// Until when.
        until: Timestamp,
    }
    /// A user signed in without being asked, because the terminal was remembered.
    RememberedSignIn "remembered-sign-in" v 1 {
        /// The terminal.
        terminal: TerminalTag,
        /// Where the user was, as in a verification.
        #[serde(deserialize_with = "present")]
        place: Option<Sealed>,
    }
    /// A user signed in with a break-glass code while the daemon could not decide. Recorded as soon
    /// as it could.
    BreakGlassUsed "break-glass-used" v 1 {
        /// The code, by its id.
        code: BreakGlassId,
        /// When it was used, as the host noted it.
        used: Timestamp,
    }
    /// A code was asked for, and a message with it is on its way.
    CodeRequested "code-requested" v 1 {
        /// The message that holds it.
        message: MessageId,
        /// The kind of method that it proves.
        kind: Kind,
        /// The method; none while it is being enrolled.
        #[serde(deserialize_with = "present")]
        method: Option<MethodId>,
        /// What the method is to be proved for; none while it is being enrolled.
        #[serde(deserialize_with = "present")]
        purpose: Option<Purpose>,
        /// Where the message goes to, for counting only.
        destination: DestinationTag,
        /// The country of the phone number that it goes to.
        #[serde(deserialize_with = "present")]
        country: Option<Country>,
        /// When the code ends.
        expires: Timestamp,
        /// The message whose code is void from here on, because this one takes its place.
        #[serde(deserialize_with = "present")]
        replaces: Option<MessageId>,
    }
    /// A message was delivered, as far as the channel can tell.
    MessageDelivered "message-delivered" v 1 {
        /// The message.
        message: MessageId,
        /// The channel.
        channel: ChannelName,
        /// Whether the provider said that it has arrived, and not only that it was taken.
        confirmed: bool,
        /// How many attempts it took.
        attempts: u8,
    }
    /// A message was not delivered.
    MessageFailed "message-failed" v 1 {
        /// The message.
        message: MessageId,
        /// The channel that was tried last; none when none could be tried.
        #[serde(deserialize_with = "present")]
        channel: Option<ChannelName>,
        /// Why.
        reason: DeliveryFailure,
        /// How many attempts were made.
        attempts: u8,
    }
    /// A request to approve is on its way to a phone.
    ApprovalRequested "approval-requested" v 1 {
        /// The request.
        approval: ApprovalId,
        /// The method; none while it is being enrolled.
        #[serde(deserialize_with = "present")]
        method: Option<MethodId>,
        /// What for.
        purpose: Purpose,
        /// From which places it was asked for: those where the user has signed in lately, or all others.
        from: Familiarity,
        /// When it ends.
        expires: Timestamp,
    }
    /// A phone answered a request.
    ApprovalAnswered "approval-answered" v 1 {
        /// The request.
        approval: ApprovalId,
        /// What it answered.
        answer: ApprovalAnswer,
        /// Until when no request is sent to the user's phones, because the user did not begin this one.
        #[serde(deserialize_with = "present")]
        paused_until: Option<Timestamp>,
    }
    /// An answer was refused.
    VerificationFailed "verification-failed" v 1 {
        /// The method.
        method: MethodId,
        /// What for.
        purpose: Purpose,
        /// Why.
        failure: Failure,
        /// Where it came from.
        #[serde(deserialize_with = "present")]
        source: Option<Source>,
        /// The same as the user reads it, the remote host or the terminal, under the user's own key.
        #[serde(deserialize_with = "present")]
        place: Option<Sealed>,
        /// The wrong answer, and what it was compared with: the same again is no further guess.
        #[serde(deserialize_with = "present")]
        guess: Option<GuessTag>,
    }
    /// A user gave a wrong code while enrolling what may be another person's: a token of the
    /// inventory, a phone, a mailbox.
    ActivationFailed "activation-failed" v 1 {
        /// Where it came from.
        #[serde(deserialize_with = "present")]
        source: Option<Source>,
    }
    /// Wrong codes locked a method, for those who ask from sources like that of the newest; or wrong PINs a
    /// security key, for all.
    Locked "locked" v 1 {
        /// The method.
        method: MethodId,
        /// From which sources.
        from: Familiarity,
        /// When the lock ends.
        until: Timestamp,
    }
    /// Every lock of a user was lifted: by an administrator, that of the account too, or by the user in a
    /// password reset.
    Unlocked "unlocked" v 1 {
        /// The gates that the user has passed for it; none where an administrator lifted them.
        gates: Vec<Gate>,
    }
    /// A user locked their account, or an administrator did: nobody signs in and no password is reset until
    /// it is unlocked. What the user's sign-ins have left is void.
    AccountLocked "account-locked" v 1 {}
    /// A user unlocked their account by a proof.
    AccountUnlocked "account-unlocked" v 1 {
        /// The method that they proved.
        method: MethodId,
    }
    /// A user said of something in their activity that it was not them. What the user's sign-ins have left is
    /// void.
    ActivityReported "activity-reported" v 1 {
        /// The number of the event that tells of it.
        reported: u64,
    }
    /// A user has passed the gates of a password reset, and the helper is asked to set the new password.
    PasswordResetRequested "password-reset-requested" v 1 {
        /// The ticket that the helper takes for it, once.
        ticket: TicketId,
        /// The reset, in which alone the gates count.
        session: SessionTag,
        /// The gates.
        gates: Vec<Gate>,
    }
    /// A user has a new password. Their proofs and remembered terminals are void, and their methods
    /// unlocked.
    PasswordReset "password-reset" v 1 {
        /// The ticket that it was set with.
        ticket: TicketId,
        /// The gates that the user has passed for it.
        gates: Vec<Gate>,
    }
    /// A new password was not set, or it cannot be told whether it was.
    PasswordResetFailed "password-reset-failed" v 1 {
        /// The ticket.
        ticket: TicketId,
        /// Why.
        reason: ResetFailure,
    }
    /// Wrong answers at the gates of password resets locked these for a user. Sign-in is not hindered by
    /// it.
    PasswordResetLocked "password-reset-locked" v 1 {
        /// The kind whose gates are locked; none for all.
        #[serde(deserialize_with = "present")]
        kind: Option<Kind>,
        /// When the lock ends.
        until: Timestamp,
    }
    /// Recovery codes were issued.
    RecoveryCodesIssued "recovery-codes-issued" v 1 {
        /// The method that they are.
        method: MethodId,
        /// How many.
        count: u8,
        /// Label and hashes.
        sealed: SealedMethod,
        /// As for an enrolled method.
        #[serde(deserialize_with = "present")]
        vouched: Option<Strength>,
    }
    /// An administrator issued an access pass.
    AccessPassIssued "access-pass-issued" v 1 {
        /// The method that it is.
        method: MethodId,
        /// When it begins.
        begins: Timestamp,
        /// When it ends.
        expires: Timestamp,
        /// Whether it is good for one verification only.
        once: bool,
        /// Label and hash.
        sealed: SealedMethod,
    }
    /// An administrator imported a hardware token.
    TokenImported "token-imported" v 1 {
        /// The token.
        token: TokenId,
        /// How its codes are made.
        parameters: OtpParameters,
        /// The counter of its next code; 0 for a time token.
        next: Counter,
        /// Its secret, so that it is known again after a user has used and deleted it.
        seed: SeedTag,
        /// Serial number, manufacturer, model and secret, under the token's own key.
        sealed: Sealed,
    }
    /// An administrator removed a token that was not activated, and its key was destroyed.
    TokenRemoved "token-removed" v 1 {
        /// The token.
        token: TokenId,
    }
    /// A hardware token was brought back into step by two consecutive codes.
    TokenResynchronized "token-resynchronized" v 1 {
        /// The method.
        method: MethodId,
        /// Where it was found.
        found: Resynchronized,
    }
}
