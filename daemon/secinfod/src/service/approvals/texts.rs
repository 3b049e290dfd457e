//! What a phone shows of a request.

use super::Question;
use secinfo_domain::Purpose;
use secinfo_pipush::Shown;
use secinfo_words::{Words, message};

/// What a phone shows of a request.
pub(super) struct Texts {
    pub(super) title: Shown,
    pub(super) text: Shown,
    /// What stands below the code, once the request was accepted.
    pub(super) below_code: String,
}

impl Texts {
    /// Those of this question, or of the test of a phone that is being added.
    pub(super) fn of(question: &Question<'_>, is_test: bool, host: &str) -> Self {
        let words = Words::of(question.language);
        let account = question.person.account.name.as_str().into();
        let host = || host.into();
        // The name that a far network gives itself must not push the account out of what is shown.
        let origin = shortened(question.origin);
        let has_origin = !origin.is_empty();
        // What a program of the user's own says of itself may be a lie.
        let is_own = question.is_own();
        let title = match (is_test, question.purpose) {
            (true, _) => words.say(message::PushTitleEnrollment { host: host() }),
            (false, Purpose::SignIn) if is_own => words.say(message::PushTitleOwn { host: host() }),
            (false, Purpose::SignIn) => words.say(message::PushTitleSignIn { host: host() }),
            (false, Purpose::PasswordReset) => {
                words.say(message::PushTitlePasswordReset { host: host() })
            }
        };
        let text = match (is_test, &question.by.service) {
            (true, _) => words.say(message::PushQuestionEnrollment { account }),
            (false, _) if is_own => words.say(message::PushQuestionOwn { account }),
            (false, None) => words.say(message::PushQuestionPlain {
                account,
                origin: origin.as_str().into(),
                has_origin,
            }),
            (false, Some(service)) => words.say(message::PushQuestion {
                service: service.as_str().into(),
                account,
                origin: origin.as_str().into(),
                has_origin,
            }),
        };
        Self {
            title: Shown::new(&title),
            text: Shown::new(&text),
            below_code: words
                .say(message::PushCodeMessage { host: host() })
                .to_string(),
        }
    }
}

/// As much of a place as an address has at most.
fn shortened(origin: &str) -> String {
    const LONGEST: usize = 45;
    if origin.chars().count() <= LONGEST {
        return origin.to_owned();
    }
    origin.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_whole_and_a_long_name_is_cut() {
        let address = "2001:0db8:85a3:0000:0000:8a2e:0370:7334";
        assert_eq!(shortened(address), address);
        let name = "n".repeat(200);
        assert_eq!(shortened(&name), format!("{}…", "n".repeat(44)));
    }
}
