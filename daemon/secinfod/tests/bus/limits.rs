//! How much may be going on at once.

use super::house::{DESK, ROOT, Served};
use super::private_bus::{Client, DAEMON, NOBODY};
use futures_util::future::join_all;
use secinfod::bus::Limits;

const LIMITS_EXCEEDED: &str = "org.secinfo.SecurityInfo1.Error.LimitsExceeded";

/// `count` calls of each client that wait for a door; once all of them wait, `then`; after it, the
/// doors open and each call is answered.
async fn while_waiting(
    served: &Served,
    clients: &[(&Client, usize)],
    then: impl Future<Output = ()>,
) {
    let calls = clients.iter().flat_map(|(client, count)| {
        (0..*count).map(move |_| client.call::<_, ()>(ROOT, DESK, "Wait", &()))
    });
    let count = clients.iter().map(|(_, count)| count).sum();
    let then = async {
        served.until_waiting(count).await;
        then.await;
        served.house.doors.add_permits(count);
    };
    let (answers, ()) = tokio::join!(join_all(calls), then);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

#[tokio::test]
async fn a_connection_has_sixteen_calls_in_flight() {
    let served = Served::start().await;
    let client = served.bus.client(NOBODY).await;
    let other = served.bus.client(NOBODY).await;
    while_waiting(&served, &[(&client, 16)], async {
        assert_eq!(
            client.refused(ROOT, DESK, "Echo", &"a").await,
            LIMITS_EXCEEDED
        );
        let _: String = other.call(ROOT, DESK, "Echo", &"a").await.unwrap();
    })
    .await;
    let _: String = client.call(ROOT, DESK, "Echo", &"a").await.unwrap();
}

#[tokio::test]
async fn a_user_has_so_many_calls_in_flight_on_all_connections() {
    let served = Served::with_limits(Limits {
        per_user: 4,
        ..Limits::default()
    })
    .await;
    let one = served.bus.client(NOBODY).await;
    let two = served.bus.client(NOBODY).await;
    let other = served.bus.client(DAEMON).await;
    while_waiting(&served, &[(&one, 2), (&two, 2)], async {
        assert_eq!(one.refused(ROOT, DESK, "Echo", &"a").await, LIMITS_EXCEEDED);
        assert_eq!(two.refused(ROOT, DESK, "Echo", &"a").await, LIMITS_EXCEEDED);
        let _: String = other.call(ROOT, DESK, "Echo", &"a").await.unwrap();
    })
    .await;
    let _: String = two.call(ROOT, DESK, "Echo", &"a").await.unwrap();
}

#[tokio::test]
async fn users_cannot_keep_root_out() {
    let served = Served::with_limits(Limits {
        total: 6,
        kept_for_root: 2,
        ..Limits::default()
    })
    .await;
    let nobody = served.bus.client(NOBODY).await;
    let daemon = served.bus.client(DAEMON).await;
    let root = served.bus.client(0).await;
    while_waiting(&served, &[(&nobody, 2), (&daemon, 2)], async {
        assert_eq!(
            daemon.refused(ROOT, DESK, "Echo", &"a").await,
            LIMITS_EXCEEDED
        );
        let _: String = root.call(ROOT, DESK, "Echo", &"a").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn there_is_a_limit_for_all_together() {
    let served = Served::with_limits(Limits {
        total: 3,
        kept_for_root: 1,
        ..Limits::default()
    })
    .await;
    let root = served.bus.client(0).await;
    while_waiting(&served, &[(&root, 3)], async {
        assert_eq!(
            root.refused(ROOT, DESK, "Echo", &"a").await,
            LIMITS_EXCEEDED
        );
    })
    .await;
    let _: String = root.call(ROOT, DESK, "Echo", &"a").await.unwrap();
}
