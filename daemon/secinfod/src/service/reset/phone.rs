//! The gate of a phone. What the phone answers is not told: a stranger would learn that there is one.

use super::Reset;
use crate::service::verification::Verification;
use secinfo_domain::Kind;
use secinfo_domain::state::{Method, UserState};
use std::sync::Arc;

impl Reset {
    /// Sends a request to a phone of the user's, if there is one that can be the next gate. It is sent beside
    /// the conversation, so that the time which that takes is not seen.
    pub(super) async fn ask_phone(&mut self) {
        if let Some(user) = self.subject.user().await
            && let Some(phone) = self.next_phone(&user)
        {
            let verifications = Arc::clone(&self.parts.verifications);
            tokio::spawn(async move {
                if let Err(error) = verifications.ask_phone(&user, &phone, false).await {
                    tracing::debug!(%error, "no phone was asked for a password reset");
                }
            });
        }
        self.parts.record_nothing().await;
    }

    /// The phone that is asked; after one that was asked already, the next of them.
    fn next_phone(&self, user: &Verification) -> Option<Method> {
        let phones = self.gates_of(user, Kind::Push);
        let asked = user.asked();
        let next = match phones.iter().position(|phone| *phone == asked) {
            Some(place) if user.request().is_some() => (place + 1) % phones.len(),
            Some(place) => place,
            None => 0,
        };
        let next = *phones.get(next)?;
        user.ask(next);
        let state = self.parts.core.state();
        let user = state.user(user.person.id).map(UserState::methods)?;
        user.iter().find(|method| method.id() == next).cloned()
    }
}
