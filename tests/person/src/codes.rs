//! TOTP and HOTP codes, computed by the independent program `oathtool`.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The length of a time step, in seconds.
const STEP: u64 = 30;
/// A code is not used in the last seconds of its time step, so that it is still valid on arrival.
const MARGIN: u64 = 3;

/// The next number that is tried as a wrong code.
static NEXT_WRONG: AtomicU32 = AtomicU32::new(0);

/// The time in Unix seconds.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// The hash of a TOTP code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// The hash with this name in an enrollment.
    pub fn named(name: &str) -> Self {
        match name {
            "SHA1" => Self::Sha1,
            "SHA256" => Self::Sha256,
            "SHA512" => Self::Sha512,
            other => panic!("unknown hash {other}"),
        }
    }

    const fn option(self) -> &'static str {
        match self {
            Self::Sha1 => "--totp=sha1",
            Self::Sha256 => "--totp=sha256",
            Self::Sha512 => "--totp=sha512",
        }
    }
}

/// Runs `oathtool` with the key on its standard input, where the process list does not show it.
fn oathtool(arguments: &[&str], key: &str) -> Vec<String> {
    let mut process = Command::new("oathtool")
        .args(arguments)
        .args(["--base32", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("oathtool is installed (Debian package oathtool)");
    let mut input = process.stdin.take().unwrap();
    input.write_all(key.as_bytes()).unwrap();
    drop(input);
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "oathtool {arguments:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The TOTP code of a base32 key at this Unix time.
pub fn totp(key: &str, algorithm: Algorithm, digits: u32, time: u64) -> String {
    let (time, digits) = (format!("@{time}"), digits.to_string());
    oathtool(
        &[algorithm.option(), "--now", &time, "--digits", &digits],
        key,
    )
    .remove(0)
}

/// `count` HOTP codes of a base32 key, starting at a counter.
pub fn hotp(key: &str, digits: u32, counter: u64, count: u32) -> Vec<String> {
    let (counter, digits) = (counter.to_string(), digits.to_string());
    let window = count.saturating_sub(1).to_string();
    let arguments = [
        "--hotp",
        "--counter",
        &counter,
        "--window",
        &window,
        "--digits",
        &digits,
    ];
    oathtool(&arguments, key)
}

/// The TOTP codes of an app or token.
#[derive(Debug, Clone)]
pub struct Codes {
    /// The key in base32, without spaces.
    pub key: String,
    /// The hash.
    pub algorithm: Algorithm,
    /// The number of digits.
    pub digits: u32,
    /// How many steps the policy lets a code be off.
    pub drift: u64,
    last: u64,
}

impl Codes {
    /// Codes of this key, with the usual algorithm and digits.
    pub fn new(key: &str) -> Self {
        Self {
            key: key.replace(' ', ""),
            algorithm: Algorithm::Sha1,
            digits: 6,
            drift: 1,
            last: 0,
        }
    }

    /// The codes that an app shows after scanning this URI.
    pub fn of_uri(uri: &str) -> Self {
        let (_, query) = uri.split_once('?').expect("a URI with parameters");
        let parameter = |name: &str| {
            let found = query.split('&').find_map(|part| part.strip_prefix(name));
            found.and_then(|value| value.strip_prefix('='))
        };
        assert_eq!(parameter("period").unwrap_or("30"), "30");
        Self {
            algorithm: Algorithm::named(parameter("algorithm").unwrap_or("SHA1")),
            digits: parameter("digits").map_or(6, |digits| digits.parse().unwrap()),
            ..Self::new(parameter("secret").unwrap())
        }
    }

    /// The code `offset` steps from now. Waits if the step is about to end, so that the code is
    /// still `offset` steps off when the daemon gets it.
    pub fn at(&self, offset: i64) -> String {
        self.of_step(current_step().checked_add_signed(offset).unwrap())
    }

    /// The code of a step.
    pub fn of_step(&self, step: u64) -> String {
        totp(&self.key, self.algorithm, self.digits, step * STEP)
    }

    /// A valid code that has not been used before. At any time there are `2 × drift + 1` valid
    /// codes; this waits if they are used up.
    pub fn fresh(&mut self) -> String {
        loop {
            let current = current_step();
            let step = (self.last + 1).max(current - self.drift);
            if step <= current + self.drift {
                self.last = step;
                return self.of_step(step);
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// The step of the last fresh code.
    pub const fn last_step(&self) -> u64 {
        self.last
    }

    /// Repeats the last fresh code.
    pub fn again(&self) -> String {
        self.of_step(self.last)
    }

    /// A code that is not valid now, and another one each time.
    pub fn wrong(&self) -> String {
        let current = current_step();
        let reach = self.drift + 2;
        let good: Vec<_> = (current - reach..=current + reach)
            .map(|step| self.of_step(step))
            .collect();
        let width = self.digits as usize;
        loop {
            let number = NEXT_WRONG.fetch_add(1, Ordering::Relaxed) % 1_000_000;
            let code = format!("{number:0width$}");
            if !good.contains(&code) {
                return code;
            }
        }
    }
}

/// The current step, which lasts for a few more seconds.
fn current_step() -> u64 {
    loop {
        let time = now();
        if time % STEP < STEP - MARGIN {
            return time / STEP;
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// An enrolled authenticator app.
#[derive(Debug, Clone)]
pub struct App {
    /// The path of the method's object.
    pub path: String,
    /// The app's codes.
    pub codes: Codes,
}

impl App {
    /// The method's id.
    pub fn id(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}
