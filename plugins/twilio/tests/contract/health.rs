//! The channel's health.

use crate::provider::{Operation, Provider, Reply};
use crate::{Harness, request, settings_for};
use secinfo_channel::Channel;
use secinfo_twilio::TextTwilio;

#[test]
fn wrong_settings_make_the_channel_unhealthy_until_a_success() {
    let delivered = format!(r#"{{"sid":"SM{}","status":"delivered"}}"#, "a".repeat(32));
    let provider = Provider::start([
        (
            Operation::Create,
            vec![
                Reply::refusal(401, 20_003),
                Reply::refusal(401, 20_003),
                Reply::refusal(401, 20_003),
                Reply::Example,
            ],
        ),
        (Operation::Status, vec![Reply::Plain(200, delivered)]),
    ]);
    let text = Harness::<TextTwilio>::create(settings_for(&provider));
    assert!(text.channel.health().healthy);
    for _ in 0..3 {
        text.reports(request());
    }
    let health = text.channel.health();
    assert!(!health.healthy);
    assert!(
        health
            .detail
            .starts_with("HTTP 401, Twilio error 20003: check account_sid"),
        "{}",
        health.detail
    );
    crate::assert_no_secrets(&health.detail);
    assert_eq!(text.log.try_iter().collect::<Vec<_>>(), [health.detail]);
    text.reports(request());
    assert!(text.channel.health().healthy);
}
