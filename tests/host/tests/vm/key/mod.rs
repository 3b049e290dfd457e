//! Security keys at a host with a kernel of its own, which finds them as it finds real ones.

mod clients;
mod confined;
mod console;
mod remote;
mod trouble;

use crate::people::enroll_app;
use crate::stages::Stages;
use secinfo_host_tests::{
    Codes, Console, Disk, MachinePort, Shared, Tpm, VirtualMachine, installed_root,
};

/// Who sits there.
const USER: &str = "admin";
const PIN: &str = "correct horse";

/// How far codes of the app may be off, so that none has to be waited for.
const DRIFT: u64 = 10;

/// A host with two ports, at which a user sits.
struct Desk {
    machine: VirtualMachine,
    ports: [MachinePort; 2],
    app: Codes,
}

impl Desk {
    fn new(disk: &Disk) -> Self {
        let mut machine = VirtualMachine::boot_with_seat(disk, &Tpm::new());
        machine.wait_booted();
        let config = format!("[policy.authenticator-app]\ndrift = {DRIFT}\n");
        machine.write("/etc/secinfo/config.toml", &config);
        machine
            .shell(
                "set -e
                 DEBIAN_FRONTEND=noninteractive pam-auth-update --enable secinfo
                 systemctl reload secinfod
                 systemctl start getty@tty1",
            )
            .ok();
        let ports = [machine.key_port(1), machine.key_port(2)];
        let mut app = enroll_app(&mut machine, USER);
        app.drift = DRIFT;
        Self {
            machine,
            ports,
            app,
        }
    }

    fn console(&mut self) -> Console<'_> {
        self.machine.console(1)
    }

    /// Waits until the user may use a key, which is root's, because it is plugged in where they sit.
    fn wait_for_key(&mut self) {
        let open = format!(
            "setpriv --reuid={USER} --regid={USER} --clear-groups sh -c 'test -w /dev/hidraw*'"
        );
        self.machine.wait_for("a key", &open);
    }

    fn plug_first_again(&mut self) {
        self.ports[0].plug_again();
        self.wait_for_key();
    }
}

/// One machine, so that its boot, which takes the most time, is paid for once.
#[test]
fn a_user_who_sits_at_a_host_adds_security_keys_and_signs_in_with_them() {
    let stages = Stages::new();
    let root = Disk::with(installed_root());
    let mut desk = Desk::new(&root);
    stages.done("booted, and an app set up");
    let [first, second] = console::add_two_keys(&mut desk);
    stages.done("two keys added");
    console::sign_in_with_either(&mut desk, [&first, &second]);
    stages.done("signed in with either key");
    trouble::ends_in_another_try(&mut desk, &first);
    stages.done("what goes wrong can be tried again");
    trouble::leaves_other_ways(&mut desk, &first);
    stages.done("what goes wrong leaves other ways");
    confined::verifies_with_key_and_code(&mut desk);
    stages.done("verified in a confined unit");
    remote::is_told_why(&mut desk, &second);
    stages.done("a remote sudo told why");
    clients::enroll_and_verify(&mut desk);
    stages.done("other clients enrolled and verified");
    pins_are_nowhere(&mut desk);
}

/// No PIN stands in a log, a file or a core dump.
fn pins_are_nowhere(desk: &mut Desk) {
    let found = format!(
        "journalctl --no-pager --output=json --all | grep --count '{PIN}'
         grep --recursive --files-with-matches '{PIN}' /var/log /var/lib/secinfo /var/lib/systemd /run/secinfo /tmp"
    );
    assert_eq!(desk.machine.shell(&found).stdout, "0\n");
}

/// How often a key has waited for a touch.
fn touches(key: &Shared) -> usize {
    key.lock().touches_wanted
}
