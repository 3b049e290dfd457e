//! The C functions that [`crate::export_channel!`] exports for a [`Channel`] written in Rust.

use super::numbers::Status;
use super::{
    Buffer, Incompatible, LogFunction, RawChannel, RawHost, RawReport, RawRequest, ReportFunction,
    Text, VERSION, flags, kinds, read,
};
use crate::{
    Channel, CreateError, Delivery, Health, Info, Logger, MessagePurpose, Reason, Report, Request,
    SecretText,
};
use serde::Deserialize;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Exports a [`Channel`] through the entry function of `schemas/channel.h`. To be used once, in a
/// crate of type `cdylib`.
#[macro_export]
macro_rules! export_channel {
    ($channel:ty) => {
        const _: () = {
            static TABLE: $crate::abi::RawChannel = $crate::abi::export::table::<$channel>();

            #[unsafe(no_mangle)]
            extern "C" fn secinfo_channel_entry() -> *const $crate::abi::RawChannel {
                &raw const TABLE
            }
        };
    };
}

/// Builds the function table of a channel.
///
/// # Panics
///
/// At compile time, if [`Info::kinds`] names a kind that the ABI does not know.
pub const fn table<C: Channel>() -> RawChannel {
    let info = C::INFO;
    RawChannel {
        version: VERSION,
        size: size_of_table::<RawChannel>(),
        name: Text::of(info.name),
        plugin_version: Text::of(info.version),
        kinds: kinds_mask(&info),
        flags: (if info.idempotent {
            flags::IDEMPOTENT
        } else {
            0
        }) | (if info.follows_up {
            flags::FOLLOWS_UP
        } else {
            0
        }) | (if info.leaves_messages_readable {
            flags::READABLE
        } else {
            0
        }),
        parallel: info.parallel,
        padding: 0,
        create: Some(create::<C>),
        deliver: Some(deliver::<C>),
        health: Some(health::<C>),
        destroy: Some(destroy::<C>),
        reserved: [std::ptr::null_mut(); 8],
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "structures are a few hundred bytes, and try_from is not const"
)]
const fn size_of_table<T>() -> u32 {
    size_of::<T>() as u32
}

const fn kinds_mask(info: &Info) -> u32 {
    let mut mask = 0;
    let mut at = 0;
    while at < info.kinds.len() {
        mask |= kind_bit(info.kinds[at]);
        at += 1;
    }
    mask
}

const fn kind_bit(name: &str) -> u32 {
    let mut at = 0;
    while at < kinds::NAMED.len() {
        let (known, number) = kinds::NAMED[at];
        if equal(known.as_bytes(), name.as_bytes()) {
            return number;
        }
        at += 1;
    }
    panic!("a kind of a channel is text, call, email or push")
}

const fn equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The functions that the host offers the plugin.
#[derive(Clone, Copy)]
struct HostFunctions {
    context: *mut c_void,
    report: ReportFunction,
    log: LogFunction,
}

// SAFETY: the ABI lets them be called from any thread until the process ends.
unsafe impl Send for HostFunctions {}
// SAFETY: as above.
unsafe impl Sync for HostFunctions {}

impl HostFunctions {
    fn report(&self, delivery: u64, report: &Report) {
        let mut raw = RawReport {
            version: VERSION,
            size: size_of_table::<RawReport>(),
            status: 0,
            reason: 0,
            after: 0,
            reference: Text::EMPTY,
            detail: Text::EMPTY,
            reserved: [0; 8],
        };
        match report {
            Report::Accepted { reference } => {
                raw.status = Status::Accepted.number();
                raw.reference = Text::of(reference);
            }
            Report::Delivered => raw.status = Status::Delivered.number(),
            Report::Failed { reason, detail } => {
                raw.status = Status::Failed.number();
                raw.reason = reason.number();
                raw.detail = Text::of(detail);
            }
            Report::TryLater {
                after,
                reason,
                detail,
            } => {
                raw.status = Status::TryLater.number();
                raw.reason = reason.number();
                raw.after = *after;
                raw.detail = Text::of(detail);
            }
        }
        // SAFETY: the host gave this function with this context; the report and its texts live
        // until it returns.
        unsafe { (self.report)(self.context, delivery, &raw const raw) }
    }

    fn log(&self, level: crate::Level, line: &str) {
        // SAFETY: the host gave this function with this context; the line lives until it returns.
        unsafe { (self.log)(self.context, level.number(), Text::of(line)) }
    }
}

/// A created channel; `create` returns a pointer to it.
struct Instance<C> {
    channel: C,
    host: HostFunctions,
}

/// Runs the plugin's code and catches a panic, which would abort the process at the ABI boundary.
fn catching<T>(call: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        // Dropping the payload could panic again.
        std::mem::forget(payload);
        Panicked
    })
}

struct Panicked;

unsafe extern "C" fn create<C: Channel>(
    settings: Text,
    host: *const RawHost,
    error: *mut Buffer,
) -> *mut c_void {
    let created = catching(|| {
        // SAFETY: the host passes its table, and settings that live until this returns.
        let (host, settings) = unsafe { (functions(host)?, settings.bytes(usize::MAX)) };
        // A panic message may hold secrets, so only its location is logged.
        std::panic::set_hook(Box::new(move |panic| {
            let location = panic
                .location()
                .map(ToString::to_string)
                .unwrap_or_default();
            host.log(
                crate::Level::Error,
                &format!("the plugin panicked at {location}"),
            );
        }));
        let channel = C::create(
            parse_settings(settings)?,
            Logger::new(move |level, line| host.log(level, line)),
        )?;
        Ok(Box::new(Instance { channel, host }))
    });
    let why = match created {
        Ok(Ok(instance)) => return Box::into_raw(instance).cast(),
        Ok(Err(CreateError(why))) => why,
        Err(Panicked) => "the plugin panicked while reading its settings".to_owned(),
    };
    // SAFETY: the host passes a buffer of its own.
    unsafe { write(error, &why) };
    std::ptr::null_mut()
}

/// # Safety
///
/// As for [`read()`].
unsafe fn functions(host: *const RawHost) -> Result<HostFunctions, CreateError> {
    // SAFETY: as the caller promises.
    let table =
        unsafe { read(host) }.map_err(|error| CreateError(format!("the host's table: {error}")))?;
    match (table.report, table.log) {
        (Some(report), Some(log)) => Ok(HostFunctions {
            context: table.context,
            report,
            log,
        }),
        _ => Err(CreateError("the host's table lacks a function".to_owned())),
    }
}

/// Parses settings from JSON. An error names the setting and what was expected, never the value
/// found, which may be a secret.
fn parse_settings<S: for<'de> Deserialize<'de>>(json: &[u8]) -> Result<S, CreateError> {
    // Through a value, so that errors do not quote lines of JSON that the administrator never wrote.
    let value: serde_json::Value = serde_json::from_slice(json)
        .map_err(|_| CreateError("the settings that came from the host are no JSON".to_owned()))?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let what = without_value(&error.inner().to_string());
        CreateError(if path == "." {
            format!("the settings are not right: {what}")
        } else {
            format!("the setting `{path}` is not right: {what}")
        })
    })
}

/// Strips the quoted value from the message of a serde error.
fn without_value(message: &str) -> String {
    let has_value = ["invalid type: ", "invalid value: ", "unknown variant "]
        .iter()
        .any(|start| message.starts_with(start));
    match message.rfind("expected ") {
        Some(at) if has_value => message[at..].to_owned(),
        _ if has_value => "this value is not possible".to_owned(),
        _ => message.to_owned(),
    }
}

unsafe extern "C" fn deliver<C: Channel>(
    channel: *mut c_void,
    delivery: u64,
    request: *const RawRequest,
) {
    // A panic drops the delivery, which then reports a failure.
    let _ = catching(|| {
        // SAFETY: the host passes what `create` returned, and has not passed it to `destroy`.
        let instance = unsafe { &*channel.cast::<Instance<C>>() };
        let host = instance.host;
        // SAFETY: the host passes a request that lives until this returns.
        match unsafe { parse_request(request) } {
            Ok(request) => instance.channel.deliver(Delivery::new(
                request,
                C::INFO.follows_up,
                move |report| host.report(delivery, &report),
            )),
            Err(detail) => host.report(
                delivery,
                &Report::Failed {
                    reason: Reason::Plugin,
                    detail,
                },
            ),
        }
    });
}

/// # Safety
///
/// As for [`read()`], and each text can be read.
unsafe fn parse_request(request: *const RawRequest) -> Result<Request, String> {
    // SAFETY: as the caller promises.
    let raw = unsafe { read(request) }
        .map_err(|error: Incompatible| format!("the host's request: {error}"))?;
    let secret = |text: Text| -> Result<SecretText, String> {
        // SAFETY: as the caller promises; the bytes are copied at once.
        let bytes = unsafe { text.bytes(usize::MAX) };
        std::str::from_utf8(bytes)
            .map(|text| SecretText::new(text.to_owned()))
            .map_err(|_| "the host's request is not UTF-8".to_owned())
    };
    let plain = |text: Text| secret(text).map(|text| text.as_str().to_owned());
    Ok(Request {
        message: plain(raw.message)?,
        purpose: MessagePurpose::from_number(raw.purpose).unwrap_or(MessagePurpose::Notice),
        destination: secret(raw.destination)?,
        subject: secret(raw.subject)?,
        text: secret(raw.text)?,
        html: secret(raw.html)?,
        code: secret(raw.code)?,
        language: plain(raw.language)?,
        organization: plain(raw.organization)?,
        host: plain(raw.host)?,
        service: plain(raw.service)?,
        origin: plain(raw.origin)?,
        expires: raw.expires,
        attempt: raw.attempt,
    })
}

unsafe extern "C" fn health<C: Channel>(channel: *mut c_void, detail: *mut Buffer) -> u32 {
    let health = catching(|| {
        // SAFETY: the host passes what `create` returned, and has not passed it to `destroy`.
        let instance = unsafe { &*channel.cast::<Instance<C>>() };
        instance.channel.health()
    })
    .unwrap_or_else(|Panicked| Health {
        healthy: false,
        detail: "the plugin panicked when asked for its health".to_owned(),
    });
    // SAFETY: the host passes a buffer of its own.
    unsafe { write(detail, &health.detail) };
    u32::from(health.healthy)
}

unsafe extern "C" fn destroy<C: Channel>(channel: *mut c_void) {
    let _ = catching(|| {
        // SAFETY: the host passes what `create` returned, once, when nothing else uses it.
        drop(unsafe { Box::from_raw(channel.cast::<Instance<C>>()) });
        // The panic hook would still call the host.
        drop(std::panic::take_hook());
    });
}

/// Writes a text into a buffer, truncated to its capacity, and sets the full length.
///
/// # Safety
///
/// The pointer is null or points to a buffer to which `capacity` bytes can be written.
unsafe fn write(buffer: *mut Buffer, text: &str) {
    // SAFETY: as the caller promises; our texts do not overlap the host's buffer.
    unsafe {
        let Some(buffer) = buffer.as_mut() else {
            return;
        };
        buffer.length = text.len();
        if !buffer.bytes.is_null() {
            std::ptr::copy_nonoverlapping(
                text.as_ptr(),
                buffer.bytes.cast::<u8>(),
                text.len().min(buffer.capacity),
            );
        }
    }
}
