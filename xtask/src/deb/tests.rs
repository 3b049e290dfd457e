//! Checks the files that the package installs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const POLICY: &str = include_str!("../../../systemd/org.secinfo.SecurityInfo1.policy");
const BUS_POLICY: &str = include_str!("../../../systemd/org.secinfo.SecurityInfo1.conf");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The exposure of a unit according to `systemd-analyze security`, from 0 (safe) to 10.
fn exposure(unit: &str) -> f32 {
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager"])
        .arg(root().join("systemd").join(unit))
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("systemd-analyze is installed (Debian package systemd)");
    let report = String::from_utf8(output.stdout).unwrap();
    let summary = report.lines().find(|line| line.contains("exposure level"));
    let summary = summary.unwrap_or_else(|| panic!("{report}"));
    let (_, score) = summary.split_once(": ").unwrap();
    score.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn the_exposure_of_the_daemon_and_of_what_phones_talk_to_is_at_most_1_5_and_of_the_rest_2_5() {
    assert!(exposure("secinfod.service") <= 1.5);
    assert!(exposure("secinfo-push.service") <= 1.5);
    assert!(exposure("secinfo-channel@.service") <= 2.5);
    assert!(exposure("secinfo-key@.service") <= 2.5);
    assert!(exposure("secinfo-password@.service") <= 2.5);
}

/// The values of an attribute, in order.
fn values<'a>(xml: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!("{attribute}=\"");
    xml.split(&opening)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect()
}

#[test]
fn the_bus_lets_all_users_send_to_our_interfaces_and_no_others() {
    let allowed: BTreeSet<&str> = values(BUS_POLICY, "send_interface").into_iter().collect();
    let mut ours: BTreeSet<String> = ["Properties", "ObjectManager", "Introspectable", "Peer"]
        .map(|name| format!("org.freedesktop.DBus.{name}"))
        .into();
    for entry in fs::read_dir(root().join("schemas/dbus")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        ours.insert(name.strip_suffix(".xml").unwrap().to_owned());
    }
    assert_eq!(allowed, ours.iter().map(String::as_str).collect());
    let rules = BUS_POLICY.matches("<allow ").count();
    let names = values(BUS_POLICY, "own").len() + allowed.len();
    assert_eq!(rules, names, "nothing else is allowed");
    for destination in values(BUS_POLICY, "send_destination") {
        assert_eq!(destination, "org.secinfo.SecurityInfo1");
    }
    assert_eq!(values(BUS_POLICY, "user"), ["root", "secinfo"]);
}

#[test]
fn polkit_asks_in_german_and_french_too() {
    let actions: Vec<&str> = POLICY.split("<action ").skip(1).collect();
    assert!(!actions.is_empty());
    for action in actions {
        for element in ["description", "message"] {
            for language in ["de", "fr"] {
                let translated = format!("<{element} xml:lang=\"{language}\">");
                assert_eq!(
                    action.matches(&translated).count(),
                    1,
                    "{translated} in {action}"
                );
            }
            assert_eq!(
                action.matches(&format!("<{element}>")).count(),
                1,
                "{action}"
            );
        }
    }
}

#[test]
fn the_questions_of_the_package_are_asked_in_german_and_french_too() {
    let template = fs::read_to_string(root().join("debian/po/templates.pot")).unwrap();
    let texts = template.matches("\nmsgid ").count();
    for language in ["de", "fr"] {
        let file = root().join(format!("debian/po/{language}.po"));
        let translated = fs::read_to_string(file).unwrap();
        assert_eq!(translated.matches("\nmsgid ").count(), texts);
        assert!(!translated.contains("fuzzy"));
        assert!(!translated.trim_end().ends_with("msgstr \"\""));
    }
}

#[test]
fn the_manual_page_of_the_pam_module_has_each_of_its_arguments() {
    let reference = fs::read_to_string(root().join("docs/reference/pam.md")).unwrap();
    let page = fs::read_to_string(root().join("docs/man/pam_secinfo.8")).unwrap();
    let (_, arguments) = reference.split_once("## Arguments").unwrap();
    let (arguments, _) = arguments.split_once("\n## ").unwrap();
    let names: Vec<&str> = arguments
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|line| line.split(['`', '=']).next().unwrap())
        .collect();
    assert!(names.contains(&"set_up"), "{names:?}");
    for name in names {
        let alone = format!(".B {name}\n");
        let with_value = format!(".BI {name}= ");
        assert!(
            page.contains(&alone) || page.contains(&with_value),
            "{name}"
        );
    }
}
