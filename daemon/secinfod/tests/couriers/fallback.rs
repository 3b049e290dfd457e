//! Which channel a message goes to, and where it goes when that one cannot.

use crate::house::{
    DESTINATION, House, accepted, failed, id, later, message, name, one, outcome, plugin, start,
    submit, two,
};
use secinfo_channel::{Reason, Report};
use secinfo_domain::Kind;
use secinfod::channels::{Arrival, Outcome, Progress};
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn the_first_channel_delivers_what_it_is_given() {
    let (_house, channels, _hosts, [mut a, mut b]) = two().await;
    assert!(channels.delivers(Kind::Text));
    assert!(!channels.delivers(Kind::Call));

    let mut tracking = submit(&channels, message(7, 60));
    assert_eq!(tracking.progress(), Progress::Waiting);
    let request = a.does(accepted()).await;
    assert_eq!(request.message, id(7).to_string());
    assert_eq!(request.destination.as_str(), DESTINATION);
    assert_eq!(request.attempt, 1);
    let expected = Outcome {
        channel: Some(name("a")),
        attempts: 1,
        result: Ok(Arrival::Accepted),
    };
    assert_eq!(outcome(&mut tracking).await, expected);
    assert_eq!(tracking.progress(), Progress::Finished(expected));
    assert!(b.hears_nothing().await);
}

#[tokio::test(start_paused = true)]
async fn the_next_channel_delivers_at_once_what_the_first_cannot_yet() {
    let (_house, channels, _hosts, [mut a, mut b]) = two().await;
    let begin = Instant::now();
    let mut tracking = submit(&channels, message(7, 60));
    a.does(later(10_000)).await;
    let request = b.does(Report::Delivered).await;
    assert_eq!(request.message, id(7).to_string());
    assert_eq!(request.attempt, 2);
    let Outcome {
        channel,
        attempts,
        result,
    } = outcome(&mut tracking).await;
    assert_eq!(channel, Some(name("b")));
    assert_eq!((attempts, result), (2, Ok(Arrival::Delivered)));
    assert!(begin.elapsed() < Duration::from_secs(1));
    assert!(a.hears_nothing().await);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_fails_by_itself_is_left_for_the_next() {
    for reason in [Reason::Settings, Reason::Unreachable, Reason::Busy] {
        let (_house, channels, _hosts, [mut a, mut b]) = two().await;
        let mut tracking = submit(&channels, message(7, 60));
        a.does(failed(reason)).await;
        b.does(failed(reason)).await;
        let told = outcome(&mut tracking).await;
        assert_eq!((told.attempts, told.result), (2, Err(reason)));
        assert!(a.hears_nothing().await);
    }
}

#[tokio::test(start_paused = true)]
async fn no_channel_is_asked_for_what_was_refused_or_may_have_been_sent() {
    for reason in [
        Reason::Destination,
        Reason::Refused,
        Reason::TimedOut,
        Reason::Provider,
        Reason::Plugin,
    ] {
        let (_house, channels, _hosts, [mut a, mut b]) = two().await;
        let mut tracking = submit(&channels, message(7, 60));
        a.does(failed(reason)).await;
        assert_eq!(outcome(&mut tracking).await.result, Err(reason));
        assert!(a.hears_nothing().await && b.hears_nothing().await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_down_is_passed_over_until_it_is_back() {
    let house = House::new();
    let host = house.host("b");
    let configs = vec![house.channel("a", 1), house.channel("b", 2)];
    let channels = start(configs);
    let mut b = host.ready().await;
    let mut tracking = submit(&channels, message(1, 60));
    b.does(accepted()).await;
    assert_eq!(outcome(&mut tracking).await.channel, Some(name("b")));

    let mut a = house.host("a").ready().await;
    crate::house::settle().await;
    let mut tracking = submit(&channels, message(2, 60));
    a.does(accepted()).await;
    assert_eq!(outcome(&mut tracking).await.channel, Some(name("a")));
}

#[tokio::test(start_paused = true)]
async fn a_message_waits_for_the_only_channel_to_come_back() {
    let (_house, channels, host, talk) = one(plugin()).await;
    talk.crash().await;
    crate::house::settle().await;
    assert_eq!(channels.status()[0].state, "down");
    let mut tracking = submit(&channels, message(1, 60));
    assert_eq!(channels.status()[0].queued, 1);
    let mut talk = host.ready().await;
    assert_eq!(talk.does(accepted()).await.attempt, 1);
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Accepted));
}

#[tokio::test(start_paused = true)]
async fn the_only_channel_is_asked_again_when_it_wants_to_be() {
    let (_house, channels, _host, mut talk) = one(plugin()).await;
    let mut tracking = submit(&channels, message(1, 60));
    talk.does(later(5_000)).await;
    let begin = Instant::now();
    let again = talk.does(later(0)).await;
    let waited = begin.elapsed();
    assert!((Duration::from_millis(4_990)..Duration::from_millis(5_100)).contains(&waited));
    assert_eq!((again.message, again.attempt), (id(1).to_string(), 2));
    // Left to the daemon, the waits grow: one second, two seconds.
    for seconds in [1, 2] {
        let begin = Instant::now();
        let report = if seconds == 1 { later(0) } else { accepted() };
        talk.does(report).await;
        let waited = begin.elapsed().as_millis();
        assert!(
            (seconds * 1000 - 10..seconds * 1000 + 100).contains(&waited),
            "{waited}"
        );
    }
    let told = outcome(&mut tracking).await;
    assert_eq!((told.attempts, told.result), (4, Ok(Arrival::Accepted)));
}

#[tokio::test(start_paused = true)]
async fn what_can_only_be_sent_too_late_is_not_waited_for() {
    let (_house, channels, _host, mut talk) = one(plugin()).await;
    let begin = Instant::now();
    let mut tracking = submit(&channels, message(1, 60));
    talk.does(later(u64::MAX)).await;
    assert_eq!(
        outcome(&mut tracking).await.result,
        Err(Reason::Unreachable)
    );
    assert!(begin.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_test_goes_through_its_channel_and_no_other() {
    let (_house, channels, _hosts, [mut a, mut b]) = two().await;
    let mut tracking = channels
        .test(&name("b"), message(1, 60))
        .expect("channel b");
    b.does(failed(Reason::Settings)).await;
    let told = outcome(&mut tracking).await;
    assert_eq!(told.channel, Some(name("b")));
    assert_eq!(told.result, Err(Reason::Settings));
    assert!(a.hears_nothing().await);
    assert!(channels.test(&name("c"), message(2, 60)).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_message_that_no_channel_is_for_has_finished_at_once() {
    let (_house, channels, _host, mut talk) = one(plugin()).await;
    let call = message(1, 60);
    let by_none = Outcome {
        channel: None,
        attempts: 0,
        result: Err(Reason::Settings),
    };
    assert_eq!(
        channels.submit(Kind::Call, call).progress(),
        Progress::Finished(by_none)
    );
    assert!(talk.hears_nothing().await);
}
