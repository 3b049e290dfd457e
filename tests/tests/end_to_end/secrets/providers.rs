//! The providers of the channels, and what they were given to deliver.

use super::needles::Secrets;
use data_encoding::BASE64;
use mail_parser::MessageParser;
use secinfo_tests::{Client, SmtpServer, TwilioServer, code_in};

/// The providers of the channels.
pub(super) struct Providers {
    pub(super) twilio: TwilioServer,
    pub(super) smtp: SmtpServer,
}

impl Providers {
    /// Adds the secrets in the settings of channels, also as they are sent to the provider.
    pub(super) fn add_to(secrets: &mut Secrets) {
        let (account, token) = (TwilioServer::ACCOUNT, TwilioServer::TOKEN);
        secrets.add("a token of a provider", token);
        let basic = BASE64.encode(format!("{account}:{token}").as_bytes());
        secrets.add("a token of a provider in base64", &basic);
        let (user, password) = (SmtpServer::USER, SmtpServer::PASSWORD);
        secrets.add("a password of a mail server", password);
        let plain = BASE64.encode(format!("\0{user}\0{password}").as_bytes());
        secrets.add("a password of a mail server in base64", &plain);
    }

    /// All delivered codes, in any order.
    pub(super) fn codes(&self, kind: &str) -> Vec<String> {
        let texts: Vec<String> = if kind == "text" {
            let texts = self.twilio.created("Messages").into_iter();
            texts.filter_map(|mut form| form.remove("Body")).collect()
        } else {
            let mail = self.smtp.mail(0).into_iter();
            let body = |mail: Vec<u8>| {
                let message = MessageParser::default().parse(&mail)?;
                Some(message.body_text(0)?.into_owned())
            };
            mail.filter_map(body).collect()
        };
        // Notices contain none.
        texts.iter().filter_map(|text| code_in(text, 8)).collect()
    }

    /// Requests a code in a session, and waits for it.
    pub(super) async fn send(
        &self,
        client: &Client,
        path: &str,
        interface: &str,
        kind: &str,
    ) -> String {
        let before = self.codes(kind);
        client.send_code(path, interface).await.unwrap();
        self.next_code(kind, &before).await
    }

    /// Waits for a code that was not delivered before.
    pub(super) async fn next_code(&self, kind: &str, before: &[String]) -> String {
        for _ in 0..3000 {
            // A mailbox does not keep the order of messages within one second.
            let mut codes = self.codes(kind).into_iter();
            if let Some(code) = codes.find(|code| !before.contains(code)) {
                return code;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("no {kind} came");
    }
}
