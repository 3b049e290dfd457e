//! `secinfo`: the page of security info.

use crate::client::Client;
use crate::security_info::{Method, PageJson, SecurityInfo};
use secinfo_terminal::environment::host_name;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::style::{Look, Style};
use secinfo_terminal::table::{self, Cell, Column, Row, plain};
use secinfo_terminal::text::wrap;
use secinfo_terminal::times::Clock;
use secinfo_wire::names::{kind, purpose};
use secinfo_words::{Words, message};
use zeroize::Zeroizing;

pub(crate) async fn run(client: &Client, user: Option<&str>) -> Result<(), Failure> {
    let info = SecurityInfo::load(client, user).await?;
    let host = host_name();
    client.screen.json(&PageJson::new(&info, &host))?;
    let page = Page {
        info: &info,
        host: &host,
        own: user.is_none(),
        clock: &client.clock,
        words: client.screen.words,
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
    words: Words,
}

impl Page<'_> {
    fn render(&self, style: Style, width: usize) -> String {
        let mut lines = Lines {
            text: String::new(),
            style,
            width,
        };
        let heading = self.words.say(message::PageHeading {
            user: (&self.info.user.name).into(),
            host: self.host.into(),
        });
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
            Some(method) => {
                let method = method.named(self.words).into();
                let line = self.words.say(message::PageDefault { method });
                lines.add(Look::Plain, &line);
            }
            None => lines.add(Look::Warning, &self.words.say(message::PageNoDefault)),
        }
    }

    fn methods(&self, style: Style, width: usize) -> String {
        let words = self.words;
        let titles = [
            (Zeroizing::new("#".to_owned()), 1),
            (words.say(message::PageMethod), 10),
            (words.say(message::PageLabel), 8),
            (words.say(message::PageServes), 8),
            (words.say(message::PageAdded), 9),
            (words.say(message::PageLastUsed), 9),
        ];
        let columns: Vec<Column<'_>> = titles
            .iter()
            .map(|(title, least)| Column {
                title,
                least: *least,
            })
            .collect();
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
            (
                Look::Plain,
                self.words.label(&properties.kind, &properties.label),
            ),
            (Look::Dim, self.words.hint(&properties.hint)),
        ] {
            if !text.is_empty() {
                label.push((look, text));
            }
        }
        let serves = match properties.purposes.as_slice() {
            [] => plain(self.words.say(message::PageServesNothing).to_string()),
            purposes => purposes
                .iter()
                .map(|purpose| (Look::Plain, self.words.purpose(purpose)))
                .collect(),
        };
        let mut last_used = plain(self.clock.day(properties.last_used));
        if self.clock.is_today(properties.last_used) {
            last_used.push((Look::Dim, self.clock.hour(properties.last_used)));
        }
        Row {
            cells: vec![
                plain(number.to_string()),
                vec![(Look::Bold, self.words.kind(&properties.kind))],
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
        let (properties, words) = (&method.properties, self.words);
        let mut state = Vec::new();
        let mut add = |look, text: Zeroizing<String>| state.push((look, text.to_string()));
        if properties.is_default {
            add(Look::Good, words.say(message::PageIsDefault));
        }
        if properties.kind == kind::RECOVERY_CODES {
            let look = if properties.remaining < 3 {
                Look::Warning
            } else {
                Look::Plain
            };
            let count = properties.remaining.into();
            add(look, words.say(message::PageCodesLeft { count }));
        }
        if properties.confirm_due != 0 && properties.confirm_due <= self.clock.now() {
            let reset_only = properties.purposes == [purpose::PASSWORD_RESET];
            let text = words.say(message::PageConfirm {
                number: number.to_string().into(),
                reset: reset_only,
            });
            add(Look::Warning, text);
        }
        if properties.begins > self.clock.now() {
            let when = self.clock.moment(properties.begins).into();
            add(Look::Warning, words.say(message::PageBegins { when }));
        }
        if properties.expires != 0 {
            let when = self.clock.moment(properties.expires).into();
            let text = if properties.expires <= self.clock.now() {
                words.say(message::PageExpired { when })
            } else {
                words.say(message::PageExpires { when })
            };
            add(Look::Warning, text);
        }
        if properties.locked_until > self.clock.now() {
            let when = self.clock.limit(properties.locked_until).into();
            add(Look::Bad, words.say(message::PageLocked { when }));
        }
        if !properties.is_allowed {
            add(Look::Warning, words.say(message::PageNotAllowed));
        }
        if properties.may_be_copied {
            add(Look::Bad, words.say(message::PageMayBeCopied));
        }
        if properties.deletion_due != 0 {
            let text = words.say(message::PageDeletion {
                when: self.clock.moment(properties.deletion_due).into(),
                number: number.to_string().into(),
            });
            add(Look::Bad, text);
        }
        state
    }

    /// What the user should know or do.
    fn attention(&self, lines: &mut Lines) {
        let (user, words) = (&self.info.user, self.words);
        if user.account_locked > 0 {
            let when = self.clock.moment(user.account_locked / 1000).into();
            lines.add(Look::Bad, &words.say(message::PageAccountLocked { when }));
            lines.blank();
        }
        if user.locked_until > self.clock.now() {
            let when = self.clock.limit(user.locked_until).into();
            lines.add(Look::Bad, &words.say(message::PageUserLocked { when }));
            lines.blank();
        }
        if user.push_paused_until > self.clock.now() {
            let when = self.clock.limit(user.push_paused_until).into();
            lines.add(Look::Bad, &words.say(message::PagePushPaused { when }));
            lines.blank();
        }
        if user.still_required > 0 {
            let count = user.still_required.into();
            let text = if user.grace_ends > self.clock.now() {
                let when = self.clock.limit(user.grace_ends).into();
                words.say(message::PageRequiredBy { count, when })
            } else {
                words.say(message::PageRequiredNow { count })
            };
            lines.add(Look::Warning, &text);
            lines.blank();
        }
        if user.lacking_for_reset > 0 {
            let count = user.lacking_for_reset.into();
            let text = words.say(message::PageLacksForReset { count });
            lines.add(Look::Warning, &text);
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
            lines.add(Look::Plain, &self.words.say(message::PageEmpty));
            return;
        }
        if has(kind::AUTHENTICATOR_APP) && !has(kind::RECOVERY_CODES) {
            lines.add(Look::Plain, &self.words.say(message::PageLacksCodes));
        }
        lines.add(Look::Dim, &self.words.say(message::PageCommands));
    }
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
    use secinfo_words::Language;

    fn at(seconds: i64) -> Clock {
        let now = jiff::Timestamp::from_second(seconds).unwrap();
        Clock::new(now, jiff::tz::TimeZone::UTC)
    }

    const NOW: i64 = 1_795_356_000; // 2026-11-22 14:00 UTC

    fn rendered(info: &SecurityInfo, style: Style, width: usize) -> String {
        rendered_in(Language::English, info, style, width)
    }

    fn rendered_in(language: Language, info: &SecurityInfo, style: Style, width: usize) -> String {
        let words = Words::of(language);
        Page {
            info,
            host: "host01",
            own: true,
            clock: &at(NOW).in_words(words),
            words,
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
    fn the_page_in_german() {
        let mut info = example();
        info.methods[0].properties.label = "Authenticator app".to_owned();
        info.user.still_required = 2;
        let expected = "\
Sicherheitsinformationen von alice auf host01

Standardmethode für die Anmeldung: Authenticator-App

#  Methode                  Bezeichnung        Dient für       Seit        Benutzt
1  Authenticator-App        Authenticator-App  Anmeldung       2026-09-21  heute
                                               neues Passwort              12:20
   Standard
2  Wiederherstellungscodes                     Anmeldung       2026-09-21  nie
                                               neues Passwort
   noch 9 Codes
3  Hardware-Token           Key ring           Anmeldung       2026-09-21  nie
                            ••••4711           neues Passwort
   nach falschen Codes gesperrt bis heute um 14:16
   wird am 2026-11-23 um 14:00 gelöscht; behalten: secinfo cancel-deletion 3

Die Richtlinie verlangt noch 2 Methoden. Fügen Sie sie jetzt hinzu: Ohne sie kann die Anmeldung
abgelehnt werden.

Etwas ändern: secinfo add, default, rename, delete (secinfo --help)
";
        let page = rendered_in(Language::German, &info, Style::new(false), 95);
        assert_eq!(page, expected);
    }

    #[test]
    fn long_labels_wrap_inside_of_the_width() {
        let mut info = example();
        info.methods[0].properties.label =
            "The authenticator on the company's telephone, second floor".to_owned();
        for width in [60, 72, 80, 100] {
            for language in Language::ALL {
                let page = rendered_in(language, &info, Style::new(false), width);
                assert!(
                    page.lines().all(|line| columns(line) <= width),
                    "{width}:\n{page}"
                );
            }
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
