//! Starting, reloading and stopping.

use crate::house::{
    House, accepted, hosts, message, name, one, outcome, plugin, settle, start, submit, two,
};
use secinfo_channel::{Reason, Report};
use secinfo_channel_host::wire::ToHost;
use secinfo_domain::{Kind, Seconds};
use secinfod::channels::{Arrival, ChannelStatus, Progress};
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn a_channel_says_how_it_is() {
    let (_house, channels, _host, _talk) = one(plugin()).await;
    settle().await;
    assert_eq!(
        channels.status(),
        [ChannelStatus {
            name: name("a"),
            kind: Kind::Text,
            plugin: "played".to_owned(),
            version: "1.2.3".to_owned(),
            state: "ready",
            healthy: true,
            queued: 0,
            under_way: 0,
            last_error: String::new(),
            last_error_at: None,
            confined: vec!["seccomp".to_owned()],
        }]
    );
}

#[tokio::test(start_paused = true)]
async fn a_host_that_fails_is_started_again_less_and_less_often() {
    let house = House::new();
    let host = house.host("a");
    let _channels = start(vec![house.channel("a", 1)]);
    let mut waits = Vec::new();
    drop(host.accept().await);
    for _ in 0..9 {
        let begin = Instant::now();
        drop(host.accept().await);
        waits.push((begin.elapsed().as_millis() + 50) / 100 * 100);
    }
    assert_eq!(
        waits,
        [500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]
    );

    // A minute of service shows that it can.
    let talk = host.ready().await;
    tokio::time::sleep(Duration::from_secs(61)).await;
    talk.crash().await;
    let begin = Instant::now();
    host.ready().await;
    assert!(begin.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_reload_leaves_what_has_not_changed_alone() {
    let (house, channels, [a, _], [mut talk, mut b]) = two().await;
    let mut tracking = submit(&channels, message(1, 600));
    let (delivery, _) = talk.order().await;
    channels.reload(vec![house.channel("a", 1), house.channel("b", 2)], hosts());
    assert!(talk.hears_nothing().await && b.hears_nothing().await);
    assert!(a.is_left_alone(15).await);
    talk.report(delivery, accepted()).await;
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Accepted));
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_removed_finishes_what_it_has() {
    let (house, channels, _hosts, [mut a, mut b]) = two().await;
    let mut begun = submit(&channels, message(1, 600));
    let (delivery, _) = a.order().await;
    a.started(delivery).await;
    channels.reload(vec![house.channel("b", 2)], hosts());
    assert!(matches!(a.next().await, Some(ToHost::Stop)));
    assert!(channels.test(&name("a"), message(2, 60)).is_none());
    let mut next = submit(&channels, message(3, 600));
    b.does(accepted()).await;
    assert_eq!(outcome(&mut next).await.channel, Some(name("b")));
    tokio::time::sleep(Duration::from_secs(2)).await;
    a.report(delivery, Report::Delivered).await;
    assert_eq!(outcome(&mut begun).await.result, Ok(Arrival::Delivered));
    a.crash().await;
    channels.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_has_changed_is_started_anew_and_keeps_its_messages() {
    let (house, channels, host, mut talk) = one(plugin()).await;
    let mut trackings: Vec<_> = (0..6)
        .map(|number| submit(&channels, message(number, 600)))
        .collect();
    let mut begun = Vec::new();
    for _ in 0..4 {
        begun.push(talk.order().await.0);
    }
    let mut changed = house.channel("a", 1);
    changed.timeout = Seconds::new(5);
    channels.reload(vec![changed], hosts());
    assert!(matches!(talk.next().await, Some(ToHost::Stop)));
    // Not before the other has ended: it is one service.
    assert!(host.is_left_alone(2).await);
    for delivery in begun {
        talk.started(delivery).await;
        talk.report(delivery, accepted()).await;
    }
    settle().await;
    talk.crash().await;
    let mut talk = host.ready().await;
    for _ in 0..2 {
        assert_eq!(talk.does(accepted()).await.attempt, 1);
    }
    for tracking in &mut trackings {
        assert_eq!(outcome(tracking).await.result, Ok(Arrival::Accepted));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reload_tries_at_once_what_is_down() {
    let house = House::new();
    let host = house.host("a");
    let config = house.channel("a", 1);
    let channels = start(vec![config.clone()]);
    for _ in 0..8 {
        drop(host.accept().await);
    }
    settle().await;
    let begin = Instant::now();
    channels.reload(vec![config], hosts());
    host.ready().await;
    assert!(begin.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn stopping_waits_for_what_is_under_way_and_not_for_ever() {
    let (_house, channels, [a, b], [mut talk, mut other]) = two().await;
    let mut quick = submit(&channels, message(1, 600));
    let mut slow = submit(&channels, message(2, 600));
    let [(first, _), (second, _)] = [talk.order().await, talk.order().await];
    talk.started(second).await;
    let begin = Instant::now();
    let stopping = tokio::spawn({
        let channels = channels.clone();
        async move { channels.stop().await }
    });
    assert!(matches!(talk.next().await, Some(ToHost::Stop)));
    assert!(matches!(other.next().await, Some(ToHost::Stop)));
    talk.report(first, accepted()).await;
    other.crash().await;
    stopping.await.unwrap();
    assert!(begin.elapsed() <= Duration::from_secs(10));
    assert_eq!(outcome(&mut quick).await.result, Ok(Arrival::Accepted));
    assert_eq!(outcome(&mut slow).await.result, Err(Reason::TimedOut));
    assert!(matches!(
        submit(&channels, message(3, 60)).progress(),
        Progress::Finished(_)
    ));
    assert!(channels.status().is_empty());
    assert!(a.is_left_alone(120).await && b.is_left_alone(1).await);
}

#[tokio::test(start_paused = true)]
async fn hosts_are_let_go_when_the_channels_are_dropped() {
    let (_house, channels, host, mut talk) = one(plugin()).await;
    drop(channels);
    talk.hung_up().await;
    assert!(host.is_left_alone(120).await);
}
