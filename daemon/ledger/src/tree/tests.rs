//! What does not need another implementation beside it: known answers, forms, damage.

use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

/// Full tiles in memory, with the growing ones beside them, as the log keeps them on disk.
#[derive(Default)]
struct Log {
    tree: HashTiles,
    stored: HashMap<(u8, u64), Vec<u8>>,
}

impl Log {
    fn of_size(size: u64) -> Self {
        let mut log = Self::default();
        for event in 0..size {
            for full in log.tree.append(leaf(event)) {
                assert!(full.id.is_full());
                let place = (full.id.level(), full.id.index());
                assert_eq!(
                    log.stored.insert(place, full.bytes),
                    None,
                    "each tile comes once"
                );
            }
        }
        log
    }
}

impl TileSource for Log {
    type Error = TreeError;

    fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, TreeError> {
        let growing = self.tree.growing_tile(level, index).map(<[u8]>::to_vec);
        Ok(growing.or_else(|| self.stored.get(&(level, index)).cloned()))
    }
}

fn leaf(event: u64) -> Hash {
    leaf_hash(&event.to_be_bytes())
}

#[test]
fn known_roots_of_certificate_transparency() {
    // The leaves and roots of the reference implementation's tests for RFC 6962.
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), EMPTY_ROOT);
    for (leaf, root) in leaves.into_iter().zip(roots) {
        frontier.append(leaf_hash(leaf));
        assert_eq!(
            data_encoding::HEXLOWER.encode(frontier.root().as_bytes()),
            root
        );
    }
}

#[test]
fn a_hash_has_one_spelling() {
    let text = EMPTY_ROOT.to_string();
    assert_eq!(text, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    assert_eq!(text.parse(), Ok(EMPTY_ROOT));
    for wrong in [
        "",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=",
        "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA",
        // Two texts with padding, of 23 and of 9 bytes.
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5M=TKSVmRt4UrhV",
    ] {
        assert_eq!(
            wrong.parse::<Hash>(),
            Err(TreeError::MalformedHash),
            "{wrong}"
        );
    }
}

#[test]
fn tile_paths_are_those_of_the_specification() {
    let path = |level, index, width| TileId::new(level, index, width).map(|id| id.path());
    assert_eq!(path(0, 1_234_067, 8).unwrap(), "tile/0/x001/x234/067.p/8");
    assert_eq!(path(0, 1_234_067, 256).unwrap(), "tile/0/x001/x234/067");
    assert_eq!(path(1, 0, 1).unwrap(), "tile/1/000.p/1");
    assert_eq!(path(2, 1000, 256).unwrap(), "tile/2/x001/000");
    assert_eq!(
        path(0, u64::MAX, 256).unwrap(),
        "tile/0/x018/x446/x744/x073/x709/x551/615"
    );
    assert_eq!(path(0, 0, 0), None);
    assert_eq!(path(0, 0, 257), None);
}

#[test]
fn tiles_and_frontier_agree_and_a_restored_tree_is_the_same() {
    // Past the first full tile of level 1.
    let size = 65_536 + 700;
    let log = Log::of_size(size);
    let mut frontier = Frontier::new();
    (0..size).for_each(|event| frontier.append(leaf(event)));
    assert_eq!(log.tree.root(), frontier.root());
    assert_eq!(log.tree.frontier(), frontier);
    assert_eq!(log.stored.len(), 258 + 1);
    let growing: Vec<_> = log.tree.growing_tiles().map(|(id, _)| id.path()).collect();
    assert_eq!(
        growing,
        ["tile/0/258.p/188", "tile/1/001.p/2", "tile/2/000.p/1"]
    );

    let stored = Log {
        tree: HashTiles::new(),
        stored: log.stored.clone(),
    };
    let (restored, completed) =
        HashTiles::restore(258, &stored, (258 * 256..size).map(leaf)).unwrap();
    assert_eq!(restored, log.tree);
    assert_eq!(completed, []);

    // Two tiles did not reach the disk, their events did.
    let (restored, completed) = HashTiles::restore(256, &stored, (65_536..size).map(leaf)).unwrap();
    assert_eq!(restored, log.tree);
    let paths: Vec<_> = completed.iter().map(|full| full.id.path()).collect();
    assert_eq!(paths, ["tile/0/256", "tile/0/257"]);
    assert!(
        completed
            .iter()
            .all(|full| log.stored[&(0, full.id.index())] == full.bytes)
    );

    // Nothing but the events is left.
    let (restored, completed) = HashTiles::restore(0, &stored, (0..size).map(leaf)).unwrap();
    assert_eq!(restored, log.tree);
    assert_eq!(completed.len(), 259);
}

#[test]
fn a_lost_or_damaged_tile_is_named() {
    let mut log = Log::of_size(600);
    let full = TileId::full(0, 1);
    log.stored.get_mut(&(0, 1)).unwrap().pop();
    let malformed = TreeError::MalformedTile(full);
    assert_eq!(inclusion_proof(&log, 300, 600), Err(malformed));
    assert_eq!(HashTiles::restore(2, &log, []).unwrap_err(), malformed);

    log.stored.remove(&(0, 1));
    let missing = TreeError::MissingTile(full);
    assert_eq!(inclusion_proof(&log, 300, 600), Err(missing));
    assert_eq!(HashTiles::restore(2, &log, []).unwrap_err(), missing);
    assert_eq!(root_at(&log, 300), Err(missing));
    // What lies beyond the tree is missing too, and a size without end does no harm.
    assert_eq!(
        root_at(&log, 601),
        Err(TreeError::MissingTile(TileId::full(0, 2)))
    );
    for size in [1 << 63, u64::MAX] {
        assert!(root_at(&log, size).is_err());
        assert!(inclusion_proof(&log, size - 1, size).is_err());
        assert!(consistency_proof(&log, size - 1, size).is_err());
    }
}

#[test]
fn impossible_questions_are_refused() {
    let log = Log::of_size(5);
    let not_in_tree = Err(TreeError::NotInTree { index: 5, size: 5 });
    assert_eq!(inclusion_proof(&log, 5, 5), not_in_tree);
    assert_eq!(
        inclusion_proof(&log, 0, 0),
        Err(TreeError::NotInTree { index: 0, size: 0 })
    );
    assert_eq!(
        consistency_proof(&log, 5, 4),
        Err(TreeError::RolledBack { old: 5, new: 4 })
    );
    assert_eq!(root_at(&log, 0), Ok(EMPTY_ROOT));
    assert_eq!(
        HashTiles::restore(u64::MAX / 2, &log, []).unwrap_err(),
        TreeError::TooLarge
    );
}

#[test]
fn a_frontier_survives_its_bytes_and_nothing_else_does() {
    let mut frontier = Frontier::new();
    for event in 0..70 {
        let bytes = frontier.to_bytes();
        assert_eq!(
            bytes.len(),
            8 + 32 * usize::try_from(frontier.size().count_ones()).unwrap()
        );
        assert_eq!(Frontier::from_bytes(&bytes), Ok(frontier.clone()));
        for wrong in [
            &bytes[1..],
            &[&bytes[..], &[0]].concat(),
            &[&bytes[..], &[0; 32]].concat(),
        ] {
            assert_eq!(
                Frontier::from_bytes(wrong),
                Err(TreeError::MalformedFrontier)
            );
        }
        frontier.append(leaf(event));
    }
    let endless = [&u64::MAX.to_be_bytes()[..], &[7; 64 * 32]].concat();
    assert_eq!(
        Frontier::from_bytes(&endless),
        Err(TreeError::MalformedFrontier)
    );
}

#[test]
fn the_empty_log_is_continued_by_everything_and_by_equal_sizes_only_the_same() {
    let (one, two) = (leaf(1), leaf(2));
    assert_eq!(verify_consistency(&[], 0, EMPTY_ROOT, 9, one), Ok(()));
    assert_eq!(
        verify_consistency(&[], 0, EMPTY_ROOT, 0, EMPTY_ROOT),
        Ok(())
    );
    assert_eq!(verify_consistency(&[], 9, one, 9, one), Ok(()));
    let refused = |old, new| Err(TreeError::ConsistencyRefused { old, new });
    assert_eq!(verify_consistency(&[], 0, one, 9, one), refused(0, 9));
    assert_eq!(
        verify_consistency(&[one], 0, EMPTY_ROOT, 9, one),
        refused(0, 9)
    );
    assert_eq!(verify_consistency(&[], 0, one, 0, one), refused(0, 0));
    assert_eq!(verify_consistency(&[], 9, one, 9, two), refused(9, 9));
    assert_eq!(verify_consistency(&[one], 9, one, 9, one), refused(9, 9));
    assert_eq!(verify_consistency(&[], 3, one, 9, one), refused(3, 9));
}

fn any_size() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        0..300_u64,
        u64::MAX - 300..=u64::MAX,
        (0..64_u32).prop_map(|bit| 1 << bit),
    ]
}

proptest! {
    #[test]
    fn made_up_proofs_are_refused(
        proof in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::from_bytes), 0..80),
        hash: [u8; 32],
        root: [u8; 32],
        first in any_size(),
        second in any_size(),
    ) {
        let (hash, root) = (Hash::from_bytes(hash), Hash::from_bytes(root));
        prop_assume!(hash != root);
        prop_assert!(verify_inclusion(&proof, hash, first, second, root).is_err());
        prop_assert!(verify_consistency(&proof, first, hash, second, root).is_err());
    }

    #[test]
    fn the_longest_proofs_are_accepted_and_no_longer_ones(
        siblings in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::from_bytes), 64),
        index: u64,
    ) {
        // In a tree of 2^64 - 1 leaves, the path of a leaf on the left half has 64 siblings.
        let index = index >> 1;
        let mut root = leaf(index);
        for (height, sibling) in siblings.iter().enumerate() {
            root = if index >> height & 1 == 1 { node_hash(sibling, &root) } else { node_hash(&root, sibling) };
        }
        prop_assert_eq!(verify_inclusion(&siblings, leaf(index), index, u64::MAX, root), Ok(()));
        for wrong in [&siblings[..63], &siblings[1..], &[&siblings[..], &siblings[..1]].concat()] {
            let refused = Err(TreeError::InclusionRefused { index, size: u64::MAX });
            prop_assert_eq!(verify_inclusion(wrong, leaf(index), index, u64::MAX, root), refused);
        }
    }
}
