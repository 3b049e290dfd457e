//! What phones post: registrations and answers. The relay has filtered it, and the daemon checks it as if
//! nothing had been checked: it decides, appends, and replies then.

use super::{Approvals, Host, KNOWN_AGAIN};
use crate::core::{Person, Requester, ServiceError};
use crate::messages::NoticeItem;
use crate::push::{Answered, Asked, Asks, Occasion, PhoneOwner, Post, RequestState};
use secinfo_domain::event::ApprovalAnswer;
use secinfo_domain::{Action, Refusal, ServiceName, Timestamp};
use secinfo_pipush::{Answer, AppVersion, Choice, DeclineReason, Posted, Rollout, read_posted};
use secinfo_wire::push::Reply;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};

/// How many posts are looked at at once.
const AT_ONCE: usize = 64;

/// What asks where no service is named: the command, of a user who proves who they are.
const OWN_SERVICE: &str = "secinfo";

impl Approvals {
    /// Takes what phones post, for as long as there is the connection to the relay.
    pub(super) async fn serve(self: Arc<Self>, mut posts: mpsc::Receiver<Post>) {
        let at_once = Arc::new(Semaphore::new(AT_ONCE));
        while let Some(post) = posts.recv().await {
            let Ok(place) = Arc::clone(&at_once).acquire_owned().await else {
                return;
            };
            let approvals = Arc::clone(&self);
            tokio::spawn(async move {
                let _place = place;
                if let Some(host) = &approvals.host {
                    let reply = approvals.take(host, &post).await;
                    post.reply(reply).await;
                }
            });
        }
    }

    async fn take(&self, host: &Host, post: &Post) -> Reply {
        match read_posted(post.body.as_bytes(), &post.user_agent) {
            Ok(Posted::Nothing) => Reply::Counted(true),
            Ok(Posted::Rollout(rollout)) => self.register(host, *rollout),
            Ok(Posted::TokenUpdate(update)) => {
                let key = host.phones.key(&update.serial);
                let now = self.core.now().as_seconds();
                Reply::Counted(key.is_some_and(|key| update.verify(&key, now).is_ok()))
            }
            Ok(Posted::Answer(answer)) => self.answer(host, &answer, &post.body).await,
            Err(_) => Reply::Counted(false),
        }
    }

    /// Registers a phone, if it shows the credential of an enrollment in time.
    fn register(&self, host: &Host, rollout: Rollout) -> Reply {
        let Some(registration) = host.phones.registration(&rollout.serial) else {
            return Reply::NoEnrollment;
        };
        if !rollout.shows(registration.digest()) || self.core.now() >= registration.expires() {
            return Reply::NoEnrollment;
        }
        let shows_codes = |app: &AppVersion| *app >= AppVersion::SHOWS_CODE;
        if !rollout.app.as_ref().is_some_and(shows_codes) {
            registration.meet_old_app();
            return Reply::OldApp;
        }
        let Some(key) = host.key.get().filter(|_| registration.take(rollout.key)) else {
            return Reply::NoEnrollment;
        };
        let known = registration.key().map(|key| {
            let serial = registration.serial();
            host.phones.add(serial, &key, PhoneOwner::Enrollment)
        });
        match known {
            Some(Ok(())) => Reply::Registered {
                public_key: key.public_key(),
            },
            _ => Reply::NoEnrollment,
        }
    }

    /// Takes an answer. The first that counts is the one; the same again within some seconds gets the same
    /// reply, and any other none.
    async fn answer(&self, host: &Host, answer: &Answer, body: &str) -> Reply {
        let Some(asked) = host.phones.asked(&answer.nonce) else {
            return Reply::Counted(false);
        };
        if asked.serial != answer.serial || answer.verify(&asked.key).is_err() {
            return Reply::Counted(false);
        }
        let mut answered = asked.answered.lock().await;
        let now = self.core.now();
        if let Some(before) = &*answered {
            return again(before, body, now);
        }
        let Some(reply) = self.decide(host, &asked, answer).await else {
            return Reply::Counted(false);
        };
        *answered = Some(Answered {
            body: body.to_owned(),
            time: now,
            reply: reply.clone(),
        });
        reply
    }

    /// Appends what an answer comes to; the reply to it. None where it counts for nothing.
    async fn decide(&self, host: &Host, asked: &Asked, answered: &Answer) -> Option<Reply> {
        let Some(request) = asked.request.upgrade() else {
            return self.decide_on_ended(asked, answered).await;
        };
        let (answer, state) = match (&answered.choice, request.asks()) {
            (Choice::Accept(None), Asks::Code(_)) => {
                (ApprovalAnswer::Accepted, RequestState::Accepted)
            }
            (Choice::Accept(Some(chosen)), Asks::Number { shown, .. }) if chosen == shown => {
                (ApprovalAnswer::Accepted, RequestState::Accepted)
            }
            (Choice::Accept(Some(_)), Asks::Number { .. }) => {
                (ApprovalAnswer::WrongNumber, RequestState::WrongNumber)
            }
            // Never a bare yes.
            (Choice::Accept(_), _) => return None,
            (Choice::Decline(Some(DeclineReason::UnknownTrigger)), _) => {
                (ApprovalAnswer::NotMe, RequestState::NotMe)
            }
            (Choice::Decline(_), _) => (ApprovalAnswer::Cancelled, RequestState::Cancelled),
        };
        self.append(asked, answer).await?;
        request.note(state);
        host.phones.close(&answered.nonce);
        Some(match (state, request.asks()) {
            (RequestState::Accepted, Asks::Code(code)) => Reply::Code {
                code: code.clone(),
                message: asked.message.clone(),
            },
            (state, _) => Reply::Counted(state != RequestState::WrongNumber),
        })
    }

    /// Without a session that waits for it, an answer is good for nothing. But that the user has not begun it
    /// is heard all the same: a thief of the password may have given up before.
    async fn decide_on_ended(&self, asked: &Asked, answered: &Answer) -> Option<Reply> {
        let not_me = Choice::Decline(Some(DeclineReason::UnknownTrigger));
        if answered.choice != not_me {
            return None;
        }
        self.append(asked, ApprovalAnswer::NotMe).await?;
        Some(Reply::Counted(true))
    }

    /// Appends an answer, and tells the user of a "not me". None where it comes too late.
    async fn append(&self, asked: &Asked, answer: ApprovalAnswer) -> Option<()> {
        let (approval, occasion) = (asked.approval, &asked.occasion);
        let action = Action::AnswerApproval { approval, answer };
        let mut by = Requester::system(match occasion {
            Occasion::SignIn { service, .. } => service.clone(),
            Occasion::Test | Occasion::OwnProgram | Occasion::PasswordReset => None,
        });
        // A wrong number counts for where the sign-in began.
        by.source = asked.source.clone();
        let decided = self
            .notices
            .commit(&asked.person, &by, action, Vec::new())
            .await;
        match decided {
            Ok(_) => {}
            Err(ServiceError::Refused(Refusal::ApprovalGone)) => return None,
            Err(error) => {
                tracing::error!(%error, %approval, "the answer of a phone was not taken");
                return None;
            }
        }
        if answer == ApprovalAnswer::NotMe {
            self.tell_of_not_me(&asked.person, occasion);
        }
        Some(())
    }

    fn tell_of_not_me(&self, person: &Person, occasion: &Occasion) {
        let item = match occasion {
            // The link may have been scanned with the phone of another.
            Occasion::Test => return,
            Occasion::OwnProgram => {
                tracing::warn!(
                    user = %person.id,
                    "a user has declined on their phone what a program under their account asked for"
                );
                NoticeItem::NotMeByProgram
            }
            Occasion::SignIn { service, origin } => {
                let service = service.as_ref().map_or(OWN_SERVICE, ServiceName::as_str);
                tracing::warn!(
                    user = %person.id,
                    service,
                    "a user has declined a sign-in on their phone as another person's, who knows their password"
                );
                NoticeItem::NotMe {
                    service: service.to_owned(),
                    origin: origin.clone(),
                }
            }
            Occasion::PasswordReset => {
                tracing::warn!(
                    user = %person.id,
                    "a user has declined a password reset on their phone as another person's"
                );
                NoticeItem::NotMeInReset
            }
        };
        self.notices.tell(person, item);
    }
}

/// What is replied to an answer that comes again.
fn again(before: &Answered, body: &str, now: Timestamp) -> Reply {
    let since = now.as_millis().saturating_sub(before.time.as_millis());
    if before.body != body || u128::from(since) > KNOWN_AGAIN.as_millis() {
        return Reply::Counted(false);
    }
    before.reply.clone()
}
