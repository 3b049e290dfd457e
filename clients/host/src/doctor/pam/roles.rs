//! Known modules: which of them authenticate a user, and what they can return.

use secinfo_pam_stack::codes::Code;

/// Our module.
pub(crate) const OURS: &str = "pam_secinfo.so";

/// What a module is for in an `auth` stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    /// Ours.
    Ours,
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

/// Modules that authenticate the user.
const FACTORS: [&str; 27] = [
    "pam_unix",
    "pam_unix_auth",
    "pam_pwdfile",
    "pam_userdb",
    "pam_sss",
    "pam_sss_gss",
    "pam_ldap",
    "pam_krb5",
    "pam_winbind",
    "pam_systemd_home",
    "pam_fprintd",
    "pam_ssh_agent_auth",
    "pam_ssh",
    "pam_u2f",
    "pam_pkcs11",
    "pam_p11",
    "pam_google_authenticator",
    "pam_oath",
    "pam_yubico",
    "pam_radius_auth",
    "pam_tacplus",
    "pam_duo",
    "pam_himmelblau",
    "pam_aad",
    "pam_mysql",
    "pam_pgsql",
    "pam_ccreds",
];

/// Modules that test conditions.
const CONDITIONS: [&str; 15] = [
    "pam_succeed_if",
    "pam_access",
    "pam_wheel",
    "pam_listfile",
    "pam_time",
    "pam_securetty",
    "pam_nologin",
    "pam_shells",
    "pam_localuser",
    "pam_usertype",
    "pam_faillock",
    "pam_tally2",
    "pam_group_check",
    "pam_rhosts",
    "pam_timestamp",
];

/// Modules that have another effect.
const HELPERS: [&str; 24] = [
    "pam_env",
    "pam_faildelay",
    "pam_cap",
    "pam_group",
    "pam_keyinit",
    "pam_gnome_keyring",
    "pam_kwallet",
    "pam_kwallet5",
    "pam_mount",
    "pam_ecryptfs",
    "pam_fscrypt",
    "pam_echo",
    "pam_issue",
    "pam_warn",
    "pam_debug",
    "pam_limits",
    "pam_loginuid",
    "pam_selinux",
    "pam_systemd",
    "pam_mkhomedir",
    "pam_lastlog",
    "pam_motd",
    "pam_reauthorize",
    "pam_setquota",
];

/// What a module is for.
pub(crate) fn role(path: &str) -> Role {
    let file = path.rsplit('/').next().unwrap_or(path);
    if file == OURS {
        return Role::Ours;
    }
    let name = file.rsplit_once('.').map_or(file, |(name, _)| name);
    let roles = [
        (&["pam_deny"][..], Role::Deny),
        (&["pam_permit"], Role::Permit),
        (&["pam_rootok"], Role::RootOk),
        (&FACTORS, Role::Factor),
        (&CONDITIONS, Role::Condition),
        (&HELPERS, Role::Helper),
    ];
    let known = roles.iter().find(|(names, _)| names.contains(&name));
    known.map_or(Role::Unknown, |(_, role)| *role)
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
    /// What a module of this role can return with these arguments.
    pub(crate) fn codes(self, arguments: &[String]) -> Vec<Code> {
        match self {
            Self::Ours => {
                let mut codes = vec![Code::SUCCESS, Code::IGNORE];
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
