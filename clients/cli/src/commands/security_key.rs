//! `secinfo security-key`: what can be done with security keys beside adding and deleting them.

use crate::client::Client;
use crate::security_info::{Method, SecurityInfo};
use secinfo_terminal::failure::Failure;
use secinfo_wire::names::kind;
use secinfo_words::message;
use serde::Serialize;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const JSON: &str =
    r#"JSON: [{"id", "label", "public":"<the line for authorized_keys>", "private":"<the file>"}]"#;

/// Use security keys for other things
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print security keys as lines for OpenSSH's list of authorized keys
    ///
    /// The key that is enrolled here then signs in over SSH too, with its PIN and a touch, from the
    /// machine that it is plugged into. ssh finds it by the file that --write makes. Neither file holds a
    /// secret. Deleting the method takes no line out of that list.
    ///
    /// On a host that counts security keys over SSH (ssh = "verify-required" in [policy.security-key] of its
    /// configuration), a sign-in with the key asks for no other method.
    #[command(after_long_help = JSON)]
    Ssh(Ssh),
}

#[derive(Debug, clap::Args)]
struct Ssh {
    /// The security key; all of them without it
    method: Option<String>,
    /// Write FILE, with which ssh finds the key (ssh -i FILE), and FILE.pub
    #[arg(long, value_name = "FILE", requires = "method")]
    write: Option<PathBuf>,
}

#[derive(Serialize)]
struct OpenSshJson<'a> {
    id: &'a str,
    label: &'a str,
    public: String,
    private: String,
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    let Command::Ssh(arguments) = arguments.command;
    let screen = &client.screen;
    let words = screen.words;
    let info = SecurityInfo::load(client, None).await?;
    let chosen: Vec<&Method> = if let Some(method) = &arguments.method {
        vec![info.select(method, words)?]
    } else {
        let keys = info.methods.iter();
        keys.filter(|method| method.properties.kind == kind::SECURITY_KEY)
            .collect()
    };
    if chosen.is_empty() {
        return Err(Failure::Refused(words.say(message::SshNoKey).to_string()));
    }
    let mut keys = Vec::new();
    for method in chosen {
        let proxy = client.method_at(&method.path).await?;
        let (public, private) = proxy.get_open_ssh_key().await?;
        keys.push(OpenSshJson {
            id: &method.properties.id,
            label: &method.properties.label,
            public,
            private,
        });
    }
    screen.json(&keys)?;
    match (&arguments.write, &keys[..]) {
        (Some(file), [key]) => {
            let shown = file.display().to_string();
            write(file, key).map_err(|error| {
                let why = error.to_string().into();
                let file = shown.clone().into();
                Failure::Refused(words.say(message::SshNotWritten { file, why }).to_string())
            })?;
            let file = shown.into();
            screen.paragraph(&words.say(message::SshKeyWritten { file }))
        }
        _ => keys
            .iter()
            .try_for_each(|key| screen.say(&format!("{}\n", key.public))),
    }
}

/// Writes both files, which must not be there yet.
fn write(file: &Path, key: &OpenSshJson<'_>) -> io::Result<()> {
    let mut public = file.as_os_str().to_owned();
    public.push(".pub");
    let create = |path: &Path, mode| {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(mode).open(path)
    };
    // ssh refuses a file that others can read.
    create(file, 0o600)?.write_all(key.private.as_bytes())?;
    writeln!(create(Path::new(&public), 0o644)?, "{}", key.public)
}
