//! Enrollments: short-lived sessions that end in a method, after the user has proved that it works.

use super::payload::{MethodPayload, SecretBytes, plain};
use super::session::Session;
use super::tokens::FoundToken;
use super::{Person, Requester, Service, ServiceError, now, random_id};
use crate::bus::SessionOwner;
use crate::methods::authenticator_app::{self, Presentation};
use crate::methods::hardware_token;
use crate::methods::secret::Secret;
use secinfo_domain::event::{Credential, DefaultReason, Fact};
use secinfo_domain::state::Method;
use secinfo_domain::{
    Action, Event, Kind, Label, MethodId, OtpParameters, Sealed, TokenId, TotpParameters,
    enrollment_outlook,
};
use secinfo_ledger::NewKey;
use std::sync::Arc;

/// What an enrollment is about.
pub struct Enrollment {
    person: Person,
    by: Requester,
    label: Label,
    draft: Draft,
}

/// A method in the making. It lives in memory only, until it is proved.
pub enum Draft {
    /// An authenticator app.
    AuthenticatorApp {
        /// Its secret.
        secret: Secret,
        /// How its codes are made.
        parameters: TotpParameters,
    },
    /// A token of the inventory.
    HardwareToken(Box<FoundToken>),
}

/// An enrollment that has begun.
pub struct Started {
    /// The session.
    pub session: Arc<Session<Enrollment>>,
    /// Whether the method will become the default.
    pub becomes_default: bool,
    /// What the user needs to set up an authenticator app.
    pub presentation: Option<Presentation>,
}

/// A method that is in security info now.
pub struct Enrolled {
    /// The method.
    pub method: MethodId,
    /// Whether it became the default.
    pub became_default: bool,
    /// The default before it.
    pub former_default: Option<MethodId>,
}

/// What a user asks to enrol.
pub struct Wish {
    /// The kind.
    pub kind: Kind,
    /// What to call it; we find a name where it is none.
    pub label: Option<Label>,
    /// The serial number of a hardware token.
    pub serial: Option<String>,
}

impl Enrollment {
    /// The kind of method that is being enrolled.
    pub const fn kind(&self) -> Kind {
        match self.draft {
            Draft::AuthenticatorApp { .. } => Kind::AuthenticatorApp,
            Draft::HardwareToken(_) => Kind::HardwareToken,
        }
    }

    /// The uid of the user whose method it will be.
    pub const fn uid(&self) -> u32 {
        self.person.uid()
    }

    /// The method in the making.
    pub const fn draft(&self) -> &Draft {
        &self.draft
    }
}

impl Service {
    /// Begins to enrol a method, if the user may.
    pub fn start_enrollment(
        &self,
        uid: u32,
        by: &Requester,
        owner: SessionOwner,
        wish: Wish,
    ) -> Result<Started, ServiceError> {
        let person = self.person(uid)?;
        let state = self.state();
        let probe = self.command(&person, by, Action::FailActivation)?.0;
        let outlook = enrollment_outlook(&state, &probe, wish.kind)?;
        let label = match wish.label {
            Some(label) => label,
            None => self.free_label(&person, wish.kind)?,
        };
        let (draft, presentation) = match wish.kind {
            Kind::AuthenticatorApp => self.draft_app(&person)?,
            Kind::HardwareToken => {
                let serial = wish.serial.ok_or_else(|| {
                    ServiceError::InvalidArgument(
                        "a hardware token is named by its serial number: give it".to_owned(),
                    )
                })?;
                (
                    Draft::HardwareToken(Box::new(self.find_token_by_serial(&serial)?)),
                    None,
                )
            }
            kind => return Err(secinfo_domain::Refusal::KindNotAllowed(kind).into()),
        };
        let rules = state.policy().rules.session;
        let subject = Enrollment {
            person,
            by: by.clone(),
            label,
            draft,
        };
        let session = self.enrollments.open(
            subject,
            by.uid,
            owner,
            now(),
            rules.enrollment,
            rules.attempts,
        )?;
        Ok(Started {
            session,
            becomes_default: outlook.becomes_default,
            presentation,
        })
    }

    fn draft_app(&self, person: &Person) -> Result<(Draft, Option<Presentation>), ServiceError> {
        let rules = self.state().policy().rules.authenticator_app;
        let parameters = TotpParameters {
            algorithm: rules.algorithm,
            digits: rules.digits,
            period: secinfo_domain::Period::default(),
        };
        let secret = Secret::generate(rules.algorithm)
            .map_err(|error| ServiceError::Internal(format!("no random bytes: {error}")))?;
        let settings = self.settings();
        let account = format!("{}@{}", person.account.name, settings.host);
        let presentation = Presentation::new(&secret, parameters, &settings.organization, &account);
        Ok((
            Draft::AuthenticatorApp { secret, parameters },
            Some(presentation),
        ))
    }

    /// Finishes an enrollment with a code of the method in the making.
    pub async fn finish_enrollment(
        &self,
        session: &Session<Enrollment>,
        code: &str,
    ) -> Result<Enrolled, ServiceError> {
        let _turn = session.turn().await;
        self.enrollments
            .get(session.id(), now())
            .ok_or(ServiceError::SessionExpired)?;
        let enrollment = session.subject();
        let Some((credential, payload, token)) = self.prove(enrollment, code) else {
            return Err(self.wrong_code(session).await?);
        };
        let method = MethodId::from_bytes(random_id()?);
        let key = NewKey::generate(method.into())?;
        let sealed = Sealed::new(key.seal(MethodPayload::CONTEXT, &plain(&payload)?)?);
        let former = Self::user_state(&self.state(), &enrollment.person)
            .and_then(|user| user.default_method().map(Method::id));
        let action = Action::Enroll {
            method,
            credential,
            sealed,
            token,
        };
        let events = self
            .commit(
                &enrollment.person,
                &enrollment.by,
                action,
                vec![Arc::new(key)],
            )
            .await?;
        self.enrollments.close(session.id());
        let became_default = events.iter().any(|event| becomes_default(event, method));
        Ok(Enrolled {
            method,
            became_default,
            former_default: former,
        })
    }

    /// What the code proves: the method, with what the proof used up marked as used.
    fn prove(
        &self,
        enrollment: &Enrollment,
        code: &str,
    ) -> Option<(Credential, MethodPayload, Option<TokenId>)> {
        let seconds = now().as_seconds();
        let rules = &self.state().policy().rules.clone();
        match &enrollment.draft {
            Draft::AuthenticatorApp { secret, parameters } => {
                let drift = rules.authenticator_app.drift;
                let last_step =
                    authenticator_app::check(secret, *parameters, code, seconds, drift)?;
                let payload = MethodPayload::AuthenticatorApp {
                    label: enrollment.label.clone(),
                    secret: SecretBytes::from(secret),
                };
                Some((
                    Credential::AuthenticatorApp {
                        parameters: *parameters,
                        last_step,
                    },
                    payload,
                    None,
                ))
            }
            Draft::HardwareToken(token) => {
                let credential = match token.parameters {
                    OtpParameters::Totp(parameters) => {
                        let (drift, skew) = (token.payload.drift, rules.hardware_token.drift);
                        let secret = token.payload.secret.open()?;
                        let last_step = hardware_token::check_totp(
                            &secret, parameters, code, seconds, drift, skew,
                        )?;
                        Credential::TimeToken {
                            parameters,
                            last_step,
                            drift,
                        }
                    }
                    OtpParameters::Hotp(parameters) => {
                        let secret = token.payload.secret.open()?;
                        let ahead = rules.hardware_token.look_ahead;
                        let used = hardware_token::check_hotp(
                            &secret, parameters, code, token.next, ahead,
                        )?;
                        Credential::CounterToken {
                            parameters,
                            next: used.next()?,
                        }
                    }
                };
                Some((
                    credential,
                    token.payload_for(enrollment.label.clone()),
                    Some(token.id),
                ))
            }
        }
    }

    /// Counts a wrong code. One for a token of the inventory counts against the user as well: it
    /// is a guess at something that somebody else may hold.
    async fn wrong_code(
        &self,
        session: &Session<Enrollment>,
    ) -> Result<ServiceError, ServiceError> {
        let enrollment = session.subject();
        let over = session.count_wrong();
        if over {
            self.enrollments.close(session.id());
        }
        if matches!(enrollment.draft, Draft::HardwareToken(_)) {
            self.commit(
                &enrollment.person,
                &enrollment.by,
                Action::FailActivation,
                Vec::new(),
            )
            .await?;
        }
        Ok(if over {
            ServiceError::TooManyAttempts
        } else {
            ServiceError::WrongCode
        })
    }

    /// A label for a method whose user named none: the kind in words, with a number if need be.
    fn free_label(&self, person: &Person, kind: Kind) -> Result<Label, ServiceError> {
        let word = match kind {
            Kind::AuthenticatorApp => "Authenticator app",
            Kind::HardwareToken => "Hardware token",
            other => other.as_str(),
        };
        let state = self.state();
        let methods = Self::user_state(&state, person).map_or(&[][..], |user| user.methods());
        let taken: Vec<_> = methods
            .iter()
            .filter_map(|method| Some(self.open(method).ok()?.label().clone()))
            .collect();
        let candidates =
            std::iter::once(word.to_owned()).chain((2..).map(|number| format!("{word} {number}")));
        for candidate in candidates {
            let label = Label::parse(&candidate)?;
            if !taken.contains(&label) {
                return Ok(label);
            }
        }
        unreachable!("the numbers do not run out")
    }
}

fn becomes_default(event: &Event, method: MethodId) -> bool {
    matches!(&event.fact, Fact::DefaultChanged(fact)
        if fact.method == Some(method) && matches!(fact.reason, DefaultReason::First | DefaultReason::AppSetUp))
}
