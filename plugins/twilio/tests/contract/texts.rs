//! Texts that Twilio accepts, and their delivery status.

use crate::provider::{Operation, Provider, Reply, TIMEOUT};
use crate::{Harness, NUMBER, TEXT, failed, request, settings_for};
use secinfo_channel::{Channel, Reason, Report};
use secinfo_twilio::TextTwilio;

/// The id in the description's example of a created message.
const CREATED: &str = "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn accepted() -> Report {
    Report::Accepted {
        reference: CREATED.into(),
    }
}

/// A status response for the created message; the description's example is for another.
fn status(word: &str, code: Option<u32>) -> Reply {
    let body = serde_json::json!({"sid": CREATED, "status": word, "error_code": code});
    Reply::Plain(200, body.to_string())
}

/// Sends a text whose status requests get these replies.
fn outcome(statuses: Vec<Reply>, follow_up: &str) -> (Provider, Vec<Report>) {
    let provider = Provider::start([(Operation::Status, statuses)]);
    let mut settings = settings_for(&provider);
    settings["follow_up"] = follow_up.into();
    let text = Harness::<TextTwilio>::create(settings);
    let reports = text.reports(request());
    provider.wait_for(Operation::Redact);
    assert_eq!(provider.requests(Operation::Create).len(), 1);
    assert_eq!(provider.violations(), Vec::<String>::new());
    (provider, reports)
}

#[test]
fn a_delivered_text_is_erased() {
    let statuses = ["queued", "sent", "delivered"].map(|word| status(word, None));
    let (provider, reports) = outcome(statuses.into(), "60s");
    assert_eq!(reports, [accepted(), Report::Delivered]);

    let sent = provider.requests(Operation::Create).remove(0);
    assert_eq!(
        sent.path,
        format!("/2010-04-01/Accounts/{}/Messages.json", crate::ACCOUNT)
    );
    assert_eq!(sent.form["To"], NUMBER);
    assert_eq!(sent.form["From"], "+15005550006");
    assert_eq!(sent.form["Body"], TEXT);
    let validity: u64 = sent.form["ValidityPeriod"].parse().unwrap();
    assert!((240..=300).contains(&validity), "{validity}");

    let asked = provider.requests(Operation::Status);
    assert_eq!(asked.len(), 3);
    let path = format!(
        "/2010-04-01/Accounts/{}/Messages/{CREATED}.json",
        crate::ACCOUNT
    );
    assert_eq!(asked[0].path, path);
    let erased = provider.requests(Operation::Redact).remove(0);
    assert_eq!(erased.path, path);
    assert_eq!(erased.form["Body"], "");
}

#[test]
fn an_undelivered_text_has_failed_and_is_erased() {
    let (_, reports) = outcome(vec![status("undelivered", Some(30_003))], "60s");
    let detail = "undelivered, Twilio error 30003";
    assert_eq!(reports, [accepted(), failed(Reason::Destination, detail)]);
}

#[test]
fn a_sent_text_without_a_receipt_counts_as_delivered() {
    let (_, reports) = outcome(vec![status("sent", None)], "200ms");
    assert_eq!(reports, [accepted(), Report::Delivered]);
}

#[test]
fn a_text_that_never_leaves_twilio_has_failed() {
    let (_, reports) = outcome(vec![status("queued", None)], "200ms");
    let detail = "Twilio took it, and did not say in time what became of it";
    assert_eq!(reports, [accepted(), failed(Reason::TimedOut, detail)]);
}

#[test]
fn polling_continues_after_useless_responses() {
    let statuses = vec![
        Reply::Plain(500, "<html>".into()),
        Reply::Plain(200, "garbage".into()),
        Reply::WithHeader(429, "retry-after", "1".into()),
        Reply::Close,
        // About another message.
        Reply::Status("failed", None),
        Reply::Plain(200, format!(r#"{{"sid":"{CREATED}","status":5}}"#)),
        status("delivered", None),
    ];
    let (provider, reports) = outcome(statuses, "60s");
    assert_eq!(reports, [accepted(), Report::Delivered]);
    assert_eq!(provider.requests(Operation::Status).len(), 7);
}

#[test]
fn a_failed_redaction_is_retried_and_then_logged() {
    let provider = Provider::start([
        (Operation::Status, vec![status("delivered", None)]),
        (Operation::Redact, vec![Reply::Plain(500, String::new())]),
    ]);
    let text = Harness::<TextTwilio>::create(settings_for(&provider));
    assert_eq!(text.reports(request()), [accepted(), Report::Delivered]);
    let line = text.log.recv_timeout(TIMEOUT).unwrap();
    assert!(line.contains(CREATED), "{line}");
    assert_eq!(provider.requests(Operation::Redact).len(), 3);
}

#[test]
fn nothing_is_erased_if_the_administrator_keeps_texts() {
    let provider = Provider::start([(Operation::Status, vec![status("delivered", None)])]);
    let mut settings = settings_for(&provider);
    settings["redact"] = false.into();
    let text = Harness::<TextTwilio>::create(settings);
    assert_eq!(text.reports(request()), [accepted(), Report::Delivered]);
    assert!(provider.requests(Operation::Redact).is_empty());
}

#[test]
fn a_messaging_service_and_an_api_key_are_supported() {
    let provider = Provider::start([(Operation::Status, vec![status("delivered", None)])]);
    let mut settings = settings_for(&provider);
    let all = settings.as_object_mut().unwrap();
    all.remove("from");
    all.remove("auth_token");
    let service = format!("MG{}", "b".repeat(32));
    all.insert("messaging_service_sid".into(), service.clone().into());
    all.insert("api_key_sid".into(), format!("SK{}", "c".repeat(32)).into());
    all.insert("api_key_secret".into(), crate::TOKEN.into());
    let text = Harness::<TextTwilio>::create(settings);
    assert_eq!(text.reports(request()), [accepted(), Report::Delivered]);
    let sent = provider.requests(Operation::Create).remove(0);
    assert_eq!(sent.form["MessagingServiceSid"], service);
    assert!(!sent.form.contains_key("From"));
    // "SKcccc…:token7f3e" in Base64.
    assert!(sent.authorization.starts_with("Basic U0tjY2Nj"));
    assert_eq!(provider.violations(), Vec::<String>::new());
}

#[test]
fn concurrent_texts_are_each_sent_once() {
    const COUNT: usize = 100;
    let provider = Provider::start([(Operation::Status, vec![status("delivered", None)])]);
    let mut settings = settings_for(&provider);
    // Prism is slow with so many.
    settings["connect_timeout"] = "100s".into();
    settings["timeout"] = "110s".into();
    let text = Harness::<TextTwilio>::create(settings);
    let reports: Vec<_> = (0..COUNT).map(|_| text.deliver(request())).collect();
    for each in &reports {
        assert_eq!(crate::all(each), [accepted(), Report::Delivered]);
    }
    assert_eq!(provider.requests(Operation::Create).len(), COUNT);
    assert!(text.channel.health().healthy);
    assert_eq!(provider.violations(), Vec::<String>::new());
}
