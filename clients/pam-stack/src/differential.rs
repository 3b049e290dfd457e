//! Our reading of stacks beside that of the libpam of this machine: thousands of stacks made at
//! random, with mistakes in them, whose modules return what their lines say (`pam_debug.so`).

use crate::codes::Code;
use crate::library::Library;
use crate::load::{Group, Loader};
use crate::root::Root;
use crate::stack::{Entry, Work, run};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const STACKS: usize = 4000;
/// Some files are there to be included only.
const PARTS: usize = 60;

/// `SplitMix64`: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }

    fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

/// Writes files of configuration.
struct Author<'a> {
    random: Random,
    directory: &'a Path,
}

impl Author<'_> {
    fn code(&mut self) -> &'static str {
        let codes: Vec<_> = Code::all()
            .map(Code::name)
            .filter(|name| *name != "incomplete")
            .collect();
        // Most often what decides something.
        let often = ["success", "auth_err", "ignore", "authinfo_unavail"];
        if self.random.one_in(4) {
            self.random.of(&codes)
        } else {
            self.random.of(&often)
        }
    }

    fn control(&mut self) -> String {
        if !self.random.one_in(3) {
            let words = [
                "required",
                "requisite",
                "sufficient",
                "optional",
                "Required",
            ];
            return self.random.of(&words).to_owned();
        }
        let mut list = String::from("[");
        for _ in 0..self.random.below(4) {
            let code = if self.random.one_in(4) {
                "default"
            } else {
                self.code()
            };
            let actions = [
                "ok", "done", "bad", "die", "ignore", "reset", "1", "2", "3", "7",
            ];
            let mut action = self.random.of(&actions);
            if self.random.one_in(40) {
                // No number that overflows: before 1.5.3 libpam took what was left of it.
                action = self.random.of(&["0", "okay", "never", "99999", ""]);
            }
            let space = self.random.of(&["", "", "", " ", "\t"]);
            let gap = self.random.of(&[" ", " ", "", "  "]);
            write!(list, "{code}{space}={space}{action}{gap}").unwrap();
        }
        list.push_str(if self.random.one_in(60) { "" } else { "]" });
        list
    }

    fn part(&mut self, parts: usize) -> String {
        if parts == 0 || self.random.one_in(12) {
            return self.directory.join("absent").display().to_string();
        }
        let name = format!("part{}", self.random.below(parts));
        self.directory.join(name).display().to_string()
    }

    fn line(&mut self, parts: usize) -> String {
        if self.random.one_in(25) {
            let odd = [
                "# a comment",
                "",
                "   ",
                "auth",
                "auth required",
                "auth bogus",
                "nonsense",
                "auth [default=ok",
                "session required pam_permit.so",
                "account required pam_deny.so # x",
            ];
            return self.random.of(&odd).to_owned();
        }
        let kinds = [
            "auth", "auth", "auth", "auth", "auth", "auth", "-auth", "Auth", "account", "auht",
        ];
        let group = self.random.of(&kinds);
        let space = self.random.of(&[" ", "\t", "   ", " \\\n ", "\\\n"]);
        if self.random.one_in(6) {
            let part = self.part(parts);
            if self.random.one_in(3) {
                return format!("@include{space}{part}");
            }
            let control = self.random.of(&["include", "substack", "substack"]);
            return format!("{group} {control}{space}{part}");
        }
        let control = self.control();
        let modules = ["pam_permit.so", "pam_deny.so", "pam_absent.so"];
        if self.random.one_in(8) {
            let module = self.random.of(&modules);
            return format!("{group} {control}{space}{module}");
        }
        let code = self.code();
        let argument = self
            .random
            .of(&["", "other", "[in brackets \\] too]", "# a comment"]);
        format!("{group}{space}{control} pam_debug.so auth={code} {argument}")
    }

    fn file(&mut self, name: &str, most: usize, parts: usize) {
        let mut text = String::new();
        for _ in 0..=self.random.below(most) {
            text.push_str(&self.line(parts));
            text.push('\n');
        }
        if self.random.one_in(50) {
            text.push_str("auth required \\");
        }
        std::fs::write(self.directory.join(name), text).unwrap();
    }
}

/// What a module of these stacks returns.
fn returned(entry: &Entry) -> Code {
    let Work::Module {
        path, arguments, ..
    } = &entry.work
    else {
        unreachable!("only modules return something");
    };
    let named = |argument: &String| {
        let name = argument.strip_prefix("auth=")?;
        Code::all().find(|code| code.name() == name)
    };
    match path.as_str() {
        "pam_permit.so" => Code::SUCCESS,
        "pam_deny.so" => Code::AUTH_ERR,
        "pam_debug.so" => arguments.iter().find_map(named).unwrap_or(Code::SUCCESS),
        _ => Code::MODULE_UNKNOWN,
    }
}

fn compile(directory: &Path) -> PathBuf {
    let program = directory.join("pam_host");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pam_host.c");
    let status = Command::new("cc")
        .args(["-O1", "-Wall", "-Wextra", "-Werror", "-o"])
        .args([&program, &source])
        .arg("-lpam")
        .status()
        .unwrap();
    assert!(status.success());
    program
}

/// What libpam returns for each service.
fn ask_libpam(program: &Path, directory: &Path, services: &[String]) -> Vec<usize> {
    let mut child = Command::new(program)
        .arg(directory)
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
    text.lines().map(|line| line.parse().unwrap()).collect()
}

#[test]
fn stacks_end_as_they_end_for_libpam() {
    let directory = tempfile::tempdir().unwrap();
    let programs = tempfile::tempdir().unwrap();
    let program = compile(programs.path());
    let mut author = Author {
        random: Random(0x5EC1_4F0D),
        directory: directory.path(),
    };
    std::fs::write(
        directory.path().join("other"),
        "auth required pam_debug.so auth=cred_err\n",
    )
    .unwrap();
    for index in 0..PARTS {
        author.file(&format!("part{index}"), 5, index);
    }
    let services: Vec<_> = (0..STACKS).map(|index| format!("service{index}")).collect();
    for name in &services {
        author.file(name, 8, PARTS);
    }
    let theirs = ask_libpam(&program, directory.path(), &services);
    assert_eq!(theirs.len(), STACKS);

    let root = Root::open(Path::new("/")).unwrap();
    let library = Library {
        directories: vec![directory.path().display().to_string()],
        ..Library::of(&root)
    };
    let loader = Loader::new(&root, &library);
    let mut ends = [0_usize; 32];
    let mut different = Vec::new();
    for (name, theirs) in services.iter().zip(theirs) {
        let service = loader.service(name);
        let ours = if service.refused {
            Code::ABORT
        } else {
            run(&service.stack(Group::Auth), returned)
        };
        if ours.index() != theirs {
            let text = std::fs::read_to_string(directory.path().join(name)).unwrap();
            let theirs = Code::all().nth(theirs).unwrap().name();
            different.push(format!("{theirs}, not {}:\n{text}", ours.name()));
        }
        ends[theirs] += 1;
    }
    assert!(
        different.is_empty(),
        "{} of {STACKS} differ:\n{}",
        different.len(),
        different.join("\n")
    );
    // The comparison says little unless stacks end in many ways.
    assert!(ends[0] > STACKS / 20, "{ends:?}");
    assert!(
        ends.iter().filter(|count| **count > 0).count() > 20,
        "{ends:?}"
    );
}

/// What libpam returns for services, and what we read of them, where each of these files is all that a
/// root directory has of PAM beyond its library.
fn compare_places(files: &[(&str, &str)], services: &[&str]) -> Vec<&'static str> {
    let directory = tempfile::tempdir().unwrap();
    let program = compile(directory.path());
    let etc = directory.path().join("etc");
    let vendor = directory.path().join("pam.d");
    for path in [&etc, &vendor] {
        std::fs::create_dir(path).unwrap();
    }
    let mut has_vendor = false;
    for (path, text) in files {
        let to = match path.strip_prefix("/usr/lib/pam.d/") {
            Some(name) => vendor.join(name),
            None => etc.join(path.strip_prefix("/etc/").unwrap()),
        };
        has_vendor |= path.starts_with("/usr/lib/");
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, text).unwrap();
    }
    for name in ["passwd", "group", "nsswitch.conf", "ld.so.cache"] {
        let _ = std::fs::copy(Path::new("/etc").join(name), etc.join(name));
    }
    std::fs::create_dir(directory.path().join("over")).unwrap();
    // Only the program sees what is mounted: another /etc, and a /usr/lib with no other files for PAM.
    let script = "set -e
                  mount -t tmpfs tmpfs \"$1/over\"
                  mkdir \"$1/over/upper\" \"$1/over/work\"
                  layers=\"lowerdir=/usr/lib,upperdir=$1/over/upper,workdir=$1/over/work\"
                  mount -t overlay -o \"$layers\" overlay /usr/lib
                  rm --recursive --force /usr/lib/pam.d
                  [ $2 = false ] || cp --recursive \"$1/pam.d\" /usr/lib/pam.d
                  mount --bind \"$1/etc\" /etc
                  exec \"$3\"";
    let mut child = Command::new("unshare")
        .args(["--mount", "sh", "-c", script, "sh"])
        .arg(directory.path())
        .arg(has_vendor.to_string())
        .arg(&program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(services.join("\n").as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let theirs = String::from_utf8(output.stdout).unwrap();
    let theirs: Vec<usize> = theirs.lines().map(|line| line.parse().unwrap()).collect();

    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let to = root.path().join(path.trim_start_matches('/'));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, text).unwrap();
    }
    let library = Library::of(&Root::open(Path::new("/")).unwrap());
    let root = Root::open(root.path()).unwrap();
    let loader = Loader::new(&root, &library);
    services
        .iter()
        .zip(theirs)
        .map(|(name, theirs)| {
            let service = loader.service(name);
            let ours = if service.refused {
                Code::ABORT
            } else {
                run(&service.stack(Group::Auth), returned)
            };
            let theirs = Code::all().nth(theirs).unwrap();
            assert_eq!(ours, theirs, "{name} of {files:?}");
            theirs.name()
        })
        .collect()
}

#[test]
fn services_are_found_where_libpam_finds_them() {
    let ends_in = |code: &str| format!("auth required pam_debug.so auth={code}\n");
    let (maxtries, perm_denied, cred_err) = (
        ends_in("maxtries"),
        ends_in("perm_denied"),
        ends_in("cred_err"),
    );
    // What the administrator writes goes before what the vendor ships; for each file by itself.
    let files = [
        ("/etc/pam.d/own", maxtries.as_str()),
        ("/etc/pam.d/both", &maxtries),
        ("/usr/lib/pam.d/both", &perm_denied),
        ("/usr/lib/pam.d/vendor", &perm_denied),
        ("/usr/lib/pam.d/other", &cred_err),
    ];
    let services = ["own", "both", "vendor", "none"];
    assert_eq!(
        compare_places(&files, &services),
        ["maxtries", "maxtries", "perm_denied", "cred_err"]
    );
    // Without the directories, one file has them all, and services in any case.
    let single = "own auth required pam_debug.so auth=maxtries\n\
                  OTHER auth required pam_debug.so auth=cred_err\n\
                  Own auth required pam_permit.so # in addition\n\
                  both auth sufficient \\\n pam_permit.so\n";
    assert_eq!(
        compare_places(&[("/etc/pam.conf", single)], &["own", "both", "none"]),
        ["maxtries", "success", "cred_err"]
    );
    // Beside a directory it says nothing.
    let beside = [
        ("/etc/pam.conf", single),
        ("/etc/pam.d/both", &perm_denied),
        ("/etc/pam.d/other", &cred_err),
    ];
    assert_eq!(
        compare_places(&beside, &["own", "both"]),
        ["cred_err", "perm_denied"]
    );
}
