//! The loss of power while users are verified and methods are enrolled.

use crate::people::{Token, enroll_app, verify};
use crate::stages::Stages;
use crate::{limits, master_key};
use secinfo_host_tests::{Codes, Disk, Tpm, VirtualMachine, installed_root};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How many users are verified, over and over.
const VERIFIED: usize = 2;
/// How many users at most get a method.
const ENROLLED: usize = 60;
/// The power goes once this many verifications, and this many enrollments, were acknowledged.
const ENOUGH: (usize, usize) = (8, 4);
/// How long that may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// What was acknowledged before the power went.
struct Acknowledged {
    checkpoint: String,
    app: Codes,
    tokens: Vec<Token>,
    /// How many codes of each user's token were accepted.
    verified: BTreeMap<String, usize>,
    enrolled: Vec<String>,
}

/// One machine, so that its boot, which takes the most time, is paid for once.
#[test]
fn a_host_keeps_its_key_in_its_tpm_its_limits_and_all_that_it_acknowledged_before_a_power_cut() {
    let stages = Stages::new();
    let tpm = Tpm::new();
    let disk = Disk::with(installed_root());
    let mut machine = VirtualMachine::boot(&disk, &tpm);
    machine.wait_booted();
    stages.done("booted");
    limits::set_channel_up(&mut machine);
    master_key::give_to_tpm(&mut machine);
    let mut app = enroll_app(&mut machine, "alice");
    verify(&mut machine, "alice", &app.fresh()).ok();
    stages.done("the key is in the TPM, and a user verified");
    limits::end_a_channel_that_comes_back(&mut machine);
    stages.done("a channel that ran out of memory is back");
    limits::are_enforced(&mut machine);
    stages.done("limits tried");
    let acknowledged = work_until_power_goes(machine, app);
    let disk = disk.after_power_cut();
    stages.done("worked until the power went");
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut elsewhere = VirtualMachine::boot(&disk, &Tpm::new());
            master_key::is_of_no_use_elsewhere(&mut elsewhere);
            stages.done("another TPM tried");
        });
        let mut machine = VirtualMachine::boot(&disk, &tpm);
        machine.wait_booted();
        stages.done("booted again");
        nothing_is_lost(&mut machine, acknowledged);
        stages.done("nothing is lost");
    });
}

/// Verifies and enrolls users as fast as it goes, and cuts the power in the middle of that.
fn work_until_power_goes(mut machine: VirtualMachine, mut app: Codes) -> Acknowledged {
    let names = |prefix: &str, count| -> Vec<String> {
        (0..count)
            .map(|number| format!("{prefix}{number}"))
            .collect()
    };
    let (verified, enrolled) = (names("verified", VERIFIED), names("enrolled", ENROLLED));
    let tokens: Vec<Token> = verified.iter().map(|user| Token::of(user)).collect();
    machine.shell(&preparing(&tokens, &enrolled)).ok();
    verify(&mut machine, "alice", &app.fresh()).ok();
    let checkpoint = machine.shell("secinfo audit checkpoint").ok();

    let news = listen(&machine);
    let first = &verified[..VERIFIED / 2];
    let second = &verified[VERIFIED / 2..];
    for users in [first, second] {
        machine.shell(&verifying(&users.join(" "))).ok();
    }
    machine.shell(&enrolling(&enrolled.join(" "))).ok();
    let mut acknowledged = Acknowledged {
        checkpoint,
        app,
        tokens,
        verified: BTreeMap::new(),
        enrolled: Vec::new(),
    };
    let begun = Instant::now();
    while acknowledged.verified.values().sum::<usize>() < ENOUGH.0
        || acknowledged.enrolled.len() < ENOUGH.1
    {
        acknowledged.take(&news, PATIENCE.saturating_sub(begun.elapsed()));
    }
    machine.cut_power();
    // What was on the way was acknowledged too.
    while acknowledged.take(&news, PATIENCE) {}
    acknowledged
}

/// Makes accounts of all users and files of their codes, and imports the tokens of those who are to
/// be verified.
fn preparing(tokens: &[Token], enrolled: &[String]) -> String {
    let mut script = "set -e; mkdir codes files\n".to_owned();
    let mut add = |line: String| {
        script += &line;
        script.push('\n');
    };
    let verified = tokens.iter().map(|token| &token.user);
    for (user, uid) in verified.chain(enrolled).zip(3000..) {
        add(format!(
            "echo {user}:x:{uid}:100::/:/usr/sbin/nologin >>/etc/passwd"
        ));
    }
    for user in enrolled {
        let line = Token::of(user).line();
        add(format!("echo '{}' >files/{user}", line.trim_end()));
    }
    for token in tokens {
        let (user, codes) = (&token.user, token.codes.join("\n"));
        add(format!("cat >codes/{user} <<END\n{codes}\nEND"));
        add(format!("echo '{}' >>files/all", token.line().trim_end()));
    }
    add("secinfo import oath-users /run/test/files/all --yes >&2".to_owned());
    script
}

/// A process that verifies these users with the codes in their files, one after the other.
fn verifying(users: &str) -> String {
    format!(
        r#"for number in {{1..200}}; do
            for user in {users}; do
                sed -n ${{number}}p codes/$user | secinfo --user $user verify >/dev/null 2>$user.err &&
                    echo "verified $user $number" >&4 ||
                    echo "failed $user $number $(tr '\n' ' ' <$user.err)" >&4
            done
        done >/dev/null 2>&1 &"#
    )
}

/// A process that gives a token to each of these users.
fn enrolling(users: &str) -> String {
    format!(
        r#"for user in {users}; do
            secinfo import oath-users /run/test/files/$user --yes >/dev/null 2>enroll.err &&
                echo "enrolled $user" >&4 ||
                echo "failed $user $(tr '\n' ' ' <enroll.err)" >&4
        done >/dev/null 2>&1 &"#
    )
}

fn listen(machine: &VirtualMachine) -> Receiver<String> {
    let (sender, receiver) = channel();
    let news = BufReader::new(machine.news());
    thread::spawn(move || {
        for line in news.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

impl Acknowledged {
    /// Takes one piece of news down; says whether there may be more.
    fn take(&mut self, news: &Receiver<String>, patience: Duration) -> bool {
        let line = match news.recv_timeout(patience) {
            Ok(line) => line,
            Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => panic!("the virtual machine gets nothing done"),
        };
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["verified", user, number] => {
                let number = number.parse().unwrap();
                self.verified.insert(user.to_owned(), number);
            }
            ["enrolled", user] => self.enrolled.push(user.to_owned()),
            _ => panic!("{line}"),
        }
        true
    }
}

/// The log is the same and goes on, and no code is accepted again.
fn nothing_is_lost(machine: &mut VirtualMachine, mut acknowledged: Acknowledged) {
    master_key::is_not_in_a_file(machine);
    machine.write("/run/test/checkpoint", &acknowledged.checkpoint);
    machine
        .shell("secinfo audit verify --against /run/test/checkpoint")
        .ok();

    for token in &acknowledged.tokens {
        let accepted = acknowledged.verified.get(&token.user).copied();
        let accepted = accepted.unwrap_or_default();
        if let Some(last) = accepted.checked_sub(1) {
            let refused = verify(machine, &token.user, &token.codes[last]);
            assert_eq!(refused.code, 3, "{refused:#?}");
        }
        // The one in between may have been used up when the power went, before the answer arrived.
        verify(machine, &token.user, &token.codes[accepted + 1]).ok();
    }

    let users = machine.shell("secinfo --json users").json();
    let users = users.as_array().unwrap();
    for name in &acknowledged.enrolled {
        let user = users.iter().find(|user| user["name"] == name.as_str());
        assert_eq!(user.unwrap()["methods"], 1, "{name}: {users:#?}");
    }

    // The clock as it was: the time does not refuse the code.
    let app = &mut acknowledged.app;
    let then = app.last_step() * 30;
    machine.shell(&format!("date --set=@{then}")).ok();
    let refused = verify(machine, "alice", &app.again());
    assert!(refused.stdout.contains("CodeAlreadyUsed"), "{refused:#?}");
    let now = secinfo_host_tests::now();
    machine.shell(&format!("date --set=@{now}")).ok();
    verify(machine, "alice", &app.fresh()).ok();
}
