//! A node of the tree of keys, opened.

use super::seal::Secret;
use zeroize::Zeroizing;

/// The most keys in a leaf.
pub(super) const LEAF_KEYS: usize = 32;

/// How many bits of an id choose one of the nodes below a branch.
pub(super) const BITS: usize = 5;

pub(super) const ID: usize = 16;
pub(super) const KEY: usize = 32;

/// Where a node is: the numbers of the nodes on the way to it from the top, each below the one before.
pub(super) type Path = Vec<u8>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Leaf,
    Branch,
}

/// A node, opened: its kind, and entries of a name and a key each, by rising name. In a leaf the name
/// is the key's id, in a branch the number of the node below.
pub(super) struct Node {
    pub(super) kind: Kind,
    /// As it is sealed. Never grows beyond its first capacity, which would leave keys behind.
    body: Zeroizing<Vec<u8>>,
}

impl Kind {
    const fn name(self) -> usize {
        match self {
            Self::Leaf => ID,
            Self::Branch => 1,
        }
    }

    const fn width(self) -> usize {
        self.name() + KEY
    }

    const fn most(self) -> usize {
        match self {
            Self::Leaf => LEAF_KEYS,
            Self::Branch => 1 << BITS,
        }
    }
}

impl Node {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            body: Zeroizing::new(Vec::with_capacity(kind.most() * kind.width())),
        }
    }

    pub(super) fn decode(plain: &[u8]) -> Option<Self> {
        let (kind, body) = plain.split_first()?;
        let kind = match kind {
            0 => Kind::Leaf,
            1 => Kind::Branch,
            _ => return None,
        };
        let mut node = Self::new(kind);
        if body.len() % kind.width() != 0 || body.len() > node.body.capacity() {
            return None;
        }
        node.body.extend_from_slice(body);
        node.entries()
            .map(|(name, _)| name)
            .is_sorted_by(|a, b| a < b)
            .then_some(node)
    }

    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut plain = Zeroizing::new(Vec::with_capacity(1 + self.body.len()));
        plain.push(match self.kind {
            Kind::Leaf => 0,
            Kind::Branch => 1,
        });
        plain.extend_from_slice(&self.body);
        plain
    }

    pub(super) fn len(&self) -> usize {
        self.body.len() / self.kind.width()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&[u8], &[u8; KEY])> {
        self.body
            .chunks_exact(self.kind.width())
            .filter_map(|entry| entry.split_last_chunk::<KEY>())
    }

    /// The place of the entry with this name, or where it would be.
    pub(super) fn place(&self, name: &[u8]) -> (usize, bool) {
        let before = self.entries().take_while(|(known, _)| *known < name);
        let place = before.count();
        let known = self.entries().nth(place);
        (
            place * self.kind.width(),
            known.is_some_and(|(known, _)| known == name),
        )
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<Secret> {
        self.entries()
            .find(|(known, _)| *known == name)
            .map(|(_, key)| Zeroizing::new(*key))
    }

    /// Sets the key of this name. Returns whether there was none.
    pub(super) fn set(&mut self, name: &[u8], key: &[u8; KEY]) -> bool {
        let (place, is_known) = self.place(name);
        if is_known {
            let end = place + self.kind.width();
            self.body[end - KEY..end].copy_from_slice(key);
            return false;
        }
        debug_assert!(self.len() < self.kind.most());
        self.body
            .splice(place..place, name.iter().chain(key).copied());
        true
    }

    /// Removes the key of this name. Returns whether there was one.
    pub(super) fn remove(&mut self, name: &[u8]) -> bool {
        let (place, is_known) = self.place(name);
        if is_known {
            self.body.drain(place..place + self.kind.width());
        }
        is_known
    }
}
