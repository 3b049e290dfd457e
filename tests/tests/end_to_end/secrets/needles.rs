//! What must not be found, and looking for it.

use data_encoding::{BASE32_NOPAD, HEXLOWER, HEXUPPER};
use std::collections::BTreeSet;

/// The texts that must not be found.
#[derive(Default)]
pub(super) struct Secrets {
    needles: Vec<(String, Vec<u8>)>,
    /// Digits, which may be part of longer numbers.
    pub(super) codes: BTreeSet<String>,
}

impl Secrets {
    pub(super) fn add(&mut self, what: &str, text: &str) {
        self.needles.push((what.to_owned(), text.into()));
    }

    pub(super) fn add_key(&mut self, base32: &str) {
        let base32 = base32.to_uppercase();
        let raw = BASE32_NOPAD.decode(base32.as_bytes()).unwrap();
        self.add("a key in base32", &base32);
        self.add("a key in base32", &base32.to_lowercase());
        let groups: Vec<_> = base32
            .as_bytes()
            .chunks(4)
            .map(String::from_utf8_lossy)
            .collect();
        self.add("a key in groups", &groups.join(" ").to_lowercase());
        self.add("a key in hexadecimal", &HEXLOWER.encode(&raw));
        self.add("a key in hexadecimal", &HEXUPPER.encode(&raw));
        let numbers: Vec<_> = raw.iter().map(ToString::to_string).collect();
        self.add("a key as a list of bytes", &numbers.join(", "));
        self.add("a key as a list of bytes", &numbers.join(","));
        self.needles.push(("a raw key".to_owned(), raw));
    }

    /// Adds a code that is written in groups.
    pub(super) fn add_written(&mut self, what: &str, code: &str) {
        self.add(what, code);
        self.add(what, &code.replace('-', ""));
        self.add(what, &code.to_uppercase());
    }

    /// The texts that are in these bytes.
    pub(super) fn found_in(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for (what, needle) in &self.needles {
            if bytes.windows(needle.len()).any(|window| window == needle) {
                found.insert(what.as_str());
            }
        }
        for code in &self.codes {
            let code = code.as_bytes();
            let hit = bytes.windows(code.len()).enumerate().any(|(at, window)| {
                let before = at.checked_sub(1).and_then(|at| bytes.get(at));
                let after = bytes.get(at + code.len());
                let in_number = [before, after]
                    .into_iter()
                    .flatten()
                    .any(u8::is_ascii_digit);
                window == code && !in_number
            });
            if hit {
                found.insert("a code");
            }
        }
        found
    }
}
