//! Signals reach the connections they are for, and no others.

use super::house::{DESK, NAME, OBJECT_MANAGER, PEER, PROPERTIES, ROOM, ROOT, Served, room};
use super::private_bus::{Client, DAEMON, NOBODY};
use futures_util::StreamExt;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering;
use zbus::message::Type;
use zbus::{Message, MessageStream, OwnedObjectPath, OwnedVariant};

/// A client that has called the service and listens to everything that reaches it.
async fn listener(served: &Served, uid: u32) -> (Client, MessageStream) {
    let client = served.bus.client(uid).await;
    let bus = Some("org.freedesktop.DBus");
    let rule = format!("type='signal',sender='{NAME}'");
    client
        .connection
        .call_method(bus, "/org/freedesktop/DBus", bus, "AddMatch", &rule)
        .await
        .unwrap();
    let stream = MessageStream::from(&client.connection);
    let (): () = client.call(ROOT, PEER, "Ping", &()).await.unwrap();
    (client, stream)
}

/// The signals of the service that came before the reply to a last call.
async fn heard(client: &Client, stream: &mut MessageStream) -> Vec<Message> {
    let last = Message::method_call(ROOT, "Ping")
        .destination(NAME)
        .interface(PEER)
        .build(&())
        .unwrap();
    client.connection.send(&last).await.unwrap();
    let last = last.primary_header().serial_num();
    let mut signals = Vec::new();
    loop {
        let message = stream.next().await.unwrap().unwrap();
        let header = message.header();
        if header.reply_serial() == Some(last) {
            return signals;
        }
        let own = header
            .interface()
            .is_some_and(|interface| interface.as_str() != "org.freedesktop.DBus");
        if message.message_type() == Type::Signal && own {
            drop(header);
            signals.push(message);
        }
    }
}

#[tokio::test]
async fn a_change_is_told_to_the_users_own_connections() {
    type Changed = (String, HashMap<String, OwnedVariant>, Vec<String>);
    let served = Served::start().await;
    let (owner, mut owners) = listener(&served, NOBODY).await;
    let (second, mut seconds) = listener(&served, NOBODY).await;
    let (stranger, mut strangers) = listener(&served, DAEMON).await;
    let root = served.bus.client(0).await;
    let (): () = root
        .call(&room(NOBODY), ROOM, "Rename", &"den")
        .await
        .unwrap();
    for (client, stream) in [(&owner, &mut owners), (&second, &mut seconds)] {
        let signals = heard(client, stream).await;
        assert_eq!(signals.len(), 1);
        let header = signals[0].header();
        assert_eq!(header.path().unwrap().as_str(), room(NOBODY));
        assert_eq!(header.interface().unwrap().as_str(), PROPERTIES);
        assert_eq!(header.destination().unwrap().as_str(), client.name());
        let (interface, values, invalidated): Changed = signals[0].body().deserialize().unwrap();
        assert_eq!(interface, ROOM);
        assert_eq!(values.len(), 1);
        assert_eq!(
            String::try_from(values["Label"].try_clone().unwrap()).unwrap(),
            "den"
        );
        assert_eq!(invalidated, ["Diary"]);
    }
    assert!(heard(&stranger, &mut strangers).await.is_empty());
}

#[tokio::test]
async fn what_changed_is_worked_out_once_for_all_connections_of_a_user() {
    let served = Served::start().await;
    let mut listeners = Vec::new();
    for _ in 0..5 {
        listeners.push(listener(&served, NOBODY).await);
    }
    let root = served.bus.client(0).await;
    let (): () = root
        .call(&room(NOBODY), ROOM, "Rename", &"den")
        .await
        .unwrap();
    for (client, stream) in &mut listeners {
        assert_eq!(heard(client, stream).await.len(), 1);
    }
    // The label and the diary.
    assert_eq!(served.house.readings.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_destination_is_shown_only_what_it_may_read() {
    type Added = (
        OwnedObjectPath,
        BTreeMap<String, BTreeMap<String, OwnedVariant>>,
    );
    let served = Served::start().await;
    let (owner, mut owners) = listener(&served, NOBODY).await;
    let (root, mut roots) = listener(&served, 0).await;
    let (stranger, mut strangers) = listener(&served, DAEMON).await;
    let emitter = served.server.emitter();
    let everyone = [NOBODY, 0, DAEMON]
        .map(|uid| emitter.connections_of(uid))
        .concat();
    emitter
        .interfaces_added(&everyone, ROOT, &room(NOBODY))
        .await
        .unwrap();
    emitter
        .properties_changed(&everyone, &room(NOBODY), ROOM, &["Label", "Diary"])
        .await
        .unwrap();
    assert!(heard(&stranger, &mut strangers).await.is_empty());
    let expected: [(_, _, &[&str]); 2] = [
        (&owner, &mut owners, &["Diary", "Label"]),
        (&root, &mut roots, &["Label"]),
    ];
    for (client, stream, names) in expected {
        let signals = heard(client, stream).await;
        assert_eq!(signals.len(), 2);
        assert_eq!(
            signals[0].header().interface().unwrap().as_str(),
            OBJECT_MANAGER
        );
        let (path, interfaces): Added = signals[0].body().deserialize().unwrap();
        assert_eq!(path.as_str(), room(NOBODY));
        assert_eq!(interfaces[ROOM].keys().collect::<Vec<_>>(), names);
    }
}

#[tokio::test]
async fn a_session_is_announced_to_its_owner_whatever_names_are_given() {
    let served = Served::start().await;
    let (owner, mut owners) = listener(&served, NOBODY).await;
    let (other, mut others) = listener(&served, NOBODY).await;
    let visit: String = owner.call(ROOT, DESK, "Enter", &()).await.unwrap();
    let emitter = served.server.emitter();
    emitter
        .interfaces_added(&emitter.connections_of(NOBODY), ROOT, &visit)
        .await
        .unwrap();
    assert_eq!(heard(&owner, &mut owners).await.len(), 1);
    assert!(heard(&other, &mut others).await.is_empty());
}

#[tokio::test]
async fn a_signal_needs_its_row() {
    let served = Served::start().await;
    let (owner, mut owners) = listener(&served, NOBODY).await;
    let emitter = served.server.emitter();
    let to = emitter.connections_of(NOBODY);
    let path = room(NOBODY);
    emitter
        .signal(&to, &path, ROOM, "Shouted", &("loud".to_owned(),))
        .await
        .unwrap_err();
    emitter
        .signal(&to, &path, ROOM, "Knocked", &(7_u32,))
        .await
        .unwrap_err();
    emitter
        .properties_changed(&to, &path, ROOM, &["Colour"])
        .await
        .unwrap_err();
    emitter
        .signal(&to, &path, ROOM, "Knocked", &("twice".to_owned(),))
        .await
        .unwrap();
    emitter
        .interfaces_removed(&to, ROOT, &path, &[ROOM])
        .await
        .unwrap();
    let signals = heard(&owner, &mut owners).await;
    assert_eq!(signals.len(), 2);
    assert_eq!(signals[0].body().deserialize::<String>().unwrap(), "twice");
    let removed: (OwnedObjectPath, Vec<String>) = signals[1].body().deserialize().unwrap();
    assert_eq!(
        (removed.0.as_str(), removed.1),
        (path.as_str(), vec![ROOM.to_owned()])
    );
}
