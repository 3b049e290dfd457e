//! What happened between two looks at a user's security info. Pure, so that nothing is told twice or lost
//! however the signals come: they only say that it is time to look again.

use crate::security_info::{Method, SecurityInfo};
use secinfo_wire::names::kind::{ACCESS_PASS, RECOVERY_CODES};
use secinfo_words::{Words, message};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// Sign-ins to the account are refused.
    AccountLocked,
    /// They are no longer.
    AccountUnlocked,
    /// A method was added.
    Added(Method),
    /// Recovery codes were issued.
    RecoveryCodes,
    /// An access pass was issued.
    AccessPass,
    /// A method was deleted.
    Deleted(Method),
    /// A method will be deleted.
    DeletionScheduled(Method),
    /// A method that was to be deleted stays.
    DeletionCancelled(Method),
    /// Wrong codes locked a method.
    Locked(Method),
    /// There may be a copy of a security key.
    MayBeCopied,
    /// Another method is the default, or none.
    Default(Option<Method>),
}

/// What happened between `before` and `after`, the worst first.
pub(crate) fn between(before: &SecurityInfo, after: &SecurityInfo) -> Vec<News> {
    let mut news = Vec::new();
    let locked = |info: &SecurityInfo| info.account_locked.unwrap_or(0) != 0;
    match (locked(before), locked(after)) {
        (false, true) => news.push(News::AccountLocked),
        (true, false) => news.push(News::AccountUnlocked),
        _ => {}
    }
    for (path, method) in &after.methods {
        match before.methods.get(path) {
            None => news.push(added(method)),
            Some(former) => of_method(former, method, &mut news),
        }
    }
    for (path, method) in &before.methods {
        if !after.methods.contains_key(path) && is_told_when_gone(method, after) {
            news.push(News::Deleted(method.clone()));
        }
    }
    if before.default != after.default {
        // The first method is the default without being chosen; that it was added is told.
        let is_first = before.methods.is_empty();
        let default = after.default.as_ref();
        let default = default.and_then(|path| after.methods.get(path));
        if !is_first {
            news.push(News::Default(default.cloned()));
        }
    }
    news
}

fn added(method: &Method) -> News {
    match method.kind.as_str() {
        RECOVERY_CODES => News::RecoveryCodes,
        ACCESS_PASS => News::AccessPass,
        _ => News::Added(method.clone()),
    }
}

/// Access passes end by themselves, and former recovery codes give way to new ones.
fn is_told_when_gone(method: &Method, after: &SecurityInfo) -> bool {
    match method.kind.as_str() {
        ACCESS_PASS => false,
        RECOVERY_CODES => {
            let mut methods = after.methods.values();
            !methods.any(|method| method.kind == RECOVERY_CODES)
        }
        _ => true,
    }
}

fn of_method(before: &Method, after: &Method, news: &mut Vec<News>) {
    match (before.deletion_due, after.deletion_due) {
        (0, 0) => {}
        (0, _) => news.push(News::DeletionScheduled(after.clone())),
        (_, 0) => news.push(News::DeletionCancelled(after.clone())),
        _ => {}
    }
    if after.locked_until > before.locked_until {
        news.push(News::Locked(after.clone()));
    }
    if after.may_be_copied && !before.may_be_copied {
        news.push(News::MayBeCopied);
    }
}

impl News {
    /// Whether it needs the user soon: a deletion can be called off, a lock and a copy tell of somebody
    /// else. Others are told as any notification is, because the user most often did it just now.
    pub(crate) const fn is_urgent(&self) -> bool {
        matches!(
            self,
            Self::AccountLocked | Self::DeletionScheduled(_) | Self::Locked(_) | Self::MayBeCopied
        )
    }

    /// The sentence that tells it.
    pub(crate) fn sentence(&self, words: Words) -> String {
        let named = |method: &Method| words.method(&method.kind, &method.label, "");
        let sentence = match self {
            Self::AccountLocked => words.say(message::DesktopAccountLocked),
            Self::AccountUnlocked => words.say(message::DesktopAccountUnlocked),
            Self::Added(method) => words.say(message::NoticeAdded {
                kind: named(method).into(),
            }),
            Self::RecoveryCodes => words.say(message::NoticeRecoveryCodes),
            Self::AccessPass => words.say(message::NoticeAccessPass),
            Self::Deleted(method) => words.say(message::NoticeDeleted {
                kind: named(method).into(),
            }),
            Self::DeletionScheduled(method) => words.say(message::NoticeDeletionScheduled {
                kind: named(method).into(),
            }),
            Self::DeletionCancelled(method) => words.say(message::NoticeDeletionCancelled {
                kind: named(method).into(),
            }),
            Self::Locked(method) => words.say(message::NoticeLocked {
                kind: named(method).into(),
            }),
            Self::MayBeCopied => words.say(message::NoticeMayBeCopied),
            Self::Default(Some(method)) => words.say(message::NoticeDefault {
                kind: named(method).into(),
            }),
            Self::Default(None) => words.say(message::NoticeNoDefault),
        };
        sentence.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secinfo_words::Language;

    fn method(kind: &str, label: &str) -> Method {
        Method {
            kind: kind.to_owned(),
            label: label.to_owned(),
            ..Method::default()
        }
    }

    fn info(methods: &[(&str, Method)], default: &str) -> SecurityInfo {
        let methods = methods.iter();
        SecurityInfo {
            methods: methods
                .map(|(path, method)| ((*path).to_owned(), method.clone()))
                .collect(),
            default: (!default.is_empty()).then(|| default.to_owned()),
            account_locked: None,
        }
    }

    #[test]
    fn nothing_is_told_where_nothing_changed() {
        let app = method("authenticator-app", "Phone");
        let same = info(&[("/1", app)], "/1");
        assert_eq!(between(&same, &same), []);
    }

    #[test]
    fn a_new_name_and_the_end_of_a_lock_are_no_news() {
        let mut before = method("authenticator-app", "Phone");
        before.locked_until = 7;
        let after = method("authenticator-app", "Old phone");
        let (before, after) = (info(&[("/1", before)], "/1"), info(&[("/1", after)], "/1"));
        assert_eq!(between(&before, &after), []);
    }

    #[test]
    fn a_first_method_is_told_once() {
        let app = method("authenticator-app", "Phone");
        let after = info(&[("/1", app.clone())], "/1");
        assert_eq!(between(&info(&[], ""), &after), [News::Added(app)]);
    }

    #[test]
    fn a_method_that_takes_the_place_of_the_default_is_told_twice() {
        let app = method("authenticator-app", "Phone");
        let text = method("text", "");
        let before = info(&[("/1", text.clone())], "/1");
        let after = info(&[("/1", text), ("/2", app.clone())], "/2");
        assert_eq!(
            between(&before, &after),
            [News::Added(app.clone()), News::Default(Some(app))]
        );
    }

    #[test]
    fn deletions_are_told_when_they_are_scheduled_called_off_and_done() {
        let app = method("authenticator-app", "Phone");
        let due = Method {
            deletion_due: 9,
            ..app.clone()
        };
        let (now, then) = (
            info(&[("/1", app.clone())], ""),
            info(&[("/1", due.clone())], ""),
        );
        assert_eq!(between(&now, &then), [News::DeletionScheduled(due.clone())]);
        assert_eq!(between(&then, &now), [News::DeletionCancelled(app)]);
        assert_eq!(between(&then, &info(&[], "")), [News::Deleted(due)]);
    }

    #[test]
    fn new_recovery_codes_are_told_and_not_the_end_of_the_former_ones() {
        let codes = method("recovery-codes", "");
        let (before, after) = (
            info(&[("/1", codes.clone())], ""),
            info(&[("/2", codes.clone())], ""),
        );
        assert_eq!(between(&before, &after), [News::RecoveryCodes]);
        assert_eq!(
            between(&after, &info(&[], "")),
            [News::Deleted(codes)],
            "these were deleted"
        );
    }

    #[test]
    fn an_access_pass_is_told_when_it_is_issued_and_not_when_it_ends() {
        let pass = info(&[("/1", method("access-pass", ""))], "");
        assert_eq!(between(&info(&[], ""), &pass), [News::AccessPass]);
        assert_eq!(between(&pass, &info(&[], "")), []);
    }

    #[test]
    fn locks_and_copies_are_urgent_and_come_first_where_they_concern_the_account() {
        let app = method("authenticator-app", "Phone");
        let locked = Method {
            locked_until: 9,
            may_be_copied: true,
            ..app.clone()
        };
        let before = info(&[("/1", app)], "");
        let mut after = info(&[("/1", locked.clone())], "");
        after.account_locked = Some(1);
        let news = between(&before, &after);
        assert_eq!(
            news,
            [News::AccountLocked, News::Locked(locked), News::MayBeCopied]
        );
        assert!(news.iter().all(News::is_urgent));
        assert!(between(&after, &before).contains(&News::AccountUnlocked));
    }

    #[test]
    fn a_daemon_that_learns_to_lock_accounts_is_no_news() {
        let before = info(&[], "");
        let mut after = before.clone();
        after.account_locked = Some(0);
        assert_eq!(between(&before, &after), []);
    }

    #[test]
    fn what_happened_is_said_in_the_language_of_the_user() {
        let tablet = News::Added(method("authenticator-app", "Tablet"));
        let said = |language| tablet.sentence(Words::of(language));
        assert_eq!(
            said(Language::English),
            "A method was added: Authenticator app (Tablet)."
        );
        assert_eq!(
            said(Language::German),
            "Eine Methode wurde hinzugefügt: Authenticator-App (Tablet)."
        );
        assert!(said(Language::French).contains("Tablet"));
    }
}
