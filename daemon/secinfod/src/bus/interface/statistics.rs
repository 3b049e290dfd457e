//! The daemon in numbers, as the manager shows it to administrators and to programs that watch it.

use super::tree::Daemon;
use crate::bus::{BusError, Call};
use crate::channels::ChannelStatus;
use crate::service::Counted;
use crate::wire_names::WireName;
use secinfo_domain::{ChannelName, Kind, Timestamp};
use secinfo_wire::names::session;
use secinfo_wire::{
    ChannelFigures, MessageFigures, SignInFigures, Statistics, VerificationFigures,
};
use std::collections::BTreeMap;

pub(super) async fn get_statistics(call: Call<Daemon>, (): ()) -> Result<(Statistics,), BusError> {
    let service = call.service().clone();
    // It looks at the files of the log.
    let statistics = tokio::task::spawn_blocking(move || service.statistics()).await;
    let statistics = statistics.map_err(|_| BusError::internal())?;
    let counted = &statistics.counted;
    let population = &counted.population;
    let (checkpoint_events, checkpoint_time) = counted.checkpoint.unwrap_or_default();
    let sessions = [
        (session::ENROLLMENT, statistics.enrollments),
        (session::VERIFICATION, statistics.verifications),
        (session::SIGN_IN, statistics.sign_ins),
    ];
    let methods = Kind::ALL.map(|kind| (kind, population.methods(kind)));
    Ok((Statistics {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: call.state().started().as_seconds(),
        healthy: statistics.problem.is_none(),
        memory: statistics.memory,
        log_events: statistics.log_events,
        log_bytes: statistics.log_bytes,
        commits: counted.commits,
        commit_seconds: counted.commit_time.as_secs_f64(),
        checkpoint_events,
        checkpoint_time: Timestamp::as_seconds(checkpoint_time),
        journal_behind: statistics.journal_behind(),
        sessions: named(sessions),
        channels: statistics.channels.iter().map(channel).collect(),
        users: population.users(),
        users_with_methods: population.with_methods(),
        users_locked: population.locked(),
        accounts_locked: population.accounts_locked(),
        users_with_reports: population.with_reports(),
        access_passes: population.methods(Kind::AccessPass),
        methods: by_kind(methods),
        events: named(counted.events.clone()),
        verifications: verifications(counted),
        sign_ins: sign_ins(counted),
        enrollments: by_kind(counted.enrollments.clone()),
        code_requests: by_kind(counted.code_requests.clone()),
        messages: messages(counted),
    },))
}

fn named<N: ToString>(numbers: impl IntoIterator<Item = (N, u64)>) -> BTreeMap<String, u64> {
    let numbers = numbers.into_iter();
    numbers
        .map(|(name, number)| (name.to_string(), number))
        .collect()
}

fn by_kind(numbers: impl IntoIterator<Item = (Kind, u64)>) -> BTreeMap<String, u64> {
    let numbers = numbers.into_iter();
    named(numbers.map(|(kind, number)| (kind.wire_name(), number)))
}

fn channel(channel: &ChannelStatus) -> ChannelFigures {
    ChannelFigures {
        channel: channel.name.as_str().to_owned(),
        kind: channel.kind.wire_name().to_owned(),
        healthy: channel.healthy,
        queued: channel.queued,
        under_way: channel.under_way,
    }
}

fn verifications(counted: &Counted) -> Vec<VerificationFigures> {
    let verifications = counted.verifications.iter();
    verifications
        .map(|((kind, service, result), count)| VerificationFigures {
            kind: kind.wire_name().to_owned(),
            service: service.to_string(),
            result: (*result).to_owned(),
            count: *count,
        })
        .collect()
}

fn sign_ins(counted: &Counted) -> Vec<SignInFigures> {
    let sign_ins = counted.sign_ins.iter();
    sign_ins
        .map(|((service, outcome), count)| SignInFigures {
            service: service.to_string(),
            outcome: (*outcome).to_owned(),
            count: *count,
        })
        .collect()
}

fn messages(counted: &Counted) -> Vec<MessageFigures> {
    let messages = counted.messages.iter();
    messages
        .map(|((channel, outcome), count)| MessageFigures {
            channel: channel.as_ref().map_or("", ChannelName::as_str).to_owned(),
            outcome: (*outcome).to_owned(),
            count: *count,
        })
        .collect()
}
