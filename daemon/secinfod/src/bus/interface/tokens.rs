//! `org.secinfo.SecurityInfo1.Tokens`: the inventory of hardware tokens.

use super::file;
use super::tree::Daemon;
use super::{IMPORT_TOKENS, requester};
use crate::bus::rows::methods;
use crate::bus::{Access, BusError, Call, Interface};
use crate::methods::hardware_token::import::LARGEST_FILE;
use crate::methods::hardware_token::import::pskc::{FileKey, PreSharedKey};
use crate::service::{Effect, Imported, TokenRow};
use secinfo_wire::names::interface::TOKENS;
use secinfo_wire::names::token_state;
use secinfo_wire::{Dictionary, ImportOptions, ImportProblem, ImportReply, ImportedFor, Token};
use zbus::OwnedFd;

pub(super) fn interface() -> Interface<Daemon> {
    let import = Access::Administrator(IMPORT_TOKENS);
    Interface {
        name: TOKENS,
        doc: "The hardware tokens of this host that wait to be activated.",
        methods: methods! {
            /// Imports hardware tokens from a CSV table or a PSKC file (RFC 6030), which comes
            /// through a pipe.
            "ImportTokens"(format, pipe, options) -> (imported, users, problems) for import => import_tokens;
            /// The tokens that wait to be activated: serial number, manufacturer, model, mode (totp
            /// or hotp), state (free).
            "ListTokens"() -> (tokens) for import => list_tokens;
            /// Removes a token that no user has activated.
            "RemoveToken"(serial) -> () for import => remove_token;
        },
        properties: vec![],
        signals: vec![],
    }
}

async fn import_tokens(
    call: Call<Daemon>,
    (format, pipe, options): (String, OwnedFd, Dictionary),
) -> Result<ImportReply, BusError> {
    let file = file::receive(call.state(), pipe, LARGEST_FILE).await?;
    let content = file.content();
    match format.as_str() {
        "csv" if !secinfo_typed::is_xml(content) => {}
        "pskc" if secinfo_typed::is_xml(content) => {}
        "csv" | "pskc" => {
            return Err(BusError::invalid_argument(format!(
                "The file is not of the format {format}."
            )));
        }
        _ => {
            return Err(BusError::invalid_argument(
                "The format is \"csv\" or \"pskc\".",
            ));
        }
    }
    let options = ImportOptions::try_from(options)?;
    let effect = Effect::of(options.check);
    let key = file_key(&options)?;
    let by = requester(&call, None);
    let (content, _turn) = file.into_parts();
    let imported = call
        .service()
        .tokens()
        .import(&by, content, key, effect)
        .await?;
    Ok(reply(imported))
}

/// What opens the file, if the caller gives anything.
fn file_key(options: &ImportOptions) -> Result<Option<FileKey>, BusError> {
    match (&options.key, &options.passphrase) {
        (None, None) => Ok(None),
        (Some(key), None) => match PreSharedKey::from_hexadecimal(key) {
            Ok(key) => Ok(Some(FileKey::PreShared(key))),
            Err(error) => Err(BusError::invalid_argument(error.to_string())),
        },
        (None, Some(passphrase)) => Ok(Some(FileKey::Passphrase(passphrase.clone().into()))),
        (Some(_), Some(_)) => Err(BusError::invalid_argument(
            "A file is under a key or under a passphrase: give one of them.",
        )),
    }
}

/// What is answered after an import.
pub(super) fn reply(imported: Imported) -> ImportReply {
    let user = |(user, count)| ImportedFor { user, count };
    let problem = |(line, message)| ImportProblem { line, message };
    (
        imported.count,
        imported.users.into_iter().map(user).collect(),
        imported.problems.into_iter().map(problem).collect(),
    )
}

async fn list_tokens(call: Call<Daemon>, (): ()) -> Result<(Vec<Token>,), BusError> {
    let rows = call.service().tokens().list()?;
    let token = |row: TokenRow| Token {
        serial: row.serial,
        manufacturer: row.manufacturer,
        model: row.model,
        mode: row.mode.to_owned(),
        state: token_state::FREE.to_owned(),
    };
    Ok((rows.into_iter().map(token).collect(),))
}

async fn remove_token(call: Call<Daemon>, (serial,): (String,)) -> Result<(), BusError> {
    let by = requester(&call, None);
    Ok(call.service().tokens().remove(&by, &serial).await?)
}
