//! The link that enrolls a phone.

use crate::Problem;
use reqwest::Url;
use std::collections::HashMap;

/// What a link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What the entry is called.
    pub label: String,
    /// Who asks.
    pub issuer: String,
    /// Where the phone registers.
    pub url: String,
    /// What the entry is known by.
    pub serial: String,
    /// What it shows to register.
    pub credential: String,
    /// How many minutes it has.
    pub minutes: u32,
    /// Whether it is to be unlocked before each answer.
    pub unlocks: bool,
}

impl Link {
    /// Reads a link as the app does.
    pub fn read(link: &str) -> Result<Self, Problem> {
        let wrong = |what: &str| Problem::Link(what.to_owned());
        let url = Url::parse(link).map_err(|_| wrong("it is none"))?;
        if !matches!(url.scheme(), "otpauth" | "pia") || url.host_str() != Some("pipush") {
            return Err(wrong(
                "it begins with neither otpauth://pipush/ nor pia://pipush/",
            ));
        }
        let parameters: HashMap<_, _> = url.query_pairs().into_owned().collect();
        let get = |name: &str| parameters.get(name).cloned();
        let required = |name: &str| get(name).ok_or_else(|| wrong(name));
        if required("v")? != "1" {
            return Err(wrong("its version is another"));
        }
        let at = required("url")?;
        let address = Url::parse(&at).map_err(|_| wrong("its url is none"))?;
        // It signs the address as it writes it out again.
        if address.as_str() != at || address.scheme() != "https" {
            return Err(wrong("its url is not canonical"));
        }
        if get("sslverify").is_some_and(|verify| verify != "1") {
            return Err(wrong("it turns off what TLS is for"));
        }
        if get("poll_only").as_deref() != Some("True") {
            return Err(wrong("it wants a push service"));
        }
        let minutes = get("ttl").unwrap_or_else(|| "3".into()).parse();
        let label = url.path().trim_start_matches('/').to_owned();
        let label = format!("label={label}");
        let label = form_urlencoded::parse(label.as_bytes()).next();
        let (_, label) = label.ok_or_else(|| wrong("it has no label"))?;
        Ok(Self {
            label: label.into_owned(),
            issuer: get("issuer").unwrap_or_default(),
            url: at,
            serial: required("serial")?,
            credential: required("enrollment_credential")?,
            minutes: minutes.map_err(|_| wrong("its ttl is no number"))?,
            unlocks: get("pin").as_deref() == Some("True"),
        })
    }
}
