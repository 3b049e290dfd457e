//! A host for sign-ins, with its own accounts, PAM services and `sudo` in a private mount namespace,
//! in which the daemon runs, too.

use crate::accounts::{self, UnixAccount};
use crate::daemon::binary;
use crate::host::{Setup, TestHost};
use crate::namespace::{MountNamespace, Mounts};
use secinfo_test_person::{Dialogue, Pty};
use std::fs;
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The PAM module's library, as cargo names it.
const MODULE: &str = "libpam_secinfo.so";

/// The rules after those for `auth` in every service.
const OTHER_RULES: &str =
    "account required pam_unix.so\nsession required pam_permit.so\npassword required pam_deny.so\n";

/// A host for sign-ins.
pub struct SignInHost {
    // First, so that it ends before the namespace that it runs in.
    host: TestHost,
    namespace: MountNamespace,
}

impl SignInHost {
    /// Starts a host with this setup, on which every service asks for the password and then runs the
    /// module.
    pub async fn with(setup: Setup) -> Self {
        let mut host = Self::without_daemon(setup).await;
        host.start_daemon().await;
        host
    }

    /// Creates such a host without starting the daemon.
    pub async fn without_daemon(setup: Setup) -> Self {
        let host = TestHost::without_daemon(setup.clone()).await;
        let namespace = prepare(host.directory());
        let mut host = Self { host, namespace };
        host.set_up(setup);
        for service in ["sshd", "sudo", "su", "login"] {
            host.service(service, &after_the_password("set_up"));
        }
        host
    }

    /// Changes the setup, with effect from the next start or reload.
    pub fn set_up(&mut self, setup: Setup) {
        let wrapper = self.namespace.wrapper();
        self.host
            .set_up(setup.wrapper(&wrapper.each_ref().map(String::as_str)));
    }

    /// Sets the `auth` rules of a PAM service. `{module}` is replaced by the module with the
    /// arguments that every test needs.
    pub fn service(&self, name: &str, auth: &str) {
        let module = format!(
            "{} socket={} break_glass={}",
            self.module().display(),
            self.host.sign_in_socket().display(),
            self.break_glass_directory().display()
        );
        let text = format!("{}\n{OTHER_RULES}", auth.replace("{module}", &module));
        fs::write(self.etc().join("pam.d").join(name), text).unwrap();
    }

    /// The path of the module, which every user can read.
    fn module(&self) -> PathBuf {
        module(self.directory())
    }

    /// The directory whose content is mounted in `/etc`.
    pub(crate) fn etc(&self) -> PathBuf {
        self.directory().join("etc")
    }

    /// The directory of break-glass codes.
    pub fn break_glass_directory(&self) -> PathBuf {
        self.directory().join("break-glass")
    }

    /// A user's home directory.
    pub fn home(&self, account: UnixAccount) -> PathBuf {
        self.directory().join("homes").join(account.name)
    }

    /// The words of a command that runs on this host, as root.
    pub fn words(&self, words: &[&str]) -> Vec<String> {
        let wrapper = self.namespace.wrapper().into_iter();
        wrapper
            .chain(words.iter().map(|&word| word.to_owned()))
            .collect()
    }

    /// A command that runs on this host, as root.
    pub fn command(&self, words: &[&str]) -> Command {
        let words = self.words(words);
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .current_dir("/")
            .env("SECINFO_BUS_ADDRESS", self.host.bus().address())
            .env("TERM", "xterm-256color")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("LANG")
            .env_remove("LANGUAGE")
            .env_remove("SSH_AUTH_SOCK")
            .env_remove("SSH_ASKPASS")
            .env_remove("SUDO_ASKPASS");
        command
    }

    /// A command that runs on this host, as a user.
    pub fn command_of(&self, account: UnixAccount, words: &[&str]) -> Command {
        let id = account.uid.to_string();
        let mut command = self.command(&["setpriv", "--reuid", &id, "--regid", &id]);
        command
            .args(["--init-groups", "--"])
            .args(words)
            .env("HOME", self.home(account))
            .env("USER", account.name)
            .env("LOGNAME", account.name);
        command
    }

    /// Runs `pamtester` as root to authenticate this user at a service.
    pub fn pamtester<'p>(&self, pty: &'p Pty, service: &str, user: &str) -> Dialogue<'p> {
        let tty = format!("tty={}", pty.name());
        let words = ["pamtester", "-I", &tty, service, user, "authenticate"];
        pty.run(&self.command(&words))
    }

    /// Starts a user's shell, with the prompt `$ `.
    pub fn shell<'p>(&self, pty: &'p Pty, account: UnixAccount) -> Dialogue<'p> {
        let mut command = self.command_of(account, &["sh"]);
        command.env("PS1", "$ ").env_remove("ENV");
        pty.run(&command)
    }
}

impl Deref for SignInHost {
    type Target = TestHost;

    fn deref(&self) -> &TestHost {
        &self.host
    }
}

impl DerefMut for SignInHost {
    fn deref_mut(&mut self) -> &mut TestHost {
        &mut self.host
    }
}

/// `auth` rules that ask for the password, then run the module with these arguments.
pub fn after_the_password(arguments: &str) -> String {
    format!(
        "auth requisite pam_unix.so nodelay\n\
         auth [success=ok ignore=ignore default=die] {{module}} {arguments}"
    )
}

/// `auth` rules that return the module's return code, but `PAM_CRED_EXPIRED`, which the module never
/// returns, in place of `PAM_IGNORE`.
pub fn module_alone(arguments: &str) -> String {
    format!(
        "auth [success=1 ignore=ignore default=die] {{module}} {arguments}\n\
         auth requisite pam_debug.so auth=cred_expired\n\
         auth required pam_permit.so"
    )
}

fn module(directory: &Path) -> PathBuf {
    directory.join("pam_secinfo.so")
}

fn prepare(directory: &Path) -> MountNamespace {
    let etc = directory.join("etc");
    for name in ["pam.d", "sudoers.d", "ssh"] {
        fs::create_dir_all(etc.join(name)).unwrap();
    }
    accounts::write(&etc, &directory.join("homes"));
    fs::set_permissions(etc.join("shadow"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(etc.join("pam.d/other"), "auth required pam_deny.so\naccount required pam_deny.so\nsession required pam_deny.so\npassword required pam_deny.so\n").unwrap();
    // sudo caches no authentication, so that it calls PAM every time, and queries no name server.
    let sudoers = "Defaults timestamp_timeout=0, passwd_tries=1, !fqdn, !lecture, !insults, !syslog\n\
                   ALL ALL=(ALL:ALL) ALL\n";
    fs::write(etc.join("sudoers"), sudoers).unwrap();
    fs::set_permissions(etc.join("sudoers"), fs::Permissions::from_mode(0o440)).unwrap();
    // The mount point of the module, which every user can reach wherever the module was built.
    fs::write(module(directory), "").unwrap();

    let mut mounts = Mounts::default();
    mounts.bind(&binary(MODULE), module(directory).to_str().unwrap());
    for name in [
        "passwd",
        "shadow",
        "group",
        "nsswitch.conf",
        "pam.d",
        "sudoers",
        "sudoers.d",
        "ssh",
    ] {
        mounts.bind(&etc.join(name), &format!("/etc/{name}"));
    }
    for directory in ["/run", "/var/log", "/var/lib/sudo", "/var/mail"] {
        mounts.empty(directory);
    }
    mounts.directory("/run/sshd");
    MountNamespace::new(&mounts)
}
