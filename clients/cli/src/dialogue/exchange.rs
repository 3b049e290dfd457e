//! Security keys that another program talks to: WebAuthn's JSON out, WebAuthn's JSON in, a line each.

use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_wire::{Challenge, Error, Response};
use secinfo_words::message;
use serde::Serialize;
use serde_json::value::RawValue;

/// What the options ask for.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    /// A credential.
    Creation,
    /// An assertion.
    Request,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum OptionsJson<'a> {
    CreationOptions(&'a RawValue),
    RequestOptions(Vec<&'a RawValue>),
}

/// Writes the options of a challenge, and reads what the other program answers. Where the keys are bound
/// to several names, there are as many options, of which any is answered.
pub(crate) fn exchange(
    client: &Client,
    wanted: Wanted,
    challenge: &Challenge,
) -> Result<Response, Failure> {
    let Challenge::Assertion {
        options,
        further_options,
        ..
    } = challenge
    else {
        let form = challenge.form();
        let what = format!("a challenge of the form {form}, where an assertion is asked for");
        return Err(Error::Protocol(what).into());
    };
    let screen = &client.screen;
    let all = std::iter::once(options).chain(further_options);
    if screen.json {
        let parsed = all.map(|text| serde_json::from_str::<&RawValue>(text));
        let no_json = |error| Error::Protocol(format!("options that are no JSON: {error}"));
        let parsed: Vec<_> = parsed.collect::<Result<_, _>>().map_err(no_json)?;
        screen.json(&match wanted {
            Wanted::Creation => OptionsJson::CreationOptions(parsed[0]),
            Wanted::Request => OptionsJson::RequestOptions(parsed),
        })?;
    } else {
        for text in all {
            Screen::write(format!("{text}\n").as_bytes())?;
        }
    }
    let words = screen.words;
    let prompt = match wanted {
        Wanted::Creation => words.say(message::ExchangeCredential),
        Wanted::Request => words.say(message::ExchangeAssertion),
    };
    match screen.ask(&prompt)? {
        Some(line) if !line.is_empty() => Ok(Response::Assertion(line.to_string())),
        _ => Err(Failure::NotVerified(
            words.say(message::ExchangeNone).to_string(),
        )),
    }
}
