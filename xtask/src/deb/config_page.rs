//! Generates the manual page of config.toml from the comments of the file itself.

use crate::failure::{Context, Result};
use std::fmt::Write;
use std::fs;
use std::path::Path;

const HEAD: &str = r".SH NAME
secinfo\-config \- configuration of secinfod
.SH SYNOPSIS
.I /etc/secinfo/config.toml
.SH DESCRIPTION
";

const TAIL: &str = r".SH FILES
.TP
.I /usr/share/doc/secinfo/config.toml
The file as it ships, with every default.
.SH SEE ALSO
.BR secinfod (8),
.BR secinfo (1),
.BR pam_secinfo (8)
";

/// Writes the manual page of the configuration file `source`.
pub(super) fn write(source: &Path, page: &Path) -> Result<()> {
    let config = fs::read_to_string(source).context(|| format!("read {}", source.display()))?;
    let directory = page.parent().expect("a page is in a directory");
    fs::create_dir_all(directory).context(|| format!("make {}", directory.display()))?;
    fs::write(page, render(&config)).context(|| format!("write {}", page.display()))
}

/// Renders the manual page of this configuration.
fn render(config: &str) -> String {
    let mut page = String::from(".TH SECINFO\\-CONFIG 5 \"\" secinfo \"File formats\"\n");
    page.push_str(HEAD);
    // The comments since the last section or setting, which describe the next one.
    let mut comments: Vec<&str> = Vec::new();
    let mut described = false;
    let mut lines = config.lines().peekable();
    while let Some(line) = lines.next() {
        match Line::parse(line) {
            Line::Blank => {
                if !described && !comments.is_empty() {
                    comments.push("");
                }
            }
            Line::Comment(text) => comments.push(text),
            Line::Section(name) => {
                // The comments above the first section describe the file.
                let about = std::mem::take(&mut comments);
                if described {
                    let _ = writeln!(page, ".SH \"{}\"", escape(name));
                    push_paragraphs(&mut page, &about, ".PP");
                } else {
                    push_paragraphs(&mut page, &about, ".PP");
                    let _ = writeln!(page, ".SH \"{}\"", escape(name));
                }
                described = true;
            }
            Line::Setting(first) => {
                let mut setting = vec![first];
                while let Some(Line::Setting(next)) = lines.peek().map(|line| Line::parse(line)) {
                    setting.push(next);
                    lines.next();
                }
                page.push_str(".TP\n");
                let whole: String = setting.iter().map(|part| part.trim()).collect();
                let _ = writeln!(page, ".B {}", escape(&whole.replace("\",\"", "\", \"")));
                push_paragraphs(&mut page, &std::mem::take(&mut comments), ".IP");
            }
        }
    }
    page.push_str(TAIL);
    page
}

/// A line of the configuration.
#[derive(Debug, PartialEq, Eq)]
enum Line<'a> {
    Blank,
    /// `# text`
    Comment(&'a str),
    /// `[name]`, also if commented out.
    Section(&'a str),
    /// `#key = value`, or a continuation of the value.
    Setting(&'a str),
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Self {
        let Some(rest) = line.strip_prefix('#') else {
            return if line.trim().is_empty() {
                Self::Blank
            } else {
                Self::Section(line)
            };
        };
        match rest.strip_prefix(' ') {
            // The values of a list are indented by four spaces.
            Some(text) if text.starts_with("   \"") => Self::Setting(rest),
            Some(text) => Self::Comment(text),
            None if rest.is_empty() => Self::Comment(""),
            None if rest.starts_with('[') => Self::Section(rest),
            None => Self::Setting(rest),
        }
    }
}

/// Renders comments as paragraphs, with their indented lines verbatim.
fn push_paragraphs(page: &mut String, comments: &[&str], next: &str) {
    let mut literal = false;
    let mut pending = false;
    let trailing = comments.iter().rev().take_while(|line| line.is_empty());
    let count = comments.len() - trailing.count();
    for line in &comments[..count] {
        let indented = line.starts_with(' ');
        if indented != literal {
            page.push_str(if indented { ".RS\n.nf\n" } else { ".fi\n.RE\n" });
            literal = indented;
            if !indented {
                pending = true;
            }
        }
        if line.is_empty() {
            pending = true;
            continue;
        }
        if std::mem::take(&mut pending) && !literal {
            let _ = writeln!(page, "{next}");
        }
        let _ = writeln!(page, "{}", escape(line.trim_end()));
    }
    if literal {
        page.push_str(".fi\n.RE\n");
    }
}

/// Escapes the characters that have a meaning in troff.
fn escape(text: &str) -> String {
    let text = text
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('"', "\\(dq");
    if text.starts_with(['.', '\'']) {
        format!("\\&{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sort_of_line_is_recognized() {
        assert_eq!(Line::parse(""), Line::Blank);
        assert_eq!(Line::parse("# a word"), Line::Comment("a word"));
        assert_eq!(Line::parse("#"), Line::Comment(""));
        assert_eq!(Line::parse("[daemon]"), Line::Section("[daemon]"));
        assert_eq!(
            Line::parse("#[group.wheel]"),
            Line::Section("[group.wheel]")
        );
        assert_eq!(Line::parse("#drift = 1"), Line::Setting("drift = 1"));
        assert_eq!(
            Line::parse("#    \"text\","),
            Line::Setting("    \"text\",")
        );
    }

    #[test]
    fn every_section_and_setting_of_the_shipped_file_is_on_the_page() {
        let config = include_str!("../../../config.toml");
        let page = render(config);
        for line in config.lines() {
            match Line::parse(line) {
                Line::Section(name) => {
                    let heading = format!(".SH \"{}\"", escape(name));
                    assert!(page.contains(&heading), "{line}");
                }
                Line::Setting(setting) if setting.contains('=') => {
                    assert!(
                        page.contains(&format!(".B {}", escape(setting.trim()))),
                        "{line}"
                    );
                }
                Line::Comment(text) => assert!(page.contains(&escape(text.trim_end())), "{line}"),
                _ => {}
            }
        }
    }
}
