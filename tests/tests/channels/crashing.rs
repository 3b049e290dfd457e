//! A plugin that crashes its process.

use crate::fixture::{Fixture, of_type};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_crashes_loses_its_own_delivery_and_is_restarted() {
    for does in ["aborts", "crashes", "exits"] {
        let mut fixture = Fixture::with(does, "").await;
        fixture.wait_ready().await;
        let first = fixture.process();
        let (result, ()) = tokio::join!(fixture.text(), fixture.others_are_served());
        assert_eq!(result.state, "failed", "{does}: it may be on its way");
        assert!(fixture.message_to(&result.destination).is_none(), "{does}");
        first.wait_gone();
        let channel = fixture.wait(|channel| channel.state == "ready").await;
        assert_eq!(channel.last_error, "its process has ended", "{does}");
        assert!(channel.last_error_at > 0);
        assert_ne!(fixture.process(), first, "{does}");
        fixture.no_zombies().await;
        let events = fixture.end().await;
        let failed = of_type(&events, "message-failed");
        assert_eq!(failed.len(), 1, "{does}");
        assert_eq!(failed[0]["data"]["reason"], "plugin");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_keeps_crashing_is_restarted_ever_more_rarely() {
    let begun = Instant::now();
    let mut fixture = Fixture::with("aborts in create", "").await;
    let mut ended = 0;
    while ended < 4 {
        fixture.text_falls_back().await;
        fixture.others_are_served().await;
        let log = fixture.host.log();
        ended = log
            .matches("the channel is down: its process has ended")
            .count();
    }
    // The pauses in between were half a second, one second, two seconds, and so on.
    let waited = Duration::from_millis(500) * ((1 << (ended - 1)) - 1);
    assert!(begun.elapsed() >= waited, "{ended} times");
    let channel = fixture.wait(|channel| channel.state == "down").await;
    assert_eq!(channel.last_error, "its process has ended");
    fixture.no_zombies().await;
    let events = fixture.end().await;
    assert_eq!(of_type(&events, "message-failed").len(), 0);
}
