//! Logs to measure with, as the daemon would have written them.

use crate::failure::{Context, Result};
use crate::token;
use secinfo_domain::event::{
    Accepted, Actor, Credential, DefaultChanged, DefaultReason, Fact, LogCreated, MethodEnrolled,
    PolicyChanged, UserAdded, VerificationSucceeded, Who, encode,
};
use secinfo_domain::kind::{AuthenticatorApp, HardwareToken};
use secinfo_domain::{
    Counter, Event, HotpParameters, Label, MethodId, Policy, Purpose, Sealed, SealedMethod,
    SealedPart, ServiceName, SessionTag, Source, Strength, TimeStep, Timestamp, TotpParameters,
    UserId, UserName,
};
use secinfo_ledger::{Commit, Ledger, MasterKey, NewKey, Options};
use secinfod::core::{Clock, SystemClock};
use secinfod::methods::Secret;
use secinfod::service::{MethodPayload, SecretBytes, UserPayload, read_state};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;

/// How many events one commit takes while a log is made.
const COMMIT: usize = 4096;

/// An account that a log knows.
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) name: String,
}

/// A user of a log, with an authenticator app and a hardware token that counts.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) user: UserId,
    pub(crate) app: MethodId,
    pub(crate) token: MethodId,
}

/// Writes a log.
pub(crate) struct LogWriter {
    ledger: Ledger,
    commit: Commit,
    next: u64,
    time: u64,
}

impl LogWriter {
    /// Begins a new log in this directory, with this policy in force.
    pub(crate) fn create(directory: &Path, policy: Policy) -> Result<Self> {
        let ledger = open(directory)?;
        // All of it has happened before now, and each event after the one before it.
        let time = SystemClock.now().as_millis() - 86_400_000;
        let mut log = Self {
            ledger,
            commit: Commit::default(),
            next: 0,
            time,
        };
        let origin = log.ledger.reader().proofs.origin().to_string();
        log.host(LogCreated { origin }.into())?;
        log.host(
            PolicyChanged {
                policy: policy.into(),
            }
            .into(),
        )?;
        Ok(log)
    }

    /// How many events there are.
    pub(crate) const fn events(&self) -> u64 {
        self.next
    }

    /// Adds a user, and the two methods that most have.
    pub(crate) fn add_user(&mut self, account: &Account) -> Result<Known> {
        let user = UserId::from_bytes(random()?);
        let name = UserName::parse(&account.name).context(|| "use an account's name".into())?;
        let payload = UserPayload {
            uid: account.uid,
            name,
        };
        let key = NewKey::generate(user.into())?;
        let sealed = seal(&key, SealedPart::User, &payload)?;
        self.commit.new_keys.push(key);
        let index = (account.uid, account.name.clone(), user);
        self.commit.index_add.push(index);
        self.event(user, UserAdded { sealed }.into())?;
        let app = self.add_app(user)?;
        let reason = DefaultReason::First;
        let method = Some(app);
        self.event(user, DefaultChanged { method, reason }.into())?;
        let token = self.add_token(user)?;
        Ok(Known { user, app, token })
    }

    fn add_app(&mut self, user: UserId) -> Result<MethodId> {
        let app = AuthenticatorApp {
            parameters: TotpParameters::default(),
            last_step: TimeStep(self.time / 30_000),
        };
        let payload = MethodPayload::AuthenticatorApp { secret: secret()? };
        let first = SessionTag::from_bytes(random()?);
        self.enroll(user, app.into(), "Authenticator app", &payload, Some(first))
    }

    /// Adds another token that counts.
    pub(crate) fn add_token(&mut self, user: UserId) -> Result<MethodId> {
        let token = HardwareToken::Counter {
            parameters: HotpParameters::default(),
            next: Counter(0),
        };
        let payload = MethodPayload::HardwareToken {
            secret: secret()?,
            serial: format!("BENCH{:08}", self.next),
            manufacturer: "Example".to_owned(),
            model: "Button".to_owned(),
        };
        self.enroll(user, token.into(), "Hardware token", &payload, None)
    }

    fn enroll(
        &mut self,
        user: UserId,
        credential: Credential,
        label: &str,
        payload: &MethodPayload,
        first_proof: Option<SessionTag>,
    ) -> Result<MethodId> {
        let method = MethodId::from_bytes(random()?);
        let label = Label::parse(label).context(|| "use a label".into())?;
        let key = NewKey::generate(method.into())?;
        let label = seal(&key, SealedPart::Label, &label)?;
        let secret = seal(&key, SealedPart::Secret, payload)?;
        let sealed = SealedMethod::new(label.as_bytes(), secret.as_bytes());
        self.commit.new_keys.push(key);
        let fact = MethodEnrolled {
            method,
            credential,
            sealed,
            token: None,
            first_proof,
            vouched: first_proof.is_none().then_some(Strength::Possession),
        };
        self.event(user, fact.into())?;
        Ok(method)
    }

    /// Lets the user verify with the app, from a session of its own, as at each sign-in.
    pub(crate) fn verified(&mut self, known: Known) -> Result<()> {
        let fact = VerificationSucceeded {
            method: known.app,
            purpose: Purpose::SignIn,
            strength: Strength::Possession,
            session: SessionTag::from_bytes(random()?),
            accepted: Accepted::TimeStep(TimeStep(self.time / 30_000 + 1)),
            source: Some(Source::OwnAccount),
            place: None,
        };
        self.event(known.user, fact.into())
    }

    fn host(&mut self, fact: Fact) -> Result<()> {
        let actor = Actor::new(Who::System);
        self.push(None, actor, fact)
    }

    fn event(&mut self, user: UserId, fact: Fact) -> Result<()> {
        let service = ServiceName::parse("sshd").context(|| "name the service".into())?;
        let actor = Actor {
            who: Who::User(user),
            service: Some(service),
            login: None,
        };
        self.push(Some(user), actor, fact)
    }

    fn push(&mut self, user: Option<UserId>, actor: Actor, fact: Fact) -> Result<()> {
        let event = Event {
            time: Timestamp::from_millis(self.time),
            user,
            actor,
            fact,
        };
        let bytes = encode(self.next, &event).context(|| "encode an event".into())?;
        self.commit.events.push(bytes);
        self.next += 1;
        self.time += 10;
        Ok(())
    }

    /// Commits when enough has come together. Not between a user and its methods: their keys go
    /// with the events.
    pub(crate) fn settle(&mut self) -> Result<()> {
        if self.commit.events.len() >= COMMIT {
            self.append()?;
        }
        Ok(())
    }

    fn append(&mut self) -> Result<()> {
        self.ledger.append(std::mem::take(&mut self.commit))?;
        Ok(())
    }

    /// Ends the log, reads it from the beginning and leaves a snapshot, as a daemon that stops.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.append()?;
        let reader = self.ledger.reader();
        let (state, _) = read_state(&reader)?;
        let bytes = postcard::to_allocvec(&state).context(|| "serialize the snapshot".into())?;
        Ok(reader.snapshot.write(state.events(), &bytes)?)
    }
}

/// Opens the ledger in this directory as the daemon does.
pub(crate) fn open(directory: &Path) -> Result<Ledger> {
    std::fs::create_dir_all(directory).context(|| format!("create {}", directory.display()))?;
    let master = MasterKey::load_or_create(&directory.join("master.key"))?;
    Ok(Ledger::open(directory, master, Options::new("bench"))?)
}

/// Waits until nothing that was written before still has to reach the disk: it would be measured
/// with what comes next.
pub(crate) fn quiet_disk() {
    rustix::fs::sync();
    std::thread::sleep(Duration::from_millis(200));
}

fn seal(key: &NewKey, part: SealedPart, payload: &impl Serialize) -> Result<Sealed> {
    let plain =
        postcard::to_allocvec(payload).context(|| "serialize what is to be sealed".into())?;
    Ok(Sealed::new(key.seal(part, &plain)?))
}

fn secret() -> Result<SecretBytes> {
    let secret = Secret::from_bytes(token::SECRET).context(|| "use a secret".into())?;
    Ok(SecretBytes::from(&secret))
}

/// Sixteen random bytes for an id.
pub(crate) fn random() -> Result<[u8; 16]> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(std::io::Error::other)
        .context(|| "draw random bytes".into())?;
    Ok(bytes)
}
