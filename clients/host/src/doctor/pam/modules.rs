//! The files of modules.

use crate::doctor::finding::{Area, Findings};
use rustix::fs::FileType;
use secinfo_pam_stack::library::Library;
use secinfo_pam_stack::load::Service;
use secinfo_pam_stack::root::{Metadata, Root, is_absent};
use secinfo_pam_stack::stack::Work;
use secinfo_typed::nearest;
use std::collections::{BTreeMap, BTreeSet};

/// The files of modules, each examined once.
pub(super) struct Modules<'a> {
    pub(super) root: &'a Root,
    library: &'a Library,
    pub(super) known: BTreeMap<String, Option<Metadata>>,
    unseen: BTreeSet<String>,
}

impl<'a> Modules<'a> {
    /// Has examined none yet.
    pub(super) const fn of(root: &'a Root, library: &'a Library) -> Self {
        Self {
            root,
            library,
            known: BTreeMap::new(),
            unseen: BTreeSet::new(),
        }
    }

    /// Examines the files of the modules that a service calls.
    pub(super) fn look_at_all_of(&mut self, service: &Service) {
        for (_, entry) in &service.entries {
            if let Work::Module { path, .. } = &entry.work {
                self.look(path);
            }
        }
    }

    /// Examines the file of a module.
    fn look(&mut self, module: &str) {
        let Some(path) = self.library.module(module) else {
            self.unseen.insert(module.to_owned());
            return;
        };
        if self.known.contains_key(module) {
            return;
        }
        match self.root.metadata(&path) {
            Ok(metadata) => {
                self.known.insert(module.to_owned(), Some(metadata));
            }
            Err(error) if is_absent(&error) => {
                self.known.insert(module.to_owned(), None);
            }
            Err(_) => {
                self.unseen.insert(module.to_owned());
            }
        }
    }

    /// Whether libpam cannot load it, because the file is missing.
    pub(super) fn is_missing(&self, module: &str) -> bool {
        matches!(self.known.get(module), Some(None))
    }

    /// The module that was probably meant by one that is not there.
    pub(super) fn meant_by(&self, module: &str) -> Option<String> {
        let names = self.root.names(self.library.modules.as_ref()?).ok()?;
        nearest(module, names.iter().map(String::as_str)).map(str::to_owned)
    }

    /// Records that some could not be examined.
    pub(super) fn say_what_was_missed(&self, findings: &mut Findings) {
        if !self.unseen.is_empty() {
            let why = if self.library.modules.is_none() {
                "there is no libpam.so.0 to say where its modules are"
            } else {
                "they cannot be reached"
            };
            findings.missed(Area::Pam, "the files of modules", why);
        }
    }
}

/// Whether only root may change it.
pub(super) fn is_trusted(metadata: &Metadata, root: &Root) -> bool {
    metadata.kind == FileType::RegularFile
        && metadata.mode & 0o022 == 0
        && root.is_root(metadata.uid)
}
