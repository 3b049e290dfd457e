//! Known answers of the specification, what the parser refuses, and noise.

use super::*;
use crate::tree::{EMPTY_ROOT, leaf_hash};
use data_encoding::BASE64;
use proptest::prelude::*;

const ORIGIN: &str = "host.example/secinfo/4f2d";

fn signer() -> CheckpointSigner {
    CheckpointSigner::from_seed(Origin::new("host.example", "4f2d").unwrap(), &[7; SEED_LEN])
}

fn checkpoint() -> Checkpoint {
    Checkpoint::new(ORIGIN.parse().unwrap(), 1_000_000, leaf_hash(b"root"))
}

fn signed() -> String {
    signer().sign(&checkpoint()).unwrap()
}

/// A well-formed signature line of a key that nobody knows.
fn line_of(name: &str, signature: &[u8]) -> String {
    format!("\u{2014} {name} {}\n", BASE64.encode(signature))
}

#[test]
fn a_signed_checkpoint_verifies_and_has_the_form_of_the_specification() {
    let note = signed();
    let lines: Vec<_> = note.split('\n').collect();
    assert_eq!(lines[0], ORIGIN);
    assert_eq!(lines[1], "1000000");
    assert_eq!(lines[2], leaf_hash(b"root").to_string());
    assert_eq!(lines[3], "");
    assert!(lines[4].starts_with(&format!("\u{2014} {ORIGIN} ")));
    assert_eq!(lines[5..], [""]);
    assert_eq!(signer().verifier_key().verify(&note), Ok(checkpoint()));
}

#[test]
fn the_specifications_example_verifies() {
    let text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let key: VerifierKey = text.parse().unwrap();
    assert_eq!(key.to_string(), text);
    assert_eq!(key.origin().as_str(), "example.com/foo");
    let note = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnag\
                v1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    // Signed by the key, and no checkpoint.
    let refused = CheckpointError::MalformedCheckpoint("it has fewer than three lines");
    assert_eq!(key.verify(note), Err(refused));
    let edited = note.replace("example message", "Example message");
    assert_eq!(
        key.verify(&edited),
        Err(CheckpointError::BadSignature(key.origin().clone()))
    );
}

#[test]
fn signatures_of_others_are_ignored_and_a_wrong_one_of_ours_is_not() {
    let (signer, note) = (signer(), signed());
    let key = signer.verifier_key();
    let (text, ours) = note.split_once("\n\n").unwrap();
    let id: [u8; 4] = data_encoding::HEXLOWER
        .decode(key.to_string().split('+').nth(1).unwrap().as_bytes())
        .unwrap()
        .try_into()
        .unwrap();
    let witness = line_of("witness.example/w1", &[9; 76]);
    // Same name with another id, same id with another name, a large signature of another type.
    let others = [
        line_of(ORIGIN, &[[1; 4].as_slice(), &[9; 64]].concat()),
        line_of("other.example", &[&id[..], &[9; 64]].concat()),
        line_of("pq.example", &[3; 4999]),
    ]
    .concat();
    for note in [
        format!("{text}\n\n{witness}{ours}"),
        format!("{text}\n\n{ours}{witness}"),
        format!("{text}\n\n{others}{ours}{witness}"),
        format!(
            "{text}\n\n{}{ours}",
            line_of("pq.example", &[3; 4999]).repeat(15)
        ),
        format!("{text}\n\n{ours}{ours}"),
    ] {
        assert_eq!(key.verify(&note), Ok(checkpoint()));
    }
    let not_signed = CheckpointError::NotSigned(key.origin().clone());
    assert_eq!(
        key.verify(&format!("{text}\n\n{witness}{others}")),
        Err(not_signed)
    );

    let bad_signature = CheckpointError::BadSignature(key.origin().clone());
    for wrong in [
        &[&id[..], &[9; 64]].concat()[..],
        &[&id[..], &[9; 63]].concat(),
        &[&id[..], &[9]].concat(),
    ] {
        let wrong = line_of(ORIGIN, wrong);
        for note in [
            format!("{text}\n\n{ours}{wrong}"),
            format!("{text}\n\n{wrong}{ours}"),
        ] {
            assert_eq!(key.verify(&note), Err(bad_signature.clone()));
        }
    }
}

#[test]
fn a_checkpoint_of_another_log_is_neither_signed_nor_accepted() {
    let other = Checkpoint::new("other.example/secinfo/1".parse().unwrap(), 1, EMPTY_ROOT);
    let refused = CheckpointError::OtherLog {
        expected: ORIGIN.parse().unwrap(),
        found: other.origin().clone(),
    };
    assert_eq!(signer().sign(&other), Err(refused));

    // The same secret under another name has another key id.
    let other_signer = CheckpointSigner::from_seed(other.origin().clone(), &[7; SEED_LEN]);
    let not_signed = CheckpointError::NotSigned(ORIGIN.parse().unwrap());
    assert_eq!(
        signer()
            .verifier_key()
            .verify(&other_signer.sign(&other).unwrap()),
        Err(not_signed)
    );
}

#[test]
fn every_changed_character_is_refused() {
    let (signer, note) = (signer(), signed());
    for (at, character) in note.char_indices() {
        for replacement in ["", "0", "A", "z", "\n", " ", "\u{e9}"] {
            let mut changed = note.clone();
            changed.replace_range(at..at + character.len_utf8(), replacement);
            if changed != note {
                assert!(signer.verifier_key().verify(&changed).is_err(), "{changed}");
            }
        }
    }
}

#[test]
fn broken_notes_are_refused_with_the_reason() {
    let (signer, note) = (signer(), signed());
    let key = signer.verifier_key();
    let malformed = |reason| Err(CheckpointError::MalformedNote(reason));
    let line = "a signature line is broken";
    let end = "its last signature line is missing or has no end";
    for (wrong, reason) in [
        (String::new(), "no empty line parts text and signatures"),
        (
            checkpoint().to_string(),
            "no empty line parts text and signatures",
        ),
        (format!("{}\n", checkpoint()), end),
        (note.trim_end().to_owned(), end),
        (note.replace('\n', "\r\n"), "it has a control character"),
        (note.replace('\u{2014}', "-"), line),
        (note.replace("\u{2014} ", "\u{2014}"), line),
        (format!("{note}\u{2014} x\n"), line),
        (format!("{note}\u{2014} x AAAAAA==\n"), line),
        (format!("{note}\u{2014} x+y AAAAAAAA\n"), line),
        (format!("{note}\u{2014}  AAAAAAAA\n"), line),
        (format!("{note}\u{2014} x AAAAAAAA \n"), line),
    ] {
        assert_eq!(key.verify(&wrong), malformed(reason), "{wrong:?}");
    }
    let long = format!("{note}{}", line_of("x", &vec![0; 99_000]));
    assert_eq!(key.verify(&long), Err(CheckpointError::TooLong));
}

/// The same bytes in the other spelling that decoders take: two texts with padding.
fn respelled(bytes: &[u8]) -> String {
    let (first, rest) = bytes.split_at(1);
    format!("{}{}", BASE64.encode(first), BASE64.encode(rest))
}

#[test]
fn a_signature_has_one_spelling() {
    let (signer, note) = (signer(), signed());
    let key = signer.verifier_key();
    let text = note.trim_end().rsplit_once(' ').unwrap().1;
    let bytes = BASE64.decode(text.as_bytes()).unwrap();
    assert_eq!(
        key.verify(&note.replace(text, &respelled(&bytes))),
        Err(CheckpointError::MalformedNote("a signature line is broken"))
    );
}

#[test]
fn a_key_has_one_spelling() {
    let written = signer().verifier_key().to_string();
    let text = written.splitn(3, '+').nth(2).unwrap();
    let bytes = BASE64.decode(text.as_bytes()).unwrap();
    assert_eq!(
        written
            .replace(text, &respelled(&bytes))
            .parse::<VerifierKey>(),
        Err(CheckpointError::MalformedKey("its last part is no base64"))
    );
}

#[test]
fn broken_checkpoints_are_refused_and_extensions_kept() {
    let root = EMPTY_ROOT;
    let text = format!("{ORIGIN}\n0\n{root}\nmore to come\n\u{2014} so be it\n");
    let checkpoint: Checkpoint = text.parse().unwrap();
    assert_eq!(
        checkpoint.extensions(),
        ["more to come", "\u{2014} so be it"]
    );
    assert_eq!(checkpoint.to_string(), text);
    let maximum: Checkpoint = format!("{ORIGIN}\n{}\n{root}\n", u64::MAX).parse().unwrap();
    assert_eq!(maximum.size(), u64::MAX);

    for wrong in [
        String::new(),
        "\n".to_owned(),
        format!("{ORIGIN}\n1\n"),
        format!("{ORIGIN}\n1\n{root}"),
        format!("{ORIGIN}\n1\n{root}\n\n"),
        format!("{ORIGIN}\n1\n{root}\nx\n\ny\n"),
        format!("\n1\n{root}\n"),
        format!("two words\n1\n{root}\n"),
        format!("{ORIGIN}\n01\n{root}\n"),
        format!("{ORIGIN}\n+1\n{root}\n"),
        format!("{ORIGIN}\n-1\n{root}\n"),
        format!("{ORIGIN}\n\n{root}\n"),
        format!("{ORIGIN}\n1 \n{root}\n"),
        format!("{ORIGIN}\n18446744073709551616\n{root}\n"),
        format!("{ORIGIN}\n1\n{}\n", root.to_string().trim_end_matches('=')),
        format!("{ORIGIN}\n1\nAAAA\n"),
    ] {
        let refused = matches!(
            wrong.parse::<Checkpoint>(),
            Err(CheckpointError::MalformedCheckpoint(_))
        );
        assert!(refused, "{wrong:?}");
    }
}

#[test]
fn only_names_that_a_note_can_carry_are_origins() {
    assert_eq!(
        Origin::new("host.example", "4f2d").unwrap().as_str(),
        ORIGIN
    );
    for (host, id) in [
        ("", "1"),
        ("h", ""),
        ("a/b", "1"),
        ("h", "1/2"),
        ("a b", "1"),
        ("h", "1+2"),
    ] {
        assert_eq!(Origin::new(host, id), Err(CheckpointError::InvalidOrigin));
    }
    for wrong in [
        "",
        " ",
        "a b",
        "a\u{a0}b",
        "a\u{2003}b",
        "a\nb",
        "a\tb",
        "a+b",
        "a\u{7f}b",
    ] {
        assert_eq!(
            wrong.parse::<Origin>(),
            Err(CheckpointError::InvalidOrigin),
            "{wrong:?}"
        );
    }
}

#[test]
fn only_whole_ed25519_keys_are_read() {
    let text = signer().verifier_key().to_string();
    assert_eq!(text.parse().as_ref(), Ok(signer().verifier_key()));
    let (rest, key) = text.rsplit_once('+').unwrap();
    let (name, id) = rest.split_once('+').unwrap();
    let key = BASE64.decode(key.as_bytes()).unwrap();
    let with_key = |key: &[u8]| format!("{name}+{id}+{}", BASE64.encode(key));
    // y = 1 is the neutral element: everybody can sign for it.
    let weak = [&[1, 1][..], &[0; 31]].concat();
    let no_key = CheckpointError::MalformedKey("its last part is no Ed25519 key");
    assert_eq!(with_key(&weak).parse::<VerifierKey>(), Err(no_key));
    for wrong in [
        String::new(),
        name.to_owned(),
        format!("{name}+{id}"),
        format!("x{text}"),
        format!("{text} "),
        text.to_uppercase(),
        text.replace(id, "00000000"),
        text.replace(id, &id[1..]),
        with_key(&[]),
        with_key(&key[..32]),
        with_key(&[&key[..], &[0]].concat()),
        with_key(&[&[4], &key[1..]].concat()),
    ] {
        let refused = matches!(
            wrong.parse::<VerifierKey>(),
            Err(CheckpointError::MalformedKey(_))
        );
        assert!(refused, "{wrong:?}");
    }
}

/// Text made of the pieces that notes are made of, so that the parser is reached in its depth.
fn noise() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("\u{2014} ".to_owned()),
        Just(format!("{ORIGIN}\n")),
        Just(format!("{ORIGIN} ")),
        Just(format!("{EMPTY_ROOT}\n")),
        Just("0\n".to_owned()),
        any::<u64>().prop_map(|number| number.to_string()),
        prop::collection::vec(any::<u8>(), 0..80).prop_map(|bytes| BASE64.encode(&bytes)),
        prop::collection::vec(any::<u8>(), 0..40)
            .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn noise_is_never_accepted_and_never_panics(noise in noise()) {
        let key_of = signer();
        let key = key_of.verifier_key();
        prop_assert!(key.verify(&noise).is_err());
        prop_assert!(noise.parse::<VerifierKey>().is_err());
        if let Ok(checkpoint) = noise.parse::<Checkpoint>() {
            prop_assert_eq!(checkpoint.to_string(), noise.clone());
        }
        // In front of a good note, between its parts and behind it.
        let good = signed();
        let (text, signature) = good.split_once("\n\n").unwrap();
        prop_assume!(!noise.is_empty());
        let before = format!("{noise}{good}");
        prop_assert!(key.verify(&before).is_err());
        if let Ok(accepted) = key.verify(&format!("{text}\n\n{noise}{signature}")) {
            prop_assert_eq!(accepted, checkpoint());
        }
        if let Ok(accepted) = key.verify(&format!("{good}{noise}")) {
            prop_assert_eq!(accepted, checkpoint());
        }
    }
}
