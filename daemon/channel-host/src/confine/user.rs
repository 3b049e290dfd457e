//! Switches to an unprivileged user.

use crate::error::HostError;
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};

/// The uid of `nobody`, under which the kernel also shows users whom it cannot show otherwise.
const NOBODY: u32 = 65534;

/// An account without privileges.
pub(super) struct User {
    uid: Uid,
    gid: Gid,
}

impl User {
    /// Looks up the user to switch to; `None` if this process is not root.
    pub(super) fn to_switch_to(name: Option<&str>) -> Result<Option<Self>, HostError> {
        if !Uid::effective().is_root() && !Uid::current().is_root() {
            return Ok(None);
        }
        let name = name.ok_or(HostError::NoUser)?;
        let wrong = |why| HostError::User(name.to_owned(), why);
        let account = nix::unistd::User::from_name(name)
            .map_err(|_| wrong("cannot be looked up: try again later"))?
            .ok_or_else(|| {
                wrong("does not exist: create it, or name another one in config.toml")
            })?;
        if account.uid.is_root() || account.gid.as_raw() == 0 {
            return Err(wrong(
                "has the rights of root, which a channel must not have: name another one",
            ));
        }
        if account.uid.as_raw() == NOBODY {
            return Err(wrong(
                "stands for strangers as well: create an account for the channel, and name that",
            ));
        }
        Ok(Some(Self {
            uid: account.uid,
            gid: account.gid,
        }))
    }

    /// Switches to the user irrevocably.
    pub(super) fn switch(&self) -> Result<(), HostError> {
        setgroups(&[])
            .and_then(|()| setresgid(self.gid, self.gid, self.gid))
            .and_then(|()| setresuid(self.uid, self.uid, self.uid))
            .map_err(|error| HostError::confine("changing the user", error))?;
        if setresuid(Uid::from_raw(0), Uid::from_raw(0), Uid::from_raw(0)).is_ok() {
            return Err(HostError::confine(
                "changing the user",
                "root could be had back",
            ));
        }
        Ok(())
    }
}
