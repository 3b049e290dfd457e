//! What proc(5) says of processes.

/// The effective uid in a `/proc/<pid>/status`: the second of the four on its `Uid:` line.
pub(crate) fn effective_uid(status: &str) -> Option<u32> {
    uid_in(status, 1)
}

/// The real uid in it.
pub(crate) fn real_uid(status: &str) -> Option<u32> {
    uid_in(status, 0)
}

fn uid_in(status: &str, place: usize) -> Option<u32> {
    let uids = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    uids.split_whitespace().nth(place)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::effective_uid;

    #[test]
    fn the_effective_uid_is_the_second_one() {
        assert_eq!(effective_uid("Name:\tsudo\nUid:\t1000\t0\t0\t0\n"), Some(0));
        assert_eq!(effective_uid("Name:\tUid:\n"), None);
    }
}
