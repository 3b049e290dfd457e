//! Kinds of method: what each is, serves and needs.
//!
//! Each kind has a file of its own with all that is known of it here: its row of traits, its
//! credential, what it makes of an answer, its section of the policy. The table in `table.rs` is the
//! only list of kinds.

mod access_pass;
mod answer;
mod authenticator_app;
mod call;
mod email;
mod hardware_token;
mod phone;
mod proved;
mod push;
mod recovery_codes;
mod row;
mod security_key;
mod security_questions;
mod sent_codes;
mod set;
mod table;
mod text;
mod used;

pub use access_pass::AccessPass;
pub use answer::{Accepted, Answer, Failure};
pub use authenticator_app::{AuthenticatorApp, AuthenticatorAppRules};
pub use call::Call;
pub use email::Email;
pub use hardware_token::{HardwareToken, HardwareTokenRules, Resynchronized};
pub use proved::Proved;
pub use push::{Push, PushRules};
pub use recovery_codes::{RecoveryCodeRules, RecoveryCodes};
pub use row::SentTo;
pub use security_key::{Backup, CounterRule, SecurityKey, SecurityKeyRules, SshKeys, SyncedKeys};
pub use security_questions::{SecurityQuestionRules, SecurityQuestions};
pub use sent_codes::{CodeRules, Limit};
pub use set::KindSet;
pub use table::{Credential, Kind};
pub use text::Text;
pub use used::Used;

pub(crate) use answer::Judgement;
pub(crate) use row::{Enrollment, Section};
pub(crate) use security_key::{MOST_WRONG_PINS, WRONG_PINS_COUNT};
