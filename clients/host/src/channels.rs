//! `secinfo channels`: the state of the channels, and test messages.

use crate::destination;
use secinfo_terminal::environment;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::style::{Look, Style};
use secinfo_terminal::table::{self, Cell, Column, Row, plain};
use secinfo_terminal::text::visible;
use secinfo_terminal::times::{Clock, time};
use secinfo_wire::names::delivery;
use secinfo_wire::{Channel, ChannelsProxy, Connection, TestOptions, TestOutcome};
use secinfo_words::{Language, Words};
use serde::Serialize;

const JSON: &str = r#"JSON: [{"name", "kind", "plugin", "version", "state", "healthy", "queued", "under_way", "last_error", "last_error_at", "confined":["<by what>", ...]}]; state is "ready", "starting" or "down", last_error and last_error_at null for none."#;

/// Show how the channels are that send codes; for administrators
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Send a message without a code through a channel
    ///
    /// That channel only: no other takes its place. Ends with exit code 1 when the message was not
    /// delivered.
    #[command(
        after_long_help = r#"JSON: {"channel", "state", "problem"}; state is "waiting", "sent", "delivered" or "failed", problem null unless it failed."#
    )]
    Test {
        /// The channel's name
        name: String,
        /// Where to: a phone number or an email address; nothing for a channel that rings phones
        #[arg(default_value = "")]
        destination: String,
    },
}

/// Shows the channels, or tests one.
///
/// # Errors
/// When the daemon cannot be asked, refuses, or a test message was not delivered.
pub async fn run(
    screen: &Screen,
    connection: &Connection,
    arguments: Arguments,
) -> Result<(), Failure> {
    let proxy = ChannelsProxy::new(connection).await?;
    match arguments.command {
        None => list(screen, &proxy).await,
        Some(Command::Test { name, destination }) => {
            test(screen, &proxy, &name, &destination).await
        }
    }
}

#[derive(Serialize)]
struct ChannelJson<'a> {
    name: &'a str,
    kind: &'a str,
    plugin: &'a str,
    version: &'a str,
    state: &'a str,
    healthy: bool,
    queued: u32,
    under_way: u32,
    last_error: Option<&'a str>,
    last_error_at: Option<u64>,
    confined: &'a [String],
}

async fn list(screen: &Screen, proxy: &ChannelsProxy<'_>) -> Result<(), Failure> {
    let channels = proxy.list_channels().await?;
    screen.json(&channels.iter().map(json).collect::<Vec<_>>())?;
    screen.say(&render(
        &channels,
        &Clock::of_process(),
        screen.style,
        screen.width,
    ))
}

fn json(channel: &Channel) -> ChannelJson<'_> {
    ChannelJson {
        name: &channel.name,
        kind: &channel.kind,
        plugin: &channel.plugin,
        version: &channel.version,
        state: &channel.state,
        healthy: channel.healthy,
        queued: channel.queued,
        under_way: channel.under_way,
        last_error: Some(channel.last_error.as_str()).filter(|error| !error.is_empty()),
        last_error_at: time(channel.last_error_at),
        confined: &channel.confined,
    }
}

fn render(channels: &[Channel], clock: &Clock, style: Style, width: usize) -> String {
    if channels.is_empty() {
        return "There are no channels, so no codes can be sent; config.toml turns them on.\n"
            .to_owned();
    }
    let columns = [
        ("Name", 6),
        ("Kind", 5),
        ("Plugin", 8),
        ("State", 8),
        ("Queue", 8),
    ]
    .map(|(title, least)| Column { title, least });
    let rows: Vec<Row> = channels.iter().map(|channel| row(channel, clock)).collect();
    table::render(&columns, &rows, style, width)
}

fn row(channel: &Channel, clock: &Clock) -> Row {
    let plugin = format!("{} {}", channel.plugin, channel.version);
    Row {
        cells: vec![
            vec![(Look::Bold, visible(&channel.name))],
            plain(Words::of(Language::English).kind(&channel.kind)),
            plain(visible(plugin.trim_end())),
            vec![state(channel)],
            queue(channel),
        ],
        below: below(channel, clock),
    }
}

fn state(channel: &Channel) -> (Look, String) {
    match (channel.state.as_str(), channel.healthy) {
        ("ready", true) => (Look::Good, "ready".to_owned()),
        ("ready", false) => (Look::Warning, "not healthy".to_owned()),
        ("starting", _) => (Look::Warning, "starting".to_owned()),
        ("down", _) => (Look::Bad, "down".to_owned()),
        (other, _) => (Look::Plain, visible(other)),
    }
}

fn queue(channel: &Channel) -> Cell {
    let mut cell = Vec::new();
    if channel.under_way > 0 {
        cell.push((Look::Plain, format!("{} under way", channel.under_way)));
    }
    if channel.queued > 0 {
        cell.push((Look::Plain, format!("{} waiting", channel.queued)));
    }
    if cell.is_empty() {
        plain("empty")
    } else {
        cell
    }
}

fn below(channel: &Channel, clock: &Clock) -> Cell {
    let mut lines = Vec::new();
    if !channel.last_error.is_empty() {
        let when = time(channel.last_error_at)
            .map_or_else(String::new, |at| format!(" {}", clock.moment(at)));
        let error = visible(&channel.last_error);
        lines.push((Look::Warning, format!("Last error{when}: {error}")));
    }
    if !channel.confined.is_empty() {
        let by = visible(&channel.confined.join(", "));
        lines.push((Look::Dim, format!("Confined by: {by}")));
    }
    lines
}

#[derive(Serialize)]
struct TestJson<'a> {
    channel: &'a str,
    state: &'a str,
    problem: Option<&'a str>,
}

async fn test(
    screen: &Screen,
    proxy: &ChannelsProxy<'_>,
    name: &str,
    destination: &str,
) -> Result<(), Failure> {
    // A user who may not see the channels may be allowed to try one: the daemon looks at the destination anyway.
    let channels = proxy.list_channels().await.unwrap_or_default();
    if let Some(channel) = channels.iter().find(|channel| channel.name == name) {
        destination::check(&channel.kind, destination).map_err(Failure::Usage)?;
    }
    let options = TestOptions {
        language: environment::locale(),
    };
    let outcome = proxy.test_channel(name, destination, &options).await?;
    screen.json(&test_json(name, &outcome))?;
    screen.paragraph(&tested(&outcome)?)
}

fn test_json<'a>(channel: &'a str, outcome: &'a TestOutcome) -> TestJson<'a> {
    TestJson {
        channel,
        state: &outcome.state,
        problem: Some(outcome.problem.as_str()).filter(|problem| !problem.is_empty()),
    }
}

/// The outcome of a test in words; an error if it failed.
fn tested(outcome: &TestOutcome) -> Result<String, Failure> {
    let problem = visible(&outcome.problem);
    match outcome.state.as_str() {
        delivery::DELIVERED => Ok("The message has arrived.".to_owned()),
        delivery::SENT => {
            Ok("The provider has taken the message; look whether it has arrived.".to_owned())
        }
        delivery::FAILED => Err(Failure::Refused(format!(
            "the message was not delivered: {}; see \"secinfo channels\"",
            problem.trim_end_matches('.')
        ))),
        _ if !problem.is_empty() => Err(Failure::Refused(format!(
            "the message has not been sent yet: {problem}"
        ))),
        _ => Ok(
            "The message is on its way; \"secinfo channels\" shows an error if it fails."
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Clock {
        let now = jiff::Timestamp::from_second(seconds).unwrap();
        Clock::new(now, jiff::tz::TimeZone::UTC)
    }

    fn channel() -> Channel {
        Channel {
            name: "twilio".to_owned(),
            kind: "text".to_owned(),
            plugin: "text-twilio".to_owned(),
            version: "0.1.0".to_owned(),
            state: "ready".to_owned(),
            healthy: true,
            queued: 0,
            under_way: 0,
            last_error: String::new(),
            last_error_at: 0,
            confined: vec!["no-new-privileges".to_owned(), "seccomp".to_owned()],
        }
    }

    fn broken() -> Channel {
        Channel {
            name: "mail".to_owned(),
            kind: "email".to_owned(),
            plugin: "email-smtp".to_owned(),
            version: String::new(),
            state: "down".to_owned(),
            healthy: false,
            queued: 3,
            under_way: 1,
            last_error: "connection refused".to_owned(),
            last_error_at: 1_795_352_580,
            confined: Vec::new(),
        }
    }

    #[test]
    fn channels_are_a_table() {
        let clock = at(1_795_356_000);
        let text = render(&[channel(), broken()], &clock, Style::new(false), 80);
        let expected = "\
Name    Kind          Plugin             State  Queue
twilio  Text message  text-twilio 0.1.0  ready  empty
        Confined by: no-new-privileges, seccomp
mail    Email         email-smtp         down   1 under way
                                                3 waiting
        Last error today at 13:03: connection refused
";
        assert_eq!(text, expected);
        let none = render(&[], &clock, Style::new(false), 80);
        assert!(none.contains("config.toml"));
    }

    #[test]
    fn a_channel_that_runs_is_not_well_for_that() {
        let ill = Channel {
            healthy: false,
            ..channel()
        };
        assert_eq!(state(&ill), (Look::Warning, "not healthy".to_owned()));
    }

    #[test]
    fn the_json_form_is_stable() {
        assert_eq!(
            serde_json::to_string(&[json(&channel()), json(&broken())]).unwrap(),
            concat!(
                r#"[{"name":"twilio","kind":"text","plugin":"text-twilio","version":"0.1.0","state":"ready","healthy":true,"#,
                r#""queued":0,"under_way":0,"last_error":null,"last_error_at":null,"confined":["no-new-privileges","seccomp"]},"#,
                r#"{"name":"mail","kind":"email","plugin":"email-smtp","version":"","state":"down","healthy":false,"#,
                r#""queued":3,"under_way":1,"last_error":"connection refused","last_error_at":1795352580,"confined":[]}]"#
            )
        );
        let outcome = TestOutcome {
            state: "delivered".to_owned(),
            problem: String::new(),
        };
        assert_eq!(
            serde_json::to_string(&test_json("twilio", &outcome)).unwrap(),
            r#"{"channel":"twilio","state":"delivered","problem":null}"#
        );
    }

    #[test]
    fn a_test_that_failed_is_a_failure_that_says_why() {
        let outcome = TestOutcome {
            state: "failed".to_owned(),
            problem: "The provider could not be reached.".to_owned(),
        };
        let failure = tested(&outcome).unwrap_err();
        assert_eq!(failure.exit_code(), 1);
        assert_eq!(
            failure.to_string(),
            "the message was not delivered: The provider could not be reached; see \"secinfo channels\""
        );
    }
}
