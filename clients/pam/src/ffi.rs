//! The C interface between Linux-PAM and this module, in both directions. The only file with
//! `unsafe`; all others use [`Handle`].

use crate::outcome::{Decision, ReturnCode};
use crate::{account, authenticate, catch_panic, set_credentials};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ptr::{NonNull, null, null_mut};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// `PAM_SILENT`: only prompts may be shown.
pub(crate) const SILENT: c_int = 0x8000;

/// `PAM_SUCCESS`, as returned by the library.
const SUCCESS: c_int = 0;

/// `PAM_CONV`, the item that is not a string.
const CONVERSATION: c_int = 5;

/// `PAM_AUTHTOK`, the password that modules pass on.
const PASSWORD: c_int = 6;

/// `PAM_MAX_RESP_SIZE`, including the terminating NUL.
const MAX_ANSWER: usize = 512;

/// The key of the module's data in the PAM session: the decision of the sign-in.
const DECISION_KEY: &CStr = c"secinfo-sign-in";

/// `pam_handle_t`, which is opaque.
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
    fn pam_set_item(handle: *mut PamHandle, item: c_int, value: *const c_void) -> c_int;
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
    /// The C library's `free`: hosts allocate answers with its `malloc`.
    fn free(memory: *mut c_void);
}

/// Items that are strings.
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

/// The style of a message.
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

/// The host's conversation function failed or is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoConversation;

/// The host's PAM session, for the duration of one call.
pub(crate) struct Handle<'call> {
    raw: NonNull<PamHandle>,
    call: PhantomData<&'call PamHandle>,
}

impl Handle<'_> {
    /// A copy of an item; `None` if it is not set.
    pub(crate) fn item(&self, item: Item) -> Option<Vec<u8>> {
        let value = self.raw_item(item as c_int)?;
        // SAFETY: the items of `Item` are NUL-terminated strings (pam_get_item(3)), and nothing
        // changes the item before it is copied.
        let value = unsafe { CStr::from_ptr(value.as_ptr().cast()) };
        Some(value.to_bytes().to_vec())
    }

    fn raw_item(&self, item: c_int) -> Option<NonNull<c_void>> {
        let mut value = null();
        // SAFETY: the library passed this handle, which is valid during the call; `value` can hold
        // a pointer.
        let code = unsafe { pam_get_item(self.raw.as_ptr(), item, &raw mut value) };
        if code != SUCCESS {
            return None;
        }
        NonNull::new(value.cast_mut())
    }

    /// A copy of the user's name. The host asks for it if it is not set.
    pub(crate) fn user(&self) -> Result<Option<Vec<u8>>, NoConversation> {
        let mut user = null();
        // SAFETY: as in `raw_item`; a null prompt selects the default.
        let code = unsafe { pam_get_user(self.raw.as_ptr(), &raw mut user, null()) };
        if code != SUCCESS {
            return Err(NoConversation);
        }
        if user.is_null() {
            return Ok(None);
        }
        // SAFETY: a NUL-terminated string (pam_get_user(3)), which nothing changes before it is
        // copied.
        let user = unsafe { CStr::from_ptr(user) };
        Ok(Some(user.to_bytes().to_vec()))
    }

    /// Passes a password on to the modules after this one.
    pub(crate) fn pass_on_password(&self, password: &str) -> Result<(), NoConversation> {
        let mut terminated = Zeroizing::new(Vec::with_capacity(password.len() + 1));
        terminated.extend_from_slice(password.as_bytes());
        terminated.push(0);
        let value = CStr::from_bytes_with_nul(&terminated).map_err(|_| NoConversation)?;
        // SAFETY: the handle as in `raw_item`; the item is a NUL-terminated string, of which the library
        // makes a copy that it overwrites when it is replaced (pam_set_item(3)).
        let code =
            unsafe { pam_set_item(self.raw.as_ptr(), PASSWORD, value.as_ptr().cast::<c_void>()) };
        if code == SUCCESS {
            Ok(())
        } else {
            Err(NoConversation)
        }
    }

    /// Whether this is the password that a module before this one has asked for (`PAM_AUTHTOK`).
    pub(crate) fn is_password(&self, answer: &str) -> bool {
        let Some(password) = self.raw_item(PASSWORD) else {
            return false;
        };
        // SAFETY: the item is a NUL-terminated string (pam_get_item(3)), and nothing changes it before it is
        // compared.
        let password = unsafe { CStr::from_ptr(password.as_ptr().cast()) }.to_bytes();
        !password.is_empty() && password.ct_eq(answer.as_bytes()).into()
    }

    /// A copy of a variable in the session's environment.
    pub(crate) fn environment(&self, name: &CStr) -> Option<Vec<u8>> {
        // SAFETY: the handle as in `raw_item`; the name is NUL-terminated.
        let value = unsafe { pam_getenv(self.raw.as_ptr(), name.as_ptr()) };
        if value.is_null() {
            return None;
        }
        // SAFETY: a NUL-terminated string (pam_getenv(3)), which nothing changes before it is
        // copied.
        let value = unsafe { CStr::from_ptr(value) };
        Some(value.to_bytes().to_vec())
    }

    /// Shows a prompt and returns the answer, which is empty if there is none.
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
            // Cannot be a code or a command: the daemon counts it as a wrong answer.
            Err(_) => Ok(Zeroizing::new("\u{fffd}".to_owned())),
        }
    }

    /// Shows a message, if the host shows messages.
    pub(crate) fn show(&self, style: Style, text: &str) {
        // A failure to show a message changes nothing.
        let _ = self.converse(style, text);
    }

    fn converse(&self, style: Style, text: &str) -> Result<Option<OwnedResponse>, NoConversation> {
        let conversation = self.raw_item(CONVERSATION).ok_or(NoConversation)?;
        // SAFETY: the item PAM_CONV is a `struct pam_conv` (pam_get_item(3)). It is copied, because
        // the conversation may replace the item.
        let (converse, data) = unsafe {
            let conversation = conversation.cast::<Conversation>().as_ptr();
            ((*conversation).converse, (*conversation).data)
        };
        let converse = converse.ok_or(NoConversation)?;
        // Wiped, because it may contain the key of a method being set up.
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
        // SAFETY: called as pam_conv(3) says, with one message that outlives the call, a place for
        // the responses, and the host's own pointer.
        let code = unsafe { converse(1, &raw mut messages, &raw mut response, data) };
        // After a failure, `response` does not belong to this module.
        if code != SUCCESS {
            return Err(NoConversation);
        }
        Ok(NonNull::new(response).map(OwnedResponse))
    }

    /// Stores the decision for later phases of this session, and returns `code`, or an error if it
    /// cannot be stored.
    pub(crate) fn remember(&self, decision: Decision, code: ReturnCode) -> ReturnCode {
        let data = Box::into_raw(Box::new(decision));
        // SAFETY: the handle as in `raw_item`; the library passes the pointer to `drop_decision`
        // once, when it is replaced or the session ends.
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
        // SAFETY: the pointer is from `Box::into_raw`, and the library did not store it.
        drop(unsafe { Box::from_raw(data) });
        ReturnCode::SystemError
    }

    /// Removes the decision of an earlier call in this session.
    pub(crate) fn forget(&self) {
        if self.remembered().is_some() {
            // SAFETY: the handle as in `raw_item`; no data and no cleanup function.
            unsafe { pam_set_data(self.raw.as_ptr(), DECISION_KEY.as_ptr(), null_mut(), None) };
        }
    }

    /// A copy of the decision of an earlier call in this session.
    pub(crate) fn remembered(&self) -> Option<Decision> {
        let mut data = null();
        // SAFETY: the handle as in `raw_item`; `data` can hold a pointer.
        let code = unsafe { pam_get_data(self.raw.as_ptr(), DECISION_KEY.as_ptr(), &raw mut data) };
        if code != SUCCESS {
            return None;
        }
        // SAFETY: under this key is what `remember` stored, or null; it lives until it is replaced,
        // and is copied before.
        unsafe { data.cast::<Decision>().as_ref() }.cloned()
    }
}

/// A response of the host, which this module has to free.
struct OwnedResponse(NonNull<Response>);

impl OwnedResponse {
    /// Takes the answer, and overwrites and frees the host's copy.
    fn take_answer(&mut self) -> Zeroizing<Vec<u8>> {
        // SAFETY: a successful conversation returns one response for one message (pam_conv(3)).
        let answer = unsafe { &mut (*self.0.as_ptr()).answer };
        let answer = std::mem::replace(answer, null_mut());
        if answer.is_null() {
            return Zeroizing::new(Vec::new());
        }
        // SAFETY: an answer is a NUL-terminated string, allocated with malloc and owned by the
        // module (pam_conv(3)): nothing else reads it while it is overwritten, or frees it.
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
        // SAFETY: the array of responses is allocated with malloc and owned by the module
        // (pam_conv(3)).
        unsafe { free(self.0.as_ptr().cast()) };
    }
}

/// Frees what [`Handle::remember`] stored.
unsafe extern "C" fn drop_decision(_: *mut PamHandle, data: *mut c_void, _: c_int) {
    // SAFETY: the library calls this once, with the pointer from `Box::into_raw` in `remember`.
    drop(unsafe { Box::from_raw(data.cast::<Decision>()) });
}

/// The arguments of a call. An argument that is not UTF-8 becomes an unknown one.
///
/// # Safety
/// `values` must point to `count` NUL-terminated strings.
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

/// Calls a phase with a safe handle and the arguments, and catches panics.
///
/// # Safety
/// The handle must be valid during the call, and `values` must hold `count` arguments.
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
/// To be called by Linux-PAM only.
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
/// To be called by Linux-PAM only.
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

/// Checks that the user is still the one of the decision (`pam_sm_acct_mgmt(3)`).
///
/// # Safety
/// To be called by Linux-PAM only.
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
