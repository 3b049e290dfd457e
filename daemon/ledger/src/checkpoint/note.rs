//! The envelope: text, an empty line, signature lines.

use super::{CheckpointError, Origin};
use data_encoding::BASE64;
use secinfo_domain::from_base64;

/// A note of more bytes is refused unread. C2SP signed-note demands room for 16 signatures, which
/// may be of nearly 5 kB each, a third more in base64.
pub const MAX_NOTE_LEN: usize = 128 * 1024;

/// The number of bytes in front of each signature that say by which key it is.
pub(super) const KEY_ID_LEN: usize = 4;

const SIGNATURE_PREFIX: &str = "\u{2014} ";

/// A signed text, taken apart. Nothing about it is trusted yet.
pub(super) struct Note<'a> {
    /// What was signed, its last newline included.
    pub(super) text: &'a str,
    pub(super) signatures: Vec<NoteSignature>,
}

/// One signature line.
pub(super) struct NoteSignature {
    pub(super) name: Origin,
    pub(super) key_id: [u8; KEY_ID_LEN],
    pub(super) bytes: Vec<u8>,
}

impl<'a> Note<'a> {
    pub(super) fn parse(note: &'a str) -> Result<Self, CheckpointError> {
        use CheckpointError::{MalformedNote, TooLong};

        if note.len() > MAX_NOTE_LEN {
            return Err(TooLong);
        }
        if note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(MalformedNote("it has a control character"));
        }
        // The text may have empty lines of its own: the last one is where the signatures begin.
        let gap = note
            .rfind("\n\n")
            .ok_or(MalformedNote("no empty line parts text and signatures"))?;
        let (text, signatures) = (&note[..=gap], &note[gap + 2..]);
        let signatures = signatures
            .strip_suffix('\n')
            .ok_or(MalformedNote(
                "its last signature line is missing or has no end",
            ))?
            .split('\n')
            .map(|line| {
                NoteSignature::parse(line).ok_or(MalformedNote("a signature line is broken"))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { text, signatures })
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Option<Self> {
        let (name, signature) = line.strip_prefix(SIGNATURE_PREFIX)?.split_once(' ')?;
        let signature = from_base64(signature)?;
        let (key_id, bytes) = signature.split_first_chunk::<KEY_ID_LEN>()?;
        if bytes.is_empty() {
            return None;
        }
        Some(Self {
            name: name.parse().ok()?,
            key_id: *key_id,
            bytes: bytes.to_vec(),
        })
    }

    /// The line, without the newline that ends it.
    pub(super) fn line(&self) -> String {
        let mut signature = self.key_id.to_vec();
        signature.extend_from_slice(&self.bytes);
        format!(
            "{SIGNATURE_PREFIX}{} {}",
            self.name,
            BASE64.encode(&signature)
        )
    }
}
