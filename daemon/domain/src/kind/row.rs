//! What sets kinds apart, and what each decides about its own credential.

use super::answer::{Accepted, Answer, Judgement};
use super::used::UsedSteps;
use crate::{ApprovalId, CredentialTag, MessageId, Place, Purpose, Strength, Timestamp};

/// What sets one kind apart from the others.
#[derive(Debug)]
pub(crate) struct Row {
    /// What its methods serve.
    pub(crate) purposes: &'static [Purpose],
    /// Its place in the order in which the default falls, the strongest first; none for a kind that
    /// is never the default.
    pub(crate) fallback_rank: Option<u8>,
    /// Whether setting it up makes it the default in place of another.
    pub(crate) takes_over_default: bool,
    /// How strong a proof by it is.
    pub(crate) strength: Strength,
    /// How strong a proof must be to delete a method of it at once.
    pub(crate) protection: Strength,
    /// Where its codes are sent to; none for codes that are not sent.
    pub(crate) sent_to: Option<SentTo>,
    /// Whether its codes are short enough to be guessed.
    pub(crate) can_be_guessed: bool,
    /// How a method of it comes into security info.
    pub(crate) enrollment: Enrollment,
    /// How many one user may have, unless policy says so in a section of the kind; none for any
    /// number, and for what a new one takes the place of.
    pub(crate) most: Option<u8>,
    /// Whether a new one takes the place of the former.
    pub(crate) replaces: bool,
    /// Whether it is only added beside a method that can be the default.
    pub(crate) needs_another: bool,
    /// Whether it can be imported from another system.
    pub(crate) is_importable: bool,
}

/// Where codes are sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentTo {
    /// A phone number.
    Phone,
    /// An email address.
    Mailbox,
}

/// How a method comes into security info.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Enrollment {
    /// The user proves a secret that was made for them.
    OwnSecret,
    /// The user proves what may be another person's: a token of the inventory, a phone, a mailbox.
    /// A wrong code is a guess, and counts as one.
    Claimed,
    /// The user has it issued, and proves nothing of it.
    Issued,
    /// An administrator issues it.
    IssuedByAdministrator,
}

/// What a kind decides about its own credential.
pub(crate) trait CredentialRules {
    /// What an answer comes to that is neither wrong nor a code that was sent: of those each kind
    /// makes the same.
    fn judge(&self, _answer: Answer) -> Judgement {
        Judgement::DoesNotFit
    }

    /// Marks as used what was accepted.
    fn use_up(&mut self, _accepted: Accepted) {}

    /// The time steps that are used up; none where codes do not go by time.
    fn used_steps(&self) -> Option<UsedSteps> {
        None
    }

    /// Voids what may have been used or given out by `now`, on a host that went on after the backup
    /// of which this is restored. Policy lets a clock be up to `drift` time steps ahead.
    fn void_until(&mut self, _now: Timestamp, _drift: u8) {}

    /// Whether it can verify its user at `now`.
    fn is_usable(&self, _now: Timestamp) -> bool {
        true
    }

    /// When it begins, if it does not verify from the first.
    fn begins(&self) -> Option<Timestamp> {
        None
    }

    /// When it ends, if it does.
    fn expires(&self) -> Option<Timestamp> {
        None
    }

    /// Whether one verification uses the whole method up.
    fn is_for_one_use(&self) -> bool {
        false
    }

    /// How many codes are left of those that were issued.
    fn remaining(&self) -> u32 {
        0
    }

    /// What is left of the strength of its kind, where this one is weaker.
    fn weakened(&self, of_kind: Strength) -> Strength {
        of_kind
    }

    /// What the credential of a security key is known again by; none for any other.
    fn credential_tag(&self) -> Option<CredentialTag> {
        None
    }

    /// Which of the user's phone numbers it is on; none for what is on no phone number.
    fn place(&self) -> Option<Place> {
        None
    }

    /// The request whose approval proved it, where one did.
    fn approved_by(&self) -> Option<ApprovalId> {
        None
    }

    /// The message whose code proved it, where a code that was sent did.
    fn proved_by(&self) -> Option<MessageId> {
        None
    }
}

/// What policy says of one kind.
pub(crate) trait Section {
    /// How many methods of the kind one user may have.
    fn most(&self) -> u8;
    /// How many time steps a clock may be off, either way, where codes go by time.
    fn drift(&self) -> u8 {
        0
    }
}
