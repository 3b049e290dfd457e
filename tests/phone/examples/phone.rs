//! Plays the phone by hand: `phone AUTHORITY.pem LINK` registers, then takes a word a line: `poll`, `accept`,
//! `not-me`, `cancel`, `done` or a number.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "a person reads it")]

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use secinfo_test_phone::{Choice, Link, Phone};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let authority = CertificateDer::from_pem_file(&arguments[0]).unwrap();
    let mut phone = Phone::trusting(&authority);
    let link = Link::read(&arguments[1]);
    println!("{link:?}");
    let entry = phone.register(&link.unwrap()).await.unwrap();
    println!("registered at {}", entry.url);
    println!("the token counted: {:?}", phone.update_token(&entry).await);
    let mut shown = None;
    for line in std::io::stdin().lines() {
        let word = line.unwrap();
        let choice = match word.as_str() {
            "poll" => {
                let requests = phone.poll(&entry).await;
                println!("{requests:?}");
                shown = requests
                    .ok()
                    .and_then(|mut requests| requests.pop())
                    .or(shown);
                continue;
            }
            "accept" => Choice::Accept,
            "not-me" => Choice::NotMe,
            "cancel" => Choice::Cancel,
            "done" => Choice::Done,
            number => Choice::Number(number),
        };
        match &shown {
            Some(request) => println!("{:?}", phone.answer(&entry, request, choice).await),
            None => println!("nothing is shown"),
        }
    }
}
