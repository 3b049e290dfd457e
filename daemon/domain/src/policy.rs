//! What the organization allows and requires.

mod budget;
mod reset;
mod sign_in;

pub use budget::BudgetRules;
pub use reset::{Gates, ResetRules};
pub use sign_in::{InvalidNetwork, Network, ServiceRules, SignInRefinement, SignInRules, Verify};

pub use crate::kind::{
    AuthenticatorAppRules, CodeRules, HardwareTokenRules, Limit, PushRules, RecoveryCodeRules,
    SecurityKeyRules, SecurityQuestionRules,
};

use crate::kind::Section;
use crate::{GroupName, Kind, KindSet, Purpose, Seconds, ServiceName, Strength};
use serde::{Deserialize, Serialize};

/// The policy of a host. It is written into the log when it changes, so that a replay decides as
/// it was decided then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What holds for all users.
    pub rules: Rules,
    /// What holds for members of a Unix group beyond that.
    pub groups: Vec<(GroupName, Refinement)>,
    /// What a PAM service asks.
    pub services: Vec<(ServiceName, ServiceRules)>,
}

/// What holds for all users, unless a refinement is stricter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The kinds that users may enrol and verify with.
    pub allowed: KindSet,
    /// How many methods that can be a default a user must have.
    pub required: u8,
    /// How many days a user may postpone setting up what is required.
    pub grace_days: u16,
    /// How many times within these days; none where only the days count.
    #[serde(deserialize_with = "crate::event::present")]
    pub grace_times: Option<u16>,
    /// What a user without any method needs to enroll the first.
    pub first_method: FirstMethod,
    /// Which method a sign-in asks for first.
    pub order: MethodOrder,
    /// How long a proof stays fresh.
    pub fresh_proof: Seconds,
    /// How long a deletion waits that was asked for with a weaker proof.
    pub deletion_wait: Seconds,
    /// How strong a proof must be at least that unlocks an account which was locked against intruders.
    pub unlock_strength: Strength,
    /// Whether locking an account ends what its user has open on the host: sessions, and processes beside them.
    pub end_sessions_on_lock: bool,
    /// What follows for an account that had another name, with methods, and now has none.
    pub renamed_accounts: RenamedAccounts,
    /// How many days after a proof users are asked to confirm that a phone number or an address is theirs; 0 for
    /// never.
    pub reconfirm_days: u16,
    /// Whether users are told of sign-ins from places that they have not signed in from lately.
    pub new_places: bool,
    /// Authenticator apps.
    pub authenticator_app: AuthenticatorAppRules,
    /// Hardware tokens.
    pub hardware_token: HardwareTokenRules,
    /// Approval on the phone.
    pub push: PushRules,
    /// Security keys.
    pub security_key: SecurityKeyRules,
    /// Security questions.
    pub security_questions: SecurityQuestionRules,
    /// Recovery codes.
    pub recovery_codes: RecoveryCodeRules,
    /// Codes that are sent by text, call and email.
    pub codes: CodeRules,
    /// Through what users are told of changes to their security info.
    pub notices: Notices,
    /// What is asked for at sign-in.
    pub sign_in: SignInRules,
    /// What a password reset asks for.
    pub reset: ResetRules,
    /// What wrong codes lead to.
    pub throttle: ThrottleRules,
    /// How long sessions live, and what they allow.
    pub session: SessionRules,
    /// How much one user may have written into the log.
    pub budget: BudgetRules,
}

/// What a user without any method needs to enroll the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirstMethod {
    /// A signed-in session is enough.
    Session,
    /// An access pass from an administrator.
    AccessPass,
}

/// Which method of a user a sign-in asks for first, and in which order it offers the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MethodOrder {
    /// The default, and then the strongest.
    DefaultFirst,
    /// The strongest, whatever the default is: an access pass, then in the order in which the default falls;
    /// recovery codes last.
    StrongestFirst,
}

/// What follows for an account that had another name, with methods, and now has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RenamedAccounts {
    /// It is let in nowhere that would have asked the former name, until an administrator has said who it is.
    Refuse,
    /// It is a new user like any other.
    Allow,
}

/// What wrong codes lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThrottleRules {
    /// Wrong codes that cost no waiting.
    pub free: u8,
    /// The longest wait between two attempts. The wait starts at one second and doubles.
    pub longest_wait: Seconds,
    /// Wrong codes in a row, over all methods of a user, that lock the method.
    pub lock_after: u16,
    /// How long the first lock lasts. Each further one lasts twice as long.
    pub first_lock: Seconds,
    /// How long a lock lasts at the most.
    pub longest_lock: Seconds,
    /// Wrong codes that one calling account may cause within [`Self::caller_window`].
    pub caller_limit: u16,
    /// The time over which the wrong codes of one calling account are counted.
    pub caller_window: Seconds,
    /// How long after the newest wrong code those before it are forgotten. Each old typo would
    /// otherwise bring the lock nearer for ever.
    pub forget_after: Seconds,
}

/// Through what users are told of changes to their security info.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notices {
    /// Through every email address and phone number that texts go to.
    All,
    /// Through email only.
    Email,
    /// Not at all.
    None,
}

/// How long sessions live, and what they allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionRules {
    /// How long an enrollment lives.
    pub enrollment: Seconds,
    /// How long a verification lives.
    pub verification: Seconds,
    /// How many wrong codes end either.
    pub attempts: u8,
}

/// What a group or a service asks of methods beyond the rules for all users. Absent means: nothing
/// more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refinement {
    /// Only these kinds.
    pub allowed: Option<KindSet>,
    /// At least so many methods.
    pub required: Option<u8>,
    /// At most so many days of grace.
    pub grace_days: Option<u16>,
    /// What the first method needs.
    pub first_method: Option<FirstMethod>,
    /// How many gates a password reset has.
    pub reset_gates: Option<Gates>,
    /// Whether locking an account ends its sessions. Of no meaning to a service.
    pub end_sessions_on_lock: Option<bool>,
}

/// The policy as it applies to one user and one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectivePolicy {
    /// The kinds that are allowed.
    pub allowed: KindSet,
    /// How many methods are required.
    pub required: u8,
    /// Days of grace.
    pub grace_days: u16,
    /// What the first method needs.
    pub first_method: FirstMethod,
    /// Which method a sign-in asks for first.
    pub order: MethodOrder,
    /// How many gates a password reset has for a user who administers nothing.
    pub reset_gates: Gates,
    /// The kinds that are such gates, of those that are allowed.
    pub reset_allowed: KindSet,
    /// How strong a proof must be at sign-in.
    pub strength: Strength,
    /// How strong a proof must be at least that unlocks an account.
    pub unlock_strength: Strength,
    /// Whether locking an account ends its sessions.
    pub end_sessions_on_lock: bool,
}

impl Policy {
    /// What is asked for at sign-in at `service`.
    pub fn sign_in(&self, service: Option<&ServiceName>) -> SignInRules {
        match self.of_service(service) {
            Some((_, rules)) => self.rules.sign_in.refined_by(&rules.sign_in),
            None => self.rules.sign_in.clone(),
        }
    }

    /// The rules of a service. `sudo -i` and `su -l` have service names of their own on some systems;
    /// rules for `sudo` or `su` hold for them as well, unless they have their own.
    fn of_service(&self, service: Option<&ServiceName>) -> Option<&(ServiceName, ServiceRules)> {
        let service = service?.as_str();
        let called = |wanted: &str| {
            let mut services = self.services.iter();
            services.find(|(name, _)| name.as_str() == wanted)
        };
        called(service).or_else(|| match service {
            "sudo-i" => called("sudo"),
            "su-l" => called("su"),
            "runuser-l" => called("runuser"),
            _ => None,
        })
    }

    /// The policy for a member of `groups` at `service`. Where several refinements apply, the
    /// strictest of each setting counts in any order: being in one more group never loosens a
    /// rule.
    pub fn effective(
        &self,
        groups: &[GroupName],
        service: Option<&ServiceName>,
    ) -> EffectivePolicy {
        let of_groups = self.of_groups(groups).map(|(_, refinement)| refinement);
        let of_service = self.of_service(service).map(|(_, rules)| rules);
        let strength = of_service.and_then(|rules| rules.sign_in.strength);
        of_groups
            .chain(of_service.map(|rules| &rules.refinement))
            .fold(self.rules.effective(strength), EffectivePolicy::refined_by)
    }

    fn of_groups(&self, groups: &[GroupName]) -> impl Iterator<Item = &(GroupName, Refinement)> {
        let refined = self.groups.iter();
        refined.filter(|(name, _)| groups.contains(name))
    }

    /// Whether locking the account of a member of `groups` ends its sessions. One whose groups are not known
    /// is taken for a member of every group.
    pub fn ends_sessions_on_lock(&self, groups: Option<&[GroupName]>) -> bool {
        let every = || self.groups.iter().map(|(name, _)| name.clone()).collect();
        let groups = groups.map_or_else(every, <[GroupName]>::to_vec);
        self.effective(&groups, None).end_sessions_on_lock
    }

    /// The groups of `groups`, and the service, whose refinements [`Self::effective`] puts together.
    pub fn refined_by(
        &self,
        groups: &[GroupName],
        service: Option<&ServiceName>,
    ) -> (Vec<&GroupName>, Option<&ServiceName>) {
        let of_service = self.of_service(service).map(|(name, _)| name);
        (
            self.of_groups(groups).map(|(name, _)| name).collect(),
            of_service,
        )
    }
}

impl Rules {
    /// The policy without any refinement, where a proof has to be so strong at sign-in.
    pub fn effective(&self, strength: Option<Strength>) -> EffectivePolicy {
        EffectivePolicy {
            allowed: self.allowed,
            required: self.required,
            grace_days: self.grace_days,
            first_method: self.first_method,
            order: self.order,
            reset_gates: self.reset.gates,
            reset_allowed: self.reset.allowed,
            strength: strength.unwrap_or(Strength::LEAST),
            unlock_strength: self.unlock_strength,
            end_sessions_on_lock: self.end_sessions_on_lock,
        }
    }

    /// How many methods that count for what is required one user can have under this policy.
    pub fn most_that_count(&self, policy: &EffectivePolicy) -> u8 {
        let counting = policy.allowed.iter().filter(|kind| policy.counts(*kind));
        counting
            .map(|kind| self.most(kind).unwrap_or(1))
            .fold(0, u8::saturating_add)
    }

    /// How many methods of a kind one user may have; none where a new one takes the place of the
    /// former.
    pub fn most(&self, kind: Kind) -> Option<u8> {
        self.section(kind)
            .map_or(kind.row().most, |section| Some(section.most()))
    }

    /// How long a proof stays fresh for adding and deleting methods of a kind.
    pub(crate) fn fresh_proof_for(&self, kind: Kind) -> Seconds {
        match kind {
            Kind::SecurityKey => self.fresh_proof.min(self.security_key.fresh_proof),
            _ => self.fresh_proof,
        }
    }

    /// How many time steps policy lets a clock be off for methods of a kind.
    pub(crate) fn drift(&self, kind: Kind) -> u8 {
        self.section(kind).map_or(0, Section::drift)
    }

    fn section(&self, kind: Kind) -> Option<&dyn Section> {
        match kind {
            Kind::AuthenticatorApp => Some(&self.authenticator_app),
            Kind::HardwareToken => Some(&self.hardware_token),
            Kind::Push => Some(&self.push),
            Kind::SecurityKey => Some(&self.security_key),
            Kind::Text
            | Kind::Call
            | Kind::Email
            | Kind::SecurityQuestions
            | Kind::RecoveryCodes
            | Kind::AccessPass => None,
        }
    }
}

impl EffectivePolicy {
    /// This policy with the stricter of each setting.
    #[must_use]
    pub fn refined_by(mut self, by: &Refinement) -> Self {
        if let Some(allowed) = by.allowed {
            self.allowed = self.allowed.and(allowed);
        }
        self.required = self.required.max(by.required.unwrap_or(0));
        self.grace_days = self.grace_days.min(by.grace_days.unwrap_or(u16::MAX));
        self.first_method = by
            .first_method
            .map_or(self.first_method, |first| first.max(self.first_method));
        self.reset_gates = by
            .reset_gates
            .map_or(self.reset_gates, |gates| gates.max(self.reset_gates));
        self.end_sessions_on_lock |= by.end_sessions_on_lock == Some(true);
        self
    }

    /// Whether a method of this kind may verify its user for this purpose.
    pub fn allows(&self, kind: Kind, purpose: Purpose) -> bool {
        let for_this = match purpose {
            Purpose::SignIn => true,
            Purpose::PasswordReset => self.reset_allowed.contains(kind),
        };
        kind.serves(purpose) && self.allowed.contains(kind) && for_this
    }

    /// The kinds of gates that a reset has for any user: what a stranger may be told of it.
    pub fn gate_kinds(&self) -> KindSet {
        let gates = |kind: &Kind| self.allows(*kind, Purpose::PasswordReset);
        KindSet::EVERY.iter().filter(gates).collect()
    }

    /// Whether methods of this kind count for what is required.
    pub fn counts(&self, kind: Kind) -> bool {
        kind.can_be_default() && self.allowed.contains(kind) && self.suffices(kind.strength())
    }

    /// Whether a proof of this strength is enough at sign-in.
    pub fn suffices(&self, strength: Strength) -> bool {
        strength >= self.strength
    }

    /// Whether a proof of this strength is enough for a purpose. A reset has rules of its own.
    pub(crate) fn suffices_for(&self, purpose: Purpose, strength: Strength) -> bool {
        purpose != Purpose::SignIn || self.suffices(strength)
    }
}

impl Default for Policy {
    /// What holds where the configuration says nothing.
    fn default() -> Self {
        Self {
            rules: Rules::default(),
            groups: Vec::new(),
            services: Vec::new(),
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            allowed: KindSet::EVERY,
            required: 0,
            grace_days: 14,
            grace_times: None,
            first_method: FirstMethod::Session,
            order: MethodOrder::DefaultFirst,
            fresh_proof: Seconds::new(600),
            deletion_wait: Seconds::from_days(1),
            unlock_strength: Strength::Possession,
            end_sessions_on_lock: false,
            renamed_accounts: RenamedAccounts::Refuse,
            reconfirm_days: 0,
            new_places: false,
            authenticator_app: AuthenticatorAppRules::default(),
            hardware_token: HardwareTokenRules::default(),
            push: PushRules::default(),
            security_key: SecurityKeyRules::default(),
            security_questions: SecurityQuestionRules::default(),
            recovery_codes: RecoveryCodeRules::default(),
            codes: CodeRules::default(),
            notices: Notices::All,
            sign_in: SignInRules::default(),
            reset: ResetRules::default(),
            throttle: ThrottleRules {
                free: 3,
                longest_wait: Seconds::new(30),
                lock_after: 10,
                first_lock: Seconds::new(300),
                longest_lock: Seconds::new(3600),
                caller_limit: 50,
                caller_window: Seconds::new(600),
                forget_after: Seconds::from_days(1),
            },
            session: SessionRules {
                enrollment: Seconds::new(600),
                verification: Seconds::new(300),
                attempts: 5,
            },
            budget: BudgetRules::default(),
        }
    }
}
