//! `secinfo delete`: deleting a method, and where the default goes.

use crate::client::Client;
use crate::dialogue::verification::with_fresh_proof;
use crate::security_info::{SecurityInfo, id_of};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::shell_word;
use secinfo_terminal::times::time;
use secinfo_wire::ObjectPath;
use secinfo_words::{Words, message};
use serde::Serialize;
use zeroize::Zeroizing;

const JSON: &str = r#"JSON: {"id", "deleted":true|false, "due", "default_method"}; due is when a scheduled deletion takes effect."#;

/// Delete a method
///
/// This cannot be undone: the method's key is destroyed. If you proved yourself with a weaker
/// method, the deletion takes effect only after a waiting time, and can be cancelled until then.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// The method
    method: String,
    /// Do not ask whether you are sure
    #[arg(long, short)]
    yes: bool,
}

#[derive(Serialize)]
struct DeletedJson<'a> {
    id: &'a str,
    deleted: bool,
    due: Option<u64>,
    default_method: Option<&'a str>,
}

pub(crate) async fn run(
    client: &Client,
    user: Option<&str>,
    arguments: Arguments,
) -> Result<(), Failure> {
    let screen = &client.screen;
    let words = screen.words;
    let before = SecurityInfo::load(client, user).await?;
    let method = before.select(&arguments.method, words)?;
    if !arguments.yes {
        if !screen.interactive {
            let text = words.say(message::DeleteYesMissing);
            return Err(Failure::Usage(text.to_string()));
        }
        let method = method.named(words).into();
        screen.note(&words.say(message::DeleteWarning { method }))?;
        if !screen.confirm(&words.say(message::DeleteConfirm))? {
            return screen.note(&words.say(message::DeleteNothing));
        }
    }
    let proxy = client.method_at(&method.path).await?;
    let (deleted, due) = with_fresh_proof(client, async || proxy.delete().await).await?;
    let path: ObjectPath<'static> = before.path.clone().into_inner();
    let after = SecurityInfo::at(client, path.into()).await?;
    screen.json(&DeletedJson {
        id: &method.properties.id,
        deleted,
        due: time(due),
        default_method: id_of(&after.user.default_method),
    })?;
    let named = method.named(words).into();
    if !deleted {
        return screen.paragraph(&words.say(message::DeleteLater {
            method: named,
            when: client.clock.moment(due).into(),
            argument: shell_word(&arguments.method).into(),
        }));
    }
    screen.paragraph(&words.say(message::Deleted { method: named }))?;
    if let Some(text) = words.after_deletion(&method.properties.kind) {
        screen.paragraph(&text)?;
    }
    match default_moved(words, &before, &after) {
        Some(text) => screen.paragraph(&text),
        None => Ok(()),
    }
}

/// Where the default went, if it went.
fn default_moved(
    words: Words,
    before: &SecurityInfo,
    after: &SecurityInfo,
) -> Option<Zeroizing<String>> {
    if before.user.default_method == after.user.default_method {
        return None;
    }
    Some(match after.default_method() {
        Some(method) => {
            let method = method.named(words).into();
            words.say(message::DefaultMoved { method })
        }
        None => words.say(message::DefaultGone),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security_info::example;
    use secinfo_words::Language;

    #[test]
    fn the_users_are_told_where_the_default_went() {
        let english = Words::of(Language::English);
        let before = example();
        let mut after = example();
        after.methods.remove(0);
        after.user.default_method = after.methods[1].path.clone();
        assert_eq!(
            default_moved(english, &before, &after)
                .as_deref()
                .map(String::as_str),
            Some("The default sign-in method is now: Hardware token (Key ring).")
        );
        after.user.default_method = "/".try_into().unwrap();
        assert!(
            default_moved(english, &before, &after)
                .unwrap()
                .contains("no default")
        );
        assert_eq!(default_moved(english, &before, &before), None);
    }
}
