//! What the unit leaves the helper.

use crate::host::{ALICE, DAEMON, Host, NEW, OLD};

const UNIT: &str = include_str!("../../../../systemd/secinfo-password@.service");

#[test]
fn the_capabilities_of_the_unit_are_enough() {
    let setting = "CapabilityBoundingSet=CAP_";
    let set = UNIT
        .lines()
        .find_map(|line| line.strip_prefix(setting))
        .unwrap();
    let set = set.to_lowercase().replace(" cap_", ",+");
    let bounding = format!("--bounding-set=-all,+{set}");
    let words = ["setpriv", "--inh-caps=-all", &bounding, "--no-new-privs"];
    let host = Host::new();
    for (password, word) in [(OLD, "refused"), ("short", "refused"), (NEW, "set")] {
        let mut helper = host.connect_through(DAEMON, &words);
        let reply = helper.set(&host.ticket("alice", ALICE), password);
        assert_eq!(reply.word(), word, "{reply:?}");
    }
    assert!(host.holds("alice", NEW));
}
