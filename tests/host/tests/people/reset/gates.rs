//! Methods that are proved, and what comes of it.

use super::{NEW, ON, TWO_GATES, choose, prove, prove_by, take, with_two_methods};
use secinfo_host_tests::{APP, Dialogue, Machine, Pty, is_refused, is_refused_once_read, password};

/// Begins to sign in over SSH with a password, for a sentence.
fn over_ssh<'p>(machine: &Machine, pty: &'p Pty, user: &str, password: &str) -> Dialogue<'p> {
    let sentence = format!("echo A session of {user}.");
    let mut ssh = machine.ssh_with(pty, user, &[], Some(&sentence));
    ssh.when_asked("Password: ", password);
    ssh
}

#[test]
fn an_app_and_a_recovery_code_set_a_new_password_with_which_alone_the_user_signs_in() {
    let (machine, mut app, codes) = with_two_methods();
    // At the terminal of another person.
    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", "alice"]));
    let mut said = prove(&mut client, "Authenticator app", &app.fresh());
    said += &prove(&mut client, "Recovery code", &codes[0]);
    said += &choose(&mut client, "short");
    let told = choose(&mut client, NEW);
    assert!(told.contains("shorter than 8 characters"), "{told}");
    let (status, rest) = client.ended();
    said += &(told + &rest);
    assert!(status.success(), "{said}");
    assert!(rest.contains("Your new password is set"), "{said}");
    assert!(!said.contains(NEW), "{said}");

    let pty = Pty::open();
    is_refused(over_ssh(&machine, &pty, "alice", &password("alice")));
    let mut ssh = over_ssh(&machine, &pty, "alice", NEW);
    ssh.expect(APP);
    ssh.when_asked(": ", &app.fresh());
    ssh.expect("A session of alice.");

    assert_eq!(machine.events("password-reset"), 1);
    assert_eq!(machine.failed_units(), "");
    let journal = machine.run(["journalctl", "--boot", "--no-pager"]).ok();
    assert!(!journal.contains(NEW), "the password is in the journal");
    let log = machine.run(["secinfo", "--json", "audit", "log"]).ok();
    assert!(!log.contains(NEW), "the password is in the log");
}

#[test]
fn an_account_that_an_administrator_has_locked_stays_locked_and_looks_as_any_other() {
    let (machine, mut app, codes) = with_two_methods();
    machine.run(["usermod", "--lock", "alice"]).ok();
    let before = machine.read("/etc/shadow");
    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", "alice"]));
    let locked = client.expect("Number: ");
    let pty = Pty::open();
    let mut other = pty.run(&machine.command_as("bob", ["secinfo", "reset", "nemo"]));
    assert_eq!(locked, other.expect("Number: "));
    drop((client, other));

    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", "alice"]));
    prove(&mut client, "Authenticator app", &app.fresh());
    prove(&mut client, "Recovery code", &codes[0]);
    let (status, said) = client.ended();
    assert!(!status.success(), "{said}");
    assert_eq!(machine.read("/etc/shadow"), before);
}

#[test]
fn a_text_and_an_email_set_a_new_password_and_both_are_told() {
    let machine = Machine::boot_for_people_with_emails(TWO_GATES);
    machine.set_up_email("alice", "alice@example.org");
    machine.set_up_text("alice", "+4915112345678");
    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", "alice"]));
    prove_by(&machine, &mut client, "Email", "email");
    let said = prove_by(&machine, &mut client, "Text message", "text");
    assert!(said.contains("One more proof is needed"), "{said}");
    choose(&mut client, NEW);
    let (status, said) = client.ended();
    assert!(status.success(), "{said}");

    let pty = Pty::open();
    is_refused(over_ssh(&machine, &pty, "alice", &password("alice")));
    let mut ssh = over_ssh(&machine, &pty, "alice", NEW);
    ssh.expect("Code sent by text to +49 *** **78");
    let sent = machine.messages();
    ssh.when_asked(": ", sent.last().unwrap()["code"].as_str().unwrap());
    ssh.expect("A session of alice.");
    for kind in ["text", "email"] {
        machine.wait_for("the notice", || {
            let notices = machine.notices_by(kind);
            notices.iter().any(|notice| notice.contains("password"))
        });
    }
    assert_eq!(machine.failed_units(), "");
}

/// Has a user answer the first five security questions: what they are, and the answers.
fn answer_questions(machine: &Machine, user: &str) -> Vec<(String, String)> {
    let ids = [
        "first-pet",
        "first-concert",
        "parents-met",
        "first-employer",
        "childhood-street",
    ];
    let answers = ids.map(|id| format!("of the {id} I tell nobody"));
    let lines: Vec<String> = ids
        .iter()
        .zip(&answers)
        .map(|(id, answer)| format!("{id}\n{answer}\n"))
        .collect();
    let add = ["secinfo", "--json", "add", "security-questions"];
    let added = machine.run_as_with_input(user, add, lines.concat());
    assert_eq!(added.code, 0, "{added:?}");
    let offer = added.first_json();
    let text = |id: &str| {
        let mut listed = offer["security_questions"]["questions"]
            .as_array()
            .unwrap()
            .iter();
        let question = listed.find(|question| question["id"] == id).unwrap();
        question["text"].as_str().unwrap().to_owned()
    };
    ids.map(text).into_iter().zip(answers).collect()
}

#[test]
fn an_email_and_answers_to_questions_set_a_new_password() {
    let machine = Machine::boot_for_people_with_emails(TWO_GATES);
    machine.set_up_email("alice", "alice@example.org");
    let answers = answer_questions(&machine, "alice");
    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", "alice"]));
    take(&mut client, "Answers to security questions");
    for _ in 0..3 {
        let asked = client.expect("another way): ");
        let known = answers
            .iter()
            .find(|(question, _)| asked.contains(question));
        let (_, answer) = known.unwrap_or_else(|| panic!("{asked}"));
        client.answer(answer);
    }
    let said = prove_by(&machine, &mut client, "Email", "email");
    assert!(said.contains("One more proof is needed"), "{said}");
    choose(&mut client, NEW);
    let (status, said) = client.ended();
    assert!(status.success(), "{said}");
    is_refused(over_ssh(&machine, &pty, "alice", &password("alice")));
    over_ssh(&machine, &pty, "alice", NEW).expect("A session of alice.");
    let journal = machine.run(["journalctl", "--boot", "--no-pager"]).ok();
    for (_, answer) in &answers {
        assert!(!journal.contains(answer), "an answer is in the journal");
    }
}

#[test]
fn wrong_codes_at_sign_in_are_forgiven_by_an_email_and_the_password_stays() {
    let sections =
        format!("{ON}[policy.throttle]\nfree = 2\nlock_after = 3\nlongest_wait = \"1s\"\n");
    let machine = Machine::boot_for_people_with_emails(&sections);
    machine.set_up_email("alice", "alice@example.org");
    let mut app = machine.set_up_app("alice");
    let shadow = machine.read("/etc/shadow");
    let pty = Pty::open();
    let locked = "Wrong codes locked your methods";
    let mut client = machine.ssh_up_to_code(&pty, "alice");
    client.answer(&app.wrong());
    while client.expect_one_of(&[APP, locked]).ends_with(APP) {
        client.expect(": ");
        client.answer(&app.wrong());
    }
    is_refused_once_read(client);

    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", "alice"]));
    prove_by(&machine, &mut client, "Email", "email");
    take(&mut client, "Keep the password");
    let (status, said) = client.ended();
    assert!(status.success() && said.contains("are lifted"), "{said}");
    assert_eq!(machine.read("/etc/shadow"), shadow);
    machine.sign_in(&pty, "alice", &mut app).end();
}

#[test]
fn a_member_of_sudo_gets_no_new_password_and_has_the_locks_of_wrong_codes_lifted() {
    let sections =
        format!("{ON}[policy.throttle]\nfree = 2\nlock_after = 3\nlongest_wait = \"1s\"\n");
    let machine = Machine::boot_for_people_with_emails(&sections);
    let member = ["usermod", "--append", "--groups", "sudo", "alice"];
    machine.run(member).ok();
    machine.set_up_email("alice", "alice@example.org");
    let mut app = machine.set_up_app("alice");
    let pty = Pty::open();
    let words = ["secinfo", "--json", "add", "text", "+4915112345678"];
    let mut add = pty.run(&machine.command_as("alice", words));
    add.when_asked("app", &app.fresh());
    add.answer(machine.message(1)["code"].as_str().unwrap());
    let (status, said) = add.ended();
    assert!(status.success(), "{said}");
    let accounts = || machine.shell("cat /etc/passwd /etc/shadow /etc/group").ok();
    let before = accounts();
    let pty = Pty::open();
    let locked = "Wrong codes locked";
    let mut client = machine.ssh_up_to_code(&pty, "alice");
    client.answer(&app.wrong());
    while client.expect_one_of(&[APP, locked]).ends_with(APP) {
        client.expect(": ");
        client.answer(&app.wrong());
    }
    drop(client);

    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", "alice"]));
    prove_by(&machine, &mut client, "Email", "email");
    // Policy asks others for one.
    let said = prove_by(&machine, &mut client, "Text message", "text");
    assert!(said.contains("One more proof is needed"), "{said}");
    let (status, said) = client.ended();
    assert!(status.success() && said.contains("are lifted"), "{said}");
    assert!(said.contains("cannot be set here"), "{said}");
    assert_eq!(accounts(), before);
    assert_eq!(machine.events("unlocked"), 1);
    assert_eq!(machine.events("password-reset-requested"), 0);
    machine.sign_in(&pty, "alice", &mut app).end();
}
