//! The simulated phone of the tests: the privacyIDEA Authenticator, as strict as the app. It shares no
//! code with secinfo but the cryptography below both.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod envelope;
mod link;
mod request;

pub use envelope::Problem;
pub use link::Link;
pub use request::Request;

use data_encoding::{BASE32, BASE64};
use envelope::Envelope;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// How long the app waits for any reply.
const PATIENCE: Duration = Duration::from_secs(15);
/// How many requests it remembers, and never shows again.
const REMEMBERED: usize = 100;

/// How the app names itself.
pub const APP: &str = "privacyIDEA-App/4.8.0 Android/15";

/// A phone with the app. Where a test needs to, it changes what the app would send.
pub struct Phone {
    key: RsaKeyPair,
    spki: Vec<u8>,
    http: reqwest::Client,
    /// How the app names itself.
    pub app: String,
    /// How far its clock is off, in seconds.
    pub skew: i64,
    seen: VecDeque<String>,
}

/// An entry of the app: a registered account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it asks.
    pub url: String,
    /// What it is known by.
    pub serial: String,
    /// The host's public key: `RSAPublicKey` (RFC 8017 appendix A.1.1).
    pub host_key: Vec<u8>,
}

/// What the app shows after it accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Whether the host says that it counted. The app does not show this.
    pub counted: bool,
    /// The code that it shows in large digits.
    pub code: Option<String>,
    /// The words below it.
    pub message: Option<String>,
}

/// What a user of the app does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice<'c> {
    /// Accepts it.
    Accept,
    /// Chooses one of its numbers.
    Number(&'c str),
    /// Declines, and says that another person began it.
    NotMe,
    /// Declines, and says that it was begun by mistake.
    Cancel,
    /// Closes the code that was shown: the app then posts a plain refusal.
    Done,
}

impl Phone {
    /// A phone that trusts this certificate authority.
    pub fn trusting(authority: &CertificateDer<'_>) -> Self {
        Self::with_key(
            include_bytes!("../keys/phone.der"),
            include_bytes!("../keys/phone.spki.der"),
            Some(authority),
        )
    }

    /// A phone with this key, in PKCS#8 and as `SubjectPublicKeyInfo`.
    pub fn with_key(pkcs8: &[u8], spki: &[u8], authority: Option<&CertificateDer<'_>>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(authority.map(|root| root.clone().into_owned()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .timeout(PATIENCE)
            .pool_max_idle_per_host(0)
            .build();
        Self {
            key: RsaKeyPair::from_pkcs8(pkcs8).unwrap(),
            spki: spki.to_vec(),
            http: http.unwrap(),
            app: APP.to_owned(),
            skew: 0,
            seen: VecDeque::new(),
        }
    }

    /// Registers at the host of a link.
    pub async fn register(&self, link: &Link) -> Result<Entry, Problem> {
        let form = [
            ("enrollment_credential", link.credential.as_str()),
            ("serial", &link.serial),
            ("fbtoken", "no_firebase_token"),
            ("pubkey", &BASE64.encode(&self.spki)),
            ("capabilities", r#"["decline_reason"]"#),
        ];
        let reply = self.post(&link.url, &form).await?;
        let key = reply.detail["public_key"].as_str();
        let key = key.ok_or(Problem::Reply("it names no public key".into()))?;
        // privacyIDEA breaks the lines of it.
        let key: String = key.split_ascii_whitespace().collect();
        let host_key = BASE64.decode(key.as_bytes()).ok();
        let host_key = host_key.filter(|key| request::is_pkcs1(key));
        Ok(Entry {
            url: link.url.clone(),
            serial: link.serial.clone(),
            host_key: host_key.ok_or(Problem::Reply("its public key is not PKCS#1".into()))?,
        })
    }

    /// Tells the host its push service, as the app does after registering.
    pub async fn update_token(&self, entry: &Entry) -> Result<bool, Problem> {
        let at = self.time();
        let token = "no_firebase_token";
        let signature = self.sign(&format!("{token}|{}|{at}", entry.serial));
        let form = [
            ("new_fb_token", token),
            ("serial", &entry.serial),
            ("timestamp", &at),
            ("signature", &signature),
        ];
        self.post(&entry.url, &form).await?.value()
    }

    /// Asks for requests, as the app does when it is opened or pulled down. A request that it has
    /// had is not shown again.
    pub async fn poll(&mut self, entry: &Entry) -> Result<Vec<Request>, Problem> {
        let at = self.time();
        let signature = self.sign(&format!("{}|{at}", entry.serial));
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("serial", &entry.serial)
            .append_pair("timestamp", &at)
            .append_pair("signature", &signature)
            .append_pair("capabilities", r#"["decline_reason"]"#)
            .finish();
        let url = format!("{}?{query}", entry.url);
        let reply = self.sent(self.http.get(url)).await?;
        let Some(challenges) = reply.value.as_array() else {
            return Err(Problem::Reply("its requests are no list".into()));
        };
        let mut shown = Vec::new();
        for challenge in challenges {
            let request = Request::read(challenge, entry)?;
            if !self.seen.contains(&request.nonce) {
                self.seen.push_back(request.nonce.clone());
                self.seen.truncate(REMEMBERED);
                shown.push(request);
            }
        }
        Ok(shown)
    }

    /// Answers a request.
    pub async fn answer(
        &self,
        entry: &Entry,
        request: &Request,
        choice: Choice<'_>,
    ) -> Result<Accepted, Problem> {
        let form = self.form_of(entry, request, choice);
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let reply = self.post(&request.url, &form).await?;
        let text = |name: &str| reply.detail[name].as_str().map(str::to_owned);
        Ok(Accepted {
            counted: reply.value()?,
            code: text("display_code"),
            message: text("message"),
        })
    }

    /// What the app posts as its answer.
    pub fn form_of(
        &self,
        entry: &Entry,
        request: &Request,
        choice: Choice<'_>,
    ) -> Vec<(&'static str, String)> {
        let mut form = vec![
            ("serial", entry.serial.clone()),
            ("nonce", request.nonce.clone()),
        ];
        let mut signed = format!("{}|{}", request.nonce, entry.serial);
        let mut add = |name, value: &str, in_signature: &str| {
            form.push((name, value.to_owned()));
            signed.push('|');
            signed.push_str(in_signature);
        };
        let decline = |add: &mut dyn FnMut(&'static str, &str, &str), reason: Option<&str>| {
            add("decline", "1", "decline");
            // It names a reason to a host that reads reasons only.
            if let Some(reason) = reason.filter(|_| request.reads_reasons) {
                add("decline_reason", reason, reason);
            }
        };
        match choice {
            Choice::Accept => {}
            Choice::Number(number) => add("presence_answer", number, number),
            Choice::NotMe => decline(&mut add, Some("unknown_trigger")),
            Choice::Cancel => decline(&mut add, Some("cancelled")),
            Choice::Done => decline(&mut add, None),
        }
        form.push(("signature", self.sign(&signed)));
        form
    }

    /// Posts a form.
    pub async fn post(&self, url: &str, form: &[(&str, &str)]) -> Result<Envelope, Problem> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self
            .http
            .post(url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("User-Agent", &self.app)
            .body(body);
        self.sent(request).await
    }

    async fn sent(&self, request: reqwest::RequestBuilder) -> Result<Envelope, Problem> {
        let reply = request
            .send()
            .await
            .map_err(|error| Problem::Unreachable(format!("{error:?}")))?;
        let status = reply.status().as_u16();
        let body = reply
            .bytes()
            .await
            .map_err(|error| Problem::Unreachable(error.to_string()))?;
        Envelope::read(status, &body)
    }

    /// Signs a text, in base32 with padding.
    pub fn sign(&self, text: &str) -> String {
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .unwrap();
        BASE32.encode(&signature)
    }

    fn time(&self) -> String {
        let now = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(self.skew);
        format!("{now:.6}")
    }
}

/// What a member of an object is; null where it has none.
fn member<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.get(name).unwrap_or(&Value::Null)
}
