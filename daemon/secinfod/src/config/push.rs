//! `[push]`: where phones ask this host.

use super::document::Section;
use super::value::{self, Refusal};
use secinfo_pipush::Address;
use toml::de::DeValue;

/// The address at which phones ask this host; none where push is off.
pub(super) fn read(section: &mut Section<'_, '_>) -> Option<Address> {
    section.read("url", None, url)
}

fn url(value: &DeValue<'_>) -> Result<Option<Address>, Refusal> {
    let text = value::text(value)?;
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = Address::parse(text).map(Some);
    parsed.map_err(|error| {
        Refusal::new(
            error.to_string(),
            "write one such as \"https://login.example.org:8443/push\", or \"\" for no push",
        )
    })
}
