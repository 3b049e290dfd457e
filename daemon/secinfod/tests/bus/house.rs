//! A small application to serve: a front desk, a room for each user, and short-lived visits.

mod rows;

pub(crate) use rows::table;

use super::private_bus::PrivateBus;
use secinfod::bus::{
    Action, Authorizer, Caller, Limits, Object, ObjectTree, Server, TagKey, connect,
};
use secinfod::service::SessionOwner;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
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
    /// How often the label of a room was read.
    pub(crate) readings: AtomicU64,
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
        // The visits of all users: hiding them is not left to the application.
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
            readings: AtomicU64::new(0),
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
