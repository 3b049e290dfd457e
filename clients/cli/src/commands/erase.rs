//! `secinfo erase`: destroying all that the log tells of a user.

use crate::client::Client;
use crate::commands::users::departed;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use secinfo_wire::DepartedUser;
use secinfo_wire::OwnedObjectPath;
use serde::Serialize;

const JSON: &str = r#"JSON: {"erased":"<user>"}"#;

/// Erase a user; for administrators
///
/// This cannot be undone: the keys of the user's name and of all their methods are destroyed, so that
/// nothing in the log leads to them any more. The account itself stays. A user whose account is gone is
/// named as before; "secinfo users --departed" lists them.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// The user, by name or uid; also one whose account is gone
    #[arg(value_name = "USER")]
    erased: String,
    /// Do not ask whether you are sure
    #[arg(long, short)]
    yes: bool,
}

#[derive(Serialize)]
struct ErasedJson<'a> {
    erased: &'a str,
}

/// Whom to erase.
enum Erased {
    /// The user of an account.
    Present(OwnedObjectPath),
    /// A user whose account is gone.
    Departed(DepartedUser),
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    let screen = &client.screen;
    let erased = find(client, &arguments.erased).await?;
    let name = match &erased {
        Erased::Present(_) => &arguments.erased,
        Erased::Departed(user) => &user.name,
    };
    let user = visible(name);
    if !arguments.yes {
        if !screen.interactive {
            let text = "An erasure cannot be undone: to confirm it, add --yes.";
            return Err(Failure::Usage(text.to_owned()));
        }
        if let Erased::Departed(gone) = &erased {
            screen.note(&told(gone))?;
        }
        screen.note(&format!(
            "This destroys the keys of all methods of {user}, and of the name in the log. It cannot be undone."
        ))?;
        let answer = screen.ask(&format!("To erase {user}, type the name:"))?;
        if answer.is_none_or(|answer| answer.as_str() != name) {
            return screen.note("Nothing was erased.");
        }
    }
    match &erased {
        Erased::Present(path) => client.user_at(path).await?.erase().await?,
        Erased::Departed(gone) => {
            let manager = client.manager().await?;
            manager.erase_departed(gone.uid, &gone.name).await?;
        }
    }
    screen.json(&ErasedJson { erased: name })?;
    screen.paragraph(&format!("The security info of {user} is erased."))
}

/// What is known of a user whose account is gone.
fn told(gone: &DepartedUser) -> String {
    let (name, uid) = (visible(&gone.name), gone.uid);
    if gone.now.is_empty() {
        format!("This host knows no account {name} (uid {uid}) any more.")
    } else {
        let now = visible(&gone.now);
        format!(
            "This host knows no account {name} any more: uid {uid} is {now} now. If that is the same person, rename \
             them instead: sudo secinfo users rename {name} {now}"
        )
    }
}

/// An account of this host comes first, by name or uid; then who has had the name or the uid.
async fn find(client: &Client, user: &str) -> Result<Erased, Failure> {
    let refused = match client.path_of_another(user).await {
        Ok(path) => return Ok(Erased::Present(path)),
        Err(error) => error,
    };
    let mut departed = departed(client).await?;
    departed.retain(|gone| gone.name == user || gone.uid.to_string() == user);
    match (departed.pop(), departed.is_empty()) {
        (None, _) => Err(refused),
        (Some(gone), true) => Ok(Erased::Departed(gone)),
        (Some(_), false) => Err(Failure::Usage(format!(
            "There are several users {}: name one by the uid or the name that \"secinfo users --departed\" shows.",
            visible(user)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_uid_that_has_another_name_it_is_told_how_to_rename_instead() {
        let gone = |now: &str| DepartedUser {
            uid: 1001,
            name: "alice".to_owned(),
            methods: 2,
            now: now.to_owned(),
        };
        assert!(told(&gone("alicia")).ends_with("sudo secinfo users rename alice alicia"));
        let text = told(&gone(""));
        assert!(text.contains("no account alice (uid 1001)"), "{text}");
    }
}
