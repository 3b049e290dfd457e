//! Who calls: what the bus and the kernel say of a connection, and never what it says of itself.

use crate::process::{control_groups, effective_uid, is_running, login_uid};
use crate::service::SessionOwner;
use hmac::{Hmac, KeyInit, Mac};
use secinfo_domain::SessionTag;
use sha2::Sha256;
use std::fs;
use tokio::sync::watch;
use zbus::fdo::ConnectionCredentials;
use zbus::names::OwnedUniqueName;
use zeroize::Zeroizing;

/// A login session, by what only root can have set.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LoginSession {
    /// The kernel's audit session id, set by `pam_loginuid` or `pam_systemd` at login and inherited
    /// by every process since; changing it takes `CAP_AUDIT_CONTROL`.
    Audit(u32),
    /// The logind session whose scope the process is in; only root can move a process there.
    Logind(String),
}

/// The key that makes [`SessionTag`]s unguessable and keeps session ids out of the log.
pub struct TagKey {
    key: Zeroizing<[u8; 32]>,
    boot_id: String,
}

impl TagKey {
    /// The key made of these 32 random bytes. Tags made with the same key on the same boot are
    /// the same for the same login session.
    ///
    /// # Errors
    /// When the kernel's boot id cannot be read.
    pub fn new(key: Zeroizing<[u8; 32]>) -> std::io::Result<Self> {
        let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id")?
            .trim()
            .to_owned();
        Ok(Self { key, boot_id })
    }

    fn tag(&self, kind: u8, session: &[u8], uid: u32) -> SessionTag {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.key.as_slice())
            .expect("HMAC takes any key");
        // Each field is preceded by its length, so no two different inputs are the same bytes.
        for field in [
            self.boot_id.as_bytes(),
            &[kind],
            session,
            &uid.to_be_bytes(),
        ] {
            mac.update(&(field.len() as u64).to_be_bytes());
            mac.update(field);
        }
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let (tag, _) = digest
            .split_first_chunk::<16>()
            .expect("SHA-256 has more than 16 bytes");
        SessionTag::from_bytes(*tag)
    }
}

/// A connection that calls us.
#[derive(Debug)]
pub struct Caller {
    unique_name: OwnedUniqueName,
    uid: u32,
    pid: Option<u32>,
    login_session: Option<LoginSession>,
    became_root: Option<u32>,
    nonce: [u8; 16],
    /// Whether the connection has left the bus.
    departure: watch::Receiver<bool>,
}

impl Caller {
    /// The caller with these credentials from the bus; `None` if they hold no uid.
    pub(crate) fn new(
        unique_name: OwnedUniqueName,
        credentials: &ConnectionCredentials,
        nonce: [u8; 16],
        departure: watch::Receiver<bool>,
    ) -> Option<Self> {
        let uid = credentials.unix_user_id()?;
        let pid = credentials.process_id();
        let login_session = pid.and_then(|pid| login_session(pid, uid));
        let became_root = pid.filter(|_| uid == 0).and_then(who_became_root);
        // Where the bus pins the process, a process that took over its pid is found out.
        let is_same = credentials.process_fd().is_none_or(is_running);
        let (login_session, became_root) = if is_same {
            (login_session, became_root)
        } else {
            (None, None)
        };
        Some(Self {
            unique_name,
            uid,
            pid,
            login_session,
            became_root,
            nonce,
            departure,
        })
    }

    /// The name of the connection, such as `:1.42`.
    pub fn unique_name(&self) -> &OwnedUniqueName {
        &self.unique_name
    }

    /// The uid of the process that connected, from the bus.
    pub fn uid(&self) -> u32 {
        self.uid
    }

    /// The pid of the process that connected, from the bus. It may be another process's by now: who
    /// relies on it asks whose that one is.
    pub fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// The login session of the process that connected, if it has one.
    pub fn login_session(&self) -> Option<&LoginSession> {
        self.login_session.as_ref()
    }

    /// Of a process of root's, the account that signed in and became root since, as by `sudo`. Of another
    /// account's it is not looked up: a process to which the kernel gave no login uid can give itself any.
    pub fn became_root(&self) -> Option<u32> {
        self.became_root
    }

    /// Whether a session with this owner is this caller's.
    pub fn owns(&self, owner: &SessionOwner) -> bool {
        owner.is(&self.unique_name, self.uid)
    }

    /// Whether the connection has left the bus.
    pub fn is_gone(&self) -> bool {
        *self.departure.borrow()
    }

    /// Returns when the connection has left the bus.
    pub async fn left(&self) {
        // Without the one who would say so, the connection is not known any more either.
        let _ = self.departure.clone().wait_for(|gone| *gone).await;
    }

    /// What a proof by this caller is bound to: the login session, or else this very connection.
    /// Never the uid alone. A connection counts by a random number of its own, since its name
    /// can be another's after the bus was restarted.
    pub fn session_tag(&self, key: &TagKey) -> SessionTag {
        match &self.login_session {
            Some(LoginSession::Audit(id)) => key.tag(1, &id.to_be_bytes(), self.uid),
            Some(LoginSession::Logind(id)) => key.tag(2, id.as_bytes(), self.uid),
            None => key.tag(3, &self.nonce, self.uid),
        }
    }
}

/// The kernel's value for "no audit session".
const NO_AUDIT_SESSION: u32 = u32::MAX;

fn login_session(pid: u32, uid: u32) -> Option<LoginSession> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    if effective_uid(&status) != Some(uid) {
        return None;
    }
    let cgroup = fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    if is_of_service_manager(&cgroup) {
        return None;
    }
    let audit = fs::read_to_string(format!("/proc/{pid}/sessionid")).ok();
    if let Some(id) = audit.and_then(|text| text.trim().parse::<u32>().ok())
        && id != NO_AUDIT_SESSION
    {
        return Some(LoginSession::Audit(id));
    }
    session_scope(&cgroup, uid).map(LoginSession::Logind)
}

/// The account other than root that signed in, of a process that is root's by now.
fn who_became_root(pid: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let is_roots = effective_uid(&status) == Some(0);
    login_uid(pid).filter(|uid| is_roots && *uid != 0)
}

/// Whether a `/proc/<pid>/cgroup` is that of a process of a user's service manager, which is in
/// `user@<uid>.service`. All of them have the one audit session of that manager, whatever login they
/// come from, or none: they belong to no login session. A user can move a process into that cgroup,
/// and out of it only as root.
fn is_of_service_manager(cgroup: &str) -> bool {
    control_groups(cgroup).any(|path| {
        path.split('/')
            .any(|part| part.starts_with("user@") && part.ends_with(".service"))
    })
}

/// The session in a `/proc/<pid>/cgroup`, if the process is in a scope that logind made:
/// `/user.slice/user-<uid>.slice/session-<id>.scope`. A scope of that name anywhere else could be
/// the user's own making, below their `user@.service`.
fn session_scope(cgroup: &str, uid: u32) -> Option<String> {
    let slice = format!("/user.slice/user-{uid}.slice/session-");
    control_groups(cgroup).find_map(|path| {
        let scope = path.strip_prefix(&slice)?.split('/').next()?;
        let id = scope.strip_suffix(".scope")?;
        (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .then(|| id.to_owned())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn caller(name: &str, uid: u32, login_session: Option<LoginSession>, nonce: u8) -> Caller {
        Caller {
            unique_name: OwnedUniqueName::try_from(name).unwrap(),
            uid,
            pid: None,
            login_session,
            became_root: None,
            nonce: [nonce; 16],
            departure: watch::Sender::new(false).subscribe(),
        }
    }

    fn key(byte: u8) -> TagKey {
        TagKey::new(Zeroizing::new([byte; 32])).unwrap()
    }

    #[test]
    fn a_login_session_has_one_tag_whatever_the_connection() {
        let session = Some(LoginSession::Audit(7));
        let one = caller(":1.1", 1000, session.clone(), 1);
        let other = caller(":1.2", 1000, session, 2);
        assert_eq!(one.session_tag(&key(1)), other.session_tag(&key(1)));
    }

    #[test]
    fn whatever_differs_in_session_user_or_key_differs_in_tag() {
        let callers = [
            caller(":1.1", 1000, Some(LoginSession::Audit(7)), 1),
            caller(":1.1", 1001, Some(LoginSession::Audit(7)), 1),
            caller(":1.1", 1000, Some(LoginSession::Audit(8)), 1),
            caller(":1.1", 1000, Some(LoginSession::Logind("7".into())), 1),
            caller(":1.1", 1000, None, 1),
            caller(":1.1", 1000, None, 2),
        ];
        let tags: HashSet<_> = [key(1), key(2)]
            .iter()
            .flat_map(|key| callers.iter().map(|caller| caller.session_tag(key)))
            .collect();
        assert_eq!(tags.len(), 12);
    }

    #[test]
    fn a_session_scope_counts_only_where_logind_puts_it() {
        let logind = "0::/user.slice/user-1000.slice/session-c2.scope\n";
        assert_eq!(session_scope(logind, 1000).as_deref(), Some("c2"));
        let v1 = "12:pids:/x\n1:name=systemd:/user.slice/user-1000.slice/session-3.scope\n";
        assert_eq!(session_scope(v1, 1000).as_deref(), Some("3"));
        let below = "0::/user.slice/user-1000.slice/session-3.scope/app\n";
        assert_eq!(session_scope(below, 1000).as_deref(), Some("3"));
        for own_making in [
            "0::/user.slice/user-1000.slice/user@1000.service/session-3.scope\n",
            "0::/user.slice/user-1000.slice/user@1000.service/user.slice/user-1000.slice/session-3.scope\n",
            "0::/user.slice/user-1001.slice/session-3.scope\n",
            "0::/session-3.scope\n",
            "0::/user.slice/user-1000.slice/session-.scope\n",
            "5:cpu:/user.slice/user-1000.slice/session-3.scope\n",
            "",
        ] {
            assert_eq!(session_scope(own_making, 1000), None, "{own_making}");
        }
    }

    #[test]
    fn a_process_of_a_service_manager_is_known_by_its_cgroup() {
        let manager = "/user.slice/user-1000.slice/user@1000.service";
        for of_manager in [
            format!("0::{manager}/init.scope\n"),
            format!("0::{manager}/app.slice/run-u1.service\n"),
            format!("0::{manager}\n"),
            format!("0::{manager}/user.slice/user-1000.slice/session-3.scope\n"),
            format!("12:pids:/x\n1:name=systemd:{manager}/gnome-terminal-server.service\n"),
        ] {
            assert!(is_of_service_manager(&of_manager), "{of_manager}");
        }
        for of_none in [
            "0::/user.slice/user-1000.slice/session-3.scope\n",
            "0::/system.slice/cron.service\n",
            "0::/\n",
            "5:cpu:/user.slice/user-1000.slice/user@1000.service\n",
            "",
        ] {
            assert!(!is_of_service_manager(of_none), "{of_none}");
        }
    }

    #[test]
    fn a_process_of_another_uid_gives_no_session() {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let uid = effective_uid(&status).unwrap();
        assert_eq!(login_session(std::process::id(), uid.wrapping_add(1)), None);
    }
}
