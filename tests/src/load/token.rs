//! Counter-based hardware tokens, starting with their import.

use super::last_part;
use crate::ROOT_PATH;
use crate::client::{Client, pipe_with};
use crate::load::SeededRandom;
use secinfo_test_person::hotp;
use secinfo_wire::ImportReply;
use std::collections::HashMap;
use std::fmt::Write as _;
use zbus::Variant;

/// How many codes are computed at once.
const CODES_AT_ONCE: u32 = 2000;
/// More than the look-ahead of [`Load::setup`]'s policy.
const AHEAD: u64 = 20;

/// A counter-based hardware token.
pub struct Token {
    /// The method's object.
    pub path: String,
    key: String,
    pub(super) next: u64,
    codes: Vec<String>,
    from: u64,
}

impl Token {
    /// Creates a new token with this base32 key.
    pub fn new(key: &str) -> Self {
        Self {
            path: String::new(),
            key: key.to_owned(),
            next: 0,
            codes: Vec::new(),
            from: 0,
        }
    }

    /// Gives this user a token, whose key is derived from the seed.
    pub async fn give(root: &Client, user: &Client, seed: u64) -> Self {
        let mut token = Self::new(&key_of(user.uid, seed));
        import(root, std::iter::once((&user.uid, &token))).await;
        activate(user, &mut token).await;
        token
    }

    /// The next code.
    pub fn next_code(&mut self) -> String {
        self.next += 1;
        self.code(self.next - 1)
    }

    /// The method's id.
    pub fn id(&self) -> String {
        last_part(&self.path)
    }

    /// The code for a counter, computed by `oathtool`.
    pub fn code(&mut self, counter: u64) -> String {
        if counter < self.from || counter >= self.from + self.codes.len() as u64 {
            self.from = counter;
            self.codes = hotp(&self.key, 6, counter, CODES_AT_ONCE);
        }
        self.codes[usize::try_from(counter - self.from).unwrap()].clone()
    }

    pub(super) fn wrong_code(&mut self) -> String {
        let near: Vec<_> = (self.next.saturating_sub(1)..self.next + AHEAD)
            .map(|counter| self.code(counter))
            .collect();
        (0..=near.len())
            .map(|number| format!("{number:06}"))
            .find(|code| !near.contains(code))
            .expect("there is one candidate more than valid codes")
    }
}

/// Imports the tokens of these users.
pub(super) async fn import<'a>(root: &Client, tokens: impl Iterator<Item = (&'a u32, &'a Token)>) {
    let mut table = String::from("serial number,secret key,time interval,manufacturer,model\n");
    for (uid, token) in tokens {
        writeln!(table, "load-{uid},{},0,Example,Counter", token.key).unwrap();
    }
    let options: HashMap<&str, Variant<'_>> = HashMap::new();
    let body = ("csv", pipe_with(table.as_bytes()), options);
    let (imported, _, problems): ImportReply = root
        .call(ROOT_PATH, "Tokens", "ImportTokens", &body)
        .await
        .unwrap();
    assert!(imported > 0 && problems.is_empty(), "{problems:?}");
}

pub(super) async fn activate(user: &Client, token: &mut Token) {
    let serial = format!("load-{}", user.uid);
    let options = HashMap::from([("serial", Variant::from(serial))]);
    let (session, _) = user
        .start_enrollment("hardware-token", options)
        .await
        .unwrap();
    let code = token.code(0);
    let enrolled = user
        .finish_enrollment(session.as_str(), &code)
        .await
        .unwrap();
    token.path = enrolled.method.to_string();
    token.next = 1;
}

/// A base32 key of 160 bits, unique to this user.
pub(super) fn key_of(uid: u32, seed: u64) -> String {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut random = SeededRandom::new(
        seed.wrapping_mul(0x1_0000_0000)
            .wrapping_add(u64::from(uid)),
    );
    let digit = |_| char::from(DIGITS[usize::try_from(random.below(32)).unwrap()]);
    (0..32).map(digit).collect()
}
