//! `org.secinfo.SecurityInfo1.Tokens`: the inventory of hardware tokens.

use super::file;
use super::tree::Daemon;
use super::{IMPORT_TOKENS, requester};
use crate::bus::rows::methods;
use crate::bus::{Access, BusError, Call, Interface};
use crate::methods::hardware_token::import::LARGEST_FILE;
use crate::methods::hardware_token::import::pskc::PreSharedKey;
use crate::service::TokenRow;
use secinfo_wire::names::interface::TOKENS;
use secinfo_wire::names::token_state;
use secinfo_wire::{Dictionary, ImportOptions, ImportProblem, Token};
use zbus::OwnedFd;

pub(super) fn interface() -> Interface<Daemon> {
    let import = Access::Administrator(IMPORT_TOKENS);
    Interface {
        name: TOKENS,
        doc: "The hardware tokens of this host that wait to be activated.",
        methods: methods! {
            /// Imports hardware tokens from a CSV table or a PSKC file (RFC 6030), which comes
            /// through a pipe.
            "ImportTokens"(format, pipe, options) -> (imported, problems) for import => import_tokens;
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
) -> Result<(u32, Vec<ImportProblem>), BusError> {
    let file = file::receive(call.state(), pipe, LARGEST_FILE).await?;
    let content = file.content();
    let is_xml = content
        .iter()
        .find(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte))
        == Some(&b'<');
    match format.as_str() {
        "csv" if !is_xml => {}
        "pskc" if is_xml => {}
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
    let key = options.key.as_deref();
    let key = key.map(PreSharedKey::from_hexadecimal).transpose();
    let key = key.map_err(|error| BusError::invalid_argument(error.to_string()))?;
    let by = requester(&call, None);
    let imported = call
        .service()
        .tokens()
        .import(&by, content, key.as_ref())
        .await?;
    Ok((imported.count, problems(imported.problems)))
}

/// What could not be imported, line by line.
pub(super) fn problems(problems: Vec<(u32, String)>) -> Vec<ImportProblem> {
    let problem = |(line, message)| ImportProblem { line, message };
    problems.into_iter().map(problem).collect()
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
