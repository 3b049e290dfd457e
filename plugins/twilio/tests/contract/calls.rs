//! Calls.

use crate::provider::{Operation, Provider, Reply};
use crate::{Harness, NUMBER, failed, only, provider_with, request, settings_for};
use secinfo_channel::{Reason, Report};
use secinfo_twilio::CallTwilio;

/// The id in the description's example of a call that was made.
const CREATED: &str = "CAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn accepted() -> Report {
    Report::Accepted {
        reference: CREATED.into(),
    }
}

fn outcome(statuses: &[&str]) -> (Provider, Vec<Report>) {
    let statuses = statuses
        .iter()
        .map(|word| Reply::Plain(200, format!(r#"{{"sid":"{CREATED}","status":"{word}"}}"#)))
        .collect();
    let provider = Provider::start([(Operation::Status, statuses)]);
    let mut settings = settings_for(&provider);
    settings["voices"] = serde_json::json!({"de": "Polly.Vicki"});
    let call = Harness::<CallTwilio>::create(settings);
    let mut request = request();
    request.language = "de".into();
    let reports = call.reports(request);
    assert_eq!(provider.requests(Operation::Create).len(), 1);
    assert!(provider.requests(Operation::Redact).is_empty());
    assert_eq!(provider.violations(), Vec::<String>::new());
    (provider, reports)
}

#[test]
fn a_call_speaks_the_code_twice() {
    let (provider, reports) = outcome(&["queued", "ringing", "in-progress", "completed"]);
    assert_eq!(reports, [accepted(), Report::Delivered]);
    let made = provider.requests(Operation::Create).remove(0);
    assert_eq!(
        made.path,
        format!("/2010-04-01/Accounts/{}/Calls.json", crate::ACCOUNT)
    );
    assert_eq!(made.form["To"], NUMBER);
    assert_eq!(made.form["From"], "+15005550006");
    assert_eq!(made.form["Timeout"], "30");
    let document = &made.form["Twiml"];
    let mut spoken = String::new();
    for part in document.split("</Say>") {
        if let Some((_, said)) = part.split_once(r#"<Say voice="Polly.Vicki" language="de-DE">"#) {
            spoken.push_str(said);
            spoken.push('|');
        }
    }
    let code = "9|0|7|3|4|1|";
    assert_eq!(
        spoken,
        format!("Your code for host7 &amp; its \"friends\" is 907341|{code}{code}")
    );
    assert_eq!(document.matches(r#"<Pause length="1" />"#).count(), 10);
    assert_eq!(
        provider.requests(Operation::Status)[0].path,
        format!(
            "/2010-04-01/Accounts/{}/Calls/{CREATED}.json",
            crate::ACCOUNT
        )
    );
}

#[test]
fn an_unanswered_call_has_failed() {
    for (word, reason) in [
        ("busy", Reason::Destination),
        ("no-answer", Reason::Destination),
        ("failed", Reason::Destination),
        ("canceled", Reason::Refused),
    ] {
        let (_, reports) = outcome(&["ringing", word]);
        assert_eq!(reports, [accepted(), failed(reason, word)]);
    }
}

#[test]
fn refusals_of_calls_have_a_reason() {
    for (code, reason) in [
        (21_211, Reason::Destination),
        (21_214, Reason::Destination),
        (21_215, Reason::Refused),
        (21_210, Reason::Settings),
    ] {
        let provider = provider_with(Reply::refusal(400, code));
        let call = Harness::<CallTwilio>::create(settings_for(&provider));
        let detail = format!("HTTP 400, Twilio error {code}");
        assert_eq!(only(call.reports(request())), failed(reason, &detail));
        assert_eq!(provider.requests(Operation::Create).len(), 1);
    }
}

#[test]
fn a_message_that_is_too_long_is_not_sent() {
    let provider = provider_with(Reply::Example);
    let call = Harness::<CallTwilio>::create(settings_for(&provider));
    let mut request = request();
    request.text.push_str(&"&".repeat(1000));
    assert_eq!(
        only(call.reports(request)),
        failed(Reason::Plugin, "the message is too long for a call")
    );
    assert!(provider.requests(Operation::Create).is_empty());
}
