//! What phones answer, and what of it reaches the daemon.

use super::{SERIAL, enrolled, entry, is_unavailable, request};
use crate::running::Running;
use secinfo_test_phone::{Choice, Phone, Problem};
use secinfo_wire::push::{Reply, ToRelay};

#[tokio::test]
async fn an_answer_that_the_phone_did_not_sign_so_does_not_count_and_does_not_reach_the_daemon() {
    let relay = Running::start();
    let mut daemon = relay
        .daemon_saying(vec![enrolled(), request(&relay, 1)])
        .await;
    let entry = entry(&relay);
    let mut phone = relay.phone();
    let shown = phone.poll(&entry).await.unwrap().remove(0);
    let declined = phone.form_of(&entry, &shown, Choice::NotMe);
    let without = |name: &str| {
        let mut form = declined.clone();
        form.retain(|(field, _)| *field != name);
        form
    };
    let mut plain = without("decline_reason");
    plain.retain(|(field, _)| *field != "decline");
    let other = with(&declined, "nonce", super::nonce(9).as_str());
    let unknown = with(&declined, "serial", "UNKNOWN");
    for form in [without("decline_reason"), plain, other, unknown] {
        assert_eq!(posted(&phone, &relay, &form).await, Ok(false), "{form:?}");
    }
    let stranger = relay.phone_of_stranger();
    let accepted = stranger.answer(&entry, &shown, Choice::Accept).await;
    assert!(!accepted.unwrap().counted);

    // The first that the daemon hears of is the one that was signed.
    let answering = tokio::spawn(async move { phone.answer(&entry, &shown, Choice::NotMe).await });
    let (exchange, body, _) = daemon.posted().await;
    assert!(body.contains("decline_reason=unknown_trigger"), "{body}");
    let reply = Reply::Counted(true);
    daemon.say(ToRelay::Reply { exchange, reply }).await;
    assert!(answering.await.unwrap().unwrap().counted);
}

#[tokio::test]
async fn an_answer_that_is_repeated_reaches_the_daemon_and_one_to_a_former_request_does_not() {
    let relay = Running::start();
    let mut daemon = relay
        .daemon_saying(vec![enrolled(), request(&relay, 1)])
        .await;
    let entry = entry(&relay);
    let mut phone = relay.phone();
    let shown = phone.poll(&entry).await.unwrap().remove(0);
    let form = phone.form_of(&entry, &shown, Choice::Accept);
    let gone = ToRelay::RequestGone {
        serial: SERIAL.into(),
    };
    daemon.say(gone).await;
    relay
        .until(async || relay.phone().poll(&entry).await.unwrap().is_empty())
        .await;
    {
        let repeated = posted(&phone, &relay, &form);
        let answered = async {
            let (exchange, _, _) = daemon.posted().await;
            let reply = Reply::Counted(true);
            daemon.say(ToRelay::Reply { exchange, reply }).await;
        };
        assert_eq!(tokio::join!(repeated, answered).0, Ok(true));
    }
    daemon.say(request(&relay, 2)).await;
    relay
        .until(async || relay.phone().poll(&entry).await.unwrap().len() == 1)
        .await;
    assert_eq!(posted(&phone, &relay, &form).await, Ok(false));
}

#[tokio::test]
async fn a_phone_that_waits_learns_when_the_daemon_has_gone() {
    let relay = Running::start();
    let mut daemon = relay
        .daemon_saying(vec![enrolled(), request(&relay, 1)])
        .await;
    let entry = entry(&relay);
    let mut phone = relay.phone();
    let shown = phone.poll(&entry).await.unwrap().remove(0);
    let answering = tokio::spawn(async move { phone.answer(&entry, &shown, Choice::Accept).await });
    daemon.posted().await;
    drop(daemon);
    assert!(is_unavailable(&answering.await.unwrap()));
}

fn with(form: &[(&'static str, String)], name: &str, value: &str) -> Vec<(&'static str, String)> {
    let changed = |(field, old): &(&'static str, String)| {
        let new = if *field == name { value } else { old.as_str() };
        (*field, new.to_owned())
    };
    form.iter().map(changed).collect()
}

async fn posted(
    phone: &Phone,
    relay: &Running,
    form: &[(&'static str, String)],
) -> Result<bool, Problem> {
    let form: Vec<_> = form
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    phone.post(&relay.url(), &form).await?.value()
}
