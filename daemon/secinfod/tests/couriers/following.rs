//! Plugins that tell what became of a message after the provider has taken it.

use crate::house::{
    Host, House, Talk, accepted, failed, later, message, name, one, outcome, plugin, settle, submit,
};
use secinfo_channel::{Reason, Report};
use secinfo_channel_host::wire::PluginInfo;
use secinfod::channels::{Arrival, Channels, Progress, Tracking};
use tokio::time::Instant;

/// A message that the provider has taken, with the id of its delivery.
async fn sent(seconds: u64) -> (House, Channels, Host, Talk, Tracking, u64) {
    let (house, channels, host, mut talk) = one(PluginInfo {
        follows_up: true,
        parallel: 1,
        ..plugin()
    })
    .await;
    let mut tracking = submit(&channels, message(1, seconds));
    let (delivery, _) = talk.order().await;
    talk.started(delivery).await;
    talk.report(delivery, accepted()).await;
    let sent = Progress::Sent { channel: name("a") };
    assert_eq!(tracking.changed().await, sent);
    (house, channels, host, talk, tracking, delivery)
}

#[tokio::test(start_paused = true)]
async fn the_final_word_counts_and_only_the_first() {
    let words = [
        (Report::Delivered, Ok(Arrival::Delivered)),
        (failed(Reason::Destination), Err(Reason::Destination)),
    ];
    for (word, result) in words {
        let (_house, _channels, _host, talk, mut tracking, delivery) = sent(60).await;
        // What is not final changes nothing.
        talk.report(delivery, accepted()).await;
        talk.report(delivery, later(0)).await;
        talk.report(delivery, word).await;
        talk.report(delivery, failed(Reason::Provider)).await;
        talk.report(delivery, Report::Delivered).await;
        let told = outcome(&mut tracking).await;
        assert_eq!((told.attempts, told.result), (1, result));
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_on_its_way_keeps_no_other_waiting() {
    let (_house, channels, _host, mut talk, first, _) = sent(60).await;
    for number in 2..5 {
        let mut tracking = submit(&channels, message(number, 60));
        talk.does(Report::Delivered).await;
        assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Delivered));
    }
    settle().await;
    let status = &channels.status()[0];
    assert_eq!((status.under_way, status.queued), (0, 0));
    assert!(matches!(first.progress(), Progress::Sent { .. }));
}

#[tokio::test(start_paused = true)]
async fn without_a_final_word_it_counts_that_the_provider_has_taken_it() {
    // At the end of its life, and after ten minutes at the most.
    for (life, waited) in [(60, 60), (3600, 600)] {
        let begin = Instant::now();
        let (_house, _channels, _host, _talk, mut tracking, _) = sent(life).await;
        assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Accepted));
        assert!((waited - 5..=waited).contains(&begin.elapsed().as_secs()));
    }
}

#[tokio::test(start_paused = true)]
async fn when_the_host_goes_it_counts_that_the_provider_has_taken_it() {
    let (_house, _channels, host, talk, mut tracking, _) = sent(60).await;
    talk.crash().await;
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Accepted));
    assert!(host.ready().await.hears_nothing().await);
}
