//! What is asked of the daemon.

use secinfo_terminal::environment;
use secinfo_terminal::failure::Failure;
use secinfo_wire::{
    Channel, ChannelsProxy, Connection, ManagerProxy, Status, TestOptions, TestOutcome,
    UserProperties, properties,
};
use std::time::Duration;

/// A daemon that has started answers sooner.
const PATIENCE: Duration = Duration::from_secs(20);
/// A provider may be slow to say what became of a message.
const DELIVERY: Duration = Duration::from_secs(150);

/// The daemon, as far as setting up asks it.
pub(crate) trait Daemon {
    /// How it is.
    async fn status(&self) -> Result<Status, Failure>;
    /// Whether a user has a method that serves sign-in.
    async fn has_method(&self, user: &str) -> Result<bool, Failure>;
    /// How its channels are.
    async fn channels(&self) -> Result<Vec<Channel>, Failure>;
    /// Sends a test message through a channel.
    async fn test(&self, channel: &str, destination: &str) -> Result<TestOutcome, Failure>;
    /// Lets time pass by its clock.
    async fn pass(&self, time: Duration);
}

/// The daemon behind a bus. Each question goes over a connection of its own, because the daemon
/// starts anew between them.
#[derive(Debug)]
pub(crate) struct OnBus<'a> {
    /// The address of the bus, if not the system bus.
    pub(crate) address: Option<&'a str>,
}

impl OnBus<'_> {
    async fn connect(&self) -> Result<Connection, Failure> {
        Ok(secinfo_wire::connect(self.address).await?)
    }

    async fn proxy(&self) -> Result<ChannelsProxy<'static>, Failure> {
        Ok(ChannelsProxy::new(&self.connect().await?).await?)
    }
}

impl Daemon for OnBus<'_> {
    async fn status(&self) -> Result<Status, Failure> {
        within(PATIENCE, async {
            let manager = ManagerProxy::new(&self.connect().await?).await?;
            Ok(manager.get_status().await?)
        })
        .await
    }

    async fn has_method(&self, user: &str) -> Result<bool, Failure> {
        within(PATIENCE, async {
            let connection = self.connect().await?;
            let manager = ManagerProxy::new(&connection).await?;
            let path = manager.get_user_by_name(user).await?;
            let user: UserProperties = properties(&connection, &path).await?;
            // A user with such a method has one of them as the default.
            Ok(user.default_method.as_str() != "/")
        })
        .await
    }

    async fn channels(&self) -> Result<Vec<Channel>, Failure> {
        within(PATIENCE, async {
            Ok(self.proxy().await?.list_channels().await?)
        })
        .await
    }

    async fn test(&self, channel: &str, destination: &str) -> Result<TestOutcome, Failure> {
        let options = TestOptions {
            language: environment::locale(),
        };
        within(DELIVERY, async {
            let proxy = self.proxy().await?;
            Ok(proxy.test_channel(channel, destination, &options).await?)
        })
        .await
    }

    async fn pass(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

async fn within<T>(
    patience: Duration,
    asked: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let answered = tokio::time::timeout(patience, asked).await;
    answered.unwrap_or_else(|_| {
        Err(Failure::Refused(
            "secinfod does not answer in time: see sudo journalctl -u secinfod".into(),
        ))
    })
}

/// Whether the daemon is well; if not, why.
pub(super) async fn is_well(daemon: &impl Daemon) -> Result<(), String> {
    match daemon.status().await {
        Ok(status) if status.healthy => Ok(()),
        Ok(status) if status.problem.is_empty() => Err("it does not say why".to_owned()),
        Ok(status) => Err(status.problem),
        Err(failure) => Err(failure.to_string()),
    }
}
