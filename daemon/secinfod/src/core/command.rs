//! Commands: who asks for what, decided and appended.

use super::Core;
use super::account::Person;
use super::error::ServiceError;
use super::source::RequestSource;
use secinfo_domain::event::{Actor, Who};
use secinfo_domain::{
    Action, Authority, Command, Context, Event, HostAction, HostCommand, Label, Policy, Purpose,
    Recipient, Sealed, SealedPart, ServiceName, SessionTag, State, UserCommand, decide,
};
use secinfo_ledger::NewKey;
use std::sync::Arc;

/// Who asks, as the bus knows them.
#[derive(Debug, Clone)]
pub struct Requester {
    /// The uid of the caller.
    pub uid: u32,
    /// The session in which a proof of theirs counts.
    pub session: SessionTag,
    /// The program or PAM service on whose behalf they ask.
    pub service: Option<ServiceName>,
    /// Where they ask from, as far as it is known.
    pub source: Option<RequestSource>,
    /// The same as the user will read it: the remote host, or the terminal.
    pub place: Option<Label>,
    /// Whether they were let in as the owner, or as an administrator.
    pub authority: Authority,
    /// Of root, the uid of the account that signed in and became root since.
    pub became_root: Option<u32>,
}

/// The keys and index entries that a command may need, should its events come to hold them.
#[derive(Default)]
pub(crate) struct Offer {
    pub(crate) keys: Vec<Arc<NewKey>>,
    pub(crate) accounts: Vec<Person>,
}

impl Requester {
    /// The daemon itself.
    pub(crate) const fn system(service: Option<ServiceName>) -> Self {
        Self {
            uid: 0,
            session: SessionTag::from_bytes([0; 16]),
            service,
            source: None,
            place: None,
            authority: Authority::System,
            became_root: None,
        }
    }
}

/// Whether the action depends on who administers the host. Their groups are looked up for it only,
/// because that takes long where a directory is asked.
fn is_of_reset(action: &Action) -> bool {
    matches!(action, Action::Enroll { credential, .. } if credential.credential().kind().is_knowledge())
        || matches!(
            action,
            Action::RequestPassword { .. }
                | Action::UnlockByReset
                | Action::Verify {
                    purpose: Purpose::PasswordReset,
                    ..
                }
                | Action::RequestCode {
                    recipient: Recipient::Method {
                        purpose: Purpose::PasswordReset,
                        ..
                    },
                    ..
                }
                | Action::RequestApproval {
                    purpose: Purpose::PasswordReset,
                    ..
                }
        )
}

/// Whether an event of this action says where the user was.
const fn records_place(action: &Action) -> bool {
    matches!(action, Action::Verify { .. } | Action::UseRemembered { .. })
}

impl Core {
    /// Decides an action on a user's security info and appends its events, which are on disk when
    /// this returns. The user is not told: see [`crate::service::Notices::commit`].
    pub(crate) async fn append(
        &self,
        person: &Person,
        by: &Requester,
        action: Action,
        keys: Vec<Arc<NewKey>>,
    ) -> Result<Vec<Event>, ServiceError> {
        let (command, accounts) = self.introducing(person, by, action)?;
        self.writer.commit(command.into(), keys, accounts).await
    }

    /// Waits as long as [`Self::append`] does for one event, and appends none.
    pub(crate) async fn append_nothing(&self) -> Result<(), ServiceError> {
        self.in_vain.wait(&self.writer).await
    }

    /// The events that [`Self::append`] would append to this state. Nothing is appended.
    pub(crate) fn rehearse(
        &self,
        state: &State,
        person: &Person,
        by: &Requester,
        action: Action,
    ) -> Result<Vec<Event>, ServiceError> {
        let (command, _) = self.introducing(person, by, action)?;
        Ok(decide(state, &command.into())?)
    }

    /// The command of this action with those whom it introduces, and the accounts that it names.
    pub(super) fn introducing(
        &self,
        person: &Person,
        by: &Requester,
        action: Action,
    ) -> Result<(UserCommand, Vec<Person>), ServiceError> {
        let mut accounts = vec![person.clone()];
        let mut command = self.command(person, by, action)?;
        if let Some(actor) = self.actor_account(person, by)? {
            command.context.actor.who = Who::User(actor.id);
            accounts.push(actor);
        }
        if let Some(login) = self.login_account(by) {
            command.context.actor.login = Some(login.id);
            accounts.push(login);
        }
        command.context.introductions = accounts.iter().filter_map(Person::introduction).collect();
        Ok((command, accounts))
    }

    /// The command of this action.
    pub(crate) fn command(
        &self,
        person: &Person,
        by: &Requester,
        action: Action,
    ) -> Result<UserCommand, ServiceError> {
        let mut context = self.context_of(person, by, is_of_reset(&action))?;
        if records_place(&action) {
            context.place = self.sealed_place(person, by)?;
        }
        Ok(UserCommand {
            user: person.id,
            context,
            action,
        })
    }

    /// Where a request comes from, sealed for its user. One who is not known yet has no key.
    fn sealed_place(
        &self,
        person: &Person,
        by: &Requester,
    ) -> Result<Option<Sealed>, ServiceError> {
        let place = by.place.as_ref();
        let place = place.filter(|_| self.state().user(person.id).is_some());
        let seal = |place: &Label| self.seal(person.id.into(), SealedPart::Place, &place.as_str());
        place.map(seal).transpose()
    }

    /// Who asks about a user, when, and from where.
    pub(crate) fn context(&self, person: &Person, by: &Requester) -> Result<Context, ServiceError> {
        self.context_of(person, by, false)
    }

    /// The same for what depends on whether the user administers the host: a password reset.
    pub(crate) fn context_for_reset(
        &self,
        person: &Person,
        by: &Requester,
    ) -> Result<Context, ServiceError> {
        self.context_of(person, by, true)
    }

    fn context_of(
        &self,
        person: &Person,
        by: &Requester,
        is_of_reset: bool,
    ) -> Result<Context, ServiceError> {
        // Also where root passes on what the user does at a sign-in.
        let on_self = match by.authority {
            Authority::Own => true,
            Authority::Administrator => person.uid() == by.uid,
            Authority::System => false,
        };
        let who = match by.uid {
            _ if by.authority == Authority::System => Who::System,
            0 => Who::Root,
            _ => Who::User(person.id),
        };
        let state = self.state();
        let policy = state.policy();
        let names_groups = !policy.groups.is_empty()
            || !policy.sign_in(by.service.as_ref()).exempt_groups.is_empty();
        let groups = if names_groups || is_of_reset {
            Some(self.accounts.groups(&person.account)?)
        } else {
            None
        };
        Ok(Context {
            now: self.now(),
            actor: Actor {
                who,
                service: by.service.clone(),
                login: None,
            },
            authority: by.authority,
            on_self,
            session: by.session,
            source: self.source(person, by)?,
            place: None,
            former: self.former(&state, person)?,
            groups,
            room: self.published.room(),
            introductions: person.introduction().into_iter().collect(),
        })
    }

    /// The account that asks, where it is neither root nor the user.
    fn actor_account(
        &self,
        person: &Person,
        by: &Requester,
    ) -> Result<Option<Person>, ServiceError> {
        if by.uid == 0 || by.uid == person.uid() || by.authority == Authority::System {
            return Ok(None);
        }
        self.person(by.uid).map(Some)
    }

    /// The account that signed in and became root since. What root does is not held up where that account is gone,
    /// or cannot be looked up: then the log says `root` alone.
    fn login_account(&self, by: &Requester) -> Option<Person> {
        let login = by.became_root.filter(|_| by.uid == 0)?;
        self.person(login)
            .inspect_err(
                |error| tracing::warn!(uid = login, %error, "who became root is not in the log"),
            )
            .ok()
    }

    /// Begins the log, where it is new: its first event fixes the origin for good.
    pub async fn begin_log(&self) -> Result<(), ServiceError> {
        if self.state().events() != 0 {
            return Ok(());
        }
        let origin = self.reader.proofs.origin().to_string();
        let by_daemon = Actor::new(Who::System);
        self.append_host(
            by_daemon,
            HostAction::CreateLog { origin },
            Offer::default(),
        )
        .await
    }

    /// Puts a policy in force; nothing happens when it is in force already.
    pub async fn set_policy(&self, policy: Policy) -> Result<(), ServiceError> {
        let action = HostAction::SetPolicy(Box::new(policy));
        self.append_host(Actor::new(Who::System), action, Offer::default())
            .await
    }

    /// Decides an action on the host, by an administrator, and appends its events.
    pub(crate) async fn append_host_by(
        &self,
        by: &Requester,
        action: HostAction,
        mut offer: Offer,
    ) -> Result<(), ServiceError> {
        let actor = if by.uid == 0 {
            let login = self.login_account(by);
            let actor = Actor {
                login: login.as_ref().map(|login| login.id),
                ..Actor::new(Who::Root)
            };
            offer.accounts.extend(login);
            actor
        } else {
            let administrator = self.person(by.uid)?;
            let actor = Actor::new(Who::User(administrator.id));
            offer.accounts.push(administrator);
            actor
        };
        self.append_host(actor, action, offer).await
    }

    async fn append_host(
        &self,
        actor: Actor,
        action: HostAction,
        offer: Offer,
    ) -> Result<(), ServiceError> {
        let command = Command::Host(HostCommand {
            now: self.now(),
            actor,
            room: self.published.room(),
            introductions: offer
                .accounts
                .iter()
                .filter_map(Person::introduction)
                .collect(),
            action,
        });
        self.writer
            .commit(command, offer.keys, offer.accounts)
            .await
            .map(|_| ())
    }
}
