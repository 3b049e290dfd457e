//! The settings of a channel as a person is asked for them.

use super::super::host::Host;
use super::super::questions::Questions;
use super::super::report::Report;
use super::settings::Settings;
use super::{SPOOL, Wanted};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use std::path::Path;
use toml_edit::{DocumentMut, InlineTable, Value};
use zeroize::Zeroizing;

/// Asks which channels are wanted, and for the settings of each.
pub(super) fn channels(
    host: &Host,
    questions: &Questions<'_>,
    plugins: &[String],
    present: &[String],
    report: &mut Report<'_>,
) -> Result<Vec<Wanted>, Failure> {
    let mut wanted: Vec<Wanted> = Vec::new();
    loop {
        let more = if wanted.is_empty() && present.is_empty() {
            "a"
        } else {
            "another"
        };
        if !questions.yes(&format!("Set up {more} channel now?"), false)? {
            return Ok(wanted);
        }
        let shown: Vec<_> = plugins.iter().map(|plugin| about(plugin)).collect();
        let shown: Vec<_> = shown.iter().map(String::as_str).collect();
        if shown.is_empty() {
            report.warn("No plugin is installed")?;
            return Ok(wanted);
        }
        let plugin = &plugins[questions.choice("Which one", &shown, None)?];
        let kind = kind(questions, plugin)?;
        let name = format!("{kind}-main");
        if present.contains(&name)
            && !questions.yes(
                &format!("There is a channel {name}. Replace its settings?"),
                false,
            )?
        {
            continue;
        }
        let Some(settings) = settings(host, questions, plugin, &name, report)? else {
            continue;
        };
        wanted.retain(|other| other.name != name);
        wanted.push(Wanted {
            name,
            kind,
            plugin: plugin.clone(),
            settings,
        });
    }
}

fn about(plugin: &str) -> String {
    let what = match plugin {
        "text-twilio" => "texts through Twilio",
        "call-twilio" => "phone calls through Twilio",
        "email-smtp" => "email through a mail server",
        SPOOL => "writes messages to files; only to try things out",
        _ => "a plugin that did not come with secinfo",
    };
    format!("{} - {what}", visible(plugin))
}

fn kind(questions: &Questions<'_>, plugin: &str) -> Result<String, Failure> {
    let kinds = ["text", "call", "email"];
    let begins = |kind: &&&str| plugin.starts_with(&format!("{kind}-"));
    match kinds.iter().find(begins) {
        Some(kind) => Ok((*kind).to_owned()),
        None => Ok(kinds[questions.choice("What does it deliver", &kinds, Some(0))?].to_owned()),
    }
}

fn settings(
    host: &Host,
    questions: &Questions<'_>,
    plugin: &str,
    name: &str,
    report: &mut Report<'_>,
) -> Result<Option<Settings>, Failure> {
    match plugin {
        "text-twilio" | "call-twilio" => twilio(questions, plugin).map(Some),
        "email-smtp" => email(questions).map(Some),
        SPOOL => {
            report.warn("Every user who can read its directory can read every code. Never use it on a host whose accounts matter.")?;
            let sure = questions.yes("Use it here all the same?", false)?;
            Ok(sure.then(|| Settings::of_spool(name)))
        }
        _ => {
            let file = questions.text("File with its settings", "", |text| {
                let file = Settings::of_file(host, Path::new(text), plugin);
                file.map_err(|failure| failure.to_string())
            })?;
            Ok(Some(file))
        }
    }
}

fn twilio(questions: &Questions<'_>, plugin: &str) -> Result<Settings, Failure> {
    let mut file = DocumentMut::new();
    let mut secrets = Vec::new();
    file["account_sid"] = line(questions.text("Account SID (AC...)", "", |text| sid(text, "AC"))?);
    questions.hint("An API key can be revoked by itself; the account's token opens everything.")?;
    let key = questions.text(
        "SID of an API key (SK..., Enter to use the token)",
        "",
        |text| {
            if text.is_empty() {
                Ok(String::new())
            } else {
                sid(text, "SK")
            }
        },
    )?;
    if key.is_empty() {
        secret(
            questions,
            &mut file,
            &mut secrets,
            "auth_token",
            "Auth token",
        )?;
    } else {
        file["api_key_sid"] = line(key);
        secret(
            questions,
            &mut file,
            &mut secrets,
            "api_key_secret",
            "Secret of the API key",
        )?;
    }
    if plugin == "text-twilio" {
        let from = questions.text(
            "Sender: number (+1...), name, or messaging service (MG...)",
            "",
            present,
        )?;
        let is_service = from.len() == 34 && sid(&from, "MG").is_ok();
        file[if is_service {
            "messaging_service_sid"
        } else {
            "from"
        }] = line(from);
    } else {
        file["from"] = line(questions.text("Number that calls come from (+1...)", "", number)?);
    }
    Ok(Settings::new(file.to_string(), secrets))
}

fn email(questions: &Questions<'_>) -> Result<Settings, Failure> {
    let mut file = DocumentMut::new();
    let mut secrets = Vec::new();
    file["host"] = line(questions.text("Mail server", "", present)?);
    let choices = [
        "TLS from the first byte on (port 465)",
        "STARTTLS (port 587)",
        "No TLS, to this host itself only (port 25)",
    ];
    let chosen = questions.choice("How it is reached", &choices, Some(0))?;
    file["security"] = line(["tls", "starttls", "none"][chosen].to_owned());
    let usual = ["465", "587", "25"][chosen];
    let port = questions.text("Port", usual, |text| {
        let port = text.parse::<u16>().ok().filter(|port| *port > 0);
        port.ok_or_else(|| "Give a number from 1 to 65535.".to_owned())
    })?;
    if port.to_string() != usual {
        file["port"] = toml_edit::value(i64::from(port));
    }
    let any = |text: &str| Ok(text.to_owned());
    let user = questions.text("User name (Enter for none)", "", any)?;
    if !user.is_empty() {
        file["username"] = line(user);
        secret(questions, &mut file, &mut secrets, "password", "Password")?;
    }
    file["from"] = line(questions.text(
        "Sender, such as Example <security@example.org>",
        "",
        |text| {
            if text.contains('@') {
                Ok(text.to_owned())
            } else {
                Err("Give an address, with a name before it if you like.".to_owned())
            }
        },
    )?);
    file["timeout"] = line("15s".to_owned());
    Ok(Settings::new(file.to_string(), secrets))
}

fn line(text: String) -> toml_edit::Item {
    toml_edit::value(text)
}

fn secret(
    questions: &Questions<'_>,
    file: &mut DocumentMut,
    secrets: &mut Vec<(&'static str, Zeroizing<String>)>,
    key: &'static str,
    question: &str,
) -> Result<(), Failure> {
    secrets.push((key, questions.secret(question)?));
    let mut table = InlineTable::new();
    table.insert("credential", Value::from(key));
    file[key] = toml_edit::value(table);
    Ok(())
}

fn present(text: &str) -> Result<String, String> {
    if text.is_empty() {
        Err("It cannot be left out.".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

fn number(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('+').unwrap_or_default();
    if (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("Give the number with a plus sign and the country code, without spaces.".to_owned())
    }
}

fn sid(text: &str, beginning: &str) -> Result<String, String> {
    let digits = text.strip_prefix(beginning).unwrap_or_default();
    if digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_owned())
    } else {
        Err(format!("It is {beginning} and 32 hexadecimal digits."))
    }
}
