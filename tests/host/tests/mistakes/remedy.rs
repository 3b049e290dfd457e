//! Doing what doctor says.

use crate::host::{CONFIG_BEFORE, Host};
use serde_json::Value;

/// What ends a command in a sentence.
const ENDS: [&str; 9] = [
    ", and ", ", or ", ", then ", ", which ", " for ", " (", ". ", "; ", ": ",
];

/// Makes the changes and runs the commands of what doctor finds, worst first. Answers with what was done.
pub(crate) fn follow(host: &mut Host) -> Vec<String> {
    let mut done = Vec::new();
    let report = host.report();
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    for finding in findings {
        if finding["severity"] == "info" {
            continue;
        }
        let changes = finding["changes"].as_array().cloned().unwrap_or_default();
        if !changes.is_empty() {
            change(host, &changes);
            done.push(format!("{}: its changes", finding["id"]));
        }
        let remedy = finding["remedy"].as_str().unwrap_or_default();
        for command in commands(remedy) {
            if command == "secinfo break-glass create admin" {
                host.write_down_break_glass_codes();
            } else {
                host.machine.shell(&command);
            }
            done.push(command);
        }
        let id = finding["id"].as_str().unwrap_or_default();
        done.extend(by_a_person(host, id, remedy).map(str::to_owned));
    }
    done
}

/// What a person does who reads what no command is named for.
fn by_a_person(host: &mut Host, id: &str, remedy: &str) -> Option<&'static str> {
    if remedy.contains("secinfo access-pass issue") || remedy.contains("issue an access pass") {
        let issue = ["secinfo", "--json", "access-pass", "issue", "admin"];
        let issued = host.machine.run(issue.iter().chain(&["--valid", "1h"]));
        let issued = serde_json::from_str::<Value>(&issued.stdout).ok();
        host.pass = issued.and_then(|issued| issued["pass"].as_str().map(str::to_owned));
        return Some("an access pass is issued");
    }
    let names_file = remedy.contains("in [policy] of config.toml");
    if names_file || (id == "config-wrong" && remedy.contains("Correct it")) {
        host.machine.shell(&format!(
            "cp {CONFIG_BEFORE} /etc/secinfo/config.toml; systemctl restart secinfod"
        ));
        return Some("config.toml is corrected");
    }
    None
}

/// Makes changes to files, from the last line to the first, so that the numbers of lines hold.
fn change(host: &Host, changes: &[Value]) {
    let mut changes: Vec<&Value> = changes.iter().collect();
    changes.reverse();
    changes.sort_by_key(|change| std::cmp::Reverse(change["line"].as_u64()));
    for change in changes {
        let word = |name: &str| change[name].as_str().map(str::to_owned);
        let file = word("file").unwrap();
        let line = usize::try_from(change["line"].as_u64().unwrap()).unwrap();
        let text = host.machine.run(["cat", &file]).stdout;
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if let (Some(replace), Some(with)) = (word("replace"), word("with")) {
            lines[line - 1] = lines[line - 1].replacen(&replace, &with, 1);
        } else if let Some(new) = word("before") {
            lines.insert(line.saturating_sub(1), new);
        } else if let Some(new) = word("behind") {
            lines.insert(line, new);
        }
        host.machine.write(&file, lines.join("\n") + "\n", 0o644);
    }
}

/// The commands that a remedy names, as root runs them.
fn commands(remedy: &str) -> Vec<String> {
    let remedy = remedy.replace("sudo ", "");
    let mut found = Vec::new();
    for (begins, _) in remedy.match_indices("un ") {
        let before = &remedy[..begins];
        if !before.ends_with(['R', 'r']) {
            continue;
        }
        let command = &remedy[begins + 3..];
        let ends = ENDS.iter().filter_map(|end| command.find(end)).min();
        let command = command[..ends.unwrap_or(command.len())].trim_end_matches('.');
        // What asks, and what only tells more.
        let needs_a_person = [
            "systemctl edit",
            "secinfo setup",
            "systemctl status",
            "journalctl",
        ];
        if command.is_empty() || needs_a_person.iter().any(|word| command.starts_with(word)) {
            continue;
        }
        found.push(command.replace("USER", "admin").replace("NAME", "admin"));
    }
    found
}

#[test]
fn the_commands_of_a_remedy_are_found() {
    let found = |remedy: &str| commands(remedy);
    assert_eq!(
        found("Run sudo chmod 0700 /var/lib/secinfo."),
        ["chmod 0700 /var/lib/secinfo"]
    );
    assert_eq!(
        found("Run sudo secinfo break-glass create USER for one, and keep the codes."),
        ["secinfo break-glass create admin"]
    );
    assert!(found("Run systemctl status secinfod, then sudo journalctl -u secinfod.").is_empty());
    assert!(found("Correct it.").is_empty());
}
