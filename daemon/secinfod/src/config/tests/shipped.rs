//! The file that ships says what the code does.

use super::super::{ChannelConfig, Config, DaemonConfig};
use super::{SHIPPED, is_turned_off, parse, turned_on};
use crate::methods::Questions;
use secinfo_domain::policy::{FirstMethod, Gates, Refinement};
use secinfo_domain::{GroupName, Kind, Policy, ServiceName};
use std::collections::BTreeMap;

/// Each setting of the shipped file, by section and key, with the comment above it.
fn explained() -> BTreeMap<(String, String), String> {
    let mut section = String::new();
    let mut comment = String::new();
    let mut settings = BTreeMap::new();
    for line in SHIPPED.lines() {
        let bare = line.trim_start_matches('#');
        if let Some(prose) = line.strip_prefix("# ") {
            comment.push_str(prose);
            comment.push(' ');
        } else if let Some((header, _)) = bare
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
            .filter(|_| !bare.starts_with(']'))
        {
            section = header.to_owned();
            comment.clear();
        } else if let Some((key, _)) = bare.split_once(" = ") {
            assert!(
                is_turned_off(line),
                "{line}: it should be turned off, as all defaults are"
            );
            let known = settings.insert((section.clone(), key.to_owned()), comment.clone());
            assert_eq!(known, None, "{key} stands twice in [{section}]");
            comment.clear();
        } else if line.is_empty() {
            comment.clear();
        }
    }
    settings
}

#[test]
fn the_shipped_file_is_the_default() {
    assert_eq!(parse(SHIPPED).expect("the shipped file"), Config::default());
    assert_eq!(parse("").expect("nothing"), Config::default());
    let mut policy = Config::default().policy();
    policy.rules.security_questions.listed.clear();
    assert_eq!(policy, Policy::default());
}

#[test]
fn the_values_that_the_shipped_file_shows_are_the_defaults() {
    let mut config = parse(&turned_on(SHIPPED)).expect("every setting turned on");
    assert_eq!(
        config.policy.groups,
        [(
            GroupName::parse("wheel").unwrap(),
            Refinement {
                allowed: Some(
                    [
                        Kind::AuthenticatorApp,
                        Kind::HardwareToken,
                        Kind::RecoveryCodes
                    ]
                    .into_iter()
                    .collect()
                ),
                required: Some(1),
                grace_days: Some(7),
                first_method: Some(FirstMethod::AccessPass),
                reset_gates: Some(Gates::Two),
                end_sessions_on_lock: Some(true),
            }
        )]
    );
    assert_eq!(
        config.policy.services[0].0,
        ServiceName::parse("sshd").unwrap()
    );
    let [channel] = config.channels.as_slice() else {
        panic!("one example");
    };
    let least = "[channel.text-main]\nkind = \"text\"\nplugin = \"text-twilio\"\nuser = \"secinfo-text\"\nsocket = \"/run/secinfo/channels/text-main.sock\"\n";
    let least = parse(least);
    let expected = ChannelConfig {
        settings: Some("/etc/secinfo/channels/text-main.toml".into()),
        ..least.expect("what must be there").channels[0].clone()
    };
    assert_eq!(*channel, expected);
    assert_eq!(config.questions.ids().next(), Some("first-office"));
    assert_eq!(config.policy.rules.grace_times.take(), Some(3));
    config.questions = Questions::default();
    config.channels.clear();
    config.policy.groups.clear();
    config.policy.services.clear();
    assert_eq!(config, Config::default());
}

#[test]
fn every_setting_of_the_code_is_explained_in_the_shipped_file_and_no_other() {
    let (_, notes) = Config::read(
        "[group.wheel]\n[service.sshd]\n[channel.text-main]\n[question.first-office]\n",
    );
    let in_code: Vec<(String, String)> = notes
        .sections
        .iter()
        .flat_map(|(section, keys)| keys.iter().map(|key| (section.clone(), (*key).to_owned())))
        .collect();
    let explained = explained();
    for setting in &in_code {
        let comment = explained
            .get(setting)
            .unwrap_or_else(|| panic!("{setting:?} is missing in config.toml"));
        assert!(comment.len() > 30, "{setting:?} has no explanation");
    }
    for setting in explained.keys() {
        assert!(in_code.contains(setting), "{setting:?} is not in the code");
    }
}

#[test]
fn the_shipped_file_says_what_needs_a_restart() {
    let old = Config::default();
    let mut new = parse(
        r#"
        [daemon]
        organization = "Example"
        state_directory = "/srv/secinfo"
        bus_address = "unix:path=/run/other"
        sign_in_socket = "/run/other-sign-in"
        password_socket = "/run/other-password"
        key_socket = "/run/other-key"
        push_socket = "/run/other-push"
        authorization = "uid"
        master_key = "/etc/secinfo/master.key"
        cache_size = "8MiB"
        free_space_reserve = "1GiB"
        verification_reserve = "1GiB"
        sessions_per_user = 1
        sessions_in_all = 2
        [push]
        url = "https://login.example.org/push"
        [policy]
        required = 1
        "#,
    )
    .expect("all different");
    let said: Vec<String> = explained()
        .into_iter()
        .filter(|(_, comment)| comment.contains("Needs a restart."))
        .map(|((section, key), _)| format!("{section}.{key}"))
        .collect();
    let mut needed = old.needs_restart(&new);
    needed.sort_unstable();
    assert_eq!(needed, said);

    new.push = None;
    new.daemon = DaemonConfig {
        organization: new.daemon.organization,
        sessions_per_user: 1,
        sessions_in_all: 2,
        ..DaemonConfig::default()
    };
    assert_eq!(old.needs_restart(&new), [""; 0]);
}
