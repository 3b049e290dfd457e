//! Users whose password is kept elsewhere, and the command of the administrator that sets it.

use super::{NEW, ON, choose, prove_by};
use secinfo_host_tests::{Machine, Pty, is_refused};

/// A user whom only another service of names has, and her password.
const ERIN: &str = "erin";
const FORMER: &str = "the password of erin";

/// Sets passwords of that service, and has rules of its own.
const COMMAND: &str = r#"#!/usr/bin/perl
use strict;
my ($name, $password) = ($ARGV[0], scalar <STDIN>);
chomp $password;
length $password >= 12 or print("Take twelve characters.\n"), exit 1;
my ($file, $hash) = ("/var/lib/extrausers/shadow", crypt($password, '$6$of-another-service$'));
open my $in, "<", $file or die;
my @lines = map { s/^\Q$name\E:[^:]*/$name:$hash/r } <$in>;
open my $out, ">", "$file.new" or die;
print $out @lines;
close $out or die;
rename "$file.new", $file or die;
"#;

/// What has the command run.
const BY_COMMAND: &str = "[password-reset]\ncommand = \"/usr/local/sbin/set-elsewhere\"\n";

/// A host with that service, the command, its directory open to what is run, and these sections.
fn host(sections: &str) -> Machine {
    let machine = Machine::boot_for_people_with_emails(&format!("{ON}{sections}"));
    machine.write("/usr/local/sbin/set-elsewhere", COMMAND, 0o755);
    let script = format!(
        r#"set -e
sed -i -E 's/^(passwd|group|shadow):.*/\1: files extrausers/' /etc/nsswitch.conf
mkdir -p /var/lib/extrausers /home/{ERIN} /etc/systemd/system/secinfo-password@.service.d
echo '{ERIN}:x:2001:2001::/home/{ERIN}:/bin/sh' >/var/lib/extrausers/passwd
echo '{ERIN}:x:2001:' >/var/lib/extrausers/group
hash=$(perl -e 'print crypt($ARGV[0], "\$6\$of-another-service\$")' '{FORMER}')
(umask 077; echo "{ERIN}:$hash:19000:0:99999:7:::" >/var/lib/extrausers/shadow)
chown 2001:2001 /home/{ERIN}
printf '[Service]\nReadWritePaths=/var/lib/extrausers\n' \
    >/etc/systemd/system/secinfo-password@.service.d/command.conf
systemctl daemon-reload"#
    );
    machine.shell(&script).ok();
    machine
}

#[test]
fn the_command_sets_what_is_kept_elsewhere_by_its_own_rules_and_the_new_password_opens_a_session() {
    let machine = host(BY_COMMAND);
    machine.set_up_email(ERIN, "erin@example.org");
    let files = || machine.shell("cat /etc/passwd /etc/shadow").ok();
    let before = files();
    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", ERIN]));
    prove_by(&machine, &mut client, "Email", "email");
    choose(&mut client, "short");
    let said = choose(&mut client, NEW);
    assert!(said.contains("Take twelve characters."), "{said}");
    let (status, said) = client.ended();
    assert!(status.success(), "{said}");
    assert_eq!(files(), before, "nothing of this host's own was changed");

    let sentence = Some("echo A session of erin.");
    let mut ssh = machine.ssh_with(&pty, ERIN, &[], sentence);
    ssh.when_asked("Password: ", FORMER);
    is_refused(ssh);
    let mut ssh = machine.ssh_with(&pty, ERIN, &[], sentence);
    ssh.when_asked("Password: ", NEW);
    ssh.expect("A session of erin.");
    let journal = machine.run(["journalctl", "--boot", "--no-pager"]).ok();
    assert!(!journal.contains(NEW), "the password is in the journal");
    assert_eq!(machine.failed_units(), "");
}

#[test]
fn whose_password_is_kept_elsewhere_is_told_so_in_one_sentence_where_no_command_is_configured() {
    let machine = host("");
    machine.set_up_email(ERIN, "erin@example.org");
    let files = || {
        let every =
            "cat /etc/passwd /etc/shadow /var/lib/extrausers/passwd /var/lib/extrausers/shadow";
        machine.shell(every).ok()
    };
    let before = files();
    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", ERIN]));
    prove_by(&machine, &mut client, "Email", "email");
    let (status, said) = client.ended();
    assert!(!status.success(), "{said}");
    let sentence = "The password of this account is not kept with those of this host: change it where it is kept, \
                    or ask an administrator.";
    assert!(unwrapped(&said).ends_with(sentence), "{said}");
    assert_eq!(files(), before);
    assert_eq!(machine.events("password-reset-requested"), 0);
    assert_eq!(machine.failed_units(), "");
}

/// What was said, whatever the width of the terminal.
fn unwrapped(said: &str) -> String {
    let words: Vec<_> = said.split_whitespace().collect();
    words.join(" ")
}
