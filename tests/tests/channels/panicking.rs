//! A plugin in Rust that panics.

use crate::scene::{Scene, of_type};
use secinfo_tests::Host;

async fn scene(at: &str) -> Scene {
    let settings = format!("at = \"{at}\"\n");
    let install = |host: &Host| host.install_plugin("examples/libpanicking_channel.so");
    let plugin = "{host}/plugins/libpanicking_channel.so";
    Scene::begin_with(plugin, &settings, "", install).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_panics_loses_its_own_delivery() {
    for at in ["deliver", "thread"] {
        let mut scene = scene(at).await;
        scene.wait_ready().await;
        for _ in 0..3 {
            let (told, ()) = tokio::join!(scene.text(), scene.others_are_served());
            assert_eq!(told.state, "failed", "{at}: it may be on its way");
            assert!(scene.message_to(&told.destination).is_none(), "{at}");
        }
        let channel = scene.wait(|channel| !channel.last_error.is_empty()).await;
        assert_ne!(channel.last_error_at, 0);
        let events = scene.end().await;
        let failed = of_type(&events, "message-failed");
        assert_eq!(failed.len(), 3, "{at}");
        for event in failed {
            assert_eq!(event["data"]["reason"], "plugin", "{at}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_panics_as_it_is_made_leaves_texts_to_the_next_channel() {
    let scene = scene("create").await;
    scene.wait(|channel| channel.state == "down").await;
    scene.text_falls_back().await;
    scene.others_are_served().await;
    let channel = scene.wait(|channel| channel.state == "down").await;
    assert!(
        channel.last_error.starts_with("it cannot be used: "),
        "{channel:?}"
    );
    let events = scene.end().await;
    assert_eq!(of_type(&events, "message-failed").len(), 0);
}
