//! A plugin that takes memory without end.

use crate::scene::{Scene, of_type};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_leaks_dies_at_its_limit_and_is_started_again() {
    let mut scene = Scene::with("leaks", "memory = \"128MiB\"").await;
    scene.wait_ready().await;
    let first = scene.process();
    let (told, ()) = tokio::join!(scene.text(), scene.others_are_served());
    assert_eq!(told.state, "failed", "it may be on its way");
    first.wait_gone();
    let channel = scene.wait(|channel| channel.state == "ready").await;
    assert_eq!(channel.last_error, "its process has ended");
    assert_ne!(scene.process(), first);
    scene.no_zombies().await;
    let events = scene.end().await;
    assert_eq!(of_type(&events, "message-failed").len(), 1);
}
