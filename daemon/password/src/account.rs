//! For whom a password may be set, and where it is kept. The files and the name service of the host are
//! asked, and the daemon is not believed.

use crate::error::HelperError;
use crate::files::{self, PasswdEntry, ShadowEntry, UnreadableEntry, persons, read_trusted};
use crate::settings::Settings;
use nix::unistd::{Group, Uid, User, getgrouplist};
use secinfo_wire::password::Account;
use std::ffi::CString;
use std::path::{Path, PathBuf};

const PASSWD: &str = "/etc/passwd";
const SHADOW: &str = "/etc/shadow";
const LOGIN_DEFS: &str = "/etc/login.defs";

/// The longest name, in bytes.
const LONGEST_NAME: usize = 256;

/// Uids that systemd gives to services while they run, and those that mean no account.
const NEVER_PERSONS: [std::ops::RangeInclusive<u32>; 3] =
    [61_184..=65_519, 65_534..=65_535, u32::MAX..=u32::MAX];

/// Whether a password may be set for a user, and where it is kept.
pub(crate) enum Standing {
    /// In `/etc/shadow`.
    Here(ShadowEntry),
    /// Elsewhere; this program sets it.
    ByCommand(PathBuf),
    /// Elsewhere.
    Elsewhere,
    /// None is set here.
    Barred(Barred),
}

/// Why no password is set here. The journal has it; the daemon is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Barred {
    #[error("password reset is not enabled in config.toml")]
    Disabled,
    #[error("there is no user of this name and uid")]
    NoUser,
    #[error("the account is not a person's")]
    SystemAccount,
    #[error("the user is in an excluded group")]
    ExcludedGroup,
    #[error("the user has no shell to sign in with")]
    NoShell,
    #[error("the account is locked")]
    Locked,
    #[error("the account has no password")]
    NoPassword,
    #[error("the account has expired")]
    Expired,
    #[error("the files of accounts contradict each other, or the name service")]
    Contradiction,
}

impl From<UnreadableEntry> for Barred {
    fn from(_: UnreadableEntry) -> Self {
        Self::Contradiction
    }
}

impl Standing {
    /// What the daemon is told.
    pub(crate) const fn account(&self) -> Account {
        match self {
            Self::Here(_) | Self::ByCommand(_) => Account::Settable,
            Self::Elsewhere => Account::Elsewhere,
            Self::Barred(_) => Account::Barred,
        }
    }

    /// Looks the user up. `today` is the day, counted from 1970.
    pub(crate) fn of(name: &str, uid: u32, today: i64) -> Result<Self, HelperError> {
        let settings = Settings::load()?;
        if !settings.is_enabled {
            return Ok(Self::Barred(Barred::Disabled));
        }
        if let Err(barred) = person(name, uid, &settings)? {
            return Ok(Self::Barred(barred));
        }
        Ok(match local(name, uid, today)? {
            Ok(Some(entry)) => Self::Here(entry),
            Ok(None) => match settings.command() {
                Some(command) => Self::ByCommand(command.to_owned()),
                None => Self::Elsewhere,
            },
            Err(barred) => Self::Barred(barred),
        })
    }
}

/// The entry of a user in `/etc/shadow`, as it is now; none if there is none.
pub(crate) fn shadow_entry(name: &str) -> Result<Option<ShadowEntry>, HelperError> {
    let shadow = read_trusted(Path::new(SHADOW))?;
    ShadowEntry::find(&shadow, name)
        .map_err(|error| HelperError::malformed(SHADOW, error.to_string()))
}

/// Whether the name service knows a person of this name and uid whose password may be set.
fn person(name: &str, uid: u32, settings: &Settings) -> Result<Result<(), Barred>, HelperError> {
    let is_name = matches!(name.len(), 1..=LONGEST_NAME)
        // An option of the command otherwise.
        && !name.starts_with('-')
        && !name.contains(|c: char| c == ':' || c.is_control());
    if !is_name {
        return Ok(Err(Barred::NoUser));
    }
    let (Some(user), Some(same)) = (User::from_name(name)?, User::from_uid(Uid::from_raw(uid))?)
    else {
        return Ok(Err(Barred::NoUser));
    };
    if user.uid.as_raw() != uid || user.name != name || same.name != name {
        return Ok(Err(Barred::NoUser));
    }
    if uid < *uids()?.start() || NEVER_PERSONS.iter().any(|range| range.contains(&uid)) {
        return Ok(Err(Barred::SystemAccount));
    }
    if is_excluded(&user, settings)? {
        return Ok(Err(Barred::ExcludedGroup));
    }
    if matches!(
        user.shell.file_name().and_then(|shell| shell.to_str()),
        Some("nologin" | "false")
    ) {
        return Ok(Err(Barred::NoShell));
    }
    Ok(Ok(()))
}

/// Whether the user is in root's group or in one that is excluded. A group that the host does not have
/// has no members.
fn is_excluded(user: &User, settings: &Settings) -> Result<bool, HelperError> {
    let name = CString::new(user.name.as_str()).map_err(|_| nix::Error::EINVAL)?;
    let groups = getgrouplist(&name, user.gid)?;
    if groups.iter().any(|group| group.as_raw() == 0) {
        return Ok(true);
    }
    for excluded in &settings.limits.excluded_groups {
        let group = Group::from_name(excluded)?;
        if group.is_some_and(|group| groups.contains(&group.gid)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The entry of a user whose password is kept on this host; none for one whose password is not.
fn local(
    name: &str,
    uid: u32,
    today: i64,
) -> Result<Result<Option<ShadowEntry>, Barred>, HelperError> {
    let passwd = read_trusted(Path::new(PASSWD))?;
    let shadow = read_trusted(Path::new(SHADOW))?;
    let last = *uids()?.end();
    Ok((|| {
        let entries = (
            PasswdEntry::find(&passwd, name)?,
            ShadowEntry::find(&shadow, name)?,
        );
        let (account, entry) = match entries {
            (None, None) => return Ok(None),
            (Some(account), Some(entry)) => (account, entry),
            _ => return Err(Barred::Contradiction),
        };
        if account.uid != uid {
            return Err(Barred::Contradiction);
        }
        if uid > last {
            return Err(Barred::SystemAccount);
        }
        if entry.is_locked() {
            return Err(Barred::Locked);
        }
        if !entry.has_password() {
            return Err(Barred::NoPassword);
        }
        if entry.is_expired(today) {
            return Err(Barred::Expired);
        }
        Ok(Some(entry))
    })())
}

/// The uids of persons on this host.
fn uids() -> Result<std::ops::RangeInclusive<u32>, HelperError> {
    let path = Path::new(LOGIN_DEFS);
    let text = files::read_if_there(path)?.unwrap_or_default();
    let wrong = |_| HelperError::malformed(path, "UID_MIN and UID_MAX must be numbers, said once");
    persons(&text).map_err(wrong)
}
