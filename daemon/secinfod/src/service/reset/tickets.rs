//! Tickets for the helper, and what became of those of which it is not in the log.

use super::{Parts, Resets};
use crate::core::{Person, Requester, ServiceError};
use crate::messages::NoticeItem;
use crate::service::administrators::About;
use secinfo_domain::event::ResetFailure;
use secinfo_domain::{Action, PasswordOutcome, Refusal, Seconds, TicketId, Timestamp};
use secinfo_wire::password::{Ticket, TicketId as TicketNumber, TicketOutcome};
use std::sync::Arc;

/// How long the reset that has a ticket is left to record itself what became of it: longer than the helper
/// may take.
const OWN_TIME: Seconds = Seconds::new(120);

/// The ticket as the helper takes it.
pub(super) fn ticket(id: TicketId, person: &Person, issued: Timestamp) -> Ticket {
    Ticket {
        id: TicketNumber::new(*id.as_bytes()),
        name: person.account.name.as_str().to_owned(),
        uid: person.uid(),
        issued_at: i64::try_from(issued.as_seconds()).unwrap_or(i64::MAX),
    }
}

impl Parts {
    /// Records what became of a ticket. After a new password, whatever was open for the user is closed.
    pub(super) async fn record(
        self: &Arc<Self>,
        person: &Person,
        ticket: TicketId,
        outcome: PasswordOutcome,
    ) -> Result<(), ServiceError> {
        let action = Action::RecordPassword { ticket, outcome };
        let by = Requester::system(None);
        match self.notices.commit(person, &by, action, Vec::new()).await {
            // Another has recorded it, or the user was erased meanwhile.
            Err(ServiceError::Refused(Refusal::UnknownTicket)) => return Ok(()),
            recorded => drop(recorded?),
        }
        if outcome == PasswordOutcome::Set {
            self.open_sessions.close_of(person);
            self.administrators
                .tell(person, About::Administrator, NoticeItem::AdministratorReset);
        }
        Ok(())
    }
}

impl Resets {
    /// Asks the helper what became of the tickets of which the log does not tell, as after a crash.
    /// At the start no reset is left that could tell it itself.
    pub async fn settle(&self, is_start: bool) {
        let core = &self.parts.core;
        let (state, now) = (core.state(), core.now());
        for (id, open) in state.open_tickets() {
            if !is_start && now.is_within(OWN_TIME, open.time) {
                continue;
            }
            let account = core.account_of(open.user);
            let person = account.and_then(|account| core.person(account.uid).ok());
            let Some(person) = person.filter(|person| person.id == open.user) else {
                continue;
            };
            let became = self
                .parts
                .helper
                .outcome(ticket(id, &person, open.time))
                .await;
            let outcome = match became.map(|became| became.outcome) {
                Ok(TicketOutcome::Set) => PasswordOutcome::Set,
                Ok(TicketOutcome::NotSet) => PasswordOutcome::Failed(ResetFailure::NotSet),
                Ok(TicketOutcome::Unknown) => PasswordOutcome::Failed(ResetFailure::Unknown),
                Err(error) => {
                    tracing::warn!(%error, "what became of a password reset is not known yet; it is asked again");
                    continue;
                }
            };
            if let Err(error) = self.parts.record(&person, id, outcome).await {
                tracing::warn!(%error, "what became of a password reset could not be recorded; it is tried again");
            }
        }
    }
}
