//! The daemon on the bus, for as long as there is one. Sign-ins do not need it: a bus that is stopped
//! is waited for, while they are served.

use crate::bus::interface::{Daemon, notify, table};
use crate::bus::{Authorizer, ConnectError, Limits, PolkitDeadlines, Server, TagKey, connect};
use crate::config::{Authorization, DaemonConfig};
use crate::service::{Service, SessionOwner};
use secinfo_wire::names::BUS_NAME;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use zeroize::Zeroizing;

/// The first pause before another attempt, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Why the daemon is not on the bus.
#[derive(Debug, thiserror::Error)]
pub enum PresenceError {
    /// The bus.
    #[error("{0}")]
    Bus(#[from] ConnectError),
    /// Polkit is asked for in the configuration and cannot be reached.
    #[error(
        "polkit cannot be reached ({0}): start it, or set authorization = \"uid\" in the configuration"
    )]
    Polkit(zbus::Error),
    /// The kernel gives no random bytes, or not its boot id.
    #[error(
        "the daemon cannot tell sessions apart ({0}): look at /proc and at the host's random numbers"
    )]
    Key(io::Error),
}

impl PresenceError {
    /// Whether only an administrator can do something about it.
    const fn stays(&self) -> bool {
        matches!(
            self,
            Self::Bus(ConnectError::NameTaken { .. } | ConnectError::NameForbidden { .. })
        )
    }
}

/// The daemon's presence on the bus.
pub(crate) struct Presence {
    current: Arc<Mutex<Option<Arc<Connected>>>>,
    keeper: JoinHandle<()>,
}

/// Which bus the daemon is on, and how it authorizes callers there.
#[derive(Clone)]
struct BusSettings {
    address: Option<String>,
    authorization: Authorization,
}

/// One connection to the bus.
struct Connected {
    server: Server<Daemon>,
    notifier: JoinHandle<()>,
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.notifier.abort();
    }
}

impl Presence {
    /// Takes the daemon's name on the bus, or goes on trying where there is no bus.
    ///
    /// # Errors
    /// If the name is another's, or the bus does not let the daemon have it.
    pub(crate) async fn start(
        service: Arc<Service>,
        config: &DaemonConfig,
    ) -> Result<Self, PresenceError> {
        let settings = BusSettings {
            address: config.bus_address.clone(),
            authorization: config.authorization,
        };
        let current = Arc::new(Mutex::new(None));
        match join(&service, &settings).await {
            Ok(connected) => *lock(&current) = Some(Arc::new(connected)),
            Err(error) if error.stays() => return Err(error),
            Err(error) => tracing::error!(%error, "only sign-ins are served until there is a bus"),
        }
        let keeper = tokio::spawn(keep(service, settings, Arc::clone(&current)));
        Ok(Self { current, keeper })
    }

    /// Gives the name back, and answers what was asked before.
    pub(crate) async fn drain(self) {
        self.keeper.abort();
        let connected = lock(&self.current).take();
        if let Some(connected) = connected {
            connected.server.drain().await;
        }
    }
}

type Current = Mutex<Option<Arc<Connected>>>;

fn lock(current: &Current) -> MutexGuard<'_, Option<Arc<Connected>>> {
    // It is only replaced as a whole.
    current.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn keep(service: Arc<Service>, settings: BusSettings, current: Arc<Current>) {
    loop {
        let connected = lock(&current).clone();
        if let Some(connected) = connected {
            connected.server.closed().await;
            *lock(&current) = None;
            // The names of its connections may be others' on the next bus.
            service.close_sessions_of(|owner| matches!(owner, SessionOwner::Connection(_)));
            tracing::error!("the bus is gone: only sign-ins are served until it is back");
        }
        let mut pause = PAUSES.0;
        let connected = loop {
            sleep(pause).await;
            match join(&service, &settings).await {
                Ok(connected) => break connected,
                Err(error) => tracing::debug!(%error, "the daemon is not on the bus yet"),
            }
            pause = (pause * 2).min(PAUSES.1);
        };
        tracing::info!("on the bus again");
        *lock(&current) = Some(Arc::new(connected));
    }
}

async fn join(service: &Arc<Service>, settings: &BusSettings) -> Result<Connected, PresenceError> {
    let connection = connect(settings.address.as_deref()).await?;
    let (authorizer, authorization) = match settings.authorization {
        Authorization::Polkit => {
            let polkit = Authorizer::polkit(&connection, PolkitDeadlines::default()).await;
            (polkit.map_err(PresenceError::Polkit)?, "polkit")
        }
        Authorization::Uid => (Authorizer::uid(), "uid"),
    };
    let key = tag_key().map_err(PresenceError::Key)?;
    let daemon = Arc::new(Daemon::new(Arc::clone(service), key, authorization));
    let server = Server::start(
        connection,
        Arc::clone(&daemon),
        table(),
        authorizer,
        Limits::default(),
    )
    .await?;
    let notifier = tokio::spawn(notify(daemon, server.emitter()));
    // From here on dropping it ends the task.
    let connected = Connected { server, notifier };
    connected.server.request_name(BUS_NAME).await?;
    Ok(connected)
}

/// A new key for each connection: proofs end with it.
fn tag_key() -> io::Result<TagKey> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *key).map_err(io::Error::other)?;
    TagKey::new(key)
}
