//! The steps of the demo: what a user does with secinfo from the first day on. Each step checks its
//! result.

use super::Ending;
use super::account::{self, OwnAccounts};
use super::devices::Device;
use super::host::DemoHost;
use super::spool::{ADDRESS, NUMBER};
use super::terminal::{Answers, Terminal};
use super::user::SimulatedUser;
use crate::failure::{Context, Failure, Result};
use crate::screen;
use crate::workspace::PAM_MODULE;
use std::fs;
use std::process::Command;

/// The hardware token of the demo, with the key of RFC 4226, appendix D.
const TOKEN_SERIAL: &str = "DEMO-4226";
const TOKEN_KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// The PAM service of the demo.
const PAM_SERVICE: &str = "secinfo-demo";

/// A step of the demo.
struct Step {
    title: &'static str,
    /// Whether only root can do it: what administrators do, and channels, which a daemon starts as
    /// another user.
    needs_root: bool,
    run: fn(&mut Demo<'_>) -> Result<()>,
}

const STEPS: [Step; 19] = [
    step("Your security info, on the first day", show_empty),
    step("Add an authenticator app", add_app),
    step(
        "Prove who you are with a code; the same code again is refused",
        verify,
    ),
    step("Another program verifies you, over D-Bus", verify_over_bus),
    step(
        "A second authenticator app becomes the default",
        add_second_app,
    ),
    root_step("Import a hardware token, and activate it", add_token),
    step(
        "Recovery codes, for the day when everything else is lost",
        add_recovery_codes,
    ),
    root_step(
        "Sign in through PAM, as sshd, sudo and login do, by another way than the default",
        sign_in_through_pam,
    ),
    step("Choose another default", change_default),
    step(
        "Delete the default: it falls back to the strongest that is left",
        delete_default,
    ),
    root_step(
        "Look at the channels that deliver codes, and try one",
        try_channel,
    ),
    root_step("Add a phone: a text message brings the code", add_text),
    root_step(
        "Make the phone the default, and sign in with it",
        sign_in_by_text,
    ),
    root_step(
        "Add an email address, for the day of a forgotten password",
        add_email,
    ),
    root_step("Delete the default phone", delete_phone),
    step(
        "Restart the daemon: nothing is forgotten, and used codes stay used",
        restart,
    ),
    root_step("Everything that happened is in the log", read_log),
    root_step("Check that nobody rewrote the log", verify_log),
    root_step(
        "Forget a password: a code comes by email, and a new password is set",
        reset_password,
    ),
];

const fn step(title: &'static str, run: fn(&mut Demo<'_>) -> Result<()>) -> Step {
    Step {
        title,
        needs_root: false,
        run,
    }
}

const fn root_step(title: &'static str, run: fn(&mut Demo<'_>) -> Result<()>) -> Step {
    Step {
        title,
        needs_root: true,
        run,
    }
}

/// Runs all steps.
pub(super) fn run(
    host: &mut DemoHost,
    terminal: &Terminal,
    user: &mut SimulatedUser,
    ending: Ending,
) -> Result<()> {
    let is_root = rustix::process::geteuid().is_root();
    let mut demo = Demo {
        host,
        terminal,
        user,
        ending,
    };
    let number = STEPS.len();
    for (index, step) in STEPS.iter().enumerate() {
        screen::heading(&format!("[{}/{number}] {}", index + 1, step.title));
        if step.needs_root && !is_root {
            screen::say("Left out: this takes root. Run the demo as root to see it.");
            continue;
        }
        (step.run)(&mut demo)?;
    }
    Ok(())
}

struct Demo<'a> {
    host: &'a mut DemoHost,
    terminal: &'a Terminal,
    user: &'a mut SimulatedUser,
    ending: Ending,
}

impl Demo<'_> {
    /// Runs a command that must succeed; the simulated user answers its questions.
    fn secinfo(&mut self, arguments: &[&str]) -> Result<String> {
        let seen = self
            .terminal
            .secinfo(arguments, Answers::User(self.user), 0)?;
        self.user.finish_setup();
        Ok(seen)
    }

    /// Checks that `secinfo verify` refuses a code.
    fn expect_refusal(&mut self, method: &str, code: &str, why: &str) -> Result<()> {
        let seen =
            self.terminal
                .secinfo(&["verify", "--method", method], Answers::List(&[code]), 3)?;
        expect(seen.contains(why), &format!("the refusal says \"{why}\""))
    }

    /// Checks the label of the default method and the number of methods.
    fn check_methods(&self, default: Option<&str>, methods: usize) -> Result<()> {
        let page = self.terminal.json(&[])?;
        let list = page["methods"].as_array().map_or(&[][..], Vec::as_slice);
        let found = list
            .iter()
            .find(|method| method["is_default"] == true)
            .and_then(|method| method["label"].as_str());
        expect(
            found == default && list.len() == methods,
            &format!("the default is {default:?} and there are {methods} methods: {page}"),
        )
    }

    /// The number of methods.
    fn count(&self) -> Result<usize> {
        let page = self.terminal.json(&[])?;
        page["methods"]
            .as_array()
            .map(Vec::len)
            .ok_or_else(|| Failure::Wrong(format!("no list of methods: {page}")))
    }
}

/// Fails if the condition is false.
fn expect(condition: bool, what: &str) -> Result<()> {
    if condition {
        Ok(())
    } else {
        Err(Failure::Wrong(format!("expected: {what}")))
    }
}

fn show_empty(demo: &mut Demo<'_>) -> Result<()> {
    demo.secinfo(&[])?;
    demo.check_methods(None, 0)
}

fn add_app(demo: &mut Demo<'_>) -> Result<()> {
    screen::say(
        "The phone of this demo is oathtool: it takes the key from the screen and computes the\n\
         codes. To save time it also uses the codes of 30 seconds before and after, which the\n\
         daemon accepts of a clock that is a little off.",
    );
    demo.user.begin_setup("Phone");
    demo.secinfo(&["add", "authenticator-app", "--label", "Phone"])?;
    demo.secinfo(&[])?;
    demo.check_methods(Some("Phone"), 1)
}

fn verify(demo: &mut Demo<'_>) -> Result<()> {
    demo.secinfo(&["verify"])?;
    let code = demo.user.last_code.clone();
    demo.expect_refusal("Phone", &code, "used already")
}

fn verify_over_bus(demo: &mut Demo<'_>) -> Result<()> {
    let code = demo.user.code_of("Phone")?;
    let uid = rustix::process::getuid().as_raw().to_string();
    let mut gdbus = Command::new("gdbus");
    gdbus
        .args(["call", "--address", demo.terminal.bus_address()])
        .args(["--dest", "org.secinfo.SecurityInfo1"])
        .args(["--object-path", "/org/secinfo/SecurityInfo1"])
        .args(["--method", "org.secinfo.SecurityInfo1.Manager.Verify"])
        .args([uid.as_str(), "sign-in", "demo", "/"])
        .arg(format!("{{'code': <'{}'>}}", code.as_str()));
    let seen = demo.terminal.show(&mut gdbus, Answers::List(&[]), 0)?;
    expect(
        seen.contains("authenticator-app"),
        "the answer names the kind of method",
    )
}

fn add_second_app(demo: &mut Demo<'_>) -> Result<()> {
    screen::say("A user who has a method must verify with it before changing anything.");
    demo.user.begin_setup("Tablet");
    demo.secinfo(&["add", "authenticator-app", "--label", "Tablet"])?;
    demo.check_methods(Some("Tablet"), 2)
}

fn add_token(demo: &mut Demo<'_>) -> Result<()> {
    let file = demo.host.directory().join("tokens.csv");
    fs::write(
        &file,
        format!(
            "serial number,secret key,time interval,manufacturer,model\n\
             {TOKEN_SERIAL},{TOKEN_KEY},0,Example,Button\n"
        ),
    )
    .context(|| format!("write {}", file.display()))?;
    let path = file.to_string_lossy();
    demo.secinfo(&["tokens", "import", &path, "--yes"])?;
    demo.secinfo(&["tokens", "list"])?;
    demo.user.add_device("Key ring", Device::token(TOKEN_KEY));
    demo.user.begin_setup("Key ring");
    demo.secinfo(&[
        "add",
        "hardware-token",
        "--serial",
        TOKEN_SERIAL,
        "--label",
        "Key ring",
    ])?;
    demo.check_methods(Some("Tablet"), 3)
}

fn add_recovery_codes(demo: &mut Demo<'_>) -> Result<()> {
    let before = demo.count()?;
    let seen = demo.secinfo(&["add", "recovery-codes"])?;
    demo.user.keep_recovery_codes(recovery_codes(&seen));
    demo.check_methods(Some("Tablet"), before + 1)?;
    demo.secinfo(&["verify", "--method", "recovery-codes"])?;
    Ok(())
}

/// The codes on the screen, each after its number.
fn recovery_codes(seen: &str) -> Vec<String> {
    let words: Vec<&str> = seen.split_whitespace().collect();
    let is_number = |word: &str| {
        word.strip_suffix('.')
            .is_some_and(|number| number.parse::<u8>().is_ok())
    };
    words
        .windows(2)
        .filter(|pair| is_number(pair[0]))
        .map(|pair| pair[1].to_owned())
        .collect()
}

/// Signs in with the PAM module. A real stack would ask for the password first.
fn sign_in_through_pam(demo: &mut Demo<'_>) -> Result<()> {
    screen::say(
        "The module asks the daemon what to ask, and passes the answers on. Here the program that\n\
         signs in is pamtester, with this as its file in pam.d:\n",
    );
    let directory = demo.host.directory().join("pam.d");
    let module = demo.host.library(PAM_MODULE);
    let stack = format!(
        "auth    required {} socket={}\naccount required pam_permit.so\n",
        module.display(),
        demo.host.sign_in_socket().display()
    );
    screen::say(&stack);
    fs::create_dir_all(&directory).context(|| format!("make {}", directory.display()))?;
    // libpam reads the file of the service "other", too.
    for (service, stack) in [
        (PAM_SERVICE, &*stack),
        ("other", "auth required pam_deny.so\n"),
    ] {
        let file = directory.join(service);
        fs::write(&file, stack).context(|| format!("write {}", file.display()))?;
    }
    let code = demo.user.code_of("Key ring")?;
    let mut pamtester = Command::new("pamtester");
    pamtester
        // As on a terminal, where prompts have several lines.
        .args(["-I", "tty=/dev/tty"])
        .args([PAM_SERVICE, "root", "authenticate"])
        // The wrapper makes libpam read that directory instead of /etc/pam.d.
        .env("LD_PRELOAD", "libpam_wrapper.so")
        .env("PAM_WRAPPER", "1")
        .env("PAM_WRAPPER_SERVICE_DIR", &directory);
    // "?" lists the other methods: the other app is the first, the token the second.
    let answers = ["?", "2", &code];
    let seen = demo
        .terminal
        .show(&mut pamtester, Answers::List(&answers), 0)?;
    expect(
        seen.contains("Key ring") && seen.contains("successfully authenticated"),
        "the user is signed in with the token",
    )
}

fn change_default(demo: &mut Demo<'_>) -> Result<()> {
    let methods = demo.count()?;
    demo.secinfo(&["default", "Phone"])?;
    demo.check_methods(Some("Phone"), methods)
}

fn delete_default(demo: &mut Demo<'_>) -> Result<()> {
    let methods = demo.count()?;
    demo.secinfo(&["delete", "Phone", "--yes"])?;
    demo.user.remove_device("Phone");
    demo.secinfo(&[])?;
    demo.check_methods(Some("Tablet"), methods - 1)
}

fn try_channel(demo: &mut Demo<'_>) -> Result<()> {
    screen::say(
        "Each channel is a plugin in a process of its own. Those that ship send through Twilio or an\n\
         SMTP server; the one of this demo writes every message to a directory.",
    );
    let seen = demo.secinfo(&["channels"])?;
    expect(seen.contains("ready"), "the channels are ready")?;
    demo.secinfo(&["channels", "test", "text", NUMBER])?;
    let message = demo
        .user
        .next_message(|message| message.purpose == "test")?;
    message.show();
    expect(message.code.is_empty(), "a test message has no code")
}

fn add_text(demo: &mut Demo<'_>) -> Result<()> {
    let methods = demo.count()?;
    screen::say(
        "The phone of this demo is a directory, where the person finds each message as a file.",
    );
    demo.secinfo(&["add", "text", NUMBER, "--label", "Pocket phone"])?;
    let message = &demo.user.last_message;
    message.show();
    expect(
        message.text.contains(&message.code),
        "the text message holds the code",
    )?;
    demo.check_methods(Some("Tablet"), methods + 1)
}

fn sign_in_by_text(demo: &mut Demo<'_>) -> Result<()> {
    let methods = demo.count()?;
    demo.secinfo(&["default", "Pocket phone"])?;
    demo.check_methods(Some("Pocket phone"), methods)?;
    demo.secinfo(&["verify", "--service", "sshd"])?;
    let message = &demo.user.last_message;
    message.show();
    expect(
        message.text.contains("sshd"),
        "the text message names the service that asks",
    )
}

fn add_email(demo: &mut Demo<'_>) -> Result<()> {
    let methods = demo.count()?;
    demo.secinfo(&["add", "email", ADDRESS, "--label", "Private mail"])?;
    let message = &demo.user.last_message;
    message.show();
    expect(
        message.html.contains(&message.code) && !message.subject.contains(&message.code),
        "the mail holds the code, and its subject does not",
    )?;
    demo.secinfo(&[])?;
    demo.check_methods(Some("Pocket phone"), methods + 1)
}

fn delete_phone(demo: &mut Demo<'_>) -> Result<()> {
    let methods = demo.count()?;
    demo.secinfo(&["delete", "Pocket phone", "--yes"])?;
    demo.check_methods(Some("Tablet"), methods - 1)?;
    screen::say("\nEvery change is told by every other means there is, in case it was not you.");
    let message = demo
        .user
        .next_message(|message| message.purpose == "notice" && message.destination == ADDRESS)?;
    message.show();
    expect(message.code.is_empty(), "a notice has no code")
}

fn restart(demo: &mut Demo<'_>) -> Result<()> {
    let before = demo.terminal.json(&[])?;
    // A token has a new code without waiting.
    let label = if demo.user.has_device("Key ring") {
        "Key ring"
    } else {
        "Tablet"
    };
    let code = demo.user.code_of(label)?;
    demo.terminal
        .secinfo(&["verify", "--method", label], Answers::List(&[&code]), 0)?;
    demo.host.restart_daemon()?;
    demo.expect_refusal(label, &code, "used already")?;
    let after = demo.terminal.json(&[])?;
    let ids = |page: &serde_json::Value| -> Vec<serde_json::Value> {
        let list = page["methods"].as_array().cloned().unwrap_or_default();
        list.into_iter()
            .map(|method| method["id"].clone())
            .collect()
    };
    expect(
        ids(&before) == ids(&after),
        "the methods are the same after the restart",
    )
}

fn read_log(demo: &mut Demo<'_>) -> Result<()> {
    let seen = demo.secinfo(&["audit", "log"])?;
    expect(
        seen.contains("method-deleted"),
        "the log tells of the deletion",
    )
}

fn verify_log(demo: &mut Demo<'_>) -> Result<()> {
    let seen = demo.secinfo(&["audit", "checkpoint"])?;
    let file = demo.host.directory().join("checkpoint");
    let note = seen.replace("\x1b[0m", "");
    fs::write(&file, note).context(|| format!("write {}", file.display()))?;
    screen::say("Kept apart, such a checkpoint shows later whether the log still continues it.");
    demo.secinfo(&["rename", "Tablet", "Kitchen tablet"])?;
    demo.user.rename_device("Tablet", "Kitchen tablet");
    demo.secinfo(&["audit", "verify", "--against", &file.to_string_lossy()])?;
    Ok(())
}

fn reset_password(demo: &mut Demo<'_>) -> Result<()> {
    let Demo {
        host,
        terminal,
        user,
        ending,
    } = demo;
    let Some(accounts) = host.accounts() else {
        let why = "this takes the right to mount, for an account of the demo's own";
        // Nobody watches who would read that.
        if *ending == Ending::Exit {
            return Err(Failure::Wrong(format!("no reset was shown: {why}")));
        }
        screen::say(&format!("Left out: {why}."));
        return Ok(());
    };
    screen::say(
        "Daemon and helper see an /etc of the demo's own, with the account \"sam\". The accounts of\n\
         this machine are left alone.",
    );
    let add = ["add", "email", account::ADDRESS];
    terminal.secinfo_as_sam(accounts, &add, Answers::User(user))?;
    is_password(terminal, accounts, account::FORMER, true)?;
    screen::say("\nSome months later nobody remembers that. Any account may begin, for any user:");
    let socket = host.sign_in_socket();
    let socket = socket.to_string_lossy();
    let reset = ["reset", account::NAME, "--socket", &socket];
    let seen = terminal.secinfo(&reset, Answers::User(user), 0)?;
    user.last_message.show();
    expect(
        !seen.contains(account::NEW),
        "the new password is not shown",
    )?;
    is_password(terminal, accounts, account::FORMER, false)?;
    is_password(terminal, accounts, account::NEW, true)?;
    let notice = user.next_message(|message| message.purpose == "notice")?;
    notice.show();
    expect(
        notice.destination == account::ADDRESS,
        "the user is told of it",
    )
}

/// Tries a password with `pam_unix`.
fn is_password(
    terminal: &Terminal,
    accounts: &OwnAccounts,
    password: &str,
    is_right: bool,
) -> Result<()> {
    let mut pamtester = accounts.command("pamtester");
    pamtester.args([account::SERVICE, account::NAME, "authenticate"]);
    let expected = i32::from(!is_right);
    terminal
        .show(&mut pamtester, Answers::List(&[password]), expected)
        .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_codes_are_read_from_the_screen() {
        let screen = "Code: 123456\n\n   1. aaaa-bbbb    2. cccc-dddd\n\nThese 2 are shown once.";
        assert_eq!(recovery_codes(screen), ["aaaa-bbbb", "cccc-dddd"]);
    }
}
