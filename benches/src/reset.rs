//! Whether the times of a password reset tell a stranger which names are users: wrong answers for a user who
//! has a token and security questions, each an event on disk, beside those for a name that no account has.

use crate::failure::{Context, Failure, Result};
use crate::flood;
use crate::host::{BenchHost, ROOT_PATH, call, content};
use crate::log::Known;
use crate::measure::{median, micros, percentile};
use crate::report::{Bar, Row, progress};
use secinfo_wire::names::interface::{ENROLLMENT, USER};
use secinfo_wire::{EnrollmentDetails, Response};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::os::unix::net::UnixListener;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::task::JoinSet;
use zbus::{OwnedObjectPath, Variant};

/// The account that asks, of every host.
const CALLER: u32 = 1;

/// A name that no account has.
const NOBODY: &str = "no-such-user";

/// What is answered wrongly.
struct Wrong {
    /// How it is offered.
    offered: &'static str,
    /// What is answered until it is checked.
    answers: &'static [&'static str],
    /// Resets that go on at once, half of them for each name: what fits into the limits of one user, and of
    /// one caller.
    at_once: usize,
    /// What is measured: choosing it, and the last answer.
    measured: [&'static str; 2],
}

const KINDS: [Wrong; 2] = [
    Wrong {
        offered: "Hardware token",
        answers: &["00000000"],
        at_once: 8,
        measured: ["choosing a method", "a wrong code"],
    },
    Wrong {
        offered: "Answers to security questions",
        answers: &["none of these", "nor this", "nor that"],
        at_once: 4,
        measured: ["choosing security questions", "wrong answers to these"],
    },
];

/// The questions that the user sets up, and the answers.
const QUESTIONS: [(&str, &str); 5] = [
    ("first-pet", "Xylophonius"),
    ("first-concert", "Die Zwölf Tenöre"),
    ("parents-met", "an der Großen Straße"),
    ("first-employer", "Quuxwerke"),
    ("childhood-street", "Narrow Lane"),
];

/// Further lines of the configuration, which begin in `[daemon]`.
pub(crate) fn configuration(host: &std::path::Path) -> String {
    format!(
        "password_socket = \"{}\"\n[policy.reset]\nenabled = true\nof_caller = \"60000 in 24h\"\n\
         failures = \"20 in 24h\"\nfailures_of_kind = \"20 in 24h\"\n",
        helper(host).display()
    )
}

/// Where the daemon looks for the helper that sets passwords.
fn helper(host: &std::path::Path) -> std::path::PathBuf {
    host.join("password")
}

/// Times in microseconds.
#[derive(Default)]
struct Times {
    of_user: Vec<f64>,
    of_nobody: Vec<f64>,
}

/// Measures wrong answers, `count` for each name. The user has a token of counters, of which none was used.
pub(crate) async fn measure(
    host: &BenchHost,
    place: &std::path::Path,
    known: Known,
    count: usize,
) -> Result<Vec<Row>> {
    progress("reset: times of wrong answers, for a user and for a name that no account has");
    // No password is set: there only has to be a socket, or else resets are not offered.
    let _helper = UnixListener::bind(helper(place)).context(|| "make a socket".into())?;
    set_questions_up(host, known).await?;
    let mut rows = Vec::new();
    for wrong in &KINDS {
        let [chosen, answered] = measure_kind(host, wrong, count).await?;
        let [choosing, answering] = wrong.measured;
        rows.extend([row(choosing, chosen), row(answering, answered)]);
    }
    Ok(rows)
}

/// The user sets security questions up, after proving the token.
async fn set_questions_up(host: &BenchHost, known: Known) -> Result<()> {
    let uid = flood::account().uid;
    let connection = flood::connect_as(uid, host).await?;
    flood::prove(&connection, uid, known, 0).await?;
    let path = format!("{ROOT_PATH}/users/u{uid}");
    let list = |list: Vec<&'static str>| Variant::from(list);
    let options = HashMap::from([
        ("questions", list(QUESTIONS.map(|(id, _)| id).into())),
        ("answers", list(QUESTIONS.map(|(_, answer)| answer).into())),
        ("forms", list(vec!["answers"])),
    ]);
    let body = ("security-questions", options);
    let started = call(&connection, &path, USER, "StartEnrollment", &body).await?;
    let (session, _): (OwnedObjectPath, EnrollmentDetails) = content(&started)?;
    let again = Response::Answers(QUESTIONS.map(|(_, answer)| answer.into()).into());
    call(&connection, session.as_str(), ENROLLMENT, "Submit", &again).await?;
    Ok(())
}

/// How long choosing a kind takes, and the last wrong answer there.
async fn measure_kind(host: &BenchHost, wrong: &'static Wrong, count: usize) -> Result<[Times; 2]> {
    let user = flood::account();
    let path = format!("{ROOT_PATH}/users/u{}", user.uid);
    let mut measured = [Times::default(), Times::default()];
    while measured[0].of_user.len() < count {
        let mut running = JoinSet::new();
        for number in 0..wrong.at_once {
            let is_user = number % 2 == 0;
            let name = if is_user {
                user.name.clone()
            } else {
                NOBODY.to_owned()
            };
            let stream = flood::stream_as(CALLER, host.sign_in_socket())?;
            running.spawn(async move { (is_user, answer_wrongly(stream, &name, wrong).await) });
        }
        while let Some(done) = running.join_next().await {
            let (is_user, times) = done.context(|| "run a reset".into())?;
            for (measured, time) in measured.iter_mut().zip(times?) {
                if is_user {
                    measured.of_user.push(time);
                } else {
                    measured.of_nobody.push(time);
                }
            }
        }
        // So that each wrong answer is looked at, and none refused for those before it.
        call(host.connection(), &path, USER, "Unlock", &()).await?;
    }
    Ok(measured)
}

fn row(what: &str, times: Times) -> Row {
    let Times { of_user, of_nobody } = times;
    let name = format!("reset, {what}: Mann–Whitney |z| of a user and of nobody");
    Row::new(name, "", mann_whitney(&of_user, &of_nobody).abs())
        // Of 1,000 runs in which there is no difference, one is above.
        .bar(Bar::AtMost(3.29))
        .part("median for a user", median(of_user.clone()), "µs")
        .part("median for nobody", median(of_nobody.clone()), "µs")
        .part(
            "99 of 100 are below, for a user",
            percentile(of_user, 99),
            "µs",
        )
        .part(
            "99 of 100 are below, for nobody",
            percentile(of_nobody, 99),
            "µs",
        )
}

/// How long the daemon takes to answer a choice and the last of some wrong answers, in microseconds.
async fn answer_wrongly(
    stream: std::os::unix::net::UnixStream,
    name: &str,
    wrong: &Wrong,
) -> Result<[f64; 2]> {
    let failed = || "talk to the daemon".into();
    stream.set_nonblocking(true).context(failed)?;
    let mut stream = UnixStream::from_std(stream).context(failed)?;
    let started = exchange(&mut stream, "Start", &json!({"name": name})).await?;
    let prompt = started["parameters"]["prompt"]["text"].as_str();
    let row = prompt.and_then(|text| text.lines().find(|line| line.ends_with(wrong.offered)));
    let number = row.and_then(|row| row.split_once('.'));
    let (number, _) = number.ok_or_else(|| Failure::Wrong(format!("no choice: {started}")))?;
    let choosing = time_answer(&mut stream, number).await?;
    let mut answering = 0.0;
    for answer in wrong.answers {
        answering = time_answer(&mut stream, answer).await?;
    }
    Ok([choosing, answering])
}

/// How long the daemon takes to answer with a further prompt, in microseconds.
async fn time_answer(stream: &mut UnixStream, answer: &str) -> Result<f64> {
    let begun = Instant::now();
    let answered = exchange(stream, "Answer", &json!({"answer": answer})).await?;
    let time = micros(begun.elapsed());
    if answered["parameters"]["prompt"].is_null() {
        return Err(Failure::Wrong(format!("no further prompt: {answered}")));
    }
    Ok(time)
}

async fn exchange(stream: &mut UnixStream, method: &str, parameters: &Value) -> Result<Value> {
    let failed = || "talk to the daemon".into();
    let method = format!("org.secinfo.PasswordReset.{method}");
    let call = json!({"method": method, "parameters": parameters});
    stream
        .write_all(format!("{call}\0").as_bytes())
        .await
        .context(failed)?;
    let mut reply = Vec::new();
    while reply.last() != Some(&0) {
        if stream.read_buf(&mut reply).await.context(failed)? == 0 {
            return Err(Failure::Wrong("the daemon has closed a reset".to_owned()));
        }
    }
    reply.pop();
    serde_json::from_slice(&reply).context(failed)
}

/// The standardized U of Mann and Whitney, with the correction for ties: how far samples are from being of one
/// distribution, in standard deviations.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn mann_whitney(first: &[f64], second: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = first.iter().map(|value| (*value, true)).collect();
    all.extend(second.iter().map(|value| (*value, false)));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (n1, n2, n) = (first.len() as f64, second.len() as f64, all.len() as f64);
    let (mut ranks, mut ties, mut before) = (0.0, 0.0, 0);
    for same in all.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let size = same.len() as f64;
        let rank = before as f64 + f64::midpoint(1.0, size);
        ranks += rank * same.iter().filter(|(_, of_first)| *of_first).count() as f64;
        ties += size.powi(3) - size;
        before += same.len();
    }
    let u = ranks - n1 * (n1 + 1.0) / 2.0;
    let variance = n1 * n2 / 12.0 * ((n + 1.0) - ties / (n * (n - 1.0)));
    if variance > 0.0 {
        (u - n1 * n2 / 2.0) / variance.sqrt()
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::mann_whitney;

    #[test]
    fn samples_that_differ_are_told_apart_and_others_are_not() {
        // Ranks 5, 7, 9, 10 and 11: U = 27, of which 15 are expected, with a variance of 30.
        let z = mann_whitney(
            &[19.0, 22.0, 16.0, 29.0, 24.0],
            &[20.0, 11.0, 17.0, 12.0, 7.0, 8.0],
        );
        assert!((z - (27.0 - 15.0) / 30.0_f64.sqrt()).abs() < 1e-9, "{z}");
        assert!(mann_whitney(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]).abs() < 1e-9);
        assert!(mann_whitney(&[5.0; 9], &[5.0; 9]).abs() < 1e-9);
        let (low, high): (Vec<_>, Vec<_>) =
            (0..50).map(|n| (f64::from(n), f64::from(n + 50))).unzip();
        assert!(mann_whitney(&low, &high) < -8.0);
    }
}
