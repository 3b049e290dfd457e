//! `secinfo users`: all users.

use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::style::{Look, Style};
use secinfo_terminal::table::{self, Column, Row, plain};
use secinfo_terminal::text::visible;
use secinfo_wire::UserSummary;
use secinfo_words::{Language, Words};
use serde::Serialize;

/// The most users that the daemon lists at once.
const PAGE: u32 = 500;

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

pub(crate) async fn run(client: &Client) -> Result<(), Failure> {
    let manager = client.manager().await?;
    let mut users: Vec<UserSummary> = Vec::new();
    loop {
        let after = users.last().map_or(String::new(), |user| user.name.clone());
        let page = manager.list_users(&after, PAGE).await?;
        // A daemon that repeats itself must not keep us for ever.
        if page
            .first()
            .is_none_or(|user| user.name <= after && !after.is_empty())
        {
            break;
        }
        let full = page.len() >= PAGE as usize;
        users.extend(page);
        if !full {
            break;
        }
    }
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
    fn the_json_form_is_stable() {
        assert_eq!(
            serde_json::to_string(&json(&user("alice", "ok"))).unwrap(),
            r#"{"uid":1000,"name":"alice","methods":2,"default_kind":"authenticator-app","state":"ok","has_access_pass":false,"lacking_for_reset":0}"#
        );
    }
}
