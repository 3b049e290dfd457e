//! Who sees which objects.

use super::house::{
    DESK, INTROSPECTABLE, OBJECT_MANAGER, PEER, PROPERTIES, ROOM, ROOT, Served, VISIT, room,
};
use super::private_bus::{Anything, Client, DAEMON, NOBODY, Refusal};
use std::collections::{BTreeMap, HashMap};
use zbus::{OwnedObjectPath, OwnedVariant};

const NOT_AUTHORIZED: &str = "org.secinfo.SecurityInfo1.Error.NotAuthorized";
const UNKNOWN_OBJECT: &str = "org.freedesktop.DBus.Error.UnknownObject";

async fn refusal<B>(client: &Client, path: &str, interface: &str, member: &str, body: &B) -> Refusal
where
    B: serde::Serialize + zbus::DynamicType,
{
    client
        .call::<_, Anything>(path, interface, member, body)
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_stranger_is_refused_alike_whether_the_user_exists_or_not() {
    let served = Served::start().await;
    let stranger = served.bus.client(DAEMON).await;
    let (there, missing) = (room(NOBODY), room(4242));
    for member in ["Rename", "Burn"] {
        let body = if member == "Rename" {
            Some("mine")
        } else {
            None
        };
        let mut refusals = Vec::new();
        for path in [&there, &missing] {
            refusals.push(match body {
                Some(label) => refusal(&stranger, path, ROOM, member, &label).await,
                None => refusal(&stranger, path, ROOM, member, &()).await,
            });
        }
        assert_eq!(refusals[0], refusals[1]);
        assert_eq!(refusals[0].name, NOT_AUTHORIZED);
    }
    for (member, body) in [("Get", &[ROOM, "Label"][..]), ("GetAll", &[ROOM][..])] {
        let mut refusals = Vec::new();
        for path in [&there, &missing] {
            refusals.push(match body {
                [interface, property] => {
                    refusal(
                        &stranger,
                        path,
                        PROPERTIES,
                        member,
                        &(*interface, *property),
                    )
                    .await
                }
                _ => refusal(&stranger, path, PROPERTIES, member, &ROOM).await,
            });
        }
        assert_eq!(refusals[0], refusals[1]);
        assert_eq!(refusals[0].name, NOT_AUTHORIZED);
    }
    let descriptions: [String; 2] = [
        stranger
            .call(&there, INTROSPECTABLE, "Introspect", &())
            .await
            .unwrap(),
        stranger
            .call(&missing, INTROSPECTABLE, "Introspect", &())
            .await
            .unwrap(),
    ];
    assert_eq!(descriptions[0], descriptions[1]);
    // Nothing of it had an effect.
    let owner = served.bus.client(NOBODY).await;
    let label: OwnedVariant = owner
        .call(&there, PROPERTIES, "Get", &(ROOM, "Label"))
        .await
        .unwrap();
    assert_eq!(String::try_from(label).unwrap(), "nobody's");
}

#[tokio::test]
async fn owners_reach_their_own_and_root_what_an_action_opens() {
    let served = Served::start().await;
    let owner = served.bus.client(NOBODY).await;
    let root = served.bus.client(0).await;
    let path = room(NOBODY);
    let (): () = owner.call(&path, ROOM, "Rename", &"den").await.unwrap();
    let (): () = root.call(&path, ROOM, "Rename", &"cell").await.unwrap();
    assert_eq!(root.refused(&path, ROOM, "Burn", &()).await, NOT_AUTHORIZED);
    let (): () = owner.call(&path, ROOM, "Burn", &()).await.unwrap();
    // Those who may know are told that it is gone.
    assert_eq!(
        owner.refused(&path, ROOM, "Burn", &()).await,
        UNKNOWN_OBJECT
    );
    assert_eq!(
        root.refused(&path, ROOM, "Rename", &"a").await,
        UNKNOWN_OBJECT
    );
    assert_eq!(
        owner
            .refused(&path, INTROSPECTABLE, "Introspect", &())
            .await,
        UNKNOWN_OBJECT
    );
}

#[tokio::test]
async fn a_user_named_by_uid_must_be_the_caller() {
    let served = Served::start().await;
    let nobody = served.bus.client(NOBODY).await;
    let root = served.bus.client(0).await;
    let why: String = nobody.call(ROOT, DESK, "Greet", &NOBODY).await.unwrap();
    assert_eq!(why, "Owner");
    let why: String = root.call(ROOT, DESK, "Greet", &NOBODY).await.unwrap();
    assert_eq!(why, "Action(Action(\"org.example.house.read\"))");
    let there = refusal(&nobody, ROOT, DESK, "Greet", &0_u32).await;
    let missing = refusal(&nobody, ROOT, DESK, "Greet", &4242_u32).await;
    assert_eq!(there, missing);
    assert_eq!(there.name, NOT_AUTHORIZED);
}

#[tokio::test]
async fn properties_are_read_each_by_its_own_rule() {
    let served = Served::start().await;
    let owner = served.bus.client(NOBODY).await;
    let root = served.bus.client(0).await;
    let path = room(NOBODY);
    let names = |values: HashMap<String, OwnedVariant>| {
        let mut names: Vec<_> = values.into_keys().collect();
        names.sort();
        names
    };
    let all = owner
        .call(&path, PROPERTIES, "GetAll", &ROOM)
        .await
        .unwrap();
    assert_eq!(names(all), ["Diary", "Label"]);
    let some = root.call(&path, PROPERTIES, "GetAll", &ROOM).await.unwrap();
    assert_eq!(names(some), ["Label"]);
    assert_eq!(
        root.refused(&path, PROPERTIES, "Get", &(ROOM, "Diary"))
            .await,
        NOT_AUTHORIZED
    );
    let public = owner.call(ROOT, PROPERTIES, "GetAll", &DESK).await.unwrap();
    assert_eq!(names(public), ["Open"]);
    let everything = root.call(ROOT, PROPERTIES, "GetAll", &DESK).await.unwrap();
    assert_eq!(names(everything), ["Guests", "Open"]);
    let guests: OwnedVariant = root
        .call(ROOT, PROPERTIES, "Get", &(DESK, "Guests"))
        .await
        .unwrap();
    assert_eq!(guests.value_signature().to_string(), "a(su)");
}

#[tokio::test]
async fn a_session_exists_for_its_connection_only() {
    let served = Served::start().await;
    let owner = served.bus.client(NOBODY).await;
    let visit: String = owner.call(ROOT, DESK, "Enter", &()).await.unwrap();
    let what: String = owner.call(&visit, VISIT, "Look", &()).await.unwrap();
    assert_eq!(what, "a hall");
    let guessed = format!("{ROOT}/visits/v999");
    // The same user on another connection, another user, and root.
    for uid in [NOBODY, DAEMON, 0] {
        let other = served.bus.client(uid).await;
        for (interface, member) in [
            (VISIT, "Look"),
            (VISIT, "None"),
            ("", "Look"),
            ("no.such", "Look"),
            (INTROSPECTABLE, "Introspect"),
        ] {
            let there = refusal(&other, &visit, interface, member, &()).await;
            let missing = refusal(&other, &guessed, interface, member, &()).await;
            assert_eq!(there, missing);
            assert_eq!(there.name, UNKNOWN_OBJECT);
        }
        let there = refusal(&other, &visit, PROPERTIES, "GetAll", &VISIT).await;
        assert_eq!(
            there,
            refusal(&other, &guessed, PROPERTIES, "GetAll", &VISIT).await
        );
        assert_eq!(there.name, UNKNOWN_OBJECT);
        let (): () = other.call(&visit, PEER, "Ping", &()).await.unwrap();
    }
}

#[tokio::test]
async fn a_detached_session_is_open_to_its_user_alone() {
    let served = Served::start().await;
    let opener = served.bus.client(NOBODY).await;
    let visit: String = opener.call(ROOT, DESK, "Enter", &()).await.unwrap();
    let (): () = opener.call(&visit, VISIT, "Detach", &()).await.unwrap();
    let same_user = served.bus.client(NOBODY).await;
    let _: String = same_user.call(&visit, VISIT, "Look", &()).await.unwrap();
    for uid in [DAEMON, 0] {
        let other = served.bus.client(uid).await;
        assert_eq!(
            other.refused(&visit, VISIT, "Look", &()).await,
            UNKNOWN_OBJECT
        );
    }
}

#[tokio::test]
async fn a_session_ends_with_its_connection() {
    let served = Served::start().await;
    let mut visits = served.house.visit_count.subscribe();
    let owner = served.bus.client(NOBODY).await;
    let other = served.bus.client(NOBODY).await;
    let _: String = owner.call(ROOT, DESK, "Enter", &()).await.unwrap();
    let kept: String = other.call(ROOT, DESK, "Enter", &()).await.unwrap();
    visits.wait_for(|count| *count == 2).await.unwrap();
    owner.connection.close().await.unwrap();
    visits.wait_for(|count| *count == 1).await.unwrap();
    let _: String = other.call(&kept, VISIT, "Look", &()).await.unwrap();
    let known = served.server.emitter().connections_of(NOBODY);
    assert_eq!(
        known.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [other.name()]
    );
}

#[tokio::test]
async fn a_session_does_not_outlive_a_connection_that_left_while_it_was_made() {
    let served = Served::start().await;
    let mut departures = served.house.departures.subscribe();
    let hasty = served.bus.client(NOBODY).await;
    let call = zbus::Message::method_call(ROOT, "EnterLate").destination(super::house::NAME);
    hasty
        .connection
        .send(&call.interface(DESK).build(&()).unwrap())
        .await
        .unwrap();
    served.until_waiting(1).await;
    hasty.connection.close().await.unwrap();
    departures.wait_for(|count| *count == 1).await.unwrap();
    served.house.doors.add_permits(1);
    served.server.drain().await;
    assert_eq!(*served.house.visit_count.borrow(), 0);
    assert!(served.server.emitter().connections_of(NOBODY).is_empty());
}

#[tokio::test]
async fn the_object_manager_shows_the_callers_own_objects() {
    type Objects = HashMap<OwnedObjectPath, BTreeMap<String, HashMap<String, OwnedVariant>>>;
    let served = Served::start().await;
    let nobody = served.bus.client(NOBODY).await;
    let daemon = served.bus.client(DAEMON).await;
    let visit: String = nobody.call(ROOT, DESK, "Enter", &()).await.unwrap();
    let objects: Objects = nobody
        .call(ROOT, OBJECT_MANAGER, "GetManagedObjects", &())
        .await
        .unwrap();
    let mut paths: Vec<_> = objects.keys().map(|path| path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, [room(NOBODY).as_str(), visit.as_str()]);
    let own = &objects[&OwnedObjectPath::try_from(room(NOBODY)).unwrap()];
    assert_eq!(own.keys().collect::<Vec<_>>(), [ROOM]);
    assert_eq!(
        String::try_from(own[ROOM]["Label"].try_clone().unwrap()).unwrap(),
        "nobody's"
    );
    let objects: Objects = daemon
        .call(ROOT, OBJECT_MANAGER, "GetManagedObjects", &())
        .await
        .unwrap();
    assert!(objects.is_empty());
    // Only where the object says so.
    let refused = nobody
        .refused(&room(NOBODY), OBJECT_MANAGER, "GetManagedObjects", &())
        .await;
    assert_eq!(refused, "org.freedesktop.DBus.Error.UnknownInterface");
}

#[tokio::test]
async fn without_a_login_session_a_proof_is_bound_to_the_connection() {
    let served = Served::start().await;
    // These connect from a process of root's, which cannot be in a session of nobody's.
    let one = served.bus.client(NOBODY).await;
    let other = served.bus.client(NOBODY).await;
    let first: String = one.call(ROOT, DESK, "Tag", &()).await.unwrap();
    let again: String = one.call(ROOT, DESK, "Tag", &()).await.unwrap();
    let of_other: String = other.call(ROOT, DESK, "Tag", &()).await.unwrap();
    assert_eq!(first, again);
    assert_ne!(first, of_other);
}
