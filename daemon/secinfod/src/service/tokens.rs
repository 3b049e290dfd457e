//! The inventory of hardware tokens: administrators import them, users activate them.

use super::payload::{MethodPayload, SecretBytes, TokenPayload, plain};
use super::{Offer, Requester, Service, ServiceError, now, random_id};
use crate::methods::token_import::{self, ImportedToken, pskc::PreSharedKey};
use secinfo_domain::event::Who;
use secinfo_domain::state::Token;
use secinfo_domain::{
    Counter, HostAction, Kind, NewToken, OtpParameters, Refusal, Sealed, SealedPart, TokenId,
};
use secinfo_ledger::NewKey;
use std::collections::HashSet;
use std::sync::Arc;

/// The most tokens that one command imports: their keys and events are written together.
const IMPORTED_AT_ONCE: usize = 100;

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

impl Service {
    /// Imports tokens from a CSV table or a PSKC file.
    pub async fn import_tokens(
        &self,
        by: &Requester,
        file: &[u8],
        pre_shared_key: Option<&PreSharedKey>,
    ) -> Result<Imported, ServiceError> {
        let import = token_import::read(file, pre_shared_key, now().as_seconds())
            .map_err(|error| ServiceError::InvalidArgument(error.to_string()))?;
        let mut problems: Vec<_> = import
            .problems
            .iter()
            .map(|problem| (place_number(&problem.place), problem.to_string()))
            .collect();
        let mut known: HashSet<_> = self
            .open_tokens()?
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
            self.host_by(
                by,
                HostAction::ImportTokens(tokens),
                Offer {
                    keys,
                    accounts: Vec::new(),
                },
            )
            .await?;
            new = rest;
        }
        Ok(Imported { count, problems })
    }

    /// The tokens that wait to be activated, by serial number.
    pub fn tokens(&self) -> Result<Vec<TokenRow>, ServiceError> {
        let mut rows: Vec<_> = self
            .open_tokens()?
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

    /// Removes a token that nobody has activated.
    pub async fn remove_token(&self, by: &Requester, serial: &str) -> Result<(), ServiceError> {
        let token = self.find_token_by_serial(serial)?;
        self.host_by(by, HostAction::RemoveToken(token.id), Offer::default())
            .await
    }

    pub(super) fn find_token_by_serial(&self, serial: &str) -> Result<FoundToken, ServiceError> {
        let serial = serial.trim();
        let found = self
            .open_tokens()?
            .into_iter()
            .find(|token| token.payload.serial == serial);
        found.ok_or_else(|| Refusal::UnknownToken.into())
    }

    /// The serial numbers of the tokens that users have activated.
    fn serials_in_use(&self) -> Result<Vec<String>, ServiceError> {
        let state = self.state();
        let methods = state.users().flat_map(|(_, user)| user.methods());
        let tokens = methods.filter(|method| method.kind() == Kind::HardwareToken);
        let payloads: Vec<_> = tokens
            .map(|token| self.open(token))
            .collect::<Result<_, _>>()?;
        let serial = |payload| match payload {
            MethodPayload::HardwareToken { serial, .. } => Some(serial),
            _ => None,
        };
        Ok(payloads.into_iter().filter_map(serial).collect())
    }

    fn open_tokens(&self) -> Result<Vec<FoundToken>, ServiceError> {
        self.state()
            .tokens()
            .map(|(id, token)| self.open_token(id, token))
            .collect()
    }

    fn open_token(&self, id: TokenId, token: &Token) -> Result<FoundToken, ServiceError> {
        let bytes =
            self.reader
                .open_sealed(id.into(), SealedPart::Token, token.sealed.as_bytes())?;
        Ok(FoundToken {
            id,
            parameters: token.parameters,
            next: token.next,
            payload: postcard::from_bytes(&bytes)?,
        })
    }

    async fn host_by(
        &self,
        by: &Requester,
        action: HostAction,
        mut offer: Offer,
    ) -> Result<(), ServiceError> {
        if by.uid == 0 {
            return self.host(Who::Root, action, offer).await;
        }
        let administrator = self.person(by.uid)?;
        let who = Who::User(administrator.id);
        offer.accounts.push(administrator);
        self.host(who, action, offer).await
    }
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
    let sealed = Sealed::new(key.seal(SealedPart::Token, &plain(&payload)?)?);
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

fn place_number(place: &token_import::Place) -> u32 {
    let number = match place {
        token_import::Place::Line(line) => *line,
        token_import::Place::Key(number, _) => u64::try_from(*number).unwrap_or(u64::MAX),
    };
    u32::try_from(number).unwrap_or(u32::MAX)
}
