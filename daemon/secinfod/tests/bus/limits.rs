//! How much may be going on at once.

use super::house::{DESK, NAME, ROOT, Served};
use super::private_bus::{Client, DAEMON, NOBODY};
use futures_util::future::join_all;
use secinfod::bus::Limits;
use zbus::Message;

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

/// Calls of `count` connections of this uid, as many of each as a connection may have, all on their
/// way before the bus has said whose they are.
async fn flood(served: &Served, uid: u32, count: usize, member: &str) -> Vec<Client> {
    let clients = join_all((0..count).map(|_| served.bus.client(uid))).await;
    for client in &clients {
        for _ in 0..Limits::default().per_connection {
            let call = Message::method_call(ROOT, member)
                .destination(NAME)
                .interface(DESK)
                .build(&())
                .unwrap();
            client.connection.send(&call).await.unwrap();
        }
    }
    clients
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_with_many_connections_never_keeps_root_out() {
    let served = Served::start().await;
    for _ in 0..20 {
        let flooding = flood(&served, NOBODY, 16, "Fail");
        // Connections of root that the bus has to be asked about as well.
        let signing_in = async {
            let clients = join_all((0..4).map(|_| served.bus.client(0))).await;
            let calls = clients
                .iter()
                .flat_map(|client| (0..8).map(|_| client.call(ROOT, DESK, "Echo", &"a")));
            let answers: Vec<Result<String, _>> = join_all(calls).await;
            assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        };
        let (_clients, ()) = tokio::join!(flooding, signing_in);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_has_their_share_whatever_the_others_do() {
    let served = Served::start().await;
    let most = Limits::default().per_user;
    let other = served.bus.client(DAEMON).await;
    // More than there are places in all, of which one user gets their share.
    let _clients = flood(&served, NOBODY, 20, "Wait").await;
    served.until_waiting(most).await;
    let calls = (0..16).map(|_| other.call::<_, ()>(ROOT, DESK, "Wait", &()));
    let opening = async {
        served.until_waiting(most + 16).await;
        served.house.doors.add_permits(most + 16);
    };
    let (answers, ()) = tokio::join!(join_all(calls), opening);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}
