//! A library that is no plugin for this daemon.

use crate::scene::{First, Scene, of_type};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_a_wrong_version_is_named_and_texts_go_by_the_next_channel() {
    for (plugin, does, why) in [
        ("other_major", "", "version 2.0 of channel.h"),
        ("no_entry", "", "secinfo_channel_entry"),
        ("misbehaving", "cannot be made", "not with these settings"),
    ] {
        let first = First {
            plugin,
            does,
            lines: "",
        };
        let mut scene = Scene::begin(first).await;
        let channel = scene.wait(|channel| channel.state == "down").await;
        assert!(
            channel.last_error.starts_with("it cannot be used: ")
                && channel.last_error.contains(why),
            "{channel:?}"
        );
        scene.text_falls_back().await;
        scene.others_are_served().await;
        scene.text_falls_back().await;
        scene.no_zombies().await;
        assert!(scene.handed().is_empty(), "{plugin}");
        let events = scene.end().await;
        assert_eq!(of_type(&events, "message-failed").len(), 0, "{plugin}");
    }
}
