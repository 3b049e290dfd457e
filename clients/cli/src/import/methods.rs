//! Importing methods of many users, as an administrator.

use super::consent;
use super::pipe::through_a_pipe;
use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_wire::{Fd, ImportMethodsOptions, ImportReply, ImportedMethod};
use zeroize::Zeroizing;

/// Imports what the content of a file says, after the person has consented; `yes` is their consent.
///
/// # Errors
/// `Refused` when they do not, or when something was left out.
pub(crate) async fn import(
    client: &Client,
    format: &str,
    content: Zeroizing<Vec<u8>>,
    yes: bool,
) -> Result<(), Failure> {
    import_with(
        client,
        format,
        content,
        yes,
        ImportMethodsOptions::default(),
    )
    .await
}

/// The same, with what the other system was told.
///
/// # Errors
/// As for [`import`].
pub(crate) async fn import_with(
    client: &Client,
    format: &str,
    content: Zeroizing<Vec<u8>>,
    yes: bool,
    mut options: ImportMethodsOptions,
) -> Result<(), Failure> {
    if !yes {
        options.check = Some(true);
        let checked = send(client, format, content.clone(), &options).await?;
        consent::ask(&client.screen, "methods", &checked)?;
    }
    options.check = Some(false);
    let imported = send(client, format, content, &options).await?;
    consent::report(&client.screen, "methods", &imported)
}

async fn send(
    client: &Client,
    format: &str,
    content: Zeroizing<Vec<u8>>,
    options: &ImportMethodsOptions,
) -> Result<ImportReply, Failure> {
    let pipe = through_a_pipe(content)?;
    let manager = client.manager().await?;
    Ok(manager
        .import_methods(format, Fd::from(&pipe), options)
        .await?)
}

/// The methods as the daemon takes them, one a line.
pub(crate) fn lines(methods: &[ImportedMethod]) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut lines = Zeroizing::new(Vec::new());
    for method in methods {
        serde_json::to_writer(&mut *lines, method).map_err(std::io::Error::from)?;
        lines.push(b'\n');
    }
    Ok(lines)
}
