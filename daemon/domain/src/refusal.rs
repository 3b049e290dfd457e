//! Why commands are refused.

use crate::{Kind, Place, Purpose, Seconds, Timestamp};

/// Why a command was refused. A refused command leaves no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No user with this id is known.
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
    /// The code of the token was used by a user who had it before.
    #[error("that code of the token was used before: wait for the next one")]
    TokenCodeUsed,
    /// A proof is missing in this session.
    #[error(
        "prove who you are first: verify one of your methods in this session, then do it again"
    )]
    FreshProofNeeded,
    /// The proof of this session is weaker than what would be replaced.
    #[error(
        "that takes a stronger proof: verify a security key, an authenticator app, a hardware token or one of your recovery codes, then do it again"
    )]
    StrongerProofNeeded,
    /// Policy asks for an access pass before the first method.
    #[error("policy asks for an access pass before the first method: ask an administrator for one")]
    AccessPassNeeded,
    /// Policy does not allow the kind.
    #[error("policy does not allow {0} here: choose another kind")]
    KindNotAllowed(Kind),
    /// The kind is not for those who administer the host.
    #[error("{0} are not for administrators of this host: choose another kind")]
    NotForAdministrators(Kind),
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
    /// The credential of the security key is a method already.
    #[error("this security key is registered already: use another one")]
    KeyRegistered,
    /// The credential of the security key can be copied to other devices.
    #[error(
        "a passkey that is synchronized to other devices is not allowed here: use a security key that keeps it"
    )]
    SyncedKey,
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
    /// The kind asks no phone.
    #[error("nothing is approved on a phone for {0}")]
    NothingToApprove(Kind),
    /// A request is open, or was a moment ago.
    #[error("a request was sent to the phone just now: answer it, or wait for the next one")]
    ApprovalOpen {
        /// When the next can be sent.
        until: Timestamp,
    },
    /// The user said that requests are not theirs.
    #[error(
        "requests to the phone are paused, because one was declined as another person's: use another method"
    )]
    PushPaused {
        /// When the pause ends.
        until: Timestamp,
    },
    /// Too many requests were not approved.
    #[error(
        "too many requests to the phone were not approved: use another method first, then push works again"
    )]
    PushUnanswered {
        /// When the pause ends.
        until: Timestamp,
    },
    /// The request is not open, was not approved or was used.
    #[error("that request is no longer good: ask for a new one")]
    ApprovalGone,
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
    /// A method came in since the new one was compared with those that there are: it must be compared
    /// again.
    #[error("another method was added at the same time: do it again")]
    NotCompared,
    /// The code of that message was not asked for, was used, has ended or was replaced.
    #[error("that code is no longer good: ask for a new one")]
    CodeGone,
    /// Policy requires the method.
    #[error("policy requires this method: add another that takes its place, then delete this one")]
    LastMethod,
    /// The answer was wrong before, and is compared with the same: it is no further guess, and leaves no
    /// event.
    #[error("that code is not right: check it and try again")]
    WrongAgain,
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
    /// The user has done so much lately that the log takes no more of it for now.
    #[error("that was done too often: wait until the time is over, then do it again")]
    TooOften {
        /// When there is enough of the user's budget again.
        until: Timestamp,
    },
    /// The disk is so full that the rest is kept for verifications.
    #[error(
        "the disk of this host is nearly full, and what is left is kept for sign-ins: ask an administrator to make room"
    )]
    RoomKept,
    /// The line of activity is nothing that somebody else can have done as the user.
    #[error("only what somebody did in your account can be reported: choose another line")]
    NotToBeReported,
    /// The account is locked, and this does not unlock it.
    #[error(
        "the account is locked: prove your strongest method to unlock it, or ask an administrator to"
    )]
    AccountLocked,
    /// The account had another name, which had methods or was locked.
    #[error(
        "this account had another name, and its methods are still under that one: ask an administrator to rename you"
    )]
    RenamedAccount,
    /// Another user with methods goes by the name.
    #[error(
        "that name has methods of its own: erase them first, or leave the former name as it is"
    )]
    NameHasMethods,
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
    /// Administrators cannot issue an access pass to themselves.
    #[error("nobody issues an access pass to themselves: ask another administrator")]
    NotForYourself,
    /// An access pass would be valid for too short or too long.
    #[error("an access pass is valid for 10 minutes to 30 days: choose a time between")]
    ValidityOutOfRange,
    /// An access pass would begin in the past, or too late.
    #[error("an access pass begins now or within 30 days: choose another time")]
    BeginsOutOfRange,
    /// The method has no counter or clock to find again.
    #[error("only hardware tokens can be resynchronized")]
    NotAToken,
    /// A proof by the method is not strong enough at this service.
    #[error("{0} is not enough to sign in here: choose a stronger method")]
    TooWeakHere(Kind),
    /// Setting up can no longer be postponed, or need not be.
    #[error("this can be put off no longer: set up a method now")]
    NotToBePutOff,
    /// The terminal is not remembered, or not to be.
    #[error("this terminal is not remembered: verify one of your methods")]
    NotRemembered,
    /// A method of this kind cannot be brought over from another system.
    #[error("{0} cannot be imported: the user adds it")]
    NotImported(Kind),
    /// Policy offers no password reset.
    #[error("passwords are not reset here: ask an administrator for a new one")]
    ResetOff,
    /// The user has too few methods for a password reset.
    #[error("there are too few methods to reset the password: ask an administrator for a new one")]
    TooFewMethods,
    /// Wrong answers locked the gates of password resets.
    #[error(
        "wrong answers locked password reset for a while: wait, or ask an administrator for a new password"
    )]
    ResetLocked {
        /// When the lock ends.
        until: Timestamp,
    },
    /// Not all gates of the password reset were passed, or they no longer count.
    #[error("not enough methods were proved, or it took too long: begin the reset again")]
    GatesMissing,
    /// A new password is being set for the user.
    #[error("a new password is being set already: wait two minutes, then begin again")]
    ResetUnderWay,
    /// No such ticket waits for its outcome.
    #[error("there is no such ticket, or its outcome is recorded")]
    UnknownTicket,
    /// The log was begun before.
    #[error("the log was begun before: it has one origin for life")]
    LogExists,
    /// The log has other events than the backup says.
    #[error("the backup does not hold the events that it says: take another backup")]
    NotThatBackup,
    /// The clock is behind what the log or its backup was made at. Which codes by time were used
    /// since could not be told.
    #[error(
        "the clock of this host is behind what the backup holds: set the clock first, then restore again"
    )]
    ClockBehind {
        /// How far, rounded up.
        by: Seconds,
    },
}
