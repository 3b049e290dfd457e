//! The dialogue for challenges of the form `answers`: each question, and a line for its answer.

use secinfo_terminal::echo::WithoutEcho;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_wire::Response;
use secinfo_words::message;
use std::io;
use zeroize::Zeroizing;

/// Whether a terminal shows answers while they are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Yes,
    No,
}

/// Asks one question; none at the end of input.
pub(crate) fn ask(
    screen: &Screen,
    question: &str,
    shown: Shown,
) -> Result<Option<Zeroizing<String>>, Failure> {
    screen.note(question)?;
    let unseen = match shown {
        Shown::No if screen.interactive => WithoutEcho::on(io::stdin()).ok(),
        _ => None,
    };
    let answer = screen.ask(&screen.words.say(message::AddQuestionsAnswer))?;
    if unseen.is_some() {
        // The line that Enter has not ended on the screen.
        screen.note("")?;
    }
    Ok(answer)
}

/// Asks all questions; none at the end of input.
pub(crate) fn ask_all(
    screen: &Screen,
    questions: &[String],
    shown: Shown,
) -> Result<Option<Response>, Failure> {
    let mut answers = Vec::new();
    for question in questions {
        match ask(screen, question, shown)? {
            Some(answer) => answers.push(answer.as_str().into()),
            None => return Ok(None),
        }
    }
    Ok(Some(Response::Answers(answers)))
}
