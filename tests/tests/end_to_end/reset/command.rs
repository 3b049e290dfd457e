//! `secinfo reset` on terminals, without a bus, and where there is no terminal.

use super::{PASSWORD, with_phone_and_address};
use secinfo_tests::{ALICE_NAME, Dialogue, PasswordHelper, Pty, STRANGER, TestHost, binary};
use std::process::Command;

/// The command as an account that has nothing to do with the user.
fn secinfo(host: &TestHost, variables: &[(&str, &str)], arguments: &[&str]) -> Command {
    let (uid, program) = (STRANGER.to_string(), binary("secinfo"));
    let socket = host.sign_in_socket();
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", &uid, "--regid", &uid, "--clear-groups"])
        .arg(program)
        .args(["reset", "--socket"])
        .arg(socket)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm-256color")
        .env_remove("SSH_CONNECTION")
        .env_remove("SECINFO_BUS_ADDRESS");
    for (name, value) in variables {
        command.env(name, value);
    }
    command
}

/// Proves the address, and types the new password where it is asked for.
async fn set_password(host: &TestHost, client: &mut Dialogue<'_>) -> String {
    let before = host.messages().len();
    let mut said = client.expect("Number: ");
    let row = said.lines().find(|line| line.ends_with("Email")).unwrap();
    let (number, _) = row.split_once('.').unwrap();
    let number = number.to_owned();
    client.answer(&number);
    said += &client.expect("another way): ");
    let message = host.message(before + 1).await;
    client.answer(&message.code);
    said += &client.when_asked("New password: ", PASSWORD);
    said += &client.when_asked("once more: ", PASSWORD);
    said
}

#[tokio::test]
async fn the_command_sets_a_new_password_without_a_bus_and_shows_none() {
    let (mut host, _alice) = with_phone_and_address("gates = \"one\"").await;
    let helper = PasswordHelper::willing(&host);
    host.stop_bus();
    let pty = Pty::open();
    // The name is asked for.
    let mut client = pty.run(&secinfo(&host, &[], &[]));
    let mut said = client.when_asked("Name of the account: ", ALICE_NAME);
    said += &set_password(&host, &mut client).await;
    let (status, rest) = client.ended();
    said += &rest;
    assert!(status.success(), "{said}");
    assert!(rest.contains("Your new password is set"), "{rest}");
    assert!(!said.contains(PASSWORD), "{said}");
    let call = &helper.calls_of("SetPassword")[0];
    assert_eq!(
        (&call["ticket"]["name"], &call["password"]),
        (&ALICE_NAME.into(), &PASSWORD.into())
    );
}

#[test]
fn the_command_takes_up_no_connection_until_the_name_was_typed() {
    let mut command = Command::new(binary("secinfo"));
    command
        .args(["reset", "--socket", "/nowhere/x"])
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm-256color")
        .env_remove("SSH_CONNECTION");
    let pty = Pty::open();
    let mut client = pty.run(&command);
    client.when_asked("Name of the account: ", ALICE_NAME);
    assert!(!client.ended().0.success());
}

#[tokio::test]
async fn terminals_that_can_show_little_show_all_that_is_needed() {
    let (host, _alice) = with_phone_and_address(
        "gates = \"one\"\n[policy.codes]\nresend_after = \"1s\"\nof_destination = \"60 in 1h\"",
    )
    .await;
    let _helper = PasswordHelper::willing(&host);
    for variables in [
        &[("LC_ALL", "C"), ("TERM", "dumb")][..],
        &[("LC_ALL", "C"), ("LC_MESSAGES", "de_DE"), ("NO_COLOR", "1")],
    ] {
        let pty = Pty::open();
        let mut client = pty.run(&secinfo(&host, variables, &[ALICE_NAME]));
        let said = client.expect("Number: ");
        assert!(said.is_ascii() && !said.contains('\u{1b}'), "{said:?}");
        drop(client);
    }
    // In the language of the person, whatever the terminal can show of it.
    let pty = Pty::open();
    let german = [("LC_ALL", "de_DE.ISO-8859-1")];
    let mut client = pty.run(&secinfo(&host, &german, &[ALICE_NAME]));
    let said = client.expect("Nummer: ");
    assert!(said.is_ascii(), "{said:?}");
}

#[tokio::test]
async fn ctrl_c_and_the_end_of_input_change_nothing_and_leave_the_terminal_as_it_was() {
    let (host, _alice) =
        with_phone_and_address("gates = \"one\"\n[policy.codes]\nresend_after = \"1s\"").await;
    let helper = PasswordHelper::willing(&host);
    for (key, code) in [('\u{4}', Some(3)), ('\u{3}', None)] {
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        let pty = Pty::open();
        let mut client = pty.run(&secinfo(&host, &[], &[ALICE_NAME]));
        let before = host.messages().len();
        let said = client.expect("Number: ");
        let row = said.lines().find(|line| line.ends_with("Email")).unwrap();
        client.answer(row.split_once('.').unwrap().0);
        client.expect("another way): ");
        let message = host.message(before + 1).await;
        client.answer(&message.code);
        client.expect("New password: ");
        client.press(key);
        let (status, _) = client.ended();
        assert_eq!(status.code(), code);
        let shown = Command::new("stty")
            .args(["-F", pty.name(), "-a"])
            .output()
            .unwrap();
        let shown = String::from_utf8(shown.stdout).unwrap();
        assert!(shown.contains(" echo "), "{shown}");
    }
    assert!(helper.calls_of("SetPassword").is_empty());
}

#[tokio::test]
async fn without_a_terminal_over_ssh_nothing_is_asked() {
    let (host, _alice) = with_phone_and_address("").await;
    let _helper = PasswordHelper::willing(&host);
    let over_ssh = [("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")];
    let output = secinfo(&host, &over_ssh, &[ALICE_NAME]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("connect with: ssh -t"), "{said}");
}

#[tokio::test]
async fn the_command_says_what_to_do_where_it_cannot_go_on() {
    let host = TestHost::with(super::Setup::with_drift()).await;
    let output = secinfo(&host, &[], &[ALICE_NAME]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("passwords are not reset on this host; ask"),
        "{said}"
    );
    let output = secinfo(&host, &[], &["--socket", "/nowhere/x", ALICE_NAME])
        .output()
        .unwrap();
    assert_ne!(output.status.code(), Some(0));
}
