//! What the daemon says about its log, in the types that verify it.

use secinfo_ledger::checkpoint::{Checkpoint, VerifierKey};
use secinfo_ledger::tree::{HASH_LEN, Hash};
use secinfo_terminal::failure::Failure;

/// Reads a key, and the checkpoint in a note that it must have signed.
pub fn key_and_checkpoint(key: &str, note: &str) -> Result<(VerifierKey, Checkpoint), Failure> {
    let key: VerifierKey = key
        .trim()
        .parse()
        .map_err(|error| Failure::Usage(format!("{error}")))?;
    let checkpoint = key
        .verify(note)
        .map_err(|error| Failure::LogNotVerified(error.to_string()))?;
    Ok((key, checkpoint))
}

/// Hashes as they come over the bus.
pub fn hashes(proof: &[Vec<u8>]) -> Result<Vec<Hash>, Failure> {
    let hash = |bytes: &Vec<u8>| <[u8; HASH_LEN]>::try_from(bytes.as_slice()).map(Hash::from_bytes);
    let hashes = proof.iter().map(hash).collect::<Result<_, _>>();
    Ok(hashes.map_err(|_| secinfo_wire::Error::Protocol("a hash has not 32 bytes".to_owned()))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use secinfo_ledger::checkpoint::{CheckpointSigner, Origin};
    use secinfo_ledger::tree::EMPTY_ROOT;

    #[test]
    fn a_checkpoint_that_another_key_signed_is_refused() {
        let origin: Origin = "host01/secinfo/0123456789abcdef0123456789abcdef"
            .parse()
            .unwrap();
        let checkpoint = Checkpoint::new(origin.clone(), 0, EMPTY_ROOT);
        let signer = CheckpointSigner::from_seed(origin.clone(), &[1; 32]);
        let other = CheckpointSigner::from_seed(origin, &[2; 32]);
        let note = signer.sign(&checkpoint).unwrap();
        assert!(key_and_checkpoint(&signer.verifier_key().to_string(), &note).is_ok());
        let refused = key_and_checkpoint(&other.verifier_key().to_string(), &note)
            .map(|_| ())
            .unwrap_err();
        assert_eq!(refused.exit_code(), 6);
        assert_eq!(
            key_and_checkpoint("no key", &note)
                .map(|_| ())
                .unwrap_err()
                .exit_code(),
            2
        );
    }
}
