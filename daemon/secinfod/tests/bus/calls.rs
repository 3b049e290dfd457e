//! What a call must be to reach its handler, and what it is answered.

use super::house::{DESK, NAME, PEER, PROPERTIES, ROOT, Served, VISIT};
use super::private_bus::{Anything, NOBODY, PrivateBus, Refusal};
use futures_util::StreamExt;
use secinfod::bus::{ConnectError, connect};
use zbus::message::{Flags, Type};
use zbus::{Message, MessageStream};

#[tokio::test]
async fn a_call_is_answered_with_the_types_of_its_row() {
    let served = Served::start().await;
    let client = served.bus.client(NOBODY).await;
    let text: String = client.call(ROOT, DESK, "Echo", &"über").await.unwrap();
    assert_eq!(text, "über");
    let both: (u64, u32) = client
        .call(ROOT, DESK, "Add", &(u32::MAX, 1_u32))
        .await
        .unwrap();
    assert_eq!(both, (1 << 32, u32::MAX));
    let typed = client
        .call::<_, Anything>(ROOT, DESK, "Fail", &())
        .await
        .unwrap_err();
    let expected = "org.secinfo.SecurityInfo1.Error.NotFound";
    assert_eq!(
        typed,
        Refusal {
            name: expected.into(),
            text: "It is broken. Mend it.".into()
        }
    );
}

#[tokio::test]
async fn arguments_other_than_those_of_the_row_are_refused() {
    let served = Served::start().await;
    let client = served.bus.client(NOBODY).await;
    let refused = "org.freedesktop.DBus.Error.InvalidArgs";
    assert_eq!(client.refused(ROOT, DESK, "Echo", &()).await, refused);
    assert_eq!(client.refused(ROOT, DESK, "Echo", &7_u32).await, refused);
    assert_eq!(
        client.refused(ROOT, DESK, "Echo", &("a", "b")).await,
        refused
    );
    assert_eq!(
        client
            .refused(ROOT, DESK, "Echo", &zbus::Variant::from("a"))
            .await,
        refused
    );
    assert_eq!(
        client.refused(ROOT, DESK, "Add", &(1_u32, 2_i32)).await,
        refused
    );
    assert_eq!(client.refused(ROOT, DESK, "Fail", &"a").await, refused);
    let structure = &(("a",),);
    assert_eq!(client.refused(ROOT, DESK, "Echo", structure).await, refused);
}

#[tokio::test]
async fn what_has_no_row_does_not_exist() {
    let served = Served::start().await;
    let client = served.bus.client(0).await;
    let error = |kind| format!("org.freedesktop.DBus.Error.{kind}");
    assert_eq!(
        client.refused(ROOT, DESK, "Demolish", &()).await,
        error("UnknownMethod")
    );
    assert_eq!(
        client
            .refused(ROOT, "org.example.Other", "Echo", &"a")
            .await,
        error("UnknownInterface")
    );
    assert_eq!(
        client.refused(ROOT, VISIT, "Look", &()).await,
        error("UnknownInterface")
    );
    assert_eq!(
        client
            .refused("/org/example/House/attic", DESK, "Echo", &"a")
            .await,
        error("UnknownObject")
    );
    assert_eq!(
        client
            .refused(ROOT, PROPERTIES, "Get", &(DESK, "Colour"))
            .await,
        error("UnknownProperty")
    );
    assert_eq!(
        client
            .refused(ROOT, PROPERTIES, "Get", &(VISIT, "Number"))
            .await,
        error("UnknownInterface")
    );
    let set = (DESK, "Open", zbus::Variant::from(false));
    assert_eq!(
        client.refused(ROOT, PROPERTIES, "Set", &set).await,
        error("PropertyReadOnly")
    );
}

#[tokio::test]
async fn a_call_without_an_interface_is_answered_where_only_one_has_the_method() {
    let served = Served::start().await;
    let client = served.bus.client(NOBODY).await;
    let text: String = client.call(ROOT, "", "Echo", &"a").await.unwrap();
    assert_eq!(text, "a");
    let visit: String = client.call(ROOT, "", "Enter", &()).await.unwrap();
    let ambiguous = client.refused(&visit, "", "Ping", &()).await;
    assert_eq!(ambiguous, "org.freedesktop.DBus.Error.UnknownMethod");
}

#[tokio::test]
async fn what_is_large_is_refused_before_anything_else() {
    let served = Served::start().await;
    let client = served.bus.client(NOBODY).await;
    let exceeded = "org.secinfo.SecurityInfo1.Error.LimitsExceeded";
    let fits = "x".repeat(64 * 1024 - 5);
    let echoed: String = client.call(ROOT, DESK, "Echo", &fits).await.unwrap();
    assert_eq!(echoed.len(), fits.len());
    let too_large = fits + "x";
    let refused = client.refused(ROOT, DESK, "Echo", &too_large).await;
    assert_eq!(refused, exceeded);
    // Who may call what, and whether there is such an object, is not even looked at.
    let refused = client.refused(ROOT, DESK, "Vault", &too_large).await;
    assert_eq!(refused, exceeded);
    let path = format!("/{}", "x".repeat(100_000));
    assert_eq!(client.refused(&path, PEER, "Ping", &()).await, exceeded);
    let (_reader, pipe) = std::io::pipe().unwrap();
    let two = (zbus::Fd::from(&pipe), zbus::Fd::from(&pipe));
    assert_eq!(client.refused(ROOT, DESK, "Pipe", &two).await, exceeded);
}

#[tokio::test]
async fn a_panic_is_an_internal_error_and_the_service_goes_on() {
    let served = Served::start().await;
    let client = served.bus.client(NOBODY).await;
    let refusal = client
        .call::<_, Anything>(ROOT, DESK, "Panic", &())
        .await
        .unwrap_err();
    assert_eq!(refusal.name, "org.secinfo.SecurityInfo1.Error.Internal");
    assert!(!refusal.text.contains("as asked"));
    let text: String = client
        .call(ROOT, DESK, "Echo", &"still here")
        .await
        .unwrap();
    assert_eq!(text, "still here");
}

#[tokio::test]
async fn peer_answers_on_every_path() {
    let served = Served::start().await;
    let client = served.bus.client(NOBODY).await;
    for path in [ROOT, "/", "/nowhere"] {
        let (): () = client.call(path, PEER, "Ping", &()).await.unwrap();
    }
    let id: String = client.call(ROOT, PEER, "GetMachineId", &()).await.unwrap();
    assert_eq!(
        id,
        std::fs::read_to_string("/etc/machine-id").unwrap().trim()
    );
}

fn call(member: &str) -> zbus::message::Builder<'_> {
    Message::method_call(ROOT, member)
        .destination(NAME)
        .interface(DESK)
}

/// The serials that were answered until the reply to `last`, in order.
async fn answered(replies: &mut MessageStream, last: u32) -> Vec<u32> {
    let mut serials = Vec::new();
    while serials.last() != Some(&last) {
        let message = replies.next().await.unwrap().unwrap();
        if matches!(message.message_type(), Type::MethodReturn | Type::Error) {
            serials.push(message.header().reply_serial().unwrap().get());
        }
    }
    serials
}

#[tokio::test]
async fn every_call_is_answered_once_and_none_that_expects_no_reply() {
    let served = Served::start().await;
    let client = served.bus.client(NOBODY).await;
    let mut replies = MessageStream::from(&client.connection);
    let mut expected = Vec::new();
    for (member, quiet) in [
        ("Echo", false),
        ("Echo", true),
        ("Nothing", false),
        ("Nothing", true),
        ("Panic", true),
    ] {
        let builder = call(member);
        let builder = if quiet {
            builder.with_flags(Flags::NO_REPLY_EXPECTED)
        } else {
            builder
        };
        let message = if member == "Echo" {
            builder.build(&"a")
        } else {
            builder.build(&())
        }
        .unwrap();
        client.connection.send(&message).await.unwrap();
        if !quiet {
            expected.push(message.primary_header().serial_num().get());
        }
    }
    // Once the bus has answered this, it has passed on what came before; once the server is
    // drained, all of that is answered, and the answers are ahead of the refusal of the last call.
    let bus = Some("org.freedesktop.DBus");
    client
        .connection
        .call_method(bus, "/", bus, "GetId", &())
        .await
        .unwrap();
    let first: () = client.call(ROOT, PEER, "Ping", &()).await.unwrap();
    assert_eq!(first, ());
    served.server.drain().await;
    let last = call("Echo").build(&"a").unwrap();
    client.connection.send(&last).await.unwrap();
    let last = last.primary_header().serial_num().get();
    let serials = answered(&mut replies, last).await;
    let ours: Vec<_> = serials
        .iter()
        .filter(|serial| expected.contains(serial))
        .collect();
    assert_eq!(
        ours.len(),
        expected.len(),
        "{serials:?}, expected {expected:?}"
    );
    // Beside those: GetId, Ping and the last.
    assert_eq!(
        serials.len(),
        expected.len() + 3,
        "{serials:?}, expected {expected:?}"
    );
}

#[tokio::test]
async fn draining_finishes_what_runs_and_refuses_what_comes() {
    let served = Served::start().await;
    let client = served.bus.client(NOBODY).await;
    let bus = zbus::fdo::DBusProxy::new(&client.connection).await.unwrap();
    let name = zbus::names::BusName::try_from(super::house::NAME).unwrap();
    let owner_of_name = bus.get_name_owner(name.clone()).await.unwrap();
    let running = client.call::<_, ()>(ROOT, DESK, "Wait", &());
    let shutdown = async {
        served.until_waiting(1).await;
        let drained = served.server.drain();
        let late = async {
            while bus.name_has_owner(name.clone()).await.unwrap() {
                tokio::task::yield_now().await;
            }
            let by_name = client.refused(ROOT, DESK, "Echo", &"a").await;
            assert_eq!(by_name, "org.freedesktop.DBus.Error.ServiceUnknown");
            // Who knows the connection behind the name is refused by the server itself.
            let refused = loop {
                let connection = &client.connection;
                let call =
                    connection.call_method(Some(&owner_of_name), ROOT, Some(DESK), "Echo", &"a");
                match call.await {
                    Ok(_) => tokio::task::yield_now().await,
                    Err(error) => break error,
                }
            };
            assert!(
                matches!(&refused, zbus::Error::MethodError(name, ..)
                    if *name == "org.secinfo.SecurityInfo1.Error.ShuttingDown"),
                "{refused}"
            );
            served.house.doors.add_permits(1);
        };
        tokio::join!(drained, late);
    };
    let (answer, ()) = tokio::join!(running, shutdown);
    answer.unwrap();
}

#[tokio::test]
async fn the_bus_is_asked_once_who_a_caller_is() {
    let served = Served::start().await;
    let monitor = served.bus.client(0).await;
    let mut seen = MessageStream::from(&monitor.connection);
    let rules = ["type='method_call',member='GetConnectionCredentials'"];
    let bus = Some("org.freedesktop.DBus");
    let become_monitor = (&rules[..], 0_u32);
    let interface = Some("org.freedesktop.DBus.Monitoring");
    let path = "/org/freedesktop/DBus";
    monitor
        .connection
        .call_method(bus, path, interface, "BecomeMonitor", &become_monitor)
        .await
        .unwrap();

    let client = served.bus.client(NOBODY).await;
    for _ in 0..50 {
        let _: String = client.call(ROOT, DESK, "Echo", &"a").await.unwrap();
    }
    // A question of the client's own marks the end.
    let own_name = client.name();
    let own = client
        .connection
        .call_method(bus, path, bus, "GetConnectionCredentials", &own_name);
    own.await.unwrap();
    let mut questions = 0;
    loop {
        let message = seen.next().await.unwrap().unwrap();
        let header = message.header();
        if header
            .member()
            .is_none_or(|member| member.as_str() != "GetConnectionCredentials")
        {
            continue;
        }
        if header.sender().unwrap().as_str() == own_name {
            break;
        }
        questions += 1;
    }
    assert_eq!(questions, 1);
}

#[tokio::test]
async fn a_taken_name_is_said_so() {
    let served = Served::start().await;
    let second = connect(Some(&served.bus.address())).await.unwrap();
    let other = secinfod::bus::Server::start(
        second,
        served.house.clone(),
        super::house::table(),
        secinfod::bus::Authorizer::uid(),
        secinfod::bus::Limits::default(),
    )
    .await
    .unwrap();
    let error = other.request_name(NAME).await.unwrap_err();
    assert!(
        matches!(&error, ConnectError::NameTaken { name } if name == NAME),
        "{error}"
    );
}

#[tokio::test]
async fn a_forbidden_name_and_a_missing_bus_are_said_so() {
    let served = Served::start().await;
    let bus = PrivateBus::with_policy(&format!(r#"<deny own="{NAME}"/>"#));
    let connection = connect(Some(&bus.address())).await.unwrap();
    let unnamed = secinfod::bus::Server::start(
        connection,
        served.house.clone(),
        super::house::table(),
        secinfod::bus::Authorizer::uid(),
        secinfod::bus::Limits::default(),
    )
    .await
    .unwrap();
    let error = unnamed.request_name(NAME).await.unwrap_err();
    assert!(
        matches!(&error, ConnectError::NameForbidden { name } if name == NAME),
        "{error}"
    );

    let address = bus.address();
    drop(bus);
    unnamed.closed().await;
    let error = connect(Some(&address)).await.unwrap_err();
    assert!(matches!(error, ConnectError::Connect { .. }), "{error}");
}
