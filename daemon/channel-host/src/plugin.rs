//! A safe wrapper around the plugin's C ABI.
//!
//! It guards against a faulty plugin. A hostile one shares this process's memory, so only the
//! process's confinement guards against it.
#![allow(unsafe_code, reason = "loading a library and calling its functions")]

use crate::session::Session;
use crate::wire::PluginInfo;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use secinfo_channel::Request;
use secinfo_channel::abi::{
    self, Buffer, CreateFunction, DeliverFunction, EntryFunction, Incompatible, RawChannel,
    RawHost, RawReport, RawRequest, Text, VERSION, flags, kinds,
};
use std::ffi::c_void;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::{Arc, PoisonError, RwLock, TryLockError};

/// The longest text accepted from a plugin, in bytes. A longer one is dropped rather than cut,
/// because the cut could split something that must be redacted.
const MAX_TEXT: usize = 16 << 10;

/// The longest name or version of a plugin, in bytes.
const MAX_NAME: usize = 64;

/// The upper limit for a plugin's number of concurrent deliveries.
const MAX_PARALLEL: u32 = 1024;

/// The size of the buffers for a plugin's error and health texts, in bytes.
const BUFFER_SIZE: usize = 2 << 10;

/// A report as the plugin made it, readable but not validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PluginReport {
    pub(crate) status: u32,
    pub(crate) reason: u32,
    pub(crate) after: u64,
    pub(crate) reference: String,
    pub(crate) detail: String,
}

/// A loaded plugin with a valid table.
pub(crate) struct LoadedPlugin {
    pub(crate) info: PluginInfo,
    table: RawChannel,
    create: CreateFunction,
    deliver: DeliverFunction,
}

impl LoadedPlugin {
    /// Loads a library, which runs its constructors. It is never unloaded, because a library with
    /// threads or thread-local destructors cannot be.
    ///
    /// # Errors
    ///
    /// A description of what is wrong with the library.
    pub(crate) fn load(file: BorrowedFd<'_>) -> Result<Self, String> {
        // Exactly the file that was opened and checked, even if its path has changed or the
        // channel's user cannot reach it.
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        // SAFETY: the library's constructors run in a confined process.
        let library = unsafe { Library::open(Some(&path), RTLD_NOW | RTLD_LOCAL) }
            .map_err(|error| format!("it is no library that can be loaded: {error}"))?;
        // SAFETY: channel.h defines the type of the function with this name.
        let entry = unsafe { library.get::<EntryFunction>(abi::ENTRY.as_bytes()) }
            .map(|entry| *entry)
            .map_err(|_| format!("it does not export {}: it is no channel", abi::ENTRY))?;
        std::mem::forget(library);
        // SAFETY: channel.h says that the table lives forever.
        let table = unsafe { abi::read(entry()) }.map_err(|error| match error {
            Incompatible::Version(_) => {
                format!("{error}: install the plugin that goes with this secinfo")
            }
            Incompatible::Null => "it says that it cannot be used here".to_owned(),
            Incompatible::Size(_) => format!("its table: {error}"),
        })?;
        Self::check(table)
    }

    fn check(table: RawChannel) -> Result<Self, String> {
        let (Some(create), Some(deliver)) = (table.create, table.deliver) else {
            return Err("its table lacks create or deliver".to_owned());
        };
        let kinds: Vec<String> = kinds::NAMED
            .iter()
            .filter(|(_, number)| table.kinds & number != 0)
            .map(|(name, _)| (*name).to_owned())
            .collect();
        if kinds.is_empty() {
            return Err("it delivers no kind of message that this secinfo knows".to_owned());
        }
        let info = PluginInfo {
            name: identifier(table.name)
                .ok_or("its name is not a word of at most 64 characters")?,
            version: identifier(table.plugin_version)
                .ok_or("its version is not a word of at most 64 characters")?,
            kinds,
            parallel: table.parallel.clamp(1, MAX_PARALLEL),
            idempotent: table.flags & flags::IDEMPOTENT != 0,
            follows_up: table.flags & flags::FOLLOWS_UP != 0,
            leaves_messages_readable: table.flags & flags::READABLE != 0,
        };
        Ok(Self {
            info,
            table,
            create,
            deliver,
        })
    }

    /// Creates the channel from its settings. From then on it may call the session until the
    /// process ends.
    ///
    /// # Errors
    ///
    /// The plugin's description of what is wrong.
    pub(crate) fn create(self, settings: &str, session: Arc<Session>) -> Result<Plugin, String> {
        // Leaked, because the plugin's threads may call the host until the process ends.
        let context = Arc::into_raw(session);
        let host: &'static RawHost = Box::leak(Box::new(RawHost {
            version: VERSION,
            size: size(size_of::<RawHost>()),
            context: context.cast_mut().cast(),
            report: Some(on_report),
            log: Some(on_log),
            reserved: [std::ptr::null_mut(); 8],
        }));
        let mut buffer = TextBuffer::new();
        // SAFETY: as channel.h requires; settings and buffer outlive the call.
        let channel = unsafe { (self.create)(Text::of(settings), host, &raw mut buffer.raw) };
        if channel.is_null() {
            let why = buffer.text();
            return Err(if why.trim().is_empty() {
                "it does not say why: look at its settings".to_owned()
            } else {
                why
            });
        }
        Ok(Plugin {
            table: self.table,
            deliver: self.deliver,
            channel,
            destroyed: RwLock::new(false),
        })
    }
}

/// A created channel.
pub(crate) struct Plugin {
    table: RawChannel,
    deliver: DeliverFunction,
    channel: *mut c_void,
    /// Locked for reading during a call of the plugin, and for writing to destroy it.
    destroyed: RwLock<bool>,
}

// SAFETY: channel.h allows calls from any thread; callers limit how many run at once.
unsafe impl Send for Plugin {}
// SAFETY: as above.
unsafe impl Sync for Plugin {}

impl Plugin {
    /// Calls the plugin's `deliver`.
    pub(crate) fn deliver(&self, delivery: u64, request: &Request) {
        let raw = RawRequest {
            version: VERSION,
            size: size(size_of::<RawRequest>()),
            message: Text::of(&request.message),
            destination: Text::of(&request.destination),
            subject: Text::of(&request.subject),
            text: Text::of(&request.text),
            html: Text::of(&request.html),
            code: Text::of(&request.code),
            language: Text::of(&request.language),
            organization: Text::of(&request.organization),
            host: Text::of(&request.host),
            service: Text::of(&request.service),
            origin: Text::of(&request.origin),
            expires: request.expires,
            purpose: request.purpose.number(),
            attempt: request.attempt,
            reserved: [0; 8],
        };
        self.call_unless_destroyed(|| {
            // SAFETY: the channel has not been destroyed, the request outlives the call.
            unsafe { (self.deliver)(self.channel, delivery, &raw const raw) }
        });
    }

    /// Calls the plugin's `health`: whether it is healthy, and what is wrong.
    pub(crate) fn health(&self) -> (bool, String) {
        let Some(health) = self.table.health else {
            return (true, String::new());
        };
        let mut buffer = TextBuffer::new();
        let healthy = self.call_unless_destroyed(|| {
            // SAFETY: the channel has not been destroyed, the buffer outlives the call.
            unsafe { health(self.channel, &raw mut buffer.raw) }
        });
        (healthy == Some(1), buffer.text())
    }

    fn call_unless_destroyed<T>(&self, call: impl FnOnce() -> T) -> Option<T> {
        let destroyed = self
            .destroyed
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        (!*destroyed).then(call)
    }

    /// Calls the plugin's `destroy`, unless another call is still running.
    pub(crate) fn destroy(&self) {
        let mut destroyed = match self.destroyed.try_write() {
            Ok(destroyed) => destroyed,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if *destroyed {
            return;
        }
        *destroyed = true;
        if let Some(destroy) = self.table.destroy {
            // SAFETY: no other call is running, and none will follow.
            unsafe { destroy(self.channel) }
        }
    }
}

/// A buffer for a text that the plugin writes.
struct TextBuffer {
    bytes: Vec<u8>,
    raw: Buffer,
}

impl TextBuffer {
    fn new() -> Self {
        let mut bytes = vec![0_u8; BUFFER_SIZE];
        let raw = Buffer {
            bytes: bytes.as_mut_ptr().cast(),
            capacity: bytes.len(),
            length: 0,
        };
        Self { bytes, raw }
    }

    fn text(&self) -> String {
        let text = &self.bytes[..self.raw.length.min(self.bytes.len())];
        String::from_utf8_lossy(text)
            .trim_end_matches('\0')
            .to_owned()
    }
}

fn size(size: usize) -> u32 {
    u32::try_from(size).expect("structures are a few hundred bytes")
}

/// A short text of visible ASCII characters.
fn identifier(text: Text) -> Option<String> {
    // SAFETY: channel.h says that what a table points to lives forever.
    let bytes = unsafe { text.bytes(MAX_NAME + 1) };
    let text = std::str::from_utf8(bytes).ok()?;
    let is_valid =
        !text.is_empty() && text.len() <= MAX_NAME && text.chars().all(|c| c.is_ascii_graphic());
    is_valid.then(|| text.to_owned())
}

/// Copies a text from the plugin.
///
/// # Safety
///
/// As for [`Text::bytes`].
unsafe fn copy_text(text: Text) -> String {
    if text.length > MAX_TEXT {
        return format!("a text of {} bytes was left out", text.length);
    }
    // SAFETY: as the caller promises; the bytes are copied at once.
    String::from_utf8_lossy(unsafe { text.bytes(MAX_TEXT) }).into_owned()
}

unsafe extern "C" fn on_report(context: *mut c_void, delivery: u64, report: *const RawReport) {
    // SAFETY: `create` passed this context, which is leaked and lives forever.
    let session = unsafe { &*context.cast::<Session>() };
    // SAFETY: channel.h says that the report and its texts live until this returns.
    let report = unsafe {
        abi::read(report).map(|raw| PluginReport {
            status: raw.status,
            reason: raw.reason,
            after: raw.after,
            reference: copy_text(raw.reference),
            detail: copy_text(raw.detail),
        })
    };
    session.handle_report(delivery, report);
}

unsafe extern "C" fn on_log(context: *mut c_void, level: u32, line: Text) {
    // SAFETY: as above.
    let (session, line) = unsafe { (&*context.cast::<Session>(), copy_text(line)) };
    session.handle_log(level, &line);
}
