//! `secinfo activity`: what happened in one's account.

use super::lock::{ends_sessions, lock};
use crate::client::Client;
use secinfo_host::log::{hashes, key_and_checkpoint};
use secinfo_ledger::tree::{leaf_hash, verify_inclusion};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::style::Look;
use secinfo_terminal::table::{self, Cell, Column, Row, plain};
use secinfo_terminal::text::visible;
use secinfo_terminal::times::parse_duration;
use secinfo_wire::{ActivityEntry, UserProperties, UserProxy, properties};
use secinfo_words::message;
use serde::{Deserialize, Serialize};

const JSON: &str = r#"JSON: [{"seq", "time", "what", "method", "kind", "label", "service", "source", "by", "login", "purpose", "reason", "reported", "proved"}], the newest first. time is in milliseconds since 1970, what the type of the event (see schemas/events), proved null without --verify. With --not-me: {"reported":SEQ, "locked":true|false}."#;

/// The most lines that the daemon gives at once.
const PAGE: u32 = 200;

/// See what happened in your account
///
/// Sign-ins, refusals, changes to your security info and password resets, the newest first: when, by which
/// method, through which service, from where and by whom.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// Show at most so many lines
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u32,
    /// Only what happened within this time, such as 12h or 7d
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    since: Option<u64>,
    /// Only what happened before the line of this number
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    before: u64,
    /// Prove that each line is in the log
    #[arg(long)]
    verify: bool,
    /// Report that the line of this number was not you
    #[arg(long, value_name = "SEQ", conflicts_with_all = ["since", "before", "verify", "limit"])]
    not_me: Option<u64>,
    /// With --not-me, do not ask whether you are sure, and do not offer to lock
    #[arg(long, short, requires = "not_me")]
    yes: bool,
}

#[derive(Serialize)]
struct LineJson<'a> {
    seq: u64,
    time: u64,
    what: &'a str,
    method: Option<&'a str>,
    kind: Option<&'a str>,
    label: Option<&'a str>,
    service: Option<&'a str>,
    source: Option<&'a str>,
    by: Option<&'a str>,
    login: Option<&'a str>,
    purpose: Option<&'a str>,
    reason: Option<&'a str>,
    reported: bool,
    proved: Option<bool>,
}

pub(crate) async fn run(
    client: &Client,
    user: Option<&str>,
    arguments: Arguments,
) -> Result<(), Failure> {
    let path = client.user_path(user).await?;
    let proxy = client.user_at(&path).await?;
    if let Some(seq) = arguments.not_me {
        return report(client, &proxy, seq, arguments.yes).await;
    }
    let since = arguments
        .since
        .map(|length| client.clock.now().saturating_sub(length));
    let (entries, is_more) = read(&proxy, &arguments, since.unwrap_or(0)).await?;
    let mut size = 0;
    if arguments.verify {
        for entry in &entries {
            size = prove(client, &proxy, entry).await?;
        }
    }
    let proved = arguments.verify.then_some(true);
    let lines = entries.iter().map(|entry| json(entry, proved));
    client.screen.json(&lines.collect::<Vec<_>>())?;
    let words = client.screen.words;
    if entries.is_empty() {
        return client.screen.paragraph(&words.say(message::ActivityNone));
    }
    let own: UserProperties = properties(&client.connection, &path).await?;
    client.screen.say(&render(client, &own.name, &entries))?;
    if arguments.verify {
        let size = size.into();
        client.screen.paragraph("")?;
        client
            .screen
            .paragraph(&words.say(message::ActivityProved { size }))?;
    }
    match entries.last() {
        Some(last) if is_more => {
            let number = last.seq.to_string().into();
            client
                .screen
                .note(&words.say(message::ActivityMore { number }))
        }
        _ => Ok(()),
    }
}

#[derive(Serialize)]
struct ReportedJson {
    reported: u64,
    locked: bool,
}

/// Reports a line as not by the user, and offers to lock the account.
async fn report(
    client: &Client,
    proxy: &UserProxy<'_>,
    seq: u64,
    yes: bool,
) -> Result<(), Failure> {
    let (screen, words) = (&client.screen, client.screen.words);
    if !yes {
        if !screen.interactive {
            let text = words.say(message::ReportYesMissing);
            return Err(Failure::Usage(text.to_string()));
        }
        let page = proxy.list_activity(seq.saturating_add(1), 1).await?;
        let Some(entry) = page.iter().find(|entry| entry.seq == seq) else {
            let number = seq.to_string().into();
            let text = words.say(message::ReportNoLine { number });
            return Err(Failure::Refused(text.to_string()));
        };
        screen.note(&words.say(message::ReportWarning))?;
        let when = client.clock.moment(entry.time / 1000);
        let parts = [
            Some(words.activity(entry)),
            entry.service.clone(),
            entry.source.clone(),
        ];
        let parts: Vec<_> = parts.iter().flatten().map(|part| visible(part)).collect();
        screen.note(&format!("{}; {when}", parts.join(", ")))?;
        if !screen.confirm(&words.say(message::ReportConfirm))? {
            return screen.note(&words.say(message::ReportNothing));
        }
    }
    proxy.report_activity(seq).await?;
    let mut locked = false;
    if !yes {
        screen.note(&words.say(message::Reported))?;
        screen.note(&words.say(message::LockWarning))?;
        if ends_sessions(client).await {
            screen.note(&words.say(message::LockSessions))?;
        }
        locked = screen.confirm(&words.say(message::LockConfirm))?;
        if locked {
            lock(proxy).await?;
        }
    }
    screen.json(&ReportedJson {
        reported: seq,
        locked,
    })?;
    if yes {
        screen.paragraph(&words.say(message::Reported))?;
    }
    if locked {
        screen.paragraph(&words.say(message::AccountLocked))?;
    }
    screen.paragraph(&words.say(message::ReportNext))
}

/// The lines that were asked for, and whether there are older ones.
async fn read(
    proxy: &UserProxy<'_>,
    arguments: &Arguments,
    since: u64,
) -> Result<(Vec<ActivityEntry>, bool), Failure> {
    let most = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let mut entries: Vec<ActivityEntry> = Vec::new();
    loop {
        let before = entries.last().map_or(arguments.before, |last| last.seq);
        if most == 0 || (before == 0 && !entries.is_empty()) {
            return Ok((entries, false));
        }
        // One more than is shown tells whether there is more.
        let left = u32::try_from(most - entries.len()).unwrap_or(PAGE);
        let page = proxy
            .list_activity(before, left.saturating_add(1).min(PAGE))
            .await?;
        let is_last = page.len() < usize::try_from(left.saturating_add(1).min(PAGE)).unwrap_or(0);
        for entry in page {
            if entry.time / 1000 < since {
                return Ok((entries, false));
            }
            // A daemon that repeats itself must not keep us for ever.
            if before != 0 && entry.seq >= before {
                return Ok((entries, false));
            }
            if entries.len() == most {
                return Ok((entries, true));
            }
            entries.push(entry);
        }
        if is_last {
            return Ok((entries, false));
        }
    }
}

/// What a line says that stands in the event as it is stored.
#[derive(Deserialize)]
struct Head {
    seq: u64,
    time: u64,
    #[serde(rename = "type")]
    what: String,
}

/// Proves that the event behind a line is in the log, of which the size is returned.
async fn prove(
    client: &Client,
    proxy: &UserProxy<'_>,
    entry: &ActivityEntry,
) -> Result<u64, Failure> {
    let (event, proof, note) = proxy.get_activity_proof(entry.seq).await?;
    let audit = client.audit().await?;
    let (_, checkpoint) = key_and_checkpoint(&audit.verifier_key().await?, &note)?;
    let (size, root) = (checkpoint.size(), *checkpoint.root());
    let fails = |problem: &str| {
        let text = client.screen.words.say(message::ActivityNotProved {
            number: entry.seq.to_string().into(),
            problem: problem.into(),
        });
        Failure::LogNotVerified(text.to_string())
    };
    let included = verify_inclusion(&hashes(&proof)?, leaf_hash(&event), entry.seq, size, root);
    included.map_err(|error| fails(&error.to_string()))?;
    let head: Head = serde_json::from_slice(&event).map_err(|error| fails(&error.to_string()))?;
    if (head.seq, head.time, &head.what) != (entry.seq, entry.time, &entry.what) {
        return Err(fails("the event says something else than the line"));
    }
    Ok(size)
}

fn json(entry: &ActivityEntry, proved: Option<bool>) -> LineJson<'_> {
    LineJson {
        seq: entry.seq,
        time: entry.time,
        what: &entry.what,
        method: entry.method.as_ref().map(|path| path.as_str()),
        kind: entry.kind.as_deref(),
        label: entry.label.as_deref(),
        service: entry.service.as_deref(),
        source: entry.source.as_deref(),
        by: entry.by.as_deref(),
        login: entry.login.as_deref(),
        purpose: entry.purpose.as_deref(),
        reason: entry.reason.as_deref(),
        reported: entry.reported,
        proved,
    }
}

fn render(client: &Client, own: &str, entries: &[ActivityEntry]) -> String {
    let words = client.screen.words;
    let titles = [
        words.say(message::ActivityTitleWhen),
        words.say(message::ActivityTitleWhat),
        words.say(message::ActivityTitleWhere),
        words.say(message::ActivityTitleNumber),
    ];
    let columns = [&titles[0], &titles[1], &titles[2], &titles[3]]
        .map(|title| title.as_str())
        .into_iter()
        .zip([10, 16, 8, 3])
        .map(|(title, least)| Column { title, least });
    let rows: Vec<Row> = entries
        .iter()
        .map(|entry| row(client, own, entry))
        .collect();
    let columns: Vec<_> = columns.collect();
    table::render(&columns, &rows, client.screen.style, client.screen.width)
}

fn row(client: &Client, own: &str, entry: &ActivityEntry) -> Row {
    let words = client.screen.words;
    let seconds = entry.time / 1000;
    let look = match entry.what.as_str() {
        "account-locked" | "activity-reported" => Look::Bad,
        "verification-failed" | "activation-failed" | "locked" => Look::Warning,
        _ => Look::Plain,
    };
    let mut what: Cell = vec![(look, words.activity(entry))];
    if entry.reported {
        let reported = words.say(message::ActivityActivityReported).to_string();
        what.push((Look::Bad, reported));
    }
    if let Some(name) = entry.by.as_deref().filter(|name| *name != own) {
        let name = entry.login.as_ref().map_or_else(
            || visible(name),
            |login| format!("{} ({})", visible(login), visible(name)),
        );
        let name = name.into();
        what.push((
            Look::Dim,
            words.say(message::ActivityBy { name }).to_string(),
        ));
    }
    let parts = [&entry.service, &entry.source];
    let parts: Vec<_> = parts
        .into_iter()
        .flatten()
        .map(|part| visible(part))
        .collect();
    let when = format!(
        "{} {}",
        client.clock.day(seconds),
        client.clock.hour(seconds)
    );
    Row {
        cells: vec![
            plain(when),
            what,
            plain(parts.join(", ")),
            plain(entry.seq.to_string()),
        ],
        below: Vec::new(),
    }
}
