//! A small application to serve: a front desk, a room for each user, and short-lived visits.

use super::private_bus::PrivateBus;
use secinfod::bus::{
    Access, Action, Authorizer, BusError, Call, Caller, EmitsChanged, Interface, Limits, Method,
    Object, ObjectTree, Property, Server, SessionOwner, Signal, Table, TagKey, connect,
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{Semaphore, watch};
use zbus::names::UniqueName;
use zeroize::Zeroizing;

pub(crate) const NAME: &str = "org.example.House";
pub(crate) const ROOT: &str = "/org/example/House";
pub(crate) const DESK: &str = "org.example.House.Desk";
pub(crate) const ROOM: &str = "org.example.House.Room";
pub(crate) const VISIT: &str = "org.example.House.Visit";
pub(crate) const OBJECT_MANAGER: &str = "org.freedesktop.DBus.ObjectManager";
pub(crate) const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
pub(crate) const INTROSPECTABLE: &str = "org.freedesktop.DBus.Introspectable";
pub(crate) const PEER: &str = "org.freedesktop.DBus.Peer";

pub(crate) const MANAGE: Action = Action::new("org.example.house.manage");
pub(crate) const READ: Action = Action::new("org.example.house.read");

/// The state of the house.
pub(crate) struct House {
    rooms: Mutex<BTreeMap<u32, String>>,
    visits: Mutex<BTreeMap<u64, SessionOwner>>,
    next_visit: AtomicU64,
    /// How many visits there are, how many connections that called have left, and how many calls
    /// wait for a door.
    pub(crate) visit_count: watch::Sender<usize>,
    pub(crate) departures: watch::Sender<usize>,
    pub(crate) waiting: watch::Sender<usize>,
    pub(crate) doors: Semaphore,
    tag_key: TagKey,
}

#[derive(Debug, Clone)]
pub(crate) enum Place {
    Desk,
    Room(u32),
    Visit(SessionOwner, u64),
}

impl Object for Place {
    fn interfaces(&self) -> &'static [&'static str] {
        match self {
            Self::Desk => &[DESK, OBJECT_MANAGER],
            Self::Room(_) => &[ROOM],
            Self::Visit(..) => &[VISIT],
        }
    }

    fn owner_uid(&self) -> Option<u32> {
        match self {
            Self::Room(uid) => Some(*uid),
            Self::Desk | Self::Visit(..) => None,
        }
    }

    fn session_owner(&self) -> Option<SessionOwner> {
        match self {
            Self::Visit(owner, _) => Some(owner.clone()),
            Self::Desk | Self::Room(_) => None,
        }
    }
}

impl ObjectTree for House {
    type Object = Place;

    fn resolve(&self, path: &str) -> Option<Place> {
        let below = path.strip_prefix(ROOT)?;
        if below.is_empty() {
            return Some(Place::Desk);
        }
        if let Some(uid) = below.strip_prefix("/rooms/u") {
            return uid.parse().ok().map(Place::Room);
        }
        let id = below.strip_prefix("/visits/v")?.parse().ok()?;
        self.visits
            .lock()
            .unwrap()
            .get(&id)
            .map(|owner| Place::Visit(owner.clone(), id))
    }

    fn exists(&self, object: &Place) -> bool {
        match object {
            Place::Room(uid) => self.rooms.lock().unwrap().contains_key(uid),
            Place::Desk | Place::Visit(..) => true,
        }
    }

    fn children(&self, caller: &Caller, path: &str) -> Vec<String> {
        match path {
            "/" => vec!["org".into()],
            "/org" => vec!["example".into()],
            "/org/example" => vec!["House".into()],
            ROOT => vec!["rooms".into(), "visits".into()],
            "/org/example/House/rooms" => {
                let rooms = self.rooms.lock().unwrap();
                let visible = rooms
                    .keys()
                    .filter(|uid| **uid == caller.uid() || caller.uid() == 0);
                visible.map(|uid| format!("u{uid}")).collect()
            }
            _ => vec![],
        }
    }

    async fn managed(&self, caller: &Caller, root: &str) -> Vec<(String, Place)> {
        let mut objects = Vec::new();
        if self.rooms.lock().unwrap().contains_key(&caller.uid()) {
            objects.push((room(caller.uid()), Place::Room(caller.uid())));
        }
        // Every visit, whoever's: hiding them is not left to the application.
        for (id, owner) in &*self.visits.lock().unwrap() {
            objects.push((
                format!("{root}/visits/v{id}"),
                Place::Visit(owner.clone(), *id),
            ));
        }
        objects
    }

    fn disconnected(&self, name: &UniqueName<'_>) {
        let mut visits = self.visits.lock().unwrap();
        visits.retain(|_, owner| !matches!(owner, SessionOwner::Connection(of) if of == name));
        self.visit_count.send_replace(visits.len());
        self.departures.send_modify(|count| *count += 1);
    }
}

pub(crate) fn room(uid: u32) -> String {
    format!("{ROOT}/rooms/u{uid}")
}

fn desk() -> Interface<House> {
    let anyone = Access::Anyone;
    Interface {
        name: DESK,
        doc: "Where everyone comes first.",
        methods: vec![
            Method::new("Echo", "Says it back.", anyone, ["text"], ["text"], echo),
            Method::new(
                "EchoLong",
                "Says a long text back.",
                anyone,
                ["text"],
                ["length"],
                length,
            )
            .max_body(1 << 20),
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

async fn length(_: Call<House>, (text,): (String,)) -> Result<(u64,), BusError> {
    Ok((text.len() as u64,))
}

async fn add(_: Call<House>, (a, b): (u32, u32)) -> Result<(u64, u32), BusError> {
    Ok((u64::from(a) + u64::from(b), a))
}

async fn fail(_: Call<House>, (): ()) -> Result<(), BusError> {
    Err(BusError::typed("Broken", "It is broken. Mend it."))
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

/// A house that is served on a private bus.
pub(crate) struct Served {
    pub(crate) server: Server<House>,
    pub(crate) house: Arc<House>,
    pub(crate) bus: PrivateBus,
}

impl Served {
    /// With rooms for root and nobody, authorization by uid and the usual limits.
    pub(crate) async fn start() -> Self {
        Self::with_limits(Limits::default()).await
    }

    pub(crate) async fn with_limits(limits: Limits) -> Self {
        let bus = PrivateBus::start();
        let connection = connect(Some(&bus.address())).await.unwrap();
        Self::on(bus, connection, Authorizer::uid(), limits).await
    }

    pub(crate) async fn on(
        bus: PrivateBus,
        connection: zbus::Connection,
        authorizer: Authorizer,
        limits: Limits,
    ) -> Self {
        let rooms = [(0, "root's"), (super::private_bus::NOBODY, "nobody's")];
        let house = Arc::new(House {
            rooms: Mutex::new(
                rooms
                    .into_iter()
                    .map(|(uid, label)| (uid, label.to_owned()))
                    .collect(),
            ),
            visits: Mutex::default(),
            next_visit: AtomicU64::new(1),
            visit_count: watch::Sender::new(0),
            departures: watch::Sender::new(0),
            waiting: watch::Sender::new(0),
            doors: Semaphore::new(0),
            tag_key: TagKey::new(Zeroizing::new([7; 32])).unwrap(),
        });
        let server = Server::start(connection, house.clone(), table(), authorizer, limits)
            .await
            .unwrap();
        server.request_name(NAME).await.unwrap();
        Self { server, house, bus }
    }

    /// Waits until so many calls of `Wait` are waiting.
    pub(crate) async fn until_waiting(&self, count: usize) {
        self.house
            .waiting
            .subscribe()
            .wait_for(|waiting| *waiting == count)
            .await
            .unwrap();
    }
}
