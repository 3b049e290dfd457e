//! Codes: right, wrong and used ones, sent ones, and alternatives to the default method.

use super::{SignIn, plain};
use crate::sent_codes::MOBILE;
use secinfo_tests::{ALICE, App, Client, ROOT, Setup, TestHost, user_path};
use serde_json::json;

async fn alice_with_an_app(host: &TestHost) -> (Client, App) {
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;
    (alice, app)
}

#[tokio::test]
async fn a_code_of_the_app_is_accepted_and_after_a_wrong_or_used_one_another_is_asked_for() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (_alice, mut app) = alice_with_an_app(&host).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", &plain());
    let first = "Code from Authenticator app \"Phone\": ";
    assert_eq!(sign_in.prompt(), first, "there is no other way to ask for");
    assert!(sign_in.echoes());
    let wrong = app.codes.wrong();
    let again = format!("That code is not right. {first}");
    assert_eq!(sign_in.answer(&wrong).prompt(), again);
    let asked = sign_in.answer(&app.codes.again()).prompt().to_owned();
    let seconds = asked
        .strip_prefix("That code was used already: wait for the next one, in ")
        .and_then(|rest| rest.strip_suffix(&format!(" s.\n{first}")));
    let seconds: u32 = seconds.unwrap().parse().unwrap();
    assert!((1..=30).contains(&seconds), "{asked}");
    assert_eq!(sign_in.answer("").prompt(), first);
    let again = format!("There is no other way. {first}");
    assert_eq!(sign_in.answer(" ? ").prompt(), again);
    sign_in.answer(&app.codes.fresh()).ended("verified");
    assert_eq!(sign_in.told(), "");

    // The sign-in is finished, and its code is used up.
    let gone = sign_in.socket.answer("123456").unwrap_err();
    assert_eq!(gone.short(), "NoSignIn");
    let mut next = SignIn::at(&root, "sshd", &plain());
    next.answer(&app.codes.again()).shows("used already");
    let last = root.events().await.pop().unwrap();
    assert_eq!(last["type"], "verification-failed");
    assert_eq!(last["actor"]["service"], "sshd");
}

#[tokio::test]
async fn a_code_is_sent_at_once_and_another_on_request() {
    let setup = Setup::with_drift()
        .spool()
        .more("[policy.codes]\nresend_after = \"1s\"\n");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    let root = host.client(ROOT).await;
    let options = json!({"remote_host": "192.0.2.7"});
    let mut sign_in = SignIn::at(&root, "sshd", &options);
    let prompt = "Code sent by text to +49 *** **78 (Enter to send another): ";
    assert_eq!(sign_in.prompt(), prompt);
    let first = host.message(2).await;
    assert_eq!(
        (
            first.purpose.as_str(),
            first.service.as_str(),
            first.origin.as_str()
        ),
        ("sign-in", "sshd", "192.0.2.7")
    );
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(sign_in.answer("").prompt(), prompt);
    let second = host.message(3).await;
    sign_in.answer(&first.code).shows("not right");
    sign_in.answer(&second.code).ended("verified");
}

#[tokio::test]
async fn a_user_who_signs_in_again_at_once_is_told_when_the_next_code_can_be_sent() {
    let host = TestHost::with(Setup::with_drift().spool()).await;
    let alice = host.client(ALICE).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", &plain());
    sign_in.answer("").shows("Code sent by text");
    sign_in.shows("A code was sent a moment ago");
    let code = host.message(2).await.code;
    let mut other = SignIn::at(&root, "sshd", &plain());
    other.shows("Press Enter to have a code sent by text");
    other.shows("A code was sent a moment ago");
    other.answer(&code).shows("No code was sent yet");
    sign_in.answer(&code).ended("verified");
}

#[tokio::test]
async fn a_question_mark_lists_the_alternatives_and_each_of_them_works() {
    let host = TestHost::with(Setup::with_drift().spool()).await;
    let (alice, mut app) = alice_with_an_app(&host).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    let path = user_path(ALICE);
    let codes: Vec<String> = alice
        .call(&path, "User", "IssueRecoveryCodes", &())
        .await
        .unwrap();
    let root = host.client(ROOT).await;
    let (pass, _): (String, u64) = root
        .call(&path, "User", "IssueAccessPass", &(3600_u64, false, 0_u64))
        .await
        .unwrap();

    let mut sign_in = SignIn::at(&root, "su", &plain());
    let asked = "Code from Authenticator app \"Phone\", or ? for another way: ";
    assert_eq!(sign_in.prompt(), asked);
    let list = "Other ways:\n1. Text message to +49 *** **78\n2. Recovery code\n3. Access pass\n\
                Number, or Enter to go back: ";
    assert_eq!(sign_in.answer("?").prompt(), list);
    assert_eq!(sign_in.answer("9").prompt(), list);
    assert_eq!(sign_in.answer("0").prompt(), list);
    assert_eq!(sign_in.answer("").prompt(), asked);
    sign_in.answer("?").answer("1");
    sign_in.shows("Code sent by text to +49 *** **78 (Enter to send another, ? for another way)");
    let code = host.message(2).await.code;
    let list = "Other ways:\n1. Authenticator app \"Phone\"\n2. Recovery code\n3. Access pass\n";
    sign_in.answer("?").shows(list);
    sign_in.answer("").shows("Code sent by text");
    sign_in.answer(&code).ended("verified");
    assert_eq!(host.messages().len(), 2, "going back sends nothing again");

    let mut sign_in = SignIn::at(&root, "su", &plain());
    sign_in.answer("?").answer("2");
    assert_eq!(sign_in.prompt(), "Recovery code, or ? for another way: ");
    assert!(
        !sign_in.echoes(),
        "a person looking over the shoulder sees nothing"
    );
    sign_in.answer(&codes[0]).ended("verified");
    assert_eq!(sign_in.told(), "", "nine are enough");

    let mut sign_in = SignIn::at(&root, "su", &plain());
    sign_in.answer("?").answer("3");
    assert_eq!(sign_in.prompt(), "Access pass, or ? for another way: ");
    assert!(!sign_in.echoes());
    sign_in.answer(&pass).ended("verified");

    let mut sign_in = SignIn::at(&root, "su", &plain());
    sign_in.answer(&app.codes.fresh()).ended("verified");
}

#[tokio::test]
async fn a_user_with_few_recovery_codes_left_is_told() {
    let setup = Setup::with_drift().more("[policy.recovery-codes]\ncount = 5\n");
    let host = TestHost::with(setup).await;
    let (alice, _app) = alice_with_an_app(&host).await;
    let codes: Vec<String> = alice
        .call(&user_path(ALICE), "User", "IssueRecoveryCodes", &())
        .await
        .unwrap();
    let root = host.client(ROOT).await;
    let mut told = Vec::new();
    for code in &codes {
        let mut sign_in = SignIn::at(&root, "sshd", &plain());
        sign_in.answer("?").answer("1");
        sign_in.answer(code).ended("verified");
        told.push(sign_in.told());
    }
    let new = "For new ones: secinfo add recovery-codes";
    assert_eq!(
        told,
        [
            String::new(),
            format!("You have 3 recovery codes left. {new}"),
            format!("You have 2 recovery codes left. {new}"),
            format!("You have one recovery code left. {new}"),
            format!("That was your last recovery code. {new}"),
        ]
    );
    let sign_in = SignIn::at(&root, "sshd", &plain());
    assert_eq!(sign_in.prompt(), "Code from Authenticator app \"Phone\": ");
}

#[tokio::test]
async fn a_code_that_cannot_be_sent_leads_to_the_alternatives() {
    let mut host = TestHost::with(Setup::with_drift().spool()).await;
    let alice = host.client(ALICE).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    let settings = format!(
        "directory = \"{}\"\nfail = \"destination\"\n",
        host.spool().display()
    );
    host.write_settings("spool.toml", &settings);
    host.restart().await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", &plain());
    let enter = "Press Enter to have a code sent by text to +49 *** **78";
    let sorry = "The code could not be delivered there.";
    assert_eq!(sign_in.prompt(), format!("{sorry}\n{enter}: "));
    let (pass, _): (String, u64) = root
        .call(
            &user_path(ALICE),
            "User",
            "IssueAccessPass",
            &(3600_u64, false, 0_u64),
        )
        .await
        .unwrap();
    sign_in.answer("?").answer("1");
    sign_in.answer(&pass).ended("verified");

    let mut sign_in = SignIn::at(&root, "sshd", &plain());
    sign_in.shows("a moment ago");
    sign_in.answer("?").answer("1");
    sign_in.answer("?").answer("1");
    sign_in.shows(enter);
}

#[tokio::test]
async fn prompts_are_in_the_language_of_the_user_and_fit_on_one_line_of_a_greeter() {
    let host = TestHost::with(Setup::with_drift().spool()).await;
    let (alice, mut app) = alice_with_an_app(&host).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    let root = host.client(ROOT).await;
    let options = json!({"language": "de_AT.UTF-8", "display": "line", "set_up": true});
    let mut sign_in = SignIn::at(&root, "gdm-password", &options);
    assert_eq!(
        sign_in.prompt(),
        "Code von Authenticator-App „Phone“, oder ? für einen anderen Weg: "
    );
    assert_eq!(
        sign_in.answer("?").prompt(),
        "Andere Wege: 1. SMS an +49 *** **78; Nummer, oder Enter für zurück: "
    );
    sign_in.answer("");
    sign_in.answer(&app.codes.fresh()).ended("verified");
}

#[tokio::test]
async fn a_plain_display_is_shown_one_line_of_ascii_in_every_language() {
    let host = TestHost::with(Setup::with_drift().spool()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Büro „Möwe“ 東", 10).await;
    alice.prove(&mut app).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    let root = host.client(ROOT).await;
    for (language, code, ways, wrong) in [
        (
            "de_DE.UTF-8",
            "Code von Authenticator-App \"Buero \"Moewe\" Dong\", oder ? fuer einen anderen Weg: ",
            "Andere Wege: 1. SMS an +49 *** **78; Nummer, oder Enter fuer zurueck: ",
            "Der Code stimmt nicht. Code von ",
        ),
        (
            "fr_FR.UTF-8",
            "Code (Application d'authentification \"Buero \"Moewe\" Dong\"), ou ? pour un autre moyen : ",
            "Autres moyens : 1. SMS au +49 *** **78; Numero, ou Entree pour revenir : ",
            "Ce code n'est pas juste. Code (",
        ),
        (
            "C",
            "Code from Authenticator app \"Buero \"Moewe\" Dong\", or ? for another way: ",
            "Other ways: 1. Text message to +49 *** **78; Number, or Enter to go back: ",
            "That code is not right. Code from ",
        ),
    ] {
        let options = json!({"language": language, "display": "plain", "set_up": true});
        let mut sign_in = SignIn::at(&root, "cockpit", &options);
        assert_eq!(sign_in.prompt(), code, "{language}");
        assert_eq!(sign_in.answer("?").prompt(), ways, "{language}");
        sign_in.answer("").answer(&app.codes.wrong()).shows(wrong);
        sign_in.answer(&app.codes.fresh()).ended("verified");
    }
}

#[tokio::test]
async fn a_plain_display_offers_no_set_up_and_says_where_there_is_one() {
    let host = TestHost::with(Setup::with_drift().policy("required = 1\ngrace_days = 0")).await;
    let root = host.client(ROOT).await;
    for (language, told) in [
        (
            "C",
            "You need a method to verify that it is you, and cannot set one up here: sign in over SSH or at a \
             terminal to do so, or ask an administrator for an access pass.",
        ),
        (
            "de",
            "Sie brauchen eine Methode, sich auszuweisen, und koennen hier keine einrichten: Melden Sie sich dafuer \
             per SSH oder an einem Terminal an, oder bitten Sie die Administration um einen Zugangspass.",
        ),
        (
            "fr",
            "Il vous faut une methode pour prouver qui vous etes, et vous ne pouvez pas en installer ici : \
             connectez-vous pour cela par SSH ou dans un terminal, ou demandez un passe d'acces a un administrateur.",
        ),
    ] {
        let options = json!({"language": language, "display": "plain", "set_up": true});
        let sign_in = SignIn::at(&root, "cockpit", &options);
        sign_in.refused("no_method");
        assert_eq!(sign_in.step.messages, [told]);
    }
}

#[tokio::test]
async fn during_the_days_of_grace_a_plain_display_lets_in_without_asking() {
    let host = TestHost::with(Setup::with_drift().policy("required = 1\ngrace_days = 7")).await;
    let root = host.client(ROOT).await;
    let options = json!({"display": "plain", "set_up": true});
    SignIn::at(&root, "cockpit", &options).ended("postponed");
}

#[tokio::test]
async fn an_all_digit_password_locks_nobody() {
    let setup = Setup::with_drift()
        .spool()
        .more("[policy.throttle]\nfree = 2\nlock_after = 3\n[policy.session]\nattempts = 5\n");
    let host = TestHost::with(setup).await;
    let (alice, mut app) = alice_with_an_app(&host).await;
    let root = host.client(ROOT).await;
    let options = json!({"display": "line", "set_up": true});
    let password = app.codes.wrong();
    let before = root.events().await.len();
    // As Cockpit gives the password to each prompt of sudo, three times.
    for _ in 0..3 {
        let mut sign_in = SignIn::at(&root, "sudo", &options);
        for _ in 0..4 {
            sign_in.answer_with_password(&password);
            sign_in.shows("That is your password: here a code is asked for. Code from ");
        }
        sign_in.answer_with_password(&password);
        sign_in.refused("too_many_attempts");
    }
    assert_eq!(root.events().await.len(), before, "nothing was counted");
    let mut sign_in = SignIn::at(&root, "sudo", &options);
    sign_in.answer(&app.codes.fresh()).ended("verified");

    // Nor where recovery codes are asked for.
    let user = user_path(ALICE);
    let codes = alice.call(&user, "User", "IssueRecoveryCodes", &());
    let codes: Vec<String> = codes.await.unwrap();
    let before = root.events().await.len();
    let mut sign_in = SignIn::at(&root, "sudo", &options);
    sign_in.answer("?").answer("1");
    sign_in.answer_with_password("12345678");
    sign_in.shows("That is your password");
    assert_eq!(root.events().await.len(), before, "nothing was counted");
    sign_in.answer(&codes[0]).ended("verified");
}

#[tokio::test]
async fn the_password_proves_nothing_even_where_it_is_the_code() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (_alice, mut app) = alice_with_an_app(&host).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sudo", &plain());
    let code = app.codes.fresh();
    sign_in
        .answer_with_password(&code)
        .shows("That is your password");
    sign_in.answer(&code).ended("verified");
}

#[tokio::test]
async fn what_is_no_code_and_what_is_not_heard_is_answered_alike_whether_it_is_the_password_or_not()
{
    let setup = Setup::with_drift().more("[policy.throttle]\nfree = 1\nlock_after = 100\n");
    let host = TestHost::with(setup).await;
    let (_alice, app) = alice_with_an_app(&host).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sudo", &plain());
    sign_in.answer("hunter2");
    let no_code = sign_in.prompt().to_owned();
    assert_eq!(sign_in.answer_with_password("hunter2").prompt(), no_code);
    let wrong = app.codes.wrong();
    sign_in
        .answer(&wrong)
        .answer(&wrong)
        .shows("you have to wait");
    sign_in
        .answer_with_password(&wrong)
        .shows("you have to wait");
}
