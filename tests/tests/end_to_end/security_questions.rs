//! Security questions: chosen from the list, answered twice, asked in a password reset only.

use secinfo_tests::{
    ALICE, ALICE_NAME, App, BOB, Client, ROOT_PATH, Refusal, Setup, TestHost, user_path,
};
use secinfo_wire::{Enrolled, EnrollmentDetails, Proof, Response, VerificationChallenge};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;
use zbus::{OwnedObjectPath, Variant};

type Options = HashMap<&'static str, Variant<'static>>;

pub(crate) const IDS: [&str; 5] = [
    "first-pet",
    "first-concert",
    "parents-met",
    "first-employer",
    "childhood-street",
];
pub(crate) const ANSWERS: [&str; 5] = [
    "Xylophonius",
    "Die Zwölf Tenöre",
    "an der Großen Straße",
    "Quuxwerke",
    "Narrow Lane",
];

fn options(ids: &[&'static str], answers: &[&'static str]) -> Options {
    Options::from([
        ("questions", Variant::from(ids.to_vec())),
        ("answers", Variant::from(answers.to_vec())),
        ("forms", Variant::from(vec!["answers"])),
        ("language", Variant::from("de_DE.UTF-8")),
    ])
}

async fn start(
    client: &Client,
    options: Options,
) -> Result<(OwnedObjectPath, EnrollmentDetails), Refusal> {
    client.start_enrollment("security-questions", options).await
}

async fn submit<R: serde::de::DeserializeOwned + zbus::Type>(
    client: &Client,
    session: &OwnedObjectPath,
    interface: &str,
    answers: &[&str],
) -> Result<R, Refusal> {
    let answers = answers.iter().map(|answer| (*answer).into());
    let response = Response::Answers(answers.collect());
    client
        .call(session.as_str(), interface, "Submit", &response)
        .await
}

pub(crate) async fn enroll(client: &Client, answers: &[&'static str; 5]) -> String {
    enroll_chosen(client, &IDS, answers).await
}

/// Sets up these questions with these answers.
pub(crate) async fn enroll_chosen(
    client: &Client,
    ids: &[&'static str],
    answers: &[&'static str],
) -> String {
    let (session, _) = start(client, options(ids, answers)).await.unwrap();
    let enrolled = submit::<Enrolled>(client, &session, "Enrollment", answers);
    enrolled.await.unwrap().method.to_string()
}

async fn start_reset(
    client: &Client,
    language: &'static str,
) -> Result<(OwnedObjectPath, VerificationChallenge), Refusal> {
    let options = Options::from([
        ("forms", Variant::from(vec!["answers"])),
        ("language", Variant::from(language)),
    ]);
    let body = (ALICE, "password-reset", "", options);
    client
        .call(ROOT_PATH, "Manager", "StartVerification", &body)
        .await
}

fn questions(challenge: &VerificationChallenge) -> Vec<String> {
    match &challenge.challenge {
        secinfo_wire::Challenge::Answers { questions } => questions.clone(),
        other => panic!("{other:?}"),
    }
}

/// The right answers to these questions, as `listed` has them in the same language.
pub(crate) fn answers_to(asked: &[String], listed: &[(String, String)]) -> Vec<&'static str> {
    let answer = |question: &String| {
        let (id, _) = listed.iter().find(|(_, text)| text == question).unwrap();
        ANSWERS[IDS.iter().position(|known| known == id).unwrap()]
    };
    asked.iter().map(answer).collect()
}

pub(crate) async fn list(client: &Client, language: &str) -> (Vec<(String, String)>, u32, u32) {
    client
        .call(ROOT_PATH, "Manager", "ListQuestions", &language)
        .await
        .unwrap()
}

async fn alice_with_an_app(host: &TestHost) -> (Client, App) {
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 10).await;
    (alice, app)
}

/// Whether a file below the directory holds the text, in any case.
fn is_written_below(directory: &Path, text: &str) -> bool {
    let text = text.to_lowercase();
    std::fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return is_written_below(&path, &text);
        }
        let content = std::fs::read(&path).unwrap_or_default();
        String::from_utf8_lossy(&content)
            .to_lowercase()
            .contains(&text)
    })
}

#[tokio::test]
async fn questions_are_answered_twice_and_then_some_of_them_in_a_password_reset() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (alice, _) = alice_with_an_app(&host).await;
    let (german, to_enrol, to_answer) = list(&alice, "de_DE.UTF-8").await;
    assert_eq!((to_enrol, to_answer), (5, 3));
    assert!(german.contains(&(
        "first-pet".to_owned(),
        "Wie hieß Ihr erstes Haustier?".to_owned()
    )));

    let (session, details) = start(&alice, options(&IDS, &ANSWERS)).await.unwrap();
    let secinfo_wire::Challenge::Answers { questions: asked } = &details.challenge else {
        panic!("{:?}", details.challenge);
    };
    assert_eq!(asked.len(), 5);
    let mut mistyped = ANSWERS;
    mistyped[3] = "Quuxwerk";
    let wrong = submit::<Enrolled>(&alice, &session, "Enrollment", &mistyped).await;
    assert_eq!(wrong.unwrap_err().short(), "WrongCode");
    let too_few = submit::<Enrolled>(&alice, &session, "Enrollment", &ANSWERS[..3]).await;
    assert_eq!(too_few.unwrap_err().short(), "WrongForm");
    let upper = ANSWERS.map(|answer| format!("  {} ", answer.to_uppercase()));
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    let enrolled = submit::<Enrolled>(&alice, &session, "Enrollment", &upper)
        .await
        .unwrap();
    assert!(!enrolled.became_default);
    let method = enrolled.method;

    // Beginning again wins no other questions, and a language changes only their words.
    let (_, first) = start_reset(&alice, "fr_FR.UTF-8").await.unwrap();
    let (verification, challenge) = start_reset(&alice, "de_DE.UTF-8").await.unwrap();
    assert_eq!(challenge.method, method);
    assert_ne!(questions(&first), questions(&challenge));
    let (_, same) = start_reset(&alice, "de_DE.UTF-8").await.unwrap();
    let asked = questions(&challenge);
    assert_eq!(questions(&same), asked);
    assert_eq!(asked.len(), 3);

    let mut wrong = answers_to(&asked, &german);
    wrong[1] = "Somewhere";
    let refusal = submit::<Proof>(&alice, &verification, "Verification", &wrong).await;
    assert_eq!(refusal.unwrap_err().short(), "WrongCode");
    let (_, others) = start_reset(&alice, "de_DE.UTF-8").await.unwrap();
    let others = questions(&others);
    let new = others.iter().filter(|text| !asked.contains(text)).count();
    assert_eq!(new, 2, "{others:?} after {asked:?}");
    let right = answers_to(&others, &german);
    let proof = submit::<Proof>(&alice, &verification, "Verification", &right)
        .await
        .unwrap();
    assert_eq!(
        (proof.kind.as_str(), proof.strength.as_str()),
        ("security-questions", "knowledge")
    );

    for answer in ANSWERS {
        assert!(!is_written_below(host.directory(), answer), "{answer}");
    }
}

#[tokio::test]
async fn they_serve_no_sign_in_and_prove_nothing_that_changes_security_info() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (alice, app) = alice_with_an_app(&host).await;
    let method = enroll(&alice, &ANSWERS).await;
    assert_eq!(alice.default_of(ALICE).await, app.path);
    let path = zbus::ObjectPath::try_from(method.as_str()).unwrap();
    let body = (&path,);
    let refusal = alice
        .refused(&user_path(ALICE), "User", "SetDefault", &body)
        .await;
    assert_eq!(refusal.short(), "NotForThisPurpose");
    let body = (
        ALICE,
        "sign-in",
        "",
        path.clone(),
        Response::Answers(vec!["a".into(); 3]),
    );
    let refusal = alice.refused(ROOT_PATH, "Manager", "Verify", &body).await;
    assert_eq!(refusal.short(), "NotForThisPurpose");

    // On another connection there is no proof yet, and answering makes none.
    let later = host.client(ALICE).await;
    let (listed, ..) = list(&later, "en").await;
    let (session, challenge) = start_reset(&later, "en").await.unwrap();
    let right = answers_to(&questions(&challenge), &listed);
    submit::<Proof>(&later, &session, "Verification", &right)
        .await
        .unwrap();
    let refusal = later.refused(&method, "Method", "Delete", &()).await;
    assert_eq!(refusal.short(), "FreshProofNeeded");
    let stranger = host.client(BOB).await;
    let refusal = start_reset(&stranger, "en").await.unwrap_err();
    assert_eq!(refusal.short(), "NotAuthorized");
}

#[tokio::test]
async fn answers_that_a_stranger_would_try_first_are_refused() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (alice, _) = alice_with_an_app(&host).await;
    let with = |place: usize, answer: &'static str| {
        let mut answers = ANSWERS;
        answers[place] = answer;
        answers
    };
    let repeated = with(1, "XYLOPHONIUS");
    for (ids, answers, what) in [
        (IDS, with(0, "ab"), "3 to 40"),
        (IDS, repeated, "alike"),
        (IDS, with(4, "straße"), "in its question"),
        (IDS, with(2, ALICE_NAME), "user name"),
        (["first-pet"; 5], ANSWERS, "once"),
    ] {
        let refusal = start(&alice, options(&ids, &answers)).await.err().unwrap();
        assert_eq!(refusal.short(), "InvalidArgument");
        assert!(refusal.to_string().contains(what), "{refusal}");
    }
    let refusal = start(&alice, options(&IDS[..4], &ANSWERS[..4])).await;
    assert_eq!(refusal.err().unwrap().short(), "InvalidArgument");
}

#[tokio::test]
async fn administrators_have_none_and_are_not_offered_them() {
    let lines = format!("[policy.reset]\nadministrators = [\"{ALICE_NAME}\"]\n");
    let host = TestHost::with(Setup::with_drift().more(&lines)).await;
    let (alice, _) = alice_with_an_app(&host).await;
    let refusal = start(&alice, options(&IDS, &ANSWERS)).await.err().unwrap();
    assert_eq!(refusal.short(), "KindNotAllowed");
    let kinds: Vec<String> = alice
        .call(
            ROOT_PATH,
            "Manager",
            "ListKinds",
            &(ALICE, "password-reset", ""),
        )
        .await
        .unwrap();
    assert!(
        !kinds.contains(&"security-questions".to_owned()),
        "{kinds:?}"
    );
    let output = host.secinfo(ALICE, &["add", "security-questions"], "");
    assert_ne!(output.code, 0);
    assert!(output.stderr.contains("policy"), "{output:?}");
}

#[tokio::test]
async fn the_command_adds_them_shows_them_and_replaces_them_as_a_whole() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut lines = String::new();
    for (id, answer) in IDS.iter().zip(ANSWERS) {
        writeln!(lines, "{id}\n{answer}").unwrap();
    }
    let add = ["--json", "add", "security-questions"];
    let added = host.secinfo(ALICE, &add, &lines).success();
    let first: serde_json::Value =
        serde_json::from_str(added.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(first["security_questions"]["to_enrol"], 5);
    assert_eq!(added.json()["method"]["kind"], "security-questions");
    let page = host.secinfo(ALICE, &[], "").success().stdout;
    assert!(
        page.contains("Security questions") && page.contains("password reset"),
        "{page}"
    );

    let former = alice.methods_of(ALICE).await;
    host.secinfo(ALICE, &add, &lines).success();
    let now = alice.methods_of(ALICE).await;
    assert_eq!((former.len(), now.len()), (1, 1));
    assert_ne!(former, now);
    for answer in ANSWERS {
        assert!(!is_written_below(host.directory(), answer), "{answer}");
    }

    let (listed, ..) = list(&alice, "en").await;
    let mut verify = host.start_secinfo(ALICE, &["verify", "--purpose", "password-reset"]);
    let (_, challenge) = start_reset(&alice, "en").await.unwrap();
    let right = answers_to(&questions(&challenge), &listed);
    verify.write(&format!("{}\n", right.join("\n")));
    let verified = verify.finish().success();
    assert!(
        verified.stdout.contains("security questions"),
        "{verified:?}"
    );
}

#[tokio::test]
async fn questions_that_were_taken_out_of_the_list_are_asked_no_more() {
    let own = "[question.first-office]\nen = \"Where was your first office?\"\n";
    let mut host = TestHost::with(Setup::with_drift().more(own)).await;
    let (alice, _) = alice_with_an_app(&host).await;
    let (listed, ..) = list(&alice, "fr_FR.UTF-8").await;
    assert_eq!(
        listed[0],
        (
            "first-office".to_owned(),
            "Where was your first office?".to_owned()
        )
    );
    let ids = [&["first-office"], &IDS[1..]].concat();
    let (session, _) = start(&alice, options(&ids, &ANSWERS)).await.unwrap();
    submit::<Enrolled>(&alice, &session, "Enrollment", &ANSWERS)
        .await
        .unwrap();
    host.set_up(Setup::with_drift());
    host.restart().await;
    let alice = host.client(ALICE).await;
    let mut seen = Vec::new();
    let (session, _) = start_reset(&alice, "en").await.unwrap();
    for _ in 0..2 {
        let (_, challenge) = start_reset(&alice, "en").await.unwrap();
        seen.extend(questions(&challenge));
        let wrong = submit::<Proof>(&alice, &session, "Verification", &["wrong"; 3]).await;
        assert_eq!(wrong.unwrap_err().short(), "WrongCode");
    }
    assert_eq!(
        seen.iter().collect::<std::collections::BTreeSet<_>>().len(),
        4
    );
    assert!(
        !seen.contains(&"Where was your first office?".to_owned()),
        "{seen:?}"
    );
}

#[tokio::test]
async fn guesses_at_answers_lock_resets_and_not_sign_in() {
    let limits =
        "[policy.reset]\nfailures = \"3 in 24h\"\n[policy.throttle]\nfree = 10\nlock_after = 20\n";
    let host = TestHost::with(Setup::with_drift().more(limits)).await;
    let (alice, mut app) = alice_with_an_app(&host).await;
    enroll(&alice, &ANSWERS).await;
    let (session, _) = start_reset(&alice, "en").await.unwrap();
    let guesses = (0..8).map(|_| {
        submit::<Proof>(
            &alice,
            &session,
            "Verification",
            &["wrong", "wrong", "wrong"],
        )
    });
    let mut heard = 0;
    for guess in guesses {
        match guess.await.unwrap_err().short() {
            "WrongCode" => heard += 1,
            refused => assert!(
                ["MethodLocked", "SessionExpired", "TooManyAttempts"].contains(&refused),
                "{refused}"
            ),
        }
    }
    assert_eq!(heard, 3);
    alice.prove(&mut app).await;
}
