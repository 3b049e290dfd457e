//! A plugin that floods the log.

use crate::fixture::Fixture;
use std::time::Instant;

/// The maximum number of lines per second from a channel in the daemon's log: 20 from the plugin, and
/// 20 from its process.
const LINES_PER_SECOND: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_log_and_output_are_limited() {
    // The plugin reports a delivery, so nothing is sent through the other channel.
    for (does, said) in [
        ("floods the log", "flood"),
        ("prints", "out and out and out"),
    ] {
        let begun = Instant::now();
        let mut fixture = Fixture::with(does, "").await;
        fixture.wait_ready().await;
        for _ in 0..3 {
            let (result, ()) = tokio::join!(fixture.text(), fixture.others_are_served());
            assert_eq!(result.state, "delivered", "{does}");
        }
        let log = fixture.host.log();
        assert!(log.contains(said), "{does}: {log}");
        let many = log.lines().any(|line| dropped(line) > 1000);
        assert!(many, "{does}: there was no flood: {log}");
        let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap();
        let lines = fixture.lines_about_it();
        let most = 50 + LINES_PER_SECOND * (seconds + 1);
        assert!(lines <= most, "{does}: {lines} lines in {seconds} s");
        fixture.end().await;
    }
}

/// How many lines were dropped before this one.
fn dropped(line: &str) -> u64 {
    line.split_once("dropped=")
        .and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}
