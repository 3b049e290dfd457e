//! Known modules: which of them authenticate a user, and what they can return.

use secinfo_pam_stack::codes::Code;
use secinfo_pam_stack::stack::{Entry, Work};

/// Our module.
pub(crate) const OURS: &str = "pam_secinfo.so";

/// What a module is for in an `auth` stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    /// Ours, verifying users.
    Ours,
    /// Ours, asking for the password or beginning a reset of it. It lets no user in.
    AsksPassword,
    /// Fails, always.
    Deny,
    /// Succeeds, always.
    Permit,
    /// Succeeds for root only.
    RootOk,
    /// Authenticates the user.
    Factor,
    /// Tests conditions: user, origin, time.
    Condition,
    /// Has another effect, and authenticates no user.
    Helper,
    /// Unknown; it may authenticate the user.
    Unknown,
}

/// Modules that authenticate the user, without the `pam_` that all names begin with, as below.
const FACTORS: &str = "unix unix_auth pwdfile userdb sss sss_gss ldap krb5 winbind systemd_home \
    fprintd ssh_agent_auth ssh u2f pkcs11 p11 google_authenticator oath yubico radius_auth \
    tacplus duo himmelblau aad mysql pgsql ccreds";

/// Modules that test conditions.
const CONDITIONS: &str = "succeed_if access wheel listfile time securetty nologin shells \
    localuser usertype faillock tally2 group_check rhosts timestamp";

/// Modules that have another effect.
const HELPERS: &str = "env faildelay cap group keyinit gnome_keyring kwallet kwallet5 mount \
    ecryptfs fscrypt echo issue warn debug limits loginuid selinux systemd mkhomedir lastlog \
    motd reauthorize setquota";

/// What a module is for that is given these arguments.
fn role(path: &str, arguments: &[String]) -> Role {
    let file = path.rsplit('/').next().unwrap_or(path);
    if file == OURS {
        return if arguments.iter().any(|argument| begins_reset(argument)) {
            Role::AsksPassword
        } else {
            Role::Ours
        };
    }
    let name = file.rsplit_once('.').map_or(file, |(name, _)| name);
    let Some(name) = name.strip_prefix("pam_") else {
        return Role::Unknown;
    };
    let roles = [
        ("deny", Role::Deny),
        ("permit", Role::Permit),
        ("rootok", Role::RootOk),
        (FACTORS, Role::Factor),
        (CONDITIONS, Role::Condition),
        (HELPERS, Role::Helper),
    ];
    let is_in = |names: &str| names.split(' ').any(|known| known == name);
    let known = roles.iter().find(|(names, _)| is_in(names));
    known.map_or(Role::Unknown, |(_, role)| *role)
}

/// Whether an argument makes ours ask for the password.
fn begins_reset(argument: &str) -> bool {
    argument == "reset" || argument.starts_with("reset=")
}

/// What our module returns when it did not verify the user: every such row of its table of outcomes.
pub(crate) const REFUSALS: [Code; 9] = [
    Code::AUTH_ERR,
    Code::MAXTRIES,
    Code::AUTHINFO_UNAVAIL,
    Code::USER_UNKNOWN,
    Code::CRED_INSUFFICIENT,
    Code::CONV_ERR,
    Code::SERVICE_ERR,
    Code::SYSTEM_ERR,
    Code::MODULE_UNKNOWN,
];

impl Role {
    /// What the module is for that an entry calls; none if it calls no module.
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        match &entry.work {
            Work::Module {
                path, arguments, ..
            } => Some(role(path, arguments)),
            Work::Substack | Work::MustFail => None,
        }
    }

    /// What a module of this role can return with these arguments.
    pub(crate) fn codes(self, arguments: &[String]) -> Vec<Code> {
        match self {
            Self::Ours => {
                let mut codes = vec![Code::SUCCESS, Code::IGNORE];
                codes.extend(REFUSALS);
                codes
            }
            Self::AsksPassword => {
                let mut codes = vec![Code::IGNORE];
                codes.extend(REFUSALS);
                codes
            }
            // Root is an exception; what matters is what other users get.
            Self::Deny | Self::RootOk => vec![Code::AUTH_ERR],
            Self::Permit => vec![Code::SUCCESS],
            Self::Factor | Self::Unknown => {
                let mut codes = vec![
                    Code::SUCCESS,
                    Code::AUTH_ERR,
                    Code::USER_UNKNOWN,
                    Code::AUTHINFO_UNAVAIL,
                    Code::CRED_INSUFFICIENT,
                    Code::MAXTRIES,
                    Code::NEW_AUTHTOK_REQD,
                    Code::ACCT_EXPIRED,
                    Code::PERM_DENIED,
                    Code::SERVICE_ERR,
                    Code::SYSTEM_ERR,
                    Code::CONV_ERR,
                    Code::ABORT,
                    Code::MODULE_UNKNOWN,
                ];
                // A factor steps aside only if it is told to: pam_sss, pam_krb5, pam_u2f.
                let steps_aside =
                    |argument: &String| argument.starts_with("ignore") || argument == "nouserok";
                if arguments.iter().any(steps_aside) {
                    codes.push(Code::IGNORE);
                }
                codes
            }
            Self::Condition | Self::Helper => vec![
                Code::SUCCESS,
                Code::IGNORE,
                Code::AUTH_ERR,
                Code::PERM_DENIED,
                Code::USER_UNKNOWN,
                Code::SERVICE_ERR,
            ],
        }
    }

    /// Whether its success may authenticate the user.
    pub(crate) const fn may_prove(self) -> bool {
        matches!(self, Self::Factor | Self::Unknown)
    }
}
