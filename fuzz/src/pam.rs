//! The configuration of PAM, which `secinfo doctor` and `setup` read as libpam does.

use secinfo_pam_stack::codes::Code;
use secinfo_pam_stack::library::Library;
use secinfo_pam_stack::load::{Group, Loader};
use secinfo_pam_stack::root::Root;
use secinfo_pam_stack::stack::{Entry, Progress};
use std::fs;
use std::sync::LazyLock;
use tempfile::TempDir;

/// A root with nothing but pam.d.
static ROOT: LazyLock<(TempDir, Root, Library)> = LazyLock::new(|| {
    let directory = TempDir::new().expect("a temporary directory");
    fs::create_dir_all(directory.path().join("etc/pam.d")).expect("pam.d in it");
    let root = Root::open(directory.path()).expect("it is a directory");
    let library = Library::of(&root);
    (directory, root, library)
});

/// Reads a service, whose file may include itself, and works out what its stack returns if every
/// module fails and if every module succeeds.
pub(crate) fn service(input: &[u8]) {
    let (directory, root, library) = &*ROOT;
    fs::write(directory.path().join("etc/pam.d/fuzz"), input).expect("it can be written");
    let service = Loader::new(root, library).service("fuzz");
    for group in [Group::Auth, Group::Account, Group::Password, Group::Session] {
        let stack = service.stack(group);
        for code in [Code::SUCCESS, Code::AUTH_ERR] {
            run(&stack, code);
        }
    }
}

/// Goes through a stack whose modules all return `code`. No module has two turns.
fn run(stack: &[Entry], code: Code) {
    let mut progress = Progress::start();
    let mut last = None;
    while let Some(turn) = progress.turn(stack) {
        assert!(
            last.is_none_or(|last| last < turn),
            "each turn is after the one before"
        );
        last = Some(turn);
        progress.step(stack, code);
    }
    let _ = progress.result();
}
