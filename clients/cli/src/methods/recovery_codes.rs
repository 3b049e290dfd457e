//! `secinfo add recovery-codes`: codes to keep on paper.

use super::Add;
use crate::client::Client;
use crate::dialogue::verification::with_fresh_proof;
use crate::security_info::SecurityInfo;
use secinfo_terminal::failure::Failure;
use secinfo_wire::names::kind;
use secinfo_words::message;
use serde::Serialize;
use std::fmt::Write;
use zeroize::Zeroizing;

const JSON: &str = r#"JSON: {"codes":["<code>", ...]}"#;

/// Get codes to keep on paper; former ones are void
///
/// Each code lets you in once, when you have nothing else at hand. They are shown only once, and
/// codes that you got before stop working.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(super) struct Arguments {
    /// Do not ask before former codes are made void
    #[arg(long, short)]
    yes: bool,
}

#[derive(Serialize)]
struct CodesJson<'a> {
    codes: &'a [String],
}

impl Add for Arguments {
    async fn add(self, client: &Client) -> Result<(), Failure> {
        let screen = &client.screen;
        let words = screen.words;
        let info = SecurityInfo::load(client, None).await?;
        let former = info
            .methods
            .iter()
            .find(|method| method.properties.kind == kind::RECOVERY_CODES);
        if let Some(former) = former.filter(|_| !self.yes) {
            if !screen.interactive {
                let missing = words.say(message::AddCodesYesMissing);
                return Err(Failure::Usage(missing.to_string()));
            }
            let count = former.properties.remaining.into();
            screen.note(&words.say(message::AddCodesFormer { count }))?;
            if !screen.confirm(&words.say(message::AddCodesConfirm))? {
                return screen.note(&words.say(message::AddCodesKept));
            }
        }
        let user = client.user_at(&info.path).await?;
        let codes = Zeroizing::new(
            with_fresh_proof(client, async || user.issue_recovery_codes().await).await?,
        );
        screen.json(&CodesJson { codes: &codes })?;
        screen.say(&two_columns(&codes))?;
        screen.paragraph(&words.say(message::AddCodesShown))?;
        if former.is_some() {
            screen.paragraph(&words.say(message::AddCodesVoid))?;
        }
        Ok(())
    }
}

/// The codes, numbered, down the left and then the right column.
fn two_columns(codes: &[String]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::from("\n"));
    let rows = codes.len().div_ceil(2);
    for row in 0..rows {
        let _ = write!(text, "  {:>2}. {}", row + 1, codes[row]);
        if let Some(code) = codes.get(row + rows) {
            let _ = write!(text, "    {:>2}. {code}", row + rows + 1);
        }
        text.push('\n');
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_in_two_columns() {
        let codes: Vec<String> = (1..=5).map(|number| format!("code-{number}")).collect();
        assert_eq!(
            two_columns(&codes).as_str(),
            "\n   1. code-1     4. code-4\n   2. code-2     5. code-5\n   3. code-3\n\n"
        );
    }
}
