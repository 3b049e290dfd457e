//! Signing in by approving on the phone: the daemon, the process that phones talk to, and a simulated phone.

use super::*;
use crate::sent_codes::ADDRESS;
use secinfo_test_phone::Choice;
use secinfo_tests::{ALICE, App, PhoneUser, ROOT, Relay, Setup, TestHost, user_path};
use std::fs;
use std::time::Duration;

/// Requests may follow each other at once.
const QUICK: &str = "ask_after = \"5s\"\n";

/// A host on which Alice has an authenticator app and a phone, which is asked first.
struct Phones {
    relay: Relay,
    host: TestHost,
    root: Client,
    alice: Client,
    app: App,
    phone: PhoneUser,
}

impl Phones {
    async fn new() -> Self {
        Self::with(Setup::with_drift()).await
    }

    async fn with(setup: Setup) -> Self {
        let (relay, host) = Relay::with_host(setup).await;
        let alice = host.client(ALICE).await;
        let app = alice.enroll_app("Old phone", 10).await;
        let phone = alice.enroll_phone(&relay).await;
        Self {
            root: host.client(ROOT).await,
            relay,
            host,
            alice,
            app,
            phone,
        }
    }

    /// A sign-in of Alice to sshd, after her password.
    fn sign_in(&self) -> SignIn {
        SignIn::at(&self.root, "sshd", &over_ssh())
    }

    /// How many events of this type the log has.
    async fn count(&self, name: &str) -> usize {
        let types = types(&self.root).await;
        types.iter().filter(|known| *known == name).count()
    }

    /// Waits until no request is open any more.
    async fn withdrawn(&self) {
        while self.phone.is_asked(&self.relay).await {
            tokio::task::yield_now().await;
        }
    }

    /// A sign-in whose request is declined so.
    async fn declined(&mut self, choice: Choice<'_>) -> SignIn {
        let sign_in = self.sign_in();
        let request = self.phone.request().await;
        assert!(self.phone.answer(&request, choice).await.counted);
        sign_in
    }
}

/// After the password, from elsewhere.
fn over_ssh() -> Value {
    json!({"set_up": true, "remote_host": "203.0.113.7"})
}

const PROMPT: &str = "Open privacyIDEA Authenticator (open already? pull down), approve, and type the\n\
                      7-digit code. The 6-digit code of your app works too; ? for another way: ";

#[tokio::test]
async fn the_code_that_the_phone_shows_after_approving_signs_in_once() {
    let mut phones = Phones::new().await;
    let mut sign_in = phones.sign_in();
    assert_eq!(sign_in.prompt(), PROMPT);
    assert!(sign_in.echoes());
    let request = phones.phone.request().await;
    assert!(request.title.starts_with("Sign-in to "), "{request:?}");
    assert_eq!(request.question, "sshd from 203.0.113.7 as daemon");
    assert!(request.numbers.is_empty());
    // Nothing is right before it is approved, and nothing is a guess.
    sign_in
        .answer("")
        .shows("Your phone has not approved this yet.");
    sign_in
        .answer("1234567")
        .shows("Your phone has not approved this yet.");
    assert_eq!(phones.count("verification-failed").await, 0);
    let accepted = phones.phone.answer(&request, Choice::Accept).await;
    let code = accepted.code.unwrap();
    assert_eq!(code.len(), 7);
    sign_in.answer("").shows("Your phone has approved this.");
    sign_in.answer(&code).ended("verified");

    // Closing the code on the phone posts a refusal, which is none.
    assert!(!phones.phone.answer(&request, Choice::Done).await.counted);
    assert!(!phones.phone.is_asked(&phones.relay).await);
    // The code is of that sign-in alone, and the next one need not wait.
    let mut next = phones.sign_in();
    assert_eq!(next.prompt(), PROMPT);
    next.answer(&code).shows("not approved");
    let other = phones.phone.approve().await;
    if code != other {
        next.answer(&code).shows("That code is not right.");
    }
    next.answer(&other).ended("verified");
    let log = phones.host.log();
    assert!(
        !log.contains(&code) && !log.contains(&request.nonce),
        "{log}"
    );
}

#[tokio::test]
async fn the_six_digits_of_the_app_sign_in_at_the_same_prompt_and_withdraw_the_request() {
    let mut phones = Phones::new().await;
    let mut sign_in = phones.sign_in();
    assert_eq!(sign_in.prompt(), PROMPT);
    let request = phones.phone.request().await;
    sign_in
        .answer(&phones.app.codes.wrong())
        .shows("That code is not right. Open privacyIDEA");
    sign_in
        .answer("12345")
        .shows("That is no code: the code on your phone has 7 digits.");
    sign_in.answer(&phones.app.codes.fresh()).ended("verified");
    let late = phones.phone.answer(&request, Choice::Accept).await;
    assert!(!late.counted && late.code.is_none(), "{late:?}");
    assert_eq!(
        phones.count("approval-answered").await,
        1,
        "that of adding the phone"
    );
}

#[tokio::test]
async fn wrong_codes_of_a_phone_count_and_lock_it_as_others_do() {
    let throttle = "[policy.throttle]\nfree = 2\nlock_after = 3\nlongest_wait = \"1s\"\n";
    let mut phones = Phones::with(Setup::with_drift().more(throttle)).await;
    let mut sign_in = phones.sign_in();
    let code = phones.phone.approve().await;
    let beside = |by| format!("{:07}", (code.parse::<u32>().unwrap() + by) % 10_000_000);
    sign_in.answer(&beside(1)).shows("That code is not right.");
    sign_in.answer(&beside(1)).shows("That code is not right.");
    assert_eq!(
        phones.count("verification-failed").await,
        1,
        "the same again is no guess"
    );
    sign_in.answer(&beside(2)).shows("That code is not right.");
    while sign_in
        .answer(&beside(3))
        .prompt()
        .contains("you have to wait")
    {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    sign_in.shows("Wrong codes locked this method for 5 minutes.");
    sign_in.shows("Other ways:");
    assert_eq!(phones.count("locked").await, 1);
}

#[tokio::test]
async fn of_two_sign_ins_at_once_the_second_is_told_and_has_its_other_ways() {
    let mut phones = Phones::new().await;
    let mut first = phones.sign_in();
    let mut second = phones.sign_in();
    second.shows(
        "Another request is open on your phone, or was a moment ago: the next can be sent in ",
    );
    second.shows("Press Enter to approve on your phone, or type the 6-digit code of your app; ? for another way: ");
    second.answer("").shows("Another request is open");
    let code = phones.phone.approve().await;
    assert!(
        !phones.phone.is_asked(&phones.relay).await,
        "there is one request"
    );
    assert_eq!(phones.count("approval-requested").await, 2);
    // Its code is for the sign-in that has asked.
    second.answer(&code).shows("No code was sent yet.");
    second.answer(&phones.app.codes.fresh()).ended("verified");
    first.answer(&code).ended("verified");
}

#[tokio::test]
async fn not_me_ends_the_sign_in_pauses_requests_and_is_told_by_every_other_means() {
    let mut phones = Phones::with(Setup::with_drift().spool()).await;
    phones
        .alice
        .enroll_destination(&phones.host, "email", ADDRESS, None)
        .await;
    let told = phones.host.notices().len();
    let mut sign_in = phones.declined(Choice::NotMe).await;
    // Whatever is typed now: a code that would be right as well.
    sign_in
        .answer(&phones.app.codes.fresh())
        .refused("declined");
    assert!(
        sign_in
            .told()
            .contains("declined on the phone as another person's"),
        "{}",
        sign_in.told()
    );
    let notice = phones.host.notice(told + 1).await;
    let said = "A sign-in was declined on your phone as another person's: sshd, from 203.0.113.7. Somebody \
                knows your password: change it.";
    assert!(notice.text.contains(said), "{}", notice.text);
    assert_eq!(phones.host.notices().len(), told + 1);
    assert!(
        phones
            .host
            .log()
            .contains("on their phone as another person's")
    );

    // The next one does not ask the phone, says so, and asks for the app.
    let mut next = phones.sign_in();
    next.shows(
        "Requests to your phone are paused for 15 minutes, because a sign-in was declined there",
    );
    next.shows("Code from Authenticator app \"Old phone\", or ? for another way: ");
    assert!(!phones.phone.is_asked(&phones.relay).await);
    next.answer(&phones.app.codes.fresh()).ended("verified");
    assert_eq!(phones.count("locked").await, 0);
    // An administrator ends the pause.
    let user = user_path(ALICE);
    let () = phones
        .root
        .call(&user, "User", "Unlock", &())
        .await
        .unwrap();
    let next = phones.sign_in();
    assert!(!next.prompt().contains("paused"), "{:?}", next.prompt());
}

#[tokio::test]
async fn not_me_counts_when_whoever_began_the_sign_in_has_given_up() {
    let mut phones = Phones::new().await;
    let sign_in = phones.sign_in();
    let request = phones.phone.request().await;
    drop(sign_in);
    phones.withdrawn().await;
    assert!(phones.phone.answer(&request, Choice::NotMe).await.counted);
    phones
        .sign_in()
        .shows("Requests to your phone are paused for 15 minutes");
}

#[tokio::test]
async fn a_sign_in_that_its_user_cancels_on_the_phone_ends_and_pauses_nothing() {
    let push = format!("[policy.push]\n{QUICK}");
    let mut phones = Phones::with(Setup::with_drift().more(&push)).await;
    let mut sign_in = phones.declined(Choice::Cancel).await;
    sign_in.answer("").refused("declined");
    assert!(
        sign_in
            .told()
            .contains("You declined this sign-in on your phone"),
        "{}",
        sign_in.told()
    );
    phones.sign_in().shows("the next can be sent in ");
}

#[tokio::test]
async fn a_sign_in_that_ends_withdraws_its_request() {
    let mut phones = Phones::new().await;
    let sign_in = phones.sign_in();
    let request = phones.phone.request().await;
    drop(sign_in);
    phones.withdrawn().await;
    let late = phones.phone.answer(&request, Choice::Accept).await;
    assert!(!late.counted && late.code.is_none(), "{late:?}");
    phones
        .sign_in()
        .shows("Another request is open on your phone, or was a moment ago");
}

#[tokio::test]
async fn without_a_first_factor_the_phone_is_asked_when_the_user_wishes_it() {
    let mut phones = Phones::new().await;
    let mut sign_in = SignIn::at(&phones.root, "sshd", &plain());
    let prompt = "Press Enter to approve on your phone, or type the 6-digit code of your app;\n? for another way: ";
    assert_eq!(sign_in.prompt(), prompt);
    assert!(!phones.phone.is_asked(&phones.relay).await);
    assert_eq!(
        phones.count("approval-requested").await,
        1,
        "that of adding the phone"
    );
    assert_eq!(sign_in.answer("").prompt(), PROMPT);
    let code = phones.phone.approve().await;
    // Going to the other ways and back loses nothing.
    sign_in.answer("?").shows("1. Authenticator app");
    assert_eq!(sign_in.answer("").prompt(), PROMPT);
    sign_in.answer(&code).ended("verified");
}

#[tokio::test]
async fn while_phones_cannot_reach_the_host_the_prompt_says_so_and_the_app_signs_in() {
    let mut phones = Phones::new().await;
    phones.relay.kill();
    let mut sign_in = loop {
        let sign_in = phones.sign_in();
        if !sign_in.prompt().starts_with("Open ") {
            break sign_in;
        }
    };
    let prompt = "Your phone cannot be asked at the moment.\n\
                  Press Enter to approve on your phone, or type the 6-digit code of your app;\n\
                  ? for another way: ";
    assert_eq!(sign_in.prompt(), prompt);
    sign_in.answer(&phones.app.codes.fresh()).ended("verified");
}

#[tokio::test]
async fn at_the_console_a_number_is_chosen_on_the_phone_where_policy_says_so() {
    let push = "[policy.push]\nnumber = [\"login\", \"sshd\"]\n";
    let mut phones = Phones::with(Setup::with_drift().more(push)).await;
    let console = json!({"set_up": true, "tty": "tty1"});
    let mut sign_in = SignIn::at(&phones.root, "login", &console);
    let request = phones.phone.request().await;
    assert_eq!(request.numbers.len(), 10);
    let number = number_in(&sign_in);
    assert!(request.numbers.contains(&number), "{request:?}");
    // A bare yes is none.
    assert!(!phones.phone.answer(&request, Choice::Accept).await.counted);
    assert!(
        phones
            .phone
            .answer(&request, Choice::Number(&number))
            .await
            .counted
    );
    sign_in.answer("").ended("verified");

    // Another number voids the request, and counts as a wrong code.
    let mut sign_in = SignIn::at(&phones.root, "login", &console);
    let request = phones.phone.request().await;
    let number = number_in(&sign_in);
    let wrong = request
        .numbers
        .iter()
        .find(|offered| **offered != number)
        .unwrap();
    assert!(
        !phones
            .phone
            .answer(&request, Choice::Number(wrong))
            .await
            .counted
    );
    assert!(
        !phones
            .phone
            .answer(&request, Choice::Number(&number))
            .await
            .counted
    );
    sign_in.answer("").shows(
        "Another number was chosen on your phone, which counts as a wrong code. Press Enter",
    );
    assert_eq!(phones.count("verification-failed").await, 1);
    sign_in.answer(&phones.app.codes.fresh()).ended("verified");
}

#[tokio::test]
async fn from_elsewhere_no_number_is_chosen_whatever_policy_says() {
    let push = "[policy.push]\nnumber = [\"login\", \"sshd\"]\n";
    let mut phones = Phones::with(Setup::with_drift().more(push)).await;
    for (service, options) in [
        ("sshd", over_ssh()),
        ("login", json!({"set_up": true, "tty": "pts/0"})),
        (
            "login",
            json!({"set_up": true, "tty": "tty1", "remote_host": "203.0.113.7"}),
        ),
    ] {
        let mut sign_in = SignIn::at(&phones.root, service, &options);
        assert_eq!(sign_in.prompt(), PROMPT, "{service} {options}");
        let code = phones.phone.approve().await;
        sign_in.answer(&code).ended("verified");
    }
}

#[tokio::test]
async fn what_is_not_approved_in_time_is_asked_again_when_the_user_wishes_it() {
    let directory = tempfile::tempdir().unwrap();
    let clock = directory.path().join("clock");
    let ahead = |seconds: u32| fs::write(&clock, format!("+{seconds}s")).unwrap();
    ahead(0);
    let push = "[policy.push]\nlife = \"30s\"\nask_after = \"5s\"\n";
    let setup = Setup::with_drift().clock(&clock).more(push);
    let mut phones = Phones::with(setup).await;
    let mut sign_in = phones.sign_in();
    let code = phones.phone.approve().await;
    ahead(31);
    sign_in
        .answer(&code)
        .shows("The request was not approved in time. Press Enter");
    assert_eq!(
        phones.count("approval-requested").await,
        2,
        "none is sent unasked"
    );
    assert_eq!(
        sign_in.answer("").prompt(),
        format!("The request was not approved in time.\n{PROMPT}")
    );
    let code = phones.phone.approve().await;
    sign_in.answer(&code).ended("verified");

    // Three that are given up pause requests until another method is proved.
    for number in 1..4 {
        ahead(31 + 6 * number);
        let sign_in = phones.sign_in();
        assert_eq!(sign_in.prompt(), PROMPT);
        drop(sign_in);
        phones.withdrawn().await;
    }
    ahead(56);
    let mut next = phones.sign_in();
    next.shows("Too many requests to your phone were not approved: it is asked again in 15 minutes, or once");
    next.answer(&phones.app.codes.at(2)).ended("verified");
    assert_eq!(phones.sign_in().prompt(), PROMPT);
}

#[tokio::test]
async fn the_prompt_is_one_line_in_every_language() {
    let mut phones = Phones::new().await;
    for (language, begins, title) in [
        (
            "de_DE.UTF-8",
            "Öffnen Sie privacyIDEA Authenticator",
            "Anmeldung an ",
        ),
        (
            "fr_FR.UTF-8",
            "Ouvrez privacyIDEA Authenticator",
            "Connexion à ",
        ),
        ("C", "Open privacyIDEA Authenticator", "Sign-in to "),
    ] {
        let options = json!({"set_up": true, "language": language, "display": "line"});
        let mut sign_in = SignIn::at(&phones.root, "cockpit", &options);
        assert!(
            sign_in.prompt().starts_with(begins),
            "{:?}",
            sign_in.prompt()
        );
        assert!(!sign_in.prompt().contains('\n'), "{:?}", sign_in.prompt());
        let request = phones.phone.request().await;
        assert!(request.title.starts_with(title), "{request:?}");
        let accepted = phones.phone.answer(&request, Choice::Accept).await;
        sign_in.answer(&accepted.code.unwrap()).ended("verified");
    }
}

/// The number that is to be chosen on the phone.
fn number_in(sign_in: &SignIn) -> String {
    let prompt = sign_in.prompt();
    assert!(prompt.contains("press Enter here"), "{prompt:?}");
    let (_, number) = prompt.split_once("choose ").unwrap();
    number[..2].to_owned()
}
