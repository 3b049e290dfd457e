//! How much a channel is given, and for how long.

use crate::house::{
    House, accepted, id, message, name, one, outcome, plugin, settle, start, submit,
};
use secinfo_channel::{Reason, Report};
use secinfo_channel_host::wire::PluginInfo;
use secinfod::channels::{Arrival, Outcome, Progress};
use std::time::Duration;
use tokio::time::Instant;

fn one_at_a_time() -> PluginInfo {
    PluginInfo {
        parallel: 1,
        ..plugin()
    }
}

#[tokio::test(start_paused = true)]
async fn a_plugin_is_given_no_more_at_once_than_it_can_do() {
    let (_house, channels, _host, mut talk) = one(PluginInfo {
        parallel: 2,
        ..plugin()
    })
    .await;
    let mut trackings: Vec<_> = (0..5)
        .map(|number| submit(&channels, message(number, 600)))
        .collect();
    let (first, _) = talk.order().await;
    let (second, _) = talk.order().await;
    talk.started(first).await;
    assert!(talk.hears_nothing().await);
    let status = &channels.status()[0];
    assert_eq!((status.under_way, status.queued), (2, 3));

    talk.report(second, accepted()).await;
    let (third, _) = talk.order().await;
    assert!(talk.hears_nothing().await);
    for delivery in [first, third] {
        talk.report(delivery, accepted()).await;
    }
    for _ in 0..2 {
        talk.does(accepted()).await;
    }
    for tracking in &mut trackings {
        assert_eq!(outcome(tracking).await.result, Ok(Arrival::Accepted));
    }
    settle().await;
    let status = &channels.status()[0];
    assert_eq!((status.under_way, status.queued), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_says_it_can_do_nothing_or_everything_is_not_believed() {
    for (said, given) in [(0, 1), (u32::MAX, 256)] {
        let (_house, channels, _host, mut talk) = one(PluginInfo {
            parallel: said,
            ..plugin()
        })
        .await;
        for _ in 0..300 {
            submit(&channels, message(1, 600));
        }
        for _ in 0..given {
            talk.order().await;
        }
        assert!(talk.hears_nothing().await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_at_once() {
    let house = House::new();
    let host = house.host("a");
    let mut config = house.channel("a", 1);
    config.queue = 2;
    let channels = start(vec![config]);
    let mut trackings = [
        submit(&channels, message(1, 60)),
        submit(&channels, message(2, 60)),
    ];
    let busy = Outcome {
        channel: None,
        attempts: 0,
        result: Err(Reason::Busy),
    };
    assert_eq!(
        submit(&channels, message(3, 60)).progress(),
        Progress::Finished(busy)
    );
    let mut talk = host.ready().await;
    for tracking in &mut trackings {
        talk.does(accepted()).await;
        assert_eq!(outcome(tracking).await.result, Ok(Arrival::Accepted));
    }
    settle().await;
    assert_eq!(
        submit(&channels, message(4, 60)).progress(),
        Progress::Waiting
    );
    assert_eq!(talk.does(accepted()).await.message, id(4).to_string());
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_is_passed_over() {
    let house = House::new();
    let [a, b] = [house.host("a"), house.host("b")];
    let mut first = house.channel("a", 1);
    first.queue = 1;
    let channels = start(vec![first, house.channel("b", 2)]);
    let (mut a, mut b) = (a.ready().await, b.ready().await);
    let mut trackings = [
        submit(&channels, message(1, 60)),
        submit(&channels, message(2, 60)),
    ];
    b.does(accepted()).await;
    a.does(accepted()).await;
    assert_eq!(outcome(&mut trackings[0]).await.channel, Some(name("a")));
    assert_eq!(outcome(&mut trackings[1]).await.channel, Some(name("b")));
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_time_is_over_is_not_sent() {
    let (_house, channels, _host, mut talk) = one(one_at_a_time()).await;
    let begin = Instant::now();
    let mut first = submit(&channels, message(1, 60));
    let (delivery, _) = talk.order().await;
    let mut second = submit(&channels, message(2, 5));
    let told = outcome(&mut second).await;
    assert_eq!((told.channel, told.attempts), (None, 0));
    assert_eq!(told.result, Err(Reason::Unreachable));
    assert!(begin.elapsed() < Duration::from_millis(5100));
    talk.report(delivery, accepted()).await;
    assert_eq!(outcome(&mut first).await.result, Ok(Arrival::Accepted));
    assert!(talk.hears_nothing().await);
    // Nor is one whose time was over before.
    let late = submit(&channels, message(3, 0));
    assert!(matches!(late.progress(), Progress::Finished(_)));
    assert!(talk.hears_nothing().await);
}

#[tokio::test(start_paused = true)]
async fn a_message_waits_for_a_channel_that_is_down_no_longer_than_it_is_of_use() {
    let house = House::new();
    let channels = start(vec![house.channel("a", 1)]);
    let begin = Instant::now();
    let mut tracking = submit(&channels, message(1, 30));
    assert_eq!(
        outcome(&mut tracking).await.result,
        Err(Reason::Unreachable)
    );
    assert!((25..=30).contains(&begin.elapsed().as_secs()));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_under_way_is_waited_for_beyond_the_life_of_the_message() {
    let (_house, channels, _host, mut talk) = one(plugin()).await;
    let mut tracking = submit(&channels, message(1, 5));
    let (delivery, _) = talk.order().await;
    talk.started(delivery).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(tracking.progress(), Progress::Waiting);
    talk.report(delivery, Report::Delivered).await;
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Delivered));
}
