//! `secinfo default`: choosing the method that is asked first at sign-in.

use crate::client::Client;
use crate::dialogue::verification::with_fresh_proof;
use crate::security_info::{Method, MethodJson, SecurityInfo};
use secinfo_terminal::failure::Failure;
use secinfo_wire::names::purpose;
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
    let info = SecurityInfo::load(client, user).await?;
    let method = match &arguments.method {
        Some(text) => info.select(text)?,
        None => match choose(client, &info)? {
            Some(method) => method,
            None => return client.screen.note("The default stays as it is."),
        },
    };
    let proxy = client.user_at(&info.path).await?;
    with_fresh_proof(client, async || proxy.set_default(&method.path).await).await?;
    let mut properties = method.properties.clone();
    properties.is_default = true;
    client.screen.json(&DefaultJson {
        default: MethodJson::new(&properties),
    })?;
    client.screen.paragraph(&format!(
        "Your default sign-in method is now: {}.",
        method.words()
    ))
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
    if methods.is_empty() {
        return Err(Failure::Refused(
            "no method of yours serves sign-in; \"secinfo add\" adds one".into(),
        ));
    }
    if !screen.interactive {
        return Err(Failure::Usage(
            "name the method when standard input is not a terminal: secinfo default METHOD".into(),
        ));
    }
    screen.note("Methods that can be asked first at sign-in:")?;
    for (index, method) in methods.iter().enumerate() {
        let mark = if method.properties.is_default {
            "  (default now)"
        } else {
            ""
        };
        screen.note(&format!("  {}  {}{mark}", index + 1, method.words()))?;
    }
    loop {
        let answer = screen.ask("Number of the method (Enter to leave it):")?;
        let Some(text) = answer.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let method = text
            .parse::<usize>()
            .ok()
            .and_then(|number| methods.get(number.checked_sub(1)?).copied());
        match method {
            Some(method) => {
                let sure = screen.confirm(&format!("Ask {} first at sign-in?", method.words()))?;
                return Ok(sure.then_some(method));
            }
            None => screen.note(&format!(
                "Answer with a number from 1 to {}.",
                methods.len()
            ))?,
        }
    }
}
