//! The commands of one write: each decided on top of those before it, and what their callers are told.

use super::account::{Account, Person};
use super::error::ServiceError;
use super::queue::{Queue, Taken};
use secinfo_domain::event::{Fact, encode};
use secinfo_domain::{
    Command, Event, KeyId, Room, State, Timestamp, UserId, created_key, decide, destroyed_keys,
};
use secinfo_ledger::{Commit, NewKey};
use std::sync::Arc;
use tokio::sync::oneshot;

/// The most commands that share one write.
const MOST_AT_ONCE: usize = 64;

/// The events that a command led to, or why it led to none.
pub(super) type Decided = Result<Vec<Event>, ServiceError>;

/// A command that waits for the writer.
pub(super) struct PendingCommand {
    pub(super) command: Command,
    pub(super) keys: Vec<Arc<NewKey>>,
    pub(super) accounts: Vec<Person>,
    /// The account that its user goes by from then on, where it renames one.
    pub(super) renamed_to: Option<Account>,
    pub(super) answer: oneshot::Sender<Decided>,
}

/// The commands of one write, decided.
pub(super) struct Batch {
    /// The state that it was decided on.
    pub(super) before: Arc<State>,
    pub(super) events: Vec<Event>,
    pub(super) commit: Commit,
    /// The state that its events come to.
    pub(super) after: Arc<State>,
    pub(super) answers: Answers,
    /// The users that it introduces; they are marked once it is on disk.
    pub(super) introduced: Vec<Person>,
    /// How many commands of each user it has.
    taken: Taken,
    /// Those that the batch before it introduces, which may not be on disk yet.
    introduced_before: Vec<Person>,
}

/// What those are told who wait for the commands of a batch.
#[derive(Default)]
pub(super) struct Answers(Vec<(oneshot::Sender<Decided>, Decided)>);

impl Answers {
    /// Answers what was decided, which is on disk.
    pub(super) fn send(self) {
        for (sender, answer) in self.0 {
            // The caller may have gone; what was decided stays decided.
            let _ = sender.send(answer);
        }
    }

    /// Answers that nothing was done, whatever was decided.
    pub(super) fn refuse(self, why: &str) {
        for (sender, _) in self.0 {
            let _ = sender.send(Err(ServiceError::StorageUnavailable(why.to_owned())));
        }
    }
}

impl Batch {
    /// A batch without commands, to be decided on `state`.
    pub(super) fn on(state: &Arc<State>) -> Self {
        Self {
            before: Arc::clone(state),
            events: Vec::new(),
            commit: Commit::default(),
            after: Arc::clone(state),
            answers: Answers::default(),
            introduced: Vec::new(),
            taken: Taken::default(),
            introduced_before: Vec::new(),
        }
    }

    /// A batch without commands, to be decided on the state that this one comes to.
    pub(super) fn next(&self) -> Self {
        Self {
            introduced_before: self.introduced.clone(),
            ..Self::on(&self.after)
        }
    }

    /// How many commands it has.
    pub(super) const fn len(&self) -> usize {
        self.answers.0.len()
    }

    /// The commands that wait and may share its write.
    pub(super) fn more_of(&mut self, queue: &mut Queue) -> Vec<PendingCommand> {
        queue.commands(MOST_AT_ONCE - self.len(), &mut self.taken)
    }

    /// Decides these commands at the time `now`, with this `room` on the disk, the first on top of those
    /// that the batch has.
    pub(super) fn decide(
        &mut self,
        commands: impl IntoIterator<Item = PendingCommand>,
        now: Timestamp,
        room: Room,
    ) {
        // Each is decided at the time of its turn, not of its arrival: a wrong code that overtook
        // others must not lie in the future of theirs, where it would make none of them wait.
        for mut command in commands {
            command.set_time_and_room(now, room);
            command.drop_repeated_introductions(&[&self.introduced_before, &self.introduced]);
            let decided = self.take(&command);
            self.answers.0.push((command.answer, decided));
        }
    }

    /// Decides one command on top of those before it. Nothing of it enters the batch unless all of
    /// it can be encoded and has its keys.
    fn take(&mut self, pending: &PendingCommand) -> Result<Vec<Event>, ServiceError> {
        let events = decide(&self.after, &pending.command)?;
        let mut addition = Commit::default();
        for (seq, event) in (self.after.events()..).zip(&events) {
            let bytes = encode(seq, event)
                .map_err(|error| ServiceError::InvalidArgument(error.to_string()))?;
            addition.events.push(bytes);
            if let Some(id) = created_key(event) {
                addition.new_keys.push(pending.key(id)?);
                if let Some(person) = pending
                    .accounts
                    .iter()
                    .find(|person| KeyId::from(person.id) == id)
                {
                    addition.index_add.push((
                        person.uid(),
                        person.account.name.as_str().to_owned(),
                        person.id,
                    ));
                }
            }
            if matches!(event.fact, Fact::UserErased(_)) {
                let erased = pending
                    .accounts
                    .iter()
                    .filter(|person| Some(person.id) == event.user);
                addition
                    .index_remove
                    .extend(erased.map(|p| (p.uid(), p.account.name.as_str().to_owned())));
                addition
                    .index_add
                    .retain(|(.., id)| Some(*id) != event.user);
            }
            if let (Fact::UserRenamed(_), Some(user), Some(to)) =
                (&event.fact, event.user, &pending.renamed_to)
            {
                let former = pending.accounts.iter().filter(|person| person.id == user);
                addition
                    .index_remove
                    .extend(former.map(|p| (p.uid(), p.account.name.as_str().to_owned())));
                let name = to.name.as_str().to_owned();
                addition.index_add.push((to.uid, name, user));
            }
        }
        // The state is changed in its place, which copies what is shared once for the whole batch.
        if !events.is_empty() {
            let after = Arc::make_mut(&mut self.after);
            for event in &events {
                addition.destroy_keys.extend(destroyed_keys(after, event));
                after.apply(event);
            }
        }
        self.introduced.extend(
            events
                .iter()
                .filter(|event| matches!(event.fact, Fact::UserAdded(_)))
                .filter_map(|event| {
                    let mut accounts = pending.accounts.iter();
                    accounts.find(|person| Some(person.id) == event.user)
                })
                .cloned(),
        );
        self.add(addition);
        self.events.extend(events.iter().cloned());
        Ok(events)
    }

    fn add(&mut self, mut addition: Commit) {
        self.commit.events.append(&mut addition.events);
        self.commit.new_keys.append(&mut addition.new_keys);
        let removed = &addition.index_remove;
        self.commit
            .index_add
            .retain(|(uid, name, _)| !removed.iter().any(|(u, n)| u == uid && n == name));
        self.commit.index_add.append(&mut addition.index_add);
        self.commit.index_remove.append(&mut addition.index_remove);
        for id in addition.destroy_keys {
            // A key that was made in this very batch never reached the vault.
            let before = self.commit.new_keys.len();
            self.commit.new_keys.retain(|key| key.id() != id);
            if self.commit.new_keys.len() == before {
                self.commit.destroy_keys.push(id);
            }
        }
    }
}

impl PendingCommand {
    /// The user whose command it is; none of a command of the host's.
    pub(super) const fn user(&self) -> Option<UserId> {
        match &self.command {
            Command::Host(_) => None,
            Command::User(command) => Some(command.user),
        }
    }

    /// Answers that nothing was done.
    pub(super) fn refuse(self, why: &str) {
        // The caller may have gone.
        let _ = self
            .answer
            .send(Err(ServiceError::StorageUnavailable(why.to_owned())));
    }

    const fn set_time_and_room(&mut self, now: Timestamp, room: Room) {
        match &mut self.command {
            Command::Host(command) => {
                command.now = now;
                command.room = room;
            }
            Command::User(command) => {
                command.context.now = now;
                command.context.room = room;
            }
        }
    }

    /// Drops introductions of users who were introduced before: one who is not known any more was
    /// erased, and stays erased.
    fn drop_repeated_introductions(&mut self, before: &[&[Person]]) {
        let was = |id: UserId| {
            let mut accounts = self.accounts.iter();
            accounts.any(|person| person.id == id && person.was_introduced())
                || before
                    .iter()
                    .copied()
                    .flatten()
                    .any(|person| person.id == id)
        };
        match &mut self.command {
            Command::Host(command) => command.introductions.retain(|(id, _)| !was(*id)),
            Command::User(command) => command.context.introductions.retain(|(id, _)| !was(*id)),
        }
    }

    fn key(&self, id: KeyId) -> Result<NewKey, ServiceError> {
        let of_accounts = self.accounts.iter().filter_map(Person::key);
        let key = self
            .keys
            .iter()
            .chain(of_accounts)
            .find(|key| key.id() == id);
        let key = key.ok_or_else(|| {
            ServiceError::Internal("a command came without a key that its events need".to_owned())
        })?;
        Ok(NewKey::clone(key))
    }
}
