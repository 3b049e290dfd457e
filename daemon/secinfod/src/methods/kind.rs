//! What the daemon does for a kind of methods.

use super::authenticator_app::presentation::Presentation;
use super::delivery::code::SentCode;
use super::delivery::destination::{Destination, Given};
use super::payload::MethodPayload;
use super::security_key::Asking;
use super::security_questions::Questions;
use crate::core::{Core, HashingFor, Person, Requester, ServiceError, Turn, Waiter};
use crate::push::{PhoneRequest, Registration};
use secinfo_domain::kind::{Credential, Proved};
use secinfo_domain::policy::Rules;
use secinfo_domain::state::Method;
use secinfo_domain::{Answer, GuessTag, Kind, Label, MethodId, Place, Refusal, Timestamp, TokenId};
use secinfo_wire::{Challenge, Form, Forms, Hint, Response};
use secinfo_words::Language;
use secrecy::SecretString;
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

/// The daemon's side of one kind of methods.
pub(crate) trait MethodKind: Sync {
    /// The label of a method whose user named none, apart from a number.
    fn default_label(&self) -> &'static str;

    /// The form of its challenges.
    fn form(&self) -> Form {
        Form::Code
    }

    /// How a sign-in asks for its response.
    fn prompt(&self) -> PromptStyle {
        PromptStyle::Code
    }

    /// How it is set up at a prompt; none for a kind that cannot be set up there.
    fn set_up_at_prompt(&self) -> Option<SetUpAtPrompt> {
        None
    }

    /// Reads the destination of its codes; none for a kind whose codes are not sent.
    fn destination(
        &self,
        _request: &EnrollmentRequest,
        _core: &Core,
    ) -> Result<Option<Given>, ServiceError> {
        Ok(None)
    }

    /// Begins to enrol a method. `given` is what [`Self::destination`] has read.
    fn begin(
        &self,
        request: &EnrollmentRequest,
        given: Option<Given>,
        person: &Person,
        core: &Core,
    ) -> Result<Box<dyn Draft>, ServiceError>;

    /// What an enrolled method asks. `sent` is the code that the session has sent for it.
    fn verifier(
        &self,
        method: OpenMethod,
        rules: &Rules,
        sent: Option<Arc<SentCode>>,
    ) -> Result<Box<dyn Verifier>, ServiceError>;

    /// Asks what a method of the kind asks, accepts nothing, and costs what one costs that a user has: for
    /// resets of users who have none, and of names that are no user's. None where it cannot be told from
    /// the outside what is asked, and checking costs nothing that could be noticed.
    fn decoy(
        &self,
        _core: &Core,
        _name: &str,
        _posed: &Posed,
    ) -> Result<Option<Box<dyn Verifier>>, ServiceError> {
        Ok(None)
    }

    /// What a method can be told from others by: never a secret, never a whole number or address.
    fn hint(&self, method: &OpenMethod) -> Hint;
}

/// How a sign-in asks for a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PromptStyle {
    /// A code that an app or a device shows.
    Code,
    /// A code that is sent to a phone number.
    SentToNumber {
        /// Whether it is read out there.
        call: bool,
    },
    /// A code that a phone shows once its user has approved a request on it.
    Approval,
    /// A code that was written down, and is not shown while it is typed. A user has one such method
    /// of its kind.
    Written,
}

/// How a method is set up at a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetUpAtPrompt {
    /// A picture is scanned, or a key typed, and a code proves it.
    Presentation,
    /// A phone number is typed, and the code that was sent there.
    Number,
}

/// What a user asks to enrol.
pub struct EnrollmentRequest {
    /// The kind.
    pub kind: Kind,
    /// What to call it; a name is found where it is none.
    pub label: Option<Label>,
    /// The serial number of a hardware token.
    pub serial: Option<String>,
    /// The phone number or address that codes go to, as the user wrote it.
    pub destination: Option<String>,
    /// Which of the user's phone numbers it is.
    pub place: Option<Place>,
    /// The language that the user speaks: a locale or a BCP 47 tag.
    pub language: String,
    /// The secret of an authenticator app that the user has set up for another system.
    pub secret: Option<super::Secret>,
    /// The security questions that the user has chosen, by their ids.
    pub questions: Vec<String>,
    /// The answers to these.
    pub answers: Vec<SecretString>,
    /// The forms of challenges that the client can present.
    pub forms: Forms,
}

/// A method that is being enrolled. It lives in memory only, until it is proved.
pub(crate) trait Draft: Send + Sync {
    /// What it asks, to be proved. `sent` is the code that the session has sent for it.
    fn verifier(&self, rules: &Rules, sent: Option<Arc<SentCode>>) -> Box<dyn Verifier>;

    /// The credential that this answer proves at `now`, with what the answer used up marked as used;
    /// none where it proves nothing.
    fn prove(&self, answer: Answer, rules: &Rules, now: Timestamp) -> Option<Proved<Credential>>;

    /// What will be sealed of the method.
    fn payload(&self) -> MethodPayload;

    /// Takes a response that does not prove the method yet, and says what is asked next; none where a
    /// response is to prove it.
    fn advance(
        &self,
        _response: &Response,
        _core: &Core,
    ) -> Result<Option<Challenge>, ServiceError> {
        Ok(None)
    }

    /// Whether no response can prove it any more.
    fn is_over(&self) -> bool {
        false
    }

    /// Refuses what the user has already: with two methods of one secret, each code would be good
    /// twice.
    fn expect_new(&self, _core: &Core, _person: &Person) -> Result<(), ServiceError> {
        Ok(())
    }

    /// The token of the inventory that it is made of.
    fn token(&self) -> Option<TokenId> {
        None
    }

    /// The destination of its codes.
    fn destination(&self) -> Option<&Destination> {
        None
    }

    /// The phone that it waits for.
    fn phone(&self) -> Option<&Arc<PhoneEnrollment>> {
        None
    }

    /// What a client shows of it.
    fn details(&self) -> Details;
}

/// A phone that is being enrolled.
pub(crate) struct PhoneEnrollment {
    /// Its registration.
    pub(crate) registration: Arc<Registration>,
    /// The request that tries it out; none before it has registered.
    pub(crate) request: Mutex<Option<Arc<PhoneRequest>>>,
}

impl PhoneEnrollment {
    /// The request that tries it out.
    pub(crate) fn request(&self) -> Option<Arc<PhoneRequest>> {
        self.lock().clone()
    }

    /// Tries it out with this request, in place of any before it.
    pub(crate) fn try_out(&self, request: Arc<PhoneRequest>) {
        // The former one is dropped after the lock.
        let former = self.lock().replace(request);
        drop(former);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<PhoneRequest>>> {
        self.request
            .lock()
            .expect("nothing panics while it holds the request")
    }
}

/// What a client shows of a method that is being enrolled, beside what it asks: what the kind has.
#[derive(Default)]
pub struct Details {
    /// What the user needs to set up an app.
    pub presentation: Option<Presentation>,
    /// What the user needs to add an entry to the app on a phone.
    pub entry: Option<Entry>,
    /// Seconds between codes.
    pub period: Option<u32>,
    /// The hash that codes are made with, such as `SHA1`.
    pub algorithm: Option<String>,
    /// How a hardware token makes its codes: one of [`secinfo_wire::names::token_mode`].
    pub mode: Option<String>,
    /// The maker of a hardware token.
    pub manufacturer: Option<String>,
    /// The model of a hardware token.
    pub model: Option<String>,
    /// Which of the user's phone numbers it is.
    pub place: Option<String>,
    /// Whether the number had an extension, which is not dialled.
    pub dropped_extension: Option<bool>,
}

/// What a user needs to add an entry to the app on a phone that shows requests.
pub struct Entry {
    /// The name of the entry.
    pub account: String,
    /// Who issued it: the organization or the host.
    pub issuer: String,
    /// The link that goes into the QR code.
    pub uri: Zeroizing<String>,
    /// The same for the app on the phone that shows it.
    pub app_link: Zeroizing<String>,
}

/// Asks for a response and checks it: in the same way for an enrolled method and for a draft.
pub(crate) trait Verifier: Send {
    /// What is asked.
    fn challenge(&self) -> Challenge;

    /// What the response is found to be. Whether it is accepted is the domain's to decide.
    fn check(&self, response: &Response, now: Timestamp) -> Result<Answer, ServiceError>;

    /// What a response is compared with at `now`, so far as it changes from time to time: the same
    /// response, compared with the same, is no further guess. None where each one counts, because
    /// checking it costs so much.
    fn compared_with(&self, _now: Timestamp) -> Option<Vec<u8>> {
        None
    }

    /// Whether checking this response takes memory-hard hashing. What has another form, or cannot be a
    /// code at all, takes none.
    fn takes_hashing(&self, _response: &Response) -> Result<bool, ServiceError> {
        Ok(false)
    }
}

/// What stands in the log for a response to what a method asks, so that it is known again.
pub(crate) fn guess(
    core: &Core,
    method: MethodId,
    response: &Response,
    compared_with: &[u8],
) -> Result<Option<GuessTag>, ServiceError> {
    let Ok(typed) = response.as_code() else {
        return Ok(None);
    };
    let answer: Zeroizing<String> = Zeroizing::new(secinfo_typed::ungrouped(typed).collect());
    core.guess(method, answer.as_bytes(), compared_with)
}

/// Whose turn to hash a response takes.
pub(crate) type HashingTurn = (Waiter, HashingFor);

/// The turn in which a response of this person is hashed that `by` asks for.
pub(crate) const fn turn(person: &Person, by: &Requester) -> HashingTurn {
    let what_for = match by.uid {
        0 => HashingFor::SignIn,
        _ => HashingFor::Verification,
    };
    (Waiter::account(person.uid()), what_for)
}

/// Checks a response: every one is checked here.
pub(crate) async fn check(
    core: &Core,
    (waiter, what_for): HashingTurn,
    verifier: Box<dyn Verifier>,
    response: &Response,
    now: Timestamp,
) -> Result<Answer, ServiceError> {
    if verifier.takes_hashing(response)? {
        let response = response.clone();
        let work = move || verifier.check(&response, now);
        return core.hash(waiter, what_for, work).await?;
    }
    verifier.check(response, now)
}

/// A method in security info, with its secret opened.
pub(crate) struct OpenMethod {
    pub(crate) credential: Credential,
    pub(crate) payload: MethodPayload,
    pub(crate) posed: Posed,
    /// What is asked of security keys; none where no challenge of a session is open.
    pub(crate) asking: Option<Asking>,
    /// The request that a session has sent to the phone.
    pub(crate) request: Option<Arc<PhoneRequest>>,
}

/// What decides on how security questions are asked.
pub(crate) struct Posed {
    /// The attempt.
    pub(crate) turn: Turn,
    /// The language of the user.
    pub(crate) language: Language,
    /// The questions of this host.
    pub(crate) questions: Questions,
}

impl Posed {
    /// In this turn, to a user of this language.
    pub(crate) fn of(core: &Core, turn: Turn, language: &str) -> Self {
        let settings = core.settings();
        Self {
            turn,
            language: Language::negotiate(&[language, &settings.language]),
            questions: settings.questions,
        }
    }
}

impl OpenMethod {
    /// Opens the secret of a method, to ask its user.
    pub(crate) fn open(core: &Core, method: &Method, posed: Posed) -> Result<Self, ServiceError> {
        Ok(Self {
            credential: method.credential().clone(),
            payload: MethodPayload::open(core, method)?,
            posed,
            asking: None,
            request: None,
        })
    }

    /// The same, with the label.
    pub(crate) fn open_with_label(
        core: &Core,
        method: &Method,
        posed: Posed,
    ) -> Result<(Label, Self), ServiceError> {
        let (label, payload) = MethodPayload::open_with_label(core, method)?;
        let credential = method.credential().clone();
        Ok((
            label,
            Self {
                credential,
                payload,
                posed,
                asking: None,
                request: None,
            },
        ))
    }
}

/// How many digits the codes of a method have; none where they are not written in digits.
pub(crate) fn digits(open: OpenMethod, rules: &Rules) -> Result<Option<u32>, ServiceError> {
    let kind = super::of(open.credential.kind());
    match kind.form() {
        Form::Code | Form::Approval => Ok(kind.verifier(open, rules, None)?.challenge().digits()),
        Form::Assertion | Form::Answers => Ok(None),
    }
}

/// A kind that is issued is not enrolled.
pub(super) fn issued_only(kind: Kind) -> ServiceError {
    Refusal::KindNotAllowed(kind).into()
}

/// What is sealed of a method does not fit its kind.
pub(super) fn malformed() -> ServiceError {
    ServiceError::Internal("what is sealed of a method does not fit its kind".to_owned())
}
