//! Phone numbers and addresses that policy has confirmed from time to time.

use crate::sent_codes::{ADDRESS, MOBILE};
use crate::terminal::phone::secinfo;
use secinfo_tests::{ALICE, Pty, Setup, TestHost};
use std::fs;

const QUESTION: &str = "still yours? Confirm it by a code: secinfo verify --method ";

#[tokio::test]
async fn a_number_and_an_address_are_to_be_confirmed_by_a_code_after_the_days_of_policy() {
    let files = tempfile::tempdir().unwrap();
    let clock = files.path().join("clock");
    fs::write(&clock, "-31d").unwrap();
    let setup = Setup::new()
        .clock(&clock)
        .spool()
        .policy("reconfirm_days = 30")
        .more("[policy.reset]\nenabled = true\n");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    alice
        .enroll_destination(&host, "email", ADDRESS, None)
        .await;
    fs::write(&clock, "+0d").unwrap();
    let shown = || host.secinfo(ALICE, &[], "").success().stdout;
    let asked = shown();
    let unwrapped = asked.split_whitespace().collect::<Vec<_>>().join(" ");
    for question in ["1 2 Email", "2 --purpose password-reset Change"] {
        let question = format!("{QUESTION}{question}");
        assert!(unwrapped.contains(&question), "{asked}");
    }

    let pty = Pty::open();
    for words in [
        &["verify", "--method", "1"][..],
        &["verify", "--method", "2", "--purpose", "password-reset"],
    ] {
        let before = host.messages().len();
        let mut command = pty.run(&secinfo(&host, "C.UTF-8", words));
        let code = host.message(before + 1).await.code;
        command.when_asked("ode", &code);
        let (status, said) = command.ended();
        assert!(status.success(), "{said}");
    }
    assert!(!shown().contains(QUESTION), "{}", shown());
}
