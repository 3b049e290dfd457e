//! `secinfo users`: all users, those whose accounts are gone, and users who have another name now.

use crate::client::Client;
use secinfo_host::users::{every_departed, every_user};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::style::{Look, Style};
use secinfo_terminal::table::{self, Column, Row, plain};
use secinfo_terminal::text::visible;
use secinfo_wire::{DepartedUser, UserSummary};
use secinfo_words::{Language, Words};
use serde::Serialize;

const JSON: &str = r#"JSON: [{"uid", "name", "methods", "default_kind", "state", "has_access_pass", "lacking_for_reset"}]; state is "ok", "locked", "account-locked", "methods-required", "renamed" or "gone", default_kind null for none. With --departed: [{"uid", "name", "methods", "now"}]; now is the name that has the uid now, null for none."#;
const RENAMED_JSON: &str = r#"JSON: {"renamed":"<name>", "former":"<name>"}"#;

/// List all users, or rename one; for administrators
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    /// Only those whose accounts are gone or have another name now
    #[arg(long)]
    departed: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Rename(Rename),
}

/// Let a user go by the name that their account has now
///
/// For accounts that were renamed, as by "usermod -l": the methods stay with the former name until then.
/// Is the uid somebody else's now, because the former user has left? Then erase the former user instead.
#[derive(Debug, clap::Args)]
#[command(after_long_help = RENAMED_JSON)]
struct Rename {
    /// The former name
    former: String,
    /// The name that the same account has now
    name: String,
    /// Do not ask whether you are sure
    #[arg(long, short)]
    yes: bool,
}

#[derive(Serialize)]
struct RenamedJson<'a> {
    renamed: &'a str,
    former: &'a str,
}

#[derive(Serialize)]
struct DepartedJson<'a> {
    uid: u32,
    name: &'a str,
    methods: u32,
    now: Option<&'a str>,
}

#[derive(Serialize)]
struct UserJson<'a> {
    uid: u32,
    name: &'a str,
    methods: u32,
    default_kind: Option<&'a str>,
    state: &'a str,
    has_access_pass: bool,
    lacking_for_reset: u32,
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Some(Command::Rename(arguments)) => rename(client, &arguments).await,
        None if arguments.departed => list_departed(client).await,
        None => list(client).await,
    }
}

async fn rename(client: &Client, arguments: &Rename) -> Result<(), Failure> {
    let screen = &client.screen;
    let (former, name) = (visible(&arguments.former), visible(&arguments.name));
    if !arguments.yes {
        if !screen.interactive {
            let text = "The account with the new name gets the methods of the former one: to confirm it, add --yes.";
            return Err(Failure::Usage(text.to_owned()));
        }
        screen.note(&format!(
            "The methods of {former} become those of {name}, who can then sign in with them. Do that only if both \
             are the same person."
        ))?;
        if !screen.confirm(&format!("Is {name} the person who was {former}?"))? {
            return screen.note("Nothing was changed.");
        }
    }
    let manager = client.manager().await?;
    manager
        .rename_user(&arguments.former, &arguments.name)
        .await?;
    screen.json(&RenamedJson {
        renamed: &arguments.name,
        former: &arguments.former,
    })?;
    screen.paragraph(&format!("{former} goes by {name} now, with all methods."))
}

async fn list_departed(client: &Client) -> Result<(), Failure> {
    let screen = &client.screen;
    let users = every_departed(&client.manager().await?).await?;
    let json: Vec<_> = users.iter().map(departed_json).collect();
    screen.json(&json)?;
    screen.say(&render_departed(&users, screen.style, screen.width))
}

fn departed_json(user: &DepartedUser) -> DepartedJson<'_> {
    DepartedJson {
        uid: user.uid,
        name: &user.name,
        methods: user.methods,
        now: Some(user.now.as_str()).filter(|now| !now.is_empty()),
    }
}

fn render_departed(users: &[DepartedUser], style: Style, width: usize) -> String {
    if users.is_empty() {
        return "Every user with security info has an account.\n".to_owned();
    }
    let columns = [("User", 8), ("Uid", 5), ("Methods", 7), ("Uid now", 10)]
        .map(|(title, least)| Column { title, least });
    let rows: Vec<Row> = users
        .iter()
        .map(|user| Row {
            cells: vec![
                vec![(Look::Bold, visible(&user.name))],
                plain(user.uid.to_string()),
                plain(user.methods.to_string()),
                if user.now.is_empty() {
                    plain("nobody".to_owned())
                } else {
                    vec![(Look::Warning, visible(&user.now))]
                },
            ],
            below: Vec::new(),
        })
        .collect();
    let mut text = table::render(&columns, &rows, style, width);
    text.push_str("\nHas left: sudo secinfo erase --departed USER\n");
    if users.iter().any(|user| !user.now.is_empty()) {
        text.push_str("Was renamed: sudo secinfo users rename USER NEW\n");
    }
    text
}

async fn list(client: &Client) -> Result<(), Failure> {
    let users = every_user(&client.manager().await?).await?;
    client
        .screen
        .json(&users.iter().map(json).collect::<Vec<_>>())?;
    client
        .screen
        .say(&render(&users, client.screen.style, client.screen.width))
}

fn json(user: &UserSummary) -> UserJson<'_> {
    UserJson {
        uid: user.uid,
        name: &user.name,
        methods: user.methods,
        default_kind: Some(user.default_kind.as_str()).filter(|kind| !kind.is_empty()),
        state: &user.state,
        has_access_pass: user.has_access_pass,
        lacking_for_reset: user.lacking_for_reset,
    }
}

fn render(users: &[UserSummary], style: Style, width: usize) -> String {
    if users.is_empty() {
        return "Nobody has security info yet.\n".to_owned();
    }
    let columns = [
        ("User", 8),
        ("Uid", 5),
        ("Methods", 7),
        ("Default", 10),
        ("State", 8),
    ]
    .map(|(title, least)| Column { title, least });
    let rows: Vec<Row> = users.iter().map(row).collect();
    table::render(&columns, &rows, style, width)
}

fn row(user: &UserSummary) -> Row {
    let mut state = vec![match user.state.as_str() {
        "ok" => (Look::Good, "ok".to_owned()),
        "locked" => (Look::Bad, "locked".to_owned()),
        "account-locked" => (Look::Bad, "account locked".to_owned()),
        "methods-required" => (Look::Warning, "methods required".to_owned()),
        "renamed" => (Look::Warning, "renamed?".to_owned()),
        "gone" => (Look::Warning, "account gone".to_owned()),
        other => (Look::Plain, visible(other)),
    }];
    if user.has_access_pass {
        state.push((Look::Warning, "has an access pass".to_owned()));
    }
    let default = if user.default_kind.is_empty() {
        "none".to_owned()
    } else {
        Words::of(Language::English).kind(&user.default_kind)
    };
    Row {
        cells: vec![
            vec![(Look::Bold, visible(&user.name))],
            plain(user.uid.to_string()),
            plain(user.methods.to_string()),
            plain(default),
            state,
        ],
        below: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, state: &str) -> UserSummary {
        UserSummary {
            uid: 1000,
            name: name.to_owned(),
            methods: 2,
            default_kind: "authenticator-app".to_owned(),
            state: state.to_owned(),
            has_access_pass: false,
            lacking_for_reset: 0,
        }
    }

    #[test]
    fn users_are_a_table() {
        let mut bob = user("bob", "methods-required");
        bob.default_kind.clear();
        bob.has_access_pass = true;
        let text = render(&[user("alice", "ok"), bob], Style::new(false), 80);
        let expected = "\
User   Uid   Methods  Default            State
alice  1000  2        Authenticator app  ok
bob    1000  2        none               methods required
                                         has an access pass
";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_departed_are_a_table_with_what_to_do() {
        let departed = |name: &str, now: &str| DepartedUser {
            uid: 1000,
            name: name.to_owned(),
            methods: 2,
            now: now.to_owned(),
        };
        let text = render_departed(&[departed("alice", "alicia")], Style::new(false), 80);
        let expected = "\
User   Uid   Methods  Uid now
alice  1000  2        alicia

Has left: sudo secinfo erase --departed USER
Was renamed: sudo secinfo users rename USER NEW
";
        assert_eq!(text, expected);
        let text = render_departed(&[departed("alice", "")], Style::new(false), 80);
        assert!(
            text.contains("nobody") && !text.contains("rename"),
            "{text}"
        );
    }

    #[test]
    fn the_json_form_is_stable() {
        assert_eq!(
            serde_json::to_string(&json(&user("alice", "ok"))).unwrap(),
            r#"{"uid":1000,"name":"alice","methods":2,"default_kind":"authenticator-app","state":"ok","has_access_pass":false,"lacking_for_reset":0}"#
        );
    }
}
