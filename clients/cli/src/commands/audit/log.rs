//! `secinfo audit log`: the events, a line for each.

use super::events::{self, Head, Names, Who};
use crate::client::Client;
use futures_util::StreamExt;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::style::Look;
use secinfo_terminal::text::{pad, visible};
use secinfo_wire::AuditProxy;
use std::ops::ControlFlow;

const JSON: &str = "JSON: each event in exactly the bytes that are stored, one a line.";

/// List events
///
/// Oldest first. Users are named for callers who may read names; the log itself holds random ids.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(super) struct Arguments {
    /// Begin with this event
    #[arg(long, value_name = "SEQ", conflicts_with = "last")]
    from: Option<u64>,
    /// Begin this many events before the end
    #[arg(long, value_name = "NUMBER")]
    last: Option<u64>,
    /// List at most this many
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u64>,
    /// Only events of this type, such as method-enrolled
    #[arg(long = "type", value_name = "TYPE")]
    type_name: Option<String>,
    /// Go on with new events as they happen
    #[arg(long, short)]
    follow: bool,
}

pub(super) async fn run(
    client: &Client,
    user: Option<&str>,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let audit = events::proxy(client).await?;
    let mut list = List {
        client,
        audit: &audit,
        user,
        arguments,
        names: Names::default(),
        listed: 0,
    };
    // Subscribes before reading, so that no event is missed.
    let appended = if arguments.follow {
        let signals = audit.receive_appended().await?;
        audit.subscribe().await?;
        Some(signals)
    } else {
        None
    };
    let from = match (arguments.from, arguments.last) {
        (Some(from), _) => from,
        (None, Some(newest)) => size(&audit).await?.saturating_sub(newest),
        (None, None) => 0,
    };
    let mut position = list.read(from).await?;
    let Some(mut appended) = appended else {
        return Ok(());
    };
    while !list.is_full() {
        if appended.next().await.is_none() {
            return Err(secinfo_wire::Error::Unreachable("the connection ended".to_owned()).into());
        }
        position = list.read(position).await?;
    }
    Ok(())
}

/// The number of events in the log: the second line of the checkpoint.
async fn size(audit: &AuditProxy<'_>) -> Result<u64, Failure> {
    let note = audit.checkpoint().await?;
    let size = note.lines().nth(1).and_then(|line| line.parse().ok());
    Ok(size.ok_or_else(|| secinfo_wire::Error::Protocol("the checkpoint has no size".to_owned()))?)
}

struct List<'a> {
    client: &'a Client,
    audit: &'a AuditProxy<'a>,
    user: Option<&'a str>,
    arguments: &'a Arguments,
    names: Names,
    listed: u64,
}

impl List<'_> {
    fn is_full(&self) -> bool {
        self.arguments
            .limit
            .is_some_and(|limit| self.listed >= limit)
    }

    /// Lists events from a position on; returns the position after them.
    async fn read(&mut self, from: u64) -> Result<u64, Failure> {
        if self.is_full() {
            return Ok(from);
        }
        // Without a filter, no more than the limit has to be read.
        let filtered = self.user.is_some() || self.arguments.type_name.is_some();
        let until = self
            .arguments
            .limit
            .filter(|_| !filtered)
            .map(|limit| from.saturating_add(limit - self.listed));
        let audit = self.audit;
        events::read(audit, from, until, async |page| self.page(page).await).await
    }

    async fn page(&mut self, page: Vec<Vec<u8>>) -> Result<ControlFlow<()>, Failure> {
        let screen = &self.client.screen;
        let heads = page
            .iter()
            .map(|bytes| Head::parse(bytes))
            .collect::<Result<Vec<_>, _>>()?;
        if !screen.json || self.user.is_some() {
            self.names
                .learn(self.audit, heads.iter().flat_map(Head::users))
                .await?;
        }
        if self.names.are_denied() && self.user.is_some_and(|user| user.len() != 32) {
            let message = "names cannot be read without authorization; give --user the user's id from the log";
            return Err(Failure::Refused(message.into()));
        }
        let mut text = Vec::new();
        for (bytes, head) in page.iter().zip(&heads) {
            if self.is_full() {
                break;
            }
            if !self.is_wanted(head) {
                continue;
            }
            self.listed += 1;
            if screen.json {
                text.extend_from_slice(bytes);
            } else {
                text.extend_from_slice(self.line(head).as_bytes());
            }
            text.push(b'\n');
        }
        Screen::write(&text)?;
        Ok(if self.is_full() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    }

    fn is_wanted(&self, head: &Head) -> bool {
        self.arguments
            .type_name
            .as_ref()
            .is_none_or(|type_name| *type_name == head.type_name)
            && self
                .user
                .is_none_or(|user| head.user.as_ref().is_some_and(|id| self.names.is(id, user)))
    }

    fn line(&self, head: &Head) -> String {
        let style = self.client.screen.style;
        let seq = style.dim(&format!("{:>6}", head.seq));
        let time = self.client.clock.stamp(head.time);
        let type_name = style.paint(
            look_of(&head.type_name),
            &pad(&visible(&head.type_name), 22),
        );
        let user = head
            .user
            .as_ref()
            .map_or_else(|| "host".to_owned(), |id| self.names.words(id));
        format!(
            "{seq}  {time}  {type_name}  {}  {}",
            pad(&user, 14),
            self.by(head)
        )
        .trim_end()
        .to_owned()
    }

    /// The actor, if it is not the user.
    fn by(&self, head: &Head) -> String {
        let who = match &head.actor.who {
            Who::System => Some("by secinfod".to_owned()),
            Who::Root => Some(format!("by {}", self.names.root_words(&head.actor))),
            Who::User(id) if Some(id) == head.user.as_ref() => None,
            Who::User(id) => Some(format!("by {}", self.names.words(id))),
        };
        let service = head
            .actor
            .service
            .as_ref()
            .map(|service| format!("via {}", visible(service)));
        [who, service]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

fn look_of(type_name: &str) -> Look {
    match type_name {
        "verification-failed" | "locked" | "break-glass-used" | "log-restored" => Look::Bad,
        "verification-succeeded" | "remembered-sign-in" => Look::Good,
        _ => Look::Plain,
    }
}
