//! Reads the sections of a document, and notes which settings are known and what is wrong.

use super::error::{Finding, SHOWN};
use super::value::Refusal;
use secinfo_domain::InvalidName;
use secinfo_typed::nearest;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What there is to say about a document.
#[derive(Default)]
pub(super) struct Notes {
    findings: Vec<Finding>,
    /// The sections that were asked for, with the settings that they may hold.
    pub(super) sections: Vec<(String, Vec<&'static str>)>,
    unknown: Vec<Unknown>,
}

/// A key that nothing asked for.
struct Unknown {
    span: Range<usize>,
    /// The section that it stands in; empty for the document itself.
    section: String,
    key: String,
    is_section: bool,
    /// What could have stood there.
    known: Vec<&'static str>,
}

/// A section of the document, or one that is not in it and takes all defaults.
pub(super) struct Section<'d, 'n> {
    name: String,
    /// Where its name stands, if it is known.
    span: Range<usize>,
    table: Option<&'d DeTable<'d>>,
    settings: Vec<&'static str>,
    sections: Vec<&'static str>,
    refused: bool,
    notes: &'n mut Notes,
}

impl Notes {
    pub(super) fn found(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.findings.extend(findings);
    }

    /// Reads the document from its root.
    pub(super) fn read<'d, R>(
        &mut self,
        table: &'d DeTable<'d>,
        read: impl FnOnce(&mut Section<'d, '_>) -> R,
    ) -> R {
        Section::visit(String::new(), Range::default(), Some(table), self, read)
    }

    /// All that is wrong, in the order of the text.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        let Self {
            mut findings,
            sections,
            mut unknown,
        } = self;
        unknown.sort_by_key(|unknown| unknown.span.start);
        // No more are shown, and each suggestion costs a comparison with all keys.
        unknown.truncate(SHOWN + 1);
        findings.extend(unknown.iter().map(|unknown| unknown.finding(&sections)));
        findings.sort_by_key(|finding| finding.span.start);
        findings
    }
}

impl Unknown {
    fn finding(&self, sections: &[(String, Vec<&'static str>)]) -> Finding {
        let what = if self.is_section {
            format!("unknown section [{}]", dotted(&self.section, &self.key))
        } else {
            format!("unknown key `{}`", self.key)
        };
        Finding {
            span: self.span.clone(),
            what,
            remedy: self.remedy(sections),
        }
    }

    fn remedy(&self, sections: &[(String, Vec<&'static str>)]) -> String {
        if let Some(near) = nearest(&self.key, self.known.iter().copied()) {
            return format!("did you mean `{near}`?");
        }
        let last = |name: &str| name.rsplit('.').next() == Some(&self.key);
        if let Some((name, _)) = sections
            .iter()
            .find(|(name, _)| self.is_section && last(name))
        {
            return format!("did you mean [{name}]?");
        }
        let keys = sections
            .iter()
            .flat_map(|(name, keys)| keys.iter().map(move |key| (name, *key)));
        if let Some((name, key)) = keys.clone().find(|(_, key)| *key == self.key) {
            return format!("`{key}` belongs into the section [{name}]");
        }
        let near = nearest(&self.key, keys.clone().map(|(_, key)| key));
        if let Some((name, key)) = keys.clone().find(|(_, key)| Some(*key) == near) {
            return format!("did you mean `{key}` of the section [{name}]?");
        }
        let place = if self.section.is_empty() {
            "outside of the sections".to_owned()
        } else {
            format!("in [{}]", self.section)
        };
        format!("what may stand {place}: {}", self.known.join(", "))
    }
}

impl<'d> Section<'d, '_> {
    fn visit<R>(
        name: String,
        span: Range<usize>,
        table: Option<&'d DeTable<'d>>,
        notes: &mut Notes,
        read: impl FnOnce(&mut Section<'d, '_>) -> R,
    ) -> R {
        let mut section = Section {
            name,
            span,
            table,
            settings: Vec::new(),
            sections: Vec::new(),
            refused: false,
            notes,
        };
        let result = read(&mut section);
        section.close();
        result
    }

    /// The setting of this name, or its default.
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        default: T,
        convert: impl FnOnce(&DeValue<'_>) -> Result<T, Refusal>,
    ) -> T {
        self.optional(key, convert).unwrap_or(default)
    }

    /// The setting of this name, if there is one and it is right.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        convert: impl FnOnce(&DeValue<'_>) -> Result<T, Refusal>,
    ) -> Option<T> {
        self.settings.push(key);
        let value = self.table?.get(key)?;
        convert(value.get_ref())
            .map_err(|refusal| {
                self.refuse(
                    refusal.span.unwrap_or_else(|| value.span()),
                    format!("`{key}`: {}", refusal.what),
                    refusal.remedy,
                );
            })
            .ok()
    }

    /// The section of this name below this one.
    pub(super) fn within<R>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section<'d, '_>) -> R,
    ) -> R {
        let table = self.subsection(key);
        let name = dotted(&self.name, key);
        Section::visit(name, Range::default(), table, self.notes, read)
    }

    /// The sections `[key.NAME]`, in the order of their names, which the system gives.
    pub(super) fn each<N, R>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<N, InvalidName>,
        read: impl Fn(&mut Section<'d, '_>) -> R,
    ) -> Vec<(N, R)> {
        let remedy = format!("write [{key}.NAME] with the name of a {key} as the system knows it");
        self.each_called(key, &remedy, parse, |name, section| (name, read(section)))
    }

    /// The sections `[key.NAME]`, in the order of their names. `remedy` says what a name is.
    pub(super) fn each_called<N, R>(
        &mut self,
        key: &'static str,
        remedy: &str,
        parse: impl Fn(&str) -> Result<N, InvalidName>,
        read: impl Fn(N, &mut Section<'d, '_>) -> R,
    ) -> Vec<R> {
        let mut all = Vec::new();
        for (name, value) in self.subsection(key).into_iter().flat_map(DeTable::iter) {
            let text = name.get_ref().as_ref();
            // A name is dropped its white space where people type it; here it would hide that two
            // sections are about one.
            let trimmed = text.trim() == text;
            let parsed = parse(text).and_then(|name| {
                if trimmed {
                    Ok(name)
                } else {
                    Err(InvalidName::Character)
                }
            });
            match parsed {
                Ok(parsed) => {
                    let section = dotted(key, text);
                    let table = self.table_of(&section, value);
                    all.push(Section::visit(
                        section,
                        name.span(),
                        table,
                        self.notes,
                        |section| read(parsed, section),
                    ));
                }
                Err(invalid) => self.refuse(
                    name.span(),
                    format!("{text:?} cannot be the name of a {key}: {invalid}"),
                    remedy.to_owned(),
                ),
            }
        }
        all
    }

    /// Notes that settings do not go together. It is shown at the first of `keys` that is in the
    /// document, or else at the name of the section. It is not checked once a setting of the section
    /// was refused: the default in its place says nothing.
    pub(super) fn require(
        &mut self,
        holds: bool,
        keys: &[&str],
        what: &str,
        remedy: impl FnOnce() -> String,
    ) {
        if holds || self.refused {
            return;
        }
        let value = |key: &&str| self.table.and_then(|table| table.get(*key));
        let span = keys.iter().find_map(value).map(Spanned::span);
        let span = span.unwrap_or_else(|| self.span.clone());
        self.refuse(span, what.to_owned(), remedy());
    }

    fn refuse(&mut self, span: Range<usize>, what: String, remedy: String) {
        self.refused = true;
        self.notes.findings.push(Finding { span, what, remedy });
    }

    fn subsection(&mut self, key: &'static str) -> Option<&'d DeTable<'d>> {
        self.sections.push(key);
        let value = self.table?.get(key)?;
        self.table_of(&dotted(&self.name, key), value)
    }

    fn table_of(
        &mut self,
        section: &str,
        value: &'d Spanned<DeValue<'d>>,
    ) -> Option<&'d DeTable<'d>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.refuse(
                value.span(),
                format!("`{section}` is not a setting but a section"),
                format!("write [{section}] on a line of its own and its settings below"),
            );
        }
        table
    }

    /// Notes what nothing asked for.
    fn close(self) {
        let known = || self.settings.iter().chain(&self.sections).copied();
        for (key, value) in self.table.into_iter().flat_map(DeTable::iter) {
            if !known().any(|known| known == key.get_ref()) {
                self.notes.unknown.push(Unknown {
                    span: key.span(),
                    section: self.name.clone(),
                    key: key.get_ref().clone().into_owned(),
                    is_section: value.get_ref().is_table(),
                    known: known().collect(),
                });
            }
        }
        self.notes.sections.push((self.name, self.settings));
    }
}

fn dotted(section: &str, key: &str) -> String {
    if section.is_empty() {
        key.to_owned()
    } else {
        format!("{section}.{key}")
    }
}
