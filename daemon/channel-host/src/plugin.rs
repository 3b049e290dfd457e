//! The plugin, seen as safe Rust: the other side of the C ABI.
//!
//! Nothing here can make a hostile plugin harmless: it shares this process's memory. It makes a
//! careless one harmless as far as that goes, and the process is confined for the rest.
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

/// The longest text that is taken from a plugin, in bytes: of a longer one there is no telling
/// whether a cut would fall into something that must be redacted.
const MAX_TEXT: usize = 16 << 10;

/// The longest name or version, in bytes.
const MAX_NAME: usize = 64;

/// The most deliveries at once that are believed.
const MAX_PARALLEL: u32 = 1024;

/// TextBuffer for what a plugin says about its settings or its health, in bytes.
const BUFFER_SIZE: usize = 2 << 10;

/// A report as the plugin made it: nothing in it has been checked but that it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PluginReport {
    pub(crate) status: u32,
    pub(crate) reason: u32,
    pub(crate) after: u64,
    pub(crate) reference: String,
    pub(crate) detail: String,
}

/// A plugin that is loaded and whose table has been checked.
pub(crate) struct LoadedPlugin {
    pub(crate) info: PluginInfo,
    table: RawChannel,
    create: CreateFunction,
    deliver: DeliverFunction,
}

impl LoadedPlugin {
    /// Loads a library, and runs its constructors. It is never unloaded: what has started a thread
    /// or has thread-local destructors cannot be.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn load(file: BorrowedFd<'_>) -> Result<Self, String> {
        // The file that was opened, wherever its path leads by now, and whether or not the user
        // of the channel may walk that path.
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        // SAFETY: the constructors of the library are its own business, in a confined process.
        let library = unsafe { Library::open(Some(&path), RTLD_NOW | RTLD_LOCAL) }
            .map_err(|error| format!("it is no library that can be loaded: {error}"))?;
        // SAFETY: channel.h says what the function of this name is.
        let entry = unsafe { library.get::<EntryFunction>(abi::ENTRY.as_bytes()) }
            .map(|entry| *entry)
            .map_err(|_| format!("it does not export {}: it is no channel", abi::ENTRY))?;
        std::mem::forget(library);
        // SAFETY: as channel.h says; the table is valid for ever.
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

    /// Makes the channel from its settings. What it says is heard from now on, until the process
    /// ends.
    ///
    /// # Errors
    ///
    /// What the plugin says is wrong.
    pub(crate) fn create(self, settings: &str, session: Arc<Session>) -> Result<Plugin, String> {
        // Leaked: the plugin may call these for as long as it has threads.
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
        // SAFETY: as channel.h says; settings and buffer outlive the call.
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

/// A channel that was made.
pub(crate) struct Plugin {
    table: RawChannel,
    deliver: DeliverFunction,
    channel: *mut c_void,
    /// Read while one of its functions is being called; written to destroy it.
    destroyed: RwLock<bool>,
}

// SAFETY: channel.h lets its functions be called from any thread; who calls keeps to how many.
unsafe impl Send for Plugin {}
// SAFETY: as above.
unsafe impl Sync for Plugin {}

impl Plugin {
    /// Delivers a message; returns when the plugin does.
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

    /// Whether the plugin could deliver now, and what is wrong.
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

    /// Lets the plugin tidy up, unless one of its functions is still being called.
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
            // SAFETY: none of its functions is being called, or will be again.
            unsafe { destroy(self.channel) }
        }
    }
}

/// TextBuffer for a text that a plugin writes.
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
    u32::try_from(size).expect("structures are some hundred bytes")
}

/// A short text without white space and control characters.
fn identifier(text: Text) -> Option<String> {
    // SAFETY: what a table points to is valid for ever, as channel.h says.
    let bytes = unsafe { text.bytes(MAX_NAME + 1) };
    let text = std::str::from_utf8(bytes).ok()?;
    let is_valid =
        !text.is_empty() && text.len() <= MAX_NAME && text.chars().all(|c| c.is_ascii_graphic());
    is_valid.then(|| text.to_owned())
}

/// A text of a plugin's, whatever it is.
///
/// # Safety
///
/// As for [`Text::bytes`].
unsafe fn copy_text(text: Text) -> String {
    if text.length > MAX_TEXT {
        return format!("a text of {} bytes was left out", text.length);
    }
    // SAFETY: as the caller promises; it is copied at once.
    String::from_utf8_lossy(unsafe { text.bytes(MAX_TEXT) }).into_owned()
}

unsafe extern "C" fn on_report(context: *mut c_void, delivery: u64, report: *const RawReport) {
    // SAFETY: `create` passed this context, which lives for ever.
    let session = unsafe { &*context.cast::<Session>() };
    // SAFETY: as channel.h says, the report and its texts live until this returns.
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
