//! Runs a sign-in: relays the daemon's prompts to the user, and the answers back.

use crate::arguments::Arguments;
use crate::break_glass;
use crate::daemon::Daemon;
use crate::display::Screen;
use crate::ffi::{Handle, Item};
use crate::log::{Level, Log};
use crate::outcome::{
    Decision, Failure, Outcome, ReturnCode, Subject, Unavailable, authenticated, decided,
};
use crate::user_name;
use crate::words::{self, Language};
use secinfo_wire::sign_in::{Display, LONGEST_SSH_AUTH_INFO, SSHD, Start, Step};

/// The maximum number of prompts in one sign-in: more than any set-up takes, including mistakes.
pub(crate) const MAX_PROMPTS: usize = 200;

/// The longest item that is passed to the daemon, in bytes.
const MAX_ITEM: usize = 256;

/// The longest locale that is passed to the daemon, in bytes.
const MAX_LOCALE: usize = 64;

/// The outcome of a sign-in, and the messages to the user.
struct SignInResult {
    outcome: Outcome,
    /// The name in the decision; empty if there is none.
    name: String,
    messages: Vec<String>,
    /// Why the user is refused, as a last prompt.
    last_prompt: Option<String>,
}

impl SignInResult {
    fn failed(failure: Failure, language: Language) -> Self {
        Self {
            messages: words::failure(&failure, language)
                .map(str::to_owned)
                .into_iter()
                .collect(),
            outcome: Outcome::Failed(failure),
            name: String::new(),
            last_prompt: None,
        }
    }
}

/// Authenticates the user of the PAM session.
pub(crate) fn authenticate(handle: &Handle<'_>, silent: bool, arguments: &Arguments) -> ReturnCode {
    handle.forget();
    let service = text(handle, Item::Service).unwrap_or_default();
    let log = Log::new(&service, arguments.debug);
    let user = match user_name_of(handle) {
        Ok(name) => name,
        Err(failure) => {
            // Not the name itself: users sometimes type a password there by mistake.
            log.write(Level::Notice, "there is no name that an account could have");
            return authenticated(&Outcome::Failed(failure), Subject::Changed);
        }
    };
    let screen = Screen::of(handle, &service, silent);
    let start = start(handle, &user, &service, screen.display, arguments);
    let mut result = relay(handle, &start, arguments, &log)
        .unwrap_or_else(|failure| SignInResult::failed(failure, screen.language));
    if let Outcome::Failed(Failure::Unavailable(why)) = &result.outcome {
        log.write(Level::Error, &why.to_string());
        let directory = &arguments.break_glass;
        let given = why
            .is_lasting()
            .then(|| break_glass::ask(handle, &screen, directory, (&user, &service), &log));
        match given.flatten() {
            Some(Outcome::Failed(failure)) => {
                result = SignInResult::failed(failure, screen.language);
            }
            Some(outcome) => {
                result = SignInResult {
                    outcome,
                    name: user.clone(),
                    messages: Vec::new(),
                    last_prompt: None,
                };
            }
            None => {}
        }
    }
    if matches!(result.outcome, Outcome::Granted(_) | Outcome::Excused(_)) {
        screen.say(handle, &result.messages);
    }
    let code = return_code(handle, &user, &result, &log);
    if matches!(result.outcome, Outcome::Refused(_) | Outcome::Failed(_)) {
        let (messages, last_prompt) = (&result.messages, result.last_prompt.as_deref());
        return screen.say_refusal(handle, messages, last_prompt, code);
    }
    code
}

/// The user's name. The host asks for it if it is not set.
pub(crate) fn user_name_of(handle: &Handle<'_>) -> Result<String, Failure> {
    let name = handle.user().map_err(|_| Failure::Conversation)?;
    let name = name.as_deref().and_then(user_name::checked);
    name.map(str::to_owned).ok_or(Failure::NoUser)
}

fn relay(
    handle: &Handle<'_>,
    start: &Start,
    arguments: &Arguments,
    log: &Log,
) -> Result<SignInResult, Failure> {
    let mut daemon = Daemon::find(&arguments.socket, arguments.timeout)?;
    let mut step = daemon.start(start)?;
    for _ in 0..MAX_PROMPTS {
        let prompt = match step {
            Step::Ask(prompt) => prompt,
            Step::End(decision) => {
                log.write(
                    Level::Debug,
                    &format!("secinfod says: {}", decided(decision.outcome)),
                );
                return Ok(SignInResult {
                    outcome: decided(decision.outcome),
                    name: decision.name,
                    messages: decision.messages,
                    last_prompt: decision.last_prompt,
                });
            }
        };
        log.write(Level::Debug, "secinfod asks");
        let answer = handle
            .ask(&prompt.text, prompt.echo)
            .map_err(|_| Failure::Conversation)?;
        step = daemon.answer(&answer, handle.is_password(&answer))?;
    }
    Err(Unavailable::Endless.into())
}

/// The start of the sign-in: what is known about where the user is.
fn start(
    handle: &Handle<'_>,
    user: &str,
    service: &str,
    display: Display,
    arguments: &Arguments,
) -> Start {
    Start {
        name: user.to_owned(),
        service: service.to_owned(),
        tty: text(handle, Item::Terminal),
        invoker: text(handle, Item::RemoteUser),
        remote_host: text(handle, Item::RemoteHost),
        ssh_auth_info: ssh_auth_info(handle, service),
        language: language(handle),
        set_up: Some(arguments.set_up),
        display: Some(display),
        forms: None,
    }
}

/// What sshd says of how the user has signed in to it so far. sshd sets it anew before each authentication.
/// The environment of other services is not read for it: what is in there may come from a user's file, or
/// from a program that a user has started.
fn ssh_auth_info(handle: &Handle<'_>, service: &str) -> Option<String> {
    if service != SSHD || !rustix::process::getuid().is_root() {
        return None;
    }
    let info = String::from_utf8(handle.environment(c"SSH_AUTH_INFO_0")?).ok()?;
    let is_plain = |byte: u8| byte == b'\n' || byte == b' ' || byte.is_ascii_graphic();
    let fits = (1..=LONGEST_SSH_AUTH_INFO).contains(&info.len()) && info.bytes().all(is_plain);
    fits.then_some(info)
}

/// An item as text. An invalid or overlong item counts as missing, which exempts nobody.
pub(crate) fn text(handle: &Handle<'_>, item: Item) -> Option<String> {
    plain(handle.item(item)?)
}

fn plain(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let fits = (1..=MAX_ITEM).contains(&text.len()) && !text.contains(char::is_control);
    fits.then_some(text)
}

/// The user's locale, from the session's environment or else from the host's. It affects only the
/// language of texts.
pub(crate) fn language(handle: &Handle<'_>) -> Option<String> {
    let names = [c"LC_ALL", c"LC_MESSAGES", c"LANG"];
    let of_session = names.iter().filter_map(|name| handle.environment(name));
    let of_host = names.iter().filter_map(|name| {
        let name = name.to_str().expect("the names are ASCII");
        Some(std::env::var(name).ok()?.into_bytes())
    });
    of_session.chain(of_host).find_map(locale)
}

/// A locale that the daemon accepts. An invalid one, which users can set before they call `sudo`, is
/// skipped rather than failing the sign-in.
fn locale(bytes: Vec<u8>) -> Option<String> {
    let known = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
    plain(bytes).filter(|text| text.len() <= MAX_LOCALE && text.chars().all(known))
}

/// The return code. The user's name is read last, after everything that could change it.
fn return_code(handle: &Handle<'_>, user: &str, result: &SignInResult, log: &Log) -> ReturnCode {
    let now = handle.item(Item::User);
    let same = result.name == user && now.as_deref() == Some(user.as_bytes());
    let subject = if same {
        Subject::Same
    } else {
        Subject::Changed
    };
    let code = authenticated(&result.outcome, subject);
    let decision = |granted| Decision {
        user: user.to_owned(),
        granted,
    };
    match code {
        ReturnCode::Success => {
            log.write(
                Level::Info,
                &format!("{user} was let in: {}", result.outcome),
            );
            handle.remember(decision(true), code)
        }
        ReturnCode::Ignore => {
            log.write(
                Level::Info,
                &format!("{user} is not asked: {}", result.outcome),
            );
            handle.remember(decision(false), code)
        }
        _ => {
            let other = match result.outcome {
                Outcome::Granted(_) | Outcome::Excused(_) => "; the user was changed meanwhile",
                Outcome::Refused(_) | Outcome::Failed(_) => "",
            };
            log.write(
                Level::Notice,
                &format!("{user} was not let in: {}{other}", result.outcome),
            );
            code
        }
    }
}
