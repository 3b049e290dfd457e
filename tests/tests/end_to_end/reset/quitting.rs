//! Ctrl-\ ends a command and asks for a core file. None is written of one that holds what a person typed.

use super::{PASSWORD, with_phone_and_address};
use crate::security_questions::ANSWERS;
use secinfo_tests::{ALICE, ALICE_NAME, Dialogue, PasswordHelper, Pty, TestHost, binary};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

/// Ctrl-\.
const QUIT: char = '\u{1c}';
const SIGQUIT: i32 = 3;

/// `secinfo` as Alice, where nothing but itself keeps a core file of it from being written here.
fn secinfo(host: &TestHost, directory: &Path, arguments: &[&str]) -> Command {
    let uid = ALICE.to_string();
    let mut command = Command::new("env");
    command
        // A shell has what it starts in the background ignore it, and that is inherited.
        .arg("--default-signal=QUIT")
        .arg("--chdir")
        .arg(directory)
        .args(["prlimit", "--core=unlimited:unlimited", "setpriv"])
        .args(["--reuid", &uid, "--regid", &uid, "--clear-groups"])
        .arg(binary("secinfo"))
        .args(arguments)
        .env("SECINFO_BUS_ADDRESS", host.bus().address())
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm-256color")
        .env_remove("SSH_CONNECTION");
    command
}

/// Presses Ctrl-\ where a secret is asked for and others were typed, and looks at what is left of them.
fn quit(mut client: Dialogue<'_>, pty: &Pty, directory: &Path, typed: &[&str]) {
    let process = Path::new("/proc").join(client.pid().to_string());
    for part in ["cmdline", "environ"] {
        let seen = fs::read(process.join(part)).unwrap();
        let seen = String::from_utf8_lossy(&seen);
        assert!(!seen.is_empty());
        for secret in typed {
            assert!(!seen.contains(secret), "{part}: {seen}");
        }
    }
    let limits = fs::read_to_string(process.join("limits")).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let words: Vec<_> = core.unwrap().split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "{limits}");
    // Other processes of the account can neither read it nor trace it.
    assert_eq!(fs::metadata(process.join("mem")).unwrap().uid(), 0);

    client.press(QUIT);
    let (status, said) = client.ended();
    assert_eq!(status.signal(), Some(SIGQUIT), "{said}");
    assert!(!status.core_dumped(), "{status}");
    for secret in typed {
        assert!(!said.contains(secret), "{said}");
    }
    let left: Vec<_> = fs::read_dir(directory).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    let shown = Command::new("stty")
        .args(["-F", pty.name(), "-a"])
        .output()
        .unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains(" echo "), "{shown}");
}

#[tokio::test]
async fn a_command_that_is_quit_while_it_asks_for_a_secret_leaves_no_core_file() {
    let (host, _alice) = with_phone_and_address("gates = \"one\"").await;
    let helper = PasswordHelper::willing(&host);
    let directory = host.directory().join("here");
    fs::create_dir(&directory).unwrap();
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o777)).unwrap();
    let pty = Pty::open();

    let socket = host.sign_in_socket();
    let reset = ["reset", "--socket", socket.to_str().unwrap(), ALICE_NAME];
    let mut client = pty.run(&secinfo(&host, &directory, &reset));
    let before = host.messages().len();
    let said = client.expect("Number: ");
    let row = said.lines().find(|line| line.ends_with("Email")).unwrap();
    client.answer(row.split_once('.').unwrap().0);
    client.expect("another way): ");
    let code = host.message(before + 1).await.code;
    client.answer(&code);
    client.when_asked("New password: ", PASSWORD);
    client.expect("once more: ");
    quit(client, &pty, &directory, &[PASSWORD, &code]);
    assert!(helper.calls_of("SetPassword").is_empty());

    let add = ["add", "security-questions"];
    let mut client = pty.run(&secinfo(&host, &directory, &add));
    client.when_asked("Numbers:", "1 2 3 4 5");
    client.when_asked("Answer:", ANSWERS[0]);
    client.when_asked("Answer:", ANSWERS[1]);
    client.expect("Answer:");
    quit(client, &pty, &directory, &ANSWERS[..2]);

    // So is every other command that asks for a proof, though a code is shown while it is typed.
    let before = host.messages().len();
    let mut client = pty.run(&secinfo(&host, &directory, &["verify"]));
    host.message(before + 1).await;
    client.expect("another method");
    quit(client, &pty, &directory, &[]);
}
