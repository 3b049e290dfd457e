//! A master key that only this machine's TPM can open.

use secinfo_host_tests::VirtualMachine;

/// Whether the key lies in a file as well.
const KEY_FILE: &str = "test -e /var/lib/secinfo/master.key";

/// Takes the key that was made at the first start to where only the TPM opens it.
pub(crate) fn give_to_tpm(machine: &mut VirtualMachine) {
    machine
        .shell(
            "set -e
             systemctl stop secinfod
             install -d -m 700 /etc/credstore.encrypted
             systemd-creds encrypt --with-key=tpm2 --name=master-key \
                 /var/lib/secinfo/master.key /etc/credstore.encrypted/secinfo.master-key
             shred --remove /var/lib/secinfo/master.key
             systemctl start secinfod",
        )
        .ok();
    is_not_in_a_file(machine);
}

/// The daemon runs, and no other key was made.
pub(crate) fn is_not_in_a_file(machine: &mut VirtualMachine) {
    let running = format!("systemctl is-active secinfod && ! {KEY_FILE}");
    machine.shell(&running).ok();
}

/// The same disk in a machine with another TPM: what it holds is of no use there.
pub(crate) fn is_of_no_use_elsewhere(machine: &mut VirtualMachine) {
    let refused =
        "until journalctl --boot --unit secinfod | grep --quiet status=243/CREDENTIALS; do
                       sleep 1
                   done";
    machine.shell(refused).ok();
    machine.shell("systemctl is-active secinfod").fails();
    machine.shell(KEY_FILE).fails();
    let status = machine.shell("secinfo status");
    assert_eq!(status.code, 4, "{status:#?}");
}
