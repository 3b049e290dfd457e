//! A plugin in Rust that panics.

use crate::fixture::{Fixture, of_type};
use secinfo_tests::TestHost;

async fn fixture(at: &str) -> Fixture {
    let settings = format!("at = \"{at}\"\n");
    let install = |host: &TestHost| host.install_plugin("examples/libpanicking_channel.so");
    let plugin = "{host}/plugins/libpanicking_channel.so";
    Fixture::begin_with(plugin, &settings, "", install).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_panics_loses_its_own_delivery() {
    for at in ["deliver", "thread"] {
        let mut fixture = fixture(at).await;
        fixture.wait_ready().await;
        for _ in 0..3 {
            let (result, ()) = tokio::join!(fixture.text(), fixture.others_are_served());
            assert_eq!(result.state, "failed", "{at}: it may be on its way");
            assert!(fixture.message_to(&result.destination).is_none(), "{at}");
        }
        let channel = fixture.wait(|channel| !channel.last_error.is_empty()).await;
        assert_ne!(channel.last_error_at, 0);
        let events = fixture.end().await;
        let failed = of_type(&events, "message-failed");
        assert_eq!(failed.len(), 3, "{at}");
        for event in failed {
            assert_eq!(event["data"]["reason"], "plugin", "{at}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_panics_in_create_leaves_texts_to_the_next_channel() {
    let fixture = fixture("create").await;
    fixture.wait(|channel| channel.state == "down").await;
    fixture.text_falls_back().await;
    fixture.others_are_served().await;
    let channel = fixture.wait(|channel| channel.state == "down").await;
    assert!(
        channel.last_error.starts_with("it cannot be used: "),
        "{channel:?}"
    );
    let events = fixture.end().await;
    assert_eq!(of_type(&events, "message-failed").len(), 0);
}
