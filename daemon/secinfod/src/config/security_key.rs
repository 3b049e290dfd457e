//! `[security-key]`: what security keys are registered for, and what they have to show.

use super::document::Section;
use super::value::{self, Refusal};
use secinfo_webauthn::{Aaguid, Origins, RpId};
use std::collections::BTreeSet;
use std::path::PathBuf;
use toml::de::DeValue;

/// What security keys are registered for, and what they have to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityKeyConfig {
    /// The name that keys are bound to; without one, the name of the host.
    pub rp_id: Option<RpId>,
    /// The web pages that may ask keys; without a list, those of that name.
    pub origins: Option<Origins>,
    /// What keys have to show of what they are.
    pub attestation: AttestationConfig,
}

/// What keys have to show of what they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum AttestationConfig {
    /// Nothing.
    #[default]
    NotRequired,
    /// That a trusted root vouches for their model.
    Required {
        /// The directory of the roots.
        roots: PathBuf,
        /// The models that are taken; none for all that the roots vouch for.
        models: Option<BTreeSet<Aaguid>>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    None,
    Required,
}

const ATTESTATION: [(&str, Asked); 2] = [("none", Asked::None), ("required", Asked::Required)];

pub(super) fn read(section: &mut Section<'_, '_>) -> SecurityKeyConfig {
    let rp_id = section.read("rp_id", None, rp_id);
    let origins = section.optional("origins", origins);
    let asked = section.read("attestation", Asked::None, value::word(&ATTESTATION));
    let roots = section.read("roots", None, roots);
    let models = section
        .optional("models", models)
        .filter(|models| !models.is_empty());
    let is_required = asked == Asked::Required;
    section.require(
        is_required || models.is_none(),
        &["models", "attestation"],
        "a key that need not attest its model can claim any",
        || "add `attestation = \"required\"` and `roots`, or leave `models` out".to_owned(),
    );
    section.require(
        is_required == roots.is_some(),
        &["roots", "attestation"],
        "`roots` and `attestation = \"required\"` only go together",
        || "set both, or neither".to_owned(),
    );
    SecurityKeyConfig {
        rp_id,
        origins: origins.filter(|origins| origins.iter().next().is_some()),
        attestation: match roots {
            Some(roots) if is_required => AttestationConfig::Required { roots, models },
            _ => AttestationConfig::NotRequired,
        },
    }
}

fn rp_id(value: &DeValue<'_>) -> Result<Option<RpId>, Refusal> {
    let text = value::text(value)?;
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = RpId::parse(text).map(Some);
    parsed.map_err(|error| {
        Refusal::new(
            error.to_string(),
            "write one such as \"login.example.org\", or \"\" for the name of the host",
        )
    })
}

fn origins(value: &DeValue<'_>) -> Result<Origins, Refusal> {
    let remedy = "origins, such as [\"https://login.example.org:9090\"]";
    let list = value::list(value, remedy, |value| {
        let text = value::text(value)?;
        Origins::parse(&[text]).map_err(|error| {
            let example = "write one such as \"https://login.example.org:9090\"";
            Refusal::new(error.to_string(), example)
        })
    })?;
    let texts: Vec<_> = list.iter().flat_map(Origins::iter).collect();
    Ok(Origins::parse(&texts).expect("each of them was parsed"))
}

fn roots(value: &DeValue<'_>) -> Result<Option<PathBuf>, Refusal> {
    if value::text(value)?.is_empty() {
        return Ok(None);
    }
    value::path(value).map(Some)
}

fn models(value: &DeValue<'_>) -> Result<BTreeSet<Aaguid>, Refusal> {
    let remedy = "models, such as [\"cb69481e-8ff7-4039-93ec-0a2729a154a8\"]";
    let list = value::list(value, remedy, |value| {
        let text = value::text(value)?;
        text.parse::<Aaguid>().map_err(|error| {
            let example = "write one such as \"cb69481e-8ff7-4039-93ec-0a2729a154a8\"";
            Refusal::new(error.to_string(), example)
        })
    })?;
    Ok(list.into_iter().collect())
}
