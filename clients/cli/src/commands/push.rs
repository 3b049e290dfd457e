//! `secinfo push`: how requests to phones are sent, and the phones of a user.

use crate::client::Client;
use crate::security_info::{Method, MethodJson, SecurityInfo};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::style::{Look, Style};
use secinfo_terminal::table::{self, Column, Row, plain};
use secinfo_terminal::text::{columns, indented, pad, shell_word, visible};
use secinfo_terminal::times::{Clock, time};
use secinfo_wire::PushState;
use secinfo_wire::names::{kind, push_state};
use serde::Serialize;

const JSON: &str = r#"JSON: {"state", "url", "phones", "open", "user":{"uid", "name", "paused_until", "phones":[{as on the page}]}}; state is "off", "making-key", "unreachable" when the process that phones talk to is not there, or "ready"; url is null where push is off, open counts requests; user is null without --user, paused_until null unless requests are paused."#;

/// Show how requests to phones are sent; for administrators
///
/// With --user, shows that user's phones too: when they were added, last used, and when they last
/// asked this host for requests, as far as the service knows since it started. "secinfo unlock"
/// lifts a pause.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {}

#[derive(Serialize)]
struct StateJson<'a> {
    state: &'a str,
    url: Option<&'a str>,
    phones: u32,
    open: u32,
    user: Option<UserJson<'a>>,
}

#[derive(Serialize)]
struct UserJson<'a> {
    uid: u32,
    name: &'a str,
    paused_until: Option<u64>,
    phones: Vec<MethodJson<'a>>,
}

pub(crate) async fn run(
    client: &Client,
    user: Option<&str>,
    Arguments {}: Arguments,
) -> Result<(), Failure> {
    let state = client.manager().await?.get_push_state().await?;
    let info = match user {
        Some(user) => Some(SecurityInfo::load(client, Some(user)).await?),
        None => None,
    };
    let screen = &client.screen;
    screen.json(&json(&state, info.as_ref()))?;
    screen.say(&render(&state, screen.style, screen.width))?;
    match &info {
        Some(info) => screen.say(&render_user(
            info,
            &client.clock,
            screen.style,
            screen.width,
        )),
        None => Ok(()),
    }
}

fn phones_of(info: &SecurityInfo) -> impl Iterator<Item = &Method> {
    let methods = info.methods.iter();
    methods.filter(|method| method.properties.kind == kind::PUSH)
}

fn json<'a>(state: &'a PushState, info: Option<&'a SecurityInfo>) -> StateJson<'a> {
    StateJson {
        state: &state.state,
        url: Some(state.url.as_str()).filter(|url| !url.is_empty()),
        phones: state.phones,
        open: state.open,
        user: info.map(|info| UserJson {
            uid: info.user.uid,
            name: &info.user.name,
            paused_until: time(info.user.push_paused_until),
            phones: phones_of(info)
                .map(|phone| MethodJson::new(&phone.properties))
                .collect(),
        }),
    }
}

fn render(state: &PushState, style: Style, width: usize) -> String {
    if state.state == push_state::OFF {
        let text = "Push is off, so no phone is asked: give the address at which phones reach this host as url in [push] of config.toml, or run \"secinfo setup\".";
        return indented(text, "", "", width);
    }
    let rows = [
        ("Address", (Look::Plain, visible(&state.url))),
        ("State", in_words(&state.state)),
        ("Phones", (Look::Plain, state.phones.to_string())),
        ("Open requests", (Look::Plain, state.open.to_string())),
    ];
    let longest = rows.iter().map(|(name, _)| columns(name)).max();
    let longest = longest.unwrap_or_default();
    let lines = rows.map(|(name, (look, text))| {
        format!("{}  {}\n", pad(name, longest), style.paint(look, &text))
    });
    lines.concat()
}

fn in_words(state: &str) -> (Look, String) {
    match state {
        push_state::READY => (Look::Good, "phones can be asked".to_owned()),
        push_state::MAKING_KEY => {
            let text = "the key of this host is being made, which takes some seconds";
            (Look::Warning, text.to_owned())
        }
        push_state::UNREACHABLE => {
            let text = "the process for phones is away: systemctl status secinfo-push.socket";
            (Look::Bad, text.to_owned())
        }
        other => (Look::Plain, visible(other)),
    }
}

fn render_user(info: &SecurityInfo, clock: &Clock, style: Style, width: usize) -> String {
    let name = visible(&info.user.name);
    let phones: Vec<_> = phones_of(info).map(|phone| row(phone, clock)).collect();
    if phones.is_empty() {
        return format!("\n{name} has no phone that approves sign-ins.\n");
    }
    let columns = [
        ("Phone", 8),
        ("Added", 9),
        ("Last used", 9),
        ("Last asked", 10),
    ]
    .map(|(title, least)| Column { title, least });
    let mut text = format!("\nPhones of {name}\n\n");
    text += &table::render(&columns, &phones, style, width);
    if info.user.push_paused_until > clock.now() {
        let until = clock.limit(info.user.push_paused_until);
        let pause = format!(
            "No requests are sent to them until {until}, because one was declined as another person's. To lift that: secinfo unlock {}",
            shell_word(&info.user.name)
        );
        text.push('\n');
        for line in indented(&pause, "", "", width).lines() {
            text += &style.paint(Look::Bad, line);
            text.push('\n');
        }
    }
    text
}

fn row(phone: &Method, clock: &Clock) -> Row {
    let properties = &phone.properties;
    let mut state = Vec::new();
    if properties.is_default {
        state.push((Look::Good, "default".to_owned()));
    }
    if properties.locked_until > clock.now() {
        let until = clock.limit(properties.locked_until);
        state.push((Look::Bad, format!("locked after wrong codes until {until}")));
    }
    let asked = match properties.last_seen {
        0 => "not yet".to_owned(),
        asked => clock.moment(asked),
    };
    Row {
        cells: vec![
            vec![(Look::Bold, visible(&properties.label))],
            plain(clock.day(properties.created)),
            plain(clock.day(properties.last_used)),
            plain(asked),
        ],
        below: state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security_info::example;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    fn state() -> PushState {
        PushState {
            state: push_state::READY.to_owned(),
            url: "https://login.example.org:8443/push".to_owned(),
            phones: 12,
            open: 1,
        }
    }

    fn alice() -> SecurityInfo {
        let mut info = example();
        info.methods.truncate(1);
        info.methods[0].properties.kind = kind::PUSH.to_owned();
        info.methods[0].properties.last_seen = 1_795_354_200;
        info.user.push_paused_until = 1_795_357_800;
        info
    }

    #[test]
    fn the_state_of_push_is_told_line_by_line() {
        let expected = "\
Address        https://login.example.org:8443/push
State          phones can be asked
Phones         12
Open requests  1
";
        assert_eq!(render(&state(), Style::new(false), 80), expected);
        let mut away = state();
        away.state = push_state::UNREACHABLE.to_owned();
        let text = render(&away, Style::new(false), 80);
        assert!(text.contains("is away: systemctl status"), "{text}");
        let mut off = state();
        off.state = push_state::OFF.to_owned();
        off.url.clear();
        let text = render(&off, Style::new(false), 80);
        assert!(text.starts_with("Push is off"), "{text}");
    }

    #[test]
    fn a_users_phones_stand_with_when_they_last_asked_and_how_to_lift_a_pause() {
        let now = Timestamp::from_second(1_795_356_000).unwrap();
        let clock = Clock::new(now, TimeZone::UTC);
        let expected = "
Phones of alice

Phone  Added       Last used  Last asked
Phone  2026-09-21  today      today at 13:30
       default

No requests are sent to them until today at 14:30, because one was declined as
another person's. To lift that: secinfo unlock alice
";
        assert_eq!(
            render_user(&alice(), &clock, Style::new(false), 80),
            expected
        );
    }

    #[test]
    fn the_json_form_is_stable() {
        let (state, info) = (state(), alice());
        assert_eq!(
            serde_json::to_string(&json(&state, None)).unwrap(),
            r#"{"state":"ready","url":"https://login.example.org:8443/push","phones":12,"open":1,"user":null}"#
        );
        let text = serde_json::to_string(&json(&state, Some(&info))).unwrap();
        assert!(
            text.contains(
                r#""user":{"uid":1000,"name":"alice","paused_until":1795357800,"phones":[{"id":"#
            ),
            "{text}"
        );
    }
}
