//! A plugin that answers what it should not.

use crate::scene::{Scene, of_type};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_answers_twice_is_heard_once() {
    for does in ["answers twice", "answers for the former"] {
        let mut scene = Scene::with(does, "").await;
        scene.wait_ready().await;
        for _ in 0..3 {
            let told = scene.text().await;
            assert_eq!(told.state, "delivered", "{does}");
        }
        scene.others_are_served().await;
        assert_eq!(scene.handed().len(), 3, "{does}");
        let events = scene.end().await;
        assert_eq!(of_type(&events, "message-failed").len(), 0, "{does}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_takes_back_what_it_accepted_is_not_asked_again_nor_is_another() {
    let mut scene = Scene::with("takes back what it accepted", "").await;
    scene.wait_ready().await;
    let told = scene.text().await;
    assert!(
        ["sent", "failed"].contains(&told.state.as_str()),
        "{told:?}"
    );
    scene.others_are_served().await;
    assert_eq!(scene.handed(), [told.destination.as_str()]);
    assert!(scene.message_to(&told.destination).is_none());
    let events = scene.end().await;
    assert_eq!(of_type(&events, "message-failed").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_fails_the_delivery_that_it_is_about() {
    for does in [
        "answers garbage",
        "answers an unknown status",
        "answers null",
        "answers in another version",
        "answers too little",
    ] {
        let mut scene = Scene::with(does, "").await;
        scene.wait_ready().await;
        let process = scene.process();
        let (told, ()) = tokio::join!(scene.text(), scene.others_are_served());
        assert_eq!(told.state, "failed", "{does}: it may be on its way");
        assert!(scene.message_to(&told.destination).is_none(), "{does}");
        let channel = scene.wait(|channel| !channel.last_error.is_empty()).await;
        assert_eq!(channel.state, "ready", "{does}");
        assert!(
            channel
                .last_error
                .starts_with("a message was not delivered: "),
            "{channel:?}"
        );
        assert!(!process.is_gone(), "{does}");
        let log = scene.host.log();
        assert!(
            log.chars().all(|c| c == '\n' || !c.is_control()),
            "{does}: what controls a terminal is in the log"
        );
        let events = scene.end().await;
        let failed = of_type(&events, "message-failed");
        assert_eq!(failed.len(), 1, "{does}");
        assert_eq!(failed[0]["data"]["reason"], "plugin", "{does}");
    }
}
