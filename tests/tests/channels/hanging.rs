//! A plugin that hangs.

use crate::fixture::{Fixture, of_type};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_hangs_loses_its_own_delivery_and_is_restarted() {
    for does in ["hangs", "says nothing"] {
        let mut fixture = Fixture::with(does, "timeout = \"2s\"").await;
        fixture.wait_ready().await;
        let first = fixture.process();
        let (result, ()) = tokio::join!(fixture.text(), async {
            fixture.wait_received(1).await;
            fixture.others_are_served().await;
        });
        assert_eq!(result.state, "failed", "it may be on its way");
        assert!(fixture.message_to(&result.destination).is_none());
        let channel = fixture.wait(|channel| !channel.last_error.is_empty()).await;
        assert_eq!(
            channel.last_error,
            "its process did not say in time what became of a message"
        );
        first.wait_gone();
        fixture.wait_ready().await;
        assert_ne!(fixture.process(), first);
        fixture.no_zombies().await;
        fixture.others_are_served().await;
        let events = fixture.end().await;
        let failed = of_type(&events, "message-failed");
        assert_eq!(failed.len(), 1, "{does}");
        assert_eq!(failed[0]["data"]["reason"], "timed-out");
        assert_eq!(failed[0]["data"]["channel"], "first");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_plugin_hangs_in_create_texts_use_the_next_channel() {
    let fixture = Fixture::with("hangs in create", "").await;
    let (result, ()) = tokio::join!(fixture.text(), fixture.others_are_served());
    assert!(result.may_arrive(), "{result:?}");
    assert!(fixture.message_to(&result.destination).is_some());
    let channel = fixture.wait(|channel| !channel.last_error.is_empty()).await;
    assert_eq!(
        channel.last_error,
        "its process did not answer the greeting in time"
    );
    fixture.text_falls_back().await;
    fixture.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_hangs_in_health_is_restarted() {
    let mut fixture = Fixture::with("hangs in health", "").await;
    fixture.wait_ready().await;
    let first = fixture.process();
    let result = fixture.text().await;
    assert_eq!(result.state, "delivered", "it delivers all the same");
    let channel = fixture.wait(|channel| !channel.last_error.is_empty()).await;
    assert_eq!(channel.last_error, "its process does not answer any more");
    fixture.others_are_served().await;
    first.wait_gone();
    fixture.wait_ready().await;
    fixture.end().await;
}
