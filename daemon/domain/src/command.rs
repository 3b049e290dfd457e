//! What somebody wants to happen, with everything that the decision needs: the time, random ids
//! and what was looked up.

use crate::event::{Actor, Credential, DeliveryFailure, Resynchronized};
use crate::otp::{Counter, OtpParameters, TimeStep};
use crate::{
    BreakGlassId, ChannelName, Country, DestinationTag, GroupName, Kind, MessageId, MethodId,
    Place, Policy, Purpose, Sealed, Seconds, SessionTag, TerminalTag, Timestamp, TokenId, UserId,
};

/// What somebody wants to happen.
#[derive(Debug, Clone)]
pub enum Command {
    /// To the security info of a user.
    User(UserCommand),
    /// To what belongs to the host.
    Host(HostCommand),
}

/// Something to do to the security info of one user.
#[derive(Debug, Clone)]
pub struct UserCommand {
    /// The user.
    pub user: UserId,
    /// Who asks, when, and from where.
    pub context: Context,
    /// What to do.
    pub action: Action,
}

/// Who asks, when, and from where.
#[derive(Debug, Clone)]
pub struct Context {
    /// Now.
    pub now: Timestamp,
    /// Who asks, through which service.
    pub actor: Actor,
    /// By what right.
    pub authority: Authority,
    /// Whether the one who asks is the user.
    pub on_self: bool,
    /// The session whose proofs count.
    pub session: SessionTag,
    /// The Unix groups of the user.
    pub groups: Vec<GroupName>,
    /// Names of the users that may be new here, sealed under their own keys: the user, and
    /// whoever asks.
    pub introductions: Vec<(UserId, Sealed)>,
}

/// By what right somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// It is their own security info: the rules of fresh proof hold.
    Own,
    /// They were authorized to administer others.
    Administrator,
    /// The daemon does what time asks for.
    System,
}

/// Something to do to the security info of a user.
#[derive(Debug, Clone)]
pub enum Action {
    /// Take in a method that the user has proved to work.
    Enroll {
        /// Its id.
        method: MethodId,
        /// What it is; what the proof used up is marked in it as used.
        credential: Credential,
        /// Label and secret.
        sealed: Sealed,
        /// The token that it was made of.
        token: Option<TokenId>,
        /// The user's methods that are on the same phone number.
        same_number: Vec<MethodId>,
    },
    /// Send a code.
    RequestCode {
        /// The message that will hold it.
        message: MessageId,
        /// What the code is to prove.
        recipient: Recipient,
        /// Where the message goes to.
        destination: DestinationTag,
        /// The country of the phone number that it goes to, as far as it is known.
        country: Option<Country>,
        /// The message of the same session that it takes the place of.
        replaces: Option<MessageId>,
    },
    /// Note what became of a message.
    RecordDelivery {
        /// The message.
        message: MessageId,
        /// How many attempts were made.
        attempts: u8,
        /// What became of it.
        outcome: DeliveryOutcome,
    },
    /// Note that a wrong code was given for what somebody else may hold: a token of the inventory,
    /// a phone, a mailbox.
    FailActivation,
    /// Give a method another label.
    Rename {
        /// The method.
        method: MethodId,
        /// What was sealed before, with the new label.
        sealed: Sealed,
    },
    /// Delete a method, at once or after the waiting time.
    Delete {
        /// The method.
        method: MethodId,
    },
    /// Call off a deletion that waits.
    CancelDeletion {
        /// The method.
        method: MethodId,
    },
    /// Carry out what is due: deletions whose waiting time is over, passes that have expired.
    CarryOutDue,
    /// Choose the default.
    SetDefault {
        /// The method.
        method: MethodId,
    },
    /// Issue recovery codes; former ones are void.
    IssueRecoveryCodes {
        /// The id of the method that they become.
        method: MethodId,
        /// Their hashes.
        sealed: Sealed,
        /// How many they are.
        count: u8,
    },
    /// Issue an access pass; a former one is void.
    IssueAccessPass {
        /// The id of the method that it becomes.
        method: MethodId,
        /// Its hash.
        sealed: Sealed,
        /// How long it is valid.
        valid: Seconds,
        /// Whether it is good for one verification only.
        once: bool,
    },
    /// Take an access pass back.
    RevokeAccessPass,
    /// Verify the user.
    Verify {
        /// The method.
        method: MethodId,
        /// What for.
        purpose: Purpose,
        /// What the answer was found to be.
        answer: Answer,
    },
    /// Put off setting up what is required.
    PostponeSetUp,
    /// Spare the user the next proofs in this terminal, after one in this session.
    RememberTerminal {
        /// The terminal.
        terminal: TerminalTag,
    },
    /// Let the user sign in because the terminal is remembered.
    UseRemembered {
        /// The terminal.
        terminal: TerminalTag,
    },
    /// Bring a method over that the user has proved in another system.
    ImportMethod {
        /// Its id.
        method: MethodId,
        /// What it is; what may have been used up of it is marked in it as used.
        credential: Credential,
        /// Label and secret.
        sealed: Sealed,
    },
    /// Note that a break-glass code was used while the daemon could not decide.
    RecordBreakGlass {
        /// The code, by its id.
        code: BreakGlassId,
        /// When it was used.
        used: Timestamp,
    },
    /// Find a token again that has run away.
    Resynchronize {
        /// The method.
        method: MethodId,
        /// Where two consecutive codes were found, if they were.
        found: Option<Resynchronized>,
    },
    /// Lift every lock.
    Unlock,
    /// Forget the user: destroy the keys of the name and of all methods.
    Erase,
}

/// What a code that is sent is to prove.
#[derive(Debug, Clone)]
pub enum Recipient {
    /// That a destination is the user's, while a method of this kind is enrolled.
    New {
        /// The kind.
        kind: Kind,
        /// The phone number, where it is one.
        phone: Option<Phone>,
    },
    /// A method that the user has.
    Method {
        /// The method.
        method: MethodId,
        /// What for.
        purpose: Purpose,
    },
}

/// A phone number that a method would be on.
#[derive(Debug, Clone)]
pub struct Phone {
    /// Which of the user's numbers it is.
    pub place: Place,
    /// The user's methods that are on this number already.
    pub same_number: Vec<MethodId>,
}

/// What became of a message.
#[derive(Debug, Clone)]
pub enum DeliveryOutcome {
    /// It was delivered.
    Delivered {
        /// By this channel.
        channel: ChannelName,
        /// Whether the provider said that it has arrived.
        confirmed: bool,
    },
    /// It was not.
    Failed {
        /// The channel that was tried last.
        channel: Option<ChannelName>,
        /// Why.
        reason: DeliveryFailure,
    },
}

/// What the answer of a user was found to be, compared with the method's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The code of this time step.
    TimeStep(TimeStep),
    /// The code of this counter.
    Counter(Counter),
    /// The recovery code with this number.
    RecoveryCode(u8),
    /// The access pass.
    AccessPass,
    /// The code that this message held.
    DeliveredCode(MessageId),
    /// None of the above.
    Wrong,
}

/// Something to do to what belongs to the host.
#[derive(Debug, Clone)]
pub struct HostCommand {
    /// Now.
    pub now: Timestamp,
    /// Who asks.
    pub actor: Actor,
    /// What to do.
    pub action: HostAction,
    /// The name of whoever asks, sealed under their own key, where they may be new here.
    pub introductions: Vec<(UserId, Sealed)>,
}

/// Something to do to what belongs to the host.
#[derive(Debug, Clone)]
pub enum HostAction {
    /// Begin the log.
    CreateLog {
        /// The origin of its checkpoints.
        origin: String,
    },
    /// Put this policy in force.
    SetPolicy(Box<Policy>),
    /// Take these tokens into the inventory.
    ImportTokens(Vec<NewToken>),
    /// Remove a token that nobody has activated.
    RemoveToken(TokenId),
}

/// A token for the inventory.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its id.
    pub token: TokenId,
    /// How its codes are made.
    pub parameters: OtpParameters,
    /// The counter of its next code.
    pub next: Counter,
    /// Serial number, manufacturer, model and secret.
    pub sealed: Sealed,
}

/// Why a command was refused. A refused command leaves no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody by this id is known here.
    #[error("there is no such user")]
    UnknownUser,
    /// The user has no such method.
    #[error("there is no such method: list the methods and choose one of them")]
    UnknownMethod,
    /// No such token waits to be activated.
    #[error(
        "no token with that serial number waits to be activated: check the number on its back, or ask an administrator to import it"
    )]
    UnknownToken,
    /// A proof is missing in this session.
    #[error(
        "prove who you are first: verify one of your methods in this session, then do it again"
    )]
    FreshProofNeeded,
    /// The proof of this session is weaker than what would be replaced.
    #[error(
        "that takes a stronger proof: verify an authenticator app, a hardware token, a security key or one of your recovery codes, then do it again"
    )]
    StrongerProofNeeded,
    /// Policy asks for an access pass before the first method.
    #[error("policy asks for an access pass before the first method: ask an administrator for one")]
    AccessPassNeeded,
    /// Policy does not allow the kind.
    #[error("policy does not allow {0} here: choose another kind")]
    KindNotAllowed(Kind),
    /// The kind does not serve the purpose.
    #[error("{0} does not serve {1}: choose another method")]
    NotForThisPurpose(Kind, Purpose),
    /// The kind is never the default.
    #[error("{0} can never be the default: choose a method that is asked for at sign-in")]
    NeverTheDefault(Kind),
    /// The kind is issued, not enrolled.
    #[error("{0} cannot be enrolled: it is issued")]
    IssuedNotEnrolled(Kind),
    /// The user has as many of the kind as may be.
    #[error("there are {most} of {kind} already, the most there may be: delete one first")]
    TooManyMethods {
        /// The kind.
        kind: Kind,
        /// The most there may be.
        most: u8,
    },
    /// The kind only goes beside another method.
    #[error(
        "{0} only goes beside another method: add an authenticator app or a hardware token first"
    )]
    AnotherMethodFirst(Kind),
    /// The place is taken: by another number, or by a method of the kind on this one.
    #[error(
        "{0} is taken already: choose another place for another number, or delete the methods there first"
    )]
    PlaceTaken(Place),
    /// The number has another place.
    #[error("that number is there already as {0}: add the method as {0}")]
    NumberKnown(Place),
    /// No messages go there.
    #[error(
        "no messages are sent to numbers of that country: use another number, or ask an administrator"
    )]
    CountryNotAllowed,
    /// The kind's codes are not sent.
    #[error("no code is sent for {0}")]
    NothingToSend(Kind),
    /// A code was sent just now.
    #[error("a code was sent just now: wait for it a little, then ask for another")]
    CodeJustSent {
        /// When the next can be sent.
        until: Timestamp,
    },
    /// Too many codes were sent.
    #[error("too many codes were sent: use another method, or try again later")]
    TooManyCodes {
        /// When the next can be sent.
        until: Timestamp,
    },
    /// The code of that message was not asked for, was used, has ended or was replaced.
    #[error("that code is no longer good: ask for a new one")]
    CodeGone,
    /// Policy requires the method.
    #[error("policy requires this method: add another that takes its place, then delete this one")]
    LastMethod,
    /// Wrong codes came before: wait.
    #[error("too many wrong codes: wait until the time is over, then try once more")]
    TooSoon {
        /// When the next attempt is heard.
        until: Timestamp,
    },
    /// Wrong codes locked the method.
    #[error(
        "wrong codes locked this method for a while: use another method, wait, or ask an administrator to unlock it"
    )]
    MethodLocked {
        /// When the lock ends.
        until: Timestamp,
    },
    /// The access pass has expired.
    #[error("the access pass has expired: ask an administrator for a new one")]
    Expired,
    /// The answer is of another kind than the method.
    #[error("that answer does not belong to this method")]
    AnswerDoesNotFit,
    /// No deletion waits.
    #[error("no deletion waits for this method: there is nothing to cancel")]
    NothingScheduled,
    /// It takes an administrator.
    #[error("only an administrator can do that")]
    AdministratorNeeded,
    /// Nobody issues an access pass to themselves.
    #[error("nobody issues an access pass to themselves: ask another administrator")]
    NotForYourself,
    /// An access pass would be valid for too short or too long.
    #[error("an access pass is valid for 10 minutes to 30 days: choose a time between")]
    ValidityOutOfRange,
    /// The two codes are not consecutive codes of the token.
    #[error("these are not two consecutive codes of this token: take the next two and try again")]
    NotConsecutive,
    /// The method has no counter or clock to find again.
    #[error("only hardware tokens can be resynchronized")]
    NotAToken,
    /// A proof by the method is not strong enough at this service.
    #[error("{0} is not enough to sign in here: choose a stronger method")]
    TooWeakHere(Kind),
    /// Setting up can be put off no longer, or need not be.
    #[error("this can be put off no longer: set up a method now")]
    NotToBePutOff,
    /// The terminal is not remembered, or not to be.
    #[error("this terminal is not remembered: verify one of your methods")]
    NotRemembered,
    /// A method of this kind cannot be brought over from another system.
    #[error("{0} cannot be imported: the user adds it")]
    NotImported(Kind),
    /// The log was begun before.
    #[error("the log was begun before: it has one origin for life")]
    LogExists,
}
