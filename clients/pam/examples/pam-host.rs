//! A program that authenticates through PAM, which the module's tests start instead of `sshd` or
//! `sudo`. It reads commands from standard input, and prints events, one per line.

#![allow(unsafe_code, reason = "it calls the C interface of libpam")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "its output is what the test reads")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::io::{Write, stdout};
use std::ptr::{null, null_mut};
use std::time::Instant;
use std::{env, fs};

#[repr(C)]
struct Message {
    style: c_int,
    text: *const c_char,
}

#[repr(C)]
struct Response {
    answer: *mut c_char,
    unused: c_int,
}

type Converse =
    unsafe extern "C" fn(c_int, *mut *const Message, *mut *mut Response, *mut c_void) -> c_int;

#[repr(C)]
struct Conversation {
    converse: Option<Converse>,
    data: *mut c_void,
}

#[link(name = "pam")]
unsafe extern "C" {
    fn pam_start_confdir(
        service: *const c_char,
        user: *const c_char,
        conversation: *const Conversation,
        directory: *const c_char,
        handle: *mut *mut c_void,
    ) -> c_int;
    fn pam_end(handle: *mut c_void, status: c_int) -> c_int;
    fn pam_authenticate(handle: *mut c_void, flags: c_int) -> c_int;
    fn pam_acct_mgmt(handle: *mut c_void, flags: c_int) -> c_int;
    fn pam_setcred(handle: *mut c_void, flags: c_int) -> c_int;
    fn pam_set_item(handle: *mut c_void, item: c_int, value: *const c_void) -> c_int;
    fn pam_putenv(handle: *mut c_void, pair: *const c_char) -> c_int;
}

/// The argument of the conversation: a pointer to the handle.
type HandleSlot = *mut *mut c_void;

fn main() {
    // SAFETY: the program has one thread. Rust ignores the signal, which a host does not.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    let directory = CString::new(env::args().nth(1).unwrap()).unwrap();
    let mut handle: *mut c_void = null_mut();
    let slot: HandleSlot = &raw mut handle;
    let mut flags = 0;
    let mut inside_child = false;
    loop {
        let line = read_line();
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match word {
            // SAFETY (of all below): the library is called as its manual says, with the handle
            // that it gave us and strings that end in NUL.
            "start" => {
                let (service, user) = rest.split_once(' ').unwrap();
                let service = CString::new(service).unwrap();
                let user = (user != "-").then(|| bytes(user));
                let user = user.as_ref().map_or(null(), |user| user.as_ptr());
                let conversation = Conversation {
                    converse: Some(converse),
                    data: slot.cast(),
                };
                // SAFETY: see above.
                let code = unsafe {
                    pam_start_confdir(
                        service.as_ptr(),
                        user,
                        &raw const conversation,
                        directory.as_ptr(),
                        slot,
                    )
                };
                print_event(&format!("start {code}"));
            }
            "item" => {
                let (item, value) = rest.split_once(' ').unwrap();
                let value = bytes(value);
                // SAFETY: see above.
                let code =
                    unsafe { pam_set_item(*slot, item.parse().unwrap(), value.as_ptr().cast()) };
                print_event(&format!("item {code}"));
            }
            "env" => {
                let pair = bytes(rest);
                // SAFETY: see above.
                let code = unsafe { pam_putenv(*slot, pair.as_ptr()) };
                print_event(&format!("env {code}"));
            }
            "silent" => flags |= 0x8000,
            "mute" => {
                let none = Conversation {
                    converse: None,
                    data: null_mut(),
                };
                // SAFETY: see above.
                unsafe { pam_set_item(*slot, 5, (&raw const none).cast()) };
            }
            // SAFETY: see above.
            "authenticate" => print_event(&format!("authenticate {}", unsafe {
                pam_authenticate(*slot, flags)
            })),
            // SAFETY: see above.
            "account" => print_event(&format!("account {}", unsafe {
                pam_acct_mgmt(*slot, flags)
            })),
            // PAM_ESTABLISH_CRED. SAFETY: see above.
            "credentials" => print_event(&format!("credentials {}", unsafe {
                pam_setcred(*slot, flags | 2)
            })),
            // SAFETY: see above.
            "end" => print_event(&format!("end {}", unsafe { pam_end(*slot, 0) })),
            "state" => print_event(&format!("state {}", state())),
            "measure" => print_event(&measure(&directory, rest)),
            "panic" => {
                let code = pam_secinfo::catch_panic(|| panic!("on purpose"));
                print_event(&format!("panic {}", code as i32));
            }
            // The child continues with the next line, and the parent after the child has ended.
            "fork" => {
                // SAFETY: the program has one thread.
                let child = unsafe { libc::fork() };
                assert!(child >= 0);
                if child == 0 {
                    inside_child = true;
                } else {
                    let mut status = 0;
                    // SAFETY: the child is ours, and `status` a slot for its end.
                    unsafe { libc::waitpid(child, &raw mut status, 0) };
                    print_event(&format!("joined {status}"));
                }
            }
            "exit" => {
                assert!(inside_child || rest == "all");
                // SAFETY: without what the parent will do at its end.
                unsafe { libc::_exit(0) };
            }
            other => panic!("{other:?} is not known"),
        }
    }
}

/// Runs a whole sign-in with a known answer, and returns its code and how long it took in
/// nanoseconds.
fn measure(directory: &CStr, what: &str) -> String {
    let [service, user, answer] = what.splitn(3, ' ').collect::<Vec<_>>()[..] else {
        panic!("measure SERVICE USER ANSWER");
    };
    let [service, user, mut answer] = [service, user, answer].map(bytes);
    let conversation = Conversation {
        converse: Some(answer_at_once),
        data: (&raw mut answer).cast(),
    };
    let mut handle: *mut c_void = null_mut();
    let begun = Instant::now();
    // SAFETY: the library is called as its manual says; all of it lives until it is over.
    let code = unsafe {
        let code = pam_start_confdir(
            service.as_ptr(),
            user.as_ptr(),
            &raw const conversation,
            directory.as_ptr(),
            &raw mut handle,
        );
        assert_eq!(code, 0);
        let code = pam_authenticate(handle, 0);
        assert_eq!(pam_end(handle, code), 0);
        code
    };
    format!("measure {code} {}", begun.elapsed().as_nanos())
}

/// The state of the process that a module must not change.
fn state() -> String {
    let count = |directory: &str| fs::read_dir(directory).unwrap().count();
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let signals: Vec<&str> = status
        .lines()
        .filter(|line| {
            // Not SigQ: it counts the signals of all processes of the user.
            ["SigPnd", "SigBlk", "SigIgn", "SigCgt", "ShdPnd", "Umask"]
                .iter()
                .any(|field| line.starts_with(field))
        })
        .collect();
    let variables: Vec<_> = env::vars_os().collect();
    format!(
        "threads={} descriptors={} {} cwd={} environment={variables:?}",
        count("/proc/self/task"),
        count("/proc/self/fd"),
        signals.join(" ").replace('\t', ""),
        env::current_dir().unwrap().display(),
    )
}

/// Reads a line without buffering, so that a child continues where its parent stopped.
fn read_line() -> String {
    let mut line = Vec::new();
    loop {
        let mut byte = [0_u8];
        // SAFETY: a buffer of one byte.
        let read = unsafe { libc::read(0, byte.as_mut_ptr().cast(), 1) };
        if read != 1 {
            // The test has ended.
            std::process::exit(0);
        }
        if byte[0] == b'\n' {
            return String::from_utf8(line).unwrap();
        }
        line.push(byte[0]);
    }
}

fn print_event(line: &str) {
    let mut output = stdout();
    writeln!(output, "{line}").unwrap();
    output.flush().unwrap();
}

/// Decodes a text in which `\xNN` stands for a byte.
fn bytes(text: &str) -> CString {
    let mut bytes = Vec::new();
    let mut parts = text.split("\\x");
    bytes.extend_from_slice(parts.next().unwrap().as_bytes());
    for part in parts {
        let (byte, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(byte, 16).unwrap());
        bytes.extend_from_slice(rest.as_bytes());
    }
    CString::new(bytes).unwrap()
}

unsafe extern "C" fn converse(
    count: c_int,
    messages: *mut *const Message,
    responses: *mut *mut Response,
    slot: *mut c_void,
) -> c_int {
    assert_eq!(count, 1);
    // SAFETY: one message, as counted.
    let message = unsafe { &**messages };
    // SAFETY: a string that ends in NUL.
    let text = unsafe { CStr::from_ptr(message.text) }.to_str().unwrap();
    let kind = ["", "hidden", "shown", "error", "info"][usize::try_from(message.style).unwrap()];
    print_event(&format!("{kind} {}", text.escape_debug()));
    let mut answer = null_mut();
    if message.style <= 2 {
        loop {
            let line = read_line();
            let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match word {
                // SAFETY: a copy with malloc, which the module frees.
                "answer" => answer = unsafe { libc::strdup(bytes(rest).as_ptr()) },
                "none" => {}
                "fail" => return 19,
                "missing" => {
                    // SAFETY: a slot for one pointer.
                    unsafe { *responses = null_mut() };
                    return 0;
                }
                "user" => {
                    let user = bytes(rest);
                    // SAFETY: the handle that the library gave us.
                    let code = unsafe { pam_set_item(*slot.cast(), 2, user.as_ptr().cast()) };
                    assert_eq!(code, 0);
                    continue;
                }
                other => panic!("{other:?} is no answer"),
            }
            break;
        }
    }
    // SAFETY: one response, allocated as the module frees it.
    unsafe {
        let response: *mut Response = libc::calloc(1, size_of::<Response>()).cast();
        (*response).answer = answer;
        *responses = response;
    }
    0
}

/// Answers every prompt with the text in its argument.
unsafe extern "C" fn answer_at_once(
    count: c_int,
    _messages: *mut *const Message,
    responses: *mut *mut Response,
    answer: *mut c_void,
) -> c_int {
    assert_eq!(count, 1);
    // SAFETY: one response, allocated as the module frees it, and the text of `measure`.
    unsafe {
        let response: *mut Response = libc::calloc(1, size_of::<Response>()).cast();
        (*response).answer = libc::strdup((*answer.cast::<CString>()).as_ptr());
        *responses = response;
    }
    0
}
