//! The C ABI: `schemas/channel.h`, structure by structure. What each means is said there.
#![allow(
    unsafe_code,
    reason = "this module is where Rust and the other side of the ABI meet"
)]

pub mod export;
mod numbers;
mod read;

pub use numbers::{Status, flags, kinds};
pub use read::{Misfit, Structure, read};

use std::ffi::{c_char, c_void};

/// The version of the header: major << 16 | minor.
pub const VERSION: u32 = 0x0001_0000;
/// The part of a version in which both sides must agree.
pub const VERSION_MAJOR_MASK: u32 = 0xffff_0000;
/// What a plugin exports.
pub const ENTRY: &str = "secinfo_channel_entry";

/// `struct secinfo_text`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    /// UTF-8, or null.
    pub bytes: *const c_char,
    /// In bytes.
    pub length: usize,
}

impl Text {
    /// No text.
    pub const EMPTY: Self = Self {
        bytes: std::ptr::null(),
        length: 0,
    };

    /// This text, which must live for as long as the other side may read it.
    pub const fn of(text: &str) -> Self {
        Self {
            bytes: text.as_ptr().cast(),
            length: text.len(),
        }
    }

    /// At most the first `most` bytes of it; nothing when the pointer is null.
    ///
    /// # Safety
    ///
    /// The pointer is null, or `length` bytes can be read there for as long as `'a`.
    pub const unsafe fn bytes<'a>(self, most: usize) -> &'a [u8] {
        let length = if self.length < most {
            self.length
        } else {
            most
        };
        if self.bytes.is_null() || length == 0 {
            &[]
        } else {
            // SAFETY: the caller promises that so many bytes can be read there.
            unsafe { std::slice::from_raw_parts(self.bytes.cast(), length) }
        }
    }
}

/// `struct secinfo_buffer`.
#[repr(C)]
pub struct Buffer {
    /// Where to write.
    pub bytes: *mut c_char,
    /// How much fits.
    pub capacity: usize,
    /// How much was written, or would have been.
    pub length: usize,
}

/// `struct secinfo_request`.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the header says what each field means")]
pub struct Request {
    pub version: u32,
    pub size: u32,
    pub message: Text,
    pub destination: Text,
    pub subject: Text,
    pub text: Text,
    pub html: Text,
    pub code: Text,
    pub language: Text,
    pub organization: Text,
    pub host: Text,
    pub service: Text,
    pub origin: Text,
    pub expires: u64,
    pub purpose: u32,
    pub attempt: u32,
    pub reserved: [u64; 8],
}

/// `struct secinfo_report`.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the header says what each field means")]
pub struct Report {
    pub version: u32,
    pub size: u32,
    pub status: u32,
    pub reason: u32,
    pub after: u64,
    pub reference: Text,
    pub detail: Text,
    pub reserved: [u64; 8],
}

/// `struct secinfo_host`.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the header says what each field means")]
pub struct Host {
    pub version: u32,
    pub size: u32,
    pub context: *mut c_void,
    pub report: Option<ReportFunction>,
    pub log: Option<LogFunction>,
    pub reserved: [*mut c_void; 8],
}

/// `struct secinfo_channel`.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the header says what each field means")]
pub struct Channel {
    pub version: u32,
    pub size: u32,
    pub name: Text,
    pub plugin_version: Text,
    pub kinds: u32,
    pub flags: u32,
    pub parallel: u32,
    pub padding: u32,
    pub create: Option<CreateFunction>,
    pub deliver: Option<DeliverFunction>,
    pub health: Option<HealthFunction>,
    pub destroy: Option<DestroyFunction>,
    pub reserved: [*mut c_void; 8],
}

// SAFETY: a table is never written, and what it points to is valid for ever and never written.
unsafe impl Sync for Channel {}
// SAFETY: as above.
unsafe impl Send for Channel {}

/// `secinfo_channel_entry`.
pub type EntryFunction = unsafe extern "C" fn() -> *const Channel;
/// `create` of [`Channel`].
pub type CreateFunction = unsafe extern "C" fn(Text, *const Host, *mut Buffer) -> *mut c_void;
/// `deliver` of [`Channel`].
pub type DeliverFunction = unsafe extern "C" fn(*mut c_void, u64, *const Request);
/// `health` of [`Channel`].
pub type HealthFunction = unsafe extern "C" fn(*mut c_void, *mut Buffer) -> u32;
/// `destroy` of [`Channel`].
pub type DestroyFunction = unsafe extern "C" fn(*mut c_void);
/// `report` of [`Host`].
pub type ReportFunction = unsafe extern "C" fn(*mut c_void, u64, *const Report);
/// `log` of [`Host`].
pub type LogFunction = unsafe extern "C" fn(*mut c_void, u32, Text);
