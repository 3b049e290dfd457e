//! A simulated phone with the app for push, led by lines on its standard input:
//!
//! - `register LINK` registers at the host of a link: `registered`
//! - `approve` accepts the next request: the code that the phone shows then, or nothing
//! - `decline` declines the next request as one of another person: nothing
//!
//! Its only argument is the file of the certificate, in DER, of the authority that it trusts.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and the test reads what is printed"
)]

use secinfo_test_phone::{Choice, Entry, Link, Phone, Request};
use std::io::stdin;
use std::time::{Duration, Instant};

/// How long a request may take to come before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let authority = std::env::args().nth(1).expect("a file of a certificate");
    let authority = std::fs::read(authority).unwrap();
    let mut phone = Phone::trusting(&authority.into());
    let mut entry = None;
    for line in stdin().lines() {
        let line = line.unwrap();
        let (command, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let said = match (command, &entry) {
            ("register", _) => {
                let scanned = Link::read(rest).unwrap();
                entry = Some(phone.register(&scanned).await.unwrap());
                "registered".to_owned()
            }
            ("approve", Some(entry)) => {
                let request = next(&mut phone, entry).await;
                let accepted = phone.answer(entry, &request, Choice::Accept).await;
                accepted.unwrap().code.unwrap_or_default()
            }
            ("decline", Some(entry)) => {
                let request = next(&mut phone, entry).await;
                phone.answer(entry, &request, Choice::NotMe).await.unwrap();
                String::new()
            }
            _ => panic!("the phone does not know what to do: {line}"),
        };
        println!("{said}");
    }
}

/// Pulls the app down until it shows a request.
async fn next(phone: &mut Phone, entry: &Entry) -> Request {
    let begun = Instant::now();
    loop {
        if let Some(request) = phone.poll(entry).await.unwrap_or_default().pop() {
            return request;
        }
        assert!(begun.elapsed() < PATIENCE, "no request comes to the phone");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
