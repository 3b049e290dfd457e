//! Which terminal a process is on, so that a proof can be remembered there and nowhere else.

use crate::core::Core;
use crate::process::{effective_uid, real_uid};
use secinfo_domain::{RotatingTag, TerminalTag};
use secinfo_ledger::TagPurpose;
use std::fs;

/// What `/proc/<pid>/stat` says of a process; see proc(5).
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    /// The session that it is in, by the pid of its leader.
    session: u32,
    /// The device number of its controlling terminal; 0 for none.
    terminal: i32,
    /// When it started, in clock ticks since boot.
    started: u64,
}

/// The tag of the terminal that a process of root's is on, for the user `uid` who is asked in it; none
/// where it has no terminal. `named` is the terminal by the name that the process gives it, and
/// `invoker` the account that started it, by the name that it gives that.
///
/// As with the time stamps of sudo, the session on the terminal and the start of its leader belong to
/// the tag: the next session on a terminal is not remembered. So does the account that asks, by uid
/// and by name: several accounts can be at work in one session, and what one of them has proved is
/// nothing to the others. And so does the boot, since both numbers may come again after the next.
pub(super) fn tag(
    core: &Core,
    pid: u32,
    uid: u32,
    named: &str,
    invoker: &str,
) -> Option<RotatingTag<TerminalTag>> {
    let session = session_of(pid, uid, named, invoker)?;
    let parts: Vec<&[u8]> = session.iter().map(Vec::as_slice).collect();
    let tag = core.tag(TagPurpose::Terminal, &parts);
    Some(tag.map(TerminalTag::from_bytes))
}

/// What tells the session on a terminal from every other.
fn session_of(pid: u32, uid: u32, named: &str, invoker: &str) -> Option<Vec<Vec<u8>>> {
    // Another process, which is not root's, may have taken over the pid of the one that called.
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    if effective_uid(&status) != Some(0) {
        return None;
    }
    let asks = real_uid(&status)?;
    let process = stat(pid)?;
    if process.terminal == 0 {
        return None;
    }
    let leader = stat(process.session)?;
    let boot = fs::read("/proc/sys/kernel/random/boot_id").ok()?;
    (leader.session == process.session && leader.terminal == process.terminal)
        .then(|| parts(boot, &leader, (uid, asks), [named, invoker]))
}

fn parts(boot: Vec<u8>, leader: &Stat, (uid, asks): (u32, u32), names: [&str; 2]) -> Vec<Vec<u8>> {
    let mut parts = vec![
        boot,
        uid.to_be_bytes().to_vec(),
        asks.to_be_bytes().to_vec(),
        leader.session.to_be_bytes().to_vec(),
        leader.terminal.to_be_bytes().to_vec(),
        leader.started.to_be_bytes().to_vec(),
    ];
    parts.extend(names.map(|name| name.as_bytes().to_vec()));
    parts
}

fn stat(pid: u32) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse(stat: &str) -> Option<Stat> {
    // The name of the program stands in parentheses, and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<_> = rest.split_whitespace().collect();
    Some(Stat {
        session: fields.get(3)?.parse().ok()?,
        terminal: fields.get(4)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_fields_are_found_behind_any_name() {
        for name in ["bash", "a) S 1 2 3 4", "x y (z)", ""] {
            let stat = format!(
                "4242 ({name}) S 4241 4242 4200 34817 4242 4194304 1 0 0 0 2 1 0 0 20 0 1 0 998877 \
                 1 2 3"
            );
            let parsed = Stat {
                session: 4200,
                terminal: 34817,
                started: 998_877,
            };
            assert_eq!(parse(&stat), Some(parsed), "{name:?}");
        }
        for text in ["", "1 (x", "1 (x) S 1 2 3", "1 (x) S a b c d"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn this_very_process_is_found() {
        let process = stat(std::process::id()).unwrap();
        assert!(process.started > 0);
    }

    #[test]
    fn whatever_differs_differs_in_the_tag() {
        let leader = |session, terminal, started| Stat {
            session,
            terminal,
            started,
        };
        let boot = b"this boot".to_vec();
        let (alice, names) = ((1000, 1000), ["/dev/pts/1", "alice"]);
        let same = parts(boot.clone(), &leader(1, 2, 3), alice, names);
        assert_eq!(parts(boot.clone(), &leader(1, 2, 3), alice, names), same);
        let here = |leader: Stat, uids, names| parts(boot.clone(), &leader, uids, names);
        let sessions: HashSet<_> = [
            same,
            here(leader(9, 2, 3), alice, names),
            here(leader(1, 9, 3), alice, names),
            here(leader(1, 2, 9), alice, names),
            here(leader(1, 2, 3), (1001, 1000), names),
            here(leader(1, 2, 3), (1000, 1001), names),
            here(leader(1, 2, 3), alice, ["/dev/pts/2", "alice"]),
            here(leader(1, 2, 3), alice, ["/dev/pts/1", "mallory"]),
            here(leader(1, 2, 3), alice, ["/dev/pts/1a", "lice"]),
            parts(b"another boot".to_vec(), &leader(1, 2, 3), alice, names),
        ]
        .into();
        assert_eq!(sessions.len(), 10);
    }

    #[test]
    fn a_process_of_another_user_or_none_has_no_terminal() {
        assert_eq!(session_of(u32::MAX, 1000, "", ""), None);
    }
}
