//! Records beside the events, and how they change.

/// The first byte of a record's key: whose record it is. An engine that keeps events and records in
/// one place has the other letters for itself.
pub(crate) mod letter {
    /// Hash tiles.
    pub(crate) const TILE: u8 = b't';
    /// The vault's wrapped keys.
    pub(crate) const KEY: u8 = b'k';
    /// Which users each stretch of the log is about.
    pub(crate) const USERS: u8 = b'u';
    /// What a log says of itself.
    pub(crate) const META: u8 = b'm';
}

/// Records to insert or remove in one step. Later changes of a key win over earlier ones.
#[derive(Debug, Default)]
pub(crate) struct Changes(Vec<(Vec<u8>, Option<Vec<u8>>)>);

impl Changes {
    pub(crate) fn put(&mut self, key: &[u8], value: impl Into<Vec<u8>>) {
        self.0.push((key.to_vec(), Some(value.into())));
    }

    pub(crate) fn remove(&mut self, key: &[u8]) {
        self.0.push((key.to_vec(), None));
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changes in order: each key, and its value unless it is removed.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_slice(), value.as_deref()))
    }

    /// Bytes that the changes take, roughly, with what an engine adds.
    pub(crate) fn footprint(&self) -> u64 {
        self.iter()
            .map(|(key, value)| (key.len() + value.map_or(0, <[u8]>::len)) as u64 + 64)
            .sum()
    }
}
