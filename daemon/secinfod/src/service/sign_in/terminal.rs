//! Which terminal a process is on, so that a proof can be remembered there and nowhere else.

use crate::core::Core;
use crate::process::{Stat, effective_uid, real_uid, stat};
use secinfo_domain::{RotatingTag, TerminalTag};
use secinfo_ledger::TagPurpose;
use std::fs;

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

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
