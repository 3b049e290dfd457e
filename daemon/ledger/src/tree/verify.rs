//! Checking proofs from somebody who is not trusted (RFC 9162 sections 2.1.3.2 and 2.1.4.2).
//!
//! A proof is any sequence of hashes and a size any number: nothing here can overflow or run
//! longer than the tree is high.

use super::{EMPTY_ROOT, Hash, TreeError, node_hash};

/// No valid proof has more hashes than this. Readers of proofs need not take more.
pub const MAX_PROOF_LEN: usize = 65;

/// Checks that the event with `leaf` as its [`leaf_hash`](super::leaf_hash) is number `index` of
/// the `size` events under `root`.
///
/// `size` and `root` must come from a verified checkpoint, together: a proof alone does not tell
/// the size.
pub fn verify_inclusion(
    proof: &[Hash],
    leaf: Hash,
    index: u64,
    size: u64,
    root: Hash,
) -> Result<(), TreeError> {
    if index >= size {
        return Err(TreeError::NotInTree { index, size });
    }
    if root_from_inclusion(proof, leaf, index, size) == Some(root) {
        Ok(())
    } else {
        Err(TreeError::InclusionRefused { index, size })
    }
}

/// The root that the proof leads to, or `None` if it has the wrong length.
fn root_from_inclusion(proof: &[Hash], leaf: Hash, index: u64, size: u64) -> Option<Hash> {
    if proof.len() > MAX_PROOF_LEN {
        return None;
    }
    let mut node = Edge {
        node: index,
        last: size - 1,
    };
    let mut hash = leaf;
    for sibling in proof {
        if node.last == 0 {
            return None;
        }
        if node.has_left_sibling() {
            hash = node_hash(sibling, &hash);
            node.skip_lone_ancestors();
        } else {
            hash = node_hash(&hash, sibling);
        }
        node.up();
    }
    (node.last == 0).then_some(hash)
}

/// Checks that the log of `new_size` events under `new_root` begins with exactly the `old_size`
/// events under `old_root`.
///
/// Of equal sizes the roots must be equal. Everything continues the empty log. A smaller new size
/// is [`TreeError::RolledBack`].
pub fn verify_consistency(
    proof: &[Hash],
    old_size: u64,
    old_root: Hash,
    new_size: u64,
    new_root: Hash,
) -> Result<(), TreeError> {
    let (old, new) = (old_size, new_size);
    if old > new {
        return Err(TreeError::RolledBack { old, new });
    }
    let consistent = if old == new {
        proof.is_empty() && old_root == new_root && (old > 0 || old_root == EMPTY_ROOT)
    } else if old == 0 {
        proof.is_empty() && old_root == EMPTY_ROOT
    } else {
        roots_from_consistency(proof, old, old_root, new) == Some((old_root, new_root))
    };
    if consistent {
        Ok(())
    } else {
        Err(TreeError::ConsistencyRefused { old, new })
    }
}

/// The old and the new root that the proof leads to, or `None` if it has the wrong length. The
/// sizes are such that `0 < old < new`.
fn roots_from_consistency(
    proof: &[Hash],
    old: u64,
    old_root: Hash,
    new: u64,
) -> Option<(Hash, Hash)> {
    if proof.len() > MAX_PROOF_LEN {
        return None;
    }
    // A complete old tree is itself a node of the new one, and the proof leaves it out.
    let (first, rest) = if old.is_power_of_two() {
        (old_root, proof)
    } else {
        let (first, rest) = proof.split_first()?;
        (*first, rest)
    };
    let mut node = Edge {
        node: old - 1,
        last: new - 1,
    };
    while node.node & 1 == 1 {
        node.up();
    }
    let (mut old_hash, mut new_hash) = (first, first);
    for sibling in rest {
        if node.last == 0 {
            return None;
        }
        if node.has_left_sibling() {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            node.skip_lone_ancestors();
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node.up();
    }
    (node.last == 0).then_some((old_hash, new_hash))
}

/// A node on the way up, and the last node of its level (`fn` and `sn` in the RFC).
struct Edge {
    node: u64,
    last: u64,
}

impl Edge {
    fn has_left_sibling(&self) -> bool {
        self.node & 1 == 1 || self.node == self.last
    }

    /// The last node of a level may stand alone; then it is its parent's only child, and the same
    /// hash. Go up to where it has a sibling.
    fn skip_lone_ancestors(&mut self) {
        while self.node & 1 == 0 && self.node != 0 {
            self.up();
        }
    }

    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }
}
