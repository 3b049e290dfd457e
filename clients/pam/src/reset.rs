//! In front of the module that checks passwords: asks for the password and passes it on, unless the user
//! types the word that begins a password reset instead. Not over SSH: sshd puts a password of its own in place of what
//! is typed for a name that no user has, so that the word would tell such names from users.

use crate::arguments::Arguments;
use crate::daemon::Daemon;
use crate::display::Screen;
use crate::ffi::{Handle, Item};
use crate::log::{Level, Log};
use crate::outcome::{
    Failure, Outcome, ReturnCode, Subject, Unavailable, authenticated, passed_on,
};
use crate::relay::{MAX_PROMPTS, language, text, user_name_of};
use crate::words::{self, Language};
use secinfo_wire::password_reset::{self, Decision, Start, Step};
use secinfo_wire::sign_in::{Display, SSHD};

/// How often a user who has a new password is asked for it.
const MAX_TRIES: usize = 3;

/// Asks for the password. Nobody is admitted here: the modules after this one check it.
pub(crate) fn ask_password(
    handle: &Handle<'_>,
    silent: bool,
    arguments: &Arguments,
    word: &str,
) -> ReturnCode {
    handle.forget();
    let service = text(handle, Item::Service).unwrap_or_default();
    let log = Log::new(&service, arguments.debug);
    let screen = Screen::of(handle, &service, silent);
    let asked = user_name_of(handle)
        .and_then(|user| ask(handle, &screen, arguments, word, (&user, &service), &log));
    match asked {
        Ok(code) => code,
        Err(failure) => {
            if let Failure::Unavailable(why) = &failure {
                log.write(Level::Error, &why.to_string());
            }
            let messages: Vec<_> = words::failure_of_reset(&failure, screen.language)
                .into_iter()
                .collect();
            let code = authenticated(&Outcome::Failed(failure), Subject::Changed);
            screen.say_refusal(handle, &messages, None, code)
        }
    }
}

fn ask(
    handle: &Handle<'_>,
    screen: &Screen,
    arguments: &Arguments,
    word: &str,
    (user, service): (&str, &str),
    log: &Log,
) -> Result<ReturnCode, Failure> {
    let word = Some(word).filter(|_| service != SSHD);
    // As other modules ask: in English where there is no locale, as in sshd. Programs know that prompt.
    let language = language(handle);
    let language = language.map_or(Language::English, |locale| Language::of(&locale));
    let prompt = words::shown_on(screen.display, &words::password(language, word));
    for _ in 0..MAX_TRIES {
        let typed = handle
            .ask(&prompt, false)
            .map_err(|_| Failure::Conversation)?;
        if word.is_none_or(|word| *typed != *word) {
            handle
                .pass_on_password(&typed)
                .map_err(|_| Failure::Conversation)?;
            return Ok(passed_on());
        }
        log.write(Level::Info, "a password reset was begun");
        let decision = reset(handle, arguments, user, screen.display)?;
        let how = match decision.outcome {
            password_reset::Outcome::Set => "with a new password",
            password_reset::Outcome::Unlocked => "with the methods unlocked",
            password_reset::Outcome::Refused => "without a new password",
        };
        log.write(Level::Info, &format!("the password reset ended {how}"));
        if decision.outcome == password_reset::Outcome::Refused {
            let code = ReturnCode::AuthenticationError;
            return Ok(screen.say_refusal(handle, &decision.messages, None, code));
        }
        screen.say(handle, &decision.messages);
    }
    Ok(ReturnCode::AuthenticationError)
}

/// Relays the daemon's prompts and the answers, until the reset has ended.
fn reset(
    handle: &Handle<'_>,
    arguments: &Arguments,
    user: &str,
    display: Display,
) -> Result<Decision, Failure> {
    let mut daemon = Daemon::find(&arguments.socket, arguments.timeout)?;
    let mut step = daemon.start_reset(&Start {
        name: user.to_owned(),
        language: language(handle),
        display: Some(display),
        forms: None,
        tty: text(handle, Item::Terminal),
        remote_host: text(handle, Item::RemoteHost),
    })?;
    for _ in 0..MAX_PROMPTS {
        let prompt = match step {
            Step::Ask(prompt) => prompt,
            Step::End(decision) => return Ok(decision),
        };
        let answer = handle
            .ask(&prompt.text, prompt.echo)
            .map_err(|_| Failure::Conversation)?;
        step = daemon.answer_reset(&answer)?;
    }
    Err(Unavailable::Endless.into())
}
