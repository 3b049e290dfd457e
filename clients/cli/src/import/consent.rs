//! Before anything is imported: what would be, for whom, what would be left out, and whether to go
//! on.

use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::text::visible;
use secinfo_wire::{ImportProblem, ImportReply, ImportedFor};
use serde::Serialize;

/// The most users that are told one by one.
const MOST_USERS: usize = 20;

/// What the JSON of an import says; the help of each import repeats it.
pub(crate) const JSON: &str = r#"JSON: {"imported", "users":[{"user", "count"}], "problems":[{"line", "message"}]}. Without --yes, first {"would_import", "users", "problems"}."#;

#[derive(Serialize)]
struct CheckedJson<'a> {
    would_import: u32,
    users: &'a [ImportedFor],
    problems: &'a [ImportProblem],
}

#[derive(Serialize)]
struct ImportedJson<'a> {
    imported: u32,
    users: &'a [ImportedFor],
    problems: &'a [ImportProblem],
}

/// Says what would be imported, and asks for consent, unless there is nothing to consent to.
///
/// # Errors
/// `Refused` when the person does not want it, or when there is no person to ask.
pub(crate) fn ask(screen: &Screen, things: &str, checked: &ImportReply) -> Result<(), Failure> {
    let (count, users, problems) = checked;
    screen.json(&CheckedJson {
        would_import: *count,
        users,
        problems,
    })?;
    screen.paragraph(&format!(
        "Would be imported: {count} {things}{}.",
        whose(users)
    ))?;
    tell(screen, problems)?;
    if *count == 0 {
        return Ok(());
    }
    if !screen.interactive {
        return Err(Failure::Refused(
            "nothing was imported: look at what would be, then say --yes".into(),
        ));
    }
    if screen.confirm(&format!("Import these {things}?"))? {
        Ok(())
    } else {
        Err(Failure::Refused("nothing was imported".into()))
    }
}

/// Says what was imported.
///
/// # Errors
/// `Refused` when something was left out.
pub(crate) fn report(screen: &Screen, things: &str, imported: &ImportReply) -> Result<(), Failure> {
    let (count, users, problems) = imported;
    screen.json(&ImportedJson {
        imported: *count,
        users,
        problems,
    })?;
    screen.paragraph(&format!("Imported {things}: {count}{}.", whose(users)))?;
    tell(screen, problems)?;
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "left out: {}; what was imported stays, so correct these and import only them",
        problems.len()
    )))
}

/// # Errors
/// `Refused` when something of a file was left out before it was sent.
pub(crate) fn nothing_left_out(count: usize) -> Result<(), Failure> {
    if count == 0 {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "left out: {count}; what was imported stays"
    )))
}

/// For whom, and how many of several.
fn whose(users: &[ImportedFor]) -> String {
    let mut names: Vec<_> = users
        .iter()
        .take(MOST_USERS)
        .map(|ImportedFor { user, count }| match count {
            1 => visible(user),
            count => format!("{} ({count})", visible(user)),
        })
        .collect();
    if users.len() > MOST_USERS {
        names.push(format!("{} more users", users.len() - MOST_USERS));
    }
    if names.is_empty() {
        String::new()
    } else {
        format!(", for {}", names.join(", "))
    }
}

/// Each sentence begins with its place in the file.
fn tell(screen: &Screen, problems: &[ImportProblem]) -> Result<(), Failure> {
    for problem in problems {
        screen.paragraph(&visible(&problem.message))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_named_with_their_numbers_and_not_without_end() {
        let user = |user: &str, count| ImportedFor {
            user: user.to_owned(),
            count,
        };
        assert_eq!(whose(&[]), "");
        let two = [user("alice", 1), user("Max\u{1b} Muster", 2)];
        assert!(whose(&two).starts_with(", for alice, Max"));
        assert!(whose(&two).ends_with(" Muster (2)"));
        assert!(!whose(&two).contains(char::is_control));
        let many: Vec<_> = (0..25).map(|n| user(&n.to_string(), 1)).collect();
        assert!(whose(&many).ends_with(", 19, 5 more users"));
    }
}
