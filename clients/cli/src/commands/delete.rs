//! `secinfo delete`: deleting a method, and where the default goes.

use crate::client::Client;
use crate::dialogue::verification::with_fresh_proof;
use crate::security_info::{SecurityInfo, id_of};
use crate::words;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::times::time;
use secinfo_wire::ObjectPath;
use serde::Serialize;

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
    let before = SecurityInfo::load(client, user).await?;
    let method = before.select(&arguments.method)?;
    if !arguments.yes {
        if !screen.interactive {
            return Err(Failure::Usage(
                "say --yes to delete when standard input is not a terminal".into(),
            ));
        }
        screen.note(&format!(
            "{} will be deleted. This cannot be undone.",
            method.words()
        ))?;
        if !screen.confirm("Delete it?")? {
            return screen.note("Nothing was deleted.");
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
    screen.paragraph(&outcome(client, &before, &arguments, deleted, due)?)?;
    if !deleted {
        return Ok(());
    }
    if let Some(text) = words::after_deletion(&method.properties.kind) {
        screen.paragraph(text)?;
    }
    match default_moved(&before, &after) {
        Some(text) => screen.paragraph(&text),
        None => Ok(()),
    }
}

fn outcome(
    client: &Client,
    before: &SecurityInfo,
    arguments: &Arguments,
    deleted: bool,
    due: u64,
) -> Result<String, Failure> {
    let words = before.select(&arguments.method)?.words();
    if deleted {
        return Ok(format!("Deleted: {words}."));
    }
    Ok(format!(
        "{words} will be deleted {}, because you proved yourself with a weaker method. Until then it works as \
         before. To keep it: secinfo cancel-deletion {}",
        client.clock.moment(due),
        arguments.method
    ))
}

/// Where the default went, if it went.
fn default_moved(before: &SecurityInfo, after: &SecurityInfo) -> Option<String> {
    if before.user.default_method == after.user.default_method {
        return None;
    }
    Some(match after.default_method() {
        Some(method) => format!("The default sign-in method is now: {}.", method.words()),
        None => {
            "There is no default sign-in method any more; \"secinfo add\" adds a method.".to_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security_info::example;

    #[test]
    fn the_users_are_told_where_the_default_went() {
        let before = example();
        let mut after = example();
        after.methods.remove(0);
        after.user.default_method = after.methods[1].path.clone();
        assert_eq!(
            default_moved(&before, &after).as_deref(),
            Some("The default sign-in method is now: Hardware token (Key ring).")
        );
        after.user.default_method = "/".try_into().unwrap();
        assert!(
            default_moved(&before, &after)
                .unwrap()
                .contains("no default")
        );
        assert_eq!(default_moved(&before, &before), None);
    }
}
