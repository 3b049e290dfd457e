//! Hosts that go while they have messages: none is sent twice, and none is lost that was not sent.

use crate::house::{accepted, id, message, one, outcome, plugin, settle, submit, two};
use secinfo_channel::{Reason, Report};
use secinfo_channel_host::wire::{self, FromHost, PluginInfo};
use secinfod::channels::Arrival;
use std::time::Duration;
use tokio::time::{Instant, sleep};

fn idempotent() -> PluginInfo {
    PluginInfo {
        idempotent: true,
        ..plugin()
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_sent_is_never_sent_again() {
    let (_house, channels, [host, _], [mut a, mut b]) = two().await;
    let mut tracking = submit(&channels, message(1, 600));
    let (delivery, _) = a.order().await;
    a.started(delivery).await;
    a.crash().await;
    let told = outcome(&mut tracking).await;
    assert_eq!((told.attempts, told.result), (1, Err(Reason::Plugin)));
    let mut again = host.ready().await;
    sleep(Duration::from_mins(10)).await;
    assert!(again.hears_nothing().await && b.hears_nothing().await);
}

#[tokio::test(start_paused = true)]
async fn what_a_host_said_before_it_died_is_heard() {
    let (_house, channels, host, mut talk) = one(plugin()).await;
    let mut first = submit(&channels, message(1, 600));
    let mut second = submit(&channels, message(2, 600));
    let [(one, _), (two, _)] = [talk.order().await, talk.order().await];
    // All in one, and a frame that is broken off.
    let mut bytes = Vec::new();
    let (started, delivered) = (
        FromHost::Started { delivery: two },
        FromHost::Report {
            delivery: one,
            report: Report::Delivered,
        },
    );
    for message in [&started, &delivered] {
        bytes.extend_from_slice(&wire::encode(message).unwrap());
    }
    bytes.extend_from_slice(&[0, 0]);
    talk.say_bytes(&bytes).await;
    talk.crash().await;
    assert_eq!(outcome(&mut first).await.result, Ok(Arrival::Delivered));
    assert_eq!(outcome(&mut second).await.result, Err(Reason::Plugin));
    assert!(host.ready().await.hears_nothing().await);
}

#[tokio::test(start_paused = true)]
async fn what_the_plugin_never_had_goes_to_the_next_host() {
    let (_house, channels, host, mut talk) = one(plugin()).await;
    let mut tracking = submit(&channels, message(1, 600));
    talk.order().await;
    talk.crash().await;
    let mut talk = host.ready().await;
    let request = talk.does(accepted()).await;
    assert_eq!(request.message, id(1).to_string());
    assert_eq!(request.attempt, 1);
    let told = outcome(&mut tracking).await;
    assert_eq!((told.attempts, told.result), (1, Ok(Arrival::Accepted)));
}

#[tokio::test(start_paused = true)]
async fn what_the_provider_recognizes_is_repeated_once_on_the_same_channel() {
    let (_house, channels, host, mut talk) = one(idempotent()).await;
    let mut tracking = submit(&channels, message(1, 600));
    for attempt in [1, 2] {
        let (delivery, request) = talk.order().await;
        assert_eq!(request.message, id(1).to_string());
        assert_eq!(request.attempt, attempt);
        talk.started(delivery).await;
        talk.crash().await;
        talk = host.ready().await;
    }
    let told = outcome(&mut tracking).await;
    assert_eq!((told.attempts, told.result), (2, Err(Reason::Plugin)));
    assert!(talk.hears_nothing().await);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_takes_too_long_is_given_up_and_others_may_finish() {
    let (_house, channels, host, mut talk) = one(plugin()).await;
    let begin = Instant::now();
    let mut slow = submit(&channels, message(1, 600));
    let (delivery, _) = talk.order().await;
    talk.started(delivery).await;
    sleep(Duration::from_secs(10)).await;
    let mut quick = submit(&channels, message(2, 600));
    let (other, _) = talk.order().await;
    talk.started(other).await;

    assert_eq!(outcome(&mut slow).await.result, Err(Reason::TimedOut));
    assert_eq!(begin.elapsed().as_secs(), 20);
    assert_eq!(channels.status()[0].state, "down");
    // Too late to count.
    talk.report(delivery, Report::Delivered).await;
    sleep(Duration::from_secs(5)).await;
    talk.report(other, accepted()).await;
    assert_eq!(outcome(&mut quick).await.result, Ok(Arrival::Accepted));
    assert_eq!(outcome(&mut slow).await.result, Err(Reason::TimedOut));
    talk.hung_up().await;
    assert_eq!(begin.elapsed().as_secs(), 25);
    let mut talk = host.ready().await;
    let mut next = submit(&channels, message(3, 600));
    talk.does(accepted()).await;
    assert_eq!(outcome(&mut next).await.result, Ok(Arrival::Accepted));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_takes_nothing_up_loses_nothing() {
    let (_house, channels, host, mut talk) = one(plugin()).await;
    let mut tracking = submit(&channels, message(1, 600));
    talk.order().await;
    // It ends when the daemon hangs up, so it is certain that nothing was sent.
    talk.hung_up().await;
    let mut talk = host.ready().await;
    assert_eq!(talk.does(accepted()).await.attempt, 1);
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Accepted));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_does_not_even_end_may_have_sent_what_it_has() {
    let (_house, channels, host, mut talk) = one(plugin()).await;
    let mut tracking = submit(&channels, message(1, 600));
    talk.order().await;
    let _stuck = talk.gets_stuck().await;
    assert_eq!(outcome(&mut tracking).await.result, Err(Reason::TimedOut));
    assert!(host.ready().await.hears_nothing().await);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_does_not_read_blocks_no_other() {
    let (_house, channels, [host, _], [a, mut b]) = two().await;
    let stuck = a.gets_stuck().await;
    // More than the socket holds.
    let mut large = message(1, 600);
    large.html = secinfo_channel::SecretText::new("x".repeat(120_000));
    let mut trackings: Vec<_> = (0..4).map(|_| submit(&channels, large.clone())).collect();
    settle().await;
    let mut other = submit(&channels, message(2, 600));
    assert_eq!(channels.status()[0].under_way, 4);
    drop(stuck);
    for _ in 0..5 {
        b.does(accepted()).await;
    }
    for tracking in &mut trackings {
        assert_eq!(outcome(tracking).await.result, Ok(Arrival::Accepted));
    }
    assert_eq!(outcome(&mut other).await.result, Ok(Arrival::Accepted));
    assert!(host.ready().await.hears_nothing().await);
}
