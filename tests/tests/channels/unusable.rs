//! A library that this daemon cannot use as a plugin.

use crate::fixture::{ChannelUnderTest, Fixture, of_type};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unusable_plugin_is_reported_and_texts_use_the_next_channel() {
    for (plugin, does, why) in [
        ("other_major", "", "version 2.0 of channel.h"),
        ("no_entry", "", "secinfo_channel_entry"),
        ("misbehaving", "cannot be made", "not with these settings"),
    ] {
        let first = ChannelUnderTest {
            plugin,
            does,
            lines: "",
        };
        let mut fixture = Fixture::begin(first).await;
        let channel = fixture.wait(|channel| channel.state == "down").await;
        assert!(
            channel.last_error.starts_with("it cannot be used: ")
                && channel.last_error.contains(why),
            "{channel:?}"
        );
        fixture.text_falls_back().await;
        fixture.others_are_served().await;
        fixture.text_falls_back().await;
        fixture.no_zombies().await;
        assert!(fixture.received().is_empty(), "{plugin}");
        let events = fixture.end().await;
        assert_eq!(of_type(&events, "message-failed").len(), 0, "{plugin}");
    }
}
