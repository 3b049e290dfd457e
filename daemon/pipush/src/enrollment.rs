//! The enrollment of a phone.

use crate::form::Form;
use crate::{Address, AppVersion, Error, PhoneKey, Serial, Shown};
use data_encoding::HEXLOWER;
use form_urlencoded::Serializer;
use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

/// What the link of an enrollment says.
pub struct Enrollment<'e> {
    /// Where the phone asks.
    pub address: &'e Address,
    /// What the app will know the entry by.
    pub serial: &'e Serial,
    /// What the phone shows that it may register, once: 20 random bytes.
    pub credential: &'e [u8; 20],
    /// Whose account on which host, below the issuer.
    pub label: &'e Shown,
    /// Who asks, as the app shows it.
    pub issuer: &'e Shown,
    /// How many minutes the phone has to register.
    pub minutes: u16,
    /// Whether the phone is to be unlocked before each answer.
    pub unlocks: bool,
}

impl Enrollment<'_> {
    /// The link, which a QR code holds.
    pub fn link(&self) -> String {
        let mut query = Serializer::new(String::new());
        query
            .append_pair("url", self.address.as_str())
            .append_pair("ttl", &self.minutes.to_string())
            .append_pair("issuer", self.issuer.as_str())
            .append_pair("enrollment_credential", &HEXLOWER.encode(self.credential))
            .append_pair("v", "1")
            .append_pair("serial", self.serial.as_str())
            .append_pair("sslverify", "1")
            // Without it the app wants a push service.
            .append_pair("poll_only", "True");
        if self.unlocks {
            query.append_pair("pin", "True");
        }
        // The app reads `%20`, and a plus sign as itself.
        let query = query.finish().replace('+', "%20");
        // A colon in the label would split off an issuer.
        let label = self.label.as_str().replace(':', " ");
        let label: String = form_urlencoded::byte_serialize(label.as_bytes()).collect();
        format!("otpauth://pipush/{}?{query}", label.replace('+', "%20"))
    }
}

/// What a phone posts to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// Which enrollment it answers.
    pub serial: Serial,
    /// The key that the phone made.
    pub key: PhoneKey,
    /// The version of the app, where it names one.
    pub app: Option<AppVersion>,
    credential: [u8; 20],
}

impl Rollout {
    pub(crate) const FIELD: &str = "enrollment_credential";

    pub(crate) fn read(form: &Form, app: Option<AppVersion>) -> Result<Self, Error> {
        let credential = HEXLOWER
            .decode(form.required(Self::FIELD)?.as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok());
        Ok(Self {
            serial: Serial::parse(form.required("serial")?)?,
            key: PhoneKey::parse(form.required("pubkey")?)?,
            app,
            credential: credential
                .ok_or(Error::Malformed("an enrollment credential is not one"))?,
        })
    }

    /// Whether it shows the credential of which this is the SHA-256.
    pub fn shows(&self, digest_of_credential: &[u8; 32]) -> bool {
        let digest = digest(&SHA256, &self.credential);
        digest.as_ref().ct_eq(digest_of_credential).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_says_what_the_app_needs_and_nothing_twice() {
        let link = Enrollment {
            address: &Address::parse("https://push.example.org/p").unwrap(),
            serial: &Serial::parse("SI7Q4M2KX9TBWC3H").unwrap(),
            credential: &[0xab; 20],
            label: &Shown::new("José+x:y on build1"),
            issuer: &Shown::new("Example & Co"),
            minutes: 10,
            unlocks: true,
        }
        .link();
        let expected = format!(
            "otpauth://pipush/Jos%C3%A9%2Bx%20y%20on%20build1?url=https%3A%2F%2Fpush.example.org%2Fp&ttl=10\
             &issuer=Example%20%26%20Co&enrollment_credential={}&v=1&serial=SI7Q4M2KX9TBWC3H&sslverify=1\
             &poll_only=True&pin=True",
            "ab".repeat(20)
        );
        assert_eq!(link, expected);
    }
}
