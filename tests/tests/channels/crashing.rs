//! A plugin that takes its process along.

use crate::scene::{Scene, of_type};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_crashes_loses_its_own_delivery_and_is_started_again() {
    for does in ["aborts", "crashes", "exits"] {
        let mut scene = Scene::with(does, "").await;
        scene.wait_ready().await;
        let first = scene.process();
        let (told, ()) = tokio::join!(scene.text(), scene.others_are_served());
        assert_eq!(told.state, "failed", "{does}: it may be on its way");
        assert!(scene.message_to(&told.destination).is_none(), "{does}");
        first.wait_gone();
        let channel = scene.wait(|channel| channel.state == "ready").await;
        assert_eq!(channel.last_error, "its process has ended", "{does}");
        assert!(channel.last_error_at > 0);
        assert_ne!(scene.process(), first, "{does}");
        scene.no_zombies().await;
        let events = scene.end().await;
        let failed = of_type(&events, "message-failed");
        assert_eq!(failed.len(), 1, "{does}");
        assert_eq!(failed[0]["data"]["reason"], "plugin");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_crashes_again_and_again_is_started_ever_more_rarely() {
    let begun = Instant::now();
    let mut scene = Scene::with("aborts in create", "").await;
    let mut ended = 0;
    while ended < 4 {
        scene.text_falls_back().await;
        scene.others_are_served().await;
        let log = scene.host.log();
        ended = log
            .matches("the channel is down: its process has ended")
            .count();
    }
    // It was waited in between: half a second, one second, two seconds, and so on.
    let waited = Duration::from_millis(500) * ((1 << (ended - 1)) - 1);
    assert!(begun.elapsed() >= waited, "{ended} times");
    let channel = scene.wait(|channel| channel.state == "down").await;
    assert_eq!(channel.last_error, "its process has ended");
    scene.no_zombies().await;
    let events = scene.end().await;
    assert_eq!(of_type(&events, "message-failed").len(), 0);
}
