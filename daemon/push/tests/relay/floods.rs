//! What one who reaches the socket can do many times.

use super::{enrolled, entry, is_unverified, request};
use crate::running::Running;
use secinfo_test_phone::Problem;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn connections_that_say_nothing_keep_no_phone_out() {
    let relay = Running::start();
    let _daemon = relay
        .daemon_saying(vec![enrolled(), request(&relay, 1)])
        .await;
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(TcpStream::connect(relay.address).await.unwrap());
    }
    let shown = relay.phone().poll(&entry(&relay)).await.unwrap();
    assert_eq!(shown.len(), 1);
    // The oldest made room.
    let read = idle[0].read(&mut [0; 1]).await;
    assert!(matches!(read, Ok(0) | Err(_)));
}

#[tokio::test]
async fn polls_of_others_use_up_nothing_of_what_a_phone_may_ask() {
    let relay = Running::start();
    let _daemon = relay
        .daemon_saying(vec![enrolled(), request(&relay, 1)])
        .await;
    let entry = entry(&relay);
    let mut stranger = relay.phone_of_stranger();
    for _ in 0..50 {
        assert!(is_unverified(&stranger.poll(&entry).await));
    }
    assert_eq!(relay.phone().poll(&entry).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_phone_that_asks_without_end_is_told_to_wait() {
    let relay = Running::start();
    let _daemon = relay.daemon_saying(vec![enrolled()]).await;
    let entry = entry(&relay);
    let mut phone = relay.phone();
    relay
        .until(async || {
            let mut polls = Vec::new();
            for _ in 0..12 {
                let mut phone = relay.phone();
                let entry = entry.clone();
                polls.push(tokio::spawn(async move { phone.poll(&entry).await }));
            }
            let mut waits = false;
            for poll in polls {
                let refused = poll.await.unwrap();
                waits |= matches!(refused, Err(Problem::Refused { status: 429, .. }));
            }
            waits
        })
        .await;
    relay
        .until(async || relay.phone().poll(&entry).await.is_ok())
        .await;
    // The daemon was told once.
    phone.poll(&entry).await.ok();
}
