//! What is asked of Twilio, composed by twilio-async.
//!
//! twilio-async knows paths and forms. It is never given the credentials, which it would show in
//! its `Debug`; and what it composes is sent by [`crate::client`], because its own client has no
//! time-out and looks at no status.

use crate::settings::{Sender, unusable};
use secinfo_channel::{Unusable, Word};
use std::time::Duration;
use twilio_async::{Execute, GetMessage, SendMsg, Twilio, encode_pairs};

/// A request without credentials and without the host that it goes to.
pub(crate) struct Composed {
    pub(crate) method: Method,
    /// The path, from the slash on.
    pub(crate) path: String,
    /// The form, for a `Post`.
    pub(crate) form: Word,
}

/// How it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
}

impl Method {
    const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Composes requests of one account.
pub(crate) struct Composer {
    twilio: Twilio,
}

/// How long Twilio may keep a text that it cannot deliver at once, in seconds: the bounds of
/// `ValidityPeriod`.
const VALIDITY: (u64, u64) = (1, 36_000);

/// How long a phone may ring, in seconds: from once to before most mailboxes answer.
const RINGING: (u64, u64) = (5, 30);

impl Composer {
    pub(crate) fn new(account: &str) -> Result<Self, Unusable> {
        let twilio = Twilio::new(account, "").map_err(|_| unusable("account_sid is not usable"))?;
        Ok(Self { twilio })
    }

    /// A text that is worth nothing after `left`.
    pub(crate) fn text(&self, sender: &Sender, to: &str, text: &str, left: Duration) -> Composed {
        let seconds = left.as_secs().clamp(VALIDITY.0, VALIDITY.1).to_string();
        let form = match sender {
            Sender::From(from) => {
                let message = self.twilio.send_msg(from, to, text).msg.to_string();
                let message = Word::new(message);
                Word::new(format!(
                    "{}&{}",
                    *message,
                    encoded(&[("ValidityPeriod", &seconds)]).as_str()
                ))
            }
            // A message of twilio-async always has a number that it comes from.
            Sender::Service(service) => encoded(&[
                ("To", to),
                ("MessagingServiceSid", service),
                ("Body", text),
                ("ValidityPeriod", &seconds),
            ]),
        };
        let request: SendMsg<'_> = self.twilio.send_msg("", "", "");
        composed(&request, Method::Post, "Messages.json", form)
    }

    /// A call that says what a `TwiML` document says, and is worth nothing after `left`.
    ///
    /// twilio-async's calls fetch the document from a web server, and when there is a URL Twilio
    /// does not look at the document.
    pub(crate) fn call(&self, from: &str, to: &str, twiml: &str, left: Duration) -> Composed {
        let seconds = left.as_secs().clamp(RINGING.0, RINGING.1).to_string();
        let form = encoded(&[
            ("To", to),
            ("From", from),
            ("Timeout", &seconds),
            ("Twiml", twiml),
        ]);
        let request = self.twilio.call("", "", "");
        composed(&request, Method::Post, "Calls.json", form)
    }

    /// What became of a text.
    pub(crate) fn message(&self, sid: &str) -> Composed {
        self.about_message(sid, Method::Get, Word::default())
    }

    /// What became of a call.
    pub(crate) fn call_status(&self, sid: &str) -> Composed {
        let request = self.twilio.call("", "", "");
        let path = format!("Calls/{sid}.json");
        composed(&request, Method::Get, &path, Word::default())
    }

    /// Erases a text, and keeps the record that there was one.
    pub(crate) fn redaction(&self, sid: &str) -> Composed {
        self.about_message(sid, Method::Post, encoded(&[("Body", "")]))
    }

    fn about_message(&self, sid: &str, method: Method, form: Word) -> Composed {
        let request: GetMessage<'_> = self.twilio.msg(sid);
        composed(&request, method, &format!("Messages/{sid}.json"), form)
    }
}

fn composed(request: &impl Execute, method: Method, resource: &str, form: Word) -> Composed {
    let verb = method.name().parse().expect("GET and POST are methods");
    let built = request
        .request(verb, resource, None)
        .expect("account and sid were checked to be letters and digits");
    Composed {
        method,
        path: built.uri().path().to_owned(),
        form,
    }
}

fn encoded(pairs: &[(&str, &str)]) -> Word {
    Word::new(encode_pairs(pairs).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
    const PATH: &str = "/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef";

    fn composer() -> Composer {
        Composer::new(ACCOUNT).unwrap()
    }

    #[test]
    fn a_text_has_all_it_needs() {
        let from = Sender::From("+15005550006".into());
        let text = composer().text(&from, "+4930123456", "5 & 7 = ü", Duration::from_mins(4));
        assert_eq!(text.method, Method::Post);
        assert_eq!(text.path, format!("{PATH}/Messages.json"));
        assert_eq!(
            text.form.as_str(),
            "To=%2B4930123456&From=%2B15005550006&Body=5+%26+7+%3D+%C3%BC&ValidityPeriod=240"
        );
    }

    #[test]
    fn a_service_chooses_the_sender() {
        let service = Sender::Service("MG1".into());
        let text = composer().text(&service, "+4930", "x", Duration::ZERO);
        assert_eq!(
            text.form.as_str(),
            "To=%2B4930&MessagingServiceSid=MG1&Body=x&ValidityPeriod=1"
        );
    }

    #[test]
    fn a_call_brings_its_document() {
        let call = composer().call("+1", "+2", "<Response/>", Duration::from_mins(5));
        assert_eq!(call.path, format!("{PATH}/Calls.json"));
        assert_eq!(
            call.form.as_str(),
            "To=%2B2&From=%2B1&Timeout=30&Twiml=%3CResponse%2F%3E"
        );
    }

    #[test]
    fn what_became_of_it_is_asked_by_its_id() {
        let message = composer().message("SM12");
        assert_eq!(message.method, Method::Get);
        assert_eq!(message.path, format!("{PATH}/Messages/SM12.json"));
        assert_eq!(
            composer().call_status("CA12").path,
            format!("{PATH}/Calls/CA12.json")
        );
        let redaction = composer().redaction("SM12");
        assert_eq!(redaction.method, Method::Post);
        assert_eq!(redaction.form.as_str(), "Body=");
    }
}
