//! `pam_secinfo.so`: the PAM module. The daemon leads the conversation of a sign-in; this module
//! finds and authenticates the daemon, relays prompts and answers, and maps the outcome to a PAM
//! return code by the table in [`outcome`].
//!
//! It runs in other programs' processes, so it starts no thread, keeps no descriptor, has a
//! deadline for every wait, and leaves the process as it was.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")
)]

pub mod arguments;
mod break_glass;
mod daemon;
mod display;
#[allow(unsafe_code, reason = "the C interface, and nothing but it")]
pub mod ffi;
pub mod log;
pub mod outcome;
mod path;
mod relay;
mod reset;
mod socket;
pub mod user_name;
pub mod words;

use arguments::Arguments;
use ffi::{Handle, Item};
use log::{Level, Log};
use outcome::{Failure, Outcome, ReturnCode, Subject, authenticated};
use std::ffi::c_int;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

/// Runs a phase. If it panics, nothing is decided, and the host continues.
pub fn catch_panic(phase: impl FnOnce() -> ReturnCode) -> ReturnCode {
    log_panics();
    let done = panic::catch_unwind(AssertUnwindSafe(phase));
    done.unwrap_or_else(|payload| {
        // Dropping the payload could panic again.
        std::mem::forget(payload);
        authenticated(&Outcome::Failed(Failure::Panic), Subject::Changed)
    })
}

/// Logs the location of a panic. Rust's default is standard error, which belongs to the host and may
/// be a terminal, a connection or any file with that descriptor. The hook belongs to the module's
/// own copy of Rust's library, so a host in Rust keeps its own hook.
fn log_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            let text = format!("failed at {}", place.unwrap_or_default());
            // Not the message, which could contain input.
            Log::new("panic", false).write(Level::Error, &text);
        }));
    });
}

fn authenticate(handle: &Handle<'_>, flags: c_int, arguments: &[String]) -> ReturnCode {
    let silent = flags & ffi::SILENT != 0;
    match parse(handle, arguments) {
        Ok(arguments) => match &arguments.reset {
            Some(word) => reset::ask_password(handle, silent, &arguments, word),
            None => relay::authenticate(handle, silent, &arguments),
        },
        Err(failure) => {
            let service = relay::text(handle, Item::Service).unwrap_or_default();
            let screen = display::Screen::of(handle, &service, silent);
            let messages: Vec<_> = words::failure(&failure, screen.language)
                .into_iter()
                .collect();
            let code = authenticated(&Outcome::Failed(failure), Subject::Changed);
            screen.say_refusal(handle, &messages, None, code)
        }
    }
}

fn account(handle: &Handle<'_>, _flags: c_int, arguments: &[String]) -> ReturnCode {
    match parse(handle, arguments) {
        Ok(_) => {
            let (decision, user) = (handle.remembered(), handle.item(Item::User));
            outcome::account(decision.as_ref(), user.as_deref())
        }
        Err(failure) => authenticated(&Outcome::Failed(failure), Subject::Changed),
    }
}

fn set_credentials(handle: &Handle<'_>, _flags: c_int, arguments: &[String]) -> ReturnCode {
    match parse(handle, arguments) {
        Ok(_) => {
            let (decision, user) = (handle.remembered(), handle.item(Item::User));
            outcome::credentials(decision.as_ref(), user.as_deref())
        }
        Err(failure) => authenticated(&Outcome::Failed(failure), Subject::Changed),
    }
}

fn parse(handle: &Handle<'_>, arguments: &[String]) -> Result<Arguments, Failure> {
    Arguments::parse(arguments.iter().map(String::as_str)).map_err(|unknown| {
        let service = handle.item(Item::Service).unwrap_or_default();
        let log = Log::new(&String::from_utf8_lossy(&service), false);
        log.write(Level::Error, &unknown.to_string());
        Failure::Argument
    })
}
