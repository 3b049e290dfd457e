//! What a notice tells: one sentence for each thing that happened.

use super::catalog::Catalog;
use fluent_bundle::FluentArgs;
use secinfo_channel::Word;
use secinfo_domain::Kind;

/// Something that happened to a user's security info.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// A method was added.
    Added(Kind),
    /// A method was deleted.
    Deleted(Kind),
    /// A method will be deleted when its waiting time is over.
    DeletionScheduled(Kind),
    /// A deletion that waited was called off.
    DeletionCancelled(Kind),
    /// Another method is the default, or none.
    Default(Option<Kind>),
    /// Recovery codes were issued.
    RecoveryCodes,
    /// An access pass was issued.
    AccessPass,
    /// Wrong codes locked a method.
    Locked(Kind),
    /// An administrator lifted the locks.
    Unlocked,
    /// Somebody signed in with a break-glass code.
    BreakGlass,
}

impl News {
    /// The sentence that tells it.
    pub(super) fn sentence(self, catalog: &Catalog) -> Word {
        let (id, kind) = match self {
            Self::Added(kind) => ("news-added", Some(kind)),
            Self::Deleted(kind) => ("news-deleted", Some(kind)),
            Self::DeletionScheduled(kind) => ("news-deletion-scheduled", Some(kind)),
            Self::DeletionCancelled(kind) => ("news-deletion-cancelled", Some(kind)),
            Self::Default(Some(kind)) => ("news-default", Some(kind)),
            Self::Default(None) => ("news-no-default", None),
            Self::RecoveryCodes => ("news-recovery-codes", None),
            Self::AccessPass => ("news-access-pass", None),
            Self::Locked(kind) => ("news-locked", Some(kind)),
            Self::Unlocked => ("news-unlocked", None),
            Self::BreakGlass => ("news-break-glass", None),
        };
        let mut arguments = FluentArgs::new();
        if let Some(kind) = kind {
            let name = catalog.message(&format!("kind-{kind}"), &FluentArgs::new());
            arguments.set("kind", name.as_str().to_owned());
        }
        catalog.message(id, &arguments)
    }
}
