//! The limits of memory and of tasks in the units that ship.

use secinfo_host_tests::VirtualMachine;

/// The unit of the channel that is tried.
const CHANNEL: &str = "secinfo-channel@text.service";

/// Takes more memory than any unit gives, at once.
const MEMORY: &str = "/usr/bin/dd if=/dev/zero of=/dev/null bs=1500M count=1";

/// Starts processes that do nothing, until it gets no more; then the same as before.
const TASKS: &str = "\
(for number in {1..100}; do (kill -STOP $BASHPID) & done)
exec";

/// Writes a copy of a unit that runs what the unit is there to stop. All else that the unit says
/// stays in force, but that the programs of the probe may be executed.
fn probe(unit: &str, name: &str, command: &str) -> String {
    let without = "Type|ExecStart|ExecReload|BusName|NotifyAccess|WatchdogSec|Restart|RestartForceExitStatus|Alias|\
                   LoadCredential.*|StateDirectory.*";
    format!(
        r"sed -E -e '/^({without})=/d' \
            -e 's|^\[Service\]|&\nType=oneshot\nExecStart={command}|' \
            -e 's|^ExecPaths=|&/usr/bin |' \
            /lib/systemd/system/{unit} >/run/systemd/system/{name}.service
        "
    )
}

/// What the kernel holds the running units to: memory, swap and tasks.
fn in_force(machine: &mut VirtualMachine) -> Vec<String> {
    let script = format!(
        "for unit in secinfod.service {CHANNEL}; do
             cd /sys/fs/cgroup$(systemctl show --value --property=ControlGroup $unit) &&
                 echo $(cat memory.max memory.swap.max pids.max)
         done"
    );
    let limits = machine.shell(&script).ok();
    limits.lines().map(str::to_owned).collect()
}

/// A process that exceeds the memory limit of its unit is killed; one that exceeds its limit of tasks gets no more.
/// Beside that the daemon goes on.
pub(crate) fn are_enforced(machine: &mut VirtualMachine) {
    assert_eq!(in_force(machine), ["1073741824 0 1024", "536870912 0 64"]);
    let daemon = main_process(machine, "secinfod");
    machine.write("/run/test/tasks", &format!("{TASKS} {MEMORY}"));
    let tasks = "/usr/bin/bash /run/test/tasks";
    let script = probe("secinfod.service", "daemon-probe", MEMORY)
        + &probe("secinfo-channel@.service", "channel-probe", tasks)
        + "systemctl start daemon-probe channel-probe
           systemctl show --value --property=Result daemon-probe channel-probe
           journalctl --dmesg --output=cat | grep rejected";
    let said = machine.shell(&script).ok();
    assert_eq!(said.matches("oom-kill").count(), 2, "{said}");
    let refused = "fork rejected by pids controller in /system.slice/channel-probe.service";
    assert!(said.contains(refused), "{said}");
    assert_eq!(main_process(machine, "secinfod"), daemon);
    machine.shell("secinfo status").ok();
}

/// A channel that writes to a directory, in the unit that ships. Codes of apps may be far off, since
/// an emulated processor takes its time.
pub(crate) fn set_channel_up(machine: &mut VirtualMachine) {
    machine
        .shell(
            r#"set -e
             cat >/etc/secinfo/config.toml <<'END'
[daemon]
allow_spool = true
[policy.authenticator-app]
drift = 10
[channel.text]
kind = "text"
plugin = "spool"
socket = "/run/secinfo/channels/text.sock"
END
             (umask 077; echo 'directory = "/var/lib/secinfo-spool"' >/etc/secinfo/channels/text.toml)
             mkdir /etc/systemd/system/secinfo-channel@text.service.d
             cat >/etc/systemd/system/secinfo-channel@text.service.d/spool.conf <<END
[Service]
Environment=PLUGIN=spool
StateDirectory=secinfo-spool
ExecStart=
$(grep ^ExecStart= /lib/systemd/system/secinfo-channel@.service) --writable /var/lib/secinfo-spool
END
             systemctl enable --quiet --no-reload secinfo-channel@text.socket
             systemctl start secinfo-channel@text.socket"#,
        )
        .ok();
}

fn main_process(machine: &mut VirtualMachine, unit: &str) -> String {
    let show = format!("systemctl show --value --property=MainPID {unit}");
    machine.shell(&show).ok()
}

/// Waits until a message goes through the channel.
fn deliver(machine: &mut VirtualMachine) {
    machine.wait_for(
        "a message to be delivered",
        "secinfo --json channels test text '+49 151 23456789'",
    );
}

/// The kernel kills a channel that needs more memory than it may have; it is started again.
pub(crate) fn end_a_channel_that_comes_back(machine: &mut VirtualMachine) {
    deliver(machine);
    let daemon = main_process(machine, "secinfod");
    let channel = main_process(machine, CHANNEL);
    // Lasts as long as this process: with the next one, systemd makes the group anew.
    let killed = format!(
        "echo 0 >/sys/fs/cgroup$(systemctl show --value --property=ControlGroup {CHANNEL})/memory.max
         until journalctl --boot --unit {CHANNEL} | grep --quiet 'oom-kill'; do sleep 1; done"
    );
    machine.shell(&killed).ok();
    deliver(machine);
    assert_ne!(main_process(machine, CHANNEL), channel);
    assert_eq!(main_process(machine, "secinfod"), daemon);
}
