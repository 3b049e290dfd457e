//! What is said of stacks beside what the libpam of this machine does with them. Every module is
//! replaced by `pam_debug.so`, which returns what it is told; what a stack was said to do must be
//! what libpam does for every such choice, or for some hundred of them where there are more.

use super::check::check;
use super::factors::{AT_ONCE, Set, Sufficient};
use super::mend::{apply, mend};
use super::problem::{Problem, Verdict};
use super::roles::Role;
use super::search::Choice;
use crate::doctor::finding::{Change, Findings, What};
use secinfo_pam_stack::codes::{Actions, Code};
use secinfo_pam_stack::library::Library;
use secinfo_pam_stack::load::{Group, Loader};
use secinfo_pam_stack::root::Root;
use secinfo_pam_stack::stack::{Entry, Location, Work};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Stacks made at random.
const STACKS: usize = 100;
/// The most choices of what the modules of one stack return.
const CHOICES: usize = 64;

/// `SplitMix64`: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(limit).unwrap()).unwrap()
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

/// The libpam of this machine.
struct Libpam {
    directory: TempDir,
    program: PathBuf,
    /// How many files with services there are.
    files: usize,
}

/// What the modules return, by the lines that call them.
type Returned = BTreeMap<Location, Code>;

impl Libpam {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("pam_host");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pam-stack/tests/pam_host.c");
        let status = Command::new("cc")
            .args(["-O1", "-o"])
            .args([&program, &source])
            .arg("-lpam")
            .status()
            .unwrap();
        assert!(status.success());
        fs::write(
            directory.path().join("other"),
            "auth required pam_deny.so\n",
        )
        .unwrap();
        Self {
            directory,
            program,
            files: 0,
        }
    }

    fn write(&mut self, text: &str) -> String {
        self.files += 1;
        let name = format!("s{}", self.files);
        fs::write(self.directory.path().join(&name), text).unwrap();
        name
    }

    /// Writes a stack whose modules return what is told; gives the name of the service.
    fn service(&mut self, stack: &[Entry], returned: &Returned) -> String {
        let mut text = String::new();
        let mut rest = stack;
        while let Some((entry, behind)) = rest.split_first() {
            rest = behind;
            match &entry.work {
                Work::Substack => {
                    let inside = rest
                        .iter()
                        .take_while(|inner| inner.level > entry.level)
                        .count();
                    let part = self.service(&rest[..inside], returned);
                    let path = self.directory.path().join(part);
                    writeln!(text, "auth substack {}", path.display()).unwrap();
                    rest = &rest[inside..];
                }
                Work::MustFail => {
                    writeln!(
                        text,
                        "auth {} pam_debug.so auth=perm_denied",
                        control(entry)
                    )
                    .unwrap();
                }
                Work::Module { .. } => {
                    let code = returned[&entry.location].name();
                    writeln!(text, "auth {} pam_debug.so auth={code}", control(entry)).unwrap();
                }
            }
        }
        self.write(&text)
    }

    /// What libpam makes of each service.
    fn ask(&self, services: &[String]) -> Vec<bool> {
        let mut child = Command::new(&self.program)
            .arg(self.directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let names = services.join("\n");
        let writer = std::thread::spawn(move || input.write_all(names.as_bytes()).unwrap());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let answers: Vec<bool> = text.lines().map(|line| line == "0").collect();
        assert_eq!(answers.len(), services.len());
        answers
    }
}

/// A control that libpam can read, with the same meaning.
fn control(entry: &Entry) -> &str {
    let (actions, mistake) = Actions::of_control(&entry.control);
    if mistake.is_ok() && actions == entry.actions {
        &entry.control
    } else {
        "[default=bad]"
    }
}

fn nothing_missing(_: &str) -> bool {
    false
}

/// Choices of what the modules of a stack return: all of them, and then true; or some.
fn choices(
    stack: &[Entry],
    missing: &impl Fn(&str) -> bool,
    random: &mut Random,
) -> (Vec<Returned>, bool) {
    let mut rows: Vec<(Location, Vec<Code>)> = Vec::new();
    for entry in stack {
        if let Work::Module { .. } = entry.work
            && rows.iter().all(|(location, _)| *location != entry.location)
        {
            let mut codes = Choice::of(entry, missing).codes;
            // Of the refusals that a stack treats alike, one.
            let mut seen = HashSet::new();
            codes.retain(|code| {
                let plain = *code == Code::SUCCESS || *code == Code::IGNORE;
                plain || *code == Code::NEW_AUTHTOK_REQD || seen.insert(entry.actions.of(*code))
            });
            rows.push((entry.location.clone(), codes));
        }
    }
    let all: usize = rows
        .iter()
        .map(|(_, codes)| codes.len())
        .try_fold(1, |product: usize, count| product.checked_mul(count))
        .unwrap_or(usize::MAX);
    let numbers: Vec<Vec<usize>> = if all <= CHOICES {
        let digits = |mut number: usize| {
            rows.iter()
                .map(|(_, codes)| {
                    let digit = number % codes.len();
                    number /= codes.len();
                    digit
                })
                .collect()
        };
        (0..all).map(digits).collect()
    } else {
        (0..CHOICES)
            .map(|_| {
                rows.iter()
                    .map(|(_, codes)| random.below(codes.len()))
                    .collect()
            })
            .collect()
    };
    let returned = numbers.into_iter().map(|digits| {
        let rows = rows.iter().zip(digits);
        rows.map(|((location, codes), digit)| (location.clone(), codes[digit]))
            .collect()
    });
    (returned.collect(), all <= CHOICES)
}

fn locations(stack: &[Entry], wanted: impl Fn(Role) -> bool) -> Set {
    stack
        .iter()
        .filter(|entry| Role::of(entry).is_some_and(&wanted))
        .map(|entry| entry.location.clone())
        .collect()
}

/// Asks libpam about a stack, and compares.
fn compare(
    libpam: &mut Libpam,
    stack: &[Entry],
    missing: &impl Fn(&str) -> bool,
    random: &mut Random,
) {
    let said = Verdict::of(stack, false, missing);
    let (choices, all) = choices(stack, missing, random);
    let services: Vec<String> = choices
        .iter()
        .map(|returned| libpam.service(stack, returned))
        .collect();
    let answers = libpam.ask(&services);
    let ours = locations(stack, |role| role == Role::Ours);
    let factors = locations(stack, Role::may_prove);
    let mut lets_in = false;
    let (mut covered, mut uncovered) = (BTreeSet::new(), BTreeSet::new());
    for (returned, lets) in choices.iter().zip(&answers).filter(|(_, lets)| **lets) {
        lets_in |= lets;
        let text = || format!("{returned:#?} of {stack:#?}: {said:#?}");
        let answer = ours.iter().next().map(|location| returned[location]);
        let proved: Set = factors
            .iter()
            .filter(|location| matches!(returned[location], Code::SUCCESS | Code::NEW_AUTHTOK_REQD))
            .cloned()
            .collect();
        if let Some(code) = answer
            && ours.len() == 1
            && !matches!(code, Code::SUCCESS | Code::IGNORE)
        {
            // It was not asked, or is ignored.
            let known = said.abilities.ignores.contains(&code)
                || !said.abilities.skipped_by.is_empty()
                || said.abilities.needs_no_factor;
            assert!(known, "{}", text());
        }
        if proved.is_empty()
            && answer.is_some_and(|code| code == Code::SUCCESS || code == Code::IGNORE)
        {
            let known = said.abilities.needs_no_factor || !said.abilities.skipped_by.is_empty();
            assert!(known, "{}", text());
        }
        let plain = factors
            .iter()
            .all(|location| !matches!(returned[location], Code::NEW_AUTHTOK_REQD | Code::IGNORE));
        match answer {
            Some(Code::SUCCESS) if plain => covered.insert(proved),
            Some(Code::IGNORE) if plain => uncovered.insert(proved),
            _ => false,
        };
    }
    let text = || format!("{stack:#?}: {said:#?}");
    assert!(said.abilities.succeeds || !lets_in, "{}", text());
    let includes = |sets: &[Set], found: &Set| sets.iter().any(|set| set.is_subset(found));
    let Sufficient {
        covered: said_covered,
        uncovered: said_uncovered,
    } = &said.sufficient;
    let tried = |found: &&Set| found.len() <= AT_ONCE;
    for found in covered.iter().filter(tried) {
        assert!(includes(said_covered, found), "{found:?} {}", text());
    }
    for found in uncovered.iter().filter(tried) {
        assert!(includes(said_uncovered, found), "{found:?} {}", text());
    }
    if all && !ours.is_empty() {
        assert_eq!(said.abilities.succeeds, lets_in, "{}", text());
        for set in said_covered {
            assert!(covered.contains(set), "{set:?} {}", text());
        }
        for set in said_uncovered {
            assert!(uncovered.contains(set), "{set:?} {}", text());
        }
    }
}

/// Lines for `auth` as people write them, with jumps that miss.
fn file(random: &mut Random, substack: Option<&str>) -> String {
    let mut text = String::new();
    let factors = ["pam_unix.so", "pam_sss.so", "pam_krb5.so"];
    for factor in factors.iter().take(1 + random.below(3)) {
        if random.below(6) == 0 {
            text.push_str("auth [default=1 success=ok] pam_localuser.so\n");
        }
        let jump = 1 + random.below(4);
        let control = match random.below(6) {
            0 => "required".to_owned(),
            1 => "requisite".to_owned(),
            2 => "sufficient".to_owned(),
            3 => format!("[success={jump} new_authtok_reqd={jump} default=bad]"),
            _ => format!("[success={jump} default=ignore]"),
        };
        writeln!(text, "auth {control} {factor}").unwrap();
    }
    let behind = ["requisite", "required", "sufficient", "[default=die]"];
    if random.below(4) > 0 {
        writeln!(text, "auth {} pam_deny.so", random.of(&behind)).unwrap();
    }
    if random.below(3) > 0 {
        writeln!(text, "auth {} pam_permit.so", random.of(&behind)).unwrap();
    }
    if let Some(part) = substack {
        let word = random.of(&["include", "substack", "substack"]);
        text = if random.below(2) == 0 {
            format!("auth {word} {part}\n")
        } else {
            format!("auth {word} {part}\n{text}")
        };
    }
    text
}

const OURS: [&str; 6] = [
    "requisite",
    "requisite",
    "required",
    "optional",
    "[success=ok ignore=ignore default=die]",
    "[success=reset default=1]",
];

/// Of the line that asks for the password.
const ASKS_PASSWORD: [&str; 4] = [
    "[ignore=ignore default=die]",
    "[ignore=ignore module_unknown=ignore default=die]",
    "required",
    "optional",
];

#[test]
fn stacks_do_what_is_said_of_them_and_what_is_told_mends_them() {
    let mut libpam = Libpam::new();
    let mut random = Random(0xD0C7_0A11);
    let files = tempfile::tempdir().unwrap();
    let root = Root::open(Path::new("/")).unwrap();
    let directory = files.path().display().to_string();
    let library = Library {
        directories: vec![directory],
        ..Library::of(&root)
    };
    let (mut wrong, mut mended) = (0, 0);
    for _ in 0..STACKS {
        let part = files.path().join("part");
        fs::write(&part, file(&mut random, None)).unwrap();
        let part = (random.below(2) == 0).then(|| part.display().to_string());
        let mut text = file(&mut random, part.as_deref());
        if random.below(4) == 0 {
            let control = random.of(&ASKS_PASSWORD);
            text = format!("auth {control} pam_secinfo.so reset\n{text}");
        }
        writeln!(text, "auth {} pam_secinfo.so", random.of(&OURS)).unwrap();
        if random.below(3) == 0 {
            writeln!(
                text,
                "auth {} pam_permit.so",
                random.of(&["required", "[default=reset]"])
            )
            .unwrap();
        }
        fs::write(files.path().join("service"), text).unwrap();
        let stack = Loader::new(&root, &library)
            .service("service")
            .stack(Group::Auth);
        compare(&mut libpam, &stack, &nothing_missing, &mut random);
        let before = Verdict::of(&stack, false, &nothing_missing);
        for problem in &before.problems {
            wrong += 1;
            let Some(edits) = mend(&stack, &before, problem, false, &[], &nothing_missing) else {
                continue;
            };
            mended += 1;
            let after = apply(&stack, &edits);
            assert!(
                !Verdict::of(&after, false, &nothing_missing)
                    .problems
                    .contains(problem)
            );
            compare(&mut libpam, &after, &nothing_missing, &mut random);
        }
    }
    // The comparison says little unless there is much to mend, and it can be mended.
    assert!(wrong > STACKS, "{wrong}");
    assert!(mended * 2 > wrong, "{mended} of {wrong}");
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&to).unwrap();
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn make(root: &Path, change: &Change) {
    let path = root.join(change.file.trim_start_matches('/'));
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let index = change.line - 1;
    match &change.what {
        What::Words { replace, with } => {
            assert!(lines[index].contains(replace), "{change:?} of {text}");
            lines[index] = lines[index].replacen(replace, with, 1);
        }
        What::Before { before } => lines.insert(index, before.clone()),
        What::Behind { behind } => lines.insert(change.line, behind.clone()),
    }
    fs::write(path, lines.join("\n") + "\n").unwrap();
}

/// On the trees of files of the command's tests: all services are compared, and the changes that
/// are told are made, one finding after the other, until none is left that has any.
#[test]
fn the_changes_that_are_told_mend_the_files() {
    let mut libpam = Libpam::new();
    let mut random = Random(0x7EE5);
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/tests/doctor");
    let mut made = 0;
    let mut compared = HashSet::new();
    for case in fs::read_dir(&cases).unwrap() {
        let case = case.unwrap().path();
        let tree = tempfile::tempdir().unwrap();
        copy(&cases.join("base"), tree.path());
        copy(&case, tree.path());
        if tree.path().join("no-pam.d").exists() {
            continue;
        }
        let root = Root::open(tree.path()).unwrap();
        for round in 0.. {
            assert!(round < 20, "{} is never done", case.display());
            let library = Library::of(&root);
            let loader = Loader::new(&root, &library);
            for name in loader.services().unwrap() {
                let service = loader.service(&name);
                let stack = service.stack(Group::Auth);
                let usable = !service.refused && service.unseen.is_empty();
                if usable && compared.insert(format!("{stack:?}")) {
                    compare(&mut libpam, &stack, &nothing_missing, &mut random);
                }
            }
            let found = |root: &Root| {
                let mut findings = Findings::default();
                check(root, false, &mut findings);
                findings.found
            };
            let before = found(&root);
            let Some(finding) = before.iter().find(|finding| !finding.changes.is_empty()) else {
                break;
            };
            finding
                .changes
                .iter()
                .for_each(|change| make(tree.path(), change));
            made += 1;
            let after = found(&root);
            let same = |other: &crate::doctor::finding::Finding| {
                (other.id, &other.subject) == (finding.id, &finding.subject)
            };
            assert!(
                !after.iter().any(same),
                "{}: {finding:#?} then {after:#?}",
                case.display()
            );
            // That ours comes first is said once a first factor is needed at all.
            let worse = after.iter().filter(|new| {
                new.id != "pam-asked-first" && before.iter().all(|old| old.id != new.id)
            });
            assert_eq!(
                worse.count(),
                0,
                "{}: {finding:#?} then {after:#?}",
                case.display()
            );
        }
    }
    assert!(made > 15, "{made}");
}

/// The one that the findings are for: a user with the right password must get in.
#[test]
fn a_jump_that_misses_its_line_is_found() {
    let files = tempfile::tempdir().unwrap();
    let text = "auth [success=2 default=ignore] pam_unix.so\n\
                auth [success=1 default=ignore] pam_krb5.so\n\
                auth [success=1 default=ignore] pam_sss.so\n\
                auth requisite pam_deny.so\n\
                auth required pam_permit.so\n\
                auth requisite pam_secinfo.so\n";
    fs::write(files.path().join("service"), text).unwrap();
    let root = Root::open(Path::new("/")).unwrap();
    let library = Library {
        directories: vec![files.path().display().to_string()],
        ..Library::of(&root)
    };
    let stack = Loader::new(&root, &library)
        .service("service")
        .stack(Group::Auth);
    let verdict = Verdict::of(&stack, false, &nothing_missing);
    let refused = |line: usize| Problem::Refused(stack[line - 1].location.clone());
    assert_eq!(verdict.problems, BTreeSet::from([refused(1), refused(2)]));
    let edits = mend(&stack, &verdict, &refused(1), false, &[], &nothing_missing).unwrap();
    let words: Vec<_> = edits.iter().map(|edit| edit.words().unwrap()).collect();
    assert_eq!(words, [("success=2".to_owned(), "success=3".to_owned())]);
}
