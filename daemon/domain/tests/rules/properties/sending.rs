//! What the service knows of codes and phone numbers, and the domain does not.

use crate::fixture::country;
use secinfo_domain::event::Credential;
use secinfo_domain::kind::{Call, Email, Proved, Text};
use secinfo_domain::state::CodeStatus;
use secinfo_domain::{
    Action, Country, DestinationTag, Kind, MessageId, MethodId, Phone, Place, Purpose, Recipient,
    State, UserId,
};
use std::collections::BTreeMap;

/// A code that was asked for, perhaps in vain.
struct Asked {
    message: MessageId,
    user: UserId,
    kind: Kind,
    method: Option<MethodId>,
    place: Place,
    number: usize,
}

/// The numbers that methods are on, and the codes that were asked for, the newest last.
#[derive(Default)]
pub struct Sending {
    numbers: BTreeMap<MethodId, usize>,
    asked: Vec<Asked>,
}

impl Sending {
    pub fn number_of(&self, method: MethodId) -> Option<usize> {
        self.numbers.get(&method).copied()
    }

    fn next_message(&self) -> MessageId {
        let number = u128::try_from(self.asked.len()).expect("few");
        MessageId::from_bytes(number.to_be_bytes())
    }

    /// Asks for a code to a new destination, in place of the user's newest one or beside it.
    pub fn ask_new(
        &mut self,
        state: &State,
        user: UserId,
        kind: Kind,
        (place, number): (Place, usize),
        instead: bool,
    ) -> Action {
        let phone = (kind != Kind::Email).then(|| Phone {
            place,
            same_number: self.on_number(state, user, number),
        });
        let asked = Asked {
            message: self.next_message(),
            user,
            kind,
            method: None,
            place,
            number,
        };
        self.ask(asked, Recipient::New { kind, phone }, instead)
    }

    /// Asks for a code of a method.
    pub fn ask_method(
        &mut self,
        state: &State,
        user: UserId,
        method: MethodId,
        purpose: Purpose,
        instead: bool,
    ) -> Action {
        let known = state.user(user).and_then(|user| user.method(method));
        let asked = Asked {
            message: self.next_message(),
            user,
            kind: known.map_or(Kind::Text, secinfo_domain::state::Method::kind),
            method: Some(method),
            place: Place::Mobile,
            number: self.number_of(method).unwrap_or(0),
        };
        self.ask(asked, Recipient::Method { method, purpose }, instead)
    }

    fn ask(&mut self, asked: Asked, recipient: Recipient, instead: bool) -> Action {
        let mine = self.asked.iter().rev().find(|code| code.user == asked.user);
        let action = Action::RequestCode {
            message: asked.message,
            recipient,
            destination: destination(asked.kind, asked.number).into(),
            country: country_of(asked.kind, asked.number),
            replaces: mine.filter(|_| instead).map(|code| code.message),
        };
        self.asked.push(asked);
        action
    }

    fn on_number(&self, state: &State, user: UserId, number: usize) -> Vec<MethodId> {
        let methods = state.user(user).map_or(&[][..], |user| user.methods());
        let on_phones = methods.iter().filter(|m| m.credential().place().is_some());
        on_phones
            .map(secinfo_domain::state::Method::id)
            .filter(|method| self.number_of(*method) == Some(number))
            .collect()
    }

    /// Enrolls what the user's newest code is for, if it is of this kind; else, with a code for
    /// something else.
    pub fn enroll(
        &mut self,
        state: &State,
        user: UserId,
        kind: Kind,
        method: MethodId,
    ) -> (Proved<Credential>, Vec<MethodId>) {
        let mut good = self.asked.iter().rev().filter(|code| {
            let known = state.codes().get(code.message);
            code.user == user
                && known.is_some_and(|(_, request)| request.status == CodeStatus::Good)
        });
        let fitting = good
            .clone()
            .find(|code| code.kind == kind && code.method.is_none())
            .or_else(|| good.next());
        let (proved_by, place, number) = fitting.map_or_else(
            || (self.next_message(), Place::Mobile, 0),
            |code| (code.message, code.place, code.number),
        );
        let same_number = self.on_number(state, user, number);
        self.numbers.insert(method, number);
        let credential = match kind {
            Kind::Text => Text::proved(place, proved_by).into(),
            Kind::Call => Call::proved(place, proved_by).into(),
            _ => Email::proved(proved_by).into(),
        };
        (credential, same_number)
    }

    /// The message whose code is typed for this method: the newest, the one before it, or the
    /// newest for something else.
    pub fn typed(&self, state: &State, user: UserId, method: MethodId, ahead: i8) -> MessageId {
        let mine = self
            .asked
            .iter()
            .rev()
            .filter(|code| code.user == user && state.codes().get(code.message).is_some());
        let typed = match ahead {
            4.. => mine.clone().find(|code| code.method != Some(method)),
            _ => mine
                .filter(|code| code.method == Some(method))
                .nth(usize::from(ahead <= 0)),
        };
        typed.map_or_else(|| self.next_message(), |code| code.message)
    }

    /// One of the messages, or none that was ever asked for.
    pub fn message(&self, number: usize) -> MessageId {
        let asked = self.asked.iter().rev().nth(number);
        asked.map_or_else(|| self.next_message(), |code| code.message)
    }
}

fn destination(kind: Kind, number: usize) -> DestinationTag {
    let number = u8::try_from(number).expect("few");
    DestinationTag::from_bytes([number + if kind == Kind::Email { 100 } else { 0 }; 16])
}

fn country_of(kind: Kind, number: usize) -> Option<Country> {
    let known = ["DE", "DE", "US", "FR"].get(number);
    known
        .filter(|_| kind != Kind::Email)
        .map(|letters| country(letters))
}
