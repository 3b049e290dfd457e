//! Security keys that have signed in to sshd, as it tells PAM, and what is made of it.

use super::*;
use crate::sign_in::start;
use secinfo_tests::{ALICE_NAME, BOB, BOB_NAME, ROOT, Step};
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

fn counting() -> Setup {
    setup().more("[policy.security-key]\nssh = \"verify-required\"\n")
}

/// What sshd says of a method of Alice's that has signed.
async fn signed(alice: &Client, method: &str) -> String {
    let (line, _): (String, String) = alice
        .call(method, "Method", "GetOpenSshKey", &())
        .await
        .unwrap();
    let mut words = line.split(' ');
    let mut word = || words.next().unwrap();
    format!("publickey {} {}\n", word(), word())
}

/// The parameters of a sign-in at sshd, which says this.
fn at_sshd(said: &str) -> Json {
    json!({ "remote_host": "192.0.2.1", "tty": "ssh", "ssh_auth_info": said })
}

/// Signs in users of a connection as sshd does: in a process that leads a session, whatever session these tests
/// are run in.
struct Connection {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// Starts a sign-in for each such call that it reads, in a connection to the socket of its own, and goes on with
/// the last one by any other.
const SIGNS_IN: &str = r#"
    $| = 1;
    # Perl itself trusts no argument where the real uid is another than the effective one.
    my ($path) = $ARGV[0] =~ /(.*)/;
    while (my $call = <STDIN>) {
        chomp $call;
        if ($call =~ /SignIn\.Start/) {
            socket(my $socket, AF_UNIX, SOCK_STREAM, 0) or die;
            connect($socket, pack_sockaddr_un($path)) or die;
            push @sockets, $socket;
        }
        syswrite($sockets[-1], "$call\0") or die;
        my $reply = "";
        while ($reply !~ /\0/) { sysread($sockets[-1], $reply, 4096, length $reply) or die; }
        $reply =~ s/\0.*//s;
        print "$reply\n";
    }"#;

impl Connection {
    fn new(host: &TestHost) -> Self {
        Self::started_by(host, &["setsid"])
    }

    /// One whose process is started like this.
    fn started_by(host: &TestHost, starter: &[&str]) -> Self {
        let mut process = Command::new(starter[0])
            .args(&starter[1..])
            .args(["perl", "-MSocket", "-e", SIGNS_IN])
            .arg(host.sign_in_socket())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (process.stdin.take(), process.stdout.take().unwrap());
        let output = BufReader::new(output);
        Self {
            process,
            input,
            output,
        }
    }

    fn start(&mut self, name: &str, service: &str, options: &Json) -> Step {
        let mut parameters = options.clone();
        parameters["name"] = name.into();
        parameters["service"] = service.into();
        self.call("Start", &parameters)
    }

    fn answer(&mut self, answer: &str) -> Step {
        self.call("Answer", &json!({ "answer": answer }))
    }

    fn call(&mut self, method: &str, parameters: &Json) -> Step {
        let method = format!("org.secinfo.SignIn.{method}");
        let call = json!({ "method": method, "parameters": parameters });
        writeln!(self.input.as_mut().unwrap(), "{call}").unwrap();
        let mut reply = String::new();
        self.output.read_line(&mut reply).unwrap();
        let reply: Json = serde_json::from_str(&reply).unwrap();
        Step::read(&reply["parameters"])
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // It ends where its input does.
        self.input = None;
        self.process.wait().unwrap();
    }
}

/// What comes of a sign-in in a connection to sshd of its own.
fn sign_in(host: &TestHost, name: &str, service: &str, options: &Json) -> Step {
    Connection::new(host).start(name, service, options)
}

#[tokio::test]
async fn a_key_that_sshd_has_accepted_signs_in_without_a_prompt_and_is_in_the_log() {
    let (host, alice, _app, _key, method) = with_key(counting()).await;
    let said = signed(&alice, &method).await;
    let root = host.client(ROOT).await;
    for times in 1..=2 {
        let step = sign_in(&host, ALICE_NAME, "sshd", &at_sshd(&said));
        assert_eq!(step.outcome, "verified", "{step:?}");
        let events = root.events().await;
        let by_ssh = events
            .iter()
            .filter(|event| event["data"]["accepted"] == "over-ssh");
        let by_ssh: Vec<_> = by_ssh.collect();
        assert_eq!(by_ssh.len(), times);
        // As strong as the app that let the key in a moment ago.
        assert_eq!(by_ssh[0]["data"]["strength"], "possession");
        assert_eq!(by_ssh[0]["actor"]["service"], "sshd");
    }
    // It was proved in those sign-ins alone.
    let bob = host.client(BOB).await;
    bob.enroll_app("Phone", 10).await;
    let step = sign_in(&host, BOB_NAME, "sshd", &at_sshd(&said));
    assert_eq!(step.outcome, "ask", "it is no key of theirs: {step:?}");
}

#[tokio::test]
async fn what_is_said_by_others_or_at_other_services_or_of_no_connection_counts_for_nothing() {
    let (host, alice, _app, _key, method) = with_key(counting()).await;
    let said = signed(&alice, &method).await;
    let (_socket, step) = start(&alice, ALICE_NAME, "sshd", &at_sshd(&said)).unwrap();
    assert_eq!(step.outcome, "ask", "{step:?}");
    for (service, options) in [
        ("sudo", at_sshd(&said)),
        ("login", at_sshd(&said)),
        ("", at_sshd(&said)),
        ("sshd", json!({ "ssh_auth_info": said })),
        ("sshd", json!({ "ssh_auth_info": said, "remote_host": "" })),
        ("sshd", at_sshd("")),
        ("sshd", at_sshd("password\n")),
        ("sshd", at_sshd(said.trim_end())),
        ("sshd", at_sshd(&format!("{said}what is this\n"))),
        (
            "sshd",
            at_sshd(&format!("{said}{}", "password\n".repeat(500))),
        ),
        ("sshd", at_sshd(&said.replace("publickey", "hostbased"))),
        (
            "sshd",
            at_sshd(&said.replace("nistp256@", "nistp256-cert-v01@")),
        ),
    ] {
        let step = sign_in(&host, ALICE_NAME, service, &options);
        assert_eq!(step.outcome, "ask", "{service} {options} {step:?}");
    }
}

/// Runs a program in a control group of its own, as containers do that share the pid namespace of the host.
const IN_A_GROUP: &str = "
    set -e
    mount -t cgroup2 none /mnt
    group=/mnt/secinfo-test-$$
    mkdir $group
    echo $$ >$group/cgroup.procs
    \"$@\"
    echo $$ >/mnt/cgroup.procs
    rmdir $group";

#[tokio::test]
async fn only_a_program_of_roots_that_the_host_itself_has_started_is_taken_for_sshd() {
    let (host, alice, _app, _key, method) = with_key(counting()).await;
    let said = signed(&alice, &method).await;
    let alice = ALICE.to_string();
    for (starter, outcome) in [
        (&["setsid"][..], "verified"),
        // As a program is whose file has root as the owner, and the bit that makes it root's.
        (
            &["setsid", "setpriv", "--ruid", &alice, "--euid", "0"],
            "ask",
        ),
        (&["setsid", "unshare", "--pid", "--fork"], "ask"),
        (
            &["setsid", "unshare", "--mount", "sh", "-c", IN_A_GROUP, "sh"],
            "ask",
        ),
    ] {
        let mut connection = Connection::started_by(&host, starter);
        let step = connection.start(ALICE_NAME, "sshd", &at_sshd(&said));
        assert_eq!(step.outcome, outcome, "{starter:?}: {step:?}");
    }
}

#[tokio::test]
async fn what_a_key_has_signed_counts_once_on_a_connection_to_sshd() {
    let (host, alice, _app, _key, method) = with_key(counting()).await;
    let said = signed(&alice, &method).await;
    let said = at_sshd(&said);
    let mut connection = Connection::new(&host);
    let step = connection.start(ALICE_NAME, "sshd", &said);
    assert_eq!(step.outcome, "verified", "{step:?}");
    for _ in 1..=2 {
        let step = connection.start(ALICE_NAME, "sshd", &said);
        assert!(step.prompt.unwrap().contains("Code from"));
    }
    let step = sign_in(&host, ALICE_NAME, "sshd", &said);
    assert_eq!(step.outcome, "verified", "{step:?}");
}

#[tokio::test]
async fn a_key_does_not_count_over_ssh_where_policy_does_not_say_so_or_it_was_deleted() {
    let (mut host, alice, _app, _key, method) = with_key(setup()).await;
    let said = signed(&alice, &method).await;
    let root = host.client(ROOT).await;
    let step = sign_in(&host, ALICE_NAME, "sshd", &at_sshd(&said));
    assert_eq!(step.outcome, "ask", "{step:?}");
    assert!(step.prompt.unwrap().starts_with("Code from"));

    host.set_up(counting());
    host.restart().await;
    let step = sign_in(&host, ALICE_NAME, "sshd", &at_sshd(&said));
    assert_eq!(step.outcome, "verified", "{step:?}");
    let step = sign_in(&host, ALICE_NAME, "sshd", &at_sshd("password\n"));
    let told =
        "Your security key counts here once ssh uses it: see secinfo security-key ssh.\nCode from";
    assert!(step.prompt.unwrap().starts_with(told));
    let () = root.call(&method, "Method", "Delete", &()).await.unwrap();
    let step = sign_in(&host, ALICE_NAME, "sshd", &at_sshd(&said));
    assert_eq!(step.outcome, "ask", "{step:?}");
}

#[tokio::test]
async fn a_key_that_there_may_be_a_copy_of_is_asked_on_over_ssh() {
    let (host, alice, _app, mut key, method) = with_key(counting()).await;
    let said = signed(&alice, &method).await;
    let mut copy = Browser::new(LOCAL);
    copy.key = key.key.clone();
    prove(&alice, &mut key, &method).await.unwrap();
    prove(&alice, &mut copy, &method).await.unwrap_err();
    let step = sign_in(&host, ALICE_NAME, "sshd", &at_sshd(&said));
    assert_eq!(step.outcome, "ask", "{step:?}");
}

#[tokio::test]
async fn where_the_strongest_is_asked_a_key_over_ssh_is_enough_and_who_comes_without_is_told() {
    let strongest = counting().policy("deletion_wait = \"1s\"");
    let strongest = strongest.more("[service.sshd]\nstrength = \"strong\"\n");
    let (host, alice, _app, _key, method) = with_key(strongest).await;
    let said = signed(&alice, &method).await;
    // Until then the key is no stronger than the app that let it in. Longer is as good.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let step = sign_in(&host, ALICE_NAME, "sshd", &at_sshd(&said));
    assert_eq!(step.outcome, "verified", "{step:?}");
    let step = sign_in(&host, ALICE_NAME, "sshd", &at_sshd("password\n"));
    assert_eq!(step.reason.as_deref(), Some("no_method"), "{step:?}");
    let told = "Your security key counts here once ssh uses it: see secinfo security-key ssh.";
    assert_eq!(step.messages, [told]);
}

#[tokio::test]
async fn who_is_to_set_up_a_method_proves_another_one_than_the_key_over_ssh() {
    let (host, alice, mut app, _key, method) = with_key(counting().policy("required = 3")).await;
    let said = signed(&alice, &method).await;
    let mut options = at_sshd(&said);
    options["set_up"] = true.into();
    let mut connection = Connection::new(&host);
    let step = connection.start(ALICE_NAME, "sshd", &options);
    assert!(step.prompt.unwrap().contains("Code from"));
    let step = connection.answer(&app.codes.fresh());
    assert!(step.prompt.unwrap().starts_with("You need one more way"));
    // Where nothing is set up, the key counts.
    let step = sign_in(&host, ALICE_NAME, "sshd", &at_sshd(&said));
    assert_eq!(step.outcome, "verified", "{step:?}");
}
