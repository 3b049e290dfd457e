//! The domain of secinfo: events, commands, decisions, projection and policy.
//!
//! Nothing here does I/O, reads a clock or draws a random number: time, randomness and lookups
//! travel inside the command. [`decide`] says which events follow from a [`Command`], and
//! [`State::evolve`] what holds after an [`Event`].

mod base64;
mod command;
mod decide;
mod destination;
pub mod event;
mod id;
mod keys;
pub mod kind;
mod name;
pub mod otp;
pub mod policy;
mod purpose;
mod refusal;
mod root_hash;
mod sealed;
mod source;
pub mod state;
mod tag;
mod time;
mod unknown_word;

pub use base64::from_base64;
pub use command::{
    Action, Authority, Command, Context, DeliveryOutcome, HostAction, HostCommand, NewToken,
    PasswordOutcome, Phone, Recipient, Room, UserCommand,
};
pub use decide::{
    Barred, EnrollmentOutlook, NotCovered, ResetOutlook, SetUp, SignInOutlook, SignInPlace, decide,
    enrollment_outlook, lacking_for_reset, reset_outlook, set_up_outlook, sign_in_outlook,
    verification_outlook,
};
pub use destination::{Country, EmailAddress, InvalidDestination, PhoneNumber, Place};
pub use event::Event;
pub use id::{
    ApprovalId, BreakGlassId, CredentialTag, DestinationTag, GuessTag, InvalidId, KeyId, MessageId,
    MethodId, SeedTag, SessionTag, SourceTag, TerminalTag, TicketId, TokenId, UserId,
};
pub use keys::{created_key, destroyed_keys};
pub use kind::{Answer, Kind, KindSet};
pub use name::{ChannelName, GroupName, InvalidName, Label, QuestionId, ServiceName, UserName};
pub use otp::{
    Algorithm, Counter, Digits, HotpParameters, InvalidAlgorithm, InvalidDigits, InvalidPeriod,
    OtpParameters, Period, TimeStep, TotpParameters,
};
pub use policy::Policy;
pub use purpose::{Purpose, Strength};
pub use refusal::Refusal;
pub use root_hash::{InvalidRootHash, RootHash};
pub use sealed::{Sealed, SealedMethod, SealedPart};
pub use source::Source;
pub use state::State;
pub use tag::RotatingTag;
pub use time::{Seconds, Timestamp};
pub use unknown_word::UnknownWord;
