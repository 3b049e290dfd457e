//! `secinfo default`: choosing the method that is asked first at sign-in.

use crate::client::Client;
use crate::dialogue::verification::with_fresh_proof;
use crate::security_info::{Method, MethodJson, SecurityInfo};
use secinfo_terminal::failure::Failure;
use secinfo_wire::names::purpose;
use secinfo_words::message;
use serde::Serialize;

const JSON: &str = r#"JSON: {"default":{a method, as on the page}}"#;

/// Choose the method that is asked first at sign-in
///
/// Without METHOD, shows a list to choose from.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// The method
    method: Option<String>,
}

#[derive(Serialize)]
struct DefaultJson<'a> {
    default: MethodJson<'a>,
}

pub(crate) async fn run(
    client: &Client,
    user: Option<&str>,
    arguments: Arguments,
) -> Result<(), Failure> {
    let words = client.screen.words;
    let info = SecurityInfo::load(client, user).await?;
    let method = match &arguments.method {
        Some(text) => info.select(text, words)?,
        None => match choose(client, &info)? {
            Some(method) => method,
            None => return client.screen.note(&words.say(message::DefaultStays)),
        },
    };
    let proxy = client.user_at(&info.path).await?;
    with_fresh_proof(client, async || proxy.set_default(&method.path).await).await?;
    let mut properties = method.properties.clone();
    properties.is_default = true;
    client.screen.json(&DefaultJson {
        default: MethodJson::new(&properties),
    })?;
    let method = method.named(words).into();
    client
        .screen
        .paragraph(&words.say(message::DefaultSet { method }))
}

/// Lets the user choose from the methods that serve sign-in, and confirm.
fn choose<'a>(client: &Client, info: &'a SecurityInfo) -> Result<Option<&'a Method>, Failure> {
    let screen = &client.screen;
    let can_be = |method: &&Method| {
        use secinfo_wire::names::kind;
        let properties = &method.properties;
        properties
            .purposes
            .iter()
            .any(|word| word == purpose::SIGN_IN)
            && ![kind::RECOVERY_CODES, kind::ACCESS_PASS].contains(&properties.kind.as_str())
    };
    let methods: Vec<&Method> = info.methods.iter().filter(can_be).collect();
    let words = screen.words;
    if methods.is_empty() {
        let text = words.say(message::DefaultNoneServes);
        return Err(Failure::Refused(text.to_string()));
    }
    if !screen.interactive {
        let text = words.say(message::DefaultArgumentMissing);
        return Err(Failure::Usage(text.to_string()));
    }
    screen.note(&words.say(message::DefaultChoices))?;
    for (index, method) in methods.iter().enumerate() {
        let mut named = method.named(words);
        if method.properties.is_default {
            let method = named.into();
            named = words.say(message::DefaultMarked { method }).to_string();
        }
        screen.note(&format!("  {}  {named}", index + 1))?;
    }
    loop {
        let answer = screen.ask(&words.say(message::DefaultNumber))?;
        let Some(text) = answer.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let method = secinfo_typed::number(&text)
            .and_then(|number| methods.get(number.checked_sub(1)?).copied());
        if let Some(method) = method {
            let named = method.named(words).into();
            let question = words.say(message::DefaultConfirm { method: named });
            return Ok(screen.confirm(&question)?.then_some(method));
        }
        let most = methods.len().to_string().into();
        screen.note(&words.say(message::ChooseNumber { most }))?;
    }
}
