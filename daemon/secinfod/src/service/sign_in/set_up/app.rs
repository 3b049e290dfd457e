//! Setting up an authenticator app.

use super::super::conversation::{SetUpStage, Turn};
use super::super::screen::{App, Screen, View};
use super::super::step::Step;
use crate::core::ServiceError;
use crate::messages::Part;
use crate::service::conversation::is_question;
use secinfo_channel::SecretText;
use secinfo_domain::Kind;
use std::sync::Arc;
use zeroize::Zeroizing;

impl Turn<'_> {
    pub(super) async fn begin_app(&mut self, kind: Kind) -> Result<Step, ServiceError> {
        let request = self.request(kind, None);
        let person = self.sign_in.person.clone();
        let (draft, _) = match self
            .parts
            .enrollments
            .draft(person, &self.sign_in.by, &request)
        {
            Ok(begun) => begun,
            Err(error) => {
                let note = self.cannot_add(error)?;
                return self.choose_again(Some(&note)).await;
            }
        };
        let presentation = draft
            .draft
            .details()
            .presentation
            .ok_or_else(|| ServiceError::Internal("an app came without its key".to_owned()))?;
        let app = Arc::new(App {
            draft,
            screen: Screen::of(presentation),
        });
        self.talk.wrong = 0;
        Ok(self.show_app(app, self.sign_in.first_view))
    }

    fn show_app(&mut self, app: Arc<App>, view: View) -> Step {
        let words = &self.sign_in.words;
        let screen = app.screen.draw(words, view);
        let prompt = self.app_prompt(&app, view);
        self.now_at(SetUpStage::App { app, view });
        let mut text = Zeroizing::new(String::with_capacity(screen.len() + prompt.len()));
        text.push_str(&screen);
        text.push_str(&prompt);
        self.sign_in.words.ask(None, &text, true)
    }

    fn app_prompt(&self, app: &App, view: View) -> SecretText {
        let words = &self.sign_in.words;
        let has_picture = app.screen.has_picture();
        if has_picture && view == View::Key {
            return words.say("app-prompt-key");
        }
        words.say_with("app-prompt", &[("picture", Part::Whether(has_picture))])
    }

    pub(super) async fn on_app(
        &mut self,
        app: &Arc<App>,
        view: View,
        answer: &str,
    ) -> Result<Step, ServiceError> {
        if is_question(answer) {
            return self.choose_again(None).await;
        }
        if answer.is_empty() {
            return Ok(self
                .sign_in
                .words
                .ask(None, &self.app_prompt(app, view), true));
        }
        let other_view = match (answer, view) {
            _ if !app.screen.has_picture() => None,
            ("q" | "Q", _) | ("i" | "I", View::Inverted) => Some(View::Picture),
            ("i" | "I", _) => Some(View::Inverted),
            _ => None,
        };
        if let Some(view) = other_view {
            return Ok(self.show_app(Arc::clone(app), view));
        }
        match self.finish(&app.draft, answer).await {
            Ok(Ok(())) => self.enrolled(app.draft.kind()).await,
            Ok(Err(Some(step))) => Ok(step),
            Ok(Err(None)) => {
                let note = self.sign_in.words.say("note-wrong");
                Ok(self
                    .sign_in
                    .words
                    .ask(Some(&note), &self.app_prompt(app, view), true))
            }
            Err(error) => {
                let note = self.cannot_add(error)?;
                self.choose_again(Some(&note)).await
            }
        }
    }
}
