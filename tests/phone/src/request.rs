//! A request that the app shows.

use crate::{Entry, Problem, member};
use data_encoding::BASE32;
use reqwest::Url;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::Value;

/// A request that the app shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What it is known by.
    pub nonce: String,
    /// The first line.
    pub title: String,
    /// What is asked.
    pub question: String,
    /// Where it is answered.
    pub url: String,
    /// The numbers of which one is chosen; none where it is accepted as a whole.
    pub numbers: Vec<String>,
    /// Whether the host reads why it is declined.
    pub reads_reasons: bool,
}

impl Request {
    /// Reads a request as the app does. What the host did not sign is not shown.
    pub(crate) fn read(challenge: &Value, entry: &Entry) -> Result<Self, Problem> {
        let text = |name: &str| {
            let text = member(challenge, name).as_str();
            text.ok_or_else(|| Problem::Reply(format!("a request has no text {name}")))
        };
        let (nonce, url, serial) = (text("nonce")?, text("url")?, text("serial")?);
        let (question, title) = (text("question")?, text("title")?);
        if serial != entry.serial {
            return Err(Problem::Reply("a request is for another entry".into()));
        }
        // It signs the address as it writes it out again.
        let address = Url::parse(url).map_err(|_| Problem::Signature("its url is none"))?;
        let verify = text("sslverify")?;
        let mut signed = format!("{nonce}|{address}|{serial}|{question}|{title}|{verify}");
        let numbers = member(challenge, "require_presence").as_str();
        if let Some(numbers) = numbers {
            signed = format!("{signed}|{numbers}");
        }
        check(
            entry,
            &signed,
            text("signature")?,
            "the host did not sign it",
        )?;
        let mut capabilities = Value::Null;
        if !member(challenge, "capabilities").is_null() {
            // Text that holds JSON, which the app writes out again before it checks the signature.
            let read = serde_json::from_str(text("capabilities")?);
            capabilities = read.map_err(|_| Problem::Signature("what it reads is no JSON"))?;
            let signed = format!(r#"{{"capabilities":{capabilities},"nonce":"{nonce}"}}"#);
            let signature = text("capabilities_signature")?;
            check(
                entry,
                &signed,
                signature,
                "the host did not sign what it reads",
            )?;
        }
        Ok(Self {
            nonce: nonce.to_owned(),
            title: title.to_owned(),
            question: question.to_owned(),
            url: url.to_owned(),
            numbers: numbers
                .map(|numbers| numbers.split(',').map(str::to_owned).collect())
                .unwrap_or_default(),
            reads_reasons: member(&capabilities, "decline_reason") == &Value::Bool(true),
        })
    }
}

fn check(entry: &Entry, text: &str, signature: &str, what: &'static str) -> Result<(), Problem> {
    let wrong = Problem::Signature(what);
    let Ok(signature) = BASE32.decode(signature.as_bytes()) else {
        return Err(wrong);
    };
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &entry.host_key)
        .verify(text.as_bytes(), &signature)
        .map_err(|_| wrong)
}

/// Whether a key is an `RSAPublicKey` (RFC 8017 appendix A.1.1), which begins with the modulus, and no
/// `SubjectPublicKeyInfo`, which begins with the algorithm. `ring` reads the rest of it.
pub(crate) fn is_pkcs1(key: &[u8]) -> bool {
    matches!(key, [0x30, 0x82, _, _, 0x02, ..])
}
