//! Edits of files in pam.d.

use crate::draw::Draw;
use crate::host::MODULE;
use crate::visit::Way;
use secinfo_host_tests::Machine;
use std::fmt;

/// One line of one file, and what is done to it.
#[derive(Debug, Clone)]
pub(crate) struct PamEdit {
    file: String,
    line: String,
    how: How,
}

#[derive(Debug, Clone)]
enum How {
    Deleted,
    CommentedOut,
    Doubled,
    MovedUpFrontOf(String),
    MovedToTheTop,
    MovedToTheEnd,
    /// These words for those.
    Mistyped(&'static str, &'static str),
}

/// What is typed for what.
const TYPOS: [(&str, &str); 10] = [
    ("pam_", "pma_"),
    (".so", ".os"),
    ("required", "requierd"),
    ("requisite", "sufficient"),
    ("requisite", "optional"),
    ("required", "sufficient"),
    ("success=1", "success=2"),
    ("set_up", "setup"),
    ("auth", "auht"),
    ("@include", "@inclued"),
];

impl PamEdit {
    /// Draws one of a line in these files.
    pub(crate) fn draw(draw: &mut Draw, files: &[(String, Vec<String>)]) -> Self {
        // The file that all others include is edited most.
        let at = draw.below(files.len() + 4).saturating_sub(4);
        let (file, lines) = &files[at];
        let counts = |line: &&String| !line.starts_with('#') && !line.trim().is_empty();
        let lines: Vec<&String> = lines.iter().filter(counts).collect();
        let line = draw.one_of(&lines).clone();
        let fitting: Vec<_> = TYPOS
            .iter()
            .filter(|(from, _)| line.contains(from))
            .collect();
        let how = match draw.below(8) {
            0 => How::Deleted,
            1 => How::CommentedOut,
            2 => How::Doubled,
            3 => How::MovedUpFrontOf(draw.one_of(&lines).clone()),
            4 => How::MovedToTheTop,
            5 => How::MovedToTheEnd,
            _ if fitting.is_empty() => How::Deleted,
            _ => {
                let (from, to) = draw.one_of(&fitting);
                How::Mistyped(from, to)
            }
        };
        Self {
            file: file.clone(),
            line,
            how,
        }
    }

    /// Makes it, where there is such a line.
    pub(crate) fn make(&self, machine: &Machine) {
        let text = machine.read(&self.file);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let Some(at) = lines.iter().position(|line| *line == self.line) else {
            return;
        };
        match &self.how {
            How::Deleted => drop(lines.remove(at)),
            How::CommentedOut => lines[at].insert(0, '#'),
            How::Doubled => lines.insert(at, self.line.clone()),
            How::MovedUpFrontOf(other) => {
                let line = lines.remove(at);
                let to = lines.iter().position(|line| line == other);
                // Where there is no line of ours, which is the last one, this is the same.
                lines.insert(to.unwrap_or(lines.len()), line);
            }
            How::MovedToTheTop => {
                let line = lines.remove(at);
                lines.insert(0, line);
            }
            How::MovedToTheEnd => {
                let line = lines.remove(at);
                lines.push(line);
            }
            How::Mistyped(from, to) => lines[at] = lines[at].replacen(from, to, 1),
        }
        machine.write(&self.file, lines.join("\n") + "\n", 0o644);
    }

    /// Whether the line that is edited asks for the second step there.
    pub(crate) fn switches_off(&self, way: Way) -> bool {
        let everywhere = self.file.ends_with("/common-auth");
        let there = self.file.ends_with(&format!("/{}", way.service()));
        (everywhere && self.line.contains(MODULE)) || (there && self.line.contains("common-auth"))
    }
}

impl fmt::Display for PamEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, how } = self;
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        write!(f, "{file}: '{line}' {how:?}")
    }
}
