//! The serial numbers of the inventory, each opened once: a user names a token by its number, and what
//! opens the whole inventory for each call can be called without end.

use super::ServiceError;
use secinfo_domain::{State, TokenId};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

/// The serial numbers of the tokens that wait to be activated.
#[derive(Default)]
pub(crate) struct Serials(Mutex<Index>);

#[derive(Default)]
struct Index {
    of: HashMap<TokenId, String>,
    sorted: BTreeSet<(String, TokenId)>,
}

impl Serials {
    /// The token with this number. `open` reads the number of a token that is seen for the first time.
    pub(super) fn find(
        &self,
        state: &State,
        serial: &str,
        open: impl Fn(TokenId) -> Result<String, ServiceError>,
    ) -> Result<Option<TokenId>, ServiceError> {
        let mut index = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = &mut *index;
        for (token, _) in state.tokens() {
            if !index.of.contains_key(&token) {
                let serial = open(token)?;
                index.sorted.insert((serial.clone(), token));
                index.of.insert(token, serial);
            }
        }
        let gone = index
            .of
            .extract_if(|token, _| state.token(*token).is_none());
        for (token, serial) in gone {
            index.sorted.remove(&(serial, token));
        }
        let first = (serial.to_owned(), TokenId::from_bytes([0; 16]));
        let mut from = index.sorted.range(first..);
        let found = from.next().filter(|(found, _)| found == serial);
        Ok(found.map(|(_, token)| *token))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use secinfo_domain::event::{Actor, Fact, TokenImported, TokenRemoved, Who};
    use secinfo_domain::{
        Counter, Event, OtpParameters, Sealed, SeedTag, Timestamp, TotpParameters,
    };
    use std::cell::Cell;

    const fn token(number: u8) -> TokenId {
        TokenId::from_bytes([number; 16])
    }

    fn after(state: State, fact: Fact) -> State {
        state.evolve(&Event {
            time: Timestamp::default(),
            user: None,
            actor: Actor::new(Who::Root),
            fact,
        })
    }

    fn imported(number: u8) -> Fact {
        let fact = TokenImported {
            token: token(number),
            parameters: OtpParameters::Totp(TotpParameters::default()),
            next: Counter(0),
            seed: SeedTag::from_bytes([number; 16]),
            sealed: Sealed::new(Vec::new()),
        };
        fact.into()
    }

    #[test]
    fn each_token_is_opened_once_and_found_as_long_as_it_waits() {
        let (serials, opened) = (Serials::default(), Cell::new(0));
        let find = |state: &State, serial: &str| {
            let open = |token: TokenId| {
                opened.set(opened.get() + 1);
                Ok(format!("S{}", token.as_bytes()[0]))
            };
            serials.find(state, serial, open).unwrap()
        };
        let state = (1..=100).map(imported).fold(State::default(), after);
        for _ in 0..1000 {
            assert_eq!(find(&state, "S7"), Some(token(7)));
            assert_eq!(find(&state, "S"), None);
        }
        assert_eq!(opened.get(), 100);
        let state = after(state, TokenRemoved { token: token(7) }.into());
        let state = after(state, imported(101));
        assert_eq!(find(&state, "S7"), None);
        assert_eq!(find(&state, "S101"), Some(token(101)));
        assert_eq!(opened.get(), 101);
    }
}
