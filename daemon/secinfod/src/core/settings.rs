//! Settings that may change while the daemon runs.

use crate::methods::{Questions, RelyingParty};
use secinfo_domain::Country;
use secinfo_pipush::Address;

/// Settings that may change while the daemon runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who issues authenticator apps, as the apps show it.
    pub organization: String,
    /// The host, as the account name in authenticator apps shows it.
    pub host: String,
    /// The host as messages say it.
    pub messages_host: String,
    /// The country of phone numbers that are written without one.
    pub default_country: Option<Country>,
    /// The language of messages to users who speak none that we do.
    pub language: String,
    /// The security questions that users can choose.
    pub questions: Questions,
    /// What security keys are registered for.
    pub relying_party: RelyingParty,
    /// Where phones ask this host; none where push is off.
    pub push: Option<Address>,
}
