//! What the daemon may not say.

use super::{SERIAL, enrolled, entry};
use crate::running::Running;
use secinfo_wire::push::{LONGEST_LINE, ToRelay};

#[tokio::test]
async fn a_line_that_is_not_one_of_the_protocol_ends_the_connection_and_what_was_said_on_it() {
    let long = vec![b' '; LONGEST_LINE + 1];
    let begin = br#"{"begin":{"version":1,"path":"/p"}}"#;
    let lines: [&[u8]; 7] = [
        b"\n",
        b"{}\n",
        b"\"unknown\"\n",
        br#"{"phone":{"serial":"a","key":""}}"#,
        br#"{"phone":{"serial":"A","key":"AAAA"}}"#,
        &long,
        begin,
    ];
    let relay = Running::start();
    for line in lines {
        let mut daemon = relay.daemon_saying(vec![enrolled()]).await;
        daemon.send(line).await;
        daemon.send(b"\n").await;
        assert!(
            daemon.is_closed().await,
            "{:?}",
            String::from_utf8_lossy(line)
        );
    }
}

#[tokio::test]
async fn a_request_for_no_phone_and_a_reply_that_none_waits_for_do_no_harm() {
    let relay = Running::start();
    let mut daemon = relay.daemon_saying(vec![enrolled()]).await;
    daemon
        .say(ToRelay::Reply {
            exchange: 77,
            reply: secinfo_wire::push::Reply::Counted(true),
        })
        .await;
    daemon
        .say(ToRelay::PhoneGone {
            serial: SERIAL.into(),
        })
        .await;
    let unknown = || async {
        let polled = relay.phone().poll(&entry(&relay)).await;
        super::is_unverified(&polled)
    };
    relay.until(unknown).await;
}
