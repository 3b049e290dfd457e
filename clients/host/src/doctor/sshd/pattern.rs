//! Patterns: of names, as sshd has them in lists, and of files, as its glob(3) does.

/// What a part of a pattern stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Byte(u8),
    Any,
    /// `*`: any number of bytes.
    Many,
    /// `[...]`: one byte of these ranges, or of none of them.
    OneOf {
        ranges: Vec<(u8, u8)>,
        not: bool,
    },
}

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Part>);

impl Pattern {
    /// A pattern of a list: `*` and `?` (sshd's `match.c`).
    pub(super) fn of_names(text: &str) -> Self {
        let parts = text.bytes().map(|byte| match byte {
            b'*' => Part::Many,
            b'?' => Part::Any,
            byte => Part::Byte(byte),
        });
        Self(parts.collect())
    }

    /// A pattern of files between two slashes: `*`, `?`, `[a-z]` and `[!a-z]` with classes as `[:digit:]`, and a
    /// backslash before what stands for itself. A bracket that is not closed stands for itself, too.
    pub(super) fn of_files(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((first, behind)) = rest.split_first() {
            rest = behind;
            parts.push(match first {
                b'*' => Part::Many,
                b'?' => Part::Any,
                b'\\' => match rest.split_first() {
                    Some((escaped, behind)) => {
                        rest = behind;
                        Part::Byte(*escaped)
                    }
                    None => Part::Byte(b'\\'),
                },
                b'[' => match one_of(rest) {
                    Some((set, behind)) => {
                        rest = behind;
                        set
                    }
                    None => Part::Byte(b'['),
                },
                byte => Part::Byte(*byte),
            });
        }
        Self(parts)
    }

    /// The only name that it matches, if there is one.
    pub(super) fn name(&self) -> Option<String> {
        let bytes = self.0.iter().map(|part| match part {
            Part::Byte(byte) => Some(*byte),
            _ => None,
        });
        let bytes: Option<Vec<u8>> = bytes.collect();
        String::from_utf8(bytes?).ok()
    }

    /// Whether the name of a file is as the pattern has it; a dot in front has to be written.
    pub(super) fn matches_file(&self, name: &str) -> bool {
        let hidden = name.starts_with('.') && self.0.first() != Some(&Part::Byte(b'.'));
        !hidden && self.matches(name)
    }

    /// Whether a name is as the pattern has it.
    pub(super) fn matches(&self, name: &str) -> bool {
        let (pattern, name) = (&self.0, name.as_bytes());
        // Where the last star stands, and how much of the name it takes.
        let mut star = None;
        let (mut at, mut taken) = (0, 0);
        while taken < name.len() {
            match pattern.get(at) {
                Some(Part::Many) => {
                    star = Some((at, taken));
                    at += 1;
                }
                Some(part) if part.is(name[taken]) => {
                    at += 1;
                    taken += 1;
                }
                _ => {
                    let Some((back, took)) = star else {
                        return false;
                    };
                    star = Some((back, took + 1));
                    (at, taken) = (back + 1, took + 1);
                }
            }
        }
        pattern[at..].iter().all(|part| *part == Part::Many)
    }
}

impl Part {
    fn is(&self, byte: u8) -> bool {
        match self {
            Self::Byte(own) => *own == byte,
            Self::Any => true,
            Self::Many => false,
            Self::OneOf { ranges, not } => {
                let within = ranges.iter().any(|(from, to)| (from..=to).contains(&&byte));
                within != *not
            }
        }
    }
}

/// What stands between brackets, and what behind them. The first byte is one of the set, even if it is `]`.
fn one_of(text: &[u8]) -> Option<(Part, &[u8])> {
    let (not, mut rest) = match text.strip_prefix(b"!") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut ranges = Vec::new();
    loop {
        let (first, behind) = rest.split_first()?;
        if *first == b']' && !ranges.is_empty() {
            return Some((Part::OneOf { ranges, not }, behind));
        }
        if let Some((class, behind)) = class(rest) {
            ranges.extend_from_slice(class);
            rest = behind;
            continue;
        }
        rest = behind;
        let mut last = *first;
        if let [b'-', to, behind @ ..] = rest
            && *to != b']'
        {
            (last, rest) = (*to, behind);
        }
        ranges.push((*first, last));
    }
}

/// From which byte to which.
type Ranges = &'static [(u8, u8)];

/// A class of characters, and what stands behind it.
fn class(text: &[u8]) -> Option<(Ranges, &[u8])> {
    const CLASSES: [(&[u8], Ranges); 12] = [
        (b"[:alnum:]", &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')]),
        (b"[:alpha:]", &[(b'A', b'Z'), (b'a', b'z')]),
        (b"[:blank:]", &[(b' ', b' '), (b'\t', b'\t')]),
        (b"[:cntrl:]", &[(0, 0x1f), (0x7f, 0x7f)]),
        (b"[:digit:]", &[(b'0', b'9')]),
        (b"[:graph:]", &[(b'!', b'~')]),
        (b"[:lower:]", &[(b'a', b'z')]),
        (b"[:print:]", &[(b' ', b'~')]),
        (
            b"[:punct:]",
            &[(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')],
        ),
        (b"[:space:]", &[(b'\t', b'\r'), (b' ', b' ')]),
        (b"[:upper:]", &[(b'A', b'Z')]),
        (b"[:xdigit:]", &[(b'0', b'9'), (b'A', b'F'), (b'a', b'f')]),
    ];
    let mut known = CLASSES.iter();
    known.find_map(|(name, ranges)| Some((*ranges, text.strip_prefix(*name)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_matched_as_by_a_shell() {
        for (pattern, name, is) in [
            ("*.conf", "10-a.conf", true),
            ("*.conf", "10-a.conf.dpkg-old", false),
            ("*.conf", ".a.conf", false),
            (".*.conf", ".a.conf", true),
            ("?0-*", "10-", true),
            ("*a*b", "xaxbab", true),
            ("*a*b", "xaxba", false),
            ("[0-9][0-9]-*", "10-a", true),
            ("[0-9][0-9]-*", "a0-a", false),
            ("[!a-c]*", "d", true),
            ("[!a-c]*", "b", false),
            ("[]x]", "]", true),
            ("[a-]", "-", true),
            ("[[:digit:]_]", "7", true),
            ("[[:digit:]_]", "a", false),
            ("[a", "[a", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
        ] {
            let matches = Pattern::of_files(pattern).matches_file(name);
            assert_eq!(matches, is, "{pattern} {name}");
        }
    }

    #[test]
    fn brackets_stand_for_themselves_in_names() {
        assert!(Pattern::of_names("[a]?*").matches("[a]bc"));
        assert!(!Pattern::of_names("[a]").matches("a"));
    }
}
