//! What a caller wants to happen, with everything that the decision needs: the time, random ids and
//! what was looked up.

use crate::event::{Actor, ApprovalAnswer, DeliveryFailure, Event, ResetFailure};
use crate::kind::{Answer, Credential, Proved, Resynchronized};
use crate::otp::{Counter, OtpParameters};
use crate::{
    ApprovalId, BreakGlassId, ChannelName, Country, DestinationTag, GroupName, GuessTag, Kind,
    MessageId, MethodId, Place, Policy, Purpose, RootHash, RotatingTag, Sealed, SealedMethod,
    Seconds, SeedTag, SessionTag, Source, TerminalTag, TicketId, Timestamp, TokenId, UserId,
};

/// What a caller wants to happen.
#[derive(Debug, Clone)]
pub enum Command {
    /// To the security info of a user.
    User(UserCommand),
    /// To what belongs to the host.
    Host(HostCommand),
}

impl From<UserCommand> for Command {
    fn from(command: UserCommand) -> Self {
        Self::User(command)
    }
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
    /// Whether the caller is the user.
    pub on_self: bool,
    /// The session whose proofs count.
    pub session: SessionTag,
    /// What the user would be signing in from; none where it is not known.
    pub source: Option<Source>,
    /// The same as the user will read it, sealed under the user's own key; none where nothing of it is
    /// recorded.
    pub place: Option<Sealed>,
    /// The users who had the uid of this one under names that the host no longer knows. They were looked up
    /// where the user has no method that serves sign-in; else there are none.
    pub former: Vec<UserId>,
    /// The Unix groups of the user; none where they were not looked up, because policy names none of
    /// them for this. A password reset takes such a user for an administrator.
    pub groups: Option<Vec<GroupName>>,
    /// How much room the log has.
    pub room: Room,
    /// Names of the users that may be new here, sealed under their own keys: the user and the
    /// caller.
    pub introductions: Vec<(UserId, Sealed)>,
}

impl Context {
    /// The groups of the user, as far as they were looked up.
    pub(crate) fn groups(&self) -> &[GroupName] {
        self.groups.as_deref().unwrap_or_default()
    }
}

/// How much room there is on the disk for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// For everything.
    Enough,
    /// So little that it is kept for verifications, deletions and what administrators do for a user.
    Kept,
}

/// By what right a caller asks.
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
        /// What it is, as the user has proved it.
        credential: Proved<Credential>,
        /// Label and secret.
        sealed: SealedMethod,
        /// The token that it was made of.
        token: Option<TokenId>,
        /// The user's methods that are on the same phone number.
        same_number: Vec<MethodId>,
        /// The user's methods with which number and secret were compared.
        compared: Vec<MethodId>,
    },
    /// Send a code.
    RequestCode {
        /// The message that will hold it.
        message: MessageId,
        /// What the code is to prove.
        recipient: Recipient,
        /// Where the message goes to.
        destination: RotatingTag<DestinationTag>,
        /// The country of the phone number that it goes to, as far as it is known.
        country: Option<Country>,
        /// The message of the same session that it takes the place of.
        replaces: Option<MessageId>,
    },
    /// Have the user approve something on the phone.
    RequestApproval {
        /// The request.
        approval: ApprovalId,
        /// The method; none while it is being enrolled.
        method: Option<MethodId>,
        /// What for.
        purpose: Purpose,
        /// The request that it takes the place of, because the session that waited for that has ended.
        replaces: Option<ApprovalId>,
    },
    /// Take the answer of a phone.
    AnswerApproval {
        /// The request.
        approval: ApprovalId,
        /// What the phone answered.
        answer: ApprovalAnswer,
    },
    /// Record what became of a message.
    RecordDelivery {
        /// The message.
        message: MessageId,
        /// How many attempts were made.
        attempts: u8,
        /// What became of it.
        outcome: DeliveryOutcome,
    },
    /// Record a wrong code that was given for what may be another person's: a token of the inventory,
    /// a phone, a mailbox.
    FailActivation,
    /// Give a method another label.
    Rename {
        /// The method.
        method: MethodId,
        /// The new label.
        label: Sealed,
    },
    /// Delete a method, at once or after the waiting time.
    Delete {
        /// The method.
        method: MethodId,
    },
    /// Cancel a scheduled deletion.
    CancelDeletion {
        /// The method.
        method: MethodId,
    },
    /// Carry out what is due: deletions after their waiting time, access passes that have expired.
    CarryOutDue,
    /// Choose the default.
    SetDefault {
        /// The method.
        method: MethodId,
    },
    /// Issue recovery codes in place of former ones.
    IssueRecoveryCodes {
        /// The id of the method that they become.
        method: MethodId,
        /// Label and hashes.
        sealed: SealedMethod,
        /// How many they are.
        count: u8,
    },
    /// Issue an access pass in place of a former one.
    IssueAccessPass {
        /// The id of the method that it becomes.
        method: MethodId,
        /// Label and hash.
        sealed: SealedMethod,
        /// When it begins; none for at once.
        begins: Option<Timestamp>,
        /// How long it is valid from then on.
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
        /// The answer, and what it was compared with; none where a further one like it has to count.
        guess: Option<GuessTag>,
    },
    /// Postpone setting up what is required.
    PostponeSetUp,
    /// Remember this terminal after a proof in this session: it spares the user the next ones there.
    RememberTerminal {
        /// The terminal.
        terminal: TerminalTag,
    },
    /// Let the user sign in because the terminal is remembered.
    UseRemembered {
        /// The terminal.
        terminal: RotatingTag<TerminalTag>,
    },
    /// Import a method that the user has proved in another system.
    ImportMethod {
        /// Its id.
        method: MethodId,
        /// What it is; what may have been used up of it is marked in it as used.
        credential: Credential,
        /// Label and secret.
        sealed: SealedMethod,
        /// The user's methods with which the secret was compared.
        compared: Vec<MethodId>,
    },
    /// Record the use of a break-glass code while the daemon could not decide.
    RecordBreakGlass {
        /// The code, by its id.
        code: BreakGlassId,
        /// When it was used.
        used: Timestamp,
    },
    /// Bring a hardware token back into step.
    Resynchronize {
        /// The method.
        method: MethodId,
        /// Where two consecutive codes of it were found, if they were.
        found: Option<Resynchronized>,
    },
    /// Give out a ticket for a new password, for the gates that were passed in this session.
    RequestPassword {
        /// The ticket.
        ticket: TicketId,
    },
    /// Record what became of a ticket.
    RecordPassword {
        /// The ticket.
        ticket: TicketId,
        /// Whether the password was set.
        outcome: PasswordOutcome,
    },
    /// Lift every lock, for the gates that were passed in this session.
    UnlockByReset,
    /// Say of something in one's activity that it was not oneself.
    ReportActivity {
        /// The number of the event that tells of it.
        seq: u64,
        /// The event, as the log has it.
        event: Box<Event>,
    },
    /// Lock the account: no sign-in and no password reset until it is unlocked.
    LockAccount,
    /// Lift every lock.
    Unlock,
    /// Let the user go by the name that their account has now.
    RenameUser {
        /// Uid and name, sealed under the user's own key.
        sealed: Sealed,
        /// The user who goes by that name so far, if one does.
        replaces: Option<UserId>,
    },
    /// Erase the user: destroy the keys of the name and of all methods.
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

/// What became of a ticket for a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordOutcome {
    /// The new password was set.
    Set,
    /// It was not, or it cannot be told.
    Failed(ResetFailure),
}

/// Something to do to what belongs to the host.
#[derive(Debug, Clone)]
pub struct HostCommand {
    /// Now.
    pub now: Timestamp,
    /// Who asks.
    pub actor: Actor,
    /// How much room the log has.
    pub room: Room,
    /// What to do.
    pub action: HostAction,
    /// The name of the caller, sealed under their own key, where they may be new here.
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
    /// Continue a log that was read from a backup.
    RestoreLog {
        /// The size of the checkpoint that the backup was made at.
        size: u64,
        /// The root of that checkpoint.
        root: RootHash,
        /// When the backup was made.
        backup_time: Timestamp,
    },
    /// Put this policy in force.
    SetPolicy(Box<Policy>),
    /// Take these tokens into the inventory.
    ImportTokens(Vec<NewToken>),
    /// Remove a token that was not activated.
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
    /// Its secret.
    pub seed: SeedTag,
    /// Serial number, manufacturer, model and secret.
    pub sealed: Sealed,
}
