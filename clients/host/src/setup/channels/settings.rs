//! The settings of a channel as files: what the plugin reads, its secrets, and what its unit needs.

use super::super::host::Host;
use secinfo_terminal::failure::Failure;
use std::fmt::Write;
use std::path::Path;
use toml_edit::{DocumentMut, InlineTable, Item, Value};
use zeroize::Zeroizing;

/// What is written for a channel.
pub(super) struct Settings {
    /// The settings file of the plugin.
    pub(super) text: Zeroizing<String>,
    /// Secrets that get files of their own, by the names of their credentials.
    pub(super) secrets: Vec<(&'static str, Zeroizing<String>)>,
    /// Files that are there already and that systemd hands over, by the names of their credentials.
    files: Vec<(String, String)>,
    /// Certificates of authorities, which the process may not read unless it is told.
    ca_file: Option<String>,
    is_spool: bool,
}

impl Settings {
    /// Settings in TOML, and secrets beside them.
    pub(super) fn new(text: String, secrets: Vec<(&'static str, Zeroizing<String>)>) -> Self {
        Self {
            text: Zeroizing::new(text),
            secrets,
            files: Vec::new(),
            ca_file: None,
            is_spool: false,
        }
    }

    /// Those of a spool: a directory of the unit's own.
    pub(super) fn of_spool(name: &str) -> Self {
        let text = format!("directory = \"/var/lib/secinfo-spool-{name}\"\n");
        Self {
            is_spool: true,
            ..Self::new(text, Vec::new())
        }
    }

    /// Those in an administrator's file. What it takes from other files is handed over by systemd,
    /// because the user that a channel runs as may read none.
    pub(super) fn of_file(host: &Host, file: &Path, plugin: &str) -> Result<Self, Failure> {
        let refused = |why: &str| {
            Failure::Refused(format!(
                "the settings of {plugin} in {}: {why}",
                file.display()
            ))
        };
        let path = file.to_string_lossy();
        if !path.starts_with('/') {
            return Err(refused("give the whole path"));
        }
        let bytes = host
            .bytes(&path)?
            .ok_or_else(|| refused("there is no such file"))?;
        let text = std::str::from_utf8(&bytes).map_err(|_| refused("it is not UTF-8"))?;
        // Its own words about a mistake may quote a secret.
        let mut document: DocumentMut = text.parse().map_err(|_| refused("it is not TOML"))?;
        let mut files = Vec::new();
        for (key, item) in document.iter_mut() {
            let table = item.as_inline_table().filter(|table| table.len() == 1);
            let Some(named) = table.and_then(|table| table.get("file")?.as_str()) else {
                continue;
            };
            let named = named.to_owned();
            if !host.has(&named) {
                return Err(refused(&format!("{named}, which it names, is not there")));
            }
            let mut credential = InlineTable::new();
            credential.insert("credential", Value::from(key.get()));
            *item = Item::Value(Value::InlineTable(credential));
            files.push((key.get().to_owned(), named));
        }
        let ca_file = document.get("ca_file").and_then(Item::as_str);
        let ca_file = ca_file.map(str::to_owned);
        if ca_file
            .as_deref()
            .is_some_and(|file| file.contains([' ', '"', '\\', '%']))
        {
            return Err(refused("give ca_file a path without spaces and quotes"));
        }
        Ok(Self {
            files,
            ca_file,
            ..Self::new(document.to_string(), Vec::new())
        })
    }

    /// How long one attempt may take, where the usual time is too short for what the settings say.
    pub(super) fn timeout(&self) -> Option<String> {
        // A plugin that gives up by itself in time can say that nothing was sent.
        let document: DocumentMut = self.text.parse().ok()?;
        document.contains_key("security").then(|| "60s".to_owned())
    }

    /// What the unit of this channel has beyond the one of all channels.
    pub(super) fn drop_in(&self, name: &str, plugin: &str) -> String {
        let mut text =
            format!("# Written by secinfo setup.\n[Service]\nEnvironment=PLUGIN={plugin}\n");
        let secrets = self.secrets.iter().map(|(credential, _)| {
            (
                (*credential).to_owned(),
                super::secret_file(name, credential),
            )
        });
        for (credential, path) in secrets.chain(self.files.iter().cloned()) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "LoadCredential={credential}:{path}");
        }
        let mut arguments = Vec::new();
        if let Some(file) = &self.ca_file {
            arguments.push(format!("--readable {file}"));
        }
        if self.is_spool {
            let directory = format!("secinfo-spool-{name}");
            let _ = writeln!(text, "StateDirectory={directory}\nStateDirectoryMode=0700");
            arguments.push(format!("--writable /var/lib/{directory}"));
        }
        if !arguments.is_empty() {
            let _ = writeln!(text, "Environment=\"ARGUMENTS={}\"", arguments.join(" "));
        }
        text
    }
}
