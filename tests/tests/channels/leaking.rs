//! A plugin that leaks memory.

use crate::fixture::{Fixture, of_type};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_leaks_memory_ends_at_its_limit_and_is_restarted() {
    let mut fixture = Fixture::with("leaks", "memory = \"128MiB\"").await;
    fixture.wait_ready().await;
    let first = fixture.process();
    let (result, ()) = tokio::join!(fixture.text(), fixture.others_are_served());
    assert_eq!(result.state, "failed", "it may be on its way");
    first.wait_gone();
    let channel = fixture.wait(|channel| channel.state == "ready").await;
    assert_eq!(channel.last_error, "its process has ended");
    assert_ne!(fixture.process(), first);
    fixture.no_zombies().await;
    let events = fixture.end().await;
    assert_eq!(of_type(&events, "message-failed").len(), 1);
}
