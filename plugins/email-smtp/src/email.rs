//! Composes the email (RFC 5322).

use crate::settings::Sender;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use lettre::{Address, error};
use secinfo_channel::Request;
use zeroize::Zeroizing;

/// An email with its envelope.
pub(crate) struct Email {
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

/// Why an email cannot be composed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ComposeError {
    /// The destination is not a valid address.
    Destination,
    /// Other content cannot be written as an email.
    Content,
}

impl From<error::Error> for ComposeError {
    fn from(_: error::Error) -> Self {
        Self::Content
    }
}

impl Email {
    /// Composes the email for a request.
    pub(crate) fn compose(request: &Request, sender: &Sender) -> Result<Self, ComposeError> {
        let to: Address = request
            .destination
            .parse()
            .map_err(|_| ComposeError::Destination)?;
        let from = &sender.from.email;
        let mut builder = Message::builder()
            .from(sender.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(one_line(&request.subject))
            .date_now()
            // The same for every attempt, so that duplicates can be recognized.
            .message_id(Some(format!("<{}@{}>", request.message, from.domain())))
            .raw_header(header("Auto-Submitted", "auto-generated")) // RFC 3834
            .raw_header(header("X-Auto-Response-Suppress", "OOF, AutoReply"));
        if let Some(reply_to) = &sender.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        if is_language_tag(&request.language) {
            builder = builder.raw_header(header("Content-Language", &request.language));
        }
        let text = request.text.to_string();
        let message = if request.html.is_empty() {
            builder.singlepart(SinglePart::plain(text))?
        } else {
            let html = request.html.to_string();
            builder.multipart(MultiPart::alternative_plain_html(text, html))?
        };
        Ok(Self {
            from: from.clone(),
            to,
            bytes: Zeroizing::new(message.formatted()),
        })
    }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Replaces control characters and line breaks, which would begin another header.
fn one_line(text: &str) -> String {
    let replaced = |c: char| {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            ' '
        } else {
            c
        }
    };
    text.chars().map(replaced).collect()
}

/// Whether a text has the form of a BCP 47 tag.
fn is_language_tag(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::{HeaderValue as Parsed, MessageParser};
    use secinfo_channel::{MessagePurpose, SecretText};

    const ID: &str = "00112233445566778899aabbccddeeff";

    fn request() -> Request {
        Request {
            message: ID.to_owned(),
            purpose: MessagePurpose::Enrollment,
            destination: SecretText::from("alice@example.org".to_owned()),
            subject: SecretText::from("Your code".to_owned()),
            text: SecretText::from("Your code is 135790.\n.\nGood bye.\n".to_owned()),
            html: SecretText::from("<p>Your code is <b>135790</b>.</p>".to_owned()),
            code: SecretText::from("135790".to_owned()),
            language: "en".to_owned(),
            organization: "Example".to_owned(),
            host: "host.example.org".to_owned(),
            service: String::new(),
            origin: String::new(),
            expires: 0,
            attempt: 1,
        }
    }

    fn sender() -> Sender {
        Sender {
            from: "\"Sécurité, Example\" <security@example.org>"
                .parse()
                .unwrap(),
            reply_to: Some("help@example.org".parse().unwrap()),
        }
    }

    fn compose(request: &Request) -> Email {
        Email::compose(request, &sender()).ok().unwrap()
    }

    /// The names of the headers before the first empty line, in lower case.
    fn header_names(email: &Email) -> Vec<String> {
        let text = str::from_utf8(&email.bytes).expect("a message is ASCII");
        assert!(text.is_ascii(), "{text}");
        let head = text.split("\r\n\r\n").next().unwrap();
        let own = |line: &&str| !line.starts_with([' ', '\t']);
        head.split("\r\n")
            .filter(own)
            .map(|line| line.split(':').next().unwrap().to_ascii_lowercase())
            .collect()
    }

    #[test]
    fn subjects_in_any_script_are_preserved() {
        for subject in [
            "Your code",
            "Ihr Bestätigungscode für Übungszwecke, der länger ist als eine Zeile fassen kann",
            "確認コードのお知らせ — 安全のため、誰にも教えないでください",
            "a \u{1f511} key",
        ] {
            let mut request = request();
            request.subject = SecretText::from(subject.to_owned());
            let email = compose(&request);
            let message = MessageParser::default().parse(&*email.bytes).unwrap();
            assert_eq!(message.subject(), Some(subject));
            let text = str::from_utf8(&email.bytes).unwrap();
            assert!(text.lines().all(|line| line.len() <= 998), "{text}");
        }
    }

    #[test]
    fn no_text_can_add_a_header() {
        let names = header_names(&compose(&request()));
        for breaking in [
            "\r\nBcc: eve@example.org",
            "\nX-Evil: 1",
            "\rX-Evil: 1",
            "\u{85}a",
            "\0",
        ] {
            let mut request = request();
            request.subject = SecretText::from(format!("Code{breaking}\r\n\r\nBody"));
            request.organization = format!("Example{breaking}");
            request.host = format!("host{breaking}");
            request.language = format!("en{breaking}");
            let email = compose(&request);
            let expected: Vec<_> = names
                .iter()
                .filter(|name| *name != "content-language")
                .cloned()
                .collect();
            assert_eq!(header_names(&email), expected, "{breaking:?}");
            let to: &str = email.to.as_ref();
            assert_eq!(to, "alice@example.org");
        }
    }

    #[test]
    fn a_repeat_has_the_same_id() {
        let mut request = request();
        for attempt in 1..3 {
            request.attempt = attempt;
            let email = compose(&request);
            let message = MessageParser::default().parse(&*email.bytes).unwrap();
            assert_eq!(message.message_id().unwrap(), format!("{ID}@example.org"));
        }
    }

    #[test]
    fn the_headers_mark_an_automatic_message() {
        let email = compose(&request());
        let message = MessageParser::default().parse(&*email.bytes).unwrap();
        let header = |name: &str| match message.header(name) {
            Some(Parsed::Text(text)) => text.to_string(),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(header("Auto-Submitted"), "auto-generated");
        assert_eq!(header("X-Auto-Response-Suppress"), "OOF, AutoReply");
        assert!(message.date().is_some());
        let from = message.from().unwrap().first().unwrap();
        assert_eq!(from.name(), Some("Sécurité, Example"));
        assert_eq!(from.address(), Some("security@example.org"));
    }

    #[test]
    fn an_email_without_html_is_plain_text_only() {
        let mut request = request();
        request.html = SecretText::default();
        let email = compose(&request);
        let message = MessageParser::default().parse(&*email.bytes).unwrap();
        assert_eq!(message.parts.len(), 1);
        assert!(message.body_text(0).unwrap().contains("135790"));
    }

    #[test]
    fn an_invalid_address_is_refused() {
        for wrong in [
            "",
            "alice",
            "alice@",
            "a@b\r\nRCPT TO:<eve@example.org>",
            "a@b,c@d",
        ] {
            let mut request = request();
            request.destination = SecretText::from(wrong.to_owned());
            let result = Email::compose(&request, &sender());
            assert_eq!(result.err(), Some(ComposeError::Destination), "{wrong:?}");
        }
    }
}
