//! Reads structures that were built with another version of the header.

use super::{RawChannel, RawHost, RawReport, RawRequest, VERSION, VERSION_MAJOR_MASK};
use std::mem::{MaybeUninit, offset_of};

/// Why a structure from the other side cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incompatible {
    /// The pointer is null.
    Null,
    /// The structure has this version, whose major part differs from ours.
    Version(u32),
    /// The structure has this size, which is too small.
    Size(u32),
}

impl std::fmt::Display for Incompatible {
    fn fmt(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => text.write_str("a pointer is null"),
            Self::Version(version) => write!(
                text,
                "version {}.{} of channel.h does not go with {}.{}",
                version >> 16,
                version & 0xffff,
                VERSION >> 16,
                VERSION & 0xffff
            ),
            Self::Size(size) => write!(text, "a structure of {size} bytes is too small"),
        }
    }
}

impl std::error::Error for Incompatible {}

/// A structure that starts with its version and its size, 32 bits each.
///
/// # Safety
///
/// The type is `repr(C)`, starts with these two fields, and is valid if all of its bytes are 0.
pub unsafe trait Structure: Copy {
    /// The smallest accepted size in bytes; missing bytes beyond it are read as 0.
    const MIN_SIZE: usize;
}

// SAFETY: integers, pointers and optional functions.
unsafe impl Structure for RawRequest {
    const MIN_SIZE: usize = offset_of!(Self, reserved);
}
// SAFETY: as above.
unsafe impl Structure for RawReport {
    const MIN_SIZE: usize = offset_of!(Self, reserved);
}
// SAFETY: as above.
unsafe impl Structure for RawHost {
    const MIN_SIZE: usize = offset_of!(Self, reserved);
}
// SAFETY: as above.
unsafe impl Structure for RawChannel {
    // Health and destroy may be null.
    const MIN_SIZE: usize = offset_of!(Self, health);
}

/// Copies a structure from the other side. Fields that it does not have are 0.
///
/// # Errors
///
/// [`Incompatible`].
///
/// # Safety
///
/// The pointer is null, or at least eight bytes can be read there, and as many as the size in them.
pub unsafe fn read<T: Structure>(from: *const T) -> Result<T, Incompatible> {
    if from.is_null() {
        return Err(Incompatible::Null);
    }
    // SAFETY: the caller promises eight bytes; the read tolerates any alignment.
    let [version, size] = unsafe { from.cast::<[u32; 2]>().read_unaligned() };
    if (version ^ VERSION) & VERSION_MAJOR_MASK != 0 {
        return Err(Incompatible::Version(version));
    }
    if (size as usize) < T::MIN_SIZE {
        return Err(Incompatible::Size(size));
    }
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: the length is bounded by the source and by the copy; `Structure` promises that
    // zeros are a valid `T`, and the other side promises that its bytes are.
    unsafe {
        std::ptr::copy_nonoverlapping(
            from.cast::<u8>(),
            copy.as_mut_ptr().cast::<u8>(),
            (size as usize).min(size_of::<T>()),
        );
        Ok(copy.assume_init())
    }
}
