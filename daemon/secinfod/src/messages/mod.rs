//! What users are told by text, by phone call and by email, in their language.
//!
//! The words are those of `secinfo-words`. What is put into them comes from outside, and is cleaned
//! on the way.

mod email;
mod notice;
mod outside;
mod prompts;
#[cfg(test)]
mod tests;

pub use notice::NoticeItem;
pub(crate) use outside::is_domain;
pub use prompts::{Part, Prompts};
pub use secinfo_words::Language;

use secinfo_channel::{MessagePurpose, Request, SecretText};
use secinfo_domain::{Kind, Seconds};
use secinfo_words::{Arguments, Words, message};
use std::net::IpAddr;
use zeroize::Zeroizing;

/// The words of a message. Subject and HTML are empty for other kinds than email.
struct Written {
    /// The subject, of one line and without the code.
    subject: SecretText,
    /// The message as plain text. For a call: what is spoken before the digits of the code.
    text: SecretText,
    /// The message as HTML.
    html: SecretText,
}

/// Puts a message into words: subject, text and HTML are set from what else is known of it.
///
/// [`Kind::Call`], [`Kind::Email`] and [`Kind::Push`] have a form of their own, any other kind gets that of a text. A
/// code is `valid` for so long from now on. An empty organization stands for the host, and an empty
/// `user` is left out. `items` is what a notice tells.
pub fn write(request: &mut Request, kind: Kind, valid: Seconds, user: &str, items: &[NoticeItem]) {
    let written = written(request, kind, valid, user, items);
    request.subject = written.subject;
    request.text = written.text;
    request.html = written.html;
}

fn written(
    request: &Request,
    kind: Kind,
    valid: Seconds,
    user: &str,
    items: &[NoticeItem],
) -> Written {
    let details = Details::of(request, valid, user);
    let words = Words::of(details.language);
    let empty = || Zeroizing::new(String::new());
    let name = purpose_name(request.purpose);
    match kind {
        Kind::Email => email::write(words, name, &details, items),
        // It names the host and nothing else, whatever it is for.
        Kind::Push => Written {
            subject: empty(),
            text: words.say(message::PushDoorbell {
                host: details.host.as_str().into(),
            }),
            html: empty(),
        },
        Kind::Call => Written {
            subject: empty(),
            text: found(words, &format!("call-{name}"), None, &details.arguments()),
            html: empty(),
        },
        _ => {
            let mut text = found(words, &format!("text-{name}"), None, &details.arguments());
            for item in items {
                text.push(' ');
                // A curly apostrophe is no part of the GSM alphabet.
                for (index, piece) in item.sentence(words).split('’').enumerate() {
                    text.push_str(if index > 0 { "'" } else { "" });
                    text.push_str(piece);
                }
            }
            append_bound_line(&mut text, &details);
            Written {
                subject: empty(),
                text,
                html: empty(),
            }
        }
    }
}

/// The message of a purpose, which is part of its name.
fn found(words: Words, id: &str, attribute: Option<&str>, arguments: &Arguments<'_>) -> SecretText {
    words
        .find(id, attribute, arguments)
        .expect("every purpose has its messages in every language that ships")
}

const fn purpose_name(purpose: MessagePurpose) -> &'static str {
    match purpose {
        MessagePurpose::Enrollment => "enrollment",
        MessagePurpose::SignIn => "sign-in",
        MessagePurpose::PasswordReset => "password-reset",
        MessagePurpose::Notice => "notice",
        MessagePurpose::Test => "test",
    }
}

/// Puts the code into a last line that says to which host it belongs, so that phones offer it there
/// and nowhere else (WICG "Origin-bound one-time codes delivered via SMS"). A host whose name is no
/// domain cannot be bound to.
fn append_bound_line(text: &mut SecretText, details: &Details<'_>) {
    if !details.code.is_empty() && outside::is_domain(&details.host) {
        for part in ["\n@", &details.host, " #", details.code] {
            text.push_str(part);
        }
    }
}

/// What a message says, cleaned: nothing in it breaks a line, changes the direction of writing, or is as
/// long as a message.
struct Details<'a> {
    code: &'a str,
    valid: Seconds,
    organization: String,
    host: String,
    service: String,
    origin: String,
    user: String,
    place: String,
    language: Language,
}

impl<'a> Details<'a> {
    fn of(request: &'a Request, valid: Seconds, user: &str) -> Self {
        let host = outside::clean(&request.host);
        let service = outside::clean(&request.service);
        let organization = match outside::clean(&request.organization) {
            organization if organization.is_empty() => host.clone(),
            organization => organization,
        };
        let place = if service.is_empty() {
            host.clone()
        } else {
            format!("{host} ({service})")
        };
        Self {
            code: &request.code,
            valid,
            organization,
            service,
            origin: outside::clean(&request.origin),
            user: outside::clean(user),
            place,
            host,
            language: Language::negotiate(&[&request.language]),
        }
    }

    /// The variables of every message.
    fn arguments(&self) -> Arguments<'_> {
        let (unit, valid) = match self.valid.get() {
            60 => ("minutes", 1),
            seconds @ 0..120 => ("seconds", seconds),
            seconds => ("minutes", seconds / 60),
        };
        // Phones make links of names in texts, and the user who signs in chooses the name that their
        // address has. The address itself they do not choose.
        let safe_origin = self.origin.parse::<IpAddr>().is_ok();
        Arguments::new()
            .with("code", self.code)
            .with("organization", &self.organization)
            .with("host", &self.host)
            .with("service", &self.service)
            .with("origin", &self.origin)
            .with("user", &self.user)
            .with("place", &self.place)
            .with("unit", unit)
            .with("valid", valid)
            .with("knows-service", !self.service.is_empty())
            .with("knows-origin", safe_origin)
            .with("knows-user", !self.user.is_empty())
    }
}
