//! What phones post.

use crate::form::Form;
use crate::{Answer, AppVersion, Error, Rollout, TokenUpdate};

/// What a phone posts.
#[derive(Clone, PartialEq, Eq)]
pub enum Posted {
    /// Nothing: the app of one system tries the network first. Any reply serves.
    Nothing,
    /// A registration.
    Rollout(Box<Rollout>),
    /// The name that a push service knows it by.
    TokenUpdate(TokenUpdate),
    /// An answer to a request.
    Answer(Answer),
}

/// Reads the body of a `POST`, which is a form. `user_agent` is that header's value.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Key`].
pub fn read_posted(body: &[u8], user_agent: &str) -> Result<Posted, Error> {
    let form = Form::read(body)?;
    if form.is_empty() {
        Ok(Posted::Nothing)
    } else if form.has(Rollout::FIELD) {
        let app = AppVersion::of_user_agent(user_agent);
        Ok(Posted::Rollout(Box::new(Rollout::read(&form, app)?)))
    } else if form.has(TokenUpdate::FIELD) {
        Ok(Posted::TokenUpdate(TokenUpdate::read(&form)?))
    } else {
        Ok(Posted::Answer(Answer::read(&form)?))
    }
}
