//! `org.secinfo.SecurityInfo1.Tokens`: the inventory of hardware tokens.

use crate::dictionary::dictionary;
use crate::error::Result;
use crate::import::ImportReply;
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
    /// Imports hardware tokens from a `csv` or `pskc` file, which comes through a pipe: how many, for
    /// which users the file names them, and what was wrong in which line.
    #[zbus(allow_interactive_auth)]
    fn import_tokens(
        &self,
        format: &str,
        pipe: Fd<'_>,
        options: &ImportOptions,
    ) -> Result<ImportReply>;

    /// The hardware tokens that wait to be activated.
    #[zbus(allow_interactive_auth)]
    fn list_tokens(&self) -> Result<Vec<Token>>;

    /// Removes a hardware token that no user has activated.
    #[zbus(allow_interactive_auth)]
    fn remove_token(&self, serial: &str) -> Result<()>;
}

/// The largest file of tokens that is read, in bytes.
pub const LARGEST_TOKEN_FILE: usize = 4 << 20;

dictionary! {
    /// Options of [`TokensProxy::import_tokens`].
    #[derive(Clone, Default)]
    pub struct ImportOptions {
        /// The pre-shared key of an encrypted PSKC file (RFC 6030 section 6.1), in hexadecimal.
        pub key: Option<String>,
        /// The passphrase of an encrypted PSKC file (RFC 6030 section 6.2).
        pub passphrase: Option<String>,
        /// Only find out what would be imported.
        pub check: Option<bool>,
    }
}

impl Drop for ImportOptions {
    fn drop(&mut self) {
        self.key.zeroize();
        self.passphrase.zeroize();
    }
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
