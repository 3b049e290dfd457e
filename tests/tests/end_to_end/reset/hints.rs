//! The masked destination of a code: shown where policy says so, and then until the code is right.

use super::{begin, send, with_phone_and_address};
use secinfo_tests::{ALICE_NAME, PasswordHelper};

#[tokio::test]
async fn a_hint_is_shown_again_after_a_wrong_code_and_where_no_other_was_sent() {
    let rules = "gates = \"one\"\nshow_hints = true";
    let (host, _alice) = with_phone_and_address(rules).await;
    let _helper = PasswordHelper::willing(&host);
    let mut reset = begin(&host, ALICE_NAME);
    let text = send(&host, &mut reset, "Text message").await;
    let prompt = reset.prompt();
    assert!(
        prompt.contains("a code was sent to") && prompt.contains("78"),
        "{prompt}"
    );
    let code: u32 = text.code.parse().unwrap();
    let wrong = format!("{:06}", (code + 1) % 1_000_000);
    for answer in [wrong.as_str(), "hunter2", ""] {
        reset.answer(answer).unwrap();
        let again = reset.prompt();
        assert!(again.ends_with(&prompt), "{again}");
        assert_eq!(again == prompt, answer.is_empty(), "{again}");
    }
    reset.answer(&text.code).unwrap();
    assert_eq!(reset.prompt(), "New password: ");
}

#[tokio::test]
async fn without_hints_no_prompt_tells_of_a_destination() {
    let (host, _alice) = with_phone_and_address("gates = \"one\"\nattempts = 20").await;
    let _helper = PasswordHelper::willing(&host);
    let transcript = |name| {
        let mut reset = begin(&host, name);
        for row in ["Text message", "Email", "Phone call"] {
            reset.choose(row).unwrap();
            for answer in ["123456", "", "?"] {
                reset.answer(answer).unwrap();
            }
        }
        reset.transcript
    };
    let of_alice = transcript(ALICE_NAME);
    assert_eq!(of_alice, transcript("no-such-user"));
    let told = of_alice.concat();
    assert!(
        !told.contains("78") && !told.contains('@') && !told.contains('*'),
        "{told}"
    );
}
