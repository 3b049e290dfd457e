//! The security info of one user, as it stands.

use super::approvals::Approvals;
use super::budget::{Budget, Expense};
use super::reset::Resets;
use super::retired::Reached;
use super::sign_in::SignIns;
use super::sources::KnownSources;
use super::throttle::{self, Apart, Attempts, FailuresSince, Familiarity, MethodThrottle};
use crate::Refusal;
use crate::event::Credential;
use crate::kind::Used;
use crate::otp::OtpParameters;
use crate::policy::{BudgetRules, EffectivePolicy, MethodOrder, Rules, ThrottleRules};
use crate::{
    GuessTag, Kind, MethodId, Purpose, Sealed, SealedMethod, Seconds, SeedTag, SessionTag, Source,
    Strength, Timestamp,
};
use serde::{Deserialize, Serialize};

/// The security info of one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserState {
    pub(super) sealed: Sealed,
    pub(super) methods: Box<[Method]>,
    pub(super) default: Option<MethodId>,
    pub(super) sources: KnownSources,
    pub(super) proofs: Box<[Proof]>,
    pub(super) budget: Budget,
    pub(super) rare: Option<Box<Rare>>,
}

/// What most users have nothing of. There are many users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rare {
    pub(super) attempts: Apart<Attempts>,
    pub(super) sign_ins: SignIns,
    pub(super) resets: Resets,
    pub(super) approvals: Approvals,
    /// Since when the account is locked.
    pub(super) account_locked: Option<Timestamp>,
    /// The lines of activity that the user has said were not them, the newest last.
    pub(super) reported: Vec<u64>,
}

impl Rare {
    pub(super) const NONE: Self = Self {
        attempts: Apart::new(Attempts::NONE, Attempts::NONE),
        sign_ins: SignIns::NONE,
        resets: Resets::NONE,
        approvals: Approvals::NONE,
        account_locked: None,
        reported: Vec::new(),
    };
}

/// One enrolled method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    pub(super) id: MethodId,
    pub(super) credential: Credential,
    pub(super) sealed: SealedMethod,
    pub(super) created: Timestamp,
    pub(super) last_used: Option<Timestamp>,
    pub(super) vouched: Option<Strength>,
    /// Whether it came from another system.
    pub(super) is_imported: bool,
    /// Most methods have none, and there are many methods.
    pub(super) setbacks: Option<Box<Setbacks>>,
}

/// What speaks against a method: wrong codes, a deletion that waits, and that there may be a copy of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Setbacks {
    pub(super) throttle: Apart<MethodThrottle>,
    pub(super) deletion_due: Option<Timestamp>,
    pub(super) may_be_copied: bool,
    /// The wrong PINs that it was told, wherever from: its tries are the same.
    pub(super) wrong_pins: Option<FailuresSince>,
}

impl Setbacks {
    pub(super) const NONE: Self = Self {
        throttle: Apart::new(MethodThrottle::NONE, MethodThrottle::NONE),
        deletion_due: None,
        may_be_copied: false,
        wrong_pins: None,
    };
}

/// What a finished verification leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The method that was proved.
    pub method: MethodId,
    /// Where it was made, and alone counts.
    pub session: SessionTag,
    /// How strong it is.
    pub strength: Strength,
    /// When it was made.
    pub time: Timestamp,
}

/// A hardware token that waits to be activated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// How its codes are made.
    pub parameters: OtpParameters,
    /// How far its codes are used up.
    pub reached: Reached,
    /// Its secret.
    pub(super) seed: SeedTag,
    /// Serial number, manufacturer, model and secret.
    pub sealed: Sealed,
}

impl Method {
    /// Its id.
    pub const fn id(&self) -> MethodId {
        self.id
    }

    /// Its kind.
    pub const fn kind(&self) -> Kind {
        self.credential.kind()
    }

    /// What it needs to verify the user, and what is used up of it.
    pub const fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Label and secret.
    pub const fn sealed(&self) -> &SealedMethod {
        &self.sealed
    }

    /// When it was enrolled.
    pub const fn created(&self) -> Timestamp {
        self.created
    }

    /// When it was last proved.
    pub const fn last_used(&self) -> Option<Timestamp> {
        self.last_used
    }

    /// When its user is to confirm that the phone number or address is theirs, where policy has that done after so
    /// many days; a proof confirms it.
    pub fn confirm_due(&self, after_days: u16) -> Option<Timestamp> {
        let is_sent = self.kind().row().sent_to.is_some();
        let confirmed = self.last_used.unwrap_or(self.created).max(self.created);
        (is_sent && after_days > 0).then(|| confirmed.plus(Seconds::from_days(after_days)))
    }

    /// When it will be deleted, if a deletion waits.
    pub fn deletion_due(&self) -> Option<Timestamp> {
        self.setbacks().deletion_due
    }

    /// Whether a counter that has not grown has told that there may be a copy of the security key.
    pub fn may_be_copied(&self) -> bool {
        self.setbacks().may_be_copied
    }

    /// The wrong PINs that a security key was told lately.
    pub(crate) fn wrong_pins(&self) -> Option<&FailuresSince> {
        self.setbacks().wrong_pins.as_ref()
    }

    /// How strong the proof was that let it in, where one was asked.
    pub const fn vouched(&self) -> Option<Strength> {
        self.vouched
    }

    /// How strong a proof by it is now. One that a weaker proof let in is no stronger than that for
    /// the time that a deletion waits: or else a weak proof would become a strong one by adding a
    /// method and proving it.
    pub fn strength(&self, deletion_wait: Seconds, now: Timestamp) -> Strength {
        self.as_vouched(self.credential.strength(), deletion_wait, now)
    }

    /// How strong a proof must be to delete it at once.
    pub(crate) fn protection(&self, deletion_wait: Seconds, now: Timestamp) -> Strength {
        self.as_vouched(self.credential.protection(), deletion_wait, now)
    }

    /// Whether it counts for what is required.
    pub(crate) fn counts(&self, policy: &EffectivePolicy) -> bool {
        policy.counts(self.kind()) && policy.suffices(self.credential.strength())
    }

    fn as_vouched(&self, strength: Strength, wait: Seconds, now: Timestamp) -> Strength {
        match self.vouched {
            Some(vouched) if now < self.created.plus(wait) => strength.min(vouched),
            _ => strength,
        }
    }

    /// Why a code of it that is right counts as used at `now`.
    pub fn used(&self, rules: &Rules, now: Timestamp) -> Used {
        let brought_over = self.is_imported && self.last_used.is_none();
        let allowed = rules.drift(self.kind());
        Used::of(self.credential.used_steps(), brought_over, now, allowed)
    }

    /// The wrong codes given for it from such sources.
    pub fn throttle(&self, from: Familiarity) -> &MethodThrottle {
        self.throttles().of(from)
    }

    /// The wrong codes given for it.
    pub fn throttles(&self) -> &Apart<MethodThrottle> {
        &self.setbacks().throttle
    }

    /// When the longest of its locks ends, if it is locked at `now`, be it from some sources only.
    pub fn locked_at(&self, now: Timestamp) -> Option<Timestamp> {
        let locks = self
            .throttles()
            .both()
            .map(|throttle| throttle.locked_at(now));
        locks.into_iter().flatten().max()
    }

    pub(super) fn setbacks(&self) -> &Setbacks {
        self.setbacks.as_deref().unwrap_or(&Setbacks::NONE)
    }

    /// Whether it can verify its user at `now`: an access pass that has expired cannot, nor can
    /// recovery codes of which none is left.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.credential.is_usable(now)
    }

    /// How many recovery codes are left; 0 for every other kind.
    pub fn remaining(&self) -> u32 {
        self.credential.remaining()
    }
}

impl UserState {
    /// Uid and name, sealed under the user's own key.
    pub const fn sealed(&self) -> &Sealed {
        &self.sealed
    }

    /// The enrolled methods, in the order of enrollment.
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// One method.
    pub fn method(&self, id: MethodId) -> Option<&Method> {
        self.methods.iter().find(|method| method.id == id)
    }

    /// The default method. It always exists and serves sign-in.
    pub fn default_method(&self) -> Option<&Method> {
        self.default.and_then(|id| self.method(id))
    }

    /// The method of a kind of which there is at most one.
    pub fn only(&self, kind: Kind) -> Option<&Method> {
        self.methods.iter().find(|method| method.kind() == kind)
    }

    /// The proofs, the newest last. Older ones than matter may be among them.
    pub fn proofs(&self) -> &[Proof] {
        &self.proofs
    }

    /// What sign-ins through PAM have left: terminals that are remembered, set-up that was put off.
    pub fn sign_ins(&self) -> &SignIns {
        const NONE: &SignIns = &Rare::NONE.sign_ins;
        self.rare.as_deref().map_or(NONE, |rare| &rare.sign_ins)
    }

    /// What password resets have left: gates that were passed, wrong answers, locks.
    pub fn resets(&self) -> &Resets {
        const NONE: &Resets = &Rare::NONE.resets;
        self.rare.as_deref().map_or(NONE, |rare| &rare.resets)
    }

    /// The requests to approve that went to the user's phones.
    pub fn approvals(&self) -> &Approvals {
        const NONE: &Approvals = &Rare::NONE.approvals;
        self.rare.as_deref().map_or(NONE, |rare| &rare.approvals)
    }

    /// Whether the user has said of the event of this number that it was not them. The oldest reports are
    /// forgotten.
    pub fn has_reported(&self, seq: u64) -> bool {
        self.rare
            .as_deref()
            .is_some_and(|rare| rare.reported.contains(&seq))
    }

    /// Whether the user has said of any event that it was not them.
    pub fn has_reports(&self) -> bool {
        let rare = self.rare.as_deref();
        rare.is_some_and(|rare| !rare.reported.is_empty())
    }

    /// Since when the account is locked, if it is.
    pub fn account_locked(&self) -> Option<Timestamp> {
        self.rare.as_deref().and_then(|rare| rare.account_locked)
    }

    /// How strong a proof must be to unlock the account; none where it is not locked. As strong as what the
    /// user has that is strongest: who has stolen something weaker does not unlock it.
    pub fn unlocked_by(
        &self,
        policy: &EffectivePolicy,
        deletion_wait: Seconds,
        now: Timestamp,
    ) -> Option<Strength> {
        self.account_locked()?;
        let methods = self.methods.iter().filter(|method| {
            policy.allows(method.kind(), Purpose::SignIn) && method.is_usable(now)
        });
        let strongest = methods
            .map(|method| method.strength(deletion_wait, now))
            .max();
        Some(
            strongest
                .unwrap_or(policy.unlock_strength)
                .max(policy.unlock_strength),
        )
    }

    /// The strongest proof that this session made within `length` before `now`.
    pub fn fresh_proof(
        &self,
        session: SessionTag,
        length: Seconds,
        now: Timestamp,
    ) -> Option<Proof> {
        self.proofs
            .iter()
            .filter(|proof| proof.session == session && now.is_within(length, proof.time))
            .max_by_key(|proof| (proof.strength, proof.time))
            .copied()
    }

    /// Whether the user has a method that can verify them at sign-in, now or from when it begins.
    pub fn has_sign_in_method(&self, now: Timestamp) -> bool {
        self.methods.iter().any(|method| {
            // With one that begins later, nothing is open until then that would not be open after it.
            let begins = method.credential().begins();
            let is_to_come = begins.is_some_and(|begins| now < begins);
            method.kind().serves(Purpose::SignIn) && (method.is_usable(now) || is_to_come)
        })
    }

    /// How many methods count for what policy requires. One that waits for its deletion does not.
    pub fn counting_methods(&self, policy: &EffectivePolicy) -> usize {
        self.methods
            .iter()
            .filter(|method| method.deletion_due().is_none() && method.counts(policy))
            .count()
    }

    /// How many more methods policy asks for.
    pub fn still_required(&self, policy: &EffectivePolicy) -> u8 {
        let have = u8::try_from(self.counting_methods(policy)).unwrap_or(u8::MAX);
        policy.required.saturating_sub(have)
    }

    /// The methods that can verify the user for this purpose now, in the order in which they are
    /// asked: the default, then the others by strength, then recovery codes and access pass. While the account
    /// is locked, those that unlock it.
    pub fn candidates(
        &self,
        purpose: Purpose,
        policy: &EffectivePolicy,
        deletion_wait: Seconds,
        now: Timestamp,
    ) -> Vec<&Method> {
        let unlocks = self.unlocked_by(policy, deletion_wait, now);
        let mut candidates: Vec<_> = self
            .methods
            .iter()
            .filter(|method| {
                let kind = method.kind();
                let strength = method.strength(deletion_wait, now);
                let is_let = |needed| purpose == Purpose::SignIn && strength >= needed;
                policy.allows(kind, purpose)
                    && method.is_usable(now)
                    && policy.suffices_for(purpose, strength)
                    && unlocks.is_none_or(is_let)
            })
            .collect();
        let by_default = policy.order == MethodOrder::DefaultFirst || purpose != Purpose::SignIn;
        candidates.sort_by_key(|method| {
            let kind = method.kind();
            let is_other = self.default != Some(method.id);
            let is_weaker = !by_default && kind != Kind::AccessPass;
            (
                by_default && is_other,
                is_weaker,
                kind.fallback_rank().unwrap_or(u8::MAX),
                kind,
                is_other,
            )
        });
        candidates
    }

    /// The strongest method that policy allows as a default, other than `without`.
    pub(crate) fn strongest_default(
        &self,
        policy: Option<&EffectivePolicy>,
        without: Option<MethodId>,
    ) -> Option<MethodId> {
        self.methods
            .iter()
            .filter(|method| Some(method.id) != without)
            .filter(|method| policy.is_none_or(|policy| policy.allowed.contains(method.kind())))
            .filter_map(|method| Some((method.kind().fallback_rank()?, method.created, method.id)))
            .min()
            .map(|(.., id)| id)
    }

    /// Whether the user has signed in lately from this source.
    pub fn familiarity(&self, source: Option<Source>, now: Timestamp) -> Familiarity {
        match source {
            Some(source) if self.sources.has(source, now) => Familiarity::Known,
            _ => Familiarity::Elsewhere,
        }
    }

    /// Whether the user has signed in before, but not from this source lately.
    pub fn is_new_place(&self, source: Source, now: Timestamp) -> bool {
        !self.sources.is_empty() && !self.sources.has(source, now)
    }

    fn attempts(&self, from: Familiarity) -> Option<&Attempts> {
        self.rare.as_deref().map(|rare| rare.attempts.of(from))
    }

    /// Whether this wrong code is one of the last ones from such sources.
    pub(crate) fn has_seen(&self, guess: GuessTag, from: Familiarity) -> bool {
        self.attempts(from)
            .is_some_and(|attempts| attempts.has_seen(guess))
    }

    fn last_failure(&self, from: Familiarity) -> Timestamp {
        self.attempts(from)
            .map_or_else(Timestamp::default, |attempts| attempts.last_failure)
    }

    /// Wrong codes from such sources over all methods that can be guessed at sign-in, since each was last
    /// proved, those of long ago included; see [`ThrottleRules::forget_after`]. What cannot be guessed, as
    /// an assertion, does not count: or else it would slow down and lock what can.
    pub fn failures(&self, from: Familiarity) -> u16 {
        let activations = self.attempts(from);
        let activations = activations.map_or(0, |attempts| attempts.activation_failures);
        self.methods
            .iter()
            .filter(|method| method.kind().slows_sign_in())
            .map(|method| method.throttle(from).failures)
            .fold(activations, u16::saturating_add)
    }

    /// The wrong codes that still count at `now`: those before the newest are forgotten `after` it.
    pub(crate) fn failures_at(&self, from: Familiarity, now: Timestamp, after: Seconds) -> u16 {
        if self.last_failure(from).plus(after) <= now {
            0
        } else {
            self.failures(from)
        }
    }

    /// When the next attempt from such a source at anything that can be guessed is accepted, if not at
    /// `now`.
    pub fn wait(
        &self,
        from: Familiarity,
        rules: &ThrottleRules,
        now: Timestamp,
    ) -> Option<Timestamp> {
        throttle::wait(rules, self.failures(from), self.last_failure(from), now)
    }

    /// The longer of the two waits, where there is one at `now`.
    pub fn longest_wait(&self, rules: &ThrottleRules, now: Timestamp) -> Option<Timestamp> {
        let waits = [Familiarity::Known, Familiarity::Elsewhere];
        let waits = waits.map(|from| self.wait(from, rules, now));
        waits.into_iter().flatten().max()
    }

    /// When the user's budget has enough for this expense, if not at `now`.
    pub(crate) fn waits_to_spend(
        &self,
        expense: Expense,
        rules: &BudgetRules,
        now: Timestamp,
    ) -> Option<Timestamp> {
        self.budget.refuses(expense, rules, now)
    }

    /// Whether an attempt at this method is accepted at `now`. What can be guessed at sign-in waits for
    /// the wrong codes of all such methods together; what cannot be guessed, or serves resets only,
    /// waits for its own alone, so that another person's guesses do not shut the user out.
    pub(crate) fn may_attempt(
        &self,
        method: &Method,
        from: Familiarity,
        rules: &ThrottleRules,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let own = method.throttle(from);
        if let Some(until) = own.locked_at(now) {
            return Err(Refusal::MethodLocked { until });
        }
        let wait = if method.kind().slows_sign_in() {
            self.wait(from, rules, now)
        } else {
            throttle::wait(rules, own.failures, own.last_failure, now)
        };
        wait.map_or(Ok(()), |until| Err(Refusal::TooSoon { until }))
    }
}
