//! Sending codes, and what became of the messages.

use super::Case;
use crate::Refusal;
use crate::command::{DeliveryOutcome, Phone, Recipient};
use crate::event::{Accepted, CodeRequested, Credential, Fact, MessageDelivered, MessageFailed};
use crate::kind::SentTo;
use crate::state::{CodeRequest, CodeStatus, Method};
use crate::{
    Authority, Country, DestinationTag, Kind, MessageId, MethodId, RotatingTag, Timestamp,
};

impl Case<'_> {
    pub(super) fn request_code(
        &self,
        message: MessageId,
        recipient: &Recipient,
        destination: RotatingTag<DestinationTag>,
        country: Option<Country>,
        replaces: Option<MessageId>,
    ) -> Result<Vec<Fact>, Refusal> {
        let (kind, method) = self.recipient(recipient)?;
        self.may_send(kind, method, destination, country)?;
        // A user cannot void another user's code.
        let replaces = replaces.filter(|replaced| {
            let known = self.state.codes().get(*replaced);
            known.is_some_and(|(_, request)| request.user == self.id)
        });
        Ok(vec![
            CodeRequested {
                message,
                kind,
                method,
                destination: destination.current,
                country,
                expires: self.context.now.plus(self.state.policy().rules.codes.life),
                replaces,
            }
            .into(),
        ])
    }

    /// What a code is sent for. It is sent only where its answer would be accepted.
    fn recipient(&self, recipient: &Recipient) -> Result<(Kind, Option<MethodId>), Refusal> {
        let (kind, method) = match recipient {
            Recipient::New { kind, phone } => {
                self.may_enroll(*kind)?;
                if let Some(phone) = phone {
                    self.may_take_place(*kind, phone)?;
                }
                (*kind, None)
            }
            Recipient::Method { method, purpose } => {
                let known = self.method(*method)?;
                self.may_verify(known, *purpose)?;
                (known.kind(), Some(*method))
            }
        };
        if kind.is_delivered() {
            Ok((kind, method))
        } else {
            Err(Refusal::NothingToSend(kind))
        }
    }

    /// Applies the limits that keep messages from flooding their recipients and from costing too much.
    fn may_send(
        &self,
        kind: Kind,
        method: Option<MethodId>,
        destination: RotatingTag<DestinationTag>,
        country: Option<Country>,
    ) -> Result<(), Refusal> {
        let rules = &self.state.policy().rules.codes;
        let (sent, now) = (self.state.codes(), self.context.now);
        let to_phone = kind.sent_to() == Some(SentTo::Phone);
        if to_phone && !country.is_some_and(|country| rules.allows(country)) {
            return Err(Refusal::CountryNotAllowed);
        }
        // A user who has used a code need not wait for it. One that was only replaced may still be on
        // its way: changing between two destinations wins no message. A call instead of a text that
        // does not arrive is another way, and not the same again.
        let again = |request: &CodeRequest| {
            request.user == self.id
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
            sent.full_until(rules.of_user, now, |request| request.user == self.id),
            self.destination_full_until(destination, is_claim),
            country.and_then(|country| {
                sent.full_until(rules.of_country, now, |request| {
                    request.country == Some(country)
                })
            }),
            sent.full_until(rules.in_all, now, |_| true),
        ];
        match full.into_iter().flatten().max() {
            Some(until) => Err(Refusal::TooManyCodes { until }),
            None => Ok(()),
        }
    }

    /// Until when the limit of a destination is full. When others had their messages must not be told:
    /// where these fill the limit, the whole time is named.
    fn destination_full_until(
        &self,
        destination: RotatingTag<DestinationTag>,
        is_claim: impl Fn(&CodeRequest) -> bool,
    ) -> Option<Timestamp> {
        let limit = self.state.policy().rules.codes.of_destination;
        let (sent, now) = (self.state.codes(), self.context.now);
        let there = |request: &CodeRequest| destination.matches(&request.destination);
        let own = |request: &CodeRequest| there(request) && request.user == self.id;
        sent.full_until(limit, now, own).or_else(|| {
            sent.full_until(limit, now, |request| there(request) && !is_claim(request))
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
            Some(message) if !self.is_good_code(message, credential.kind(), None) => {
                Err(Refusal::CodeGone)
            }
            _ => Ok(()),
        }
    }

    /// What the code of this message is accepted as, for this method.
    pub(super) fn sent_code(
        &self,
        method: &Method,
        message: MessageId,
    ) -> Result<Accepted, Refusal> {
        self.is_good_code(message, method.kind(), Some(method.id()))
            .then_some(Accepted::DeliveredCode(message))
            .ok_or(Refusal::CodeGone)
    }

    fn is_good_code(&self, message: MessageId, kind: Kind, method: Option<MethodId>) -> bool {
        let lasts = |(requested, request): (Timestamp, &CodeRequest)| {
            let now = self.context.now;
            request.user == self.id
                && request.kind == kind
                && request.method == method
                && request.status == CodeStatus::Good
                && requested <= now
                && now < request.expires
        };
        self.state.codes().get(message).is_some_and(lasts)
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
