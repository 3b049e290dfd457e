//! Every mistake is told where it stands, with what would be right.

use super::super::{Config, ConfigError, SIZE_LIMIT, error};
use super::{SHIPPED, parse, refusal, turned_on};
use secinfo_words::visible;

/// Section, setting, and what must be in the words on what is wrong and on what would be right.
#[rustfmt::skip] // A row for each mistake.
const BAD_VALUES: [(&str, &str, &str, &str); 117] = [
    ("daemon", "organization = \"a:b\"", "colon", "without a colon"),
    ("daemon", "organization = \" \"", "empty", "for the name of the host"),
    ("daemon", "organization = \"a\\u202eb\"", "control character", "1 to 64"),
    ("daemon", "state_directory = \"lib\"", "not an absolute", "\"/var/lib/secinfo\""),
    ("daemon", "state_directory = \"/\"", "root directory", "\"/var/lib/secinfo\""),
    ("daemon", "state_directory = \"/var/../etc\"", "\"..\"", "absolute path"),
    ("daemon", "state_directory = \"/a\\u0000\"", "control character", "absolute path"),
    ("daemon", "bus_address = \"session\"", "not the address", "write \"system\""),
    ("daemon", "bus_address = \"tcp:host=h,port=1\"", "on this host", "unix:path="),
    ("daemon", "authorization = \"polkitd\"", "not known", "did you mean \"polkit\"?"),
    ("daemon", "authorization = true", "true or false", "\"polkit\", \"uid\""),
    ("daemon", "master_key = \"master.key\"", "not an absolute", "write \"automatic\""),
    ("daemon", "cache_size = \"4MB\"", "\"MB\" is no unit", "KiB, MiB, GiB, TiB"),
    ("daemon", "cache_size = \"1KiB\"", "out of range", "from \"1MiB\" to \"16GiB\""),
    ("daemon", "free_space_reserve = 0", "bare number", "from \"1MiB\" to \"1TiB\""),
    ("daemon", "verification_reserve = \"1KiB\"", "out of range", "from \"1MiB\" to \"1TiB\""),
    ("daemon", "sessions_in_all = 3", "less than", "to 16 at least"),
    ("policy", "allowed = []", "no kind", "at least one"),
    ("policy", "allowed = \"text\"", "a text", "a list of kinds"),
    ("policy", "allowed = [\"call\", \"cail\"]", "\"cail\"", "did you mean \"call\"?"),
    ("policy", "allowed = [\"call\", \"call\"]", "twice", "once"),
    ("policy", "allowed = [\"email\"]\nrequired = 1", "no kind", "require 0"),
    ("policy", "allowed = [\"smart-card\"]\nrequired = 1", "not known here", "one of \"authenticator-app\""),
    ("policy", "allowed = [\"text\", \"email\"]\nrequired = 4", "so many", "require 3 at most"),
    ("policy", "allowed = [\"security-key\", \"recovery-codes\"]", "only added beside", "one of authenticator-app,"),
    ("policy", "required = 11", "out of range", "0 to 10"),
    ("policy", "required = -1", "-1 is out", "0 to 10"),
    ("policy", "required = 1.5", "fraction", "whole number"),
    ("policy", "required = 99999999999999999999", "out of range", "0 to 10"),
    ("policy", "grace_times = 0", "out of range", "1 to 100"),
    ("policy", "grace_days = 366", "out of range", "0 to 365"),
    ("policy", "first_method = \"Session\"", "not known", "did you mean \"session\"?"),
    ("policy.reset", "gates = 2", "bare number", "\"one\", \"two\""),
    ("policy.reset", "failures = \"21 in 24h\"", "out of range", "\"20 in 24h\""),
    ("policy.reset", "life = \"2m\"", "longer than `life`", "to \"2m\" at most"),
    ("policy.reset", "administrators = [\"a:b\"]", "cannot be a group", "as the system knows it"),
    ("policy", "fresh_proof = \"0s\"", "out of range", "\"1s\" to \"1h\""),
    ("policy", "fresh_proof = \"61m\"", "out of range", "\"1s\" to \"1h\""),
    ("policy", "fresh_proof = 600", "bare number", "(s, m, h, d)"),
    ("policy", "fresh_proof = \"10\"", "no unit", "(s, m, h, d)"),
    ("policy", "fresh_proof = \"10 m\"", "\" m\" is no unit", "(s, m, h, d)"),
    ("policy", "fresh_proof = \"-1m\"", "whole number", "(s, m, h, d)"),
    ("policy", "deletion_wait = \"99999999999999999999d\"", "out of range", "\"30d\""),
    ("policy", "deletion_wait = \"31d\"", "out of range", "\"30d\""),
    ("messages", "shipped_questions = false", "there are fewer", "[question.NAME]"),
    ("question.office", "en = \"?\"", "no question", "3 to 200"),
    ("question.office", "", "no words", "`en`, `de` or `fr`"),
    ("policy.security-questions", "to_answer = 2", "out of range", "3 to 10"),
    ("policy.security-questions", "to_enrol = 3\nto_answer = 4", "more than", "to 3 at most"),
    ("policy.recovery-codes", "count = 17", "out of range", "1 to 16"),
    ("policy.recovery-codes", "count = 0", "out of range", "1 to 16"),
    ("policy.authenticator-app", "algorithm = \"MD5\"", "not known", "\"SHA512\""),
    ("policy.authenticator-app", "algorithm = \"sha-1\"", "not known", "mean \"SHA1\"?"),
    ("policy.authenticator-app", "digits = 7", "6 or 8", "write 6 or 8"),
    ("policy.authenticator-app", "digits = 9", "out of range", "write 6 or 8"),
    ("policy.authenticator-app", "drift = 11", "out of range", "0 to 10"),
    ("policy.authenticator-app", "most = 0", "out of range", "1 to 20"),
    ("policy.hardware-token", "look_ahead = 0", "out of range", "1 to 100"),
    ("policy.hardware-token", "resynchronization = 9", "less than", "to 10 at least"),
    ("policy.throttle", "lock_after = 2", "out of range", "3 to 100"),
    ("policy.throttle", "lock_after = 3", "not more than", "to 4 at least"),
    ("policy.throttle", "first_lock = \"2h\"", "shorter", "to \"2h\" at least"),
    ("policy.throttle", "longest_lock = \"8d\"", "out of range", "\"7d\""),
    ("policy.budget", "changes = \"100\"", "is no limit", "from \"1 in 1s\""),
    ("policy.session", "attempts = 0", "out of range", "1 to 20"),
    ("policy.session", "verification = \"2h\"", "out of range", "\"1h\""),
    ("policy.sign-in", "verify = \"always\"", "not known", "\"when-enrolled\""),
    ("policy.sign-in", "remember = \"25h\"", "out of range", "\"1d\""),
    ("policy.sign-in", "exempt_groups = \"backup\"", "a text", "a list of groups"),
    ("policy.sign-in", "exempt_groups = [\"a:b\"]", "cannot be a group", "as the system knows it"),
    ("policy.sign-in", "exempt_networks = [\"192.0.2.1/24\"]", "no network", "first address"),
    ("password-reset", "excluded_groups = \"sudo\"", "a text", "a list of groups"),
    ("password-reset", "command = \"passwd\"", "not an absolute path", "write an absolute path"),
    ("service.sudo", "strength = \"weak\"", "not known", "\"possession\""),
    ("service.sudo", "exempt_networks = [\"localhost\"]", "no network", "\"192.0.2.0/24\""),
    ("group.wheel", "grace_days = \"7d\"", "a text", "without quotes"),
    ("group.wheel", "allowed = [\"security-key\"]\nrequired = 2", "only added beside", "authenticator-app"),
    ("group.wheel", "allowed = [\"email\"]\nrequired = 2", "no kind", "require 0"),
    ("group.wheel", "allowed = [\"hardware-token\"]\nrequired = 3", "so many", "require 2 at most"),
    ("service.sudo", "required = 1\nallowed = [\"text\"]\nstrength = \"strong\"", "no kind", "allow one of security-key, or"),
    ("security-key", "rp_id = \"192.0.2.1\"", "no IP address", "\"login.example.org\""),
    ("security-key", "rp_id = \"Login.example.org\"", "in lower case", "the name of the host"),
    ("security-key", "origins = [\"https://login.example.org/\"]", "without a path", "\"https://login.example.org:9090\""),
    ("security-key", "origins = [\"http://login.example.org\"]", "https only", "\"https://login.example.org:9090\""),
    ("security-key", "origins = \"https://a\"", "a text", "a list of origins"),
    ("security-key", "models = [\"yubikey\"]", "hexadecimal digits", "\"cb69481e-"),
    ("security-key", "models = [\"cb69481e-8ff7-4039-93ec-0a2729a154a8\"]", "can claim any", "leave `models` out"),
    ("security-key", "attestation = \"required\"", "only go together", "set both, or neither"),
    ("security-key", "roots = \"/etc/secinfo/roots\"", "only go together", "set both, or neither"),
    ("push", "url = \"https://Push.example.org:443/p\"", "does not name the port 443", "\"https://login.example.org:8443/push\""),
    ("push", "url = \"http://push.example.org/p\"", "begins with https://", "or \"\" for no push"),
    ("push", "url = \"https://Push.example.org/p\"", "in lower case", "or \"\" for no push"),
    ("push", "url = \"https://push.example.org\"", "has a path", "or \"\" for no push"),
    ("policy.push", "life = \"11m\"", "out of range", "\"10m\""),
    ("policy.push", "number = [\"a/b\"]", "cannot be a service", "/etc/pam.d"),
    ("policy.security-key", "most = 11", "out of range", "1 to 10"),
    ("policy.security-key", "synced = \"yes\"", "not known", "\"allow\""),
    ("service.sudo", "allowed = [\"text\"]\nverify = \"required\"\nstrength = \"possession\"", "no kind", "hardware-token"),
    ("daemon", "allow_spool = \"yes\"", "a text", "true or false, without quotes"),
    ("channel.a", "plugin = \"spool\"", "`kind` is missing", "or \"email\""),
    ("channel.a", "kind = \"text\"", "`plugin` is missing", "\"email-smtp\""),
    ("channel.a", "kind = \"fax\"", "not known", "\"text\", \"call\", \"email\""),
    ("channel.a", "kind = \"text\"\nplugin = \"spool\"", "readable", "true` in [daemon]"),
    ("channel.a", "kind = \"text\"\nplugin = \"/x/libsecinfo_spool.so\"", "readable", "true` in [daemon]"),
    ("channel.a", "plugin = \"Twilio\"", "neither", "\"text-twilio\""),
    ("channel.a", "plugin = \"../x.so\"", "not an absolute", "the name of a plugin"),
    ("channel.a", "timeout = \"3m\"", "out of range", "\"1s\" to \"2m\""),
    ("channel.a", "memory = \"8MiB\"", "out of range", "\"64MiB\" to \"4GiB\""),
    ("channel.a", "order = 0", "out of range", "1 to 100"),
    ("channel.a", "queue = 10001", "out of range", "1 to 10000"),
    ("channel.a", "user = \"a:b\"", "cannot be the name", "\"secinfo-text\""),
    ("channel.a", "user = \"root\"", "must not be root", "make an account"),
    ("channel.a", "user = \"nobody\"", "stands for strangers", "make an account"),
    ("channel.a", "kind = \"text\"\nplugin = \"text-twilio\"", "no account to run as", "`socket`"),
    ("channel.a", "writable = \"/x\"", "a text", "a list of absolute paths"),
    ("channel.a", "readable = [\"/x\", \"y\"]", "not an absolute", "an absolute path"),
    ("channel.a", "socket = \"@x\"", "not an absolute", "absolute path"),
];

/// A text, and what must be in the words on what would be right.
#[rustfmt::skip] // A row for each mistake.
const MISPLACED: [(&str, &str); 22] = [
    ("organization = \"x\"", "belongs into the section [daemon]"),
    ("[daemon]\ngrace_days = 1", "belongs into the section [policy]"),
    ("[daemon]\nlok_after = 1", "did you mean `lock_after` of the section [policy.throttle]?"),
    ("[policy]\nFresh-Proof = \"1m\"", "did you mean `fresh_proof`?"),
    ("[throttle]\nfree = 1", "did you mean [policy.throttle]?"),
    ("[groups.wheel]\nrequired = 1", "did you mean `group`?"),
    ("[policy.authenticator_app]\ndrift = 1", "did you mean `authenticator-app`?"),
    ("[policy.session]\ncolour = \"red\"", "what may stand in [policy.session]: enrollment, verification, attempts"),
    ("colour = \"red\"", "what may stand outside of the sections: daemon, password-reset, security-key, push, messages, policy, group, service, question, channel"),
    ("daemon = 1", "write [daemon] on a line of its own"),
    ("group.wheel = 1", "write [group.wheel] on a line of its own"),
    ("[[policy]]\nrequired = 1", "write [policy] on a line of its own"),
    ("[group.\"a:b\"]", "with the name of a group as the system knows it"),
    ("[group.\" wheel\"]", "with the name of a group as the system knows it"),
    ("[service.\"\"]", "with the name of a service as the system knows it"),
    ("[policy]\nrequired = 1\nrequired = 2", "keep one of the two"),
    ("[policy]\nfresh_proof = 10m", "in quotes"),
    ("[policy\n", "write settings as"),
    ("[policy]\nallowed = [\"call\"]\n[group.g]\nallowed = [\"text\"]", "name at least one of \"call\""),
    ("[channel.\"a b\"]", "small letters, digits and '-'"),
    ("[channel.-a]", "small letters, digits and '-'"),
    ("[channel]\nkind = \"text\"", "write [channel.kind] on a line of its own"),
];

#[test]
fn a_mistake_is_shown_where_it_stands_with_what_would_be_right() {
    assert_eq!(
        refusal("[policy]\n\tfresh_prof = \"10m\" # short\n"),
        "config.toml:2:2: unknown key `fresh_prof`\n\
         \x20 |\n\
         2 | \tfresh_prof = \"10m\" # short\n\
         \x20 | \t^^^^^^^^^^\n\
         \x20 = did you mean `fresh_proof`?"
    );
}

#[test]
fn a_file_of_windows_is_read_as_any_other() {
    let text = format!("\u{feff}{}", SHIPPED.replace('\n', "\r\n"));
    assert_eq!(parse(&text).unwrap(), Config::default());
    let text = turned_on(SHIPPED).replace('\n', "\r\n");
    assert_eq!(parse(&text).unwrap(), parse(&turned_on(SHIPPED)).unwrap());
    let told = refusal("\u{feff}[policy]\r\n\r\nfresh_prof = 1\r\n");
    assert!(told.starts_with("config.toml:3:1: unknown key"), "{told}");
}

#[test]
fn a_character_that_cannot_be_seen_is_named_where_it_stands() {
    assert_eq!(
        refusal("[policy]\nrequired\u{a0}= 1\n"),
        "config.toml:2:9: there is U+00A0 NO-BREAK SPACE, which cannot be seen\n\
         \x20 |\n\
         2 | required\u{a0}= 1\n\
         \x20 |         ^\n\
         \x20 = remove it; if it is meant, write \"\\u00A0\" in its place, in double quotes"
    );
    for (text, place) in [
        (
            "[group.\"wheel\u{200b}\"]\nrequired = 1",
            "config.toml:1:14: there is U+200B",
        ),
        (
            "[policy.sign-in]\nexempt_groups = [\"a\", \"b\u{ad}c\"]",
            "config.toml:2:25: there is U+00AD",
        ),
        (
            "[service.ssh\u{feff}d]",
            "config.toml:1:13: there is U+FEFF",
        ),
        (
            "[policy]\n\u{feff}required = 1",
            "config.toml:2:1: there is U+FEFF",
        ),
    ] {
        let told = refusal(text);
        assert!(told.starts_with(place), "{told}");
    }
    // It can be meant, and then be written so that it is seen; comments are for people.
    let meant =
        parse("[group.\"wheel\\u200b\"] # \u{a0}\nrequired = 1\n[group.\"علی\u{200c}رضا\"]\n")
            .unwrap();
    let groups: Vec<_> = meant
        .policy()
        .groups
        .iter()
        .map(|(name, _)| name.as_str().to_owned())
        .collect();
    assert_eq!(groups, ["wheel\u{200b}", "علی\u{200c}رضا"]);
}

#[test]
fn what_a_word_processor_writes_for_a_sign_is_named() {
    for (text, place, remedy) in [
        (
            "[policy]\nfresh_proof = “10m”",
            "config.toml:2:15: there is “",
            "write \" in its place",
        ),
        (
            "[policy]\nfresh_proof = ‘10m’",
            "config.toml:2:15: there is ‘",
            "write ' in its place",
        ),
        (
            "[policy]\nrequired = –1",
            "config.toml:2:12: there is –",
            "write - in its place",
        ),
        (
            "[policy]\nallowed = [“text”]",
            "config.toml:2:12: there is “",
            "write \" in its place",
        ),
    ] {
        let told = refusal(text);
        assert!(told.starts_with(place), "{told}");
        assert!(told.contains(remedy), "{told}");
    }
}

#[test]
fn what_is_missing_is_shown_at_its_section() {
    let told = refusal("[daemon]\n\n[channel.mail]\nkind = \"email\"\n");
    assert!(told.starts_with("config.toml:3:10: `plugin`"), "{told}");
}

#[test]
fn all_mistakes_of_a_file_are_told_in_its_order() {
    let text = "[policy.throttle]\nlock_after = 2\nfree = \"3\"\n[daemon]\nsession = 1\n";
    let Err(ConfigError::Mistakes(mistakes)) = parse(text) else {
        panic!("accepted");
    };
    let told: Vec<_> = mistakes
        .problems()
        .iter()
        .map(|problem| (problem.line, problem.column, problem.what.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (2, 14, "`lock_after`: 2 is out of range"),
            (3, 8, "`free`: it is a text"),
            (5, 1, "unknown key `session`"),
        ]
    );

    let many: Vec<_> = (0..1000).map(|n| format!("unknown{n} = 1")).collect();
    let told = refusal(&many.join("\n"));
    assert_eq!(told.matches("unknown key").count(), error::SHOWN);
    assert!(told.ends_with("There is more: correct these first."));
}

#[test]
fn every_bad_value_is_answered_with_what_would_be_right() {
    for (section, setting, what, remedy) in BAD_VALUES {
        let told = refusal(&format!("[{section}]\n{setting}\n"));
        assert!(told.contains(what), "{setting}: {what} is not in\n{told}");
        let answer = told.rsplit(" = ").next().unwrap();
        assert!(
            answer.contains(remedy),
            "{setting}: {remedy} is not in\n{told}"
        );
        assert_eq!(told.matches("config.toml:").count(), 1, "{told}");
    }
}

#[test]
fn a_misplaced_or_misspelt_key_is_answered_with_its_place() {
    for (text, remedy) in MISPLACED {
        let told = refusal(text);
        assert!(told.contains(remedy), "{text}: {remedy} is not in\n{told}");
    }
}

#[test]
fn long_lines_and_control_characters_are_shown_safely() {
    let told = refusal(&format!("[daemon]\ncolour = \"{}\"", "é".repeat(5000)));
    assert!(told.len() < 1000, "{told}");
    for text in [
        "[daemon]\norganization = \"\u{1b}[2J\"",
        "[daemon]\n\"\\u001b[2J\\nline\\u202e\" = 1",
        "[\"\\u001b[2J\\nline\"]",
        "[policy.\"\\u001b[2J\\nline\"]\n",
        "[daemon]\ncolour = 1 # \u{202e}\u{1b}",
        "\"\u{1b}]0;x\u{7}\" = 1",
    ] {
        let told = refusal(text);
        let lines: Vec<_> = told.split('\n').collect();
        assert!(lines.iter().all(|line| visible(line) == *line), "{told:?}");
        // The mistake, the line between two margins, and the remedy: no line that the file made.
        let all = lines.iter().filter(|line| !line.is_empty()).count();
        assert_eq!(all, 5 * told.matches("config.toml:").count(), "{told:?}");
    }
}

#[test]
fn a_text_that_is_too_large_or_too_deep_is_refused() {
    let large = "#".repeat(usize::try_from(SIZE_LIMIT).unwrap() + 1);
    assert!(matches!(parse(&large), Err(ConfigError::TooLarge { .. })));
    let deep = format!("a = {}{}", "[".repeat(50_000), "]".repeat(50_000));
    assert!(matches!(parse(&deep), Err(ConfigError::Mistakes(_))));
}
