//! The projection of the log: what holds now.

mod approvals;
mod budget;
mod codes;
mod evolve;
mod questions;
mod reset;
mod restore;
mod retired;
mod sign_in;
mod sources;
mod throttle;
mod user;
mod users;

pub(crate) use approvals::NotNow;
pub use approvals::{Approval, ApprovalStatus, Approvals};
pub use budget::Budget;
pub(crate) use budget::Expense;
pub use codes::{CodeRequest, CodeRequests, CodeStatus};
pub use questions::UsedRules;
pub(crate) use reset::distinct as distinct_gates;
pub use reset::{OpenTicket, PassedGate, Resets};
pub use retired::Reached;
pub use sign_in::{Remembered, SignIns};
pub use throttle::{Apart, FailuresSince, Familiarity, MethodThrottle};
pub use user::{Method, Proof, Token, UserState};

use crate::{
    BreakGlassId, CredentialTag, KeyId, Kind, MethodId, Policy, SealedPart, SeedTag, TicketId,
    Timestamp, TokenId, UserId,
};
use questions::UsedQuestions;
use rpds::{HashTrieMapSync, HashTrieSetSync, RedBlackTreeMapSync, RedBlackTreeSetSync};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, LazyLock};
use users::Users;

/// Everything that the events so far add up to. Cloning it is cheap: clones share what is equal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    events: u64,
    latest: Timestamp,
    policy: Option<Arc<Policy>>,
    policy_since: Timestamp,
    questions: UsedQuestions,
    users: Users,
    tokens: HashTrieMapSync<TokenId, Token>,
    /// The secrets of the tokens that methods were made of.
    activated: HashTrieMapSync<MethodId, SeedTag>,
    /// How far the tokens were used whose users have deleted them.
    retired: HashTrieMapSync<SeedTag, Reached>,
    /// The credentials of security keys that are methods.
    security_keys: HashTrieSetSync<CredentialTag>,
    callers: HashTrieMapSync<UserId, FailuresSince>,
    /// What is due at which time: deletions that wait, and the ends of access passes.
    schedule: RedBlackTreeSetSync<(Timestamp, UserId, MethodId)>,
    codes: CodeRequests,
    break_glass: RedBlackTreeSetSync<BreakGlassId>,
    tickets: RedBlackTreeMapSync<TicketId, OpenTicket>,
}

impl State {
    /// How many events went into it: the sequence number of the next one.
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// The time of the newest event.
    pub const fn latest(&self) -> Timestamp {
        self.latest
    }

    /// The policy in force; the one that ships, before any was read.
    pub fn policy(&self) -> &Policy {
        static SHIPPED: LazyLock<Policy> = LazyLock::new(Policy::default);
        self.policy.as_deref().unwrap_or(&SHIPPED)
    }

    /// Whether a policy was put in force yet.
    pub const fn has_policy(&self) -> bool {
        self.policy.is_some()
    }

    /// The rules under which the security questions were set up that users have, the oldest first.
    pub fn questions_in_use(&self) -> impl Iterator<Item = &UsedRules> {
        self.questions.in_use()
    }

    /// The security info of a user.
    pub fn user(&self, user: UserId) -> Option<&UserState> {
        self.users.get(user)
    }

    /// The kind of a user's method.
    pub fn kind_of(&self, user: UserId, method: MethodId) -> Option<Kind> {
        self.user(user)?.method(method).map(Method::kind)
    }

    /// Every user.
    pub fn users(&self) -> impl Iterator<Item = (UserId, &UserState)> {
        self.users.iter()
    }

    /// How many users there are.
    pub fn user_count(&self) -> usize {
        self.users.count()
    }

    /// The tokens that wait to be activated.
    pub fn tokens(&self) -> impl Iterator<Item = (TokenId, &Token)> {
        self.tokens.iter().map(|(id, token)| (*id, token))
    }

    /// A token that waits to be activated.
    pub fn token(&self, token: TokenId) -> Option<&Token> {
        self.tokens.get(&token)
    }

    /// Whether this credential of a security key is a method already, of any user.
    pub fn is_registered(&self, credential: CredentialTag) -> bool {
        self.security_keys.contains(&credential)
    }

    /// The wrong codes that one account has caused lately.
    pub fn caller_failures(&self, caller: UserId) -> Option<&FailuresSince> {
        self.callers.get(&caller)
    }

    /// The keys that the vault must have for what is in force; it has no others of users, methods
    /// and tokens. In no order.
    pub fn keys(&self) -> impl Iterator<Item = KeyId> {
        let users = self.users.iter().flat_map(|(id, user)| {
            let methods = user.methods.iter().map(|method| KeyId::from(method.id));
            std::iter::once(KeyId::from(id)).chain(methods)
        });
        users.chain(self.tokens.keys().map(|id| KeyId::from(*id)))
    }

    /// Everything in force that is sealed, with the key that opens it. In no order.
    pub fn sealed(&self) -> impl Iterator<Item = (KeyId, SealedPart, &[u8])> {
        let users = self.users.iter().flat_map(|(id, user)| {
            let own = (KeyId::from(id), SealedPart::User, user.sealed.as_bytes());
            let methods = user.methods.iter().flat_map(|method| {
                let key = KeyId::from(method.id);
                [
                    (key, SealedPart::Label, method.sealed.label()),
                    (key, SealedPart::Secret, method.sealed.secret()),
                ]
            });
            std::iter::once(own).chain(methods)
        });
        let tokens = self.tokens.iter();
        users.chain(tokens.map(|(id, token)| {
            let sealed = token.sealed.as_bytes();
            (KeyId::from(*id), SealedPart::Token, sealed)
        }))
    }

    /// The codes that were sent lately.
    pub const fn codes(&self) -> &CodeRequests {
        &self.codes
    }

    /// When the days of grace of a user began: the first time that they put off setting up what the
    /// policy asks for that holds now. None as long as they have not.
    pub fn grace_began(&self, user: &UserState) -> Option<Timestamp> {
        let first = user.sign_ins().first_postponed();
        first.filter(|first| *first >= self.policy_since)
    }

    /// How many times the user can put off yet what is required; none where policy counts no times.
    pub fn times_left(&self, user: &UserState) -> Option<u16> {
        let most = self.policy().rules.grace_times?;
        // What was put off under a former policy was something else.
        let times = match self.grace_began(user) {
            Some(_) => user.sign_ins().times_postponed(),
            None => 0,
        };
        Some(most.saturating_sub(times))
    }

    /// Whether it is recorded that this break-glass code was used.
    pub fn is_recorded(&self, code: BreakGlassId) -> bool {
        self.break_glass.contains(&code)
    }

    /// The tickets of which it is not recorded whether the password was set. After a crash the helper
    /// is asked what became of them.
    pub fn open_tickets(&self) -> impl Iterator<Item = (TicketId, &OpenTicket)> {
        self.tickets.iter().map(|(id, open)| (*id, open))
    }

    /// One of these.
    pub fn open_ticket(&self, ticket: TicketId) -> Option<&OpenTicket> {
        self.tickets.get(&ticket)
    }

    /// The users for whom something is due by `now`, each once.
    pub fn due(&self, now: Timestamp) -> Vec<UserId> {
        let mut users: Vec<_> = self
            .schedule
            .iter()
            .take_while(|(time, ..)| *time <= now)
            .map(|(_, user, _)| *user)
            .collect();
        users.sort_unstable();
        users.dedup();
        users
    }

    /// When something is due next.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.schedule.iter().next().map(|(time, ..)| *time)
    }
}
