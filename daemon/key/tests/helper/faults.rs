//! Keys that misbehave: each costs one request, and no more time than it may.

use crate::desk::{Desk, PIN, id};
use secinfo_test_key::{Authenticator, Fault, Owner};
use secinfo_wire::key::Failure;
use std::time::{Duration, Instant};

#[test]
fn a_key_that_breaks_the_protocol_does_not_answer_and_no_error_is_more() {
    let (desk, key) = Desk::with_key();
    let made = desk.register(PIN).unwrap();
    let made = [id(&made)];
    for fault in [
        Fault::Silent,
        Fault::EndlessKeepalive,
        Fault::LyingLength,
        Fault::LengthWithoutBounds,
        Fault::ShortAuthenticatorData,
        Fault::Garbage,
    ] {
        key.lock().fault = Some(fault);
        let began = Instant::now();
        let came = desk.assert(&made, PIN);
        assert_eq!(came, Err(Failure::NotAnswering), "{fault:?}");
        assert!(began.elapsed() < Duration::from_secs(10), "{fault:?}");
        key.lock().fault = None;
        assert!(desk.assert(&made, PIN).is_ok(), "after {fault:?}");
    }
}

#[test]
fn a_key_that_has_answered_is_used_without_waiting_for_others() {
    let (mut desk, _key) = Desk::with_key();
    let made = desk.register(PIN).unwrap();
    let made = [id(&made)];
    let silent = desk.ports.plug(Authenticator::new(), "Silent");
    silent.lock().fault = Some(Fault::Silent);
    let began = Instant::now();
    assert!(desk.find(&made).is_ok());
    assert!(began.elapsed() < Duration::from_millis(1500));
}

#[test]
fn a_device_that_is_slow_at_each_step_is_given_up_after_its_time() {
    let (desk, key) = Desk::with_key();
    let slow = Duration::from_millis(700);
    key.lock().key.most_listed = 1;
    key.lock().fault = Some(Fault::Slow(slow));
    let began = Instant::now();
    assert_eq!(desk.find(&["AAAA"; 9]), Err(Failure::NotAnswering));
    assert!(began.elapsed() < 6 * slow);
}

#[test]
fn another_program_on_the_same_key_spoils_nothing() {
    let (desk, key) = Desk::with_key();
    let made = desk.register(PIN).unwrap();
    let made = [id(&made)];
    key.lock().fault = Some(Fault::ForeignChannel);
    assert!(desk.find(&made).is_ok());
    assert!(desk.assert(&made, PIN).is_ok());
    key.lock().fault = Some(Fault::Busy);
    assert_eq!(desk.find(&made), Err(Failure::Busy));
}

#[test]
fn a_key_that_is_pulled_out_or_not_touched_is_told_apart() {
    let (mut desk, key) = Desk::with_key();
    let made = desk.register(PIN).unwrap();
    let made = [id(&made)];
    key.lock().owner = Owner::TouchesAfter(Duration::from_secs(1));
    assert!(desk.assert(&made, PIN).is_ok());
    key.lock().owner = Owner::IsAway;
    let began = Instant::now();
    assert_eq!(desk.assert(&made, PIN), Err(Failure::NotTouched));
    assert!(began.elapsed() < Duration::from_secs(20));
    key.lock().fault = Some(Fault::UnpluggedInTouch);
    assert_eq!(desk.assert(&made, PIN), Err(Failure::Unplugged));
    desk.ports.unplug(0);
    assert_eq!(desk.find(&made), Err(Failure::NoKey));
    desk.ports.plug(Authenticator::new(), "Another");
    assert_eq!(desk.find(&made), Err(Failure::NotTheirs));
}
