//! Encodes method calls and decodes their replies (D-Bus specification, "Message Protocol").

use crate::bus::{BUS, CallError};
use serde::de::DeserializeOwned;
use zbus::wire::serialized::{Context, Data};
use zbus::wire::{BE, LE};
use zbus::{Type, Variant};

/// The maximum size of a message: far more than any step of a sign-in.
const MAX_MESSAGE: usize = 1 << 20;

/// The size of a header's fixed part (D-Bus specification, "Message Format").
pub(crate) const FIXED_HEADER: usize = 16;

/// The specification's numbers of message types and header fields.
mod number {
    pub(super) const METHOD_CALL: u8 = 1;
    pub(super) const METHOD_RETURN: u8 = 2;
    pub(super) const ERROR: u8 = 3;
    pub(super) const PATH: u8 = 1;
    pub(super) const INTERFACE: u8 = 2;
    pub(super) const MEMBER: u8 = 3;
    pub(super) const ERROR_NAME: u8 = 4;
    pub(super) const REPLY_SERIAL: u8 = 5;
    pub(super) const DESTINATION: u8 = 6;
    pub(super) const SENDER: u8 = 7;
    pub(super) const SIGNATURE: u8 = 8;
}

/// The fixed part of a header and its fields.
type Header<'m> = (u8, u8, u8, u8, u32, u32, Vec<(u8, Variant<'m>)>);

/// The target of a method call.
pub(crate) struct Call<'c> {
    pub(crate) destination: &'c str,
    pub(crate) path: &'c str,
    pub(crate) interface: &'c str,
    pub(crate) member: &'c str,
}

/// The lengths of a message's header, with its padding, and of its body.
pub(crate) fn lengths(fixed: &[u8; FIXED_HEADER]) -> Result<(usize, usize), CallError> {
    let number = |at: usize| {
        let bytes = [fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]];
        let number = match fixed[0] {
            b'l' => u32::from_le_bytes(bytes),
            b'B' => u32::from_be_bytes(bytes),
            _ => return Err(CallError::Malformed),
        };
        match usize::try_from(number) {
            Ok(number) if number <= MAX_MESSAGE => Ok(number),
            _ => Err(CallError::Malformed),
        }
    };
    let (body, fields) = (number(4)?, number(12)?);
    Ok(((FIXED_HEADER + fields).next_multiple_of(8), body))
}

/// Encodes a header, with the padding before the body.
pub(crate) fn encode_header(
    call: &Call<'_>,
    signature: &str,
    body: usize,
    serial: u32,
) -> Result<Vec<u8>, CallError> {
    let mut fields = Vec::new();
    put_field(&mut fields, number::PATH, b'o', call.path)?;
    put_field(&mut fields, number::DESTINATION, b's', call.destination)?;
    put_field(&mut fields, number::INTERFACE, b's', call.interface)?;
    put_field(&mut fields, number::MEMBER, b's', call.member)?;
    if !signature.is_empty() {
        put_field(&mut fields, number::SIGNATURE, b'g', signature)?;
    }
    let length = |length: usize| u32::try_from(length).map_err(|_| CallError::Malformed);
    let mut header = vec![b'l', number::METHOD_CALL, 0, 1];
    header.extend_from_slice(&length(body)?.to_le_bytes());
    header.extend_from_slice(&serial.to_le_bytes());
    header.extend_from_slice(&length(fields.len())?.to_le_bytes());
    header.append(&mut fields);
    header.resize(header.len().next_multiple_of(8), 0);
    Ok(header)
}

/// Appends a header field, aligned to 8 bytes: its code, and a variant of type `kind`, which is an
/// object path, a string or a signature.
fn put_field(fields: &mut Vec<u8>, code: u8, kind: u8, value: &str) -> Result<(), CallError> {
    fields.resize(fields.len().next_multiple_of(8), 0);
    fields.extend_from_slice(&[code, 1, kind, 0]);
    if kind == b'g' {
        fields.push(u8::try_from(value.len()).map_err(|_| CallError::Malformed)?);
    } else {
        let length = u32::try_from(value.len()).map_err(|_| CallError::Malformed)?;
        fields.extend_from_slice(&length.to_le_bytes());
    }
    fields.extend_from_slice(value.as_bytes());
    fields.push(0);
    Ok(())
}

/// Decodes a message if it is the reply to this call.
pub(crate) fn read_reply<R>(
    message: &[u8],
    serial: u32,
    destination: &str,
) -> Result<Option<R>, CallError>
where
    R: DeserializeOwned + Type,
{
    let malformed = |_| CallError::Malformed;
    let endian = if message[0] == b'l' { LE } else { BE };
    let context = Context::new(endian, 0);
    let data = Data::new(message, context);
    let ((_, kind, _, _, body, _, fields), _): (Header<'_>, usize) =
        data.deserialize().map_err(malformed)?;
    let field = |code: u8| {
        fields
            .iter()
            .find(|(number, _)| *number == code)
            .map(|(_, value)| value)
    };
    let text = |code: u8| match field(code) {
        Some(Variant::Str(text)) => Some(text.as_str()),
        _ => None,
    };
    let is_ours = matches!(field(number::REPLY_SERIAL), Some(Variant::U32(of)) if *of == serial);
    let sender = text(number::SENDER);
    match kind {
        number::METHOD_RETURN if is_ours && sender == Some(destination) => {}
        // The bus answers for a destination that has gone.
        number::ERROR if is_ours && (sender == Some(destination) || sender == Some(BUS)) => {
            let name = text(number::ERROR_NAME).ok_or(CallError::Malformed)?;
            return Err(CallError::Named(name.to_owned()));
        }
        _ => return Ok(None),
    }
    let signature = match field(number::SIGNATURE) {
        Some(Variant::Signature(signature)) => signature.to_string_no_parens(),
        _ => String::new(),
    };
    if signature != R::SIGNATURE.to_string_no_parens() {
        return Err(CallError::Malformed);
    }
    let start = message.len() - usize::try_from(body).map_err(|_| CallError::Malformed)?;
    let (reply, _) = Data::new(&message[start..], context)
        .deserialize()
        .map_err(malformed)?;
    Ok(Some(reply))
}
