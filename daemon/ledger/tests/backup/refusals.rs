//! A stream that is no whole backup is refused, whatever is wrong with it.

use super::*;

#[test]
fn a_stream_that_was_cut_anywhere_is_refused() {
    check(&STREAM).unwrap();
    for length in 0..STREAM.len() {
        assert!(check(&STREAM[..length]).is_err(), "cut at {length}");
    }
}

#[test]
fn a_stream_that_goes_on_or_has_two_ends_is_refused() {
    for more in [b"x".as_slice(), &STREAM, &STREAM[STREAM.len() - 37..]] {
        let stream = [STREAM.as_slice(), more].concat();
        assert!(check(&stream).is_err());
    }
}

#[test]
fn a_stream_with_a_changed_byte_is_refused() {
    for at in 0..STREAM.len() {
        let mut changed = STREAM.clone();
        changed[at] ^= 0x20;
        assert!(check(&changed).is_err(), "changed at {at}");
    }
}

/// The records of a stream, each with its head.
fn records(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = &stream[17..stream.len() - 37];
    let mut records = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[1..5].try_into().unwrap()) as usize;
        let (record, after) = rest.split_at(5 + length);
        records.push(record.to_vec());
        rest = after;
    }
    records
}

/// A stream of these records, with an end that belongs to them.
fn stream_of(records: &[Vec<u8>]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let mut stream = [b"secinfo backup 1\n".as_slice(), &records.concat()].concat();
    let hash = Sha256::digest(&stream);
    stream.extend_from_slice(b"Z\0\0\0\x20");
    stream.extend_from_slice(&hash);
    stream
}

#[test]
fn records_that_were_left_out_doubled_or_exchanged_are_refused_though_the_hash_is_right() {
    let whole = records(&STREAM);
    check(&stream_of(&whole)).unwrap();
    for at in 0..whole.len() {
        let mut less = whole.clone();
        less.remove(at);
        assert!(check(&stream_of(&less)).is_err(), "without record {at}");
        let mut more = whole.clone();
        more.insert(at, whole[at].clone());
        assert!(check(&stream_of(&more)).is_err(), "record {at} twice");
        if at > 0 {
            let mut swapped = whole.clone();
            swapped.swap(at - 1, at);
            assert!(check(&stream_of(&swapped)).is_err(), "record {at} earlier");
        }
    }
}

#[test]
fn keys_that_open_nothing_and_events_without_their_keys_are_refused() {
    let home = Home::with_users(4);
    for keys in [vec![user(0), user(1), user(2)], vec![]] {
        let keys = keys.into_iter().map(KeyId::from).collect();
        let mut stream = Vec::new();
        home.ledger
            .backup_snapshot()
            .write(label(), keys, &mut stream)
            .unwrap();
        let error = check(&stream).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("not all of it opens"), "{error}");
    }
    // A key under the id of another.
    let mut exchanged = records(&home.back_up().0);
    let at = exchanged
        .iter()
        .position(|record| record[0] == b'K')
        .unwrap();
    let (first, second) = (exchanged[at].clone(), exchanged[at + 1].clone());
    exchanged[at][21..].copy_from_slice(&second[21..]);
    exchanged[at + 1][21..].copy_from_slice(&first[21..]);
    assert!(check(&stream_of(&exchanged)).is_err());
}

#[test]
fn a_checkpoint_of_another_key_or_of_other_events_is_refused() {
    let (one, two) = (Home::with_users(2), Home::with_users(2));
    let mut mixed = records(&one.back_up().0);
    mixed[1].clone_from(&records(&two.back_up().0)[1]);
    assert!(matches!(
        check(&stream_of(&mixed)).map(|_| ()).unwrap_err(),
        LedgerError::Checkpoint(_)
    ));
    let mut other = records(&one.back_up().0);
    let manifest = String::from_utf8(other[0][5..].to_vec()).unwrap();
    let manifest = manifest.replace("\"size\":3", "\"size\":2");
    other[0].truncate(5);
    other[0].extend_from_slice(manifest.as_bytes());
    other.pop();
    assert!(check(&stream_of(&other)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(check(&bytes).is_err());
        let begun = [b"secinfo backup 1\n".as_slice(), &bytes].concat();
        prop_assert!(check(&begun).is_err());
    }

    #[test]
    fn any_bytes_in_place_of_a_stretch_are_refused(
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 1..60),
    ) {
        let at = at.index(STREAM.len());
        let mut changed = STREAM.clone();
        let end = (at + bytes.len()).min(changed.len());
        changed.splice(at..end, bytes);
        if changed != *STREAM {
            prop_assert!(check(&changed).is_err());
        }
    }

    #[test]
    fn any_record_with_a_right_hash_is_refused(
        letter in prop::sample::select(vec![b'M', b'S', b'K', b'E', b'Z', b'A']),
        place in any::<prop::sample::Index>(),
        body in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let mut records = records(&STREAM);
        let mut record = vec![letter];
        record.extend_from_slice(&u32::try_from(body.len()).unwrap().to_be_bytes());
        record.extend_from_slice(&body);
        let place = place.index(records.len() + 1);
        records.insert(place, record);
        prop_assert!(check(&stream_of(&records)).is_err());
    }
}
