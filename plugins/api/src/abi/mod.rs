//! The C ABI of `schemas/channel.h`, structure by structure. The header documents the fields.
#![allow(
    unsafe_code,
    reason = "this module is the boundary between Rust and the C ABI"
)]

pub mod export;
mod numbers;
mod read;

pub use numbers::{Status, flags, kinds};
pub use read::{Incompatible, Structure, read};

use std::ffi::{c_char, c_void};

/// The version of the header: major << 16 | minor.
pub const VERSION: u32 = 0x0001_0000;
/// The bits of the version that must be equal on both sides.
pub const VERSION_MAJOR_MASK: u32 = 0xffff_0000;
/// The name of the function that a plugin exports.
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
    /// The empty text.
    pub const EMPTY: Self = Self {
        bytes: std::ptr::null(),
        length: 0,
    };

    /// Borrows a text, which must outlive the other side's use of it.
    pub const fn of(text: &str) -> Self {
        Self {
            bytes: text.as_ptr().cast(),
            length: text.len(),
        }
    }

    /// At most the first `max` bytes; empty if the pointer is null.
    ///
    /// # Safety
    ///
    /// The pointer is null, or `length` bytes can be read there for as long as `'a`.
    pub const unsafe fn bytes<'a>(self, max: usize) -> &'a [u8] {
        let length = if self.length < max { self.length } else { max };
        if self.bytes.is_null() || length == 0 {
            &[]
        } else {
            // SAFETY: the caller promises that `length` bytes can be read there.
            unsafe { std::slice::from_raw_parts(self.bytes.cast(), length) }
        }
    }
}

/// `struct secinfo_buffer`.
#[repr(C)]
pub struct Buffer {
    /// Where to write.
    pub bytes: *mut c_char,
    /// How many bytes fit.
    pub capacity: usize,
    /// The length of the text; more than `capacity` if it was truncated.
    pub length: usize,
}

/// `struct secinfo_request`.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the header says what each field means")]
pub struct RawRequest {
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
pub struct RawReport {
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
pub struct RawHost {
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
pub struct RawChannel {
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

// SAFETY: a table and what it points to live forever and are never written.
unsafe impl Sync for RawChannel {}
// SAFETY: as above.
unsafe impl Send for RawChannel {}

/// `secinfo_channel_entry`.
pub type EntryFunction = unsafe extern "C" fn() -> *const RawChannel;
/// `create` of [`RawChannel`].
pub type CreateFunction = unsafe extern "C" fn(Text, *const RawHost, *mut Buffer) -> *mut c_void;
/// `deliver` of [`RawChannel`].
pub type DeliverFunction = unsafe extern "C" fn(*mut c_void, u64, *const RawRequest);
/// `health` of [`RawChannel`].
pub type HealthFunction = unsafe extern "C" fn(*mut c_void, *mut Buffer) -> u32;
/// `destroy` of [`RawChannel`].
pub type DestroyFunction = unsafe extern "C" fn(*mut c_void);
/// `report` of [`RawHost`].
pub type ReportFunction = unsafe extern "C" fn(*mut c_void, u64, *const RawReport);
/// `log` of [`RawHost`].
pub type LogFunction = unsafe extern "C" fn(*mut c_void, u32, Text);
