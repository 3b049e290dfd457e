//! The daemon's statistics as metrics. No label holds the name or id of a user, and each has few values:
//! kinds, types, outcomes, channels and services.

use super::openmetrics::Family;
use secinfo_wire::Statistics;
use std::collections::BTreeMap;

/// The metrics of a daemon that cannot be reached.
pub(crate) fn of_missing_daemon() -> Vec<Family> {
    vec![up(false)]
}

/// The metrics of a daemon.
pub(crate) fn of_daemon(statistics: &Statistics) -> Vec<Family> {
    let mut families = vec![up(true)];
    families.extend(of_process(statistics));
    families.extend(of_users(statistics));
    families.extend(of_log(statistics));
    families.extend(of_events(statistics));
    families.extend(of_channels(statistics));
    families
}

fn up(is_up: bool) -> Family {
    Family::gauge("secinfo_up", "Whether secinfod answered.").is(is_up)
}

fn numbers(numbers: &BTreeMap<String, u64>) -> impl Iterator<Item = (&str, u64)> {
    numbers
        .iter()
        .map(|(word, number)| (word.as_str(), *number))
}

fn of_process(statistics: &Statistics) -> [Family; 5] {
    [
        Family::gauge(
            "secinfo_healthy",
            "Whether secinfod can accept anything: whether its log can be written.",
        )
        .is(statistics.healthy),
        Family::gauge("secinfo_build_info", "The version of secinfod.")
            .with([("version", &statistics.version)], 1_u64),
        Family::gauge(
            "secinfo_start_time_seconds",
            "When secinfod started, in Unix time.",
        )
        .unit("seconds")
        .is(statistics.started),
        Family::gauge(
            "secinfo_resident_memory_bytes",
            "The resident memory of secinfod.",
        )
        .unit("bytes")
        .is(statistics.memory),
        Family::gauge("secinfo_sessions", "Sessions that are open.")
            .by("session", numbers(&statistics.sessions)),
    ]
}

fn of_users(statistics: &Statistics) -> [Family; 7] {
    [
        Family::gauge("secinfo_users", "Users who have security info.").is(statistics.users),
        Family::gauge("secinfo_users_with_methods", "Users who have a method.")
            .is(statistics.users_with_methods),
        Family::gauge(
            "secinfo_users_locked",
            "Users of whom wrong codes have locked a method.",
        )
        .is(statistics.users_locked),
        Family::gauge(
            "secinfo_accounts_locked",
            "Accounts that are locked against intruders.",
        )
        .is(statistics.accounts_locked),
        Family::gauge(
            "secinfo_users_with_reports",
            "Users who have reported that something in their account was not them.",
        )
        .is(statistics.users_with_reports),
        Family::gauge("secinfo_access_passes", "Access passes that are out.")
            .is(statistics.access_passes),
        Family::gauge("secinfo_methods", "Methods that users have, by kind.")
            .by("kind", numbers(&statistics.methods)),
    ]
}

fn of_log(statistics: &Statistics) -> Vec<Family> {
    let mut families = vec![
        Family::gauge("secinfo_log_events", "Events in the log.").is(statistics.log_events),
        Family::gauge("secinfo_log_size_bytes", "What the log takes on disk.")
            .unit("bytes")
            .is(statistics.log_bytes),
        Family::counter("secinfo_commits", "Writes to the log that are on disk.")
            .is(statistics.commits),
        Family::counter(
            "secinfo_commit_seconds",
            "The time that writes to the log took until they were on disk.",
        )
        .unit("seconds")
        .is(statistics.commit_seconds),
        Family::gauge(
            "secinfo_journal_behind_events",
            "Events that the journal was not told of yet.",
        )
        .is(statistics.journal_behind),
    ];
    if statistics.checkpoint_time != 0 {
        families.push(
            Family::gauge(
                "secinfo_checkpoint_events",
                "Events that the newest checkpoint covers that was given out.",
            )
            .is(statistics.checkpoint_events),
        );
        families.push(
            Family::gauge(
                "secinfo_checkpoint_time_seconds",
                "When the newest checkpoint was given out, in Unix time.",
            )
            .unit("seconds")
            .is(statistics.checkpoint_time),
        );
    }
    families
}

fn of_events(statistics: &Statistics) -> [Family; 6] {
    let mut verifications = Family::counter(
        "secinfo_verifications",
        "Answers to verifications, by kind of method, service and result.",
    );
    for row in &statistics.verifications {
        let labels = [
            ("kind", row.kind.as_str()),
            ("service", &row.service),
            ("result", &row.result),
        ];
        verifications = verifications.with(labels, row.count);
    }
    let mut sign_ins = Family::counter(
        "secinfo_sign_ins",
        "Sign-ins that have ended, by service and outcome.",
    );
    for row in &statistics.sign_ins {
        let labels = [("service", row.service.as_str()), ("outcome", &row.outcome)];
        sign_ins = sign_ins.with(labels, row.count);
    }
    let mut messages = Family::counter(
        "secinfo_messages",
        "Messages with codes that have ended, by channel and outcome.",
    );
    for row in &statistics.messages {
        let labels = [("channel", row.channel.as_str()), ("outcome", &row.outcome)];
        messages = messages.with(labels, row.count);
    }
    [
        Family::counter(
            "secinfo_events",
            "Events that were appended to the log, by type.",
        )
        .by("type", numbers(&statistics.events)),
        verifications,
        sign_ins,
        Family::counter(
            "secinfo_enrollments",
            "Methods that users have enrolled, by kind.",
        )
        .by("kind", numbers(&statistics.enrollments)),
        Family::counter(
            "secinfo_code_requests",
            "Codes that were asked for, by kind.",
        )
        .by("kind", numbers(&statistics.code_requests)),
        messages,
    ]
}

fn of_channels(statistics: &Statistics) -> [Family; 2] {
    let mut healthy = Family::gauge(
        "secinfo_channel_healthy",
        "Whether a channel could deliver, as far as it knows.",
    );
    let mut messages = Family::gauge(
        "secinfo_channel_messages",
        "Messages that a channel has not finished.",
    );
    for channel in &statistics.channels {
        let name = channel.channel.as_str();
        let labels = [("channel", name), ("kind", &channel.kind)];
        healthy = healthy.with(labels, channel.healthy);
        for (state, number) in [("queued", channel.queued), ("under-way", channel.under_way)] {
            messages = messages.with([("channel", name), ("state", state)], u64::from(number));
        }
    }
    [healthy, messages]
}
