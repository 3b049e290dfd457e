//! A host on which people sign in: PAM asks for the second step, SSH shows its prompts, and texts
//! and emails arrive in directories, through channels in units of their own.

use crate::machine::Machine;
use crate::password;
use secinfo_test_person::{Codes, Dialogue, Pty};
use serde_json::Value;
use std::process::Stdio;

/// Where systemd keeps what the channel for texts writes. To the channel itself it is
/// `/var/lib/secinfo-spool`. That of another kind has the kind behind it.
const SPOOL: &str = "/var/lib/private/secinfo-spool";

/// What prompts of an authenticator app begin with.
pub const APP: &str = "Code from Authenticator app";

/// What the shell of a [`Session`] says before the exit code of a command.
const ENDED: &str = "--- ended ";
/// The same as it is typed, so that the terminal's echo is not taken for it.
const TYPED_ENDED: &str = "--- end''ed ";

impl Machine {
    /// A host on which an administrator has switched secinfo on for all services, with these
    /// sections in `config.toml` beyond `[daemon]`.
    pub fn boot_for_people(sections: &str) -> Self {
        let machine = Self::boot();
        machine.write("/etc/secinfo/config.toml", config(sections), 0o644);
        machine.write_channel("text");
        machine.write(
            "/etc/ssh/sshd_config.d/secinfo.conf",
            "KbdInteractiveAuthentication yes\nPasswordAuthentication no\n",
            0o644,
        );
        let script = "systemctl daemon-reload && \
                      systemctl enable --quiet --now secinfo-channel@text.socket && \
                      systemctl restart secinfod && systemctl reload ssh && \
                      DEBIAN_FRONTEND=noninteractive pam-auth-update --enable secinfo";
        machine.shell(script).ok();
        machine
    }

    /// The same with a channel for emails.
    pub fn boot_for_people_with_emails(sections: &str) -> Self {
        let machine = Self::boot_for_people("");
        machine.write_channel("email");
        let script = "systemctl daemon-reload && \
                      systemctl enable --quiet --now secinfo-channel@email.socket";
        machine.shell(script).ok();
        let sections = format!("{}{sections}", channel("email"));
        machine.write("/etc/secinfo/config.toml", config(&sections), 0o644);
        machine.run(["systemctl", "restart", "secinfod"]).ok();
        machine.wait_for_channel("email");
        machine
    }

    /// Has a channel in the unit that ships write into a directory.
    fn write_channel(&self, kind: &str) {
        let settings = format!("/etc/secinfo/channels/{kind}.toml");
        self.write(&settings, settings_of_spool(kind, ""), 0o600);
        let drop_ins = format!("/etc/systemd/system/secinfo-channel@{kind}.service.d");
        self.run(["mkdir", "-p", &drop_ins]).ok();
        let directory = format!("secinfo-spool{}", behind(kind));
        let drop_in = format!(
            "[Service]\nStateDirectory={directory}\nEnvironment=PLUGIN=spool \
             \"ARGUMENTS=--writable /var/lib/{directory}\"\n"
        );
        self.write(&format!("{drop_ins}/spool.conf"), drop_in, 0o644);
    }

    /// Puts other sections in force.
    pub fn reload_for_people(&self, sections: &str) {
        self.write("/etc/secinfo/config.toml", config(sections), 0o644);
        self.run(["systemctl", "reload", "secinfod"]).ok();
    }

    /// Gives the channel for texts other settings, and waits until it has them.
    pub fn set_spool(&self, lines: &str) {
        let path = "/etc/secinfo/channels/text.toml";
        self.write(path, settings_of_spool("text", lines), 0o600);
        self.run(["systemctl", "restart", "secinfo-channel@text.service"])
            .ok();
        self.wait_for_text_channel();
    }

    /// Waits until the daemon says that texts can be sent.
    pub fn wait_for_text_channel(&self) {
        self.wait_for_channel("text");
    }

    fn wait_for_channel(&self, name: &str) {
        self.wait_for("the channel", || self.channel(name) == "ready");
    }

    /// The state of the channel for texts.
    pub fn text_channel(&self) -> String {
        self.channel("text")
    }

    /// The state of the channel of this name.
    fn channel(&self, name: &str) -> String {
        let channels = self.run(["secinfo", "--json", "channels"]).json();
        let mut channels = channels.as_array().unwrap().iter();
        let channel = channels.find(|channel| channel["name"] == name).unwrap();
        channel["state"].as_str().unwrap().to_owned()
    }

    /// Sets an authenticator app up, on the first terminal of a user who has no method.
    pub fn set_up_app(&self, user: &str) -> Codes {
        let pty = Pty::open();
        let words = ["secinfo", "--json", "add", "authenticator-app"];
        let mut add = pty.run(&self.command_as(user, words));
        add.expect("\"uri\":\"");
        let uri = add.expect("\"");
        let mut codes = Codes::of_uri(uri.trim_end_matches('"'));
        codes.drift = 10;
        add.expect("\n");
        add.answer(&codes.fresh());
        let (status, said) = add.ended();
        assert!(status.success(), "{said}");
        codes
    }

    /// Sets a mobile phone up for texts, likewise.
    pub fn set_up_text(&self, user: &str, number: &str) {
        self.set_up_sent(user, "text", number);
    }

    /// Sets a mailbox up, likewise.
    pub fn set_up_email(&self, user: &str, address: &str) {
        self.set_up_sent(user, "email", address);
    }

    fn set_up_sent(&self, user: &str, kind: &str, destination: &str) {
        let messages = self.sent_by(kind).len();
        let pty = Pty::open();
        let words = ["secinfo", "--json", "add", kind, destination];
        let mut add = pty.run(&self.command_as(user, words));
        let message = self.message_by(kind, messages + 1);
        add.answer(message["code"].as_str().unwrap());
        let (status, said) = add.ended();
        assert!(status.success(), "{said}");
    }

    /// The texts with codes that have arrived, in the order in which they came.
    pub fn messages(&self) -> Vec<Value> {
        self.sent_by("text")
    }

    /// The messages of a kind with codes that have arrived, likewise.
    pub fn sent_by(&self, kind: &str) -> Vec<Value> {
        let mut messages = self.all_by(kind);
        messages.retain(|message| message["purpose"] != "notice");
        messages
    }

    /// What notices of a kind say.
    pub fn notices_by(&self, kind: &str) -> Vec<String> {
        let mut messages = self.all_by(kind);
        messages.retain(|message| message["purpose"] == "notice");
        let texts = messages.iter().map(|message| message["text"].as_str());
        texts.map(|text| text.unwrap().to_owned()).collect()
    }

    fn all_by(&self, kind: &str) -> Vec<Value> {
        let behind = behind(kind);
        let files = format!("cat {SPOOL}{behind}/*.json 2>/dev/null || true");
        let text = self.shell(&files).ok();
        let messages = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        messages.map(Result::unwrap).collect()
    }

    /// Waits for so many of them, and returns the newest.
    pub fn message(&self, number: usize) -> Value {
        self.message_by("text", number)
    }

    /// The same of messages of a kind.
    pub fn message_by(&self, kind: &str, number: usize) -> Value {
        let mut messages = Vec::new();
        self.wait_for("a message", || {
            messages = self.sent_by(kind);
            messages.len() >= number
        });
        assert_eq!(messages.len(), number);
        messages.remove(number - 1)
    }

    /// How many events of a type the log has.
    pub fn events(&self, kind: &str) -> usize {
        let log = self.run(["secinfo", "--json", "audit", "log"]).ok();
        let kind = format!("\"type\":\"{kind}\"");
        log.lines().filter(|line| line.contains(&kind)).count()
    }

    /// Has somebody sign in at a terminal of the host, where agetty asks who it is, work and leave.
    ///
    /// By the machine's own systemd: what the test inherits from where it runs (login uid, signals, control group) is
    /// none of a login's, and the `login` of Debian 13 takes no terminal of a program that watches it.
    pub fn at_terminal(&self, user: &str, work: impl FnOnce(&mut Dialogue<'_>)) {
        let pty = self.pty();
        let unit = pty.name().replace("/dev/pts/", "container-getty@");
        // Without a message bus systemctl cannot wait.
        let start = format!("systemctl start {unit} && exec sleep infinity");
        let mut start = self.command(["sh", "-c", &start]);
        let mut terminal = pty.watch(start.stdin(Stdio::null()));
        terminal.when_asked(" login: ", user);
        work(&mut terminal);
        terminal.when_asked("~$ ", "echo A session of $(id -un).; exit");
        terminal.expect(&format!("A session of {user}."));
        terminal.expect("logout");
        self.run(["systemctl", "stop", &unit]).ok();
    }

    /// Begins to sign a user in over SSH, for a [`Session`], and gives the password.
    pub fn ssh_after_password<'p>(&self, pty: &'p Pty, user: &str) -> Dialogue<'p> {
        let shell = "stty echo columns 1000; export NO_COLOR=1 SYSTEMD_PAGER= SYSTEMD_COLORS=0; \
                     echo A session of $(id -un).; PS1= exec sh";
        let mut client = self.ssh_with(pty, user, &["-tt"], Some(shell));
        client.when_asked("Password: ", &password(user));
        client
    }

    /// The same up to the answer to the prompt of an app.
    pub fn ssh_up_to_code<'p>(&self, pty: &'p Pty, user: &str) -> Dialogue<'p> {
        let mut client = self.ssh_after_password(pty, user);
        client.expect(APP);
        client.expect(": ");
        client
    }

    /// Signs a user in over SSH who has an app.
    pub fn sign_in<'p>(&self, pty: &'p Pty, user: &str, codes: &mut Codes) -> Session<'p> {
        let mut client = self.ssh_up_to_code(pty, user);
        client.answer(&codes.fresh());
        Session::of(client, user)
    }

    /// Signs a user in over SSH of whom nothing more than the password is asked.
    pub fn sign_in_by_password<'p>(&self, pty: &'p Pty, user: &str) -> Session<'p> {
        Session::of(self.ssh_after_password(pty, user), user)
    }
}

/// What the name of a channel's directory ends in.
fn behind(kind: &str) -> String {
    if kind == "text" {
        String::new()
    } else {
        format!("-{kind}")
    }
}

/// The section of a channel.
fn channel(kind: &str) -> String {
    format!(
        "[channel.{kind}]\nkind = \"{kind}\"\nplugin = \"spool\"\n\
         socket = \"/run/secinfo/channels/{kind}.sock\"\n"
    )
}

fn config(sections: &str) -> String {
    // Codes of apps may be far off, so that no test has to wait for the next one.
    format!(
        "[daemon]\nallow_spool = true\n[policy.authenticator-app]\ndrift = 10\n{}{sections}\n",
        channel("text")
    )
}

fn settings_of_spool(kind: &str, lines: &str) -> String {
    let behind = behind(kind);
    format!("directory = \"/var/lib/secinfo-spool{behind}\"\n{lines}\n")
}

/// There is no session, and what was said instead.
pub fn is_refused(client: Dialogue<'_>) -> String {
    let (status, said) = client.ended();
    assert!(!status.success(), "{said}");
    assert!(!said.contains("A session of "), "{said}");
    said
}

/// There is no session, as a last prompt says, and no password is asked for again.
pub fn is_refused_once_read(mut client: Dialogue<'_>) -> String {
    client.when_asked("Press Enter to end (no password here): ", "");
    let said = is_refused(client);
    assert!(said.contains("Permission denied"), "{said}");
    assert!(!said.contains("Password:"), "{said}");
    said
}

/// A shell in a login session over SSH, as sshd, PAM and logind have made it.
pub struct Session<'p> {
    shell: Dialogue<'p>,
    /// Below `/dev` on the machine.
    terminal: String,
    /// What was said before it began.
    pub greeting: String,
}

impl<'p> Session<'p> {
    /// Waits until a user who has answered everything is in.
    pub fn of(mut client: Dialogue<'p>, user: &str) -> Self {
        let greeting = client.expect(&format!("A session of {user}.\n"));
        let mut session = Self {
            shell: client,
            terminal: String::new(),
            greeting,
        };
        let name = session.ok("tty");
        name.trim()
            .strip_prefix("/dev/")
            .expect("a terminal")
            .clone_into(&mut session.terminal);
        session
    }

    /// Runs a command that asks nothing: its exit code, and what it said.
    pub fn run(&mut self, command: &str) -> (i32, String) {
        self.start(command);
        self.finish()
    }

    /// Runs a command that must succeed: what it said.
    #[track_caller]
    pub fn ok(&mut self, command: &str) -> String {
        let (code, said) = self.run(command);
        assert_eq!(code, 0, "{command}: {said}");
        said
    }

    /// Runs a command that must fail: what it said.
    #[track_caller]
    pub fn fails(&mut self, command: &str) -> String {
        let (code, said) = self.run(command);
        assert_ne!(code, 0, "{command}: {said}");
        said
    }

    /// Starts a command that asks something.
    pub fn start(&mut self, command: &str) {
        let line = format!("{command}; echo {TYPED_ENDED}$?");
        self.shell.answer(&line);
        self.shell.expect(&format!("{line}\n"));
    }

    /// What it asks, and the answer to it.
    pub fn when_asked(&mut self, words: &str, line: &str) -> String {
        self.shell.when_asked(words, line)
    }

    /// The same of polkit's agent for terminals. It throws away what was typed before it has
    /// switched the echo off, so that is waited for.
    pub fn when_agent_asks(&mut self, machine: &Machine, words: &str, line: &str) -> String {
        let text = self.shell.expect(words);
        let terminal = format!("/dev/{}", self.terminal);
        machine.wait_for("polkit's agent to listen", || {
            let settings = machine.run(["stty", "-F", &terminal, "-a"]).ok();
            settings.split_whitespace().any(|word| word == "-echo")
        });
        self.shell.answer(line);
        text
    }

    /// Waits until a command that was started has ended: its exit code, and what it said that
    /// was not asked for yet.
    pub fn finish(&mut self) -> (i32, String) {
        let mut said = self.shell.expect(ENDED);
        said.truncate(said.len() - ENDED.len());
        let code = self.shell.expect("\n").trim().parse().unwrap();
        (code, said)
    }

    /// Leaves.
    pub fn end(mut self) {
        self.shell.answer("exit");
        let (status, said) = self.shell.ended();
        assert!(status.success(), "{said}");
    }
}
