//! Step 5: break-glass codes for when the daemon cannot decide, and a first method for the
//! administrator.

use super::daemon::Daemon;
use super::host::Host;
use super::questions::Questions;
use super::report::{Report, Step};
use crate::break_glass::{self, account};
use secinfo_break_glass::{DEFAULT_DIRECTORY, Directory, DirectoryError, FileName};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::text::{shell_word, visible};
use std::process::Command;

/// Codes that are needed to become root: one to sign in, one for sudo.
const ENOUGH: usize = 2;
/// Codes that are made at once.
const COUNT: u8 = 3;

const ABOUT: &str = "While the daemon cannot decide, because it is down or its disk is full, nobody can sign in \
    where PAM asks it: not even users of whom policy asks nothing, since only the daemon knows that. \
    Break-glass codes on paper are the way in for that hour: each is good once, for one user and one \
    program that asks.";

pub(crate) async fn run(
    host: &Host,
    daemon: &impl Daemon,
    screen: &Screen,
    questions: &Questions<'_>,
    (users, person): (&[String], Option<&str>),
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    report.begin(Step::WaysBackIn, ABOUT)?;
    for user in users {
        make(host, screen, user, report)?;
    }
    let Some(person) = person else {
        return for_root(host, screen, questions, users, report);
    };
    let has_enough = codes_of(host, person)? >= ENOUGH;
    if has_enough && !users.iter().any(|user| user == person) {
        report.unchanged(format!("{} has break-glass codes", visible(person)))?;
    } else if !has_enough {
        let question = format!(
            "Make {COUNT} codes for {} now? They are shown once.",
            visible(person)
        );
        if questions.yes(&question, true)? {
            make(host, screen, person, report)?;
        } else if users.is_empty() {
            leave_undone(
                report,
                &format!(
                    "Make break-glass codes: sudo secinfo break-glass create {}",
                    shell_word(person)
                ),
            )?;
        }
    }
    // A user who cannot be looked up is asked.
    if daemon.has_method(person).await.unwrap_or(false) {
        return report.unchanged(format!("{} has a method of their own", visible(person)));
    }
    enroll(host, questions, person, report)
}

/// Asks root for whom to make codes, where no user ran sudo.
fn for_root(
    host: &Host,
    screen: &Screen,
    questions: &Questions<'_>,
    users: &[String],
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    if !users.is_empty() {
        return Ok(());
    }
    if questions.are_asked() {
        let question = "Name of an administrator to make break-glass codes for (Enter for none)";
        let name = questions.text(question, "", |name| match name {
            "" => Ok(None),
            name => match account(name) {
                Ok(_) => Ok(Some(name.to_owned())),
                Err(failure) => Err(failure.to_string()),
            },
        })?;
        if let Some(name) = name {
            return make(host, screen, &name, report);
        }
    }
    leave_undone(
        report,
        "Make break-glass codes for an administrator: sudo secinfo break-glass create NAME",
    )
}

/// Refuses, before anything is changed, users without an account on this host.
pub(crate) fn check(users: &[String]) -> Result<(), Failure> {
    users.iter().try_for_each(|user| account(user).map(|_| ()))
}

fn leave_undone(report: &mut Report<'_>, left: &str) -> Result<(), Failure> {
    report.skipped("No break-glass codes were made")?;
    report.leave(left);
    Ok(())
}

fn make(host: &Host, screen: &Screen, user: &str, report: &mut Report<'_>) -> Result<(), Failure> {
    if codes_of(host, user)? >= ENOUGH {
        return report.unchanged(format!("{} has break-glass codes", visible(user)));
    }
    break_glass::create(screen, &host.path(DEFAULT_DIRECTORY), user, COUNT)?;
    report.done(format!(
        "{COUNT} break-glass codes of {} were made",
        visible(user)
    ))
}

/// How many codes a user has that the module would take.
fn codes_of(host: &Host, user: &str) -> Result<usize, Failure> {
    let refused = |error: DirectoryError| Failure::Refused(visible(&error.to_string()));
    let uid = account(user)?.uid.as_raw();
    let path = host.path(DEFAULT_DIRECTORY);
    let Some(directory) = Directory::open(&path).map_err(refused)? else {
        return Ok(0);
    };
    let names = directory.names().map_err(refused)?;
    let unused = names
        .iter()
        .filter(|name| matches!(name, FileName::Unused(_)));
    let records = unused.filter_map(|name| directory.read(name).ok());
    Ok(records.filter(|record| record.is_of(user, uid)).count())
}

/// Offers the user who ran sudo to set up an app.
fn enroll(
    host: &Host,
    questions: &Questions<'_>,
    person: &str,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    let hint = "Set up your own method, as yourself: secinfo add authenticator-app";
    if !questions.are_asked() {
        report.leave(hint);
        return Ok(());
    }
    report.tell("Have a method yourself before sign-in asks for one, so that you can try it.")?;
    let question = format!("Set up an authenticator app for {} now?", visible(person));
    if !questions.yes(&question, false)? {
        report.leave(hint);
        return Ok(());
    }
    let (Some(runuser), Some(secinfo)) = (host.program("runuser"), host.program("secinfo")) else {
        report.leave(hint);
        return Ok(());
    };
    // It asks the person itself.
    let status = Command::new(runuser)
        .args(["-u", person, "--"])
        .arg(secinfo)
        .args(["add", "authenticator-app"])
        .status()?;
    if status.success() {
        report.done(format!("{} has an authenticator app", visible(person)))
    } else {
        report.leave(hint);
        report.warn("No authenticator app was set up")
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{FakeDaemon, Fixture, HAVE_METHODS};
    use super::super::report::State;
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    async fn run_for(
        fixture: &Fixture,
        questions: &Questions<'_>,
        users: &[&str],
        person: Option<&str>,
    ) -> (Vec<State>, Vec<String>) {
        let users: Vec<String> = users.iter().map(|user| (*user).to_owned()).collect();
        let mut report = fixture.report();
        run(
            &fixture.host,
            &FakeDaemon { fixture },
            &fixture.screen,
            questions,
            (&users, person),
            &mut report,
        )
        .await
        .unwrap();
        (
            report.entries.iter().map(|entry| entry.state).collect(),
            report.left,
        )
    }

    #[tokio::test]
    async fn codes_are_made_once() {
        let fixture = Fixture::new();
        let (states, _) = run_for(&fixture, &fixture.unattended(), &["root"], None).await;
        assert_eq!(states, [State::Done]);
        assert_eq!(fixture.host.names(DEFAULT_DIRECTORY).unwrap().len(), 3);
        let (states, _) = run_for(&fixture, &fixture.unattended(), &["root"], None).await;
        assert_eq!(states, [State::Unchanged]);
        assert_eq!(codes_of(&fixture.host, "root").unwrap(), 3);
        assert_eq!(codes_of(&fixture.host, "daemon").unwrap(), 0);
        assert!(codes_of(&fixture.host, "nobody-of-this-name").is_err());
    }

    #[tokio::test]
    async fn codes_that_the_module_would_not_take_do_not_count() {
        let fixture = Fixture::new();
        run_for(&fixture, &fixture.unattended(), &["root"], None).await;
        let names = fixture.host.names(DEFAULT_DIRECTORY).unwrap();
        let file = |index: usize| format!("{DEFAULT_DIRECTORY}/{}", names[index]);
        // The code of an account that had the name before.
        let stale = fixture.read(&file(0)).replace("uid 0", "uid 4711");
        fixture.write(&file(0), stale);
        assert_eq!(codes_of(&fixture.host, "root").unwrap(), 2);
        let writable = std::fs::Permissions::from_mode(0o666);
        std::fs::set_permissions(fixture.host.path(&file(1)), writable).unwrap();
        assert_eq!(codes_of(&fixture.host, "root").unwrap(), 1);
        let (states, _) = run_for(&fixture, &fixture.unattended(), &["root"], None).await;
        assert_eq!(states, [State::Done]);
    }

    #[tokio::test]
    async fn root_who_did_not_use_sudo_is_asked_for_whom_codes_are() {
        let fixture = Fixture::new();
        let (states, left) = run_for(
            &fixture,
            &fixture.answers(&["nobody-of-this-name", ""]),
            &[],
            None,
        )
        .await;
        assert_eq!((states, left.len()), (vec![State::Skipped], 1));
        let (states, left) = run_for(&fixture, &fixture.answers(&["root"]), &[], None).await;
        assert_eq!((states, left.len()), (vec![State::Done], 0));
    }

    #[tokio::test]
    async fn the_user_who_ran_sudo_is_offered_codes_and_a_method() {
        let fixture = Fixture::new();
        let (states, left) =
            run_for(&fixture, &fixture.answers(&["n", "n"]), &[], Some("root")).await;
        assert_eq!(states, [State::Skipped]);
        assert_eq!(left.len(), 2, "{left:?}");
        let (states, left) =
            run_for(&fixture, &fixture.answers(&["", "n"]), &[], Some("root")).await;
        assert_eq!(states, [State::Done]);
        assert!(left[0].contains("secinfo add"), "{left:?}");
        fixture.program("secinfo", "exit 0");
        fixture.program("runuser", &fixture.note("runuser"));
        let (states, left) = run_for(&fixture, &fixture.answers(&["y"]), &[], Some("root")).await;
        assert_eq!(
            (states, left.len()),
            (vec![State::Unchanged, State::Done], 0)
        );
        assert!(fixture.noted("runuser")[0].starts_with("-u root -- "));
    }

    #[tokio::test]
    async fn without_a_user_it_says_what_is_left() {
        let fixture = Fixture::new();
        let (_, left) = run_for(&fixture, &fixture.unattended(), &[], None).await;
        assert!(left[0].contains("secinfo break-glass create"), "{left:?}");
        assert!(!fixture.host.has(DEFAULT_DIRECTORY));
    }

    #[tokio::test]
    async fn who_has_a_method_is_offered_none() {
        let fixture = Fixture::new();
        fixture.write(HAVE_METHODS, "root\n");
        let (states, left) = run_for(&fixture, &fixture.answers(&[""]), &[], Some("root")).await;
        assert_eq!(states, [State::Done, State::Unchanged]);
        assert_eq!(left, [""; 0]);
        let (states, left) = run_for(&fixture, &fixture.unattended(), &[], Some("root")).await;
        assert_eq!(states, [State::Unchanged, State::Unchanged]);
        assert_eq!(left, [""; 0]);
    }
}
