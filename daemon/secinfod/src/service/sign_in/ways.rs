//! Choosing another way to verify.

use super::conversation::{Stage, Turn};
use super::step::Step;
use crate::core::ServiceError;
use crate::messages::Part;
use crate::service::conversation::numbered;
use secinfo_channel::SecretText;
use secinfo_domain::MethodId;

impl Turn<'_> {
    /// Lists the other ways. `back` says whether one can go back to the method that is asked now.
    pub(super) fn list_ways(
        &mut self,
        note: Option<&SecretText>,
        back: bool,
    ) -> Result<Step, ServiceError> {
        let words = &self.sign_in.words;
        let others = self.others()?;
        let rows: Vec<_> = others.iter().map(|way| words.way(way)).collect();
        let prompt = words.say_with("ways-prompt", &[("back", Part::Whether(back))]);
        self.talk.stage = Stage::Ways {
            ways: others.iter().map(|way| way.method).collect(),
            back,
        };
        Ok(words.ask_number(note, &words.say("ways-lead"), &rows, &prompt))
    }

    pub(super) async fn on_ways(
        &mut self,
        ways: &[MethodId],
        back: bool,
        answer: &str,
    ) -> Result<Step, ServiceError> {
        if back && answer.is_empty() {
            return self.go_back().await;
        }
        match numbered(ways, answer) {
            Some(way) => self.ask(way).await,
            None => self.list_ways(None, back),
        }
    }
}
