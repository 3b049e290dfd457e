//! Those who must not get in.

use crate::host::Host;
use crate::visit::{Way, asks_for_password, visit};
use secinfo_host_tests::{Machine, password};
use std::thread;

/// A stranger who got in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Intruder {
    /// By which way.
    pub(crate) way: Way,
    /// As which user.
    pub(crate) user: &'static str,
    /// Whether the password was known; another than the user's was given if not.
    pub(crate) knew_password: bool,
    /// The screen.
    pub(crate) said: String,
}

/// One try: a way, a user, the password, and what is given where no password is asked for.
struct Try {
    way: Way,
    user: &'static str,
    password: String,
    codes: Vec<String>,
}

/// How many tries there are on each host.
pub(crate) const TRIES: usize = 8;

/// Has strangers try all ways in: with the password and what is no code of the user's, or with the user's
/// code and no password.
pub(crate) fn try_all(host: &Host) -> Vec<Intruder> {
    let mut apps = host.apps.clone();
    let of_another = apps.admin.at(3);
    let used = apps.alice.again();
    let (wrong, wrong_too) = (apps.alice.wrong(), apps.alice.wrong());
    let alice = |way, codes| Try {
        way,
        user: "alice",
        password: password("alice"),
        codes,
    };
    let with_code_only = |way, user: &'static str, code: String| Try {
        way,
        user,
        password: "another-password".to_owned(),
        codes: vec![code],
    };
    let tries = [
        vec![
            alice(Way::Ssh, vec![wrong, of_another, used]),
            alice(Way::Login, vec![String::new(), wrong_too]),
        ],
        vec![
            alice(Way::Su, vec![password("alice")]),
            with_code_only(Way::Login, "alice", apps.alice.fresh()),
        ],
        vec![Try {
            way: Way::Sudo,
            user: "admin",
            password: password("admin"),
            codes: vec![apps.admin.wrong()],
        }],
        vec![
            with_code_only(Way::Ssh, "carol", apps.carol.fresh()),
            with_code_only(Way::Login, "carol", apps.carol.fresh()),
            with_code_only(Way::Su, "carol", apps.carol.fresh()),
        ],
    ];
    assert_eq!(tries.iter().map(Vec::len).sum::<usize>(), TRIES);
    in_parallel(&host.machine, tries)
}

/// The same tries without the codes, on a host that asks for none.
pub(crate) fn try_all_without_secinfo(machine: &Machine) -> Vec<Intruder> {
    let try_of = |way, user| Try {
        way,
        user,
        password: "another-password".to_owned(),
        codes: Vec::new(),
    };
    let users = ["alice", "carol"].map(|user| {
        let ways = [Way::Ssh, Way::Login, Way::Su];
        ways.map(|way| try_of(way, user)).into()
    });
    in_parallel(machine, users)
}

fn in_parallel<const N: usize>(machine: &Machine, tries: [Vec<Try>; N]) -> Vec<Intruder> {
    thread::scope(|scope| {
        let running = tries.map(|tries| {
            scope.spawn(move || {
                let tries = tries.into_iter();
                tries
                    .filter_map(|one| one.make(machine))
                    .collect::<Vec<_>>()
            })
        });
        let ended = running.into_iter();
        ended.flat_map(|thread| thread.join().unwrap()).collect()
    })
}

impl Try {
    fn make(self, machine: &Machine) -> Option<Intruder> {
        let Self {
            way,
            user,
            password,
            codes,
        } = self;
        let mut codes = codes.into_iter();
        let mut passwords = 0;
        let visit = visit(machine, way, user, |prompt| {
            if asks_for_password(prompt) {
                passwords += 1;
                return (passwords <= 1).then(|| password.clone());
            }
            codes.next()
        });
        visit.is_in.then(|| Intruder {
            way,
            user,
            knew_password: password == secinfo_host_tests::password(user),
            said: visit.said,
        })
    }
}
