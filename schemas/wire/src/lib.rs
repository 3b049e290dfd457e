//! What crosses the process boundary of secinfod: the names, types and errors of its D-Bus
//! interfaces, which daemon and clients share, and a proxy for each interface.
//!
//! ```no_run
//! # async fn example() -> secinfo_wire::Result<()> {
//! let connection = secinfo_wire::connect(None).await?;
//! let manager = secinfo_wire::ManagerProxy::new(&connection).await?;
//! let user = manager.get_user_by_name("alice").await?;
//! let user = secinfo_wire::properties::<secinfo_wire::UserProperties>(&connection, &user).await?;
//! println!("{} has {} methods", user.name, user.methods.len());
//! # Ok(())
//! # }
//! ```
//!
//! Times are Unix seconds in UTC; 0 means never or none, as on the bus.

mod activity;
mod audit;
mod backup;
mod challenge;
mod channels;
mod connect;
pub mod conversation;
mod delivery;
mod dictionary;
mod enrollment;
mod error;
mod form;
mod hint;
mod import;
pub mod key;
mod manager;
mod method;
pub mod names;
pub mod password;
pub mod password_reset;
mod properties;
pub mod push;
mod response;
pub mod sign_in;
mod statistics;
mod tokens;
mod user;
pub mod varlink;
mod verification;

pub use activity::{ActivityEntry, ActivityProof};
pub use audit::{Appended, AppendedArgs, AppendedStream, AuditProxy, UserNames};
pub use backup::{BackedUp, BackupsProxy, RestoreOptions, Restored};
pub use challenge::{Approval, Challenge};
pub use channels::{Channel, ChannelsProxy, TestOptions, TestOutcome};
pub use connect::{
    address_from_environment, connect, connect_if_running, connect_patiently, connect_to_wait,
    daemon_on, is_daemon,
};
pub use delivery::SentCode;
pub use dictionary::{Dictionary, InvalidDictionary};
pub use enrollment::{Enrolled, EnrollmentProperties, EnrollmentProxy, Submitted};
pub use error::{Details, Error, Reason, Result};
pub use form::{Form, Forms, UnknownForm, WrongForm};
pub use hint::Hint;
pub use import::{
    ImportMethodsOptions, ImportProblem, ImportReply, ImportedCodes, ImportedFor, ImportedMethod,
};
pub use manager::{
    DepartedUser, ExpectedSignIn, ManagerProxy, Policy, PushState, Status, UserSummary,
};
pub use method::{Deletion, MethodProperties, MethodProxy};
pub use properties::{EmitsChanged, Properties, PropertyRow, properties};
pub use response::Response;
pub use statistics::{
    ChannelFigures, MessageFigures, SignInFigures, Statistics, VerificationFigures,
};
pub use tokens::{ImportOptions, LARGEST_TOKEN_FILE, Token, TokensProxy};
pub use user::{AccessPass, EnrollmentDetails, EnrollmentOptions, UserProperties, UserProxy};
pub use verification::{
    AskableMethod, Proof, VerificationChallenge, VerificationOptions, VerificationProperties,
    VerificationProxy,
};

pub use zbus::{Connection, Fd, ObjectPath, OwnedObjectPath};
