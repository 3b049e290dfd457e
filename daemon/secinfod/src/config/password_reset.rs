//! `[password-reset]`: what the helper that sets passwords goes by, which reads it itself. Mistakes are found
//! here, with all others.

use super::document::Section;
use super::value::{self, Refusal};
use std::path::PathBuf;
use toml::de::DeValue;

/// Notes what is wrong in the section.
pub(super) fn check(section: &mut Section<'_, '_>) {
    section.optional("excluded_groups", value::groups);
    section.optional("command", command_or_none);
}

fn command_or_none(value: &DeValue<'_>) -> Result<Option<PathBuf>, Refusal> {
    if value::text(value)?.is_empty() {
        return Ok(None);
    }
    value::path(value).map(Some)
}
