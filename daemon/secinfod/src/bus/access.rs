//! Who may call a method or read a property: a part of its row in the table.

use super::call::Call;
use super::error::BusError;
use super::object::{Object, ObjectTree};
use std::fmt;

/// The id of a polkit action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Action(&'static str);

impl Action {
    /// The action with this id, such as `org.secinfo.SecurityInfo1.manage-users`.
    pub const fn new(id: &'static str) -> Self {
        Self(id)
    }

    /// The id, as polkit knows it.
    pub const fn id(self) -> &'static str {
        self.0
    }
}

/// Who may use a row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Every caller.
    Anyone,
    /// The user whose object it is; others only with the action, if there is one.
    Owner {
        /// What lets others in.
        or: Option<Action>,
    },
    /// The user whose uid is the first argument, which must be a `u`; others only with the action,
    /// if there is one.
    NamedUser {
        /// What lets others in.
        or: Option<Action>,
    },
    /// Callers with the action.
    Administrator(Action),
    /// Root only, whatever polkit says.
    Root,
    /// The connection, or the user, that the session belongs to.
    SessionOwner,
}

/// Why a call was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Granted {
    /// The row is open to everyone.
    Anyone,
    /// The caller is the user whose object, or uid, it is.
    Owner,
    /// The caller is root.
    Root,
    /// The session is the caller's.
    Session,
    /// The caller is root, or polkit said yes, to this action.
    Action(Action),
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str("anyone"),
            Self::Owner { or: None } => f.write_str("the user whose object it is"),
            Self::Owner { or: Some(action) } => {
                write!(
                    f,
                    "the user whose object it is; root; others with {}",
                    action.id()
                )
            }
            Self::NamedUser { or: None } => f.write_str("the user that the first argument names"),
            Self::NamedUser { or: Some(action) } => {
                write!(
                    f,
                    "the user that the first argument names; root; others with {}",
                    action.id()
                )
            }
            Self::Administrator(action) => write!(f, "root; others with {}", action.id()),
            Self::Root => f.write_str("root"),
            Self::SessionOwner => f.write_str("the owner of the session"),
        }
    }
}

impl Access {
    /// Decides for one call. `named_uid` is the first argument where the row is
    /// [`Access::NamedUser`].
    ///
    /// # Errors
    /// The refusal, which is the same whether the object exists or not.
    pub(crate) async fn grant<T: ObjectTree>(
        self,
        call: &Call<T>,
        named_uid: Option<u32>,
    ) -> Result<Granted, BusError> {
        let uid = call.caller().uid();
        let owner = match self {
            Self::Anyone => return Ok(Granted::Anyone),
            Self::Root if uid == 0 => return Ok(Granted::Root),
            Self::Root => return Err(BusError::not_authorized()),
            Self::SessionOwner => {
                let owner = call.target().and_then(Object::session_owner);
                return match owner {
                    Some(owner) if call.caller().owns(&owner) => Ok(Granted::Session),
                    _ => Err(BusError::unknown_object()),
                };
            }
            Self::Owner { .. } => call.target().and_then(Object::owner_uid),
            Self::NamedUser { .. } => named_uid,
            Self::Administrator(_) => None,
        };
        if owner == Some(uid) {
            return Ok(Granted::Owner);
        }
        match self {
            Self::Owner { or: Some(action) }
            | Self::NamedUser { or: Some(action) }
            | Self::Administrator(action)
                if call.authorize(action).await =>
            {
                Ok(Granted::Action(action))
            }
            _ => Err(BusError::not_authorized()),
        }
    }
}
