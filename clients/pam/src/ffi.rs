//! The C interface between Linux-PAM and this module: what it calls, and what it is called with.
//! The only file with `unsafe`; everything else sees a [`Handle`].

use crate::outcome::{Decision, ReturnCode};
use crate::{account, authenticate, catch_panic, set_credentials};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ptr::{NonNull, null, null_mut};
use zeroize::{Zeroize, Zeroizing};

/// `PAM_SILENT`: nothing but prompts may be shown.
pub(crate) const SILENT: c_int = 0x8000;

/// `PAM_SUCCESS`, of functions of the library.
const SUCCESS: c_int = 0;

/// `PAM_CONV`, the item that is no text.
const CONVERSATION: c_int = 5;

/// `PAM_MAX_RESP_SIZE`, with the byte that ends it.
const MAX_ANSWER: usize = 512;

/// Under which name the module remembers how a sign-in terminated.
const DECISION_KEY: &CStr = c"secinfo-sign-in";

/// `pam_handle_t`, whose inside is the library's.
#[repr(C)]
pub struct PamHandle {
    _inside: [u8; 0],
}

/// `struct pam_message`
#[repr(C)]
struct Message {
    style: c_int,
    text: *const c_char,
}

/// `struct pam_response`
#[repr(C)]
struct Response {
    answer: *mut c_char,
    unused: c_int,
}

/// `struct pam_conv`
#[repr(C)]
struct Conversation {
    converse: Option<
        unsafe extern "C" fn(c_int, *mut *const Message, *mut *mut Response, *mut c_void) -> c_int,
    >,
    data: *mut c_void,
}

#[link(name = "pam")]
unsafe extern "C" {
    fn pam_get_item(handle: *const PamHandle, item: c_int, value: *mut *const c_void) -> c_int;
    fn pam_get_user(
        handle: *mut PamHandle,
        user: *mut *const c_char,
        prompt: *const c_char,
    ) -> c_int;
    fn pam_getenv(handle: *mut PamHandle, name: *const c_char) -> *const c_char;
    fn pam_get_data(
        handle: *const PamHandle,
        name: *const c_char,
        data: *mut *const c_void,
    ) -> c_int;
    fn pam_set_data(
        handle: *mut PamHandle,
        name: *const c_char,
        data: *mut c_void,
        cleanup: Option<unsafe extern "C" fn(*mut PamHandle, *mut c_void, c_int)>,
    ) -> c_int;
}

unsafe extern "C" {
    /// Of the C library, with which hosts allocate answers.
    fn free(memory: *mut c_void);
}

/// Items that are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum Item {
    /// `PAM_SERVICE`
    Service = 1,
    /// `PAM_USER`
    User = 2,
    /// `PAM_TTY`
    Terminal = 3,
    /// `PAM_RHOST`
    RemoteHost = 4,
    /// `PAM_RUSER`
    RemoteUser = 8,
    /// `PAM_XDISPLAY`
    XDisplay = 11,
}

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum Style {
    /// `PAM_PROMPT_ECHO_OFF`
    Hidden = 1,
    /// `PAM_PROMPT_ECHO_ON`
    Shown = 2,
    /// `PAM_ERROR_MSG`
    Error = 3,
    /// `PAM_TEXT_INFO`
    Information = 4,
}

/// The host did not carry a prompt to the user, or an answer back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoConversation;

/// A host's PAM session, for the time of one call.
pub(crate) struct Handle<'call> {
    raw: NonNull<PamHandle>,
    call: PhantomData<&'call PamHandle>,
}

impl Handle<'_> {
    /// A copy of an item; `None` when it is not set.
    pub(crate) fn item(&self, item: Item) -> Option<Vec<u8>> {
        let value = self.raw_item(item as c_int)?;
        // SAFETY: the items of `Item` are strings that end in NUL (pam_get_item(3)); nothing
        // changes the item before it is copied.
        let value = unsafe { CStr::from_ptr(value.as_ptr().cast()) };
        Some(value.to_bytes().to_vec())
    }

    fn raw_item(&self, item: c_int) -> Option<NonNull<c_void>> {
        let mut value = null();
        // SAFETY: the handle is the one that the library called us with, and is valid for the
        // call; `value` is a place for one pointer.
        let code = unsafe { pam_get_item(self.raw.as_ptr(), item, &raw mut value) };
        if code != SUCCESS {
            return None;
        }
        NonNull::new(value.cast_mut())
    }

    /// A copy of the name of the user; the host asks for it where it is not set yet.
    pub(crate) fn user(&self) -> Result<Option<Vec<u8>>, NoConversation> {
        let mut user = null();
        // SAFETY: as in `raw_item`; no prompt of our own is given.
        let code = unsafe { pam_get_user(self.raw.as_ptr(), &raw mut user, null()) };
        if code != SUCCESS {
            return Err(NoConversation);
        }
        if user.is_null() {
            return Ok(None);
        }
        // SAFETY: a string that ends in NUL (pam_get_user(3)), which nothing changes before it is
        // copied.
        let user = unsafe { CStr::from_ptr(user) };
        Ok(Some(user.to_bytes().to_vec()))
    }

    /// A copy of a variable that the host has set for the session.
    pub(crate) fn environment(&self, name: &CStr) -> Option<Vec<u8>> {
        // SAFETY: the handle as in `raw_item`; the name ends in NUL.
        let value = unsafe { pam_getenv(self.raw.as_ptr(), name.as_ptr()) };
        if value.is_null() {
            return None;
        }
        // SAFETY: a string that ends in NUL (pam_getenv(3)), which nothing changes before it is
        // copied.
        let value = unsafe { CStr::from_ptr(value) };
        Some(value.to_bytes().to_vec())
    }

    /// Shows a prompt and brings the answer; no answer is an empty one.
    pub(crate) fn ask(
        &self,
        prompt: &str,
        echo: bool,
    ) -> Result<Zeroizing<String>, NoConversation> {
        let style = if echo { Style::Shown } else { Style::Hidden };
        let mut response = self.converse(style, prompt)?.ok_or(NoConversation)?;
        let answer = response.take_answer();
        if answer.len() >= MAX_ANSWER {
            return Err(NoConversation);
        }
        match std::str::from_utf8(&answer) {
            Ok(answer) => Ok(Zeroizing::new(answer.to_owned())),
            // No code and no word: a wrong answer, which the daemon counts as one.
            Err(_) => Ok(Zeroizing::new("\u{fffd}".to_owned())),
        }
    }

    /// Shows a message, if the host shows any.
    pub(crate) fn show(&self, style: Style, text: &str) {
        // Dropped with whatever the host answered to a message.
        let _ = self.converse(style, text);
    }

    fn converse(&self, style: Style, text: &str) -> Result<Option<OwnedResponse>, NoConversation> {
        let conversation = self.raw_item(CONVERSATION).ok_or(NoConversation)?;
        // SAFETY: the item PAM_CONV is a `struct pam_conv` (pam_get_item(3)). It is copied: what
        // the host calls may set another.
        let (converse, data) = unsafe {
            let conversation = conversation.cast::<Conversation>().as_ptr();
            ((*conversation).converse, (*conversation).data)
        };
        let converse = converse.ok_or(NoConversation)?;
        // It may show a key that is being set up.
        let mut terminated = Zeroizing::new(Vec::with_capacity(text.len() + 1));
        terminated.extend_from_slice(text.as_bytes());
        terminated.push(0);
        let terminated = CStr::from_bytes_with_nul(&terminated).map_err(|_| NoConversation)?;
        let message = Message {
            style: style as c_int,
            text: terminated.as_ptr(),
        };
        let mut messages = &raw const message;
        let mut response = null_mut();
        // SAFETY: the function is the host's, called as pam_conv(3) says: one message, which lives
        // until the call is over, a place for the responses, and the host's own pointer.
        let code = unsafe { converse(1, &raw mut messages, &raw mut response, data) };
        // After a failure, what `response` points to is not ours.
        if code != SUCCESS {
            return Err(NoConversation);
        }
        Ok(NonNull::new(response).map(OwnedResponse))
    }

    /// Remembers how the sign-in terminated, for the phases that follow in this session, and returns
    /// this code; an error instead when it cannot be remembered.
    pub(crate) fn remember(&self, decision: Decision, code: ReturnCode) -> ReturnCode {
        let data = Box::into_raw(Box::new(decision));
        // SAFETY: the handle as in `raw_item`; the library keeps the pointer, and gives it to
        // `drop_decision` once, when it is replaced or the session ends.
        let kept = unsafe {
            pam_set_data(
                self.raw.as_ptr(),
                DECISION_KEY.as_ptr(),
                data.cast(),
                Some(drop_decision),
            )
        };
        if kept == SUCCESS {
            return code;
        }
        // SAFETY: it comes from `Box::into_raw`, and the library did not take it.
        drop(unsafe { Box::from_raw(data) });
        ReturnCode::SystemError
    }

    /// Forgets what an earlier call in this session remembered.
    pub(crate) fn forget(&self) {
        if self.remembered().is_some() {
            // SAFETY: the handle as in `raw_item`; no data and no function to clean it up.
            unsafe { pam_set_data(self.raw.as_ptr(), DECISION_KEY.as_ptr(), null_mut(), None) };
        }
    }

    /// A copy of what an earlier call in this session remembered.
    pub(crate) fn remembered(&self) -> Option<Decision> {
        let mut data = null();
        // SAFETY: the handle as in `raw_item`; `data` is a place for one pointer.
        let code = unsafe { pam_get_data(self.raw.as_ptr(), DECISION_KEY.as_ptr(), &raw mut data) };
        if code != SUCCESS {
            return None;
        }
        // SAFETY: what is under our name is what `remember` put there, or nothing; it lives until
        // it is replaced, and is copied before.
        unsafe { data.cast::<Decision>().as_ref() }.cloned()
    }
}

/// A response of the host, which is ours to free.
struct OwnedResponse(NonNull<Response>);

impl OwnedResponse {
    /// The answer. The host's copy is overwritten and freed.
    fn take_answer(&mut self) -> Zeroizing<Vec<u8>> {
        // SAFETY: a successful conversation leaves one response for one message (pam_conv(3)).
        let answer = unsafe { &mut (*self.0.as_ptr()).answer };
        let answer = std::mem::replace(answer, null_mut());
        if answer.is_null() {
            return Zeroizing::new(Vec::new());
        }
        // SAFETY: an answer is a string that ends in NUL, allocated with malloc, and ours
        // (pam_conv(3)): nobody else reads it while it is overwritten, nor frees it.
        unsafe {
            let length = CStr::from_ptr(answer).to_bytes().len();
            let bytes = std::slice::from_raw_parts_mut(answer.cast::<u8>(), length);
            let copy = Zeroizing::new(bytes.to_vec());
            bytes.zeroize();
            free(answer.cast());
            copy
        }
    }
}

impl Drop for OwnedResponse {
    fn drop(&mut self) {
        drop(self.take_answer());
        // SAFETY: the array of responses is allocated with malloc, and ours (pam_conv(3)).
        unsafe { free(self.0.as_ptr().cast()) };
    }
}

/// Frees what [`Handle::remember`] keeps.
unsafe extern "C" fn drop_decision(_: *mut PamHandle, data: *mut c_void, _: c_int) {
    // SAFETY: the library calls it once with what `remember` gave it, from `Box::into_raw`.
    drop(unsafe { Box::from_raw(data.cast::<Decision>()) });
}

/// The arguments of a call. One that is not UTF-8 becomes one that is not known.
///
/// # Safety
/// `values` must point to `count` strings that end in NUL.
unsafe fn arguments(count: c_int, values: *const *const c_char) -> Vec<String> {
    let count = usize::try_from(count).unwrap_or(0);
    if values.is_null() {
        return Vec::new();
    }
    (0..count)
        .map(|index| {
            // SAFETY: the caller's promise.
            let value = unsafe { CStr::from_ptr(*values.add(index)) };
            value.to_string_lossy().into_owned()
        })
        .collect()
}

/// Calls a phase with the handle and the arguments, safe and under guard.
///
/// # Safety
/// As the library calls a module: a handle that is valid for the call, and `count` arguments.
unsafe fn enter(
    handle: *mut PamHandle,
    flags: c_int,
    count: c_int,
    values: *const *const c_char,
    phase: fn(&Handle<'_>, c_int, &[String]) -> ReturnCode,
) -> c_int {
    let code = catch_panic(|| {
        let Some(raw) = NonNull::new(handle) else {
            return ReturnCode::SystemError;
        };
        // SAFETY: the caller's promise.
        let arguments = unsafe { arguments(count, values) };
        let call = PhantomData;
        phase(&Handle { raw, call }, flags, &arguments)
    });
    code as c_int
}

/// Authenticates the user (`pam_sm_authenticate(3)`).
///
/// # Safety
/// Only Linux-PAM calls it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pam_sm_authenticate(
    handle: *mut PamHandle,
    flags: c_int,
    count: c_int,
    values: *const *const c_char,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { enter(handle, flags, count, values, authenticate) }
}

/// Sets no credentials (`pam_sm_setcred(3)`).
///
/// # Safety
/// Only Linux-PAM calls it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pam_sm_setcred(
    handle: *mut PamHandle,
    flags: c_int,
    count: c_int,
    values: *const *const c_char,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { enter(handle, flags, count, values, set_credentials) }
}

/// Looks whether the user is still the one who was decided on (`pam_sm_acct_mgmt(3)`).
///
/// # Safety
/// Only Linux-PAM calls it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pam_sm_acct_mgmt(
    handle: *mut PamHandle,
    flags: c_int,
    count: c_int,
    values: *const *const c_char,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { enter(handle, flags, count, values, account) }
}
