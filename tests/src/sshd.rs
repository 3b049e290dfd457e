//! A real OpenSSH server on a loopback address, and the real client.

use crate::accounts::UnixAccount;
use crate::pam_host::compile;
use crate::sign_in::SignInHost;
use crate::terminal::Terminal;
use secinfo_test_key::{Authenticator, Shared, serve_open_ssh};
use secinfo_test_person::{Dialogue, Process, Pty};
use std::fs::{self, File, Permissions};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the server may take to start.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The remote command, which shows that there is a session.
const REMOTE: &str = "echo A session of $(id -un).";

/// A running OpenSSH server, killed on drop.
pub struct Sshd {
    server: Child,
    port: u16,
    directory: PathBuf,
}

impl SignInHost {
    /// Starts an OpenSSH server with these additional lines of configuration.
    pub fn sshd(&self, lines: &str) -> Sshd {
        let directory = self.directory().join("sshd");
        fs::create_dir(&directory).unwrap();
        generate_key(&directory.join("host_key"));
        let directory_name = directory.display();
        let config = format!(
            "ListenAddress 127.0.0.1\nHostKey {directory_name}/host_key\nPidFile none\nUsePAM yes\n\
             KbdInteractiveAuthentication yes\nPasswordAuthentication no\nStrictModes no\n\
             AuthorizedKeysFile {directory_name}/%u.pub\nPrintMotd no\nPrintLastLog no\nUseDNS no\n\
             AcceptEnv LANG LC_*\nMaxStartups 100\n{lines}\n"
        );
        fs::write(directory.join("config"), config).unwrap();
        loop {
            if let Some(server) = self.listen(&directory) {
                return server;
            }
        }
    }

    /// `None` if another program has taken the port meanwhile.
    fn listen(&self, directory: &Path) -> Option<Sshd> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let log = directory.join("log");
        let config = directory.join("config");
        let words = ["/usr/sbin/sshd", "-D", "-e", "-p", &port.to_string(), "-f"];
        let mut server = self
            .command(&words)
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        loop {
            let said = fs::read_to_string(&log).unwrap();
            if said.contains("Server listening") {
                let host_key = fs::read_to_string(directory.join("host_key.pub")).unwrap();
                let known = format!("[127.0.0.1]:{port} {host_key}");
                fs::write(directory.join("known_hosts"), known).unwrap();
                let directory = directory.to_owned();
                return Some(Sshd {
                    server,
                    port,
                    directory,
                });
            }
            if let Some(status) = server.try_wait().unwrap() {
                assert!(
                    said.contains("Address already in use"),
                    "sshd ended ({status}): {said}"
                );
                return None;
            }
            assert!(begun.elapsed() < TIMEOUT, "sshd does not listen: {said}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Sshd {
    /// Waits until the server has no connection any more.
    pub fn wait_idle(&self) {
        for process in Process::children_of(self.server.id()) {
            process.wait_gone();
        }
    }

    /// The words of a client that signs this user in with these options, for a remote command or a
    /// shell.
    fn client(&self, account: UnixAccount, options: &[&str], remote: Option<&str>) -> Vec<String> {
        let known_hosts = self.directory.join("known_hosts");
        let mut words: Vec<String> = ["ssh", "-F", "none", "-p", &self.port.to_string()]
            .map(str::to_owned)
            .to_vec();
        let fixed = [
            format!("UserKnownHostsFile={}", known_hosts.display()),
            "GlobalKnownHostsFile=none".to_owned(),
            "StrictHostKeyChecking=yes".to_owned(),
            "IdentitiesOnly=yes".to_owned(),
            "PreferredAuthentications=keyboard-interactive".to_owned(),
            "NumberOfPasswordPrompts=1".to_owned(),
            "LogLevel=INFO".to_owned(),
        ];
        // The first occurrence of each option counts.
        words.extend(options.iter().map(|&option| option.to_owned()));
        for option in fixed {
            words.extend(["-o".to_owned(), option]);
        }
        words.push(format!("{}@127.0.0.1", account.name));
        words.extend(remote.map(str::to_owned));
        words
    }

    /// Authorizes the public key in this line, and no other, for this user.
    pub fn authorize(&self, account: UnixAccount, line: &str) {
        fs::write(
            self.directory.join(account.name).with_extension("pub"),
            line,
        )
        .unwrap();
    }

    /// Generates and authorizes a key for this user, and returns the client's options for it.
    pub fn authorize_key(&self, account: UnixAccount) -> [String; 4] {
        let key = self.directory.join(account.name);
        generate_key(&key);
        let methods = "PreferredAuthentications=publickey,keyboard-interactive";
        ["-i", key.to_str().unwrap(), "-o", methods].map(str::to_owned)
    }
}

impl SignInHost {
    /// Plugs this security key in where OpenSSH's clients are: the key, and the provider that finds it.
    pub fn plug_in_for_ssh(&self, key: Authenticator) -> (Shared, String) {
        let provider = self.directory().join("provider.so");
        let socket = self.directory().join("security-key");
        let where_it_is = format!("-DSOCKET=\"{}\"", socket.display());
        compile(
            "ssh/provider.c",
            &provider,
            &["-shared", "-fPIC", &where_it_is],
        );
        (serve_open_ssh(key, &socket), provider.display().to_string())
    }

    /// Signs this user in through SSH with these options of the client. The session prints
    /// `A session of NAME.` and ends.
    pub fn ssh<'p>(
        &self,
        sshd: &Sshd,
        pty: &'p Pty,
        account: UnixAccount,
        options: &[&str],
    ) -> Dialogue<'p> {
        pty.run(&self.ssh_client(&sshd.client(account, options, Some(REMOTE))))
    }

    /// A client without a terminal for this user, who has a program that answers each prompt with the password, or
    /// none.
    pub fn ssh_without_terminal(
        &self,
        sshd: &Sshd,
        account: UnixAccount,
        is_answered: bool,
    ) -> Command {
        let program = sshd.directory.join("answer");
        fs::write(&program, format!("#!/bin/sh\necho {}\n", account.password)).unwrap();
        fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        let client = sshd.client(account, &["-o", "NumberOfPasswordPrompts=3"], Some(REMOTE));
        let mut words = vec!["setsid".to_owned()];
        words.extend(client);
        let mut command = self.ssh_client(&words);
        command.stdin(Stdio::null());
        if is_answered {
            command.env("SSH_ASKPASS", program);
            command.env("SSH_ASKPASS_REQUIRE", "force");
        }
        command
    }

    /// Signs this user in through SSH for a shell.
    pub fn ssh_shell<'p>(&self, sshd: &Sshd, pty: &'p Pty, account: UnixAccount) -> Dialogue<'p> {
        pty.run(&self.ssh_client(&sshd.client(account, &[], None)))
    }

    /// Like [`ssh`](Self::ssh), on a terminal with a screen.
    pub fn ssh_on_screen(&self, sshd: &Sshd, account: UnixAccount) -> Terminal {
        self.ssh_on_screen_of(sshd, account, (80, 24), "C.UTF-8")
    }

    /// Like [`ssh_on_screen`](Self::ssh_on_screen), on a screen of this size, for a client in this locale.
    pub fn ssh_on_screen_of(
        &self,
        sshd: &Sshd,
        account: UnixAccount,
        size: (u16, u16),
        locale: &str,
    ) -> Terminal {
        let locale = format!("LC_ALL={locale}");
        let client = sshd.client(account, &[], Some(REMOTE));
        let client = client.iter().map(String::as_str);
        let words: Vec<_> = ["env", &locale].into_iter().chain(client).collect();
        let socket = self.directory().join("terminal");
        Terminal::start(socket, size, &self.words(&words), &[])
    }

    fn ssh_client(&self, words: &[String]) -> Command {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        self.command(&words)
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn generate_key(path: &Path) {
    let output = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"])
        .arg(path)
        .output()
        .expect("ssh-keygen is installed (Debian package openssh-client)");
    assert!(output.status.success(), "{output:?}");
}
