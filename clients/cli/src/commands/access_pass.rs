//! `secinfo access-pass`: letting a user in for a short time.

use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::times::{parse_duration, parse_moment};
use secinfo_words::message;
use serde::Serialize;
use zeroize::Zeroizing;

/// Let a user in for a short time; for administrators
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Issue a temporary access pass; a former one is void
    #[command(after_long_help = r#"JSON: {"pass", "expires"}"#)]
    Issue {
        /// The user, by name or uid
        #[arg(value_name = "USER")]
        holder: String,
        /// How long it is good from then on: a number and s, m, h or d
        #[arg(long, default_value = "1h", value_parser = parse_duration)]
        valid: u64,
        /// From when it is good, such as 2026-12-24 or "2026-12-24 08:00" [default: at once]
        #[arg(long, value_name = "TIME", value_parser = parse_moment)]
        from: Option<u64>,
        /// Good for one verification only
        #[arg(long)]
        once: bool,
    },
    /// Take the access pass back
    #[command(after_long_help = r#"JSON: {"revoked":"<user>"}"#)]
    Revoke {
        /// The user, by name or uid
        #[arg(value_name = "USER")]
        holder: String,
    },
}

#[derive(Serialize)]
struct PassJson<'a> {
    pass: &'a str,
    expires: u64,
}

#[derive(Serialize)]
struct RevokedJson<'a> {
    revoked: &'a str,
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    let screen = &client.screen;
    match arguments.command {
        Command::Issue {
            holder,
            valid,
            from,
            once,
        } => {
            let path = client.path_of_another(&holder).await?;
            let begins = from.unwrap_or(0);
            let (pass, expires) = client
                .user_at(&path)
                .await?
                .issue_access_pass(valid, once, begins)
                .await?;
            let pass = Zeroizing::new(pass);
            screen.json(&PassJson {
                pass: &pass,
                expires,
            })?;
            screen.say(&format!("\n    {}\n\n", screen.style.bold(&pass)))?;
            let is_later = begins > client.clock.now();
            screen.paragraph(&screen.words.say(message::AccessPassIssued {
                once,
                user: holder.into(),
                later: is_later,
                from: client.clock.moment(begins).into(),
                when: client.clock.moment(expires).into(),
            }))
        }
        Command::Revoke { holder } => {
            let path = client.path_of_another(&holder).await?;
            client.user_at(&path).await?.revoke_access_pass().await?;
            screen.json(&RevokedJson { revoked: &holder })?;
            let user = holder.into();
            screen.paragraph(&screen.words.say(message::AccessPassRevoked { user }))
        }
    }
}
