//! Reading the configuration of a service the way libpam reads it.
//!
//! A line that libpam cannot make sense of does not disappear: it becomes an entry that fails, of
//! the type that was asked for or else of `auth`. A file that cannot be read at all, or ends in
//! the middle of a line, makes libpam refuse the service.

use crate::codes::{Action, Actions, probably_meant};
use crate::library::Library;
use crate::line::{Line, Words, lines};
use crate::root::{Root, is_absent};
use crate::stack::{Entry, Location, Work};
use crate::unseen::Unseen;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;

/// How deep files may include others, and substacks lie in others: libpam's `PAM_SUBSTACK_MAX_LEVEL`.
const DEEPEST: usize = 16;

/// How many lines are read for one service. Libpam reads on: a file that includes itself twice has it
/// read 2¹⁶ files, and one that does so three times keeps it busy for hours.
const MOST_LINES: usize = 4096;

/// What libpam uses for services that have no file, and for types that a file has nothing of.
const OTHER: &str = "other";

/// A management group: what a stack is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// Verifying the user.
    Auth,
    /// Whether the account may be used.
    Account,
    /// Changing the password.
    Password,
    /// Beginning and ending a session.
    Session,
}

/// The configuration of one service.
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// All entries, in order, with what they are for.
    pub entries: Vec<(Group, Entry)>,
    /// What libpam would complain about.
    pub mistakes: Vec<Mistake>,
    /// Files that others included.
    pub included: BTreeSet<String>,
    /// It has no `auth` entries of its own: those of `other` are used.
    pub auth_of_other: bool,
    /// Libpam refuses the service.
    pub refused: bool,
    /// Files that the current user may not read.
    pub unreadable: BTreeSet<String>,
    /// What is not seen in its files: of each file the first, with its line from 1.
    pub unseen: BTreeMap<String, (usize, Unseen)>,
    lines: usize,
}

/// A mistake in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mistake {
    /// Where.
    pub location: Location,
    /// What, as a sentence without a full stop.
    pub what: String,
    /// Libpam reads the line all the same.
    pub harmless: bool,
}

impl Service {
    /// The entries for one purpose.
    pub fn stack(&self, group: Group) -> Vec<Entry> {
        let entries = self.entries.iter();
        entries
            .filter(|(of, _)| *of == group)
            .map(|(_, entry)| entry.clone())
            .collect()
    }
}

/// The words that say what a module is to the stack.
const CONTROLS: [&str; 6] = [
    "required",
    "requisite",
    "sufficient",
    "optional",
    "include",
    "substack",
];

/// In which group and how deep a file is read.
#[derive(Clone, Copy)]
struct Scope<'a> {
    group: Option<Group>,
    include_level: usize,
    level: usize,
    within: Option<&'a Within<'a>>,
}

/// A file that is being read, and the one that includes it.
struct Within<'a> {
    path: &'a str,
    by: Option<&'a Self>,
}

impl Scope<'_> {
    /// Whether this file is being read already.
    fn is_within(&self, path: &str) -> bool {
        std::iter::successors(self.within, |within| within.by).any(|within| within.path == path)
    }
}

/// The file could not be used.
struct Unusable;

/// Reads services.
pub struct Loader<'a> {
    root: &'a Root,
    library: &'a Library,
}

impl<'a> Loader<'a> {
    /// A reader of the configuration below a root, as a libpam of that root would read it.
    pub const fn new(root: &'a Root, library: &'a Library) -> Self {
        Self { root, library }
    }

    /// The names of services that have configuration of their own.
    pub fn services(&self) -> io::Result<Vec<String>> {
        let mut names = BTreeSet::new();
        let mut found = false;
        for directory in &self.library.directories {
            match self.root.names(directory) {
                Ok(list) => {
                    found = true;
                    names.extend(list.into_iter().filter(|name| is_service_name(name)));
                }
                Err(error) if is_absent(&error) => {}
                Err(error) => return Err(error),
            }
        }
        if !found {
            let text = self.root.text(&self.library.single_file)?;
            for line in lines(&text).unwrap_or_default() {
                let word = Words::of(&line.text).next();
                names.extend(word.map(|word| word.text.to_ascii_lowercase()));
            }
        }
        Ok(names.into_iter().collect())
    }

    /// The configuration of a service. What it has nothing of comes from `other`.
    pub fn service(&self, name: &str) -> Service {
        let mut service = Service::default();
        let mut other = Service::default();
        let scope = Scope {
            group: None,
            include_level: 0,
            level: 0,
            within: None,
        };
        if self.has_directory() {
            self.passed_over(name, &mut service);
            let own = self.find(name);
            if let Some(path) = &own {
                service.refused |= self.file(path, scope, &mut service).is_err();
            }
            if name != OTHER {
                service.refused |= match self.find(OTHER) {
                    Some(path) => self.file(&path, scope, &mut other).is_err(),
                    None => own.is_none(),
                };
            }
        } else {
            self.single_file(name, scope, &mut service, &mut other);
        }
        service.refused |= other.refused;
        service.auth_of_other = service.entries.iter().all(|(of, _)| *of != Group::Auth);
        for group in [Group::Auth, Group::Account, Group::Password, Group::Session] {
            if service.entries.iter().all(|(of, _)| *of != group) {
                let entries = other.entries.iter().filter(|(of, _)| *of == group);
                service.entries.extend(entries.cloned());
            }
        }
        service.unreadable.append(&mut other.unreadable);
        service.unseen.append(&mut other.unseen);
        // A file that is read again has the same mistakes again.
        let mut told = HashSet::new();
        service
            .mistakes
            .retain(|mistake| told.insert(mistake.clone()));
        service
    }

    /// Whether there is a directory with a file for each service.
    fn has_directory(&self) -> bool {
        let mut directories = self.library.directories.iter();
        directories.any(|directory| self.root.has(directory))
    }

    fn single_file(&self, name: &str, scope: Scope<'_>, own: &mut Service, other: &mut Service) {
        let path = self.library.single_file.clone();
        let Ok(lines) = self.lines(&path, own) else {
            own.refused = true;
            return;
        };
        for line in lines {
            let mut words = Words::of(&line.text);
            let Some(service) = words.next() else {
                continue;
            };
            let into = if service.text.eq_ignore_ascii_case(name) {
                &mut *own
            } else if service.text.eq_ignore_ascii_case(OTHER) {
                &mut *other
            } else {
                continue;
            };
            self.line(&path, &line, words, scope, into);
        }
    }

    /// Where a name leads.
    fn find(&self, name: &str) -> Option<String> {
        if name.starts_with('/') {
            return Some(name.to_owned());
        }
        let paths = self.library.directories.iter();
        paths
            .map(|directory| format!("{directory}/{name}"))
            .find(|path| self.opens(path))
    }

    /// Whether libpam opens a file, or cannot for a reason that holds for this user only.
    fn opens(&self, path: &str) -> bool {
        match self.root.metadata(path) {
            Ok(_) => true,
            Err(error) => error.kind() == io::ErrorKind::PermissionDenied,
        }
    }

    /// Says which files of a service libpam passes over in silence, because they cannot be opened.
    fn passed_over(&self, name: &str, into: &mut Service) {
        for directory in &self.library.directories {
            let file = format!("{directory}/{name}");
            if self.root.has(&file) && !self.opens(&file) {
                let location = Location { file, line: 0 };
                into.mistakes.push(Mistake {
                    location,
                    what: "the file cannot be opened, as links that lead in a circle cannot, and \
                           what stands elsewhere holds in its place"
                        .to_owned(),
                    harmless: false,
                });
            }
        }
    }

    /// Where a name leads that another file includes.
    fn find_included(&self, name: &str) -> Option<String> {
        let first = self.library.directories.first();
        match first {
            // Debian's libpam looks for what is included in the first directory only.
            Some(first) if self.library.at_include && self.root.has(first) => {
                Some(if name.starts_with('/') {
                    name.to_owned()
                } else {
                    format!("{first}/{name}")
                })
            }
            _ => self.find(name),
        }
    }

    fn lines(&self, path: &str, into: &mut Service) -> Result<Vec<Line>, Unusable> {
        let mistake = |line, what: String| Mistake {
            location: Location {
                file: path.to_owned(),
                line,
            },
            what,
            harmless: false,
        };
        let text = self.root.text(path).map_err(|error| {
            if error.kind() == io::ErrorKind::PermissionDenied {
                into.unreadable.insert(path.to_owned());
            } else if !is_absent(&error) {
                // What includes a file that is not there says so itself.
                into.mistakes
                    .push(mistake(0, format!("the file cannot be read: {error}")));
            }
            Unusable
        })?;
        let lines = lines(&text).map_err(|line| {
            let what = "the file ends in the middle of a line, and is refused for that";
            into.mistakes.push(mistake(line, what.to_owned()));
            Unusable
        })?;
        let mut unseen = lines.iter();
        if let Some(first) = unseen.find_map(|line| Some((line.number, Unseen::in_line(line)?))) {
            into.unseen.insert(path.to_owned(), first);
        }
        Ok(lines)
    }

    fn file(&self, path: &str, scope: Scope<'_>, into: &mut Service) -> Result<(), Unusable> {
        let within = Within {
            path,
            by: scope.within,
        };
        let scope = Scope {
            within: Some(&within),
            ..scope
        };
        for line in self.lines(path, into)? {
            self.line(path, &line, Words::of(&line.text), scope, into);
            if into.refused {
                return Err(Unusable);
            }
        }
        Ok(())
    }

    fn line(
        &self,
        file: &str,
        line: &Line,
        mut words: Words<'_>,
        scope: Scope<'_>,
        into: &mut Service,
    ) {
        let location = Location {
            file: file.to_owned(),
            line: line.number,
        };
        into.lines += 1;
        if into.lines > MOST_LINES {
            into.mistakes.push(Mistake {
                location,
                what: format!(
                    "with what it includes, this service has more than {MOST_LINES} lines, and is \
                     read no further"
                ),
                harmless: false,
            });
            into.refused = true;
            return;
        }
        let mut mistakes = Vec::new();
        let read = self.read(&mut words, &location, scope, into, &mut mistakes);
        let group = read.as_ref().map_or(scope.group, |(group, _)| Some(*group));
        if scope.group.is_none() || group == scope.group {
            let harmless = line.ambiguous.map(|why| (why.to_owned(), true));
            let found = mistakes.into_iter().map(|what| (what, false));
            for (what, harmless) in found.chain(harmless) {
                into.mistakes.push(Mistake {
                    location: location.clone(),
                    what,
                    harmless,
                });
            }
            into.entries.extend(read);
        }
    }

    /// The entry that a line becomes, unless it is an `include` that was followed or the line is of
    /// another type than what was asked for.
    fn read(
        &self,
        words: &mut Words<'_>,
        location: &Location,
        scope: Scope<'_>,
        into: &mut Service,
        mistakes: &mut Vec<String>,
    ) -> Option<(Group, Entry)> {
        let asked = scope.group.unwrap_or(Group::Auth);
        let first = words
            .next()
            .unwrap_or_else(|| unreachable!("a line says something, and has a word for that"));
        let (silent, name) = match first.text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, first.text.as_str()),
        };
        if self.library.at_include && name.eq_ignore_ascii_case("@include") {
            return self.at_include(words, location, scope, into, mistakes);
        }
        let (group, mut must_fail) = match group_of(name) {
            Some(group) => (group, false),
            None => (asked, true),
        };
        if scope.group.is_some_and(|wanted| wanted != group) {
            return None;
        }
        if must_fail {
            let include = self.library.at_include.then_some("@include");
            let known = ["auth", "account", "password", "session"];
            let meant = probably_meant(name, known.into_iter().chain(include));
            mistakes.push(format!(
                "'{name}' is none of auth, account, password and session{meant}"
            ));
        }
        let control = words.next();
        let written = control.as_ref().map(|word| word.written.clone());
        let entry = |work, actions| {
            let entry = Entry {
                location: location.clone(),
                level: scope.level,
                work,
                control: written.clone().unwrap_or_default(),
                actions,
            };
            Some((group, entry))
        };
        let Some(control) = control else {
            mistakes.push("it ends before it says what the module is to the stack".to_owned());
            return entry(Work::MustFail, Actions::all(Action::Bad));
        };
        let substack = control.text.eq_ignore_ascii_case("substack");
        if substack || control.text.eq_ignore_ascii_case("include") {
            let name = words.next().map(|word| word.text);
            if substack {
                into.entries
                    .extend(entry(Work::Substack, Actions::all(Action::Bad)));
            }
            let scope = Scope {
                group: Some(group),
                include_level: scope.include_level + 1,
                level: scope.level + usize::from(substack),
                within: scope.within,
            };
            return match self.include(name.as_deref(), scope, into, mistakes) {
                Ok(()) => None,
                Err(Unusable) => entry(Work::MustFail, Actions::all(Action::Bad)),
            };
        }
        let actions = Actions::of_word(&control.text).unwrap_or_else(|| {
            let (actions, mistake) = Actions::of_list(&control.text);
            if let Err(mistake) = mistake
                && !control.unclosed
            {
                mistakes.push(if control.written.starts_with('[') {
                    format!("in its second word {mistake}")
                } else {
                    let meant = probably_meant(&control.text, CONTROLS);
                    format!(
                        "its second word '{}' says nothing to libpam{meant}",
                        control.text
                    )
                });
            }
            actions
        });
        if control.unclosed {
            mistakes.push("a '[' is never closed".to_owned());
        }
        let Some(module) = words.next() else {
            if !control.unclosed {
                mistakes.push("it names no module".to_owned());
            }
            return entry(Work::MustFail, actions);
        };
        if !has_module_name(&module.text) {
            mistakes.push(format!("'{}' is no name of a module", module.text));
            into.refused = true;
            must_fail = true;
        }
        let arguments: Vec<_> = words.collect();
        if arguments.iter().any(|word| word.unclosed) {
            mistakes.push("a '[' is never closed".to_owned());
        }
        let work = if must_fail {
            Work::MustFail
        } else {
            Work::Module {
                path: module.text,
                arguments: arguments.into_iter().map(|word| word.text).collect(),
                silent,
            }
        };
        entry(work, actions)
    }

    fn include(
        &self,
        name: Option<&str>,
        scope: Scope<'_>,
        into: &mut Service,
        mistakes: &mut Vec<String>,
    ) -> Result<(), Unusable> {
        let Some(name) = name else {
            mistakes.push(
                "it does not say what to include, and some versions of libpam crash on that"
                    .to_owned(),
            );
            return Err(Unusable);
        };
        let path = self.find_included(name);
        if scope.include_level >= DEEPEST || scope.level >= DEEPEST {
            mistakes.push(match path {
                Some(path) if scope.is_within(&path) => format!("'{name}' includes itself"),
                _ => format!("'{name}' is the last of {DEEPEST} files that include each other"),
            });
            return Err(Unusable);
        }
        let read = path.ok_or(Unusable).and_then(|path| {
            into.included.insert(path.clone());
            self.file(&path, scope, into)
        });
        read.inspect_err(|Unusable| {
            mistakes.push(format!("'{name}', which it includes, cannot be used"));
        })
    }

    /// Debian's way to include a file as if its text stood there. Where that fails for a service
    /// as a whole, libpam refuses the service.
    fn at_include(
        &self,
        words: &mut Words<'_>,
        location: &Location,
        scope: Scope<'_>,
        into: &mut Service,
        mistakes: &mut Vec<String>,
    ) -> Option<(Group, Entry)> {
        let name = words.next().map(|word| word.text);
        let inner = Scope {
            include_level: scope.include_level + 1,
            ..scope
        };
        if self.include(name.as_deref(), inner, into, mistakes).is_ok() {
            return None;
        }
        let Some(group) = scope.group else {
            into.refused = true;
            return None;
        };
        let entry = Entry {
            location: location.clone(),
            level: scope.level,
            work: Work::MustFail,
            control: String::new(),
            actions: Actions::all(Action::Bad),
        };
        Some((group, entry))
    }
}

fn group_of(name: &str) -> Option<Group> {
    match name.to_ascii_lowercase().as_str() {
        "auth" => Some(Group::Auth),
        "account" => Some(Group::Account),
        "password" => Some(Group::Password),
        "session" => Some(Group::Session),
        _ => None,
    }
}

/// Whether libpam finds the name of a module in a path: what is left of its last part without the
/// ending.
fn has_module_name(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    let name = last.rsplit_once('.').map_or(last, |(name, _)| name);
    !name.is_empty() && name != "?"
}

/// Files that editors and packages leave behind are no services, and libpam asks for names in
/// small letters only.
fn is_service_name(name: &str) -> bool {
    const LEFT_BEHIND: [&str; 9] = [
        "~",
        ".dpkg-dist",
        ".dpkg-old",
        ".dpkg-new",
        ".pam-old",
        ".pam-new",
        ".rpmnew",
        ".rpmsave",
        ".swp",
    ];
    !name.starts_with('.')
        && !name.bytes().any(|b| b.is_ascii_uppercase())
        && !LEFT_BEHIND.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a service is whose directory holds these files.
    fn service(name: &str, files: &[(&str, String)]) -> Service {
        let directory = tempfile::tempdir().unwrap();
        let pam = directory.path().join("etc/pam.d");
        std::fs::create_dir_all(&pam).unwrap();
        for (name, text) in files {
            std::fs::write(pam.join(name), text).unwrap();
        }
        let root = Root::open(directory.path()).unwrap();
        let library = Library {
            at_include: true,
            ..Library::of(&root)
        };
        Loader::new(&root, &library).service(name)
    }

    fn told(service: &Service) -> Vec<String> {
        let mistakes = service.mistakes.iter();
        mistakes
            .map(|mistake| format!("{}: {}", mistake.location, mistake.what))
            .collect()
    }

    #[test]
    fn a_misspelt_word_is_answered_with_the_one_that_was_meant() {
        for (line, what) in [
            (
                "auht required pam_unix.so",
                "none of auth, account, password and session (is 'auth' meant?)",
            ),
            ("acount required pam_unix.so", " (is 'account' meant?)"),
            ("@inclde common-auth", " (is '@include' meant?)"),
            (
                "auth requierd pam_unix.so",
                "its second word 'requierd' says nothing to libpam (is 'required' meant?)",
            ),
            ("auth sufficent pam_unix.so", " (is 'sufficient' meant?)"),
            ("auth substak common-auth", " (is 'substack' meant?)"),
            (
                "auth [sucess=1 default=ignore] pam_unix.so",
                " (is 'success' meant?)",
            ),
            (
                "auth [success=ok default=di] pam_unix.so",
                " (is 'die' meant?)",
            ),
        ] {
            let told = told(&service("sshd", &[("sshd", format!("{line}\n"))]));
            assert!(told[0].starts_with("/etc/pam.d/sshd:1: "), "{told:?}");
            assert!(told[0].ends_with(what), "{told:?}");
        }
    }

    #[test]
    fn a_file_that_includes_itself_is_told_as_that() {
        for line in ["auth include sshd", "auth substack sshd", "@include sshd"] {
            let service = service("sshd", &[("sshd", format!("{line}\n"))]);
            let told = told(&service);
            assert_eq!(
                told[0], "/etc/pam.d/sshd:1: 'sshd' includes itself",
                "{line}"
            );
        }
    }

    #[test]
    fn files_that_include_more_and_more_are_read_to_a_bound() {
        let each_the_next = |level: usize| {
            let next = format!("auth include level{}\n", level + 1);
            (format!("level{level}"), next.repeat(6))
        };
        let files: Vec<_> = (0..DEEPEST - 1).map(each_the_next).collect();
        let levels: Vec<_> = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.clone()))
            .collect();
        let twice = |line: &str| {
            vec![(
                "level0",
                format!("auth optional pam_x.so\n{line}{line}{line}"),
            )]
        };
        for files in [
            levels,
            twice("auth include level0\n"),
            twice("auth substack level0\n"),
            twice("auth include level0\n@include level0\n"),
        ] {
            let service = service("level0", &files);
            assert!(service.refused && service.entries.len() <= 2 * MOST_LINES);
            assert!(service.mistakes.len() < 100, "{}", service.mistakes.len());
            let bound = |told: &String| told.contains("more than 4096 lines");
            assert_eq!(told(&service).iter().filter(|told| bound(told)).count(), 1);
        }
    }
}
