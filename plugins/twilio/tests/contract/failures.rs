//! Failures of Twilio and the network. In every case, a text is sent at most once.

use crate::provider::{Operation, Provider, Reply};
use crate::{
    Harness, all, failed, only, provider_with, request, settings, settings_for, try_later,
};
use secinfo_channel::{Reason, Report};
use secinfo_twilio::TextTwilio;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;
use std::time::{Duration, SystemTime};
use tokio::net::TcpSocket;

/// The report of a text if every request to create one gets `reply`.
fn outcome(reply: Reply) -> Report {
    let provider = provider_with(reply);
    let text = Harness::<TextTwilio>::create(settings_for(&provider));
    let report = only(text.reports(request()));
    assert_eq!(provider.requests(Operation::Create).len(), 1);
    assert!(provider.requests(Operation::Status).is_empty());
    assert_eq!(provider.violations(), Vec::<String>::new());
    report
}

#[test]
fn refusals_are_final() {
    for (status, code, reason) in [
        (400, 21_211, Reason::Destination),
        (400, 21_614, Reason::Destination),
        (400, 21_610, Reason::Refused),
        (400, 21_408, Reason::Refused),
        (400, 21_606, Reason::Settings),
        (401, 20_003, Reason::Settings),
        (403, 20_403, Reason::Settings),
        (404, 20_404, Reason::Settings),
    ] {
        assert_eq!(
            outcome(Reply::refusal(status, code)),
            failed(reason, &format!("HTTP {status}, Twilio error {code}"))
        );
    }
}

#[test]
fn redirects_are_not_followed() {
    let provider = provider_with(Reply::Example);
    let elsewhere = format!("{}/", provider.base_url());
    assert_eq!(
        outcome(Reply::WithHeader(307, "location", elsewhere)),
        failed(Reason::Settings, "HTTP 307")
    );
    assert!(provider.requests(Operation::Create).is_empty());
}

#[test]
fn a_rate_limit_waits_for_as_long_as_twilio_asks() {
    assert_eq!(
        outcome(Reply::WithHeader(429, "retry-after", "7".into())),
        try_later(7000, Reason::Busy, "HTTP 429")
    );
    assert_eq!(
        outcome(Reply::refusal(429, 20_429)),
        try_later(0, Reason::Busy, "HTTP 429, Twilio error 20429")
    );
    let date = jiff::Timestamp::try_from(SystemTime::now() + Duration::from_mins(30)).unwrap();
    let date = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&date)
        .unwrap();
    let Report::TryLater { after, reason, .. } =
        outcome(Reply::WithHeader(429, "retry-after", date))
    else {
        panic!("it can be tried later");
    };
    assert_eq!(reason, Reason::Busy);
    assert!((1_500_000..=1_800_000).contains(&after), "{after}");
}

#[test]
fn a_server_error_is_retried_only_if_twilio_asks_for_it() {
    for status in [500, 502, 503] {
        assert_eq!(
            outcome(Reply::Plain(status, "<html>".into())),
            failed(Reason::TimedOut, &format!("HTTP {status}"))
        );
    }
    assert_eq!(
        outcome(Reply::WithHeader(503, "retry-after", "2".into())),
        try_later(2000, Reason::Provider, "HTTP 503")
    );
}

#[test]
fn an_invalid_response_does_not_repeat_the_text() {
    let unknown = "HTTP 201, with an answer that cannot be understood";
    for body in [
        String::new(),
        "<html>Welcome</html>".into(),
        r#"{"sid":12,"status":"queued"}"#.into(),
        r#"{"status":"queued"}"#.into(),
        r#"{"sid":"SMxx","status":"queued"}"#.into(),
        format!(
            r#"{{"sid":"SM{}","status":"queued","body":"{}"}}"#,
            "a".repeat(32),
            "x".repeat(1 << 20)
        ),
    ] {
        assert_eq!(
            outcome(Reply::Plain(201, body)),
            failed(Reason::TimedOut, unknown)
        );
    }
    // It depends on chance how much of it arrives.
    let report = outcome(Reply::Truncated);
    assert!(
        matches!(
            &report,
            Report::Failed {
                reason: Reason::TimedOut,
                ..
            }
        ),
        "{report:?}"
    );
}

#[test]
fn after_a_broken_connection_the_status_is_unknown() {
    assert_eq!(
        outcome(Reply::Close),
        failed(
            Reason::TimedOut,
            "the connection broke before there was an answer"
        )
    );
}

#[test]
fn after_a_time_out_the_status_is_unknown() {
    assert_eq!(
        outcome(Reply::Hang),
        failed(Reason::TimedOut, "no answer in time")
    );
}

#[test]
fn after_a_response_that_is_not_http_the_status_is_unknown() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // The head of the request; the rest may come with it or not.
        let mut received = Vec::new();
        while !received.ends_with(b"\r\n\r\n") && !received.windows(4).any(|w| w == b"\r\n\r\n") {
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer).unwrap();
            assert!(count > 0);
            received.extend_from_slice(&buffer[..count]);
        }
        stream.write_all(b"220 mail.example.org ESMTP\r\n").unwrap();
        // A second connection would be a second attempt.
        drop(stream);
        listener.set_nonblocking(true).unwrap();
        listener
    });
    let text = Harness::<TextTwilio>::create(settings(&base_url, None));
    assert_eq!(
        only(text.reports(request())),
        failed(
            Reason::TimedOut,
            "the connection broke before there was an answer"
        )
    );
    assert!(server.join().unwrap().accept().is_err());
}

#[test]
fn an_unreachable_server_is_retried() {
    // The port is taken, but not listening.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let base_url = format!("http://{}", socket.local_addr().unwrap());
    let text = Harness::<TextTwilio>::create(settings(&base_url, None));
    let Report::TryLater { reason, detail, .. } = only(text.reports(request())) else {
        panic!("it can be tried later");
    };
    assert_eq!(reason, Reason::Unreachable);
    assert!(detail.contains("refused"), "{detail}");
}

#[test]
fn an_untrusted_server_is_sent_nothing() {
    let provider = provider_with(Reply::Example);
    let other = provider_with(Reply::Example);
    let text = Harness::<TextTwilio>::create(settings(&provider.base_url(), Some(&other)));
    let Report::TryLater { reason, detail, .. } = only(text.reports(request())) else {
        panic!("it can be tried later");
    };
    assert_eq!(reason, Reason::Unreachable);
    assert!(detail.contains("certificate"), "{detail}");
    assert!(provider.requests(Operation::Create).is_empty());
}

#[test]
fn an_expired_message_is_not_sent() {
    let provider = provider_with(Reply::Example);
    let text = Harness::<TextTwilio>::create(settings_for(&provider));
    let mut late = request();
    late.expires = 1;
    let report = only(text.reports(late));
    assert!(
        matches!(
            &report,
            Report::Failed {
                reason: Reason::Busy,
                ..
            }
        ),
        "{report:?}"
    );
    assert!(provider.requests(Operation::Create).is_empty());
}

#[test]
fn a_stopped_channel_reports_what_is_known() {
    let sending = provider_with(Reply::Hang);
    let text = Harness::<TextTwilio>::create(settings_for(&sending));
    let reports = text.deliver(request());
    sending.wait_for(Operation::Create);
    drop(text);
    assert_eq!(
        only(all(&reports)),
        failed(Reason::TimedOut, "the channel was stopped while it sent")
    );

    let asking = Provider::start([(Operation::Status, vec![Reply::Hang])]);
    let text = Harness::<TextTwilio>::create(settings_for(&asking));
    let reports = text.deliver(request());
    asking.wait_for(Operation::Status);
    drop(text);
    let reports = all(&reports);
    assert!(matches!(reports[0], Report::Accepted { .. }));
    let detail = "the channel was stopped before Twilio said what became of the message";
    assert_eq!(reports[1..], [failed(Reason::TimedOut, detail)]);
}
