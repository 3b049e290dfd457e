//! `org.secinfo.SecurityInfo1.Tokens`: the inventory of hardware tokens.

use crate::dictionary::dictionary;
use crate::error::Result;
use serde::{Deserialize, Serialize};
use zbus::{Fd, Type, proxy};
use zeroize::Zeroize;

/// The hardware tokens that wait to be activated, on the root object. Administrators only, who may
/// be asked for a password by the polkit agent of their session.
#[proxy(
    interface = "org.secinfo.SecurityInfo1.Tokens",
    default_service = "org.secinfo.SecurityInfo1",
    default_path = "/org/secinfo/SecurityInfo1"
)]
pub trait Tokens {
    /// Imports hardware tokens from a `csv` or `pskc` file, which comes through a pipe: how many, and what was
    /// wrong in which line.
    #[zbus(allow_interactive_auth)]
    fn import_tokens(
        &self,
        format: &str,
        pipe: Fd<'_>,
        options: &ImportOptions,
    ) -> Result<(u32, Vec<ImportProblem>)>;

    /// The hardware tokens that wait to be activated.
    #[zbus(allow_interactive_auth)]
    fn list_tokens(&self) -> Result<Vec<Token>>;

    /// Removes a hardware token that no user has activated.
    #[zbus(allow_interactive_auth)]
    fn remove_token(&self, serial: &str) -> Result<()>;
}

dictionary! {
    /// Options of [`TokensProxy::import_tokens`].
    #[derive(Clone, Default)]
    pub struct ImportOptions {
        /// The pre-shared key of an encrypted PSKC file (RFC 6030 section 6.1), in hexadecimal.
        pub key: Option<String>,
    }
}

impl Drop for ImportOptions {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// A line of a file that could not be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImportProblem {
    /// Line or row, from 1.
    pub line: u32,
    /// What is wrong with it.
    pub message: String,
}

/// A hardware token in the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Token {
    /// Serial number.
    pub serial: String,
    /// Who made it.
    pub manufacturer: String,
    /// Model.
    pub model: String,
    /// One of [`token_mode`](crate::names::token_mode).
    pub mode: String,
    /// One of [`token_state`](crate::names::token_state).
    pub state: String,
}
