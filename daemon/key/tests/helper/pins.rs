//! PINs: set, wrong, blocked, and spared.

use crate::desk::{Desk, PIN, id};
use secinfo_test_key::Authenticator;
use secinfo_wire::key::{Event, Failure, Pin, Task};

fn set_pin(desk: &Desk, pin: &str) -> Event {
    let task = Task::SetPin {
        key: "hidraw0".to_owned(),
        pin: Pin::parse(pin).unwrap(),
    };
    desk.perform(task).0
}

#[test]
fn a_key_without_a_pin_is_given_one_once() {
    let mut desk = Desk::new();
    let key = desk.ports.plug(Authenticator::new(), "New");
    key.lock().key.shortest_pin = 6;
    assert_eq!(desk.choose().unwrap().shortest_pin, 6);
    assert_eq!(desk.register("123456"), Err(Failure::NoPin));
    assert_eq!(set_pin(&desk, "12345"), Event::Failed(Failure::PinRefused));
    assert_eq!(set_pin(&desk, "123456"), Event::PinSet);
    assert!(key.lock().key.has_pin("123456"));
    assert_eq!(set_pin(&desk, "654321"), Event::Failed(Failure::PinRefused));
    assert!(desk.register("123456").is_ok());
}

#[test]
fn a_pin_is_the_same_however_its_accents_were_typed() {
    let (desk, key) = Desk::with_key();
    key.lock().key = Authenticator::new().with_pin("caf\u{e9}");
    assert!(desk.register("cafe\u{301}").is_ok());
}

#[test]
fn a_wrong_pin_costs_a_try_and_then_the_key_wants_to_be_replugged() {
    let (desk, key) = Desk::with_key();
    let made = desk.register(PIN).unwrap();
    let made = [id(&made)];
    for left in [7, 6, 5] {
        assert_eq!(
            desk.assert(&made, "wrong"),
            Err(Failure::WrongPin { tries: left })
        );
    }
    assert_eq!(desk.assert(&made, "wrong"), Err(Failure::Replug));
    assert_eq!(desk.assert(&made, PIN), Err(Failure::Replug));
    key.lock().key.replug();
    assert!(desk.assert(&made, PIN).is_ok());
    assert_eq!(key.lock().key.tries(), 8);
}

#[test]
fn the_last_tries_are_not_spent_and_a_blocked_key_says_so() {
    let (desk, key) = Desk::with_key();
    let made = desk.register(PIN).unwrap();
    let made = [id(&made)];
    for _ in 0..5 {
        let _ = desk.assert(&made, "wrong");
        key.lock().key.replug();
    }
    assert_eq!(key.lock().key.tries(), 3);
    for pin in ["wrong", PIN] {
        assert_eq!(desk.assert(&made, pin), Err(Failure::FewTries { tries: 3 }));
    }
    assert_eq!(key.lock().key.tries(), 3);
    for _ in 0..3 {
        let _ = desk.register("wrong");
        key.lock().key.replug();
    }
    assert_eq!(desk.register(PIN), Err(Failure::PinBlocked));
    assert_eq!(desk.assert(&made, PIN), Err(Failure::PinBlocked));
    assert_eq!(desk.find(&made).unwrap().tries, 0);
}
