//! Security questions in a reset: asked one by one, of users and of names that are none alike.

use super::{PASSWORD, begin, send, setup, types};
use crate::security_questions::{ANSWERS, IDS, answers_to, enroll, enroll_chosen, list};
use crate::sent_codes::ADDRESS;
use secinfo_tests::{
    ALICE, ALICE_NAME, BOB_NAME, Client, PasswordHelper, ROOT, ResetSocket, Setup, TestHost,
};
use std::collections::BTreeSet;

/// Uid 3 and 5 of every Debian system.
const LOCKED: (u32, &str) = (3, "sys");
const ADMINISTRATOR: (u32, &str) = (5, "games");

pub(crate) const ROW: &str = "Answers to security questions";

/// A prompt, or a reply in JSON that has one, on one line: where lines break depends on the question.
fn on_one_line(text: &str) -> String {
    text.replace("\\n", " ").replace('\n', " ")
}

/// The question in a prompt.
fn question(prompt: &str) -> String {
    let prompt = on_one_line(prompt);
    let (_, question) = prompt
        .split_once("of 3: ")
        .unwrap_or_else(|| panic!("{prompt}"));
    question.split_once(" (?").unwrap().0.to_owned()
}

/// A reply with a mark in place of its question.
pub(super) fn masked(reply: &str) -> String {
    if reply.contains(" of 3: ") {
        on_one_line(reply).replace(&question(reply), "QUESTION")
    } else {
        reply.to_owned()
    }
}

/// Answers the three questions that are asked now, and returns them. `answer` makes an answer of a question.
pub(crate) fn answer_all(reset: &mut ResetSocket, answer: impl Fn(&str) -> String) -> Vec<String> {
    (0..3)
        .map(|_| {
            let prompt = reset.prompt();
            assert!(!reset.echoes(), "{prompt}");
            let question = question(&prompt);
            reset.answer(&answer(&question)).unwrap();
            question
        })
        .collect()
}

/// The three questions that a name is asked at first.
fn first_questions(host: &TestHost, name: &str) -> Vec<String> {
    let mut reset = begin(host, name);
    reset.choose(ROW).unwrap();
    answer_all(&mut reset, |_| "wrong".to_owned())
}

/// Does something with each name at once.
fn each<T: Send>(names: &[(&str, bool)], what: impl Fn(&str) -> T + Sync) -> Vec<T> {
    let what = &what;
    std::thread::scope(|scope| {
        let running: Vec<_> = names
            .iter()
            .map(|(name, _)| scope.spawn(move || what(name)))
            .collect();
        running.into_iter().map(|run| run.join().unwrap()).collect()
    })
}

/// Answers wrongly until a reset ends: the questions that came, and what was replied.
fn explore(host: &TestHost, name: &str) -> (BTreeSet<String>, Vec<String>) {
    let mut reset = begin(host, name);
    reset.choose(ROW).unwrap();
    let rounds: Vec<_> = (0..5)
        .map(|_| answer_all(&mut reset, |_| "wrong".to_owned()))
        .collect();
    assert_eq!(reset.ended().unwrap().0, "refused");
    for (now, next) in rounds.iter().zip(&rounds[1..]) {
        let new = next.iter().filter(|asked| !now.contains(asked)).count();
        assert_eq!(new, 2, "{name}");
    }
    // It moves on from one reset to the next, too.
    assert_ne!(first_questions(host, name), rounds[4], "{name}");
    let transcript = reset.transcript.iter().map(|reply| masked(reply));
    (rounds.concat().into_iter().collect(), transcript.collect())
}

async fn with_questions_and_address(rules: &str) -> (TestHost, Client) {
    let host = TestHost::with(setup(rules)).await;
    let alice = host.client(ALICE).await;
    alice
        .enroll_destination(&host, "email", ADDRESS, None)
        .await;
    enroll(&alice, &ANSWERS).await;
    (host, alice)
}

#[tokio::test]
async fn questions_and_an_address_are_two_gates() {
    let (host, alice) = with_questions_and_address("gates = \"one\"").await;
    let _helper = PasswordHelper::willing(&host);
    let (listed, ..) = list(&alice, "en").await;
    let right = |question: &str| {
        let asked = [question.to_owned()];
        answers_to(&asked, &listed)[0].to_uppercase()
    };
    let mut reset = begin(&host, ALICE_NAME);
    reset.choose(ROW).unwrap();
    let first = answer_all(&mut reset, |_| "wrong".to_owned());
    assert!(reset.prompt().starts_with("That was not accepted."));
    // Another way, and back: the same questions, and nothing to answer is no answer.
    let now = reset.prompt();
    reset.answer("?").unwrap().choose(ROW).unwrap();
    assert!(now.ends_with(&reset.prompt()), "{now}");
    reset.answer("").unwrap();
    assert!(now.ends_with(&reset.prompt()), "{now}");
    let second = answer_all(&mut reset, right);
    assert_eq!(
        second.iter().filter(|asked| !first.contains(asked)).count(),
        2
    );
    // They are never enough alone.
    assert!(
        reset.prompt().starts_with("One more proof is needed"),
        "{}",
        reset.prompt()
    );
    let email = send(&host, &mut reset, "Email").await;
    reset.answer(&email.code).unwrap();
    reset.answer(PASSWORD).unwrap().answer(PASSWORD).unwrap();
    assert_eq!(reset.ended().unwrap().0, "set");
    for answer in ANSWERS {
        assert!(!host.log().contains(answer), "{answer}");
    }
}

#[tokio::test]
async fn every_name_is_asked_questions_and_none_is_told_from_a_user_by_them() {
    let rules = "gates = \"one\"\nfailures = \"1 in 24h\"";
    let administrators = format!("{rules}\nadministrators = [\"{}\"]", ADMINISTRATOR.1);
    let mut host = TestHost::with(setup(rules)).await;
    for (uid, address) in [
        (ALICE, ADDRESS),
        (LOCKED.0, "sys@example.org"),
        (ADMINISTRATOR.0, "games@example.org"),
    ] {
        let user = host.client(uid).await;
        user.enroll_destination(&host, "email", address, None).await;
        enroll(&user, &ANSWERS).await;
    }
    host.set_up(setup(&administrators));
    host.restart().await;
    let _helper = PasswordHelper::willing(&host);
    let root = host.client(ROOT).await;
    let (listed, ..) = list(&root, "en").await;
    let enrolled = |question: &str| {
        let (id, _) = listed.iter().find(|(_, text)| text == question).unwrap();
        IDS.contains(&id.as_str())
    };
    first_questions(&host, LOCKED.1);
    assert!(
        types(&root)
            .await
            .iter()
            .any(|kind| kind == "password-reset-locked")
    );

    let names = [
        (ALICE_NAME, true),
        (LOCKED.1, true),
        (ADMINISTRATOR.1, true),
        (BOB_NAME, false),
        ("no-such-user", false),
        ("no-such-other", false),
        ("", false),
        ("ALICE", false),
    ];
    let mut sets = Vec::new();
    let mut transcripts = Vec::new();
    let mut decoys = 0;
    // Of more at once some would wait for the hashing of others.
    for few in names.chunks(3) {
        let seen = each(few, |name| explore(&host, name));
        for ((name, has_questions), (set, transcript)) in few.iter().zip(seen) {
            assert_eq!(set.len(), 5, "{name}");
            let are_enrolled = set.iter().all(|asked| enrolled(asked));
            assert!(are_enrolled || !has_questions, "{name}");
            decoys += usize::from(!are_enrolled);
            transcripts.push(transcript);
            sets.push(set);
        }
    }
    // Now and then the questions that are drawn for a name are those that the users have enrolled.
    assert!(decoys > 2, "{sets:?}");
    for (transcript, (name, _)) in transcripts.iter().zip(names) {
        assert_eq!(transcript, &transcripts[0], "{name}");
    }
    assert_ne!(sets[4], sets[5], "each name has questions of its own");

    // A restart draws no others.
    host.restart().await;
    for (few, sets) in names.chunks(3).zip(sets.chunks(3)) {
        let seen = each(few, |name| first_questions(&host, name));
        for ((name, _), (now, set)) in few.iter().zip(seen.iter().zip(sets)) {
            let are_known = now.iter().all(|asked| set.contains(asked));
            assert!(are_known, "{name}: {now:?} of {set:?}");
        }
    }
}

/// Offers own questions with these numbers, and no others.
fn own_list(numbers: &[u8]) -> Setup {
    let own = |number| format!("[question.own-{number}]\nen = \"What about {number}?\"\n");
    let own: String = numbers.iter().map(own).collect();
    setup("gates = \"one\"\nattempts = 2")
        .more(&format!("[messages]\nshipped_questions = false\n{own}"))
}

/// All five questions of each of three names that are no user's: three, and after a wrong answer the other
/// two.
fn questions_of_strangers(host: &TestHost) -> Vec<BTreeSet<String>> {
    let names = ["no-such-user", "no-such-other", "no-such-third"].map(|name| (name, false));
    each(&names, |name| {
        let mut reset = begin(host, name);
        reset.choose(ROW).unwrap();
        let rounds = [(); 2].map(|()| answer_all(&mut reset, |_| "wrong".to_owned()));
        rounds.concat().into_iter().collect()
    })
}

#[tokio::test]
async fn a_new_list_changes_no_questions_but_those_that_are_gone() {
    let mut numbers: Vec<u8> = (0..8).collect();
    let mut host = TestHost::with(own_list(&numbers)).await;
    let alice = host.client(ALICE).await;
    enroll_chosen(
        &alice,
        &["own-0", "own-1", "own-2", "own-3", "own-4"],
        &ANSWERS,
    )
    .await;
    let _helper = PasswordHelper::willing(&host);
    let before = questions_of_strangers(&host);
    // Twenty more leave no name as it was that would choose anew.
    numbers.extend(8..28);
    host.set_up(own_list(&numbers));
    host.restart().await;
    assert_eq!(questions_of_strangers(&host), before);
    // One that is gone is asked no more, and none comes for it.
    let gone = before[0].first().unwrap();
    numbers.retain(|number| *gone != format!("What about {number}?"));
    assert_eq!(numbers.len(), 27);
    host.set_up(own_list(&numbers));
    host.restart().await;
    for (now, before) in questions_of_strangers(&host).iter().zip(&before) {
        assert!(
            now.is_subset(before) && !now.contains(gone),
            "{now:?} of {before:?}"
        );
    }
}

#[tokio::test]
async fn names_without_questions_are_asked_what_users_could_choose_when_they_have_chosen() {
    let few: Vec<u8> = (0..8).collect();
    let many: Vec<u8> = (0..28).collect();
    let mut host = TestHost::with(own_list(&few)).await;
    let _helper = PasswordHelper::willing(&host);
    host.set_up(own_list(&many));
    host.restart().await;
    let alice = host.client(ALICE).await;
    let chosen = ["own-20", "own-21", "own-22", "own-23", "own-24"];
    enroll_chosen(&alice, &chosen, &ANSWERS).await;
    let first: BTreeSet<_> = few
        .iter()
        .map(|number| format!("What about {number}?"))
        .collect();
    let asked = questions_of_strangers(&host);
    // Nobody has chosen among the first eight alone.
    assert!(
        !asked.iter().all(|asked| asked.is_subset(&first)),
        "{asked:?}"
    );
}

#[tokio::test]
async fn guesses_at_answers_from_many_connections_are_counted_together_and_lock_no_sign_in() {
    let rules = "gates = \"one\"\nattempts = 20";
    let (host, alice) = with_questions_and_address(rules).await;
    let _helper = PasswordHelper::willing(&host);
    let app = alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    std::thread::scope(|scope| {
        for number in 0..4 {
            let host = &host;
            scope.spawn(move || {
                let mut reset = begin(host, ALICE_NAME);
                reset.choose(ROW).unwrap();
                for guess in 0..4 {
                    answer_all(&mut reset, |_| format!("guess {number} {guess}"));
                }
            });
        }
    });
    let types = types(&root).await;
    let count = |wanted: &str| types.iter().filter(|kind| *kind == wanted).count();
    assert_eq!(count("verification-failed"), 5, "then none is looked at");
    assert_eq!(count("password-reset-locked"), 1);
    assert_eq!(count("locked"), 0);
    // The right answers help no more, and the app is as good as before.
    let (listed, ..) = list(&alice, "en").await;
    let mut reset = begin(&host, ALICE_NAME);
    reset.choose(ROW).unwrap();
    answer_all(&mut reset, |question| {
        answers_to(&[question.to_owned()], &listed)[0].to_owned()
    });
    assert!(
        reset.prompt().starts_with("That was not accepted."),
        "{}",
        reset.prompt()
    );
    let mut app = app;
    root.verify(ALICE, &app.path, &app.codes.fresh())
        .await
        .unwrap();
}
