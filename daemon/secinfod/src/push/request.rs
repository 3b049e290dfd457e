//! A request to approve on a phone.

use super::phones::Phones;
use crate::core::{ServiceError, random_id};
use secinfo_domain::{ApprovalId, MethodId, Timestamp};
use secinfo_pipush::Nonce;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use tokio::sync::watch;
use zeroize::Zeroizing;

/// How many digits the code has that the phone shows: another number than the codes of apps and tokens
/// have, so that the length alone tells what was typed.
pub(crate) const CODE_DIGITS: u32 = 7;

/// How many numbers a user chooses from.
const OPTIONS: usize = 10;

/// A request to approve on a phone, held by the session that asks. It is withdrawn when it is dropped: what
/// the phone answers after that counts for nothing.
pub(crate) struct PhoneRequest {
    id: ApprovalId,
    method: Option<MethodId>,
    asks: Asks,
    expires: Timestamp,
    nonce: Nonce,
    state: watch::Sender<RequestState>,
    phones: Arc<Phones>,
}

/// What the user does on the phone, beside approving.
pub(crate) enum Asks {
    /// Reads a code there, and types it where the request was made.
    Code(Zeroizing<String>),
    /// Chooses the number that is shown where the request was made.
    Number {
        /// The number.
        shown: String,
        /// What the phone offers.
        options: Vec<String>,
    },
}

/// What has become of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestState {
    /// The phone has not answered.
    Open,
    /// It was accepted: where a code is asked for, the phone shows it.
    Accepted,
    /// Another number was chosen than the one shown.
    WrongNumber,
    /// The user declined what they had begun.
    Cancelled,
    /// The user declined what they had not begun.
    NotMe,
    /// Its time is over.
    Expired,
}

/// What a request is made of.
pub(crate) struct NewRequest {
    pub(crate) id: ApprovalId,
    pub(crate) method: Option<MethodId>,
    pub(crate) asks: Asks,
    pub(crate) expires: Timestamp,
    pub(crate) nonce: Nonce,
}

impl PhoneRequest {
    pub(super) fn new(new: NewRequest, phones: Arc<Phones>) -> Self {
        Self {
            id: new.id,
            method: new.method,
            asks: new.asks,
            expires: new.expires,
            nonce: new.nonce,
            state: watch::Sender::new(RequestState::Open),
            phones,
        }
    }

    /// Its id in the log.
    pub(crate) const fn id(&self) -> ApprovalId {
        self.id
    }

    /// The method; none while it is being enrolled.
    pub(crate) const fn method(&self) -> Option<MethodId> {
        self.method
    }

    /// When it ends.
    pub(crate) const fn expires(&self) -> Timestamp {
        self.expires
    }

    pub(crate) const fn asks(&self) -> &Asks {
        &self.asks
    }

    /// The number that is shown and chosen on the phone; none where a code is typed.
    pub(crate) fn number(&self) -> Option<&str> {
        match &self.asks {
            Asks::Code(_) => None,
            Asks::Number { shown, .. } => Some(shown),
        }
    }

    /// What has become of it at `now`.
    pub(crate) fn state(&self, now: Timestamp) -> RequestState {
        match *self.state.borrow() {
            RequestState::Open | RequestState::Accepted if now >= self.expires => {
                RequestState::Expired
            }
            state => state,
        }
    }

    /// Waits until the phone has answered, or the time is over.
    pub(crate) async fn answered(&self) {
        let mut state = self.state.subscribe();
        // The sender is here: it does not close.
        let _ = state.wait_for(|state| *state != RequestState::Open).await;
    }

    /// Takes note of what has become of it.
    pub(crate) fn note(&self, state: RequestState) {
        self.state.send_replace(state);
    }

    /// Takes note that its time is over, if nothing has become of it.
    pub(crate) fn expire(&self) {
        self.state.send_if_modified(|state| {
            let is_open = matches!(state, RequestState::Open | RequestState::Accepted);
            if is_open {
                *state = RequestState::Expired;
            }
            is_open
        });
    }

    /// Whether what was typed is the code that the phone shows; the comparison takes the same time for any
    /// code. Nothing is right before the request was accepted.
    pub(crate) fn shows(&self, typed: &str, now: Timestamp) -> bool {
        let Asks::Code(code) = &self.asks else {
            return false;
        };
        let is_same = secinfo_typed::digits(typed)
            .is_some_and(|typed| typed.as_bytes().ct_eq(code.as_bytes()).into());
        is_same && self.state(now) == RequestState::Accepted
    }
}

impl Drop for PhoneRequest {
    fn drop(&mut self) {
        self.phones.close(&self.nonce);
    }
}

impl Asks {
    /// A code, each as likely as any other.
    pub(crate) fn code() -> Result<Self, ServiceError> {
        let mut code = Zeroizing::new(String::with_capacity(CODE_DIGITS as usize));
        for _ in 0..CODE_DIGITS {
            code.push(char::from(b'0' + below(10)?));
        }
        Ok(Self::Code(code))
    }

    /// Numbers of two digits, no two alike, of which each is as likely as any other to be the one.
    pub(crate) fn number() -> Result<Self, ServiceError> {
        let mut options: Vec<String> = Vec::with_capacity(OPTIONS);
        while options.len() < OPTIONS {
            let number = format!("{:02}", below(100)?);
            if !options.contains(&number) {
                options.push(number);
            }
        }
        let shown = options[usize::from(below(10)?)].clone();
        options.sort_unstable();
        Ok(Self::Number { shown, options })
    }

    /// What the phone offers; nothing where there is a code.
    pub(crate) fn options(&self) -> &[String] {
        match self {
            Self::Code(_) => &[],
            Self::Number { options, .. } => options,
        }
    }
}

/// A number below `limit`, each as likely as any other.
fn below(limit: u8) -> Result<u8, ServiceError> {
    // What is above the largest multiple would favour small numbers.
    let fair = u8::MAX - u8::MAX % limit;
    loop {
        let [byte] = random_id::<1>()?;
        if byte < fair {
            return Ok(byte % limit);
        }
    }
}
