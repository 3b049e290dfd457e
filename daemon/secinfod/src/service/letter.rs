//! Writing a message and addressing it.

use super::destination::Destination;
use super::{Person, Service, now};
use crate::channels::Order;
use crate::messages::{self, Language, News, Occasion};
use secinfo_channel::{MessagePurpose, Request, SecretText};
use secinfo_domain::{Kind, MessageId, Seconds};

/// What a message says, and to whom.
pub(super) struct Letter<'a> {
    pub(super) person: &'a Person,
    pub(super) kind: Kind,
    pub(super) destination: &'a Destination,
    pub(super) purpose: MessagePurpose,
    /// The code; empty for a message without one.
    pub(super) code: &'a str,
    /// How long the message is worth sending, and its code good.
    pub(super) valid: Seconds,
    /// The service that asks; empty for none.
    pub(super) service: &'a str,
    /// From where the user asks; empty where unknown.
    pub(super) origin: &'a str,
    /// What a notice tells.
    pub(super) news: &'a [News],
    pub(super) language: Language,
}

impl Service {
    /// The message, ready for a channel.
    pub(super) fn order(&self, message: MessageId, letter: &Letter<'_>) -> Order {
        let settings = self.settings();
        let written = messages::write(&Occasion {
            purpose: letter.purpose,
            kind: letter.kind,
            code: letter.code,
            valid: letter.valid,
            organization: &settings.organization,
            host: &settings.messages_host,
            service: letter.service,
            origin: letter.origin,
            user: letter.person.account.name.as_str(),
            news: letter.news,
            language: letter.language,
        });
        let expires = now().plus(letter.valid);
        let request = Request {
            message: message.to_string(),
            purpose: letter.purpose,
            destination: SecretText::new(letter.destination.as_str().to_owned()),
            subject: written.subject,
            text: written.text,
            html: written.html,
            code: SecretText::new(letter.code.to_owned()),
            language: letter.language.tag().to_owned(),
            organization: settings.organization,
            host: settings.messages_host,
            service: letter.service.to_owned(),
            origin: letter.origin.to_owned(),
            expires: expires.as_millis(),
            attempt: 1,
        };
        Order {
            message,
            kind: letter.kind,
            request,
            expires,
        }
    }
}
