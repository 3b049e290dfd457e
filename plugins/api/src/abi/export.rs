//! What [`crate::export_channel!`] exports: the C face of a [`Channel`] in Rust.

use super::numbers::Status;
use super::{
    Buffer, Channel as Table, Host as HostTable, LogFunction, Misfit, Report as RawReport,
    ReportFunction, Request as RawRequest, Text, VERSION, flags, kinds, read,
};
use crate::{
    Channel, Delivery, Health, Host, Info, MessagePurpose, Reason, Report, Request, Unusable, Word,
};
use serde::Deserialize;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Exports a [`Channel`] as the one function of `schemas/channel.h`. Once in a library, in a crate
/// of type `cdylib`.
#[macro_export]
macro_rules! export_channel {
    ($channel:ty) => {
        const _: () = {
            static TABLE: $crate::abi::Channel = $crate::abi::export::table::<$channel>();

            #[unsafe(no_mangle)]
            extern "C" fn secinfo_channel_entry() -> *const $crate::abi::Channel {
                &raw const TABLE
            }
        };
    };
}

/// The table of a channel.
///
/// # Panics
///
/// While compiling, when [`Info::kinds`] names a kind that the ABI does not know.
pub const fn table<C: Channel>() -> Table {
    let info = C::INFO;
    Table {
        version: VERSION,
        size: size_of_table::<Table>(),
        name: Text::of(info.name),
        plugin_version: Text::of(info.version),
        kinds: sum_of_kinds(&info),
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
    reason = "structures are some hundred bytes, and try_from is not const"
)]
const fn size_of_table<T>() -> u32 {
    size_of::<T>() as u32
}

const fn sum_of_kinds(info: &Info) -> u32 {
    let mut sum = 0;
    let mut at = 0;
    while at < info.kinds.len() {
        sum |= kind(info.kinds[at]);
        at += 1;
    }
    sum
}

const fn kind(name: &str) -> u32 {
    let mut at = 0;
    while at < kinds::NAMED.len() {
        let (known, number) = kinds::NAMED[at];
        if same(known.as_bytes(), name.as_bytes()) {
            return number;
        }
        at += 1;
    }
    panic!("a kind of a channel is text, call or email")
}

const fn same(one: &[u8], other: &[u8]) -> bool {
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

/// The host's functions.
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

/// What `create` returns to the host.
struct Instance<C> {
    channel: C,
    host: HostFunctions,
}

/// Calls into the plugin. A panic must not cross the ABI: it would abort the process.
fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        // Dropping it could panic again.
        std::mem::forget(payload);
        Panicked
    })
}

struct Panicked;

unsafe extern "C" fn create<C: Channel>(
    settings: Text,
    host: *const HostTable,
    error: *mut Buffer,
) -> *mut c_void {
    let made = guarded(|| {
        // SAFETY: the host passes its table, and settings that live until this returns.
        let (host, settings) = unsafe { (functions(host)?, settings.bytes(usize::MAX)) };
        // What a panic says may hold anything, so that the log gets its place alone.
        std::panic::set_hook(Box::new(move |panic| {
            let place = panic
                .location()
                .map(ToString::to_string)
                .unwrap_or_default();
            host.log(
                crate::Level::Error,
                &format!("the plugin panicked at {place}"),
            );
        }));
        let channel = C::create(
            parse_settings(settings)?,
            Host::new(move |level, line| host.log(level, line)),
        )?;
        Ok(Box::new(Instance { channel, host }))
    });
    let why = match made {
        Ok(Ok(instance)) => return Box::into_raw(instance).cast(),
        Ok(Err(Unusable(why))) => why,
        Err(Panicked) => "the plugin panicked while reading its settings".to_owned(),
    };
    // SAFETY: the host passes a buffer of its own.
    unsafe { write(error, &why) };
    std::ptr::null_mut()
}

/// # Safety
///
/// As for [`read()`].
unsafe fn functions(host: *const HostTable) -> Result<HostFunctions, Unusable> {
    // SAFETY: as the caller promises.
    let table =
        unsafe { read(host) }.map_err(|misfit| Unusable(format!("the host's table: {misfit}")))?;
    match (table.report, table.log) {
        (Some(report), Some(log)) => Ok(HostFunctions {
            context: table.context,
            report,
            log,
        }),
        _ => Err(Unusable("the host's table lacks a function".to_owned())),
    }
}

/// Settings from JSON. An error names the setting and what was expected, never what was found.
fn parse_settings<S: for<'de> Deserialize<'de>>(json: &[u8]) -> Result<S, Unusable> {
    // Through a value, so that errors do not speak of lines of a JSON text that nobody wrote.
    let value: serde_json::Value = serde_json::from_slice(json)
        .map_err(|_| Unusable("the settings that came from the host are no JSON".to_owned()))?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let what = without_value(&error.inner().to_string());
        Unusable(if path == "." {
            format!("the settings are not right: {what}")
        } else {
            format!("the setting `{path}` is not right: {what}")
        })
    })
}

/// The message of a serde error without the value that it quotes.
fn without_value(message: &str) -> String {
    let quotes_value = ["invalid type: ", "invalid value: ", "unknown variant "]
        .iter()
        .any(|start| message.starts_with(start));
    match message.rfind("expected ") {
        Some(at) if quotes_value => message[at..].to_owned(),
        _ if quotes_value => "this value is not possible".to_owned(),
        _ => message.to_owned(),
    }
}

unsafe extern "C" fn deliver<C: Channel>(
    channel: *mut c_void,
    delivery: u64,
    request: *const RawRequest,
) {
    // A panic drops the delivery, which then reports that it has failed.
    let _ = guarded(|| {
        // SAFETY: the host passes what `create` returned and `destroy` has not had.
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
        .map_err(|misfit: Misfit| format!("the host's request: {misfit}"))?;
    let word = |text: Text| -> Result<Word, String> {
        // SAFETY: as the caller promises; it is copied at once.
        let bytes = unsafe { text.bytes(usize::MAX) };
        std::str::from_utf8(bytes)
            .map(|text| Word::new(text.to_owned()))
            .map_err(|_| "the host's request is not UTF-8".to_owned())
    };
    let plain = |text: Text| word(text).map(|word| word.as_str().to_owned());
    Ok(Request {
        message: plain(raw.message)?,
        purpose: MessagePurpose::from_number(raw.purpose).unwrap_or(MessagePurpose::Notice),
        destination: word(raw.destination)?,
        subject: word(raw.subject)?,
        text: word(raw.text)?,
        html: word(raw.html)?,
        code: word(raw.code)?,
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
    let health = guarded(|| {
        // SAFETY: the host passes what `create` returned and `destroy` has not had.
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
    let _ = guarded(|| {
        // SAFETY: the host passes what `create` returned, once, when nothing else uses it.
        drop(unsafe { Box::from_raw(channel.cast::<Instance<C>>()) });
        // The hook would call the host.
        drop(std::panic::take_hook());
    });
}

/// Writes as much of a text into a buffer as fits, and says how long it is.
///
/// # Safety
///
/// The pointer is null or that of a buffer into which as many bytes can be written as it says.
unsafe fn write(buffer: *mut Buffer, text: &str) {
    // SAFETY: as the caller promises; texts of ours do not overlap a buffer of the host's.
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
