//! The connections that have called us, each asked about once, and forgotten when it leaves.

use super::caller::Caller;
use super::error::BusError;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OnceCell, watch};
use zbus::Connection;
use zbus::fdo::ConnectionCredentials;
use zbus::names::{OwnedUniqueName, UniqueName};

/// The bus answers such a question in well under a millisecond, or it is not well.
const BUS_DEADLINE: Duration = Duration::from_secs(10);

/// What we hold of one connection.
pub(crate) struct KnownConnection {
    name: OwnedUniqueName,
    nonce: [u8; 16],
    departure: watch::Sender<bool>,
    caller: OnceCell<Arc<Caller>>,
    /// Its calls that are being answered.
    pub(crate) in_flight: AtomicUsize,
    /// The bytes of those of its calls that came before the bus has said whose they are.
    pub(crate) unidentified: AtomicUsize,
}

impl KnownConnection {
    /// The caller, if the bus was asked already.
    pub(crate) fn caller(&self) -> Option<&Arc<Caller>> {
        self.caller.get()
    }
}

pub(crate) struct Callers {
    connection: Connection,
    known: Mutex<HashMap<String, Arc<KnownConnection>>>,
}

impl Callers {
    pub(crate) fn new(connection: Connection) -> Self {
        Self {
            connection,
            known: Mutex::default(),
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<KnownConnection>>> {
        // Each operation leaves the map consistent, so a panic in between does no harm.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The entry of `name`, made at its first call.
    ///
    /// # Errors
    /// `Internal` when the system gives no random numbers.
    pub(crate) fn connection(
        &self,
        name: &UniqueName<'_>,
    ) -> Result<Arc<KnownConnection>, BusError> {
        let mut known = self.known();
        if let Some(entry) = known.get(name.as_str()) {
            return Ok(entry.clone());
        }
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|error| {
            tracing::error!(%error, "the system gives no random numbers");
            BusError::internal()
        })?;
        let entry = Arc::new(KnownConnection {
            name: name.to_owned().into(),
            nonce,
            departure: watch::Sender::new(false),
            caller: OnceCell::new(),
            in_flight: AtomicUsize::new(0),
            unidentified: AtomicUsize::new(0),
        });
        known.insert(name.as_str().to_owned(), entry.clone());
        Ok(entry)
    }

    /// Who the connection is; the bus is asked the first time only.
    ///
    /// # Errors
    /// `Internal` when the bus does not say.
    pub(crate) async fn identify(&self, entry: &KnownConnection) -> Result<Arc<Caller>, BusError> {
        entry
            .caller
            .get_or_try_init(|| self.ask_bus(entry))
            .await
            .cloned()
    }

    async fn ask_bus(&self, entry: &KnownConnection) -> Result<Arc<Caller>, BusError> {
        let question = self.connection.call_method(
            Some("org.freedesktop.DBus"),
            "/org/freedesktop/DBus",
            Some("org.freedesktop.DBus"),
            "GetConnectionCredentials",
            &entry.name,
        );
        let credentials = match tokio::time::timeout(BUS_DEADLINE, question).await {
            Ok(Ok(reply)) => reply.body().deserialize::<ConnectionCredentials>(),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(zbus::Error::InvalidReply),
        };
        let caller = match credentials {
            Ok(credentials) => Caller::new(
                entry.name.clone(),
                &credentials,
                entry.nonce,
                entry.departure.subscribe(),
            ),
            Err(error) => {
                if !*entry.departure.borrow() {
                    tracing::warn!(%error, connection = %entry.name, "the bus does not say who calls");
                }
                None
            }
        };
        caller.map(Arc::new).ok_or_else(BusError::internal)
    }

    /// Forgets a connection that left the bus. Whether it had ever called.
    pub(crate) fn forget(&self, name: &str) -> bool {
        let entry = self.known().remove(name);
        if let Some(entry) = &entry {
            entry.departure.send_replace(true);
        }
        entry.is_some()
    }

    /// The caller called `name`, if it has called before and is still there.
    pub(crate) fn caller(&self, name: &str) -> Option<Arc<Caller>> {
        self.known()
            .get(name)
            .and_then(|entry| entry.caller().cloned())
    }

    /// The connections of `uid` that have called and are still there.
    pub(crate) fn of_user(&self, uid: u32) -> Vec<OwnedUniqueName> {
        let known = self.known();
        let callers = known.values().filter_map(|entry| entry.caller());
        callers
            .filter(|caller| caller.uid() == uid)
            .map(|caller| caller.unique_name().clone())
            .collect()
    }

    /// The users whose connections have called and are still there.
    pub(crate) fn users(&self) -> BTreeSet<u32> {
        let known = self.known();
        let callers = known.values().filter_map(|entry| entry.caller());
        callers.map(|caller| caller.uid()).collect()
    }
}
