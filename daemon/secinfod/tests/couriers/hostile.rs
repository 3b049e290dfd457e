//! Hosts that say what they should not.

use crate::house::{
    CODE, DESTINATION, House, accepted, failed, message, one, outcome, plugin, settle, start,
    submit, two,
};
use rustix::process::Uid;
use rustix::thread::set_thread_res_uid;
use secinfo_channel::{Reason, Report};
use secinfo_channel_host::wire::{FromHost, LogLevel, PROTOCOL, PluginInfo};
use secinfod::channels::Arrival;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn a_host_that_talks_garbage_is_left() {
    let garbage: [&[u8]; 5] = [
        b"\0\0\0\x02{}",
        b"\0\0\0\0",
        b"\xff\xff\xff\xffx",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0\0\0\x31{\"type\":\"report\",\"delivery\":1,\"report\":\"delivered\"}",
    ];
    for bytes in garbage {
        let (_house, channels, host, mut talk) = one(plugin()).await;
        let mut begun = submit(&channels, message(1, 600));
        let mut waiting = submit(&channels, message(2, 600));
        let (delivery, _) = talk.order().await;
        talk.order().await;
        talk.started(delivery).await;
        talk.say_bytes(bytes).await;
        assert_eq!(outcome(&mut begun).await.result, Err(Reason::Plugin));
        let status = &channels.status()[0];
        assert!(status.last_error.contains("no message of the protocol"));
        assert!(status.last_error_at.is_some());
        host.ready().await.does(accepted()).await;
        assert_eq!(outcome(&mut waiting).await.result, Ok(Arrival::Accepted));
    }
}

#[tokio::test(start_paused = true)]
async fn reports_of_what_it_does_not_have_count_for_nothing() {
    let (_house, channels, _host, mut talk) = one(plugin()).await;
    let mut tracking = submit(&channels, message(1, 600));
    let (delivery, _) = talk.order().await;
    for other in [0, delivery + 1, u64::MAX] {
        talk.started(other).await;
        talk.report(other, failed(Reason::Destination)).await;
    }
    talk.report(delivery, accepted()).await;
    // It has said all that there is to say of it.
    talk.report(delivery, failed(Reason::Destination)).await;
    talk.started(delivery).await;
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Accepted));
    let mut tracking = submit(&channels, message(2, 600));
    talk.does(Report::Delivered).await;
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Delivered));
    assert_eq!(channels.status()[0].state, "ready");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_cannot_be_used_says_why_and_is_tried_again() {
    let hello = |protocol, plugin| FromHost::Hello {
        protocol,
        plugin,
        confined: Vec::new(),
    };
    let readable = PluginInfo {
        leaves_messages_readable: true,
        ..plugin()
    };
    let other_kind = PluginInfo {
        kinds: vec!["email".to_owned()],
        ..plugin()
    };
    let answers = [
        (hello(PROTOCOL + 1, plugin()), "version 2"),
        (hello(PROTOCOL, readable), "allow_spool"),
        (hello(PROTOCOL, other_kind), "correct `kind` or `plugin`"),
        (
            FromHost::Unusable {
                why: "no token\nin the settings".to_owned(),
            },
            "no token in the settings",
        ),
        (
            FromHost::Started { delivery: 1 },
            "no message of the protocol",
        ),
    ];
    for (answer, told) in answers {
        let house = House::new();
        let host = house.host("a");
        let channels = start(vec![house.channel("a", 1)]);
        host.greet(answer).await.hung_up().await;
        settle().await;
        let status = &channels.status()[0];
        assert_eq!(status.state, "down");
        assert!(status.last_error.contains(told), "{}", status.last_error);
        host.ready().await;
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_goes_to_a_stranger() {
    let house = House::new();
    let other = Uid::from_raw(65_533);
    // Who listens counts, not whose the file is. The tests run as root, who may become any user.
    let host = std::os::unix::net::UnixListener::bind(house.socket("a")).unwrap();
    let host = thread::spawn(move || {
        set_thread_res_uid(other, other, other).expect("root");
        rustix::net::listen(&host, 1).unwrap();
        host
    });
    let host = host.join().unwrap();
    let channels = start(vec![house.channel("a", 1)]);
    let mut tracking = submit(&channels, message(1, 600));
    settle().await;
    let (mut connection, _) = host.accept().unwrap();
    let mut heard = Vec::new();
    connection.read_to_end(&mut heard).unwrap();
    assert_eq!(heard, b"");
    let status = &channels.status()[0];
    assert!(
        status.last_error.contains("uid 65533"),
        "{}",
        status.last_error
    );
    drop(host);
    assert_eq!(
        outcome(&mut tracking).await.result,
        Err(Reason::Unreachable)
    );
}

#[tokio::test(start_paused = true)]
async fn a_host_that_does_not_greet_is_not_waited_for_long() {
    let house = House::new();
    let [a, b] = [house.host("a"), house.host("b")];
    let configs = vec![house.channel("a", 1), house.channel("b", 2)];
    let channels = start(configs);
    let begin = Instant::now();
    let _silent = a.accept().await;
    let mut talk = b.ready().await;
    let mut tracking = submit(&channels, message(1, 600));
    assert_eq!(channels.status()[0].state, "starting");
    talk.does(accepted()).await;
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Accepted));
    assert_eq!(begin.elapsed().as_secs(), 15);
    // The next one goes on at once.
    let mut tracking = submit(&channels, message(2, 600));
    talk.does(accepted()).await;
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Accepted));
    assert_eq!(begin.elapsed().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_does_not_say_how_it_is_is_left() {
    let (_house, channels, [host, _], [a, mut b]) = two().await;
    settle().await;
    assert!(channels.status()[0].healthy);
    let stuck = a.gets_stuck().await;
    tokio::time::sleep(Duration::from_secs(41)).await;
    assert_eq!(channels.status()[0].state, "down");
    assert!(channels.status()[0].last_error.contains("does not answer"));
    let mut tracking = submit(&channels, message(1, 600));
    b.does(accepted()).await;
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Accepted));
    drop(stuck);
    host.ready().await;
}

#[tokio::test(start_paused = true)]
async fn a_host_that_floods_delivers_all_the_same() {
    let (_house, channels, _host, mut talk) = one(plugin()).await;
    let mut tracking = submit(&channels, message(1, 600));
    let (delivery, _) = talk.order().await;
    let line = FromHost::Log {
        level: LogLevel::Error,
        line: "x".repeat(1000),
        dropped: u64::MAX,
    };
    for _ in 0..10_000 {
        talk.say(&line).await;
    }
    talk.report(delivery, accepted()).await;
    assert_eq!(outcome(&mut tracking).await.result, Ok(Arrival::Accepted));
}

/// The log, kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn neither_destination_nor_code_gets_into_log_or_status() {
    let log = Kept::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let (_house, channels, host, mut talk) = one(plugin()).await;
    let said = format!("to {DESTINATION}: code {CODE}, error 30007");
    let mut statuses = Vec::new();
    let mut tracking = submit(&channels, message(1, 600));
    let (delivery, _) = talk.order().await;
    talk.say(&FromHost::Log {
        level: LogLevel::Error,
        line: said.clone(),
        dropped: 0,
    })
    .await;
    talk.report(
        delivery,
        Report::Failed {
            reason: Reason::Provider,
            detail: said.clone(),
        },
    )
    .await;
    outcome(&mut tracking).await;
    statuses.push(format!("{:?}", channels.status()));
    talk.crash().await;
    let why = said.clone();
    host.greet(FromHost::Unusable { why }).await.hung_up().await;
    settle().await;
    statuses.push(format!("{:?}", channels.status()));
    statuses.push(String::from_utf8(log.0.lock().unwrap().clone()).unwrap());
    for told in statuses {
        assert!(told.contains("error 30007"), "{told}");
        assert!(
            !told.contains(&DESTINATION[1..]) && !told.contains(CODE),
            "{told}"
        );
    }
}
