//! `email-smtp` against Debian's Exim.

use crate::harness::{
    CODE, SUBJECT, assert_accepted, assert_failed, assert_try_later, channel, deliver, request,
    start, valid_settings, with,
};
use mail_parser::{MessageParser, MimeHeaders};
use secinfo_channel::{Channel, Reason};
use secinfo_tests::SmtpServer;

#[test]
fn a_message_arrives_as_it_was_written() {
    let server = SmtpServer::start();
    let channel = channel(&valid_settings(&server));
    let request = request(7, "alice@example.org");
    let report = deliver(&channel, request.clone());
    let reference = assert_accepted(&report);
    assert!(
        server
            .log()
            .contains(&format!("{reference} <= security@example.org")),
        "{reference}: {}",
        server.log()
    );
    let mail = server.mail(1);
    let message = MessageParser::default().parse(&mail[0]).unwrap();
    let header = |name: &'static str| message.header_raw(name).map(str::trim);

    // The recipient, from the envelope.
    assert_eq!(header("Envelope-to"), Some("alice@example.org"));
    assert_eq!(header("Return-path"), Some("<security@example.org>"));

    assert_eq!(message.subject(), Some(SUBJECT));
    let from = message.from().unwrap().first().unwrap();
    assert_eq!(from.name(), Some("Beispiel & Söhne"));
    assert_eq!(from.address(), Some("security@example.org"));
    let to = message.to().unwrap().first().unwrap();
    assert_eq!(to.address(), Some("alice@example.org"));
    let reply_to = message.reply_to().unwrap().first().unwrap();
    assert_eq!(reply_to.address(), Some("help@example.org"));
    let id = format!("{}@example.org", request.message);
    assert_eq!(message.message_id(), Some(id.as_str()));
    assert_eq!(header("Auto-Submitted"), Some("auto-generated"));
    assert_eq!(header("X-Auto-Response-Suppress"), Some("OOF, AutoReply"));
    assert_eq!(header("Content-Language"), Some("de"));
    let age = now() - message.date().unwrap().to_timestamp();
    assert!((0..600).contains(&age), "{age} s");
    assert!(header("Received").unwrap().contains("host.example.org"));

    // Both parts, the better one last (RFC 2046 section 5.1.4).
    let kind = message.content_type().unwrap();
    assert_eq!(kind.ctype(), "multipart");
    assert_eq!(kind.subtype(), Some("alternative"));
    let of = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    let plain = message.text_part(0).unwrap();
    assert_eq!(plain.content_type().unwrap().subtype(), Some("plain"));
    assert_eq!(of(plain.text_contents().unwrap()), of(&request.text));
    let html = message.html_part(0).unwrap();
    assert_eq!(html.content_type().unwrap().subtype(), Some("html"));
    assert_eq!(of(html.text_contents().unwrap()), of(&request.html));
    for part in [plain, html] {
        let charset = part.content_type().unwrap().attribute("charset").unwrap();
        assert!(charset.eq_ignore_ascii_case("utf-8"), "{charset}");
    }
    let raw = &message.raw_message;
    assert!(raw.is_ascii());
    assert!(
        raw.split(|&byte| byte == b'\n')
            .all(|line| line.len() <= 998)
    );
}

#[test]
fn starttls_is_supported() {
    let server = SmtpServer::start();
    let settings = with(valid_settings(&server), "port", server.starttls_port());
    let channel = channel(&with(settings, "security", "starttls"));
    assert_accepted(&deliver(&channel, request(1, "alice@example.org")));
    let mail = server.mail(1);
    let message = MessageParser::default().parse(&mail[0]).unwrap();
    // "with ESMTPSA": over TLS, authenticated (RFC 3848).
    assert!(message.header_raw("Received").unwrap().contains("esmtpsa"));
    assert!(message.body_text(0).unwrap().contains(CODE));
}

#[test]
fn one_connection_sends_many_messages() {
    let server = SmtpServer::start();
    let channel = channel(&valid_settings(&server));
    for number in 0..5 {
        assert_accepted(&deliver(&channel, request(number, "alice@example.org")));
    }
    assert_eq!(server.connections(), 1);
    assert_eq!(server.mail(5).len(), 5);
}

#[test]
fn a_connection_closed_by_the_server_is_replaced() {
    let server = SmtpServer::start();
    let channel = channel(&valid_settings(&server));
    assert_accepted(&deliver(&channel, request(1, "alice@example.org")));
    server.mail(1);
    server.close_connections();
    assert_accepted(&deliver(&channel, request(2, "alice@example.org")));
    assert_eq!(server.connections(), 2);
    assert_eq!(server.mail(2).len(), 2);
}

#[test]
fn concurrent_messages_all_arrive_once() {
    const COUNT: u32 = 40;
    let server = SmtpServer::start();
    let channel = channel(&valid_settings(&server));
    let under_way: Vec<_> = (0..COUNT)
        .map(|number| {
            start(
                &channel,
                request(number, &format!("user{number}@example.org")),
            )
        })
        .collect();
    for reports in under_way {
        assert_accepted(&reports.recv().unwrap());
    }
    let mail = server.mail(COUNT as usize);
    let mut ids: Vec<_> = mail
        .iter()
        .map(|mail| {
            let message = MessageParser::default().parse(mail).unwrap();
            let id = message.message_id().unwrap().split('@').next().unwrap();
            let number = u32::from_str_radix(id, 16).unwrap();
            let to = message.header_raw("Envelope-to").unwrap().trim();
            assert_eq!(to, format!("user{number}@example.org"));
            number
        })
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (0..COUNT).collect::<Vec<_>>());
}

#[test]
fn an_unknown_address_is_refused() {
    let server = SmtpServer::start();
    let channel = channel(&valid_settings(&server));
    let report = deliver(&channel, request(1, SmtpServer::UNKNOWN));
    let detail = assert_failed(&report, Reason::Destination);
    assert!(detail.ends_with("RCPT TO with 550 5.1.1"), "{detail}");
    // An error of one message is not one of the server.
    assert!(channel.health().healthy);
    let report = deliver(&channel, request(2, "alice@example.net"));
    let detail = assert_failed(&report, Reason::Refused);
    assert!(detail.ends_with("RCPT TO with 550 5.7.1"), "{detail}");
    assert_accepted(&deliver(&channel, request(3, "alice@example.org")));
}

#[test]
fn a_greylisting_server_accepts_the_second_attempt() {
    let server = SmtpServer::start();
    let channel = channel(&valid_settings(&server));
    let report = deliver(&channel, request(1, SmtpServer::GREYLISTED));
    let (after, detail) = assert_try_later(&report, Reason::Busy);
    assert!(after > 0);
    assert!(detail.ends_with("RCPT TO with 450 4.2.0"), "{detail}");
    assert_accepted(&deliver(&channel, request(1, SmtpServer::GREYLISTED)));
    assert_eq!(server.mail(1).len(), 1);
}

#[test]
fn an_unwanted_message_is_refused() {
    let server = SmtpServer::start();
    let channel = channel(&valid_settings(&server));
    let report = deliver(&channel, request(1, SmtpServer::UNWANTED));
    let detail = assert_failed(&report, Reason::Refused);
    assert!(detail.ends_with("the message with 554 5.7.1"), "{detail}");
}

#[test]
fn a_wrong_password_is_reported_as_settings() {
    let server = SmtpServer::start();
    let channel = channel(&with(valid_settings(&server), "password", "wrong"));
    let report = deliver(&channel, request(1, "alice@example.org"));
    let detail = assert_failed(&report, Reason::Settings);
    assert!(detail.contains("AUTH with 535"), "{detail}");
    let health = channel.health();
    assert!(!health.healthy);
    assert_eq!(health.detail, detail);
}

#[test]
fn without_an_account_the_server_refuses_messages() {
    let server = SmtpServer::start();
    let mut settings = valid_settings(&server);
    for name in ["username", "password"] {
        settings.as_object_mut().unwrap().remove(name);
    }
    let report = deliver(&channel(&settings), request(1, "alice@example.org"));
    let detail = assert_failed(&report, Reason::Settings);
    assert!(detail.ends_with("530 5.7.0"), "{detail}");
}

#[test]
fn a_server_with_an_untrusted_certificate_gets_nothing() {
    let server = SmtpServer::start();
    let settings = valid_settings(&server);
    let starttls = with(settings.clone(), "port", server.starttls_port());
    let starttls = with(starttls, "security", "starttls");
    for settings in [
        with(settings.clone(), "ca_file", server.other_ca_file().to_str()),
        with(settings, "host", "127.0.0.1"),
        with(starttls, "ca_file", server.other_ca_file().to_str()),
    ] {
        let channel = channel(&settings);
        let report = deliver(&channel, request(1, "alice@example.org"));
        let detail = assert_failed(&report, Reason::Settings);
        assert!(detail.contains("does not verify"), "{detail}");
        assert!(!channel.health().healthy);
    }
    assert_eq!(server.mail(0).len(), 0);
}

#[test]
fn health_follows_the_last_attempt() {
    let server = SmtpServer::start();
    let channel = channel(&valid_settings(&server));
    assert!(channel.health().healthy);
    server.set_unavailable(true);
    let report = deliver(&channel, request(1, "alice@example.org"));
    assert_try_later(&report, Reason::Unreachable);
    let health = channel.health();
    assert!(!health.healthy);
    assert_eq!(health.detail, "the mail server cannot be reached");
    server.set_unavailable(false);
    assert_accepted(&deliver(&channel, request(1, "alice@example.org")));
    assert!(channel.health().healthy);
    assert_eq!(channel.health().detail, "");
}

fn now() -> i64 {
    secinfo_tests::now().try_into().unwrap()
}
