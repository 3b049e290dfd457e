//! What `secinfo doctor` says of an installed host, and of what an administrator may break there.

use secinfo_host_tests::Machine;

/// The ids of what it finds. Nothing keeps the clock of these machines, which is no finding of ours.
pub(crate) fn findings(machine: &Machine) -> Vec<String> {
    found(machine, |_| true)
}

/// The same without what an administrator need only know.
pub(crate) fn complaints(machine: &Machine) -> Vec<String> {
    found(machine, |severity| severity != "info")
}

fn found(machine: &Machine, counts: impl Fn(&str) -> bool) -> Vec<String> {
    let report = machine.run(["secinfo", "--json", "doctor"]).first_json();
    let findings = report["findings"].as_array().unwrap().iter();
    let word = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings
        .filter(|finding| counts(&word(finding, "severity")))
        .map(|finding| word(finding, "id"))
        .filter(|id| id != "clock-not-synchronized")
        .collect()
}

/// Switches the second step on, as the guide has it.
fn switch_on(machine: &Machine) {
    machine.write(
        "/etc/ssh/sshd_config.d/secinfo.conf",
        "KbdInteractiveAuthentication yes\nAuthenticationMethods publickey,keyboard-interactive keyboard-interactive\nLoginGraceTime 300\n",
        0o644,
    );
    machine.run(["systemctl", "reload", "ssh"]).ok();
    machine
        .run(["secinfo", "break-glass", "create", "admin"])
        .ok();
    machine.run(["pam-auth-update", "--enable", "secinfo"]).ok();
}

#[test]
fn it_is_content_with_the_host_once_the_guide_was_followed() {
    let machine = Machine::boot();
    assert_eq!(findings(&machine), ["pam-not-switched-on"]);
    machine.run(["pam-auth-update", "--enable", "secinfo"]).ok();
    let found = findings(&machine);
    for id in ["sshd-no-keyboard-interactive", "no-break-glass-code"] {
        assert!(found.iter().any(|found| found == id), "{found:?}");
    }
    machine
        .run(["pam-auth-update", "--disable", "secinfo"])
        .ok();
    switch_on(&machine);
    assert_eq!(findings(&machine), [""; 0]);
}

#[test]
fn it_complains_of_whatever_is_broken_and_is_content_when_it_is_mended() {
    let machine = Machine::boot();
    switch_on(&machine);
    let module = machine
        .shell("echo /usr/lib/*/security/pam_secinfo.so")
        .ok();
    let module = module.trim();
    let break_and_mend = [
        (
            format!("mv {module} {module}.away"),
            "pam",
            format!("mv {module}.away {module}"),
        ),
        (
            "sed -i.before 's/pam_secinfo.so set_up/pam_secinfo.so set_upp/' /etc/pam.d/common-auth"
                .into(),
            "pam",
            "mv /etc/pam.d/common-auth.before /etc/pam.d/common-auth".into(),
        ),
        (
            "cp -p /etc/secinfo/config.toml /srv; echo 'nonsense = 1' >>/etc/secinfo/config.toml"
                .into(),
            "files",
            "cp -p /srv/config.toml /etc/secinfo/config.toml".into(),
        ),
        (
            "systemctl mask --quiet --runtime --now secinfod".into(),
            "daemon",
            "systemctl unmask --quiet --runtime secinfod && systemctl start secinfod".into(),
        ),
        (
            "mv /run/secinfo/sign-in /srv".into(),
            "daemon",
            "systemctl restart secinfod.socket secinfod.service".into(),
        ),
        (
            "chmod 755 /var/lib/secinfo".into(),
            "files",
            "chmod 700 /var/lib/secinfo".into(),
        ),
    ];
    for (broken, area, mended) in break_and_mend {
        machine.shell(&broken).ok();
        let doctor = machine.run(["secinfo", "--json", "doctor"]);
        assert_eq!(doctor.code, 1, "{broken}: {doctor:#?}");
        let report = doctor.first_json();
        let findings = report["findings"].as_array().unwrap();
        let complains = findings
            .iter()
            .any(|finding| finding["area"] == area && finding["severity"] == "error");
        assert!(complains, "{broken}: {report:#}");
        machine.shell(&mended).ok();
        assert_eq!(self::findings(&machine), [""; 0], "{mended}");
    }
}
