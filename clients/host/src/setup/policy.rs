//! Step 4: what the organization is called, which methods it allows, and who must have them.

use super::arguments::{Pair, PolicyArguments};
use super::config::{Applied, Config};
use super::daemon::Daemon;
use super::host::Host;
use super::questions::Questions;
use super::report::{Report, Step};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use secinfo_wire::names::kind::ALL as KINDS;
use secinfo_words::{Language, Words};
use toml_edit::{Array, Value};

/// The most methods that can be required, as in config.toml.
const MOST: u8 = 10;
/// Days of grace by default.
const GRACE: i64 = 14;

const ABOUT: &str = "Policy stands in /etc/secinfo/config.toml, where every key is explained. Here you set \
    what matters first: whose host this is, which kinds of method people may use, and who must \
    have one. Everybody else may, but need not.";

/// Goes through the step. Returns the configuration as it was, if another is in force now.
pub(crate) async fn run(
    host: &Host,
    daemon: &impl Daemon,
    questions: &Questions<'_>,
    arguments: &PolicyArguments,
    report: &mut Report<'_>,
) -> Result<Option<Config>, Failure> {
    report.begin(Step::Policy, ABOUT)?;
    let before = Config::read(host)?;
    let mut config = before.clone();
    arguments.set(&mut config)?;
    if questions.are_asked() && questions.yes("Go through these settings now?", true)? {
        ask(host, &mut config, questions, arguments)?;
    }
    let applied = config.apply(host, daemon).await?;
    let words = in_words(&config);
    match applied {
        Applied::Written(kept) => {
            report.done(format!(
                "Policy is in force: {words}. The former config.toml is {kept}"
            ))?;
            return Ok(Some(before));
        }
        Applied::InForce => report.done(format!("Policy is in force: {words}"))?,
        Applied::Unchanged => report.unchanged(format!("Policy: {words}"))?,
    }
    Ok(None)
}

impl PolicyArguments {
    /// Refuses values that config.toml does not take.
    pub(crate) fn check(&self, host: &Host) -> Result<(), Failure> {
        let mut config = Config::read(host)?;
        self.set(&mut config)?;
        config.check(host)
    }

    fn set(&self, config: &mut Config) -> Result<(), Failure> {
        let usage = |why: String| Failure::Usage(why);
        if let Some(organization) = &self.organization {
            config.set(&["daemon"], "organization", organization.as_str())?;
        }
        if let Some(country) = &self.country {
            let country = self::country(country).map_err(usage)?;
            config.set(&["messages"], "default_country", country)?;
        }
        if !self.allow.is_empty() {
            let words: Vec<&str> = self.allow.iter().map(String::as_str).collect();
            config.set(&["policy"], "allowed", kinds(&words).map_err(usage)?)?;
        }
        if let Some(required) = self.required {
            config.set(&["policy"], "required", i64::from(required))?;
        }
        if let Some(days) = self.grace_days {
            config.set(&["policy"], "grace_days", i64::from(days))?;
        }
        if let Some(first) = &self.first_method {
            config.set(&["policy"], "first_method", first.as_str())?;
        }
        for Pair(group, number) in &self.group {
            let number = number.parse().ok().filter(|number: &u8| *number <= MOST);
            let number = number.ok_or_else(|| {
                usage(format!(
                    "write --group {group}=N with a number from 0 to {MOST}"
                ))
            })?;
            config.set(&["group", group], "required", i64::from(number))?;
        }
        Ok(())
    }
}

/// The configuration with a value that a person has given, if the daemon takes it.
fn with(
    config: &Config,
    host: &Host,
    section: &[&str],
    key: &str,
    value: impl Into<Value>,
) -> Result<Config, String> {
    let in_words = |failure: Failure| failure.to_string();
    let mut changed = config.clone();
    changed.set(section, key, value).map_err(in_words)?;
    changed.check(host).map_err(in_words)?;
    Ok(changed)
}

/// Asks for what the arguments leave open.
fn ask(
    host: &Host,
    config: &mut Config,
    questions: &Questions<'_>,
    arguments: &PolicyArguments,
) -> Result<(), Failure> {
    // What is wrong already would be taken for a mistake in each answer.
    config.check(host)?;
    if arguments.organization.is_none() {
        let now = config
            .text_of(&["daemon"], "organization")
            .unwrap_or_default();
        *config = questions.text("Name of the organization", &now, |name| match name {
            name if name == now => Ok(config.clone()),
            name => with(config, host, &["daemon"], "organization", name),
        })?;
    }
    if arguments.country.is_none() {
        let now = config
            .text_of(&["messages"], "default_country")
            .unwrap_or_default();
        *config = questions.text(
            "Country of phone numbers, such as DE",
            &now,
            |code| match code {
                code if code == now => Ok(config.clone()),
                code => with(
                    config,
                    host,
                    &["messages"],
                    "default_country",
                    country(code)?,
                ),
            },
        )?;
    }
    if arguments.allow.is_empty() {
        ask_kinds(config, questions)?;
    }
    if arguments.required.is_none() && arguments.group.is_empty() {
        ask_who(config, questions)?;
    }
    let is_required = config.number(&["policy"], "required").unwrap_or(0) > 0
        || !config.sections("group").is_empty();
    if is_required && arguments.grace_days.is_none() {
        let now = config.number(&["policy"], "grace_days").unwrap_or(GRACE);
        let days = questions.text(
            "Days that people may put it off",
            &now.to_string(),
            |text| {
                let days = text
                    .parse::<i64>()
                    .ok()
                    .filter(|days| (0..=365).contains(days));
                days.ok_or_else(|| "Give a number from 0 to 365.".to_owned())
            },
        )?;
        if days != now {
            config.set(&["policy"], "grace_days", days)?;
        }
    }
    if arguments.first_method.is_none() {
        let choices = [
            "Their password: a user who signs in with it sets up the first method",
            "An access pass too, which you give them: safer where passwords may be known",
        ];
        let words = ["session", "access-pass"];
        let now = config
            .text_of(&["policy"], "first_method")
            .unwrap_or_default();
        let now = words.iter().position(|word| *word == now).unwrap_or(0);
        let chosen = questions.choice("What the first method takes", &choices, Some(now))?;
        if chosen != now {
            config.set(&["policy"], "first_method", words[chosen])?;
        }
    }
    Ok(())
}

fn ask_kinds(config: &mut Config, questions: &Questions<'_>) -> Result<(), Failure> {
    let now = allowed(config);
    let (offered, lacking): (Vec<&str>, Vec<&str>) =
        KINDS.iter().partition(|kind| is_delivered(config, kind));
    let words = Words::of(Language::English);
    if !lacking.is_empty() {
        let names: Vec<_> = lacking.iter().map(|kind| words.kind_inline(kind)).collect();
        questions.hint(&format!(
            "Not in the list, because no channel sends it: {}.",
            names.join(", ")
        ))?;
    }
    let names: Vec<_> = offered.iter().map(|kind| words.kind(kind)).collect();
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let is_now = |kind: &&str| now.iter().any(|allowed| allowed == kind);
    let chosen_now: Vec<usize> = (0..offered.len())
        .filter(|index| is_now(&offered[*index]))
        .collect();
    let question = "Kinds of method that are allowed, such as 1 2, or all";
    let chosen = questions.choices(question, &names, &chosen_now)?;
    // Enter leaves those that are not in the list as they are, and so does all.
    if chosen == chosen_now {
        return Ok(());
    }
    let is_all = chosen.len() == offered.len();
    let chosen: Vec<&str> = chosen.into_iter().map(|index| offered[index]).collect();
    let wanted: Array = KINDS
        .iter()
        .filter(|kind| chosen.contains(kind) || is_all && lacking.contains(kind))
        .copied()
        .collect();
    config.set(&["policy"], "allowed", wanted)
}

/// Whether nothing has to be sent for a kind, or there is a channel that sends it.
fn is_delivered(config: &Config, kind: &str) -> bool {
    use secinfo_wire::names::kind::{CALL, EMAIL, TEXT};
    let channels = config.sections("channel");
    let sends = |channel: &String| {
        let sent = config.text_of(&["channel", channel], "kind");
        sent.as_deref() == Some(kind)
    };
    ![TEXT, CALL, EMAIL].contains(&kind) || channels.iter().any(sends)
}

fn ask_who(config: &mut Config, questions: &Questions<'_>) -> Result<(), Failure> {
    let required = config.number(&["policy"], "required").unwrap_or(0);
    let of_sudo = config.number(&["group", "sudo"], "required").unwrap_or(0);
    let now = match (required, of_sudo) {
        (0, 0) => 0,
        (0, _) => 1,
        _ => 2,
    };
    let choices = [
        "Nobody: only users who have a method are asked for it",
        "Administrators: the members of the group sudo",
        "Everybody",
    ];
    let chosen = questions.choice("Who must have a method", &choices, Some(now))?;
    match chosen {
        chosen if chosen == now => Ok(()),
        2 => config.set(&["policy"], "required", 1),
        chosen => {
            if required > 0 {
                config.set(&["policy"], "required", 0)?;
            }
            config.set(&["group", "sudo"], "required", i64::from(chosen == 1))
        }
    }
}

fn allowed(config: &Config) -> Vec<String> {
    let array = config.get(&["policy"], "allowed");
    let words = array.as_ref().and_then(Value::as_array).map(|array| {
        let words = array.iter().filter_map(Value::as_str);
        words.map(str::to_owned).collect()
    });
    words.unwrap_or_else(|| KINDS.iter().map(|&kind| kind.to_owned()).collect())
}

/// The kinds that are named, in the order of config.toml.
fn kinds(words: &[&str]) -> Result<Array, String> {
    if let Some(unknown) = words.iter().find(|word| !KINDS.contains(word)) {
        return Err(format!(
            "There is no kind {unknown:?}; there are {}.",
            KINDS.join(", ")
        ));
    }
    if words.is_empty() {
        return Err("Name at least one kind.".to_owned());
    }
    Ok(KINDS
        .iter()
        .filter(|kind| words.contains(kind))
        .copied()
        .collect())
}

fn country(text: &str) -> Result<String, String> {
    let code = text.to_ascii_uppercase();
    if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(code)
    } else {
        Err("Give the two letters of the country, such as DE.".to_owned())
    }
}

/// What policy says, in a sentence.
fn in_words(config: &Config) -> String {
    let number = |section: &[&str], key| config.number(section, key).unwrap_or(0);
    let methods = |count| {
        if count == 1 {
            "1 method".to_owned()
        } else {
            format!("{count} methods")
        }
    };
    let mut who: Vec<String> = Vec::new();
    let all = number(&["policy"], "required");
    if all > 0 {
        who.push(format!("everybody must have {}", methods(all)));
    }
    for group in config.sections("group") {
        let count = number(&["group", &group], "required");
        if count > all {
            let must = if who.is_empty() { "must have " } else { "" };
            who.push(format!(
                "members of {} {must}{}",
                visible(&group),
                methods(count)
            ));
        }
    }
    let kinds = allowed(config);
    let kinds = if kinds.len() == KINDS.len() {
        "all kinds are allowed".to_owned()
    } else {
        let names = kinds
            .iter()
            .map(|kind| Words::of(Language::English).kind_inline(kind));
        format!("allowed are {}", names.collect::<Vec<_>>().join(", "))
    };
    if who.is_empty() {
        return format!("nobody must have a method; {kinds}");
    }
    let days = config.number(&["policy"], "grace_days").unwrap_or(GRACE);
    format!("{} within {days} days; {kinds}", who.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::config::CONFIG;
    use super::super::fixture::{FakeDaemon, Fixture, WELL};
    use super::super::report::State;
    use super::*;

    const SHIPPED: &str = include_str!("../../../../config.toml");

    fn fixture() -> Fixture {
        let fixture = Fixture::new();
        fixture.write(CONFIG, SHIPPED);
        fixture.program("secinfod", "exit 0");
        fixture.program("systemctl", &fixture.note("systemctl"));
        fixture.write(WELL, "");
        fixture
    }

    async fn set(
        fixture: &Fixture,
        questions: &Questions<'_>,
        arguments: &PolicyArguments,
    ) -> Result<(State, String), Failure> {
        let mut report = fixture.report();
        run(
            &fixture.host,
            &FakeDaemon { fixture },
            questions,
            arguments,
            &mut report,
        )
        .await?;
        let entry = report.entries.pop().unwrap();
        Ok((entry.state, entry.what))
    }

    #[tokio::test]
    async fn options_are_put_in_force_once() {
        let fixture = fixture();
        let arguments = PolicyArguments {
            organization: Some("Example".to_owned()),
            country: Some("de".to_owned()),
            allow: vec!["text".to_owned(), "authenticator-app".to_owned()],
            required: Some(1),
            group: vec![Pair("sudo".into(), "2".into())],
            grace_days: Some(7),
            first_method: Some("access-pass".to_owned()),
        };
        let (state, words) = set(&fixture, &fixture.unattended(), &arguments)
            .await
            .unwrap();
        assert_eq!(state, State::Done);
        let expected = "Policy is in force: everybody must have 1 method, members of sudo 2 methods \
                        within 7 days; allowed are authenticator app, text message. The former";
        assert!(words.starts_with(expected), "{words}");
        let text = fixture.read(CONFIG);
        for line in [
            "organization = \"Example\"",
            "default_country = \"DE\"",
            "allowed = [\"authenticator-app\", \"text\"]",
            "first_method = \"access-pass\"",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}");
        }
        assert!(text.ends_with("\n[group.sudo]\nrequired = 2\n"));
        assert_eq!(fixture.noted("systemctl"), ["restart secinfod.service"]);
        assert_eq!(
            set(&fixture, &fixture.unattended(), &arguments)
                .await
                .unwrap()
                .0,
            State::Unchanged
        );
        assert!(fixture.noted("systemctl").is_empty());
    }

    #[tokio::test]
    async fn a_person_who_presses_enter_changes_nothing_and_one_who_chooses_does() {
        let fixture = fixture();
        let enter = fixture.answers(&["", "", "", "", "", ""]);
        let (state, words) = set(&fixture, &enter, &PolicyArguments::default())
            .await
            .unwrap();
        assert_eq!(state, State::Unchanged);
        assert_eq!(
            words,
            "Policy: nobody must have a method; all kinds are allowed"
        );
        let chooses =
            fixture.answers(&["y", "Example", "XYZ", "at", "pigeon", "all", "2", "30", "1"]);
        let (_, words) = set(&fixture, &chooses, &PolicyArguments::default())
            .await
            .unwrap();
        let expected = "Policy is in force: members of sudo must have 1 method within 30 days; all";
        assert!(words.starts_with(expected), "{words}");
    }

    #[tokio::test]
    async fn what_the_daemon_would_refuse_is_asked_again_at_once() {
        let fixture = fixture();
        let refuses = "grep -q 'a:b' \"$3\" || exit 0\n\
            echo \"secinfod: $3:2:1: organization: it holds a colon\" >&2; exit 1";
        fixture.program("secinfod", refuses);
        let corrects = fixture.answers(&["y", "a:b", "Example", "", "", "", ""]);
        set(&fixture, &corrects, &PolicyArguments::default())
            .await
            .unwrap();
        assert!(
            fixture
                .read(CONFIG)
                .contains("organization = \"Example\"\n")
        );
        let arguments = PolicyArguments {
            organization: Some("a:b".to_owned()),
            ..PolicyArguments::default()
        };
        let failure = arguments.check(&fixture.host).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
        assert!(
            failure.to_string().contains("it holds a colon"),
            "{failure}"
        );
    }

    #[tokio::test]
    async fn kinds_are_chosen_by_number_among_those_that_work() {
        let fixture = fixture();
        let chooses = fixture.answers(&["y", "", "", "1 3", "", ""]);
        let (_, words) = set(&fixture, &chooses, &PolicyArguments::default())
            .await
            .unwrap();
        assert!(
            words.contains("allowed are authenticator app, phone"),
            "{words}"
        );
        let all = fixture.answers(&["y", "", "", "all", "", ""]);
        let (_, words) = set(&fixture, &all, &PolicyArguments::default())
            .await
            .unwrap();
        // Texts, calls and email too, for a channel that is set up later.
        assert!(words.contains("all kinds are allowed"), "{words}");
    }

    #[tokio::test]
    async fn what_no_option_may_say_is_refused() {
        let fixture = fixture();
        for arguments in [
            PolicyArguments {
                group: vec![Pair("sudo".into(), "many".into())],
                ..PolicyArguments::default()
            },
            PolicyArguments {
                allow: vec!["pigeon".to_owned()],
                ..PolicyArguments::default()
            },
            PolicyArguments {
                country: Some("Germany".to_owned()),
                ..PolicyArguments::default()
            },
        ] {
            let failure = arguments.check(&fixture.host).unwrap_err();
            assert_eq!(failure.exit_code(), 2, "{failure}");
            let failure = set(&fixture, &fixture.unattended(), &arguments)
                .await
                .unwrap_err();
            assert_eq!(failure.exit_code(), 2, "{failure}");
        }
        assert_eq!(fixture.read(CONFIG), SHIPPED);
    }
}
