//! A plugin that does not come back.

use crate::scene::{Scene, of_type};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_hangs_loses_its_own_delivery_and_is_started_again() {
    for does in ["hangs", "says nothing"] {
        let mut scene = Scene::with(does, "timeout = \"2s\"").await;
        scene.wait_ready().await;
        let first = scene.process();
        let (told, ()) = tokio::join!(scene.text(), async {
            scene.wait_handed(1).await;
            scene.others_are_served().await;
        });
        assert_eq!(told.state, "failed", "it may be on its way");
        assert!(scene.message_to(&told.destination).is_none());
        let channel = scene.wait(|channel| !channel.last_error.is_empty()).await;
        assert_eq!(
            channel.last_error,
            "its process did not say in time what became of a message"
        );
        first.wait_gone();
        scene.wait_ready().await;
        assert_ne!(scene.process(), first);
        scene.no_zombies().await;
        scene.others_are_served().await;
        let events = scene.end().await;
        let failed = of_type(&events, "message-failed");
        assert_eq!(failed.len(), 1, "{does}");
        assert_eq!(failed[0]["data"]["reason"], "timed-out");
        assert_eq!(failed[0]["data"]["channel"], "first");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_one_hangs_as_it_is_made_texts_go_by_the_next_channel() {
    let scene = Scene::with("hangs in create", "").await;
    let (told, ()) = tokio::join!(scene.text(), scene.others_are_served());
    assert!(told.went_out(), "{told:?}");
    assert!(scene.message_to(&told.destination).is_some());
    let channel = scene.wait(|channel| !channel.last_error.is_empty()).await;
    assert_eq!(
        channel.last_error,
        "its process did not answer the greeting in time"
    );
    scene.text_falls_back().await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_hangs_when_asked_for_its_health_is_started_again() {
    let mut scene = Scene::with("hangs in health", "").await;
    scene.wait_ready().await;
    let first = scene.process();
    let told = scene.text().await;
    assert_eq!(told.state, "delivered", "it delivers all the same");
    let channel = scene.wait(|channel| !channel.last_error.is_empty()).await;
    assert_eq!(channel.last_error, "its process does not answer any more");
    scene.others_are_served().await;
    first.wait_gone();
    scene.wait_ready().await;
    scene.end().await;
}
