//! Codes that are sent: asking for one, and what is proved by it.

use super::{Ask, Story, alice, given, method};
use secinfo_domain::event::{
    Accepted, CodeRequested, Credential, DeliveryFailure, Fact, MessageDelivered, MessageFailed,
};
use secinfo_domain::kind::{Call, Email, Text};
use secinfo_domain::{
    Action, ChannelName, Command, Country, DeliveryOutcome, DestinationTag, Kind, MessageId,
    MethodId, Phone, Place, Purpose, Recipient, Strength, Timestamp, UserCommand,
};

pub const fn message(number: u8) -> MessageId {
    MessageId::from_bytes([number; 16])
}

/// A phone number or an email address.
pub const fn destination(number: u8) -> DestinationTag {
    DestinationTag::from_bytes([number; 16])
}

pub fn country(letters: &str) -> Country {
    letters.parse().expect("two capital letters")
}

/// The message whose code enrolls what is in this place.
pub const fn enrolling(kind: Kind, place: Place) -> MessageId {
    message(0x80 + 3 * kind as u8 + place as u8)
}

/// Texts to the number in this place, proved by a code of its own.
pub const fn text(place: Place) -> Credential {
    Credential::Text(Text {
        place,
        proved_by: enrolling(Kind::Text, place),
    })
}

/// Calls to the number in this place, proved by a code of its own.
pub const fn call(place: Place) -> Credential {
    Credential::Call(Call {
        place,
        proved_by: enrolling(Kind::Call, place),
    })
}

/// An email address, proved by a code of its own.
pub const fn email() -> Credential {
    Credential::Email(Email {
        proved_by: enrolling(Kind::Email, Place::Mobile),
    })
}

/// Texts to the mobile number, proved by the code of this message.
pub const fn text_by(proved_by: MessageId) -> Credential {
    Credential::Text(Text {
        place: Place::Mobile,
        proved_by,
    })
}

/// Alice has a phone for texts and another for calls, and an email address.
pub fn phones_and_email() -> Story {
    given([
        alice().enroll(method(1), text(Place::Mobile)),
        alice().enroll(method(2), call(Place::Office)),
        alice().enroll(method(3), email()),
    ])
}

/// Something about to be asked for: a code.
#[derive(Clone)]
pub struct CodeAsk {
    ask: Ask,
    message: MessageId,
    recipient: Recipient,
    destination: DestinationTag,
    country: Option<Country>,
    replaces: Option<MessageId>,
}

impl Ask {
    fn code(self, message: MessageId, recipient: Recipient, country: Option<Country>) -> CodeAsk {
        CodeAsk {
            ask: self,
            message,
            recipient,
            destination: destination(1),
            country,
            replaces: None,
        }
    }

    /// A code for a method, at sign-in.
    pub fn code_for(self, method: MethodId, message: MessageId) -> CodeAsk {
        self.code_to(Purpose::SignIn, method, message)
    }

    pub fn code_to(self, purpose: Purpose, method: MethodId, message: MessageId) -> CodeAsk {
        let recipient = Recipient::Method { method, purpose };
        self.code(message, recipient, Some(country("DE")))
    }

    /// A code to a new email address.
    pub fn code_to_new_address(self, message: MessageId) -> CodeAsk {
        let recipient = Recipient::New {
            kind: Kind::Email,
            phone: None,
        };
        self.code(message, recipient, None)
    }

    /// A code to a phone number that is to be in this place.
    pub fn code_to_new_number(self, kind: Kind, place: Place, message: MessageId) -> CodeAsk {
        self.code_to_number_of([], kind, place, message)
    }

    /// The same to a number that these methods are on already.
    pub fn code_to_number_of<const N: usize>(
        self,
        others: [MethodId; N],
        kind: Kind,
        place: Place,
        message: MessageId,
    ) -> CodeAsk {
        let phone = Phone {
            place,
            same_number: others.into(),
        };
        let recipient = Recipient::New {
            kind,
            phone: Some(phone),
        };
        self.code(message, recipient, Some(country("DE")))
    }

    /// The daemon notes that a message has arrived.
    pub fn record_arrival(self, message: MessageId) -> Command {
        self.does(Action::RecordDelivery {
            message,
            attempts: 2,
            outcome: DeliveryOutcome::Delivered {
                channel: channel(),
                confirmed: true,
            },
        })
    }

    /// The daemon notes that a message could not be delivered.
    pub fn record_failure(self, message: MessageId, channel: Option<ChannelName>) -> Command {
        self.does(Action::RecordDelivery {
            message,
            attempts: 3,
            outcome: DeliveryOutcome::Failed {
                channel,
                reason: DeliveryFailure::Unreachable,
            },
        })
    }
}

impl CodeAsk {
    pub fn to(mut self, number: u8) -> Self {
        self.destination = destination(number);
        self
    }

    pub fn in_country(mut self, letters: &str) -> Self {
        self.country = Some(country(letters));
        self
    }

    pub fn in_unknown_country(mut self) -> Self {
        self.country = None;
        self
    }

    pub fn in_place_of(mut self, message: MessageId) -> Self {
        self.replaces = Some(message);
        self
    }
}

impl From<CodeAsk> for Command {
    fn from(code: CodeAsk) -> Self {
        code.ask.does(Action::RequestCode {
            message: code.message,
            recipient: code.recipient,
            destination: code.destination,
            country: code.country,
            replaces: code.replaces,
        })
    }
}

/// Asking for the code that proves this new method, by whoever enrolls it.
pub(super) fn before_enrolling(enroll: &Command) -> Option<(MessageId, Command)> {
    let Command::User(UserCommand {
        user,
        context,
        action:
            Action::Enroll {
                credential,
                same_number,
                ..
            },
    }) = enroll
    else {
        return None;
    };
    let credential = credential.credential();
    let message = credential.proved_by()?;
    let phone = credential.place().map(|place| Phone {
        place,
        same_number: same_number.clone(),
    });
    let request = UserCommand {
        user: *user,
        context: context.clone(),
        action: Action::RequestCode {
            message,
            recipient: Recipient::New {
                kind: credential.kind(),
                phone,
            },
            destination: DestinationTag::from_bytes(*message.as_bytes()),
            country: credential.place().map(|_| country("DE")),
            replaces: None,
        },
    };
    Some((message, request.into()))
}

pub fn channel() -> ChannelName {
    ChannelName::parse("text-main").expect("a channel name")
}

/// A code for a method, to [`destination`] 1 in Germany, that ends then.
pub fn requested(message: MessageId, kind: Kind, method: MethodId, expires: Timestamp) -> Fact {
    CodeRequested {
        message,
        kind,
        method: Some(method),
        destination: destination(1),
        country: Some(country("DE")),
        expires,
        replaces: None,
    }
    .into()
}

pub fn arrived(message: MessageId) -> Fact {
    MessageDelivered {
        message,
        channel: channel(),
        confirmed: true,
        attempts: 2,
    }
    .into()
}

pub fn not_delivered(message: MessageId, channel: Option<ChannelName>) -> Fact {
    MessageFailed {
        message,
        channel,
        reason: DeliveryFailure::Unreachable,
        attempts: 3,
    }
    .into()
}

/// Proved at sign-in, in [`super::HERE`], by the code of this message.
pub fn typed(method: MethodId, message: MessageId) -> Fact {
    super::proved(
        method,
        Strength::Delivered,
        Accepted::DeliveredCode(message),
    )
}
