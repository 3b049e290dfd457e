//! The text that is signed.

use super::{CheckpointError, Origin};
use crate::tree::Hash;
use std::fmt;
use std::str::FromStr;

/// A tree head: which log, how many events, the root of their tree. As text it is the body of a
/// C2SP tlog-checkpoint, each line ended by a newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: Origin,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// The head of the log `origin` with `size` events under `root`.
    pub const fn new(origin: Origin, size: u64, root: Hash) -> Self {
        Self {
            origin,
            size,
            root,
            extensions: Vec::new(),
        }
    }

    /// The log.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The number of events.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree of these events.
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// Further lines that were signed with the rest. The daemon writes none; they are kept so that
    /// a checkpoint of another program is shown as it was signed.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        self.extensions
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        use CheckpointError::MalformedCheckpoint;

        let text = text
            .strip_suffix('\n')
            .ok_or(MalformedCheckpoint("its last line has no end"))?;
        let mut lines = text.split('\n');
        let mut line = || {
            lines
                .next()
                .ok_or(MalformedCheckpoint("it has fewer than three lines"))
        };
        let (origin, size, root) = (line()?, line()?, line()?);

        let origin = origin
            .parse()
            .map_err(|_| MalformedCheckpoint("its first line does not name a log"))?;
        let size = parse_size(size).ok_or(MalformedCheckpoint("its second line is no size"))?;
        let root = root
            .parse()
            .map_err(|_| MalformedCheckpoint("its third line is no hash in base64"))?;
        let extensions: Vec<_> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(MalformedCheckpoint("it has an empty line"));
        }
        Ok(Self {
            origin,
            size,
            root,
            extensions,
        })
    }
}

/// A decimal number in the one spelling that is allowed: digits only, no leading zeros.
fn parse_size(text: &str) -> Option<u64> {
    let size: u64 = text.parse().ok()?;
    (size.to_string() == text).then_some(size)
}
