//! `secinfo import app-export`: one-time passwords from the export of an app, a password manager or a
//! server.

use super::account_name;
use crate::client::Client;
use crate::dialogue::enrollment;
use crate::import::app_export::{Entry, Export, LARGEST_FILE};
use crate::import::codes::Codes;
use crate::import::file::{read_of_system, read_own};
use crate::import::{consent, methods};
use data_encoding::BASE32_NOPAD;
use secinfo_domain::Algorithm;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use secinfo_wire::names::kind;
use secinfo_wire::{EnrollmentOptions, ImportedMethod};
use std::path::PathBuf;

/// What a method is called that an administrator imports.
const LABEL: &str = "Imported from an export";

/// The export of an app or a server: codes that you have there already
///
/// Reads text files of otpauth and otpauth-migration URIs, the JSON of Aegis, andOTP, 2FAS, FreeOTP+ and
/// Bitwarden, the CSV of password managers, the XML of KeePass, and the LDIF of FreeIPA; encrypted ones it
/// does not. Of several entries say which with --entry. For yourself a code from the app is asked for. With --user, an administrator
/// imports for that user, without a code; with --users, every entry for the user whom its account names.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = r#"JSON: {"method":{as on the page}, "became_default", "former_default", "default_method"}; with --user and --users as for oath-users"#
)]
pub(crate) struct Arguments {
    /// The file, unencrypted
    file: PathBuf,
    /// The entry whose issuer and account have this in them
    #[arg(long, value_name = "TEXT")]
    entry: Option<String>,
    /// Import every entry for the user whom its account names; for administrators
    #[arg(long, conflicts_with = "keep_default")]
    users: bool,
    /// What to call it
    #[arg(long)]
    label: Option<String>,
    /// Keep the former default method
    #[arg(long)]
    keep_default: bool,
    /// With --user or --users: import without asking
    #[arg(long)]
    yes: bool,
}

impl Arguments {
    /// Brings over what the file says.
    pub(crate) async fn import(self, client: &Client, user: Option<&str>) -> Result<(), Failure> {
        if self.users && user.is_some() {
            return Err(Failure::Usage(
                "--user and --users exclude each other: leave one out".into(),
            ));
        }
        let path = visible(&self.file.display().to_string());
        let content = if self.users || user.is_some() {
            read_of_system(&self.file, LARGEST_FILE)?
        } else {
            read_own(&self.file, LARGEST_FILE)?
        };
        let export =
            Export::read(&content).map_err(|error| Failure::Refused(format!("{path}: {error}")))?;
        drop(content);
        for left_out in &export.left_out {
            client.screen.note(&format!("Left out: {left_out}."))?;
        }
        let entries = self.chosen(export.entries)?;
        let imported = self.import_entries(client, user, entries).await;
        client.screen.paragraph(&format!(
            "Delete {path} now: it holds secrets in clear text."
        ))?;
        imported?;
        consent::nothing_left_out(export.left_out.len())
    }

    async fn import_entries(
        &self,
        client: &Client,
        user: Option<&str>,
        entries: Vec<Entry>,
    ) -> Result<(), Failure> {
        let methods: Vec<_> = match user {
            None if !self.users => return self.import_own(client, only(entries)?).await,
            None => {
                let method = |entry: &Entry| self.method(entry.account.clone(), entry);
                entries.iter().map(method).collect()
            }
            Some(user) => vec![self.method(account_name(user), &only(entries)?)],
        };
        let lines = methods::lines(&methods)?;
        methods::import(client, "one-time-codes", lines, self.yes).await
    }

    /// The entries that `--entry` names.
    fn chosen(&self, entries: Vec<Entry>) -> Result<Vec<Entry>, Failure> {
        let wanted = self.entry.as_deref().unwrap_or_default().to_lowercase();
        let is_wanted = |entry: &Entry| entry.name().to_lowercase().contains(&wanted);
        let names: Vec<_> = entries.iter().map(Entry::name).collect();
        let chosen: Vec<_> = entries.into_iter().filter(is_wanted).collect();
        if chosen.is_empty() && !names.is_empty() {
            return Err(Failure::Refused(format!(
                "no entry is called so; there are: {}",
                names.join(", ")
            )));
        }
        Ok(chosen)
    }

    async fn import_own(&self, client: &Client, entry: Entry) -> Result<(), Failure> {
        let is_usual = entry.codes == Codes::ByTime(30)
            && entry.digits == 6
            && entry.algorithm == Algorithm::Sha1;
        if !is_usual {
            return Err(Failure::Refused(format!(
                "the codes of {} are of another kind than apps have here (6 digits, every 30 seconds, SHA1): set up a new app with \"secinfo add authenticator-app\", or ask an administrator to import it",
                entry.name()
            )));
        }
        let mut options = EnrollmentOptions::default();
        options.label.clone_from(&self.label);
        options.secret = Some(BASE32_NOPAD.encode(&entry.secret));
        let enrollment = enrollment::start(client, kind::AUTHENTICATOR_APP, &options).await?;
        enrollment.finish(client, self.keep_default).await
    }

    fn method(&self, user: String, entry: &Entry) -> ImportedMethod {
        ImportedMethod {
            user,
            label: self.label.as_deref().unwrap_or(LABEL).to_owned(),
            secret: BASE32_NOPAD.encode(&entry.secret).into(),
            codes: entry.codes.to_wire(0, 0),
            digits: entry.digits,
            algorithm: entry.algorithm.name().to_owned(),
        }
    }
}

/// The entry, if there is one alone.
fn only(mut entries: Vec<Entry>) -> Result<Entry, Failure> {
    match entries.len() {
        0 => Err(Failure::Refused(
            "there is no entry that can be imported".into(),
        )),
        1 => Ok(entries.remove(0)),
        _ => {
            let names: Vec<_> = entries.iter().map(Entry::name).collect();
            Err(Failure::Refused(format!(
                "there are several entries: say which with --entry; there are: {}",
                names.join(", ")
            )))
        }
    }
}
