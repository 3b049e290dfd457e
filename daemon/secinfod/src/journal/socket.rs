//! The native protocol of systemd-journald (<https://systemd.io/JOURNAL_NATIVE_PROTOCOL/>).

use super::types::Priority;
use std::io;
use std::os::unix::net::UnixDatagram;

/// Where journald listens.
const JOURNALD: &str = "/run/systemd/journal/socket";

/// A socket to journald. It never waits: a journal that is full or gone must not block its sender.
pub(super) struct JournalSocket(UnixDatagram);

impl JournalSocket {
    /// None where systemd has not connected our output to the journal (`JOURNAL_STREAM`, see
    /// systemd.exec(5)), or it cannot be reached.
    pub(super) fn of_systemd() -> Option<Self> {
        std::env::var_os("JOURNAL_STREAM")?;
        let socket = UnixDatagram::unbound().ok()?;
        socket.set_nonblocking(true).ok()?;
        let socket = Self(socket);
        // An entry without fields is none.
        match socket.send(&[]) {
            Ok(()) => Some(socket),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Some(socket),
            Err(_) => None,
        }
    }

    /// Sends one entry, whole or not at all.
    pub(super) fn send(&self, entry: &[u8]) -> io::Result<()> {
        // By its path each time: journald may have been started again.
        self.0.send_to(entry, JOURNALD).map(|_| ())
    }
}

/// The beginning of an entry: what every one has. `facility` is one of syslog(3).
pub(super) fn begin(message: &str, priority: Priority, facility: &str) -> Vec<u8> {
    let mut entry = Vec::with_capacity(512);
    put(&mut entry, "MESSAGE", message);
    put(&mut entry, "PRIORITY", &(priority as u8).to_string());
    put(&mut entry, "SYSLOG_FACILITY", facility);
    put(&mut entry, "SYSLOG_IDENTIFIER", "secinfod");
    entry
}

/// Adds a field. `name` is of capital letters, digits and underscores.
pub(super) fn put(entry: &mut Vec<u8>, name: &str, value: &str) {
    entry.extend_from_slice(name.as_bytes());
    if value.contains('\n') {
        entry.push(b'\n');
        entry.extend_from_slice(&(value.len() as u64).to_le_bytes());
    } else {
        entry.push(b'=');
    }
    entry.extend_from_slice(value.as_bytes());
    entry.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::put;

    #[test]
    fn a_field_is_one_line_and_a_value_of_several_has_its_length_before_it() {
        let mut entry = Vec::new();
        put(&mut entry, "MESSAGE", "It went well.");
        put(&mut entry, "SECINFO_KIND", "");
        put(&mut entry, "OTHER", "a\nPRIORITY=0");
        let expected =
            b"MESSAGE=It went well.\nSECINFO_KIND=\nOTHER\n\x0c\0\0\0\0\0\0\0a\nPRIORITY=0\n";
        assert_eq!(entry, expected);
    }
}
