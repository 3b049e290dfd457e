//! Builds the requests to Twilio with twilio-async.
//!
//! twilio-async knows paths and forms. It never gets the credentials, which its `Debug` would show,
//! and [`crate::client`] sends the requests, because twilio-async's client has no time-out and
//! ignores the status.

use crate::settings::{Sender, unusable};
use secinfo_channel::{CreateError, SecretText};
use std::time::Duration;
use twilio_async::{Execute, GetMessage, SendMsg, Twilio, encode_pairs};

/// A request without credentials and host.
pub(crate) struct HttpRequest {
    pub(crate) method: HttpMethod,
    /// The path, with its leading slash.
    pub(crate) path: String,
    /// The encoded form of a `Post`.
    pub(crate) form: SecretText,
}

/// The HTTP method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HttpMethod {
    Get,
    Post,
}

impl HttpMethod {
    const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Builds requests for one account.
pub(crate) struct RequestBuilder {
    twilio: Twilio,
}

/// The bounds of `ValidityPeriod` in seconds: how long Twilio keeps a text that it cannot deliver
/// at once.
const VALIDITY: (u64, u64) = (1, 36_000);

/// The bounds of how long a phone rings, in seconds: at least once, and less than it takes most
/// mailboxes to answer.
const RINGING: (u64, u64) = (5, 30);

impl RequestBuilder {
    pub(crate) fn new(account: &str) -> Result<Self, CreateError> {
        let twilio = Twilio::new(account, "").map_err(|_| unusable("account_sid is not usable"))?;
        Ok(Self { twilio })
    }

    /// Sends a text that expires after `left`.
    pub(crate) fn text(
        &self,
        sender: &Sender,
        to: &str,
        text: &str,
        left: Duration,
    ) -> HttpRequest {
        let seconds = left.as_secs().clamp(VALIDITY.0, VALIDITY.1).to_string();
        let form = match sender {
            Sender::From(from) => {
                let message = self.twilio.send_msg(from, to, text).msg.to_string();
                let message = SecretText::new(message);
                SecretText::new(format!(
                    "{}&{}",
                    *message,
                    encoded(&[("ValidityPeriod", &seconds)]).as_str()
                ))
            }
            // twilio-async always sets a sender's number.
            Sender::Service(service) => encoded(&[
                ("To", to),
                ("MessagingServiceSid", service),
                ("Body", text),
                ("ValidityPeriod", &seconds),
            ]),
        };
        let request: SendMsg<'_> = self.twilio.send_msg("", "", "");
        http_request(&request, HttpMethod::Post, "Messages.json", form)
    }

    /// Starts a call that speaks a `TwiML` document and expires after `left`.
    ///
    /// The form is built here, because twilio-async's calls fetch the document from a URL, and then
    /// Twilio ignores a document in the request.
    pub(crate) fn call(&self, from: &str, to: &str, twiml: &str, left: Duration) -> HttpRequest {
        let seconds = left.as_secs().clamp(RINGING.0, RINGING.1).to_string();
        let form = encoded(&[
            ("To", to),
            ("From", from),
            ("Timeout", &seconds),
            ("Twiml", twiml),
        ]);
        let request = self.twilio.call("", "", "");
        http_request(&request, HttpMethod::Post, "Calls.json", form)
    }

    /// Gets the status of a text.
    pub(crate) fn text_status(&self, sid: &str) -> HttpRequest {
        self.message_request(sid, HttpMethod::Get, SecretText::default())
    }

    /// Gets the status of a call.
    pub(crate) fn call_status(&self, sid: &str) -> HttpRequest {
        let request = self.twilio.call("", "", "");
        let path = format!("Calls/{sid}.json");
        http_request(&request, HttpMethod::Get, &path, SecretText::default())
    }

    /// Erases the body of a text, and keeps the record of the message.
    pub(crate) fn redaction(&self, sid: &str) -> HttpRequest {
        self.message_request(sid, HttpMethod::Post, encoded(&[("Body", "")]))
    }

    fn message_request(&self, sid: &str, method: HttpMethod, form: SecretText) -> HttpRequest {
        let request: GetMessage<'_> = self.twilio.msg(sid);
        http_request(&request, method, &format!("Messages/{sid}.json"), form)
    }
}

fn http_request(
    request: &impl Execute,
    method: HttpMethod,
    resource: &str,
    form: SecretText,
) -> HttpRequest {
    let verb = method.name().parse().expect("GET and POST are methods");
    let built = request
        .request(verb, resource, None)
        .expect("account and sid were checked to be letters and digits");
    HttpRequest {
        method,
        path: built.uri().path().to_owned(),
        form,
    }
}

fn encoded(pairs: &[(&str, &str)]) -> SecretText {
    SecretText::new(encode_pairs(pairs).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
    const PATH: &str = "/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef";

    fn builder() -> RequestBuilder {
        RequestBuilder::new(ACCOUNT).unwrap()
    }

    #[test]
    fn a_text_has_all_its_parameters() {
        let from = Sender::From("+15005550006".into());
        let text = builder().text(&from, "+4930123456", "5 & 7 = ü", Duration::from_mins(4));
        assert_eq!(text.method, HttpMethod::Post);
        assert_eq!(text.path, format!("{PATH}/Messages.json"));
        assert_eq!(
            text.form.as_str(),
            "To=%2B4930123456&From=%2B15005550006&Body=5+%26+7+%3D+%C3%BC&ValidityPeriod=240"
        );
    }

    #[test]
    fn a_messaging_service_replaces_the_sender() {
        let service = Sender::Service("MG1".into());
        let text = builder().text(&service, "+4930", "x", Duration::ZERO);
        assert_eq!(
            text.form.as_str(),
            "To=%2B4930&MessagingServiceSid=MG1&Body=x&ValidityPeriod=1"
        );
    }

    #[test]
    fn a_call_contains_its_document() {
        let call = builder().call("+1", "+2", "<Response/>", Duration::from_mins(5));
        assert_eq!(call.path, format!("{PATH}/Calls.json"));
        assert_eq!(
            call.form.as_str(),
            "To=%2B2&From=%2B1&Timeout=30&Twiml=%3CResponse%2F%3E"
        );
    }

    #[test]
    fn status_and_redaction_use_the_messages_id() {
        let message = builder().text_status("SM12");
        assert_eq!(message.method, HttpMethod::Get);
        assert_eq!(message.path, format!("{PATH}/Messages/SM12.json"));
        assert_eq!(
            builder().call_status("CA12").path,
            format!("{PATH}/Calls/CA12.json")
        );
        let redaction = builder().redaction("SM12");
        assert_eq!(redaction.method, HttpMethod::Post);
        assert_eq!(redaction.form.as_str(), "Body=");
    }
}
