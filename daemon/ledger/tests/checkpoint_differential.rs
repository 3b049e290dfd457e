//! Checkpoints beside the crates `signed_note` and `tlog_tiles`: each reads what the other wrote.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use data_encoding::{BASE64, HEXLOWER};
use proptest::prelude::*;
use secinfo_ledger::checkpoint::{Checkpoint, CheckpointSigner, Origin, VerifierKey};
use secinfo_ledger::tree::Hash;
use signed_note::{Note, StandardSigner, StandardVerifier, Verifier, VerifierList};

/// Their signer from the same secret, in the form that only they have for it.
fn their_signer(signer: &CheckpointSigner, seed: &[u8; 32]) -> StandardSigner {
    let key = signer.verifier_key().to_string();
    // Name and id: the rest is the public key, whose base64 may have a plus of its own.
    let (end, _) = key.match_indices('+').nth(1).unwrap();
    let secret = BASE64.encode(&[&[1], &seed[..]].concat());
    StandardSigner::new(&format!("PRIVATE+KEY+{}+{secret}", &key[..end])).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_signs_the_same_and_accepts_the_other(
        seed: [u8; 32],
        size: u64,
        root: [u8; 32],
        host in "[a-z0-9.\u{e4}-]{1,20}",
        log_id: [u8; 16],
        witness: [u8; 32],
    ) {
        let origin = Origin::new(&host, &HEXLOWER.encode(&log_id)).unwrap();
        let signer = CheckpointSigner::from_seed(origin.clone(), &seed);
        let key = signer.verifier_key();
        let checkpoint = Checkpoint::new(origin.clone(), size, Hash::from_bytes(root));
        let note = signer.sign(&checkpoint).unwrap();

        // The key.
        let their_key = StandardVerifier::new(&key.to_string()).unwrap();
        prop_assert_eq!(their_key.name(), origin.as_str());
        prop_assert_eq!(&key.to_string().parse::<VerifierKey>().unwrap(), key);

        // The text.
        let their_checkpoint = tlog_tiles::Checkpoint::from_bytes(checkpoint.to_string().as_bytes()).unwrap();
        prop_assert_eq!(their_checkpoint.origin(), origin.as_str());
        prop_assert_eq!(their_checkpoint.size(), size);
        prop_assert_eq!(their_checkpoint.hash().0, root);

        // The note, read by them and then written by them.
        let their_note = Note::from_bytes(note.as_bytes()).unwrap();
        let verifiers = VerifierList::new(vec![Box::new(their_key)]);
        let (verified, unverified) = their_note.verify(&verifiers).unwrap();
        prop_assert_eq!((verified.len(), unverified.len()), (1, 0));

        let mut signed_by_them = Note::new(&their_checkpoint.to_bytes(), &[]).unwrap();
        signed_by_them.add_sigs(&[&their_signer(&signer, &seed)]).unwrap();
        prop_assert_eq!(signed_by_them.to_bytes(), note.as_bytes());

        // With the signature of a witness that we do not know.
        prop_assume!(witness != seed);
        let witness_name: Origin = "witness.example/w1".parse().unwrap();
        let witness_signer = CheckpointSigner::from_seed(witness_name, &witness);
        signed_by_them.add_sigs(&[&their_signer(&witness_signer, &witness)]).unwrap();
        let cosigned = String::from_utf8(signed_by_them.to_bytes()).unwrap();
        prop_assert_eq!(key.verify(&cosigned), Ok(checkpoint));
    }
}
