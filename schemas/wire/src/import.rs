//! What an import sends to the daemon, and what it answers.

use crate::dictionary::dictionary;
use serde::{Deserialize, Serialize};
use zbus::Type;
use zeroize::Zeroizing;

/// A method with one-time codes that a user had in another system: one line of the format
/// `one-time-codes` of [`ManagerProxy::import_methods`](crate::ManagerProxy::import_methods), as a
/// JSON object.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ImportedMethod {
    /// Unix name of the user whose it is.
    pub user: String,
    /// What it will be called.
    pub label: String,
    /// Its secret, in base32.
    pub secret: Zeroizing<String>,
    /// How its codes are made.
    pub codes: ImportedCodes,
    /// How many digits they have: 6 or 8.
    pub digits: u8,
    /// Their hash: `SHA1`, `SHA256` or `SHA512`.
    pub algorithm: String,
}

/// How the codes of a method are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ImportedCodes {
    /// By time.
    Clock {
        /// How long a code stands, in seconds.
        period: u16,
        /// By how many steps its clock is known to be ahead.
        ahead: i32,
        /// The newest time step of which a code was used; 0 for none.
        used: u64,
    },
    /// By counter.
    Counter {
        /// The counter of the next code.
        next: u64,
    },
}

dictionary! {
    /// Options of [`ManagerProxy::import_methods`](crate::ManagerProxy::import_methods).
    #[derive(Debug, Clone, Default)]
    pub struct ImportMethodsOptions {
        /// Only find out what would be imported.
        pub check: Option<bool>,
        /// The option `origin` of `pam_u2f`, where it had one.
        pub origin: Option<String>,
        /// The option `appid` of `pam_u2f`, where it had one.
        pub appid: Option<String>,
    }
}

/// What an import has done, or would do.
pub type ImportReply = (u32, Vec<ImportedFor>, Vec<ImportProblem>);

/// How much of a file is for one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImportedFor {
    /// Unix name.
    pub user: String,
    /// How many methods or tokens.
    pub count: u32,
}

/// A part of a file that could not be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImportProblem {
    /// Line, row or key, from 1; 0 where none is named.
    pub line: u32,
    /// What is wrong with it.
    pub message: String,
}
