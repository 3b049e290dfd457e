//! `secinfo tokens`: the hardware tokens that users can activate.

use crate::client::Client;
use crate::import::consent;
use crate::import::pipe::through_a_pipe;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::file::{is_standard_input, open};
use secinfo_terminal::passphrase::Passphrase;
use secinfo_terminal::style::{Look, Style};
use secinfo_terminal::table::{self, Column, Row, plain};
use secinfo_terminal::text::visible;
use secinfo_wire::{Fd, ImportOptions, ImportReply, LARGEST_TOKEN_FILE, Token};
use serde::Serialize;
use std::io::Read;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Manage the hardware tokens that users can activate; for administrators
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Import tokens from a file
    ///
    /// CSV has the columns of serial number, secret, interval, manufacturer and model; PSKC is RFC
    /// 6030, in clear text or under a pre-shared key or a passphrase, which is asked for. Says what would be
    /// imported, and asks. Ends with exit code 1 when a line could not be imported.
    ///
    /// Each file can be -, standard input; a key or passphrase is its first line then, and the tokens follow.
    #[command(after_long_help = consent::JSON)]
    Import(Import),
    /// List the tokens
    #[command(
        after_long_help = r#"JSON: [{"serial", "manufacturer", "model", "mode", "state"}]; mode is "totp" or "hotp", state "free"."#
    )]
    List,
    /// Forget a token that no user has activated
    #[command(after_long_help = r#"JSON: {"removed":"<serial>"}"#)]
    Remove {
        /// Serial number
        serial: String,
    },
}

#[derive(Debug, clap::Args)]
struct Import {
    /// The file with the tokens, or - for standard input
    file: PathBuf,
    /// Its format; by default what its name ends in
    #[arg(long, value_parser = ["csv", "pskc"])]
    format: Option<String>,
    /// The file with the pre-shared key of a PSKC file, in hexadecimal or as it is
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Read the passphrase of a PSKC file from the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with = "key_file")]
    passphrase_file: Option<PathBuf>,
    /// Import what can be imported without asking
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Import(arguments) => import(client, &arguments).await,
        Command::List => list(client).await,
        Command::Remove { serial } => remove(client, &serial).await,
    }
}

async fn import(client: &Client, arguments: &Import) -> Result<(), Failure> {
    let format = match &arguments.format {
        Some(format) => format,
        None => format_of(&arguments.file)?,
    };
    // What protects the tokens comes before them where both come through standard input.
    let key = match &arguments.key_file {
        Some(path) if is_standard_input(path) => {
            let line = Passphrase::from_file(path)?;
            Some(pre_shared_key(line.as_str().as_bytes()))
        }
        Some(path) => Some(pre_shared_key(&read(path)?)),
        None => None,
    };
    let mut passphrase = match &arguments.passphrase_file {
        Some(path) => Some(Passphrase::from_file(path)?),
        None => None,
    };
    let content = read(&arguments.file)?;
    let is_protected = key.is_some() || passphrase.is_some();
    if !is_protected && format == "pskc" && is_under_a_passphrase(&content) {
        passphrase = Some(Passphrase::ask("Passphrase of the file: ")?);
    }
    let tokens = client.tokens().await?;
    let send = async |check| -> Result<ImportReply, Failure> {
        let options = ImportOptions {
            key: key.clone(),
            passphrase: passphrase.as_ref().map(|text| text.as_str().to_owned()),
            check: Some(check),
        };
        let pipe = through_a_pipe(content.clone())?;
        Ok(tokens
            .import_tokens(format, Fd::from(&pipe), &options)
            .await?)
    };
    if !arguments.yes {
        consent::ask(&client.screen, "tokens", &send(true).await?)?;
    }
    consent::report(&client.screen, "tokens", &send(false).await?)
}

fn format_of(path: &Path) -> Result<&'static str, Failure> {
    match path
        .extension()
        .and_then(|text| text.to_str())
        .map(str::to_lowercase)
        .as_deref()
    {
        Some("csv") => Ok("csv"),
        Some("pskc" | "xml" | "pskcxml") => Ok("pskc"),
        _ => Err(Failure::Usage(format!(
            "say what {} is: --format csv or --format pskc",
            path.display()
        ))),
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = Failure::file("read", path);
    let file = open(path).map_err(failed)?;
    // As long as it can become, so that no copy stays behind when it grows.
    let mut content = Zeroizing::new(Vec::with_capacity(LARGEST_TOKEN_FILE + 1));
    let most = u64::try_from(LARGEST_TOKEN_FILE).unwrap_or(u64::MAX);
    file.take(most.saturating_add(1))
        .read_to_end(&mut content)
        .map_err(failed)?;
    if content.len() > LARGEST_TOKEN_FILE {
        return Err(Failure::Refused(format!(
            "{} is larger than 4 MiB: import it in parts",
            visible(&path.display().to_string())
        )));
    }
    Ok(content)
}

/// Whether a PSKC file says that a key is derived from a passphrase.
fn is_under_a_passphrase(content: &[u8]) -> bool {
    secinfo_typed::decode(content).is_some_and(|text| text.contains("DerivedKey"))
}

/// The key in a file: in hexadecimal, as key management tools write them, or else its bytes.
fn pre_shared_key(content: &[u8]) -> String {
    let text = content.trim_ascii();
    let is_hex = matches!(text.len(), 32 | 48 | 64) && text.iter().all(u8::is_ascii_hexdigit);
    if is_hex {
        return text.iter().copied().map(char::from).collect();
    }
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    content
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)])
        .collect()
}

async fn list(client: &Client) -> Result<(), Failure> {
    let tokens = client.tokens().await?.list_tokens().await?;
    client.screen.json(&tokens)?;
    client
        .screen
        .say(&render(&tokens, client.screen.style, client.screen.width))
}

fn render(tokens: &[Token], style: Style, width: usize) -> String {
    if tokens.is_empty() {
        return "There are no tokens; \"secinfo tokens import FILE\" imports them.\n".to_owned();
    }
    let columns = [
        ("Serial", 8),
        ("Manufacturer", 12),
        ("Model", 8),
        ("Mode", 4),
        ("State", 6),
    ]
    .map(|(title, least)| Column { title, least });
    let row = |token: &Token| Row {
        cells: vec![
            vec![(Look::Bold, visible(&token.serial))],
            plain(visible(&token.manufacturer)),
            plain(visible(&token.model)),
            plain(visible(&token.mode)),
            plain(visible(&token.state)),
        ],
        below: Vec::new(),
    };
    table::render(
        &columns,
        &tokens.iter().map(row).collect::<Vec<_>>(),
        style,
        width,
    )
}

#[derive(Serialize)]
struct RemovedJson<'a> {
    removed: &'a str,
}

async fn remove(client: &Client, serial: &str) -> Result<(), Failure> {
    client.tokens().await?.remove_token(serial).await?;
    client.screen.json(&RemovedJson { removed: serial })?;
    client
        .screen
        .paragraph(&format!("The token {} is forgotten.", visible(serial)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_hexadecimal_or_raw() {
        assert_eq!(
            pre_shared_key(b"00112233445566778899aAbBcCdDeEfF\n"),
            "00112233445566778899aAbBcCdDeEfF"
        );
        assert_eq!(pre_shared_key(&[0x0A; 16]), "0a".repeat(16));
        assert_eq!(
            pre_shared_key(b"not hexadecimal"),
            "6e6f742068657861646563696d616c"
        );
    }

    #[test]
    fn the_format_follows_from_the_name() {
        assert_eq!(format_of(Path::new("tokens.CSV")).unwrap(), "csv");
        assert_eq!(format_of(Path::new("tokens.xml")).unwrap(), "pskc");
        assert_eq!(format_of(Path::new("tokens")).unwrap_err().exit_code(), 2);
    }
}
