//! Which terminal a process is on, so that a proof can be remembered there and nowhere else.

use crate::process::{effective_uid, real_uid};
use hmac::{Hmac, KeyInit, Mac};
use secinfo_domain::TerminalTag;
use sha2::Sha256;
use std::fs;
use zeroize::Zeroizing;

/// The key of the tags of terminals. It is drawn when the daemon starts and never leaves it: what
/// is remembered ends with the daemon, and the tags in the log lead back to nothing.
pub(in crate::service) struct TerminalKey(Zeroizing<[u8; 32]>);

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

impl TerminalKey {
    pub(in crate::service) fn draw() -> Result<Self, getrandom::Error> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *key)?;
        Ok(Self(key))
    }

    /// The tag of the terminal that a process of root's is on, for the user `uid` who is asked in
    /// it; none where it has no terminal. `named` is the terminal by the name that the process
    /// gives it, and `invoker` the account that started it, by the name that it gives that.
    ///
    /// As with the time stamps of sudo, the session on the terminal and the start of its leader
    /// belong to the tag: whoever gets the terminal next is not remembered. So does whoever asks,
    /// by uid and by name: several accounts can be at work in one session, and what one of them has
    /// proved is nothing to the others.
    pub(in crate::service) fn tag(
        &self,
        pid: u32,
        uid: u32,
        named: &str,
        invoker: &str,
    ) -> Option<TerminalTag> {
        // A process of somebody else's has taken over the pid of the one that called.
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
        (leader.session == process.session && leader.terminal == process.terminal)
            .then(|| self.tag_of(&leader, (uid, asks), [named, invoker]))
    }

    fn tag_of(&self, leader: &Stat, (uid, asks): (u32, u32), names: [&str; 2]) -> TerminalTag {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&*self.0)
            .expect("HMAC takes a key of any length");
        mac.update(&uid.to_be_bytes());
        mac.update(&asks.to_be_bytes());
        mac.update(&leader.session.to_be_bytes());
        mac.update(&leader.terminal.to_be_bytes());
        mac.update(&leader.started.to_be_bytes());
        for name in names {
            // Its length before it, so that no two pairs are the same bytes.
            mac.update(&(name.len() as u64).to_be_bytes());
            mac.update(name.as_bytes());
        }
        let tag = mac.finalize().into_bytes();
        TerminalTag::from_bytes(std::array::from_fn(|place| tag[place]))
    }
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
        let key = TerminalKey::draw().unwrap();
        let (alice, names) = ((1000, 1000), ["/dev/pts/1", "alice"]);
        let same = key.tag_of(&leader(1, 2, 3), alice, names);
        assert_eq!(key.tag_of(&leader(1, 2, 3), alice, names), same);
        let another = TerminalKey::draw().unwrap();
        let tags: HashSet<_> = [
            same,
            key.tag_of(&leader(9, 2, 3), alice, names),
            key.tag_of(&leader(1, 9, 3), alice, names),
            key.tag_of(&leader(1, 2, 9), alice, names),
            key.tag_of(&leader(1, 2, 3), (1001, 1000), names),
            key.tag_of(&leader(1, 2, 3), (1000, 1001), names),
            key.tag_of(&leader(1, 2, 3), alice, ["/dev/pts/2", "alice"]),
            key.tag_of(&leader(1, 2, 3), alice, ["/dev/pts/1", "mallory"]),
            key.tag_of(&leader(1, 2, 3), alice, ["/dev/pts/1a", "lice"]),
            another.tag_of(&leader(1, 2, 3), alice, names),
        ]
        .into();
        assert_eq!(tags.len(), 10);
    }

    #[test]
    fn a_process_of_another_user_or_none_has_no_terminal() {
        let key = TerminalKey::draw().unwrap();
        assert_eq!(key.tag(u32::MAX, 1000, "", ""), None);
    }
}
