//! The tree beside two other implementations, `ct-merkle` and `tlog_tiles`: the same roots, the
//! same proofs byte for byte, each accepted by the other, and tiles that the other can read. Then
//! what an attacker may do to a log, or to a proof, each held against an earlier root.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proptest::prelude::*;
use proptest::sample::Index;
use secinfo_ledger::tree::{
    Hash, HashTiles, TileSource, TreeError, consistency_proof, inclusion_proof, leaf_hash, root_at,
    verify_consistency, verify_inclusion,
};
use sha2::Sha256;
use std::collections::HashMap;
use std::sync::LazyLock;
use tlog_tiles::{Tile, TileHashReader, TileReader};

/// A log in memory: full tiles as they were handed out, and the growing ones.
#[derive(Default)]
struct Log {
    tree: HashTiles,
    stored: HashMap<(u8, u64), Vec<u8>>,
}

impl Log {
    fn new<E: AsRef<[u8]>>(events: impl IntoIterator<Item = E>) -> Self {
        let mut log = Self::default();
        for event in events {
            for full in log.tree.append(leaf_hash(event.as_ref())) {
                log.stored
                    .insert((full.id.level(), full.id.index()), full.bytes);
            }
        }
        log
    }

    fn root(&self) -> Hash {
        self.tree.root()
    }

    fn inclusion(&self, index: u64, size: u64) -> Vec<Hash> {
        inclusion_proof(self, index, size).unwrap()
    }

    fn consistency(&self, old: u64, new: u64) -> Vec<Hash> {
        consistency_proof(self, old, new).unwrap()
    }
}

impl TileSource for Log {
    type Error = TreeError;

    fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, TreeError> {
        let growing = self.tree.growing_tile(level, index).map(<[u8]>::to_vec);
        Ok(growing.or_else(|| self.stored.get(&(level, index)).cloned()))
    }
}

/// Lets `tlog_tiles` read our tiles. It checks each of them against the root that it is given.
impl TileReader for Log {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &Tile| {
            let mut bytes = self
                .tile(tile.level(), tile.level_index())
                .unwrap()
                .unwrap();
            bytes.truncate(tile.width() as usize * 32);
            bytes
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

fn event(number: u64) -> Vec<u8> {
    format!("{{\"seq\":{number}}}").into_bytes()
}

fn events(size: u64) -> impl Iterator<Item = Vec<u8>> {
    (0..size).map(event)
}

fn bytes_of(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn theirs(hash: Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(*hash.as_bytes())
}

fn all_theirs(proof: &[Hash]) -> Vec<tlog_tiles::Hash> {
    proof.iter().copied().map(theirs).collect()
}

/// The trees of `ct-merkle`, one for each size.
fn ct_tree(size: u64) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    events(size).for_each(|event| tree.push(event));
    tree
}

fn ct_root(root: Hash, size: u64) -> RootHash<Sha256> {
    RootHash::new((*root.as_bytes()).into(), size)
}

fn compare_inclusion(log: &Log, tree: &MemoryBackedTree<Sha256, Vec<u8>>, index: u64, size: u64) {
    let root = root_at(log, size).unwrap();
    let proof = log.inclusion(index, size);
    let leaf = leaf_hash(&event(index));

    let their_proof = tree.prove_inclusion(usize::try_from(index).unwrap());
    assert_eq!(
        bytes_of(&proof),
        their_proof.as_bytes(),
        "{index} of {size}"
    );
    let our_proof = InclusionProof::from_bytes(bytes_of(&proof));
    ct_root(root, size)
        .verify_inclusion(&event(index), index, &our_proof)
        .unwrap();
    tlog_tiles::check_record(&all_theirs(&proof), size, theirs(root), index, theirs(leaf)).unwrap();
    verify_inclusion(&proof, leaf, index, size, root).unwrap();
}

fn compare_consistency(log: &Log, tree: &MemoryBackedTree<Sha256, Vec<u8>>, old: u64, new: u64) {
    let (old_root, new_root) = (root_at(log, old).unwrap(), root_at(log, new).unwrap());
    let proof = log.consistency(old, new);
    verify_consistency(&proof, old, old_root, new, new_root).unwrap();
    if old == 0 {
        // The others do not know the empty tree as an old one.
        assert_eq!(proof, []);
        return;
    }
    let their_proof = tree.prove_consistency(usize::try_from(new - old).unwrap());
    assert_eq!(bytes_of(&proof), their_proof.as_bytes(), "{old} to {new}");
    let our_proof = ConsistencyProof::try_from_bytes(bytes_of(&proof)).unwrap();
    ct_root(new_root, new)
        .verify_consistency(&ct_root(old_root, old), &our_proof)
        .unwrap();
    tlog_tiles::check_tree(
        &all_theirs(&proof),
        new,
        theirs(new_root),
        old,
        theirs(old_root),
    )
    .unwrap();
}

/// One log that answers for every size it once had.
static LOG: LazyLock<Log> = LazyLock::new(|| Log::new(events(2000)));

#[test]
fn all_proofs_of_small_logs_are_the_same() {
    for size in 0..=70 {
        let tree = ct_tree(size);
        let root = root_at(&*LOG, size).unwrap();
        assert_eq!(root.as_bytes()[..], tree.root().as_bytes()[..]);
        assert_eq!(root, Log::new(events(size)).root());
        for other in 0..=size {
            compare_consistency(&LOG, &tree, other, size);
            if other < size {
                compare_inclusion(&LOG, &tree, other, size);
            }
        }
    }
}

#[test]
fn the_other_implementation_reads_our_tiles() {
    // Three levels of tiles.
    let size = 65_536 + 1000;
    let log = Log::new(events(size));
    let reader = TileHashReader::new(size, theirs(log.root()), &log);
    for index in [
        0,
        1,
        255,
        256,
        1023,
        65_535,
        65_536,
        66_047,
        66_048,
        size - 1,
    ] {
        let proof = tlog_tiles::prove_record(size, index, &reader).unwrap();
        assert!(proof == all_theirs(&log.inclusion(index, size)), "{index}");
        if index > 0 {
            let proof = tlog_tiles::prove_tree(size, index, &reader).unwrap();
            assert!(
                proof == all_theirs(&log.consistency(index, size)),
                "{index}"
            );
        }
    }
}

#[test]
fn tiles_have_the_names_that_the_other_implementation_gives_them() {
    for size in [1, 255, 256, 257, 2000, 65_536, 65_537] {
        let log = Log::new(events(size));
        let growing = log.tree.growing_tiles().map(|(id, _)| id.path());
        let full = log
            .stored
            .keys()
            .map(|(level, index)| secinfo_ledger::tree::TileId::full(*level, *index).path());
        let mut ours: Vec<_> = growing.chain(full).collect();
        // Its names begin with the height, which C2SP has fixed to 8 and left out.
        let mut theirs: Vec<_> = Tile::new_tiles(8, 0, size)
            .iter()
            .map(|tile| tile.path().replacen("tile/8/", "tile/", 1))
            .collect();
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs);
    }
}

/// What can be done to a proof. The last is for proofs that have no hash to change.
#[derive(Debug, Clone)]
enum ProofEdit {
    FlipBit(Index, Index),
    Remove(Index),
    Repeat(Index),
    Swap(Index, Index),
    Insert(Index, [u8; 32]),
}

impl ProofEdit {
    fn any() -> impl Strategy<Value = Self> {
        let place = any::<Index>;
        prop_oneof![
            (place(), place()).prop_map(|(hash, bit)| Self::FlipBit(hash, bit)),
            place().prop_map(Self::Remove),
            place().prop_map(Self::Repeat),
            (place(), place()).prop_map(|(one, other)| Self::Swap(one, other)),
            (place(), any::<[u8; 32]>()).prop_map(|(at, hash)| Self::Insert(at, hash)),
        ]
    }

    fn apply(&self, proof: &[Hash]) -> Vec<Hash> {
        let mut proof = proof.to_vec();
        let len = proof.len();
        match self {
            Self::Insert(at, hash) => proof.insert(at.index(len + 1), Hash::from_bytes(*hash)),
            _ if len == 0 => {}
            Self::FlipBit(hash, bit) => {
                let hash = &mut proof[hash.index(len)];
                let mut bytes = *hash.as_bytes();
                let bit = bit.index(256);
                bytes[bit / 8] ^= 1 << (bit % 8);
                *hash = Hash::from_bytes(bytes);
            }
            Self::Remove(hash) => drop(proof.remove(hash.index(len))),
            Self::Repeat(hash) => proof.insert(hash.index(len), proof[hash.index(len)]),
            Self::Swap(one, other) => proof.swap(one.index(len), other.index(len)),
        }
        proof
    }
}

/// What can be done to the events that a checkpoint covers.
#[derive(Debug, Clone)]
enum Tampering {
    Edit(Index),
    Insert(Index),
    Remove(Index),
    Reorder(Index, Index),
    /// Cut off after so many, then go on differently.
    Rewrite(Index),
}

impl Tampering {
    fn any() -> impl Strategy<Value = Self> {
        let place = any::<Index>;
        prop_oneof![
            place().prop_map(Self::Edit),
            place().prop_map(Self::Insert),
            place().prop_map(Self::Remove),
            (place(), place()).prop_map(|(one, other)| Self::Reorder(one, other)),
            place().prop_map(Self::Rewrite),
        ]
    }

    /// Changes one of the first `covered` events.
    fn apply(&self, events: &mut Vec<Vec<u8>>, covered: usize) {
        match self {
            Self::Edit(at) => events[at.index(covered)].push(b' '),
            Self::Insert(at) => events.insert(at.index(covered), b"{}".to_vec()),
            Self::Remove(at) => drop(events.remove(at.index(covered))),
            Self::Reorder(one, other) => events.swap(one.index(covered), other.index(covered)),
            Self::Rewrite(from) => {
                for event in &mut events[from.index(covered)..] {
                    event.push(b' ');
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn proofs_of_larger_logs_are_the_same(size in 1..2000_u64, at: Index, index: Index) {
        let tree = ct_tree(size);
        let limit = usize::try_from(size).unwrap();
        compare_consistency(&LOG, &tree, at.index(limit + 1) as u64, size);
        compare_inclusion(&LOG, &tree, index.index(limit) as u64, size);
    }

    #[test]
    fn a_changed_proof_is_refused(
        size in 1..2000_u64,
        at: Index,
        edits in prop::collection::vec(ProofEdit::any(), 1..4),
    ) {
        let at = at.index(usize::try_from(size).unwrap()) as u64;
        let (leaf, root) = (leaf_hash(&event(at)), root_at(&*LOG, size).unwrap());
        let change = |proof: &[Hash]| edits.iter().fold(proof.to_vec(), |proof, edit| edit.apply(&proof));

        let proof = LOG.inclusion(at, size);
        let changed = change(&proof);
        if changed != proof {
            let refused = Err(TreeError::InclusionRefused { index: at, size });
            prop_assert_eq!(verify_inclusion(&changed, leaf, at, size, root), refused);
        }
        // Nor does a proof serve another event, or the same at another place.
        let other = leaf_hash(b"another event");
        prop_assert!(verify_inclusion(&proof, other, at, size, root).is_err());
        if let Some(before) = at.checked_sub(1) {
            prop_assert!(verify_inclusion(&proof, leaf, before, size, root).is_err());
        }

        let old_root = root_at(&*LOG, at).unwrap();
        let proof = LOG.consistency(at, size);
        let changed = change(&proof);
        if changed != proof {
            let refused = Err(TreeError::ConsistencyRefused { old: at, new: size });
            prop_assert_eq!(verify_consistency(&changed, at, old_root, size, root), refused);
        }
    }

    #[test]
    fn a_tampered_log_does_not_continue_the_earlier_one(
        covered in 1..400_u64,
        grown in 1..400_u64,
        tampering in Tampering::any(),
    ) {
        let old_root = root_at(&*LOG, covered).unwrap();
        let honest: Vec<_> = events(covered + grown).collect();
        let mut forged = honest.clone();
        tampering.apply(&mut forged, usize::try_from(covered).unwrap());
        prop_assume!(forged != honest);

        let forged = Log::new(forged);
        let new = forged.tree.size();
        prop_assert_ne!(root_at(&forged, covered).unwrap(), old_root);
        // The best proof that the forger can make, and the one of the honest log.
        for proof in [forged.consistency(covered, new), LOG.consistency(covered, new)] {
            let refused = Err(TreeError::ConsistencyRefused { old: covered, new });
            prop_assert_eq!(verify_consistency(&proof, covered, old_root, new, forged.root()), refused);
        }
    }

    #[test]
    fn a_cut_or_rolled_back_log_is_found(old in 1..2000_u64, cut: Index) {
        let new = cut.index(usize::try_from(old).unwrap()) as u64;
        let (old_root, new_root) = (root_at(&*LOG, old).unwrap(), root_at(&*LOG, new).unwrap());
        prop_assert_ne!(old_root, new_root);
        let rolled_back = Err(TreeError::RolledBack { old, new });
        for proof in [vec![], LOG.consistency(new, old)] {
            prop_assert_eq!(verify_consistency(&proof, old, old_root, new, new_root), rolled_back);
        }
        prop_assert_eq!(consistency_proof(&*LOG, old, new), Err(TreeError::RolledBack { old, new }));
        // A liar about the size of the shorter log still lacks its root.
        let refused = Err(TreeError::ConsistencyRefused { old, new: old });
        prop_assert_eq!(verify_consistency(&[], old, old_root, old, new_root), refused);
    }
}
