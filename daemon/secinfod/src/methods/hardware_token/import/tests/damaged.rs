//! Files of random or damaged bytes.

use super::*;
use proptest::prelude::*;

/// A file with some of its bytes replaced, removed or repeated.
fn mutated(file: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<prop::sample::Index>(),
        any::<u8>(),
        0_u8..4,
        1_usize..40,
    );
    prop::collection::vec(change, 1..6).prop_map(move |changes| {
        let mut bytes = file.as_bytes().to_vec();
        for (place, byte, kind, length) in changes {
            let at = place.index(bytes.len());
            let end = (at + length).min(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => drop(bytes.drain(at..end)),
                2 => bytes.insert(at, byte),
                _ => bytes.extend_from_within(at..end),
            }
            if bytes.is_empty() {
                break;
            }
        }
        bytes
    })
}

/// Whatever comes out of a file, however it was damaged, keeps what the types promise.
fn holds_its_promises(file: &[u8]) {
    for key in [None, Some(figure_6_key()), Some(passphrase("qwerty"))] {
        let Ok(import) = read(file, key.as_ref(), NOW) else {
            continue;
        };
        let mut serials: Vec<&str> = import
            .tokens
            .iter()
            .map(|token| token.serial.as_str())
            .collect();
        serials.sort_unstable();
        assert!(serials.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(
            import
                .tokens
                .iter()
                .all(|token| token.secret.as_bytes().len() >= 16)
        );
    }
}

const TABLE: &str = "serial number,secret key,time interval,manufacturer,model,algorithm,digits,counter\n\
    A1,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,30,\"Acme, Ltd\",One,SHA1,6,\n\
    A2,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,hotp,Acme,Two,,8,12\n";

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        holds_its_promises(&bytes);
        holds_its_promises(&[b"<".as_slice(), &bytes].concat());
        holds_its_promises(&[TABLE.as_bytes(), &bytes].concat());
    }

    #[test]
    fn random_text_never_panics(text in "\\PC{0,200}", xml in "(<[a-c:]{0,3}( [a-c:]{1,3}=\"[^\"]{0,3}\")?/?>|</[a-c]>|&[a-z#0-9]{0,4};|.){0,40}") {
        holds_its_promises(text.as_bytes());
        holds_its_promises(xml.as_bytes());
    }

    #[test]
    fn damaged_tables_never_panic(bytes in mutated(TABLE)) {
        holds_its_promises(&bytes);
    }

    #[test]
    fn damaged_containers_never_panic(plain in mutated(FIGURE_5), encrypted in mutated(FIGURE_6), derived in mutated(FIGURE_7)) {
        holds_its_promises(&plain);
        holds_its_promises(&encrypted);
        // With another number of iterations it could take long.
        if derived.windows(6).any(|bytes| bytes == b">1000<") {
            holds_its_promises(&derived);
        }
    }
}
