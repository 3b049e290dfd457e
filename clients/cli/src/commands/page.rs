//! `secinfo`: the page of security info.

use crate::client::Client;
use crate::security_info::{Method, PageJson, SecurityInfo};
use crate::words;
use secinfo_terminal::environment::host_name;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::style::{Look, Style};
use secinfo_terminal::table::{self, Cell, Column, Row, plain};
use secinfo_terminal::text::{counted, visible, wrap};
use secinfo_terminal::times::Clock;
use secinfo_terminal::words::of_kind;
use secinfo_wire::names::kind;

pub(crate) async fn run(client: &Client, user: Option<&str>) -> Result<(), Failure> {
    let info = SecurityInfo::load(client, user).await?;
    let host = host_name();
    client.screen.json(&PageJson::new(&info, &host))?;
    let page = Page {
        info: &info,
        host: &host,
        own: user.is_none(),
        clock: &client.clock,
    };
    client
        .screen
        .say(&page.render(client.screen.style, client.screen.width))
}

struct Page<'a> {
    info: &'a SecurityInfo,
    host: &'a str,
    own: bool,
    clock: &'a Clock,
}

impl Page<'_> {
    fn render(&self, style: Style, width: usize) -> String {
        let mut lines = Lines {
            text: String::new(),
            style,
            width,
        };
        let heading = format!(
            "Security info of {} on {}",
            visible(&self.info.user.name),
            visible(self.host)
        );
        lines.add(Look::Bold, &heading);
        lines.blank();
        self.default_line(&mut lines);
        lines.blank();
        if !self.info.methods.is_empty() {
            lines.text.push_str(&self.methods(style, width));
            lines.blank();
        }
        self.attention(&mut lines);
        self.hints(&mut lines);
        lines.text
    }

    fn default_line(&self, lines: &mut Lines) {
        match self.info.default_method() {
            Some(method) => lines.add(
                Look::Plain,
                &format!("Default sign-in method: {}", method.words()),
            ),
            None => lines.add(Look::Warning, "Default sign-in method: none"),
        }
    }

    fn methods(&self, style: Style, width: usize) -> String {
        let columns = [
            Column {
                title: "#",
                least: 1,
            },
            Column {
                title: "Method",
                least: 10,
            },
            Column {
                title: "Label",
                least: 8,
            },
            Column {
                title: "Serves",
                least: 8,
            },
            Column {
                title: "Added",
                least: 9,
            },
            Column {
                title: "Last used",
                least: 9,
            },
        ];
        let rows: Vec<Row> = self
            .info
            .methods
            .iter()
            .enumerate()
            .map(|(index, method)| self.row(index + 1, method))
            .collect();
        table::render(&columns, &rows, style, width)
    }

    fn row(&self, number: usize, method: &Method) -> Row {
        let properties = &method.properties;
        let mut label: Cell = Vec::new();
        for (look, text) in [
            (Look::Plain, &properties.label),
            (Look::Dim, &properties.hint),
        ] {
            if !text.is_empty() {
                label.push((look, visible(text)));
            }
        }
        let serves = match properties.purposes.as_slice() {
            [] => plain("nothing"),
            purposes => {
                let words = purposes
                    .iter()
                    .map(|purpose| words::of_purposes(std::slice::from_ref(purpose)));
                words.map(|word| (Look::Plain, word)).collect()
            }
        };
        let mut last_used = plain(self.clock.day(properties.last_used));
        if last_used[0].1 == "today" {
            last_used.push((Look::Dim, self.clock.hour(properties.last_used)));
        }
        Row {
            cells: vec![
                plain(number.to_string()),
                vec![(Look::Bold, visible(of_kind(&properties.kind)))],
                label,
                serves,
                plain(self.clock.day(properties.created)),
                last_used,
            ],
            below: self.state(number, method),
        }
    }

    /// What is special about a method now.
    fn state(&self, number: usize, method: &Method) -> Cell {
        let properties = &method.properties;
        let mut state = Vec::new();
        if properties.is_default {
            state.push((Look::Good, "default".to_owned()));
        }
        if properties.kind == kind::RECOVERY_CODES {
            let look = if properties.remaining < 3 {
                Look::Warning
            } else {
                Look::Plain
            };
            state.push((
                look,
                format!("{} left", counted(properties.remaining.into(), "code")),
            ));
        }
        if properties.expires != 0 {
            let past = properties.expires <= self.clock.now();
            let verb = if past { "expired" } else { "expires" };
            state.push((
                Look::Warning,
                format!("{verb} {}", self.clock.moment(properties.expires)),
            ));
        }
        if properties.locked_until > self.clock.now() {
            let until = self.clock.moment(properties.locked_until);
            state.push((Look::Bad, format!("locked after wrong codes until {until}")));
        }
        if properties.deletion_due != 0 {
            let due = self.clock.moment(properties.deletion_due);
            let text = format!("will be deleted {due}; keep it: secinfo cancel-deletion {number}");
            state.push((Look::Bad, text));
        }
        state
    }

    /// What the user should know or do.
    fn attention(&self, lines: &mut Lines) {
        let user = &self.info.user;
        if user.locked_until > self.clock.now() {
            let until = self.clock.moment(user.locked_until);
            lines.add(
                Look::Bad,
                &format!("After wrong codes, no code is accepted until {until}."),
            );
            lines.blank();
        }
        if user.still_required > 0 {
            let methods = counted(user.still_required.into(), "more method");
            let by = if user.grace_ends > self.clock.now() {
                format!(
                    "Add it by {}.",
                    strip_on(&self.clock.moment(user.grace_ends))
                )
            } else {
                "Add it now: sign-in may be refused without it.".to_owned()
            };
            let by = if user.still_required == 1 {
                by
            } else {
                by.replace(" it", " them")
            };
            lines.add(
                Look::Warning,
                &format!("Policy still requires {methods}. {by}"),
            );
            lines.blank();
        }
    }

    /// What could be done next.
    fn hints(&self, lines: &mut Lines) {
        if !self.own {
            return;
        }
        let has = |kind: &str| {
            self.info
                .methods
                .iter()
                .any(|method| method.properties.kind == kind)
        };
        if self.info.methods.is_empty() {
            lines.add(
                Look::Plain,
                "There is no method yet. Add the first: secinfo add authenticator-app",
            );
            return;
        }
        if has(kind::AUTHENTICATOR_APP) && !has(kind::RECOVERY_CODES) {
            lines.add(
                Look::Plain,
                "If you lose the device, recovery codes let you in: secinfo add recovery-codes",
            );
        }
        lines.add(
            Look::Dim,
            "Change something: secinfo add, default, rename, delete (secinfo --help)",
        );
    }
}

fn strip_on(moment: &str) -> &str {
    moment.strip_prefix("on ").unwrap_or(moment)
}

struct Lines {
    text: String,
    style: Style,
    width: usize,
}

impl Lines {
    fn add(&mut self, look: Look, text: &str) {
        for line in wrap(text, self.width) {
            self.text.push_str(&self.style.paint(look, &line));
            self.text.push('\n');
        }
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security_info::example;
    use secinfo_terminal::text::columns;

    fn at(seconds: i64) -> Clock {
        let now = jiff::Timestamp::from_second(seconds).unwrap();
        Clock::new(now, jiff::tz::TimeZone::UTC)
    }

    const NOW: i64 = 1_795_356_000; // 2026-11-22 14:00 UTC

    fn rendered(info: &SecurityInfo, style: Style, width: usize) -> String {
        Page {
            info,
            host: "host01",
            own: true,
            clock: &at(NOW),
        }
        .render(style, width)
    }

    #[test]
    fn the_page_at_80_columns() {
        let expected = "\
Security info of alice on host01

Default sign-in method: Authenticator app (Phone)

#  Method             Label     Serves          Added       Last used
1  Authenticator app  Phone     sign-in         2026-09-21  today
                                password reset              12:20
   default
2  Recovery codes               sign-in         2026-09-21  never
                                password reset
   9 codes left
3  Hardware token     Key ring  sign-in         2026-09-21  never
                      ••••4711  password reset
   locked after wrong codes until today at 14:16
   will be deleted on 2026-11-23 at 14:00; keep it: secinfo cancel-deletion 3

Change something: secinfo add, default, rename, delete (secinfo --help)
";
        assert_eq!(rendered(&example(), Style::new(false), 80), expected);
    }

    #[test]
    fn long_labels_wrap_inside_of_the_width() {
        let mut info = example();
        info.methods[0].properties.label =
            "The authenticator on the company's telephone, second floor".to_owned();
        for width in [60, 72, 80, 100] {
            let page = rendered(&info, Style::new(false), width);
            assert!(
                page.lines().all(|line| columns(line) <= width),
                "{width}:\n{page}"
            );
        }
    }

    #[test]
    fn labels_cannot_command_the_terminal() {
        let mut info = example();
        info.methods[0].properties.label = "\x1b]0;owned\x07".to_owned();
        assert!(!rendered(&info, Style::new(false), 80).contains('\x1b'));
    }

    #[test]
    fn an_empty_page_says_how_to_begin() {
        let mut info = example();
        info.methods.clear();
        info.user.default_method = "/".try_into().unwrap();
        info.user.still_required = 1;
        info.user.grace_ends = 1_795_442_400;
        let page = rendered(&info, Style::new(false), 80);
        assert!(page.contains("Default sign-in method: none\n"), "{page}");
        assert!(
            page.contains("requires 1 more method. Add it by 2026-11-23 at 14:00."),
            "{page}"
        );
        assert!(page.contains("secinfo add authenticator-app"), "{page}");
    }
}
