//! `secinfo doctor` on trees of files: good ones, and one for each thing that it finds.
//!
//! Each folder in `doctor/` but `base` is laid over `base`; its `expected` says with which exit
//! code the command ends, and which findings it has, a line for each. A file `no-pam.d` takes
//! the directory of that name away.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const LIBRARIES: &str = "usr/lib/x86_64-linux-gnu";
/// What doctor reads in a libpam.
const LIBPAM: &str =
    "\0/etc/pam.d/%s\0/usr/lib/pam.d/%s\0@include\0/lib/x86_64-linux-gnu/security/\0";
const MODULES: [&str; 26] = [
    "cap",
    "deny",
    "env",
    "faildelay",
    "gnome_keyring",
    "group",
    "keyinit",
    "lastlog",
    "limits",
    "nologin",
    "permit",
    "pwhistory",
    "pwquality",
    "rootok",
    "secinfo",
    "selinux",
    "sss",
    "succeed_if",
    "systemd",
    "systemd_home",
    "unix",
    "debug",
    "google_authenticator",
    "localuser",
    "usertype",
    "krb5",
];

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/doctor")
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&to).unwrap();
            copy(&entry.path(), &to);
        } else if entry.file_name() != "expected" {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Directories 0755 and files 0644, whatever the checkout made of them.
fn set_usual_modes(directory: &Path) {
    set_mode(directory, 0o755);
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            set_usual_modes(&path);
        } else if !path.is_symlink() {
            set_mode(&path, 0o644);
        }
    }
}

/// A root directory with the files of a case.
fn tree(case: &str) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let modules = root.path().join(LIBRARIES).join("security");
    fs::create_dir_all(&modules).unwrap();
    std::os::unix::fs::symlink("usr/lib", root.path().join("lib")).unwrap();
    fs::write(root.path().join(LIBRARIES).join("libpam.so.0"), LIBPAM).unwrap();
    for module in MODULES {
        fs::write(modules.join(format!("pam_{module}.so")), "").unwrap();
    }
    copy(&cases().join("base"), root.path());
    copy(&cases().join(case), root.path());
    if root.path().join("no-pam.d").exists() {
        fs::remove_dir_all(root.path().join("etc/pam.d")).unwrap();
    }
    set_usual_modes(root.path());
    let codes = root.path().join("etc/secinfo/break-glass");
    for entry in fs::read_dir(codes).unwrap() {
        set_mode(&entry.unwrap().path(), 0o640);
    }
    root
}

fn doctor(root: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_secinfo"))
        .args(["doctor", "--root"])
        .arg(root)
        .args(arguments)
        .env_remove("SECINFO_BUS_ADDRESS")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// The exit code and the findings, each as "severity id subject".
fn found(root: &Path) -> (i32, Vec<String>, Value) {
    let (code, out, _) = doctor(root, &["--json"]);
    let report: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    let findings = report["findings"].as_array().unwrap().clone();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let mut list: Vec<_> = findings
        .iter()
        .map(|finding| {
            assert!(text(finding, "what").ends_with('.'), "{finding}");
            assert!(text(finding, "remedy").ends_with('.'), "{finding}");
            format!(
                "{} {} {}",
                text(finding, "severity"),
                text(finding, "id"),
                text(finding, "subject").trim_start_matches('/')
            )
        })
        .collect();
    list.sort();
    (code, list, report)
}

#[test]
fn each_tree_has_the_findings_that_stand_beside_it() {
    let mut names: Vec<_> = fs::read_dir(cases())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "base")
        .collect();
    names.sort();
    let mut wrong = Vec::new();
    for name in &names {
        let expected = fs::read_to_string(cases().join(name).join("expected")).unwrap();
        let mut lines: Vec<_> = expected.lines().map(str::to_owned).collect();
        let exit: i32 = lines.remove(0)["exit ".len()..].parse().unwrap();
        lines.sort();
        let (code, findings, report) = found(tree(name).path());
        if (code, &findings) != (exit, &lines) {
            wrong.push(format!(
                "{name}: {code} {findings:#?}, not {exit} {lines:#?}\n{report:#}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(names.len() > 40, "{}", names.len());
}

/// One change to the modes of a good tree, and the finding that comes of it.
#[test]
fn files_that_others_may_read_or_write_are_found() {
    let rows = [
        (
            "usr/lib/x86_64-linux-gnu/security/pam_unix.so",
            0o666,
            "module-untrusted pam_unix.so",
        ),
        (
            "etc/secinfo/config.toml",
            0o664,
            "config-mode etc/secinfo/config.toml",
        ),
        ("etc/secinfo", 0o777, "config-mode etc/secinfo"),
        (
            "etc/secinfo/channels/text.toml",
            0o666,
            "config-mode etc/secinfo/channels/text.toml",
        ),
        (
            "etc/secinfo/credentials/token",
            0o644,
            "credential-mode etc/secinfo/credentials/token",
        ),
        (
            "etc/secinfo/break-glass/00112233445566778899aabbccddeeff",
            0o644,
            "break-glass-mode etc/secinfo/break-glass/00112233445566778899aabbccddeeff",
        ),
        (
            "var/lib/secinfo/master.key",
            0o640,
            "key-mode var/lib/secinfo/master.key",
        ),
        ("var/lib/secinfo", 0o755, "state-mode var/lib/secinfo"),
    ];
    let tree = tree("good-profile");
    let at = |path: &str| tree.path().join(path);
    for (path, mode) in [
        ("etc/secinfo/channels/text.toml", 0o644),
        ("etc/secinfo/credentials/token", 0o600),
        ("var/lib/secinfo/master.key", 0o600),
    ] {
        fs::create_dir_all(at(path).parent().unwrap()).unwrap();
        fs::write(at(path), "").unwrap();
        set_mode(&at(path), mode);
    }
    set_mode(&at("var/lib/secinfo"), 0o700);
    assert_eq!(found(tree.path()).1, [""; 0]);
    for (path, mode, finding) in rows {
        let before = fs::metadata(at(path)).unwrap().permissions();
        set_mode(&at(path), mode);
        let (code, findings, _) = found(tree.path());
        assert_eq!(
            (code, findings),
            (1, vec![format!("error {finding}")]),
            "{path}"
        );
        fs::set_permissions(at(path), before).unwrap();
    }
    fs::remove_file(at("etc/secinfo/config.toml")).unwrap();
    assert_eq!(
        found(tree.path()).1,
        ["error config-missing etc/secinfo/config.toml"]
    );
}

#[test]
fn a_configuration_that_the_helper_for_passwords_does_not_believe_is_found() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let root = tree("good-reset");
    let config = root.path().join("etc/secinfo/config.toml");
    std::os::unix::fs::chown(&config, Some(990), None).unwrap();
    let (code, findings, _) = found(root.path());
    assert_eq!(code, 1);
    assert_eq!(
        findings[0],
        "error reset-config-owner etc/secinfo/config.toml"
    );
    // The daemon itself takes it.
    fs::write(&config, "[policy.reset]\nenabled = false\n").unwrap();
    assert_eq!(found(root.path()).0, 0);
}

#[test]
fn people_are_told_what_is_wrong_and_what_to_do() {
    let (code, out, err) = doctor(tree("optional").path(), &[]);
    assert_eq!(code, 1);
    assert!(
        out.contains("✘ /etc/pam.d/common-auth:4 (login, other, sshd, su, su-l and sudo)"),
        "{out}"
    );
    assert!(out.contains("This fails open"), "{out}");
    assert!(
        out.contains("→ In /etc/pam.d/common-auth, line 4, write 'requisite' instead of"),
        "{out}"
    );
    assert!(out.contains("- not looked at: the daemon"), "{out}");
    assert_eq!(err, "secinfo: 1 error found; do what stands at each\n");
    let (code, out, err) = doctor(tree("good-profile").path(), &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("PAM\n  ✔ in order"), "{out}");
    assert!(out.ends_with("Nothing needs your attention.\n"), "{out}");
}

/// Another than root is told what only root can look at, and nothing is made of what is unknown.
#[test]
fn a_misspelt_word_is_answered_with_the_one_that_was_meant() {
    for (line, meant) in [
        ("auht required pam_unix.so", "(is 'auth' meant?)"),
        ("auth requierd pam_unix.so", "(is 'required' meant?)"),
        (
            "auth [sucess=1 default=ignore] pam_unix.so",
            "(is 'success' meant?)",
        ),
        (
            "auth required pam_unx.so",
            "Write pam_unix.so, if that is meant",
        ),
        (
            "auth required pam_secinfo.so set-up",
            "Write 'set_up', if that is meant",
        ),
        (
            "auth required pam_secinfo.so timout=20",
            "Write 'timeout=20', if that is meant",
        ),
    ] {
        let root = tree("base");
        fs::write(root.path().join("etc/pam.d/sshd"), format!("{line}\n")).unwrap();
        let (_, _, report) = found(root.path());
        assert!(report.to_string().contains(meant), "{line}: {report:#}");
    }
}

#[test]
fn who_may_not_read_a_file_is_told_so() {
    let tree = tree("good-profile");
    set_mode(&tree.path().join("etc/pam.d/sudo"), 0o000);
    let command = tree.path().join("secinfo");
    fs::copy(env!("CARGO_BIN_EXE_secinfo"), &command).unwrap();
    set_mode(&command, 0o755);
    let mut doctor = Command::new(&command);
    doctor.args(["doctor", "--json", "--root"]).arg(tree.path());
    if rustix::process::geteuid().is_root() {
        doctor.uid(65534).gid(65534);
    }
    let output = doctor.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["findings"], Value::Array(vec![]), "{report:#}");
    let unseen = report["not_looked_at"].as_array().unwrap();
    let unseen: Vec<_> = unseen.iter().map(|unseen| &unseen["what"]).collect();
    assert!(
        unseen.iter().any(|what| *what == "/etc/pam.d/sudo"),
        "{unseen:?}"
    );
}

#[test]
fn a_root_that_is_not_there_is_a_failure() {
    let (code, _, err) = doctor(Path::new("/nowhere/at/all"), &[]);
    assert_eq!(code, 1);
    assert!(err.contains("/nowhere/at/all"), "{err}");
}

/// Debian's own program puts our profile where doctor is content with it, and takes it away again
/// without a trace.
#[test]
fn pam_auth_update_puts_the_profile_in_its_place_and_takes_it_out() {
    let tree = tree("good-profile");
    let root = tree.path();
    let debconf = tempfile::tempdir().unwrap();
    let database = |name: &str| {
        let file = debconf.path().join(format!("{name}.dat"));
        format!(
            "\nName: {name}\nDriver: File\nFilename: {}\n",
            file.display()
        )
    };
    let settings = debconf.path().join("debconf.conf");
    let text = format!(
        "Config: config\nTemplates: templates\n{}{}",
        database("config"),
        database("templates")
    );
    fs::write(&settings, text).unwrap();
    for directory in ["usr/share/pam-configs", "var/lib/pam"] {
        fs::create_dir_all(root.join(directory)).unwrap();
    }
    let profiles = root.join("usr/share/pam-configs");
    fs::copy("/usr/share/pam-configs/unix", profiles.join("unix")).unwrap();
    for file in fs::read_dir("/usr/share/pam").unwrap() {
        let file = file.unwrap();
        if file.file_name().to_string_lossy().starts_with("common-")
            && !file.file_name().to_string_lossy().contains(".md5")
        {
            fs::copy(file.path(), root.join("etc/pam.d").join(file.file_name())).unwrap();
        }
    }
    let update = |arguments: &[&str]| {
        let status = Command::new("/usr/sbin/pam-auth-update")
            .arg("--root")
            .arg(root)
            .args(arguments)
            .env("DEBCONF_SYSTEMRC", &settings)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
    };
    let state = || {
        let mut files: Vec<_> = fs::read_dir(root.join("etc/pam.d"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| !path.to_string_lossy().ends_with(".pam-old"))
            .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
            .collect();
        files.sort();
        files
    };
    update(&["--force"]);
    let before = state();
    let profile = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pam/profile/secinfo");
    fs::copy(profile, profiles.join("secinfo")).unwrap();
    update(&["--package"]);
    assert_eq!(state(), before, "it is switched on knowingly only");

    update(&["--enable", "secinfo"]);
    let auth = fs::read_to_string(root.join("etc/pam.d/common-auth")).unwrap();
    assert!(
        auth.contains("\nauth\trequisite\t\t\tpam_secinfo.so set_up\n"),
        "{auth}"
    );
    let (code, findings, report) = found(root);
    assert_eq!((code, findings), (0, vec![]), "{report:#}");

    update(&["--remove", "secinfo"]);
    assert_eq!(state(), before);
    assert_eq!(found(root).1, ["info pam-not-switched-on pam_secinfo.so"]);
}

/// What doctor reports of a tree as if it were this host: `script` mounts its `$1`, does `$3` and becomes `$2`.
fn doctor_in_mounts(tree: &Path, script: &str, then: &str) -> String {
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", script, "sh"])
        .arg(tree)
        .args([env!("CARGO_BIN_EXE_secinfo"), then])
        .env("SECINFO_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(out.contains(r#""findings""#), "{output:?}");
    out
}

/// A socket that is enabled, and does not listen.
#[test]
fn a_helper_for_passwords_that_does_not_listen_is_found() {
    let tree = tree("good-reset");
    let script = "mount --bind \"$1/etc\" /etc && mount -t tmpfs none /run && \
                  $3 && exec \"$2\" --json doctor";
    let findings = |then: &str| {
        let out = doctor_in_mounts(tree.path(), script, then);
        assert!(!out.contains("reset-socket-off"), "{out}");
        out.matches("reset-socket-down").count()
    };
    assert_eq!(findings("true"), 1);
    assert_eq!(findings("mkdir -p /run/secinfo/password"), 0);
}

/// On a host whose /etc is read-only no break-glass code can be used up.
#[test]
fn a_directory_of_break_glass_codes_that_cannot_be_written_is_found() {
    let tree = tree("good-profile");
    let script = "mount --bind \"$1/etc\" /etc && mount --bind /etc/secinfo /etc/secinfo && \
                  $3 && exec \"$2\" --json doctor";
    let findings = |then: &str| {
        let out = doctor_in_mounts(tree.path(), script, then);
        out.matches("break-glass-read-only").count()
    };
    assert_eq!(findings("true"), 0);
    assert_eq!(findings("mount -o remount,bind,ro /etc/secinfo"), 1);
}
