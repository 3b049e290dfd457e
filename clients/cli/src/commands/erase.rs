//! `secinfo erase`: destroying all that the log tells of a user.

use crate::client::Client;
use secinfo_host::users::every_departed;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::{shell_word, visible};
use secinfo_wire::{DepartedUser, OwnedObjectPath, UserProperties, properties};
use serde::Serialize;

const JSON: &str = r#"JSON: {"erased":"<user>"}"#;

/// Erase a user; for administrators
///
/// This cannot be undone: the keys of the user's name and of all their methods are destroyed, so that
/// nothing in the log leads to them any more. The account itself stays. A user whose account is gone is
/// named as before; "secinfo users --departed" lists them. Where another account has that name or uid now,
/// --departed says which of the two is meant, or --account.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// The user, by name or uid; also one whose account is gone
    #[arg(value_name = "USER")]
    erased: String,
    /// The one whose account is gone
    #[arg(long, conflicts_with = "account")]
    departed: bool,
    /// The uid of the one whose account is gone, where several have had the name
    #[arg(long, value_name = "UID", requires = "departed")]
    uid: Option<u32>,
    /// The account that is there
    #[arg(long)]
    account: bool,
    /// Do not ask whether you are sure
    #[arg(long, short)]
    yes: bool,
}

#[derive(Serialize)]
struct ErasedJson<'a> {
    erased: &'a str,
}

/// The user to erase.
enum Erased {
    /// The user of an account.
    Present(PresentUser),
    /// A user whose account is gone.
    Departed(DepartedUser),
}

/// The user of an account of this host.
struct PresentUser {
    path: OwnedObjectPath,
    uid: u32,
    name: String,
}

impl Erased {
    fn account(&self) -> (&str, u32) {
        match self {
            Self::Present(user) => (&user.name, user.uid),
            Self::Departed(user) => (&user.name, user.uid),
        }
    }
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    let screen = &client.screen;
    let erased = find(client, &arguments).await?;
    let (name, uid) = erased.account();
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
            "This destroys the keys of all methods of {user} (uid {uid}), and of the name in the log. It cannot be \
             undone."
        ))?;
        let answer = screen.ask(&format!("To erase {user} (uid {uid}), type the name:"))?;
        if answer.is_none_or(|answer| answer.as_str() != name) {
            return screen.note("Nothing was erased.");
        }
    }
    match &erased {
        Erased::Present(present) => client.user_at(&present.path).await?.erase().await?,
        Erased::Departed(gone) => {
            let manager = client.manager().await?;
            manager.erase_departed(gone.uid, &gone.name).await?;
        }
    }
    screen.json(&ErasedJson { erased: name })?;
    screen.paragraph(&format!(
        "The security info of {user} (uid {uid}) is erased."
    ))
}

/// What is known of a user whose account is gone.
fn told(gone: &DepartedUser) -> String {
    let (name, uid) = (visible(&gone.name), gone.uid);
    if gone.now.is_empty() {
        format!("This host knows no account {name} (uid {uid}) any more.")
    } else {
        let now = visible(&gone.now);
        let (former, new) = (shell_word(&gone.name), shell_word(&gone.now));
        format!(
            "This host knows no account {name} any more: uid {uid} is {now} now. If that is the same person, rename \
             them instead: sudo secinfo users rename {former} {new}"
        )
    }
}

async fn find(client: &Client, arguments: &Arguments) -> Result<Erased, Failure> {
    let user = arguments.erased.as_str();
    let (present, refused) = if arguments.departed {
        (None, None)
    } else {
        match present(client, user).await {
            Ok(present) => (Some(present), None),
            Err(refused) => (None, Some(refused)),
        }
    };
    let departed: Vec<_> = if arguments.account {
        Vec::new()
    } else {
        let all = every_departed(&client.manager().await?).await?;
        let is_meant = |gone: &DepartedUser| {
            arguments.uid.is_none_or(|uid| uid == gone.uid)
                && (gone.name == user || gone.uid.to_string() == user)
        };
        all.into_iter().filter(is_meant).collect()
    };
    match refused {
        Some(refused) if departed.is_empty() => Err(refused),
        _ => chosen(user, present, departed),
    }
}

async fn present(client: &Client, user: &str) -> Result<PresentUser, Failure> {
    let path = client.path_of_another(user).await?;
    let own: UserProperties = properties(&client.connection, &path).await?;
    Ok(PresentUser {
        path,
        uid: own.uid,
        name: own.name,
    })
}

/// The only user who can be meant.
fn chosen(
    user: &str,
    present: Option<PresentUser>,
    mut departed: Vec<DepartedUser>,
) -> Result<Erased, Failure> {
    let user = visible(user);
    match (present, departed.pop(), departed.is_empty()) {
        (Some(present), None, _) => Ok(Erased::Present(present)),
        (Some(present), Some(gone), _) => Err(Failure::Usage(format!(
            "{user} is the account {} (uid {}), and was {} (uid {}), whose account is gone: for the one who is gone add \
             --departed, for the account --account.",
            visible(&present.name),
            present.uid,
            visible(&gone.name),
            gone.uid
        ))),
        (None, Some(gone), true) => Ok(Erased::Departed(gone)),
        (None, Some(_), false) => Err(Failure::Usage(format!(
            "Several users whose accounts are gone were {user}: name one and add --departed --uid UID, as \"secinfo \
             users --departed\" shows them."
        ))),
        (None, None, _) => Err(Failure::Usage(format!(
            "There is no user {user} whose account is gone: see \"secinfo users --departed\"."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alice(uid: u32) -> DepartedUser {
        DepartedUser {
            uid,
            name: "alice".to_owned(),
            methods: 2,
            now: String::new(),
        }
    }

    #[test]
    fn a_name_that_two_have_had_erases_neither_until_it_is_said_which() {
        let present = || PresentUser {
            path: OwnedObjectPath::try_from("/users/u1001").unwrap(),
            uid: 1001,
            name: "alice".to_owned(),
        };
        let refused = |chosen: Result<Erased, Failure>| match chosen {
            Err(refused) => refused.to_string(),
            Ok(erased) => panic!("{:?}", erased.account()),
        };
        let both = refused(chosen("alice", Some(present()), vec![alice(1000)]));
        assert!(
            both.contains("(uid 1001)") && both.contains("(uid 1000)"),
            "{both}"
        );
        let several = refused(chosen("alice", None, vec![alice(1000), alice(1002)]));
        assert!(several.contains("--departed --uid"), "{several}");
        assert!(refused(chosen("alice", None, Vec::new())).contains("no user alice"));
        let uid = |chosen: Result<Erased, Failure>| chosen.ok().map(|erased| erased.account().1);
        assert_eq!(
            uid(chosen("alice", Some(present()), Vec::new())),
            Some(1001)
        );
        assert_eq!(uid(chosen("alice", None, vec![alice(1000)])), Some(1000));
    }

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
