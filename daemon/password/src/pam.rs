//! The password stack of the PAM service `secinfo-reset`. The only file with `unsafe`: the C interface of
//! Linux-PAM, and the locale in which its modules speak.
#![allow(unsafe_code, reason = "the C interface of Linux-PAM and of locales")]

use crate::language::Language;
use secinfo_wire::password::NewPassword;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::{null_mut, with_exposed_provenance_mut};
use zeroize::Zeroizing;

/// The PAM service, a file that is shipped.
const SERVICE: &CStr = c"secinfo-reset";

/// How many sentences are passed on, and how many bytes of each.
const MOST_SENTENCES: usize = 16;
const LONGEST_SENTENCE: usize = 512;

/// How many prompts are answered: a stack that asks for more asks in a circle.
const MOST_PROMPTS: usize = 16;

const SUCCESS: c_int = 0;
const BUFFER_ERROR: c_int = 5;
const TOO_MANY_TRIES: c_int = 11;
const CONVERSATION_ERROR: c_int = 19;
const TOKEN_ERROR: c_int = 20;

/// `PAM_PROMPT_ECHO_OFF`
const HIDDEN: c_int = 1;
/// `PAM_ERROR_MSG`
const ERROR: c_int = 3;
/// `PAM_TEXT_INFO`
const INFORMATION: c_int = 4;

/// `pam_handle_t`, which is opaque.
#[repr(C)]
struct PamHandle {
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
    converse:
        unsafe extern "C" fn(c_int, *mut *const Message, *mut *mut Response, *mut c_void) -> c_int,
    data: *mut c_void,
}

#[link(name = "pam")]
unsafe extern "C" {
    fn pam_start(
        service: *const c_char,
        user: *const c_char,
        conversation: *const Conversation,
        handle: *mut *mut PamHandle,
    ) -> c_int;
    fn pam_chauthtok(handle: *mut PamHandle, flags: c_int) -> c_int;
    fn pam_end(handle: *mut PamHandle, code: c_int) -> c_int;
    fn pam_strerror(handle: *mut PamHandle, code: c_int) -> *const c_char;
}

/// How the stack ended.
pub(crate) struct Ended {
    code: c_int,
    has_error: bool,
    /// What the code means, for the journal.
    pub(crate) meaning: String,
    /// What the modules said to the user.
    pub(crate) messages: Vec<String>,
}

impl Ended {
    /// Whether a module refused the password and said why. Without a word, something else is wrong.
    pub(crate) const fn is_refusal(&self) -> bool {
        self.has_error && matches!(self.code, TOKEN_ERROR | TOO_MANY_TRIES)
    }
}

/// What the conversation answers with, and what it hears.
struct Heard<'p> {
    password: &'p CStr,
    prompts: usize,
    has_error: bool,
    messages: Vec<String>,
}

/// Runs the stack as root for this user, with the password as the answer to each prompt that is not echoed.
/// It is called once in a process, which has one thread.
pub(crate) fn change(name: &str, password: &NewPassword, language: Option<&Language>) -> Ended {
    speak(language);
    let mut bytes = Zeroizing::new(Vec::with_capacity(password.expose().len() + 1));
    bytes.extend_from_slice(password.expose().as_bytes());
    bytes.push(0);
    let password = CStr::from_bytes_with_nul(&bytes)
        .expect("a new password has no control character, so no NUL");
    let name = CString::new(name).expect("the name of a user who was found has no NUL");
    let mut heard = Heard {
        password,
        prompts: 0,
        has_error: false,
        messages: Vec::new(),
    };
    let (code, meaning) = run(&name, &mut heard);
    Ended {
        code,
        has_error: heard.has_error,
        meaning,
        messages: sentences(heard.messages.iter().map(String::as_str)),
    }
}

fn run(name: &CStr, heard: &mut Heard<'_>) -> (c_int, String) {
    let conversation = Conversation {
        converse,
        data: with_exposed_provenance_mut((&raw mut *heard).expose_provenance()),
    };
    let mut handle = null_mut();
    // SAFETY: the strings are NUL-terminated; the conversation outlives the handle, which ends below, and
    // so does what it points to; `handle` can hold a pointer.
    let started = unsafe {
        pam_start(
            SERVICE.as_ptr(),
            name.as_ptr(),
            &raw const conversation,
            &raw mut handle,
        )
    };
    if started != SUCCESS || handle.is_null() {
        return (started, format!("it cannot start (code {started})"));
    }
    // SAFETY: the handle is from pam_start and has not ended. During the call nothing but the conversation
    // uses `heard`.
    let code = unsafe { pam_chauthtok(handle, 0) };
    // SAFETY: the handle as above. The answer is a NUL-terminated string that stays as it is until the
    // next call, and is copied before.
    let meaning = unsafe {
        let text = pam_strerror(handle, code);
        if text.is_null() {
            String::new()
        } else {
            CStr::from_ptr(text).to_string_lossy().into_owned()
        }
    };
    // SAFETY: the handle as above; it is not used afterwards.
    unsafe { pam_end(handle, code) };
    (code, format!("{meaning} (code {code})"))
}

/// Sets the locale, in which modules say what they say, for the catalogues of this language. Without
/// one, they speak English.
fn speak(language: Option<&Language>) {
    let Some(language) = language else { return };
    // SAFETY: this process has one thread, so nothing reads the environment or the locale meanwhile; the
    // name of the locale is NUL-terminated. gettext looks into the catalogues of LANGUAGE in every locale
    // but "C", so that the user's own need not be installed.
    unsafe {
        std::env::set_var("LANGUAGE", language.catalogues());
        libc::setlocale(libc::LC_ALL, c"C.UTF-8".as_ptr());
    }
}

/// Answers the modules (`pam_conv(3)`).
///
/// # Safety
/// To be called by Linux-PAM only, with `count` messages and the [`Heard`] of [`run`].
unsafe extern "C" fn converse(
    count: c_int,
    messages: *mut *const Message,
    responses: *mut *mut Response,
    data: *mut c_void,
) -> c_int {
    let Ok(count @ 1..=MOST_PROMPTS) = usize::try_from(count) else {
        return CONVERSATION_ERROR;
    };
    // SAFETY: the pointer of the conversation in `run`, which nothing else uses during the call.
    let heard = unsafe { &mut *data.cast::<Heard<'_>>() };
    // SAFETY: calloc with the number and the size of what is stored; zeroes are null answers.
    let answers = unsafe { libc::calloc(count, size_of::<Response>()) }.cast::<Response>();
    if answers.is_null() {
        return BUFFER_ERROR;
    }
    for index in 0..count {
        // SAFETY: Linux-PAM passes an array of `count` pointers to messages.
        let message = unsafe { &**messages.add(index) };
        if let Some(answer) = heard.hear(message) {
            // SAFETY: the array has `count` elements.
            unsafe { (*answers.add(index)).answer = answer };
        } else {
            // SAFETY: the array and the answers are from above, and not used afterwards.
            unsafe { discard(answers, count) };
            return CONVERSATION_ERROR;
        }
    }
    // SAFETY: a place for the array, which Linux-PAM's modules free.
    unsafe { *responses = answers };
    SUCCESS
}

impl Heard<'_> {
    /// The answer to a message, allocated with `malloc`, or null for a message that wants none; none if it
    /// cannot be answered.
    fn hear(&mut self, message: &Message) -> Option<*mut c_char> {
        match message.style {
            HIDDEN if self.prompts < MOST_PROMPTS => {
                self.prompts += 1;
                // SAFETY: the password is NUL-terminated.
                let answer = unsafe { libc::strdup(self.password.as_ptr()) };
                (!answer.is_null()).then_some(answer)
            }
            ERROR | INFORMATION => {
                self.has_error |= message.style == ERROR;
                if self.messages.len() < MOST_SENTENCES && !message.text.is_null() {
                    // SAFETY: the text of a message is NUL-terminated (pam_conv(3)).
                    let text = unsafe { CStr::from_ptr(message.text) };
                    self.messages.push(text.to_string_lossy().into_owned());
                }
                Some(null_mut())
            }
            // Nothing but the new password is known here.
            _ => None,
        }
    }
}

/// Overwrites and frees answers that are not given.
///
/// # Safety
/// The array must be from `calloc`, with `count` answers that are null or from `strdup`.
unsafe fn discard(answers: *mut Response, count: usize) {
    for index in 0..count {
        // SAFETY: the caller's promise. An answer is overwritten up to its NUL, and freed once.
        unsafe {
            let answer = (*answers.add(index)).answer;
            if !answer.is_null() {
                libc::explicit_bzero(answer.cast(), libc::strlen(answer));
                libc::free(answer.cast());
            }
        }
    }
    // SAFETY: the caller's promise.
    unsafe { libc::free(answers.cast()) };
}

/// What is said to the user, as a few sentences of bounded length without control characters.
pub(crate) fn sentences<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    texts
        .flat_map(str::lines)
        .map(|line| {
            let line = line.trim().replace(char::is_control, " ");
            let end = line.floor_char_boundary(LONGEST_SENTENCE);
            line[..end].to_owned()
        })
        .filter(|line| !line.is_empty())
        .take(MOST_SENTENCES)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_modules_say_is_passed_on_in_bounds() {
        let long = "é".repeat(1000);
        let said =
            sentences(["BAD PASSWORD: \x1b[31mtoo short\n\n  and\tmore ", &long].into_iter());
        let expected = ["BAD PASSWORD:  [31mtoo short", "and more", &"é".repeat(256)];
        assert_eq!(said, expected);
        assert_eq!(sentences(["x"; 40].into_iter()).len(), MOST_SENTENCES);
    }
}
