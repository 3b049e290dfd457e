//! Security info as those see it who may read it.

use super::SecurityInfo;
use super::departed::absence;
use crate::core::{Account, Core, Person, Requester, ServiceError, Turn};
use crate::methods;
use crate::methods::kind::{OpenMethod, Posed, digits};
use crate::methods::payload::MethodPayload;
use secinfo_domain::state::{Method, UserState};
use secinfo_domain::{Kind, MethodId, Purpose, SessionTag, Timestamp, UserId};
use secinfo_webauthn::OpenSshKey;
use secinfo_wire::names::user_state;
use secinfo_wire::{Challenge, Hint};

/// One method as its owner sees it.
pub struct MethodView {
    /// Its id.
    pub id: MethodId,
    /// Its kind.
    pub kind: Kind,
    /// What the user calls it.
    pub label: String,
    /// What it can be told from others by; never a secret, never a whole number or address.
    pub hint: Hint,
    /// What it serves.
    pub purposes: Vec<Purpose>,
    /// When it was enrolled.
    pub created: Timestamp,
    /// When it was last proved.
    pub last_used: Option<Timestamp>,
    /// When its lock ends.
    pub locked_until: Option<Timestamp>,
    /// When it will be deleted.
    pub deletion_due: Option<Timestamp>,
    /// Whether it is the default.
    pub is_default: bool,
    /// Whether policy still allows its kind, apart from what it says of single services.
    pub is_allowed: bool,
    /// How many recovery codes are left.
    pub remaining: u32,
    /// When an access pass begins, if not at once.
    pub begins: Option<Timestamp>,
    /// When an access pass ends.
    pub expires: Option<Timestamp>,
    /// When the user is to confirm that the phone number or address is theirs.
    pub confirm_due: Option<Timestamp>,
    /// Whether there may be a copy of it.
    pub may_be_copied: bool,
    /// How many digits its codes have; none where they are not written in digits.
    pub digits: Option<u32>,
}

/// The security info of one user, apart from the methods themselves.
pub struct Overview {
    /// The methods, in the order of enrollment.
    pub methods: Vec<MethodId>,
    /// The default method.
    pub default: Option<MethodId>,
    /// How many more methods policy asks for.
    pub still_required: u8,
    /// When the days of grace are over; none when nothing is required any more.
    pub grace_ends: Option<Timestamp>,
    /// Until when wrong codes make the user wait.
    pub waits_until: Option<Timestamp>,
    /// Until when no requests for sign-ins are sent to the user's phones, because one was declined as another
    /// person's.
    pub push_paused_until: Option<Timestamp>,
    /// Since when the account is locked.
    pub account_locked: Option<Timestamp>,
}

/// One user in the list of all.
pub struct UserRow {
    /// The account.
    pub account: Account,
    /// How many methods they have.
    pub methods: u32,
    /// The kind of the default.
    pub default: Option<Kind>,
    /// One of [`user_state`].
    pub state: &'static str,
    /// Whether an access pass is out.
    pub has_access_pass: bool,
    /// How many more methods it takes to reset the password; 0 where passwords are not reset.
    pub lacking_for_reset: u8,
}

impl SecurityInfo {
    /// The security info of a user. A user who is not in the log yet has none.
    pub fn overview(&self, person: &Person) -> Result<Overview, ServiceError> {
        let state = self.core.state();
        let policy = self.core.effective_policy(person, None)?;
        let user = state.user(person.id);
        let still_required = user.map_or(policy.required, |user| user.still_required(&policy));
        // The days count from the first time that the user was asked and put it off.
        let began = user.and_then(|user| state.grace_began(user));
        let since = began.unwrap_or_else(|| self.core.now());
        let grace_ends = since.plus(secinfo_domain::Seconds::from_days(policy.grace_days));
        let is_used_up = user.is_some_and(|user| state.times_left(user) == Some(0));
        Ok(Overview {
            methods: user.map_or_else(Vec::new, |user| {
                user.methods().iter().map(Method::id).collect()
            }),
            default: user.and_then(UserState::default_method).map(Method::id),
            still_required,
            grace_ends: (still_required > 0 && !is_used_up).then_some(grace_ends),
            waits_until: user.and_then(|user| {
                user.longest_wait(&state.policy().rules.throttle, self.core.now())
            }),
            push_paused_until: user.and_then(|user| {
                let approvals = user.approvals();
                approvals.paused_until(Purpose::SignIn, self.core.now())
            }),
            account_locked: user.and_then(UserState::account_locked),
        })
    }

    /// One method of a user.
    pub fn method(&self, person: &Person, id: MethodId) -> Result<MethodView, ServiceError> {
        let state = self.core.state();
        let user = state.user(person.id).ok_or(ServiceError::NotFound)?;
        let method = user.method(id).ok_or(ServiceError::NotFound)?;
        let policy = self.core.effective_policy(person, None)?;
        let is_allowed = policy.allowed.contains(method.kind());
        view(&self.core, method, Some(user), is_allowed)
    }

    /// How many more methods it takes to reset the user's password; 0 where passwords are not reset.
    pub fn lacking_for_reset(&self, person: &Person) -> Result<u8, ServiceError> {
        lacking_for_reset(&self.core, person)
    }

    /// The credential of a security key as OpenSSH keeps one.
    pub fn open_ssh_key(&self, person: &Person, id: MethodId) -> Result<OpenSshKey, ServiceError> {
        let state = self.core.state();
        let user = state.user(person.id).ok_or(ServiceError::NotFound)?;
        let method = user.method(id).ok_or(ServiceError::NotFound)?;
        let key = match MethodPayload::open(&self.core, method)? {
            MethodPayload::SecurityKey { key } => key.open_ssh(),
            _ => None,
        };
        let none = "OpenSSH has a form of security keys only, and of none that sign with RSA: choose another method";
        key.ok_or_else(|| ServiceError::InvalidArgument(none.to_owned()))
    }

    /// Until when this session's proof is fresh.
    pub fn fresh_proof_until(&self, person: &Person, session: SessionTag) -> Option<Timestamp> {
        let state = self.core.state();
        let length = state.policy().rules.fresh_proof;
        let proof = state
            .user(person.id)?
            .fresh_proof(session, length, self.core.now())?;
        Some(proof.time.plus(length))
    }

    /// A page of all users, by name, after `after`.
    pub fn users(&self, after: &str, limit: usize) -> Result<Vec<UserRow>, ServiceError> {
        let state = self.core.state();
        let mut page: Vec<(Account, UserId)> = state
            .users()
            .filter_map(|(id, _)| Some((self.core.account_of(id)?, id)))
            .filter(|(account, _)| account.name.as_str() > after)
            .collect();
        page.sort_by(|(a, _), (b, _)| (&a.name, a.uid).cmp(&(&b.name, b.uid)));
        page.truncate(limit);
        page.into_iter()
            .filter_map(|(account, id)| Some((account, state.user(id)?, id)))
            .map(|(account, user, id)| self.user_row(account, user, id))
            .collect()
    }

    fn user_row(
        &self,
        account: Account,
        user: &UserState,
        id: UserId,
    ) -> Result<UserRow, ServiceError> {
        let person = Person::known(account, id);
        let policy = self.core.effective_policy(&person, None)?;
        let locked = user
            .methods()
            .iter()
            .any(|method| method.locked_at(self.core.now()).is_some());
        let absence = absence(&self.core, &person.account);
        Ok(UserRow {
            methods: u32::try_from(user.methods().len()).unwrap_or(u32::MAX),
            default: user.default_method().map(Method::kind),
            state: match (absence, locked, user.still_required(&policy)) {
                (Some(absence), ..) => absence,
                _ if user.account_locked().is_some() => user_state::ACCOUNT_LOCKED,
                (_, true, _) => user_state::LOCKED,
                (_, false, 0) => user_state::OK,
                (_, false, _) => user_state::METHODS_REQUIRED,
            },
            has_access_pass: user
                .only(Kind::AccessPass)
                .is_some_and(|pass| pass.is_usable(self.core.now())),
            lacking_for_reset: lacking_for_reset(&self.core, &person)?,
            account: person.account,
        })
    }
}

/// How many more methods it takes to reset the user's password; 0 where passwords are not reset.
pub(super) fn lacking_for_reset(core: &Core, person: &Person) -> Result<u8, ServiceError> {
    let state = core.state();
    if !state.policy().rules.reset.enabled {
        return Ok(0);
    }
    let context = core.context_for_reset(person, &Requester::system(None))?;
    let unaskable = match state.user(person.id) {
        Some(user) => unaskable(core, user)?,
        None => None,
    };
    Ok(secinfo_domain::lacking_for_reset(
        &state, person.id, &context, unaskable,
    )?)
}

/// The user's security questions, if too few of them are left in the list to ask any.
fn unaskable(core: &Core, user: &UserState) -> Result<Option<MethodId>, ServiceError> {
    let Some(method) = user.only(Kind::SecurityQuestions) else {
        return Ok(None);
    };
    let open = OpenMethod::open(core, method, Posed::of(core, Turn::default(), ""))?;
    let state = core.state();
    let verifier = methods::of(method.kind()).verifier(open, &state.policy().rules, None)?;
    let is_asked = match verifier.challenge() {
        Challenge::Answers { questions } => !questions.is_empty(),
        _ => true,
    };
    Ok((!is_asked).then(|| method.id()))
}

/// A method as its owner sees it.
fn view(
    core: &Core,
    method: &Method,
    user: Option<&UserState>,
    is_allowed: bool,
) -> Result<MethodView, ServiceError> {
    let kind = method.kind();
    let known = methods::of(kind);
    let posed = Posed::of(core, Turn::default(), "");
    let (label, open) = OpenMethod::open_with_label(core, method, posed)?;
    let hint = known.hint(&open);
    let state = core.state();
    let rules = &state.policy().rules;
    Ok(MethodView {
        id: method.id(),
        kind,
        label: label.as_str().to_owned(),
        hint,
        purposes: [Purpose::SignIn, Purpose::PasswordReset]
            .into_iter()
            .filter(|p| kind.serves(*p))
            .collect(),
        created: method.created(),
        last_used: method.last_used(),
        locked_until: method.locked_at(core.now()),
        deletion_due: method.deletion_due(),
        is_default: user
            .and_then(UserState::default_method)
            .is_some_and(|default| default.id() == method.id()),
        is_allowed,
        remaining: method.remaining(),
        begins: method
            .credential()
            .begins()
            .filter(|begins| *begins > method.created()),
        expires: method.credential().expires(),
        digits: digits(open, rules)?,
        confirm_due: method
            .confirm_due(rules.reconfirm_days)
            .filter(|_| is_allowed),
        may_be_copied: method.may_be_copied(),
    })
}
