//! What PAM modules return, and what a stack does about it.

use secinfo_typed::nearest;

/// How many codes there are.
pub const CODES: usize = 32;

/// A code that a PAM module returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(u8);

/// The codes in order, as `pam.d(5)` writes them in brackets.
const NAMES: [&str; CODES] = [
    "success",
    "open_err",
    "symbol_err",
    "service_err",
    "system_err",
    "buf_err",
    "perm_denied",
    "auth_err",
    "cred_insufficient",
    "authinfo_unavail",
    "user_unknown",
    "maxtries",
    "new_authtok_reqd",
    "acct_expired",
    "session_err",
    "cred_unavail",
    "cred_expired",
    "cred_err",
    "no_module_data",
    "conv_err",
    "authtok_err",
    "authtok_recover_err",
    "authtok_lock_busy",
    "authtok_disable_aging",
    "try_again",
    "ignore",
    "abort",
    "authtok_expired",
    "module_unknown",
    "bad_item",
    "conv_again",
    "incomplete",
];

impl Code {
    /// The module succeeded.
    pub const SUCCESS: Self = Self(0);
    /// The module failed in itself.
    pub const SERVICE_ERR: Self = Self(3);
    /// The system failed.
    pub const SYSTEM_ERR: Self = Self(4);
    /// The user may not.
    pub const PERM_DENIED: Self = Self(6);
    /// The user was not verified.
    pub const AUTH_ERR: Self = Self(7);
    /// The module may not read what it needs to verify.
    pub const CRED_INSUFFICIENT: Self = Self(8);
    /// What the user is verified against cannot be reached.
    pub const AUTHINFO_UNAVAIL: Self = Self(9);
    /// There is no such user.
    pub const USER_UNKNOWN: Self = Self(10);
    /// The user has tried too often.
    pub const MAXTRIES: Self = Self(11);
    /// The user was verified, and must change the password.
    pub const NEW_AUTHTOK_REQD: Self = Self(12);
    /// The account has expired.
    pub const ACCT_EXPIRED: Self = Self(13);
    /// The user could not be asked.
    pub const CONV_ERR: Self = Self(19);
    /// The module has nothing to say.
    pub const IGNORE: Self = Self(25);
    /// The module gave up.
    pub const ABORT: Self = Self(26);
    /// There is no such module.
    pub const MODULE_UNKNOWN: Self = Self(28);

    /// The word for it in `pam.d(5)`.
    pub const fn name(self) -> &'static str {
        NAMES[self.0 as usize]
    }

    /// Its place in a table of all codes.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// All of them, in order.
    #[cfg(test)]
    pub fn all() -> impl Iterator<Item = Self> {
        (0u8..).take(CODES).map(Self)
    }
}

/// What a stack does when a module returns a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// As if the module were not there.
    Ignore,
    /// Counts, unless something failed before.
    Ok,
    /// As `Ok`, and ends the stack unless something failed before.
    Done,
    /// The stack fails.
    Bad,
    /// The stack fails and ends.
    Die,
    /// Forgets what came before in this stack.
    Reset,
    /// Skips so many of the following.
    Jump(u32),
}

/// What a stack does about each code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actions([Action; CODES]);

impl Actions {
    /// The same for every code.
    pub const fn all(action: Action) -> Self {
        Self([action; CODES])
    }

    /// The action for a code.
    pub const fn of(&self, code: Code) -> Action {
        self.0[code.index()]
    }

    /// A control as it is written, a word or a list between brackets; an error says what is wrong
    /// with it.
    pub fn of_control(written: &str) -> (Self, Result<(), String>) {
        let inside = written.strip_prefix('[').unwrap_or(written);
        let inside = inside.strip_suffix(']').unwrap_or(inside);
        match Self::of_word(inside) {
            Some(actions) => (actions, Ok(())),
            None => Self::of_list(inside),
        }
    }

    /// One of the four words, in any case of letters.
    pub fn of_word(word: &str) -> Option<Self> {
        let (success, otherwise) = match word.to_ascii_lowercase().as_str() {
            "required" => (Action::Ok, Action::Bad),
            "requisite" => (Action::Ok, Action::Die),
            "optional" => (Action::Ok, Action::Ignore),
            "sufficient" => (Action::Done, Action::Ignore),
            _ => return None,
        };
        let mut actions = Self::all(otherwise);
        actions.0[Code::SUCCESS.index()] = success;
        actions.0[Code::NEW_AUTHTOK_REQD.index()] = success;
        actions.0[Code::IGNORE.index()] = Action::Ignore;
        Some(actions)
    }

    /// `value=action …`, as it stands between brackets. What is not named is bad, and so is all of
    /// it where there is a mistake: the error then says which.
    pub fn of_list(text: &str) -> (Self, Result<(), String>) {
        match parse_list(text) {
            Ok(list) => {
                let fill = |action: Option<Action>| action.unwrap_or(Action::Bad);
                (Self(list.map(fill)), Ok(()))
            }
            Err(error) => (Self::all(Action::Bad), Err(error)),
        }
    }
}

/// What a misspelt word was probably meant to be, to stand behind the sentence that says so.
pub(crate) fn probably_meant<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(word, known).map_or_else(String::new, |meant| format!(" (is '{meant}' meant?)"))
}

fn parse_list(text: &str) -> Result<[Option<Action>; CODES], String> {
    let space = |c: char| c.is_ascii_whitespace() || c == '\x0b';
    let mut list = [None; CODES];
    let mut rest = text.trim_start_matches(space);
    while !rest.is_empty() {
        let at = rest;
        // libpam takes the first name that the text begins with, and none begins with another.
        let code = NAMES.iter().position(|name| rest.starts_with(name));
        let name = code.map_or("default", |index| NAMES[index]);
        rest = rest
            .strip_prefix(name)
            .ok_or_else(|| {
                let written = at.split(|c| c == '=' || space(c)).next().unwrap_or(at);
                let known = NAMES.into_iter().chain(["default"]);
                let meant = probably_meant(written, known);
                format!("'{at}' does not begin with the name of a return value{meant}")
            })?
            .trim_start_matches(space);
        rest = rest
            .strip_prefix('=')
            .ok_or_else(|| format!("'{at}' has no '=' after '{name}'"))?
            .trim_start_matches(space);
        let action;
        (action, rest) = parse_action(rest)?;
        match code {
            Some(index) => list[index] = Some(action),
            // What is named later still counts, what was named before stays.
            None => list
                .iter_mut()
                .for_each(|entry| *entry = entry.or(Some(action))),
        }
        rest = rest.trim_start_matches(space);
    }
    Ok(list)
}

fn parse_action(text: &str) -> Result<(Action, &str), String> {
    let words = [
        ("ignore", Action::Ignore),
        ("ok", Action::Ok),
        ("done", Action::Done),
        ("bad", Action::Bad),
        ("die", Action::Die),
        ("reset", Action::Reset),
    ];
    for (word, action) in words {
        if let Some(rest) = text.strip_prefix(word) {
            return Ok((action, rest));
        }
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    match number.parse::<i32>() {
        Ok(0) => Err("a jump of 0 is written 'ignore'".to_owned()),
        Ok(jump) => Ok((Action::Jump(jump.unsigned_abs()), rest)),
        Err(_) => {
            let end = text.find(|c: char| !c.is_ascii_alphanumeric());
            let written = &text[..end.unwrap_or(text.len())];
            let meant = probably_meant(written, words.map(|(word, _)| word));
            Err(format!(
                "'{text}' begins with no action: ignore, ok, done, bad, die, reset or a number{meant}"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lists_in_short() {
        let same = |word: &str, list: &str| {
            let (actions, mistake) = Actions::of_list(list);
            assert_eq!((Actions::of_word(word), Ok(())), (Some(actions), mistake));
        };
        same(
            "required",
            "success=ok new_authtok_reqd=ok ignore=ignore default=bad",
        );
        same(
            "Requisite",
            "success=ok new_authtok_reqd=ok ignore=ignore default=die",
        );
        same(
            "sufficient",
            "success=done new_authtok_reqd=done default=ignore",
        );
        same("optional", "success=ok new_authtok_reqd=ok default=ignore");
        assert_eq!(Actions::of_word("require"), None);
    }

    #[test]
    fn a_mistake_makes_everything_bad() {
        for list in [
            "succes=ok default=ignore",
            "success ok",
            "success=fine",
            "success=0",
            "success=99999999999",
            "default",
            "successful=ok",
        ] {
            let (actions, mistake) = Actions::of_list(list);
            assert_eq!(actions, Actions::all(Action::Bad), "{list}");
            assert!(mistake.is_err(), "{list}");
        }
    }

    #[test]
    fn a_misspelt_word_of_a_list_is_answered_with_the_one_that_was_meant() {
        for (list, meant) in [
            ("sucess=ok", "success"),
            ("success=ok defalt=ignore", "default"),
            ("auth-err=die", "auth_err"),
            ("success=dne", "done"),
            ("success=ignor default=bad", "ignore"),
        ] {
            let told = Actions::of_list(list).1.unwrap_err();
            let end = format!(" (is '{meant}' meant?)");
            assert!(told.ends_with(&end), "{told}");
        }
        let told = Actions::of_list("success=fine").1.unwrap_err();
        assert!(!told.contains("meant"), "{told}");
    }

    #[test]
    fn what_is_not_named_is_bad() {
        let (actions, mistake) =
            Actions::of_list(" success = 2 authinfo_unavail=ignoreauth_err=die");
        assert_eq!(mistake, Ok(()));
        assert_eq!(actions.of(Code::SUCCESS), Action::Jump(2));
        assert_eq!(actions.of(Code::AUTHINFO_UNAVAIL), Action::Ignore);
        assert_eq!(actions.of(Code::AUTH_ERR), Action::Die);
        assert_eq!(actions.of(Code::IGNORE), Action::Bad);
    }
}
