//! Sending codes, and what became of the messages.

use super::Case;
use crate::Refusal;
use crate::command::{DeliveryOutcome, Phone, Recipient};
use crate::event::{Accepted, CodeRequested, Credential, Fact, MessageDelivered, MessageFailed};
use crate::kind::{Limit, SentTo};
use crate::state::{CodeRequest, CodeStatus, Method};
use crate::{
    Authority, Country, DestinationTag, Kind, MessageId, MethodId, Purpose, RotatingTag, Timestamp,
};

/// What a code is sent for.
#[derive(Clone, Copy)]
struct SentFor {
    kind: Kind,
    /// None while it is being enrolled, and no purpose either.
    method: Option<MethodId>,
    purpose: Option<Purpose>,
}

/// How many codes are sent.
struct MessageLimits {
    of_user: Limit,
    of_country: Limit,
    in_all: Limit,
}

impl Case<'_> {
    pub(super) fn request_code(
        &self,
        message: MessageId,
        recipient: &Recipient,
        destination: RotatingTag<DestinationTag>,
        country: Option<Country>,
        replaces: Option<MessageId>,
    ) -> Result<Vec<Fact>, Refusal> {
        let sent_for = self.sent_for(recipient)?;
        self.may_send(sent_for, destination, country)?;
        // A user cannot void another user's code.
        let replaces = replaces.filter(|replaced| {
            let known = self.state.codes().get(*replaced);
            known.is_some_and(|(_, request)| request.user == self.id)
        });
        Ok(vec![
            CodeRequested {
                message,
                kind: sent_for.kind,
                method: sent_for.method,
                purpose: sent_for.purpose,
                destination: destination.current,
                country,
                expires: self.context.now.plus(self.state.policy().rules.codes.life),
                replaces,
            }
            .into(),
        ])
    }

    /// What a code is sent for. It is sent only where its answer would be accepted.
    fn sent_for(&self, recipient: &Recipient) -> Result<SentFor, Refusal> {
        let sent_for = match recipient {
            Recipient::New { kind, phone } => {
                self.may_enroll(*kind)?;
                if let Some(phone) = phone {
                    self.may_take_place(*kind, phone)?;
                }
                SentFor {
                    kind: *kind,
                    method: None,
                    purpose: None,
                }
            }
            Recipient::Method { method, purpose } => {
                let known = self.method(*method)?;
                self.may_verify(known, *purpose)?;
                SentFor {
                    kind: known.kind(),
                    method: Some(*method),
                    purpose: Some(*purpose),
                }
            }
        };
        if sent_for.kind.is_delivered() {
            Ok(sent_for)
        } else {
            Err(Refusal::NothingToSend(sent_for.kind))
        }
    }

    /// Applies the limits that keep messages from flooding their recipients and from costing too much.
    fn may_send(
        &self,
        sent_for: SentFor,
        destination: RotatingTag<DestinationTag>,
        country: Option<Country>,
    ) -> Result<(), Refusal> {
        let rules = &self.state.policy().rules.codes;
        let (sent, now) = (self.state.codes(), self.context.now);
        let SentFor { kind, method, .. } = sent_for;
        let to_phone = kind.sent_to() == Some(SentTo::Phone);
        if to_phone && !country.is_some_and(|country| rules.allows(country)) {
            return Err(Refusal::CountryNotAllowed);
        }
        // Strangers can ask for codes of a user's resets. Those count apart: they take nothing away from
        // sign-ins.
        let limits = self.message_limits(sent_for);
        let is_alike =
            |request: &CodeRequest| is_of_reset(request.purpose) == is_of_reset(sent_for.purpose);
        // A user who has used a code need not wait for it. One that was only replaced may still be on
        // its way: changing between two destinations wins no message. A call instead of a text that
        // does not arrive is another way, and not the same again.
        let again = |request: &CodeRequest| {
            is_alike(request)
                && request.user == self.id
                && destination.matches(&request.destination)
                && request.kind == kind
                && request.status != CodeStatus::Used
        };
        if let Some(newest) = sent.newest(rules.resend_after, now, again) {
            let until = newest.plus(rules.resend_after);
            return Err(Refusal::CodeJustSent { until });
        }
        // That others claim a phone or a mailbox must not keep its owner from getting codes.
        let is_claim = |request: &CodeRequest| {
            method.is_some() && request.method.is_none() && request.user != self.id
        };
        let full = [
            sent.full_until(limits.of_user, now, |request| {
                is_alike(request) && request.user == self.id
            }),
            self.destination_full_until(destination, |request| {
                is_alike(request) && !is_claim(request)
            }),
            country.and_then(|country| {
                sent.full_until(limits.of_country, now, |request| {
                    is_alike(request) && request.country == Some(country)
                })
            }),
            sent.full_until(limits.in_all, now, is_alike),
        ];
        match full.into_iter().flatten().max() {
            Some(until) => Err(Refusal::TooManyCodes { until }),
            None => Ok(()),
        }
    }

    /// The limits for codes like this one.
    fn message_limits(&self, sent_for: SentFor) -> MessageLimits {
        let rules = &self.state.policy().rules;
        let codes = &rules.codes;
        if is_of_reset(sent_for.purpose) {
            MessageLimits {
                of_user: rules.reset.codes_of_user,
                of_country: codes.of_country.half(),
                in_all: codes.in_all.half(),
            }
        } else {
            MessageLimits {
                of_user: codes.of_user,
                of_country: codes.of_country,
                in_all: codes.in_all,
            }
        }
    }

    /// Until when the limit of a destination is full. When others had their messages must not be told:
    /// where these fill the limit, the whole time is named.
    fn destination_full_until(
        &self,
        destination: RotatingTag<DestinationTag>,
        counts: impl Fn(&CodeRequest) -> bool,
    ) -> Option<Timestamp> {
        let limit = self.state.policy().rules.codes.of_destination;
        let (sent, now) = (self.state.codes(), self.context.now);
        let there =
            |request: &CodeRequest| destination.matches(&request.destination) && counts(request);
        let own = |request: &CodeRequest| there(request) && request.user == self.id;
        sent.full_until(limit, now, own).or_else(|| {
            sent.full_until(limit, now, there)
                .map(|_| now.plus(limit.within))
        })
    }

    /// Checks that there is one number in each place, and each number in one place.
    pub(super) fn may_take_place(&self, kind: Kind, phone: &Phone) -> Result<(), Refusal> {
        for method in self.user.methods() {
            let Some(place) = method.credential().place() else {
                continue;
            };
            let same_number = phone.same_number.contains(&method.id());
            if place == phone.place && (!same_number || method.kind() == kind) {
                return Err(Refusal::PlaceTaken(place));
            }
            if place != phone.place && same_number {
                return Err(Refusal::NumberKnown(place));
            }
        }
        Ok(())
    }

    /// Whether the code of this message proves what is being enrolled.
    pub(super) fn proves_enrollment(&self, credential: &Credential) -> Result<(), Refusal> {
        match credential.proved_by() {
            Some(message) => {
                let sent_for = SentFor {
                    kind: credential.kind(),
                    method: None,
                    purpose: None,
                };
                self.expect_good_code(message, sent_for)
            }
            None => Ok(()),
        }
    }

    /// What the code of this message is accepted as, for this method and purpose.
    pub(super) fn sent_code(
        &self,
        method: &Method,
        purpose: Purpose,
        message: MessageId,
    ) -> Result<Accepted, Refusal> {
        let sent_for = SentFor {
            kind: method.kind(),
            method: Some(method.id()),
            purpose: Some(purpose),
        };
        self.expect_good_code(message, sent_for)?;
        Ok(Accepted::DeliveredCode(message))
    }

    fn expect_good_code(&self, message: MessageId, sent_for: SentFor) -> Result<(), Refusal> {
        let lasts = |(requested, request): (Timestamp, &CodeRequest)| {
            let now = self.context.now;
            let SentFor {
                kind,
                method,
                purpose,
            } = sent_for;
            request.user == self.id
                && (request.kind, request.method, request.purpose) == (kind, method, purpose)
                && request.status == CodeStatus::Good
                && requested <= now
                && now < request.expires
        };
        let known = self.state.codes().get(message);
        known
            .is_some_and(lasts)
            .then_some(())
            .ok_or(Refusal::CodeGone)
    }

    pub(super) fn record_delivery(
        &self,
        message: MessageId,
        attempts: u8,
        outcome: &DeliveryOutcome,
    ) -> Result<Vec<Fact>, Refusal> {
        if self.context.authority != Authority::System {
            return Err(Refusal::AdministratorNeeded);
        }
        Ok(vec![match outcome {
            DeliveryOutcome::Delivered { channel, confirmed } => MessageDelivered {
                message,
                channel: channel.clone(),
                confirmed: *confirmed,
                attempts,
            }
            .into(),
            DeliveryOutcome::Failed { channel, reason } => MessageFailed {
                message,
                channel: channel.clone(),
                reason: *reason,
                attempts,
            }
            .into(),
        }])
    }
}

fn is_of_reset(purpose: Option<Purpose>) -> bool {
    purpose == Some(Purpose::PasswordReset)
}
