//! What is read of a file is compared with what `pam_u2f` itself finds in it for a user. It needs no key
//! for that: it says which it looks for before it looks for them.

use super::super::pam_service::PamService;
use super::{PublicKey, SecurityKeyCredential};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use std::path::Path;
use std::process::Stdio;

/// The module, in a service of its own.
struct Module(PamService);

/// A key that the module looks for.
#[derive(Debug, PartialEq, Eq, Default)]
struct Key {
    handle: Vec<u8>,
    public: Vec<u8>,
    presence: bool,
    verification: bool,
    pin: bool,
}

impl Module {
    fn new(service: &str) -> Self {
        let rule = |file: &Path| format!("pam_u2f.so debug authfile={}", file.display());
        Self(PamService::new(service, rule))
    }

    /// The keys of root in this file, as far as they can be decoded.
    fn keys(&self, content: &str) -> Vec<Key> {
        let told = self
            .0
            .authenticate(content)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let told = [told.stdout, told.stderr].concat();
        let told = String::from_utf8_lossy(&told).into_owned();
        assert!(told.contains("Requesting authentication"), "{told}");
        let mut parts = Vec::new();
        for line in told.lines() {
            if line.contains("Matched user: ") {
                // Those of a line before are forgotten.
                parts.clear();
            }
            for part in ["KeyHandle", "publicKey", "COSE type", "Attributes"] {
                let said = line.split_once(&format!("{part} for device number "));
                if let Some((_, text)) = said.and_then(|(_, said)| said.split_once(": ")) {
                    parts.push((part, text.to_owned()));
                }
            }
        }
        // After an error in the line it has none.
        let found = told.rsplit_once("Found ").map(|(_, rest)| rest);
        let found = found.and_then(|rest| rest.split(' ').next()?.parse().ok());
        let keys: Vec<_> = parts
            .split_inclusive(|(part, _)| *part == "Attributes")
            .map(decoded)
            .collect();
        let keys = if found == Some(0) || told.contains("is not 1!") {
            Vec::new()
        } else {
            keys
        };
        keys.into_iter().flatten().collect()
    }
}

/// The parts of one key.
fn decoded(parts: &[(&str, String)]) -> Option<Key> {
    let get = |name| {
        let part = parts.iter().find(|(part, _)| *part == name);
        part.map_or("", |(_, text)| text.as_str())
    };
    let (handle, public) = (get("KeyHandle"), get("publicKey"));
    let options = get("Attributes");
    let of_old = HEXLOWER_PERMISSIVE.decode(public.as_bytes()).ok();
    let (handle, public) = match of_old {
        Some(point) if !point.is_empty() => (
            BASE64URL_NOPAD.decode(handle.trim_end_matches('=').as_bytes()),
            Ok(point[1..].to_vec()),
        ),
        _ if handle == "*" => (Ok(Vec::new()), BASE64.decode(public.as_bytes())),
        _ => (
            BASE64.decode(handle.as_bytes()),
            BASE64.decode(public.as_bytes()),
        ),
    };
    Some(Key {
        handle: handle.ok()?,
        public: public.ok()?,
        presence: options.contains("+presence"),
        verification: options.contains("+verification"),
        pin: options.contains("+pin"),
    })
}

fn key(credential: &SecurityKeyCredential) -> Key {
    Key {
        handle: credential.key_handle.clone(),
        public: match &credential.public_key {
            PublicKey::Es256 { x, y } => [*x, *y].concat(),
            PublicKey::EdDsa(key) => key.to_vec(),
            PublicKey::Rs256 { modulus, exponent } => [&modulus[..], exponent].concat(),
        },
        presence: credential.presence,
        verification: credential.verification,
        pin: credential.pin,
    }
}

/// Compares one file; how many keys root has in it.
fn compare(module: &Module, content: &str) -> usize {
    let import = super::read(content.as_bytes()).unwrap();
    let of_root = import.entries.iter().map(|(_, mapping)| mapping);
    let ours: Vec<_> = of_root
        .filter(|mapping| mapping.user.as_str() == "root")
        .map(|mapping| key(&mapping.credential))
        .collect();
    assert_eq!(ours, module.keys(content), "{content:?}");
    ours.len()
}

/// A key that is told from others by this byte.
fn new(byte: u8, options: &str) -> String {
    let (handle, public) = (BASE64.encode(&[byte; 64]), BASE64.encode(&[byte; 32]));
    format!("{handle},{public},eddsa{options}")
}

fn old(byte: u8) -> String {
    let (handle, public) = (
        BASE64URL_NOPAD.encode(&[byte; 64]),
        HEXLOWER_PERMISSIVE.encode(&[byte; 64]),
    );
    format!("{handle},04{public}")
}

#[test]
fn the_keys_of_a_user_are_those_that_the_module_looks_for() {
    let module = Module::new("u2f-keys");
    let (one, two) = (new(1, ",+presence"), new(2, ",+presence+verification"));
    for (content, count) in [
        (format!("root:{one}\n"), 1),
        (format!("root:{one}"), 1),
        (format!("root:{one}:{two}\n"), 2),
        (format!("root:{}\n", old(3)), 1),
        (format!("root:{}:{one}:{}\n", old(3), old(4)), 3),
        (format!("root:{}\n", new(1, ",")), 1),
        (format!("root:{}\n", new(1, ",+pin")), 1),
        (format!("root:{}\n", new(1, ",+presence,more,")), 1),
        (
            format!("root:*,{},eddsa,+presence\n", BASE64.encode(&[7; 32])),
            1,
        ),
        (format!("root::{one}::{two}:\n"), 2),
        (format!(":root:{one}\n"), 1),
        (format!("root:{one}\r\n"), 1),
        // The last line of a user counts, also one without a key.
        (format!("root:{one}\nroot:{two}\n"), 1),
        (format!("root:{one}:{two}\nother:{one}\nroot:{two}\n"), 1),
        (format!("root:{one}\nroot:\n"), 0),
        (format!("root:{one}\nroot\n"), 0),
        (
            format!("\n# a remark\nother:{one}\n\nroot:{one}\n#root:{two}\n"),
            1,
        ),
        (format!("rooted:{one}\nroo:{two}\nROOT:{one}\n"), 0),
        (format!(" root:{one}\n"), 0),
        (format!("root :{one}\n"), 0),
        (format!("\troot:{one}\n"), 0),
        (format!("root:{one}\n root:{two}\n"), 1),
    ] {
        assert_eq!(compare(&module, &content), count, "{content:?}");
    }
}

#[test]
fn a_line_that_the_module_cannot_read_has_no_key() {
    let module = Module::new("u2f-lines");
    let one = new(1, ",+presence");
    for line in ["root:a", "root:,", "root:a:b", "root"] {
        assert_eq!(compare(&module, &format!("{line}\n")), 0, "{line}");
        // Nor has the one before.
        assert_eq!(
            compare(&module, &format!("root:{one}\n{line}\n")),
            0,
            "{line}"
        );
    }
}
