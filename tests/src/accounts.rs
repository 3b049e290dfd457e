//! Unix accounts with known passwords, in files that replace the host's.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// One account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnixAccount {
    /// Name of the account.
    pub name: &'static str,
    /// Its uid, and the gid of its group. The bus runs outside the namespace, so the host must have
    /// this uid, too.
    pub uid: u32,
    /// Its password.
    pub password: &'static str,
    /// The password, hashed by `openssl passwd -6`.
    hash: &'static str,
}

/// The user in most tests of sign-in.
pub const ALICE_ACCOUNT: UnixAccount = UnixAccount {
    name: "alice",
    uid: crate::ALICE,
    password: "alice's password",
    hash: "$6$secinfo.alice$AlbNhq8HtY5ro4sH79.ajuQo5CORJRBsn5fSXxJtNFnp4hDITqP6GKIRLsrUaaN3pHSDOANjLLIP8PM5F5aRa1",
};

/// Another user.
pub const BOB_ACCOUNT: UnixAccount = UnixAccount {
    name: "bob",
    uid: crate::BOB,
    password: "bob's password",
    hash: "$6$secinfo.bob$VvMEC4Fxw2VwfW4ff530jYhPX53QpA/f6mz/lwmgUFO7demsGcrE2iss8fZBFN4voLnT1feoWVEgLVScSk5yS1",
};

/// A user of the group [`EXEMPT_GROUP`].
pub const CAROL_ACCOUNT: UnixAccount = UnixAccount {
    name: "carol",
    uid: 3,
    password: "carol's password",
    hash: "$6$secinfo.carol$kPubbGNlbOkKrkCSkz4Wd7oK/H2XnetoM/0VYgg92ydb0WdGmk5dbXPzIYAoNNALYDtQYo1eYS0Y/C2FadOSE/",
};

/// Carol's additional group.
pub const EXEMPT_GROUP: &str = "exempt";

/// A user whose name comes from a directory.
pub const JOERG_ACCOUNT: UnixAccount = UnixAccount {
    name: "CORP\\Jörg von Muster@example.org$",
    uid: 7,
    password: "jörg's password",
    hash: "$6$secinfo.joerg$7VNBsT7DuiVW5D4dYrIlt0BvsinphxUgyF2fpXqSQNW0wJVBlkutLMKRlSFLOHF/4hZEo/eiDL.aOQdJxWhTA1",
};

/// Jörg's additional group.
pub const DIRECTORY_GROUP: &str = "CORP\\Domänen-Benutzer & Gäste";

/// The group of those who administer the host: Alice and Bob.
pub const ADMINISTRATORS: &str = "administrators";

const ACCOUNTS: [UnixAccount; 4] = [ALICE_ACCOUNT, BOB_ACCOUNT, CAROL_ACCOUNT, JOERG_ACCOUNT];

/// The account of the channels that a daemon starts: one of every Debian system that owns nothing.
pub const CHANNEL_ACCOUNT: &str = "games";
/// Its uid, and the gid of its group.
pub(crate) const CHANNEL_UID: u32 = 5;

/// System accounts: for sshd, for channels, and one that is neither.
const SYSTEM: [(&str, u32); 3] = [
    ("sshd", 100),
    (CHANNEL_ACCOUNT, CHANNEL_UID),
    (crate::STRANGER_NAME, crate::STRANGER),
];

/// Writes the files of the accounts to `etc`, and creates their homes in `homes`.
pub(crate) fn write(etc: &Path, homes: &Path) {
    let mut passwd = "root:x:0:0:root:/root:/bin/sh\n".to_owned();
    let mut shadow = "root:*:19000:0:99999:7:::\n".to_owned();
    let mut group = format!(
        "root:x:0:\nshadow:x:42:\ntty:x:5:\nutmp:x:43:\n{EXEMPT_GROUP}:x:500:{}\n{DIRECTORY_GROUP}:x:501:{}\n{ADMINISTRATORS}:x:502:{},{}\n",
        CAROL_ACCOUNT.name, JOERG_ACCOUNT.name, ALICE_ACCOUNT.name, BOB_ACCOUNT.name
    );
    for (name, id) in SYSTEM {
        writeln!(passwd, "{name}:x:{id}:{id}::/nonexistent:/bin/false").unwrap();
        writeln!(shadow, "{name}:*:19000:0:99999:7:::").unwrap();
        writeln!(group, "{name}:x:{id}:").unwrap();
    }
    for account in ACCOUNTS {
        let UnixAccount {
            name, uid, hash, ..
        } = account;
        let home = homes.join(name);
        fs::create_dir_all(&home).unwrap();
        std::os::unix::fs::chown(&home, Some(uid), Some(uid)).unwrap();
        writeln!(passwd, "{name}:x:{uid}:{uid}::{}:/bin/sh", home.display()).unwrap();
        writeln!(shadow, "{name}:{hash}:19000:0:99999:7:::").unwrap();
        writeln!(group, "{name}:x:{uid}:").unwrap();
    }
    for (file, text) in [("passwd", passwd), ("shadow", shadow), ("group", group)] {
        fs::write(etc.join(file), text).unwrap();
    }
    fs::write(
        etc.join("nsswitch.conf"),
        "passwd: files\ngroup: files\nshadow: files\nhosts: files\n",
    )
    .unwrap();
}
