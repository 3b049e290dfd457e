//! In front of the module that checks passwords: asks for the password and passes it on, unless the user
//! types the word that begins a password reset instead. Not over SSH: sshd puts a password of its own in place of what
//! is typed for a name that no user has, so that the word would tell such names from users.

use crate::arguments::Arguments;
use crate::daemon::Daemon;
use crate::display::{display, say_refusal};
use crate::ffi::{Handle, Item, Style};
use crate::log::{Level, Log};
use crate::outcome::{
    Failure, Outcome, ReturnCode, Subject, Unavailable, authenticated, passed_on, user_message,
};
use crate::relay::{MAX_PROMPTS, language, text, user_name_of};
use secinfo_wire::password_reset::{self, Decision, PasswordResetError, Start, Step};
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
    let asked = user_name_of(handle)
        .and_then(|user| ask(handle, silent, arguments, word, (&user, &service), &log));
    match asked {
        Ok(code) => code,
        Err(failure) => {
            if let Failure::Unavailable(why) = &failure {
                log.write(Level::Error, &why.to_string());
            }
            if let Some(text) = message(&failure).filter(|_| !silent) {
                say_refusal(handle, display(handle, &service), &[text]);
            }
            authenticated(&Outcome::Failed(failure), Subject::Changed)
        }
    }
}

fn ask(
    handle: &Handle<'_>,
    silent: bool,
    arguments: &Arguments,
    word: &str,
    (user, service): (&str, &str),
    log: &Log,
) -> Result<ReturnCode, Failure> {
    let word = Some(word).filter(|_| service != SSHD);
    let display = display(handle, service);
    let prompt = prompt(language(handle).as_deref(), word, display);
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
        let decision = reset(handle, arguments, user, display)?;
        let is_done = decision.outcome != password_reset::Outcome::Refused;
        log.write(
            Level::Info,
            &format!("the password reset ended ({:?})", decision.outcome),
        );
        let messages = if silent { &[] } else { &*decision.messages };
        if !is_done {
            say_refusal(handle, display, messages);
            break;
        }
        for message in messages {
            handle.show(Style::Information, message);
        }
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

/// The prompt for the password, in the user's language, with the word where there is one.
fn prompt(language: Option<&str>, word: Option<&str>, display: Display) -> String {
    match (language.and_then(|language| language.get(..2)), word) {
        (Some("de"), Some(word)) => format!("Passwort ({word}, wenn Sie es vergessen haben): "),
        (Some("de"), None) => "Passwort: ".to_owned(),
        (Some("fr"), Some(word)) if display == Display::Plain => {
            format!("Mot de passe ({word} si vous l'avez oublie) : ")
        }
        (Some("fr"), Some(word)) => format!("Mot de passe ({word} si vous l’avez oublié) : "),
        (Some("fr"), None) => "Mot de passe : ".to_owned(),
        (_, Some(word)) => format!("Password ({word} if you forgot it): "),
        (_, None) => "Password: ".to_owned(),
    }
}

/// What the user is told of a failure.
fn message(failure: &Failure) -> Option<&'static str> {
    let Failure::Unavailable(Unavailable::Error(name)) = failure else {
        return user_message(failure);
    };
    Some(match PasswordResetError::from_name(name) {
        Some(PasswordResetError::NotOffered) => {
            "Passwords are not reset on this host: ask an administrator for a new one."
        }
        Some(PasswordResetError::NoReset) => "That took too long: begin again.",
        Some(PasswordResetError::LimitsExceeded) => {
            "Too many resets were begun from here: wait a while, or ask an administrator."
        }
        _ => "The password cannot be reset at the moment: ask an administrator.",
    })
}

#[cfg(test)]
mod tests {
    use super::{Display, prompt};

    #[test]
    fn the_prompt_names_the_word_in_the_language_of_the_user() {
        for (language, begins) in [
            (None, "Password (reset"),
            (Some("C"), "Password (reset"),
            (Some("de_DE.UTF-8"), "Passwort (reset"),
            (Some("fr"), "Mot de passe (reset"),
        ] {
            for display in Display::ALL {
                let prompt = prompt(language, Some("reset"), *display);
                assert!(
                    prompt.starts_with(begins) && prompt.ends_with(": "),
                    "{prompt}"
                );
                assert!(*display != Display::Plain || prompt.is_ascii(), "{prompt}");
            }
        }
    }
}
