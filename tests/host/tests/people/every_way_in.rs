//! Every way in at its worst: SSH, `sudo`, `login` and `su` without a message bus, before the daemon runs,
//! and while another account floods it.

use secinfo_host_tests::{APP, Codes, Machine, Pty, Session, password};

const NAME: &str = "org.secinfo.SecurityInfo1";
const ROOT: &str = "/org/secinfo/SecurityInfo1";

/// A host whose users have an app.
struct People {
    machine: Machine,
    admin: Codes,
    alice: Codes,
    /// The codes that were typed.
    typed: Vec<String>,
}

impl People {
    fn boot() -> Self {
        let machine = Machine::boot_for_people("");
        Self {
            admin: machine.set_up_app("admin"),
            alice: machine.set_up_app("alice"),
            machine,
            typed: Vec::new(),
        }
    }

    fn admins_code(&mut self) -> String {
        self.typed.push(self.admin.fresh());
        self.typed[self.typed.len() - 1].clone()
    }

    fn alices_code(&mut self) -> String {
        self.typed.push(self.alice.fresh());
        self.typed[self.typed.len() - 1].clone()
    }

    /// Goes in by SSH, `sudo`, `login` and `su`, each with a code.
    fn go_in(&mut self) {
        let code = self.admins_code();
        let pty = Pty::open();
        let mut client = self.machine.ssh_up_to_code(&pty, "admin");
        client.answer(&code);
        let mut session = Session::of(client, "admin");

        session.start("sudo -k; sudo id -un");
        session.when_asked("password for admin: ", &password("admin"));
        session.when_asked(APP, &self.admins_code());
        let (code, said) = session.finish();
        assert!(code == 0 && said.ends_with("root\n"), "{said}");

        session.start("su alice -c 'id -un'");
        session.when_asked("Password: ", &password("alice"));
        session.when_asked(APP, &self.alices_code());
        let (code, said) = session.finish();
        assert!(code == 0 && said.ends_with("alice\n"), "{code} {said}");
        session.end();

        let code = self.alices_code();
        self.machine.at_terminal("alice", |terminal| {
            terminal.when_asked("Password: ", &password("alice"));
            terminal.when_asked(APP, &code);
        });
    }

    fn is_active(&self, unit: &str) -> bool {
        self.machine.run(["systemctl", "is-active", unit]).code == 0
    }
}

#[test]
fn every_way_in_is_open_without_a_bus_and_before_the_daemon_runs_and_no_code_is_seen() {
    let mut people = People::boot();
    // What any account sees of others' processes, as often as it can look.
    let look = "while :; do ps axww -o args= >>/tmp/seen; sleep 0.05; done";
    let words = [
        "systemd-run",
        "--unit=look",
        "--uid=carol",
        "sh",
        "-c",
        look,
    ];
    people.machine.run(words).ok();

    let bus = ["dbus.socket", "dbus.service"];
    people
        .machine
        .run(["systemctl", "stop", bus[0], bus[1]])
        .ok();
    assert!(!people.is_active("dbus.service"));
    people.go_in();
    assert!(!people.is_active("dbus.service"));

    // Neither is there: the socket for sign-ins starts the daemon.
    people
        .machine
        .run(["systemctl", "stop", "secinfod.service"])
        .ok();
    people.go_in();
    people
        .machine
        .run(["systemctl", "start", bus[0], bus[1]])
        .ok();
    people
        .machine
        .run(["systemctl", "stop", "secinfod.service"])
        .ok();
    assert!(!people.is_active("secinfod.service"));
    people.go_in();
    assert!(people.is_active("secinfod.service"));

    people.machine.run(["systemctl", "stop", "look"]).ok();
    let seen = people.machine.read("/tmp/seen");
    assert!(seen.contains("su alice -c"), "{} bytes", seen.len());
    let journal = people
        .machine
        .run(["journalctl", "--boot", "--output=cat"])
        .ok();
    for code in &people.typed {
        let shows = |text: &str| {
            text.split(|c: char| !c.is_ascii_digit())
                .any(|word| word == code)
        };
        assert!(!shows(&seen), "{code} is in the list of processes");
        assert!(!shows(&journal), "{code} is in the journal");
    }
}

/// What floods, and what is repeated in eight places at once.
fn floods(carol: &str, app: &str) -> [(&'static str, String); 6] {
    let call = |path: &str, interface: &str, rest: &str| {
        format!("busctl call {NAME} {path} {NAME}.{interface} {rest}")
    };
    let large = "$(head -c 120000 /dev/zero | tr '\\0' x)";
    [
        ("calls", call(ROOT, "Manager", "GetStatus")),
        (
            "bodies",
            call(ROOT, "Manager", &format!("GetUserByName s {large}")),
        ),
        (
            "signals",
            format!("busctl emit --destination={NAME} {ROOT} org.example.Flood Flood s x"),
        ),
        ("renames", call(app, "Method", "Rename s $(date +%N)")),
        ("hashing", call(carol, "User", "IssueRecoveryCodes")),
        (
            "held prompts",
            "for prompt in 1 2 3 4 5 6 7 8 9 10; do \
             (echo carol-password; sleep 2) | su carol -c true & done; wait"
                .to_owned(),
        ),
    ]
}

#[test]
fn every_way_in_is_open_while_one_account_floods() {
    let mut people = People::boot();
    let mut app = people.machine.set_up_app("carol");
    let pty = Pty::open();
    let mut flooder = people.machine.sign_in(&pty, "carol", &mut app);
    // Hashing is for those who have proved a method lately.
    flooder.start("secinfo verify");
    flooder.when_asked("app", &app.fresh());
    assert_eq!(flooder.finish().0, 0);
    let uid = flooder.ok("id -u");
    let carol = format!("{ROOT}/users/u{}", uid.trim());
    let methods = flooder.ok(&format!(
        "busctl get-property {NAME} {carol} {NAME}.User Methods"
    ));
    let method = methods.split('"').nth(1).unwrap().to_owned();

    for (what, repeated) in floods(&carol, &method) {
        let script = format!(
            "echo $$ >/tmp/flood\nfor place in 1 2 3 4 5 6 7 8; do\n\
             while :; do {repeated}; echo >>/tmp/turns; done &\ndone\nwait\n"
        );
        people.machine.write("/srv/flood", script, 0o644);
        flooder.ok("rm -f /tmp/turns; (setsid sh /srv/flood </dev/null >/dev/null 2>&1 &)");
        let turns = || people.machine.shell("wc -l </tmp/turns || echo 0").stdout;
        people.machine.wait_for(what, || turns().trim().len() > 1);
        people.go_in();
        // A flood that has ended would have shown nothing.
        people.machine.shell("kill -KILL -$(cat /tmp/flood)").ok();
    }
}
