//! The inventory of hardware tokens: administrators import them, users activate them.

use super::matching::find_token;
use super::notices::Notices;
use crate::core::{Core, Offer, Requester, ServiceError, random_id, seal_new};
use crate::methods::hardware_token::import::{self, ImportedToken, pskc::PreSharedKey};
use crate::methods::payload::{MethodPayload, SecretBytes, TokenPayload};
use secinfo_domain::state::Token;
use secinfo_domain::{
    Action, Counter, HostAction, Kind, MethodId, NewToken, OtpParameters, Refusal, SealedPart,
    TokenId,
};
use secinfo_ledger::NewKey;
use std::collections::HashSet;
use std::sync::Arc;

/// The most tokens that one command imports: their keys and events are written together.
const IMPORTED_AT_ONCE: usize = 100;

/// The inventory of hardware tokens.
pub struct Tokens {
    core: Arc<Core>,
    notices: Arc<Notices>,
}

/// What an import did.
pub struct Imported {
    /// How many tokens are in the inventory now, or methods in security info, that were not before.
    pub count: u32,
    /// What was left out: the place in the file, and why.
    pub problems: Vec<(u32, String)>,
}

/// A token as a list shows it.
pub struct TokenRow {
    /// The serial number on its back.
    pub serial: String,
    /// Who made it.
    pub manufacturer: String,
    /// What it is called.
    pub model: String,
    /// Whether it counts by time (`totp`) or by presses (`hotp`).
    pub mode: &'static str,
}

/// A token of the inventory, opened.
pub struct FoundToken {
    /// Its id.
    pub id: TokenId,
    /// How its codes are made.
    pub parameters: OtpParameters,
    /// The counter of its next code.
    pub next: Counter,
    /// What is sealed of it.
    pub payload: TokenPayload,
}

impl FoundToken {
    /// What will be sealed of the method that it becomes.
    pub(super) fn method_payload(&self) -> MethodPayload {
        MethodPayload::HardwareToken {
            secret: self.payload.secret.clone(),
            serial: self.payload.serial.clone(),
            manufacturer: self.payload.manufacturer.clone(),
            model: self.payload.model.clone(),
        }
    }
}

/// The word for how a token counts.
pub(super) const fn mode(parameters: OtpParameters) -> &'static str {
    match parameters {
        OtpParameters::Totp(_) => "totp",
        OtpParameters::Hotp(_) => "hotp",
    }
}

impl Tokens {
    pub(super) const fn new(core: Arc<Core>, notices: Arc<Notices>) -> Self {
        Self { core, notices }
    }

    /// Imports tokens from a CSV table or a PSKC file.
    pub async fn import(
        &self,
        by: &Requester,
        file: &[u8],
        pre_shared_key: Option<&PreSharedKey>,
    ) -> Result<Imported, ServiceError> {
        let import = import::read(file, pre_shared_key, self.core.now().as_seconds())
            .map_err(|error| ServiceError::InvalidArgument(error.to_string()))?;
        let mut problems: Vec<_> = import
            .problems
            .iter()
            .map(|problem| (place_number(&problem.place), problem.to_string()))
            .collect();
        let mut known: HashSet<_> = open_tokens(&self.core)?
            .into_iter()
            .map(|token| token.payload.serial)
            .collect();
        known.extend(self.serials_in_use()?);
        let mut new = Vec::new();
        for token in import.tokens {
            if known.contains(token.serial.as_str()) {
                problems.push((
                    0,
                    format!(
                        "token {} is known already, in the inventory or with a user: it was left as it is",
                        token.serial
                    ),
                ));
            } else {
                new.push(sealed_token(&token)?);
            }
        }
        let count = u32::try_from(new.len()).unwrap_or(u32::MAX);
        while !new.is_empty() {
            let rest = new.split_off(new.len().min(IMPORTED_AT_ONCE));
            let (tokens, keys) = new.into_iter().unzip();
            let offer = Offer {
                keys,
                accounts: Vec::new(),
            };
            self.core
                .append_host_by(by, HostAction::ImportTokens(tokens), offer)
                .await?;
            new = rest;
        }
        Ok(Imported { count, problems })
    }

    /// The tokens that wait to be activated, by serial number.
    pub fn list(&self) -> Result<Vec<TokenRow>, ServiceError> {
        let mut rows: Vec<_> = open_tokens(&self.core)?
            .into_iter()
            .map(|token| TokenRow {
                serial: token.payload.serial,
                manufacturer: token.payload.manufacturer,
                model: token.payload.model,
                mode: mode(token.parameters),
            })
            .collect();
        rows.sort_by(|a, b| a.serial.cmp(&b.serial));
        Ok(rows)
    }

    /// Removes a token that no user has activated.
    pub async fn remove(&self, by: &Requester, serial: &str) -> Result<(), ServiceError> {
        let token = find_token_by_serial(&self.core, serial)?;
        let action = HostAction::RemoveToken(token.id);
        self.core.append_host_by(by, action, Offer::default()).await
    }

    /// Finds a hardware token of a user's again by two consecutive codes.
    pub async fn resynchronize(
        &self,
        uid: u32,
        by: &Requester,
        method: MethodId,
        codes: (&str, &str),
    ) -> Result<(), ServiceError> {
        let person = self.core.person(uid)?;
        let state = self.core.state();
        let user = state.user(person.id).ok_or(Refusal::UnknownMethod)?;
        let token = user.method(method).ok_or(Refusal::UnknownMethod)?;
        let found = find_token(&self.core, token, codes)?;
        let action = Action::Resynchronize { method, found };
        self.notices
            .commit(&person, by, action, Vec::new())
            .await
            .map(|_| ())
    }

    /// The serial numbers of the tokens that users have activated.
    fn serials_in_use(&self) -> Result<Vec<String>, ServiceError> {
        let state = self.core.state();
        let methods = state.users().flat_map(|(_, user)| user.methods());
        let tokens = methods.filter(|method| method.kind() == Kind::HardwareToken);
        let payloads: Vec<_> = tokens
            .map(|token| MethodPayload::open(&self.core, token))
            .collect::<Result<_, _>>()?;
        let serial = |payload| match payload {
            MethodPayload::HardwareToken { serial, .. } => Some(serial),
            _ => None,
        };
        Ok(payloads.into_iter().filter_map(serial).collect())
    }
}

/// The token of the inventory with this serial number.
pub(super) fn find_token_by_serial(core: &Core, serial: &str) -> Result<FoundToken, ServiceError> {
    let serial = serial.trim();
    let found = open_tokens(core)?
        .into_iter()
        .find(|token| token.payload.serial == serial);
    found.ok_or_else(|| Refusal::UnknownToken.into())
}

fn open_tokens(core: &Core) -> Result<Vec<FoundToken>, ServiceError> {
    core.state()
        .tokens()
        .map(|(id, token)| open_token(core, id, token))
        .collect()
}

fn open_token(core: &Core, id: TokenId, token: &Token) -> Result<FoundToken, ServiceError> {
    Ok(FoundToken {
        id,
        parameters: token.parameters,
        next: token.next,
        payload: core.open(id.into(), SealedPart::Token, &token.sealed)?,
    })
}

fn sealed_token(token: &ImportedToken) -> Result<(NewToken, Arc<NewKey>), ServiceError> {
    let id = TokenId::from_bytes(random_id()?);
    let key = NewKey::generate(id.into())?;
    let payload = TokenPayload {
        serial: token.serial.as_str().to_owned(),
        manufacturer: token.manufacturer.clone(),
        model: token.model.clone(),
        secret: SecretBytes::from(&token.secret),
        drift: token.drift,
    };
    let sealed = seal_new(&key, SealedPart::Token, &payload)?;
    Ok((
        NewToken {
            token: id,
            parameters: token.parameters,
            next: token.counter,
            sealed,
        },
        Arc::new(key),
    ))
}

fn place_number(place: &import::Place) -> u32 {
    let number = match place {
        import::Place::Line(line) => *line,
        import::Place::Key(number, _) => u64::try_from(*number).unwrap_or(u64::MAX),
    };
    u32::try_from(number).unwrap_or(u32::MAX)
}
