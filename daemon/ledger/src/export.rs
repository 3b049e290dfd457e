//! The log as a text: the stored bytes of each event on a line of its own. Hashing the lines gives
//! the tree, so that a reader with the text and a checkpoint needs nothing else to check it.

use crate::error::LedgerError;
use crate::log::MAX_EVENT;
use crate::log_reader::LogReader;
use crate::tree::{Frontier, Hash, leaf_hash};
use std::io::{BufRead, BufWriter, Read, Write};
use std::path::Path;

/// Writes all durable events to `out`. Returns how many there were.
pub fn export(log: &LogReader, out: impl Write) -> Result<u64, LedgerError> {
    let failed = || LedgerError::io("cannot write", Path::new("the export"));
    let mut out = BufWriter::new(out);
    let mut events = 0;
    log.for_each(0, |_, event| {
        events += 1;
        out.write_all(event)
            .and_then(|()| out.write_all(b"\n"))
            .map_err(failed())
    })?;
    out.flush().map_err(failed())?;
    Ok(events)
}

/// Reads an exported log event by event, in bounded memory, and computes its tree on the way.
pub struct ExportReader<R> {
    input: R,
    line: Vec<u8>,
    tree: Frontier,
}

impl<R: BufRead> ExportReader<R> {
    /// A reader of the exported log `input`.
    pub const fn new(input: R) -> Self {
        Self {
            input,
            line: Vec::new(),
            tree: Frontier::new(),
        }
    }

    /// The stored bytes of the next event; `None` at the end. An error names the line, which is
    /// one more than the number of the event.
    pub fn next_event(&mut self) -> Result<Option<&[u8]>, LedgerError> {
        let line = self.tree.size() + 1;
        let refuse = |why: String| LedgerError::Export { line, why };
        self.line.clear();
        let read = (&mut self.input)
            .take(MAX_EVENT as u64 + 2)
            .read_until(b'\n', &mut self.line)
            .map_err(|error| refuse(format!("it cannot be read: {error}")))?;
        if read == 0 {
            return Ok(None);
        }
        let Some((b'\n', event)) = self.line.split_last() else {
            return Err(refuse(if read > MAX_EVENT {
                format!("it has more than the {MAX_EVENT} bytes that an event may have")
            } else {
                "it has no end: the export was cut off".to_owned()
            }));
        };
        if event.is_empty() {
            return Err(refuse("it is empty".to_owned()));
        }
        if event.len() > MAX_EVENT {
            return Err(refuse(format!(
                "it has more than the {MAX_EVENT} bytes that an event may have"
            )));
        }
        self.tree.append(leaf_hash(event));
        Ok(Some(event))
    }

    /// How many events were read.
    pub const fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The root of the tree over the events read so far: at the size of a checkpoint it is the
    /// checkpoint's root.
    pub fn root(&self) -> Hash {
        self.tree.root()
    }
}

/// Reads a whole exported log. Returns the number of its events and the root of their tree.
pub fn export_root(input: impl BufRead) -> Result<(u64, Hash), LedgerError> {
    let mut reader = ExportReader::new(input);
    while reader.next_event()?.is_some() {}
    Ok((reader.size(), reader.root()))
}
