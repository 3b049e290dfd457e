//! The daemon in numbers, as the manager shows it to administrators and what they watch with.

use super::dict::Dict;
use super::tree::Daemon;
use crate::bus::{BusError, Call};
use crate::channels::ChannelStatus;
use crate::service::{Counted, Statistics};
use secinfo_domain::{ChannelName, Kind, Timestamp};
use std::collections::HashMap;

pub(super) async fn get_statistics(call: Call<Daemon>, (): ()) -> Result<(Dict,), BusError> {
    let service = call.state().service().clone();
    // It looks at the files of the log.
    let statistics = tokio::task::spawn_blocking(move || service.statistics()).await;
    let statistics = statistics.map_err(|_| BusError::internal())?;
    let mut dict = about_daemon(&statistics);
    dict.insert("started", call.state().started().as_seconds().into());
    dict.extend(about_users(&statistics.counted));
    dict.extend(about_events(&statistics.counted));
    Ok((dict,))
}

fn about_daemon(statistics: &Statistics) -> Dict {
    let counted = &statistics.counted;
    let (checkpoint, taken) = counted.checkpoint.unwrap_or_default();
    let channels: Vec<_> = statistics.channels.iter().map(channel).collect();
    let sessions = HashMap::from([
        ("enrollment", statistics.enrollments),
        ("verification", statistics.verifications),
        ("sign-in", statistics.sign_ins),
    ]);
    Dict::from([
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("healthy", statistics.problem.is_none().into()),
        ("memory", statistics.memory.into()),
        ("log_events", statistics.log_events.into()),
        ("log_bytes", statistics.log_bytes.into()),
        ("commits", counted.commits.into()),
        ("commit_seconds", counted.commit_time.as_secs_f64().into()),
        ("checkpoint_events", checkpoint.into()),
        ("checkpoint_time", Timestamp::as_seconds(taken).into()),
        ("journal_behind", statistics.journal_behind().into()),
        ("sessions", sessions.into()),
        ("channels", channels.into()),
    ])
}

/// Name, kind, whether it could deliver, messages that wait and that are under way.
type ChannelRow = (String, String, bool, u32, u32);

fn channel(channel: &ChannelStatus) -> ChannelRow {
    (
        channel.name.as_str().to_owned(),
        channel.kind.as_str().to_owned(),
        channel.healthy,
        channel.queued,
        channel.under_way,
    )
}

fn about_users(counted: &Counted) -> Dict {
    let population = &counted.population;
    let methods: HashMap<_, _> = Kind::ALL
        .into_iter()
        .map(|kind| (kind.as_str(), population.methods(kind)))
        .collect();
    let passes = population.methods(Kind::AccessPass);
    Dict::from([
        ("users", population.users().into()),
        ("users_with_methods", population.with_methods().into()),
        ("users_locked", population.locked().into()),
        ("access_passes", passes.into()),
        ("methods", methods.into()),
    ])
}

fn about_events(counted: &Counted) -> Dict {
    let events: HashMap<_, _> = counted.events.clone().into_iter().collect();
    let by_kind = |numbers: &std::collections::BTreeMap<Kind, u64>| -> HashMap<_, _> {
        let numbers = numbers.iter();
        numbers
            .map(|(kind, number)| (kind.as_str(), *number))
            .collect()
    };
    let verifications: Vec<_> = counted
        .verifications
        .iter()
        .map(|((kind, service, result), number)| {
            let row = [kind.as_str(), service, result].map(str::to_owned);
            let [kind, service, result] = row;
            (kind, service, result, *number)
        })
        .collect();
    let sign_ins: Vec<_> = counted
        .sign_ins
        .iter()
        .map(|((service, how), number)| (service.to_string(), (*how).to_owned(), *number))
        .collect();
    let messages: Vec<_> = counted
        .messages
        .iter()
        .map(|((channel, how), number)| {
            let channel = channel.as_ref().map_or("", ChannelName::as_str);
            (channel.to_owned(), (*how).to_owned(), *number)
        })
        .collect();
    Dict::from([
        ("events", events.into()),
        ("verifications", verifications.into()),
        ("sign_ins", sign_ins.into()),
        ("enrollments", by_kind(&counted.enrollments).into()),
        ("code_requests", by_kind(&counted.code_requests).into()),
        ("messages", messages.into()),
    ])
}
