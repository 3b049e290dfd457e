//! The rows of the house and their handlers.

use super::{DESK, House, MANAGE, Place, READ, ROOM, ROOT, VISIT};
use secinfo_wire::Reason;
use secinfod::bus::{
    Access, BusError, Call, EmitsChanged, Interface, Method, Property, Signal, Table,
};
use secinfod::service::SessionOwner;
use std::sync::atomic::Ordering;

fn desk() -> Interface<House> {
    let anyone = Access::Anyone;
    Interface {
        name: DESK,
        doc: "Where everyone comes first.",
        methods: vec![
            Method::new("Echo", "Says it back.", anyone, ["text"], ["text"], echo),
            Method::new(
                "Add",
                "Adds numbers & tells <both>.",
                anyone,
                ["a", "b"],
                ["sum", "first"],
                add,
            ),
            Method::new("Fail", "Fails.", anyone, [], [], fail),
            Method::new("Panic", "Panics.", anyone, [], [], panic),
            Method::new("Wait", "Waits for a door to open.", anyone, [], [], wait),
            Method::new(
                "Tag",
                "Tells what a proof would be bound to.",
                anyone,
                [],
                ["tag"],
                tag,
            ),
            Method::new("Enter", "Begins a visit.", anyone, [], ["visit"], enter),
            Method::new(
                "EnterLate",
                "Begins a visit when a door opens.",
                anyone,
                [],
                ["visit"],
                enter_late,
            ),
            Method::new(
                "Greet",
                "Greets a user.",
                Access::NamedUser { or: Some(READ) },
                ["uid"],
                ["why"],
                greet,
            ),
            Method::new(
                "Close",
                "Closes the house.",
                Access::Administrator(MANAGE),
                [],
                ["why"],
                close,
            ),
            Method::new(
                "Vault",
                "Opens the vault.",
                Access::Root,
                [],
                ["why"],
                close,
            ),
            Method::new(
                "Pipe",
                "Reads what comes through a pipe.",
                Access::Root,
                ["pipe"],
                ["text"],
                pipe,
            ),
        ],
        properties: vec![
            Property::new(
                "Open",
                "Whether it is open.",
                anyone,
                EmitsChanged::Const,
                |_| async { Ok(true) },
            ),
            Property::new(
                "Guests",
                "Who is in.",
                Access::Administrator(READ),
                EmitsChanged::No,
                |_| async { Ok(vec![("alice".to_owned(), 7_u32)]) },
            ),
        ],
        signals: vec![],
    }
}

fn room_interface() -> Interface<House> {
    Interface {
        name: ROOM,
        doc: "The room of one user.",
        methods: vec![
            Method::new(
                "Rename",
                "Renames the room.",
                Access::Owner { or: Some(MANAGE) },
                ["label"],
                [],
                rename,
            ),
            Method::new(
                "Burn",
                "Burns it down.",
                Access::Owner { or: None },
                [],
                [],
                burn,
            ),
            Method::new(
                "Echo",
                "Says it back.",
                Access::Anyone,
                ["text"],
                ["text"],
                echo,
            ),
        ],
        properties: vec![
            Property::new(
                "Label",
                "Its name.",
                Access::Owner { or: Some(READ) },
                EmitsChanged::Value,
                label,
            ),
            Property::new(
                "Diary",
                "What only the user reads.",
                Access::Owner { or: None },
                EmitsChanged::Invalidates,
                label,
            ),
        ],
        signals: vec![Signal::new::<1, (String,)>(
            "Knocked",
            "Somebody knocked.",
            ["how"],
        )],
    }
}

fn visit() -> Interface<House> {
    Interface {
        name: VISIT,
        doc: "A short-lived visit.",
        methods: vec![
            Method::new(
                "Look",
                "Looks around.",
                Access::SessionOwner,
                [],
                ["what"],
                look,
            ),
            Method::new(
                "Detach",
                "Lets every connection of the user in.",
                Access::SessionOwner,
                [],
                [],
                detach,
            ),
            // Named as another interface's method, to be ambiguous.
            Method::new(
                "Ping",
                "Is not Peer's.",
                Access::SessionOwner,
                [],
                [],
                |_: Call<House>, ()| async { Ok(()) },
            ),
        ],
        properties: vec![Property::new(
            "Number",
            "Its number.",
            Access::SessionOwner,
            EmitsChanged::Const,
            number,
        )],
        signals: vec![],
    }
}

pub(crate) fn table() -> Table<House> {
    Table::new(vec![desk(), room_interface(), visit()])
}

async fn echo(_: Call<House>, (text,): (String,)) -> Result<(String,), BusError> {
    Ok((text,))
}

async fn add(_: Call<House>, (a, b): (u32, u32)) -> Result<(u64, u32), BusError> {
    Ok((u64::from(a) + u64::from(b), a))
}

async fn fail(_: Call<House>, (): ()) -> Result<(), BusError> {
    Err(BusError::typed(Reason::NotFound, "It is broken. Mend it."))
}

async fn panic(_: Call<House>, (): ()) -> Result<(), BusError> {
    panic!("as asked")
}

async fn wait(call: Call<House>, (): ()) -> Result<(), BusError> {
    let house = call.state();
    house.waiting.send_modify(|waiting| *waiting += 1);
    house
        .doors
        .acquire()
        .await
        .map_err(|_| BusError::internal())?
        .forget();
    house.waiting.send_modify(|waiting| *waiting -= 1);
    Ok(())
}

async fn tag(call: Call<House>, (): ()) -> Result<(String,), BusError> {
    Ok((call.caller().session_tag(&call.state().tag_key).to_string(),))
}

async fn enter(call: Call<House>, (): ()) -> Result<(String,), BusError> {
    let house = call.state();
    let id = house.next_visit.fetch_add(1, Ordering::Relaxed);
    let mut visits = house.visits.lock().unwrap();
    visits.insert(
        id,
        SessionOwner::Connection(call.caller().unique_name().clone()),
    );
    if call.caller().is_gone() {
        visits.remove(&id);
    }
    house.visit_count.send_replace(visits.len());
    Ok((format!("{ROOT}/visits/v{id}"),))
}

async fn enter_late(call: Call<House>, (): ()) -> Result<(String,), BusError> {
    wait(call.clone(), ()).await?;
    enter(call, ()).await
}

async fn greet(call: Call<House>, (_uid,): (u32,)) -> Result<(String,), BusError> {
    Ok((format!("{:?}", call.granted()),))
}

async fn close(call: Call<House>, (): ()) -> Result<(String,), BusError> {
    Ok((format!("{:?}", call.granted()),))
}

async fn pipe(_: Call<House>, (pipe,): (zbus::OwnedFd,)) -> Result<(String,), BusError> {
    let mut text = String::new();
    let mut pipe = std::fs::File::from(std::os::fd::OwnedFd::from(pipe));
    std::io::Read::read_to_string(&mut pipe, &mut text).unwrap();
    Ok((text,))
}

async fn rename(call: Call<House>, (label,): (String,)) -> Result<(), BusError> {
    let Place::Room(uid) = *call.object() else {
        return Err(BusError::internal());
    };
    call.state().rooms.lock().unwrap().insert(uid, label);
    let emitter = call.emitter();
    let to = emitter.connections_of(uid);
    emitter
        .properties_changed(&to, call.path(), ROOM, &["Label", "Diary"])
        .await
}

async fn burn(call: Call<House>, (): ()) -> Result<(), BusError> {
    let Place::Room(uid) = *call.object() else {
        return Err(BusError::internal());
    };
    call.state().rooms.lock().unwrap().remove(&uid);
    Ok(())
}

async fn label(call: Call<House>) -> Result<String, BusError> {
    let Place::Room(uid) = call.object() else {
        return Err(BusError::internal());
    };
    call.state().readings.fetch_add(1, Ordering::Relaxed);
    call.state()
        .rooms
        .lock()
        .unwrap()
        .get(uid)
        .cloned()
        .ok_or_else(BusError::unknown_object)
}

async fn look(_: Call<House>, (): ()) -> Result<(String,), BusError> {
    Ok(("a hall".into(),))
}

async fn detach(call: Call<House>, (): ()) -> Result<(), BusError> {
    let Place::Visit(_, id) = *call.object() else {
        return Err(BusError::internal());
    };
    call.state()
        .visits
        .lock()
        .unwrap()
        .insert(id, SessionOwner::User(call.caller().uid()));
    Ok(())
}

async fn number(call: Call<House>) -> Result<u64, BusError> {
    let Place::Visit(_, id) = call.object() else {
        return Err(BusError::internal());
    };
    Ok(*id)
}
