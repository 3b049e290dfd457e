//! Reading structures of another version.

use super::{Channel, Host, Report, Request, VERSION, VERSION_MAJOR_MASK};
use std::mem::{MaybeUninit, offset_of};

/// Why a structure of the other side cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// There is none.
    Null,
    /// Its version; ours has another major one.
    Version(u32),
    /// Its size; the least that is needed is more.
    Size(u32),
}

impl std::fmt::Display for Misfit {
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

impl std::error::Error for Misfit {}

/// A structure that starts with a version and a size, each of 32 bits.
///
/// # Safety
///
/// It is `repr(C)`, starts so, and is valid when all of its bytes are 0.
pub unsafe trait Structure: Copy {
    /// How many bytes of it there must be; the others are then 0.
    const LEAST: usize;
}

// SAFETY: integers, pointers and optional functions.
unsafe impl Structure for Request {
    const LEAST: usize = offset_of!(Self, reserved);
}
// SAFETY: as above.
unsafe impl Structure for Report {
    const LEAST: usize = offset_of!(Self, reserved);
}
// SAFETY: as above.
unsafe impl Structure for Host {
    const LEAST: usize = offset_of!(Self, reserved);
}
// SAFETY: as above.
unsafe impl Structure for Channel {
    // Health and destroy may be null.
    const LEAST: usize = offset_of!(Self, health);
}

/// A copy of a structure of the other side, as far as it goes: what it does not have is 0.
///
/// # Errors
///
/// [`Misfit`].
///
/// # Safety
///
/// The pointer is null, or as many bytes can be read there as the structure's own size says, and
/// at least the eight that say it.
pub unsafe fn read<T: Structure>(from: *const T) -> Result<T, Misfit> {
    if from.is_null() {
        return Err(Misfit::Null);
    }
    // SAFETY: the caller promises these bytes; the other side may have aligned them as it likes.
    let [version, size] = unsafe { from.cast::<[u32; 2]>().read_unaligned() };
    if (version ^ VERSION) & VERSION_MAJOR_MASK != 0 {
        return Err(Misfit::Version(version));
    }
    if (size as usize) < T::LEAST {
        return Err(Misfit::Size(size));
    }
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: no more than the other side has, and no more than the copy; all zeros is a valid
    // `T`, as its implementation promises, and so are bytes that the other side calls a `T`.
    unsafe {
        std::ptr::copy_nonoverlapping(
            from.cast::<u8>(),
            copy.as_mut_ptr().cast::<u8>(),
            (size as usize).min(size_of::<T>()),
        );
        Ok(copy.assume_init())
    }
}
