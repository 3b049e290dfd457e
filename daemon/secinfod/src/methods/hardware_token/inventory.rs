//! The tokens that administrators have imported and no user has activated yet.

use super::import::ImportedToken;
use crate::core::{Account, Core, ServiceError, random_id, seal_new};
use crate::methods::payload::{MethodPayload, SecretBytes, TokenPayload};
use secinfo_domain::state::{Reached, Token};
use secinfo_domain::{Kind, NewToken, OtpParameters, Refusal, SealedPart, TokenId};
use secinfo_ledger::NewKey;
use std::sync::Arc;

/// A token of the inventory, opened.
pub(crate) struct InventoryToken {
    /// Its id.
    pub(crate) id: TokenId,
    /// How its codes are made.
    pub(crate) parameters: OtpParameters,
    /// How far its codes are used up.
    pub(crate) reached: Reached,
    /// What is sealed of it.
    pub(crate) payload: TokenPayload,
}

/// All tokens of the inventory.
pub(crate) fn open_all(core: &Core) -> Result<Vec<InventoryToken>, ServiceError> {
    core.state()
        .tokens()
        .map(|(id, token)| open(core, id, token))
        .collect()
}

fn open(core: &Core, id: TokenId, token: &Token) -> Result<InventoryToken, ServiceError> {
    Ok(InventoryToken {
        id,
        parameters: token.parameters,
        reached: token.reached,
        payload: core.open(id.into(), SealedPart::Token, token.sealed.as_bytes())?,
    })
}

/// The token with this serial number.
pub(crate) fn find(core: &Core, serial: &str) -> Result<InventoryToken, ServiceError> {
    let state = core.state();
    let token = |id| {
        let token = state.token(id).ok_or(Refusal::UnknownToken)?;
        open(core, id, token)
    };
    let serial_of = |id| token(id).map(|token| token.payload.serial);
    match core.token_of_serial(serial.trim(), serial_of)? {
        Some(id) => token(id),
        None => Err(Refusal::UnknownToken.into()),
    }
}

/// The serial numbers of the tokens that users have activated.
pub(crate) fn serials_in_use(core: &Core) -> Result<Vec<String>, ServiceError> {
    let state = core.state();
    let methods = state.users().flat_map(|(_, user)| user.methods());
    let tokens = methods.filter(|method| method.kind() == Kind::HardwareToken);
    let payloads: Vec<_> = tokens
        .map(|token| MethodPayload::open(core, token))
        .collect::<Result<_, _>>()?;
    let serial = |payload| match payload {
        MethodPayload::HardwareToken { serial, .. } => Some(serial),
        _ => None,
    };
    Ok(payloads.into_iter().filter_map(serial).collect())
}

/// A token that was imported, sealed under a new key.
pub(crate) fn seal(
    core: &Core,
    token: &ImportedToken,
    user: Option<Account>,
) -> Result<(NewToken, Arc<NewKey>), ServiceError> {
    let id = TokenId::from_bytes(random_id()?);
    let key = NewKey::generate(id.into())?;
    let payload = TokenPayload {
        serial: token.serial.as_str().to_owned(),
        manufacturer: token.manufacturer.clone(),
        model: token.model.clone(),
        secret: SecretBytes::from(&token.secret),
        drift: token.drift,
        user: user.map(|account| (account.uid, account.name)),
    };
    let new = NewToken {
        token: id,
        parameters: token.parameters,
        next: token.counter,
        seed: core.seed_tag(token.secret.as_bytes()),
        sealed: seal_new(&key, SealedPart::Token, &payload)?,
    };
    Ok((new, Arc::new(key)))
}
