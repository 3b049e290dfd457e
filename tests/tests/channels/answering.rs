//! A plugin that makes invalid reports.

use crate::fixture::{Fixture, of_type};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_report_is_ignored_by_the_daemon() {
    for does in ["answers twice", "answers for the former"] {
        let mut fixture = Fixture::with(does, "").await;
        fixture.wait_ready().await;
        for _ in 0..3 {
            let result = fixture.text().await;
            assert_eq!(result.state, "delivered", "{does}");
        }
        fixture.others_are_served().await;
        assert_eq!(fixture.received().len(), 3, "{does}");
        let events = fixture.end().await;
        assert_eq!(of_type(&events, "message-failed").len(), 0, "{does}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_takes_back_an_acceptance_gets_no_second_attempt_nor_does_another() {
    let mut fixture = Fixture::with("takes back what it accepted", "").await;
    fixture.wait_ready().await;
    let result = fixture.text().await;
    assert!(
        ["sent", "failed"].contains(&result.state.as_str()),
        "{result:?}"
    );
    fixture.others_are_served().await;
    assert_eq!(fixture.received(), [result.destination.as_str()]);
    assert!(fixture.message_to(&result.destination).is_none());
    let events = fixture.end().await;
    assert_eq!(of_type(&events, "message-failed").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invalid_report_fails_its_own_delivery_in_the_daemon() {
    for does in [
        "answers garbage",
        "answers an unknown status",
        "answers null",
        "answers in another version",
        "answers too little",
    ] {
        let mut fixture = Fixture::with(does, "").await;
        fixture.wait_ready().await;
        let process = fixture.process();
        let (result, ()) = tokio::join!(fixture.text(), fixture.others_are_served());
        assert_eq!(result.state, "failed", "{does}: it may be on its way");
        assert!(fixture.message_to(&result.destination).is_none(), "{does}");
        let channel = fixture.wait(|channel| !channel.last_error.is_empty()).await;
        assert_eq!(channel.state, "ready", "{does}");
        assert!(
            channel
                .last_error
                .starts_with("a message was not delivered: "),
            "{channel:?}"
        );
        assert!(!process.is_gone(), "{does}");
        let log = fixture.host.log();
        assert!(
            log.chars().all(|c| c == '\n' || !c.is_control()),
            "{does}: what controls a terminal is in the log"
        );
        let events = fixture.end().await;
        let failed = of_type(&events, "message-failed");
        assert_eq!(failed.len(), 1, "{does}");
        assert_eq!(failed[0]["data"]["reason"], "plugin", "{does}");
    }
}
