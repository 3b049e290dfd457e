//! Security questions and a whole password reset, with answers and passwords that are to be found nowhere.

use super::needles::Secrets;
use super::providers::Providers;
use super::{USER, expect_hidden};
use crate::reset::questions::{ROW, answer_all};
use crate::security_questions::{ANSWERS, IDS, answers_to, list};
use secinfo_tests::{ALICE, Client, Codes, PasswordHelper, ResetSocket, STRANGER, TestHost};
use serde_json::json;
use std::fmt::Write;

const WRONG_ANSWER: &str = "Brockengespenst";
const PASSWORD: &str = "Bergkristall-und-Haubentaucher-42";
const MISTYPED: &str = "Bergkristall-und-Haubentaucher-24";
const TOO_WEAK: &str = "Haselmaus-1";

fn add_answer(secrets: &mut Secrets, answer: &str) {
    let lower = answer.to_lowercase();
    for form in [answer, &lower, &lower.replace(' ', "")] {
        secrets.add("an answer", form);
    }
}

/// Sets up questions with the command.
fn enroll(host: &TestHost, secrets: &mut Secrets, codes: &mut Codes) {
    let mut lines = String::new();
    for (id, answer) in IDS.iter().zip(ANSWERS) {
        writeln!(lines, "{id}\n{answer}").unwrap();
        add_answer(secrets, answer);
    }
    let mut command = host.start_secinfo(ALICE, &["--json", "add", "security-questions"]);
    command.write(&lines);
    assert!(command.json_line()["security_questions"].is_object());
    expect_hidden(secrets, command.pid());
    let proof = codes.fresh();
    secrets.codes.insert(proof.clone());
    command.write(&format!("{proof}\n"));
    assert!(command.json_line()["enrollment"].is_object());
    command.finish().success();
}

/// Sets up questions, answers them at a gate, wrongly and rightly, proves the address, and sets a password
/// after others that the host refuses or that are not typed twice alike.
pub(super) async fn reset(
    host: &TestHost,
    providers: &Providers,
    secrets: &mut Secrets,
    alice: &Client,
    codes: &mut Codes,
) {
    enroll(host, secrets, codes);
    add_answer(secrets, WRONG_ANSWER);
    for password in [PASSWORD, MISTYPED, TOO_WEAK] {
        secrets.add("a password", password);
    }
    let helper = PasswordHelper::start(host, |method, parameters| {
        Some(match method {
            "Check" => json!({"account": "settable"}),
            "SetPassword" if parameters["password"] == TOO_WEAK => {
                json!({"outcome": "refused", "messages": ["It is too short."]})
            }
            "SetPassword" => json!({"outcome": "set", "messages": []}),
            _ => json!({"outcome": "unknown"}),
        })
    });
    let mut reset = ResetSocket::start(host, STRANGER, USER, &json!({})).unwrap();
    reset.choose(ROW).unwrap();
    let (listed, ..) = list(alice, "en").await;
    answer_all(&mut reset, |_| WRONG_ANSWER.to_owned());
    answer_all(&mut reset, |question| {
        answers_to(&[question.to_owned()], &listed)[0].to_owned()
    });
    let prompt = reset.prompt();
    assert!(prompt.starts_with("One more proof"), "{prompt}");

    let before = providers.codes("email");
    reset.choose("Email").unwrap();
    let code = providers.next_code("email", &before).await;
    secrets.codes.insert(code.clone());
    reset.answer(&code).unwrap();
    for (typed, again) in [
        (TOO_WEAK, TOO_WEAK),
        (PASSWORD, MISTYPED),
        (PASSWORD, PASSWORD),
    ] {
        assert!(reset.prompt().ends_with("New password: "));
        reset.answer(typed).unwrap().answer(again).unwrap();
    }
    assert_eq!(reset.ended().unwrap().0, "set");
    let set = helper.calls_of("SetPassword");
    let set: Vec<_> = set.iter().map(|call| &call["password"]).collect();
    assert_eq!(set, [TOO_WEAK, PASSWORD]);
}
