//! Holds the configuration that ships against the code, and the code against mistakes.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod changed;
mod files;
mod mistakes;
mod settings;
mod shipped;

use super::{Config, ConfigError};

const SHIPPED: &str = include_str!("../../../../../config.toml");

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, "config.toml")
}

/// What is said about a text that is refused.
fn refusal(text: &str) -> String {
    parse(text).expect_err(text).to_string()
}

/// The lines that a `#` without a space behind it turns off.
fn is_turned_off(line: &str) -> bool {
    line.strip_prefix('#')
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(' '))
}

/// The text with every setting turned on: the lines between `#[` or `#key =` and the end of the
/// value, which may be a list over several lines.
fn turned_on(text: &str) -> String {
    let mut in_list = false;
    let lines = text.lines().map(|line| {
        let on = in_list || is_turned_off(line);
        if on {
            in_list = (in_list || line.ends_with('[')) && !line.ends_with(']');
        }
        if on { &line[1..] } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}
