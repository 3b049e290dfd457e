//! Reading the files of the SSH server as sshd reads them.

use super::{Block, Setting, Settings, Source, Values, is_all, name_of};
use crate::doctor::finding::{Area, Finding, Severity};
use crate::doctor::sshd::pattern::Pattern;
use secinfo_pam_stack::root::{Root, is_absent};
use secinfo_pam_stack::stack::Location;
use secinfo_pam_stack::unseen::Unseen;

/// How deep files may include others, as in sshd.
const DEEPEST: usize = 16;

/// Reads a file and those that it includes.
pub(super) struct Reader<'a> {
    pub(super) root: &'a Root,
    pub(super) into: &'a mut Settings,
    /// Characters that cannot be seen, and where.
    pub(super) unseen: Vec<(Location, Unseen)>,
    /// Files that cannot be read, and why.
    pub(super) unread: Vec<(String, String)>,
}

impl Reader<'_> {
    /// Reads a file. What stands below a `Match` in it ends with it; `block` is the one that the
    /// file is included in.
    pub(super) fn file(
        &mut self,
        path: &str,
        level: usize,
        block: Option<usize>,
    ) -> std::io::Result<()> {
        let text = self.root.text(path)?;
        self.into.files.push(path.to_owned());
        let outer = block.map(|index| self.into.blocks[index].criteria.clone());
        let mut block = block;
        let mut first = true;
        for (index, raw) in text.split('\n').enumerate() {
            let location = Location {
                file: path.to_owned(),
                line: index + 1,
            };
            let line = raw.trim_matches([' ', '\t', '\r', '\x0c']);
            let words = words(line);
            let Some((keyword, values)) = words.split_first() else {
                continue;
            };
            // What stands in a comment is read by nobody.
            let said = if raw.contains('#') {
                &words.join(" ")
            } else {
                raw
            };
            if first
                && let Some((_, unseen)) = Unseen::first(&format!("{said}\n"))
                && (unseen != Unseen::ByteOrderMark || index == 0)
            {
                self.unseen.push((location.clone(), unseen));
                first = false;
            }
            if keyword.eq_ignore_ascii_case("match") {
                // In a file that a block includes, both must hold.
                let criteria = match &outer {
                    Some(outer) if is_all(values) => outer.clone(),
                    Some(outer) if !is_all(outer) => [outer, values].concat(),
                    _ => values.to_vec(),
                };
                self.into.blocks.push(Block {
                    criteria,
                    location,
                    values: Values::new(),
                });
                block = Some(self.into.blocks.len() - 1);
            } else if keyword.eq_ignore_ascii_case("include") {
                if level < DEEPEST {
                    for pattern in values {
                        self.included(pattern, level, block);
                    }
                }
            } else {
                let into = match self.goes_on(block) {
                    Some(index) => &mut self.into.blocks[index].values,
                    None => &mut self.into.values,
                };
                into.entry(name_of(keyword)).or_insert_with(|| Setting {
                    value: values.join(" "),
                    by: Source::Line(location, line.to_owned()),
                });
            }
        }
        Ok(())
    }

    /// The block that a line belongs to. Others may have begun in a file that it includes, and what
    /// stands behind them comes behind them: it is a block of its own.
    fn goes_on(&mut self, block: Option<usize>) -> Option<usize> {
        let index = block?;
        let blocks = &mut self.into.blocks;
        let began = &blocks[index];
        match blocks.last() {
            Some(last) if last.criteria != began.criteria => {
                let goes_on = Block {
                    values: Values::new(),
                    ..began.clone()
                };
                blocks.push(goes_on);
            }
            _ => {}
        }
        Some(blocks.len() - 1)
    }

    fn included(&mut self, pattern: &str, level: usize, block: Option<usize>) {
        let files = match expand(self.root, pattern) {
            Ok(files) => files,
            Err(error) => {
                self.unread.push((pattern.to_owned(), error.to_string()));
                return;
            }
        };
        for file in files {
            if let Err(error) = self.file(&file, level + 1, block)
                && !is_absent(&error)
            {
                self.unread.push((file, error.to_string()));
            }
        }
    }
}

/// The words of a line: quotes hold blanks together, a backslash stands before a quote, and `#`
/// begins a comment. An `=` may stand behind the keyword.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        let separator = |c: char| c.is_ascii_whitespace() || (c == '=' && words.len() == 1);
        rest = rest.trim_start_matches(separator);
        if rest.is_empty() || rest.starts_with('#') {
            return words;
        }
        let first = words.is_empty();
        let mut word = String::new();
        let mut quote = None;
        let mut characters = rest.char_indices().peekable();
        let mut end = rest.len();
        while let Some((index, c)) = characters.next() {
            match (quote, c) {
                (_, '\\')
                    if characters
                        .peek()
                        .is_some_and(|(_, c)| matches!(c, '"' | '\'' | '\\')) =>
                {
                    word.extend(characters.next().map(|(_, c)| c));
                }
                (Some(open), c) if c == open => quote = None,
                (None, '"' | '\'') => quote = Some(c),
                (None, c) if c.is_ascii_whitespace() || (first && c == '=') => {
                    end = index;
                    break;
                }
                (_, c) => word.push(c),
            }
        }
        rest = &rest[end..];
        words.push(word);
    }
}

/// The files that a pattern of `Include` names, in order. An error for a directory that cannot be read.
fn expand(root: &Root, pattern: &str) -> std::io::Result<Vec<String>> {
    let absolute = if pattern.starts_with('/') {
        pattern.to_owned()
    } else {
        format!("/etc/ssh/{pattern}")
    };
    let mut paths = vec![String::new()];
    for part in absolute.split('/').filter(|part| !part.is_empty()) {
        let pattern = Pattern::of_files(part);
        let mut below = Vec::new();
        for path in paths {
            if let Some(name) = pattern.name() {
                below.push(format!("{path}/{name}"));
                continue;
            }
            let names = match root.names(&format!("{path}/")) {
                Ok(names) => names,
                Err(error) if is_absent(&error) => continue,
                Err(error) => return Err(error),
            };
            let names = names.iter().filter(|name| pattern.matches_file(name));
            below.extend(names.map(|name| format!("{path}/{name}")));
        }
        paths = below;
    }
    paths.retain(|path| root.has(path));
    // sshd sorts the paths, not the names in each directory.
    paths.sort();
    Ok(paths)
}

pub(super) fn finding_of(location: &Location, unseen: Unseen) -> Finding {
    let (severity, then, remedy) = match unseen {
        Unseen::WindowsLineEnds => (
            Severity::Info,
            "The SSH server reads it all the same; other programs may not.",
            format!("Run sudo sed -i 's/\\r$//' {}.", location.file),
        ),
        Unseen::ByteOrderMark => (
            Severity::Error,
            "The SSH server refuses it, and does not start again.",
            format!("Run sudo sed -i '1s/^\\xEF\\xBB\\xBF//' {}.", location.file),
        ),
        Unseen::Character(_) => (
            Severity::Error,
            "The SSH server takes it for part of a word.",
            format!(
                "Type {}, line {}, anew, with plain blanks.",
                location.file, location.line
            ),
        ),
    };
    Finding {
        id: "sshd-unseen-character",
        severity,
        area: Area::Sshd,
        subject: location.to_string(),
        services: Vec::new(),
        what: format!("{unseen}. {then}"),
        remedy,
        changes: Vec::new(),
    }
}
