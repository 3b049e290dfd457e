//! Accounts that are locked against intruders, and lines of activity that were reported as somebody else's: whose they
//! are, since when, what is still open for them, and whether the daemon could end that where policy says so.

use super::finding::{Area, Finding, Findings, Severity};
use crate::users::every_user;
use secinfo_pam_stack::root::Root;
use secinfo_terminal::text::{shell_word, visible};
use secinfo_terminal::times::Clock;
use secinfo_wire::names::user_state::{ACCOUNT_LOCKED, GONE, RENAMED};
use secinfo_wire::{ActivityEntry, Error, ManagerProxy, UserProperties, UserProxy, properties};
use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use zbus::{Connection, Variant};

/// How long the daemon and polkit may take for all that is asked.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many users' activity is read.
const MOST: usize = 200;
/// How many lines of it.
const LINES: u32 = 200;
/// For how long reports are told.
const LATELY: Duration = Duration::from_hours(30 * 24);
/// What grants the daemon to end sessions.
const GRANT: &str = "org.freedesktop.login1.manage";
/// What logind says of each user who has something open.
const OPEN: &str = "/run/systemd/users";
const ABOUT: &str = "accounts that are locked against intruders";

/// A user who may have locked the account, or reported lines.
#[derive(Debug, Default)]
struct Concerned {
    name: String,
    uid: u32,
    /// Since when the account is locked, in milliseconds, if it is.
    locked: Option<u64>,
    /// The line that says so.
    line: Option<ActivityEntry>,
    /// Whether policy has the daemon end what is open for the user.
    ends_sessions: bool,
    /// Whether something is open for the user.
    is_open: bool,
    /// How many lines of the last days the user has reported, and the newest of them.
    reports: usize,
    newest: Option<u64>,
}

/// Asks the daemon for locked accounts and reports, and polkit for what the daemon may do about them.
pub(crate) async fn check(root: &Root, address: Option<&str>, findings: &mut Findings) {
    if !root.is_this_host() {
        let why = "the daemon is not that of this host";
        findings.missed(Area::Daemon, ABOUT, why);
        return;
    }
    let why = match tokio::time::timeout(PATIENCE, ask(root, address)).await {
        Ok(Ok((users, left, may_end))) => {
            findings.saw(Area::Daemon, ABOUT);
            if left > 0 {
                let why = format!("the activity of {left} more users is not read");
                findings.missed(Area::Daemon, ABOUT, &why);
            }
            for finding in users.iter().flat_map(of_user).chain(of_grant(may_end)) {
                findings.add(finding);
            }
            return;
        }
        Ok(Err(error)) => visible(&error.to_string()),
        Err(_) => "secinfod has not said it in 20 seconds".to_owned(),
    };
    findings.missed(Area::Daemon, ABOUT, &why);
}

/// How many users were not looked at.
type Left = usize;

/// Whether the daemon may end sessions; none where policy does not have it do so, or polkit does not say.
type MayEnd = Option<bool>;

async fn ask(root: &Root, address: Option<&str>) -> Result<(Vec<Concerned>, Left, MayEnd), Error> {
    let connection = secinfo_wire::connect(address).await?;
    let manager = ManagerProxy::new(&connection).await?;
    let users = every_user(&manager).await?;
    let reported = manager.get_statistics().await?.users_with_reports > 0;
    let mut told = Vec::new();
    let concerns = |state: &str| match state {
        // Nothing of theirs can be asked for any more.
        GONE | RENAMED => false,
        state => state == ACCOUNT_LOCKED || reported,
    };
    let mut users: Vec<_> = users
        .into_iter()
        .filter(|user| concerns(&user.state))
        .collect();
    users.sort_by_key(|user| user.state != ACCOUNT_LOCKED);
    let left = users.len().saturating_sub(MOST);
    for user in users.iter().take(MOST) {
        let path = manager.get_user(user.uid).await?;
        let own: UserProperties = properties(&connection, &path).await?;
        let proxy = UserProxy::new(&connection, path).await?;
        let locked = user.state == ACCOUNT_LOCKED;
        let lines = proxy.list_activity(0, LINES).await?;
        let reports = lines
            .iter()
            .filter(|line| line.reported && is_of_late(line));
        told.push(Concerned {
            name: user.name.clone(),
            uid: user.uid,
            locked: locked.then_some(own.account_locked),
            line: lines
                .iter()
                .find(|line| line.what == "account-locked")
                .cloned(),
            ends_sessions: locked && manager.get_policy(user.uid, "").await?.end_sessions_on_lock,
            is_open: is_open(root, user.uid),
            reports: reports.clone().count(),
            newest: reports.map(|line| line.seq).next(),
        });
    }
    let may_end = if ends_any(root) {
        may_end(&connection, address).await
    } else {
        None
    };
    Ok((told, left, may_end))
}

fn is_of_late(line: &ActivityEntry) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = now.unwrap_or_default().saturating_sub(LATELY);
    u128::from(line.time) >= since.as_millis()
}

/// Whether logind knows of anything open for a user.
fn is_open(root: &Root, uid: u32) -> bool {
    let state = root.text(&format!("{OPEN}/{uid}")).unwrap_or_default();
    let mut lines = state.lines();
    lines.any(|line| line.strip_prefix("STATE=").is_some_and(is_running))
}

/// Whether processes run for a user in this state of logind's.
fn is_running(state: &str) -> bool {
    !matches!(state, "offline" | "closing")
}

/// Whether the configuration has a lock end sessions, of whomever.
fn ends_any(root: &Root) -> bool {
    let text = root.text("/etc/secinfo/config.toml").unwrap_or_default();
    let config: toml::Table = text.parse().unwrap_or_default();
    let ends = |section: &toml::Value| {
        section
            .get("end_sessions_on_lock")
            .and_then(toml::Value::as_bool)
            == Some(true)
    };
    let mut groups = config
        .get("group")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flat_map(toml::Table::values);
    config.get("policy").is_some_and(ends) || groups.any(ends)
}

/// What polkit answers: whether it is allowed, whether it would be after a proof, and details.
type Authorization = (bool, bool, HashMap<String, String>);

/// What polkit would answer to logind about the daemon.
async fn may_end(connection: &Connection, address: Option<&str>) -> MayEnd {
    let daemon = secinfo_wire::daemon_on(connection, address).await.ok()??;
    let subject = (
        "system-bus-name",
        HashMap::from([("name", Variant::from(daemon.as_str()))]),
    );
    let details: HashMap<&str, &str> = HashMap::new();
    let authority = "org.freedesktop.PolicyKit1.Authority";
    let answer = connection
        .call_method(
            Some("org.freedesktop.PolicyKit1"),
            "/org/freedesktop/PolicyKit1/Authority",
            Some(authority),
            "CheckAuthorization",
            &(subject, GRANT, details, 0_u32, ""),
        )
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        // Without polkit nothing grants it.
        Err(zbus::Error::MethodError(name, ..)) if is_absence(name.as_str()) => return Some(false),
        Err(_) => return None,
    };
    let answer = answer.body();
    let answer: Result<(Authorization,), _> = answer.deserialize();
    answer.ok().map(|((may, ..),)| may)
}

/// Whether an error says that nothing has the name that was called.
fn is_absence(error: &str) -> bool {
    let absences = ["ServiceUnknown", "NameHasNoOwner"];
    error
        .strip_prefix("org.freedesktop.DBus.Error.")
        .is_some_and(|short| absences.contains(&short) || short.starts_with("Spawn."))
}

fn of_user(user: &Concerned) -> Vec<Finding> {
    let mut found = Vec::new();
    let (name, word) = (visible(&user.name), shell_word(&user.name));
    if let Some(since) = user.locked {
        let when = Clock::of_process().moment(since / 1000);
        let how = user
            .line
            .as_ref()
            .map_or_else(String::new, |line| how(&name, line));
        found.push(finding(
            "account-locked",
            Severity::Info,
            format!(
                "The account of {name} is locked against intruders since {}{how}: nobody signs in to it.",
                when.trim_start_matches("on ")
            ),
            format!(
                "Find out what happened: sudo secinfo activity --user {word}. To unlock it: sudo secinfo unlock \
                 {word}; the strongest method of {name} unlocks it, too."
            ),
        ));
        if user.is_open {
            let policy = if user.ends_sessions {
                "Why they were not ended: sudo journalctl -u secinfod."
            } else {
                "To have a lock end them: end_sessions_on_lock = true in [policy]."
            };
            found.push(finding(
                "account-locked-still-open",
                Severity::Warning,
                format!("{name} has locked the account, and sessions or processes of {name} still run here."),
                format!("sudo loginctl terminate-user {}. {policy}", user.uid),
            ));
        }
    }
    if let Some(seq) = user.newest {
        let lines = match user.reports {
            1 => "a line".to_owned(),
            count => format!("{count} lines"),
        };
        found.push(finding(
            "activity-reported",
            Severity::Info,
            format!("{name} has reported {lines} of the last 30 days as somebody else's, the newest number {seq}."),
            format!("Find out what happened: sudo secinfo activity --user {word}."),
        ));
    }
    found
}

/// By whom and how the account was locked, behind the time.
fn how(name: &str, line: &ActivityEntry) -> String {
    let by = line.login.as_ref().or(line.by.as_ref());
    let by = by.map(|by| visible(by)).filter(|by| by != name);
    let by = by.map(|by| format!(", by {by}"));
    let service = line.service.as_ref();
    let service = service.map(|service| format!(", through {}", visible(service)));
    let source = line.source.as_ref();
    let source = source.map(|source| format!(", from {}", visible(source)));
    [by, service, source].into_iter().flatten().collect()
}

fn of_grant(may_end: MayEnd) -> Option<Finding> {
    (may_end == Some(false)).then(|| {
        finding(
            "lock-ends-no-sessions",
            Severity::Warning,
            "A lock is to end sessions (end_sessions_on_lock), and polkit does not let secinfod do so.".to_owned(),
            format!(
                "Have polkit run, and grant {GRANT} to the user secinfo, as \
                 /usr/share/polkit-1/rules.d/50-secinfo.rules does: see which rule refuses it in \
                 /etc/polkit-1/rules.d."
            ),
        )
    })
}

fn finding(id: &'static str, severity: Severity, what: String, remedy: String) -> Finding {
    Finding {
        id,
        severity,
        area: Area::Daemon,
        subject: "accounts".to_owned(),
        services: Vec::new(),
        what,
        remedy,
        changes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(login: Option<&str>, service: Option<&str>) -> ActivityEntry {
        ActivityEntry {
            seq: 7,
            time: 0,
            what: "account-locked".to_owned(),
            method: None,
            kind: None,
            label: None,
            service: service.map(str::to_owned),
            source: None,
            by: Some(if login.is_some() { "root" } else { "alice" }.to_owned()),
            login: login.map(str::to_owned),
            purpose: None,
            reason: None,
            reported: false,
        }
    }

    fn alice() -> Concerned {
        Concerned {
            name: "alice".to_owned(),
            uid: 1000,
            locked: Some(1_790_000_000_000),
            ..Concerned::default()
        }
    }

    fn ids(user: &Concerned) -> Vec<(&'static str, Severity)> {
        let found = of_user(user).into_iter();
        found
            .map(|finding| (finding.id, finding.severity))
            .collect()
    }

    #[test]
    fn a_locked_account_is_told_with_who_locked_it_and_how_it_is_unlocked() {
        let mut user = alice();
        assert_eq!(ids(&user), [("account-locked", Severity::Info)]);
        assert!(
            of_user(&user)[0]
                .remedy
                .contains("sudo secinfo unlock alice")
        );
        user.line = Some(line(None, None));
        let what = of_user(&user).remove(0).what;
        assert!(!what.contains(", by"), "{what}");
        user.line = Some(line(Some("admin"), Some("secinfo")));
        let what = of_user(&user).remove(0).what;
        assert!(
            what.contains(", by admin, through secinfo: nobody"),
            "{what}"
        );
    }

    #[test]
    fn what_is_still_open_of_a_locked_account_is_a_warning() {
        let user = Concerned {
            is_open: true,
            ..alice()
        };
        let still = ("account-locked-still-open", Severity::Warning);
        assert_eq!(ids(&user), [("account-locked", Severity::Info), still]);
        let remedy = of_user(&user).remove(1).remedy;
        assert!(
            remedy.contains("sudo loginctl terminate-user 1000"),
            "{remedy}"
        );
        for (state, runs) in [
            ("active", true),
            ("online", true),
            ("lingering", true),
            ("closing", false),
            ("offline", false),
        ] {
            assert_eq!(is_running(state), runs, "{state}");
        }
    }

    #[test]
    fn reports_are_counted_whether_or_not_the_account_is_locked() {
        let user = Concerned {
            locked: None,
            reports: 2,
            newest: Some(4711),
            ..alice()
        };
        assert_eq!(ids(&user), [("activity-reported", Severity::Info)]);
        let what = of_user(&user).remove(0).what;
        assert!(what.contains("2 lines") && what.contains("4711"), "{what}");
    }

    #[test]
    fn a_daemon_that_may_end_no_sessions_is_told_of_only_where_it_should() {
        assert!(of_grant(None).is_none() && of_grant(Some(true)).is_none());
        let found = of_grant(Some(false)).unwrap();
        assert_eq!(found.id, "lock-ends-no-sessions");
    }
}
