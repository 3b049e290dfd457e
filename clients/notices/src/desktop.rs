//! The user's desktop on the session bus: shows notifications, and says what the user chose on them.

use crate::failure::Failure;
use crate::news::News;
use crate::open;
use futures_util::StreamExt as _;
use secinfo_words::{Words, message};
use std::collections::HashMap;
use zbus::names::WellKnownName;
use zbus::{Connection, Variant, connection, fdo, proxy};

/// What this process is called on the session bus, where there is one of it.
const NAME: WellKnownName<'static> =
    WellKnownName::from_static_str_unchecked("org.secinfo.SecurityInfo1.Notices");
/// The name of the desktop entry and of the icon.
const DESKTOP_ENTRY: &str = "org.secinfo.SecurityInfo";
/// How long a notification stays: as long as the server shows others.
const AS_OTHERS: i32 = -1;
/// Notifications whose buttons are still obeyed. A user who leaves so many alone clicks none of the first.
const MOST_OPEN: usize = 64;

/// Chosen by a click on the notification itself.
const CLICKED: &str = "default";
const OPEN: &str = "open";
const LOCK: &str = "lock";
const LOCK_NOW: &str = "lock-now";

/// The server of notifications, as the desktop specification has it.
#[proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Notifications {
    /// What the server can show.
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    /// Shows a notification.
    #[allow(clippy::too_many_arguments, reason = "so many has the specification")]
    fn notify(
        &self,
        application: &str,
        replaces: u32,
        icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Variant<'_>>,
        expires: i32,
    ) -> zbus::Result<u32>;

    /// The user chose an action of a notification.
    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action: String) -> zbus::Result<()>;

    /// A notification is no longer shown.
    #[zbus(signal)]
    fn notification_closed(&self, id: u32, reason: u32) -> zbus::Result<()>;
}

/// What the user chose on a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// To see security info.
    Open,
    /// To lock the account; to be asked once more.
    Lock,
    /// To lock the account, asked once more.
    LockNow,
}

/// The session bus, and the notifications on it that are still shown.
pub(crate) struct Desktop {
    session: Connection,
    server: NotificationsProxy<'static>,
    chosen: ActionInvokedStream,
    closed: NotificationClosedStream,
    words: Words,
    open: Vec<u32>,
}

/// What is to be shown.
struct Notification<'a> {
    body: String,
    is_urgent: bool,
    actions: Vec<(&'a str, String)>,
}

impl Desktop {
    /// Connects to the session bus; none when there is another of this process already.
    ///
    /// # Errors
    /// [`Failure::NoSessionBus`].
    pub(crate) async fn connect(words: Words) -> Result<Option<Self>, Failure> {
        Self::connect_to_bus(words)
            .await
            .map_err(Failure::NoSessionBus)
    }

    async fn connect_to_bus(words: Words) -> zbus::Result<Option<Self>> {
        let session = connection::Builder::session().build().await?;
        let flags = fdo::RequestNameFlags::DO_NOT_QUEUE;
        match session.request_name_with_flags(NAME, flags).await {
            Ok(_) => {}
            Err(zbus::Error::NameTaken) => return Ok(None),
            Err(error) => return Err(error),
        }
        let server = NotificationsProxy::new(&session).await?;
        Ok(Some(Self {
            chosen: server.receive_action_invoked().await?,
            closed: server.receive_notification_closed().await?,
            session,
            server,
            words,
            open: Vec::new(),
        }))
    }

    /// Tells what happened in one notification. `can_lock`: the daemon can lock the account. `is_late`: it
    /// happened while the user was not signed in on this desktop.
    ///
    /// # Errors
    /// [`Failure::NotShown`] when nothing shows notifications here.
    pub(crate) async fn tell(
        &mut self,
        news: &[News],
        can_lock: bool,
        is_late: bool,
    ) -> Result<(), Failure> {
        let mut lines = Vec::new();
        if is_late {
            lines.push(self.words.say(message::DesktopSince).to_string());
        }
        lines.extend(news.iter().map(|news| news.sentence(self.words)));
        let mut actions = self.open_actions();
        if can_lock {
            actions.push((LOCK, self.words.say(message::DesktopLock).to_string()));
        }
        self.show(Notification {
            body: lines.join("\n"),
            is_urgent: news.iter().any(News::is_urgent),
            actions,
        })
        .await
    }

    /// Asks whether the account is really to be locked: one click is made too easily.
    ///
    /// # Errors
    /// [`Failure::NotShown`].
    pub(crate) async fn ask_to_lock(&mut self) -> Result<(), Failure> {
        let question = self.words.say(message::DesktopLockQuestion).to_string();
        let lock = self.words.say(message::DesktopLock).to_string();
        self.show(Notification {
            body: question,
            is_urgent: true,
            actions: vec![(LOCK_NOW, lock)],
        })
        .await
    }

    /// Tells that the account could not be locked, and how else to do it.
    ///
    /// # Errors
    /// [`Failure::NotShown`].
    pub(crate) async fn tell_not_locked(&mut self) -> Result<(), Failure> {
        let actions = self.open_actions();
        self.show(Notification {
            body: self.words.say(message::DesktopNotLocked).to_string(),
            is_urgent: true,
            actions,
        })
        .await
    }

    /// Opens security info.
    pub(crate) async fn open(&self) {
        open::open(&self.session).await;
    }

    /// Waits until the user chooses something on a notification of this process.
    ///
    /// # Errors
    /// [`Failure::NoSessionBus`] when the session is over.
    pub(crate) async fn choice(&mut self) -> Result<Choice, Failure> {
        loop {
            tokio::select! {
                chosen = self.chosen.next() => {
                    let chosen = chosen.ok_or_else(session_over)?;
                    let Ok(chosen) = chosen.args() else { continue };
                    // All programs hear of the choices on all notifications.
                    if !self.open.contains(&chosen.id) {
                        continue;
                    }
                    if let Some(choice) = Choice::of(&chosen.action) {
                        return Ok(choice);
                    }
                }
                closed = self.closed.next() => {
                    let closed = closed.ok_or_else(session_over)?;
                    if let Ok(closed) = closed.args() {
                        self.open.retain(|id| *id != closed.id);
                    }
                }
            }
        }
    }

    fn open_actions(&self) -> Vec<(&'static str, String)> {
        if open::program().is_none() {
            return Vec::new();
        }
        let label = self.words.say(message::DesktopOpen).to_string();
        vec![(CLICKED, label.clone()), (OPEN, label)]
    }

    async fn show(&mut self, notification: Notification<'_>) -> Result<(), Failure> {
        let id = self.notify(notification).await.map_err(Failure::NotShown)?;
        if self.open.len() == MOST_OPEN {
            self.open.remove(0);
        }
        self.open.push(id);
        Ok(())
    }

    async fn notify(&self, notification: Notification<'_>) -> zbus::Result<u32> {
        let able = self.server.get_capabilities().await?;
        let can = |what: &str| able.iter().any(|able| able == what);
        let body = if can("body-markup") {
            without_markup(&notification.body)
        } else {
            notification.body
        };
        // A server that shows no buttons may take them for something else.
        let actions = if can("actions") {
            notification.actions
        } else {
            Vec::new()
        };
        let actions: Vec<&str> = actions
            .iter()
            .flat_map(|(name, label)| [*name, label.as_str()])
            .collect();
        let title = self.words.say(message::DesktopTitle);
        let urgency: u8 = if notification.is_urgent { 2 } else { 1 };
        let hints = HashMap::from([
            ("urgency", Variant::from(urgency)),
            ("desktop-entry", Variant::from(DESKTOP_ENTRY)),
        ]);
        self.server
            .notify(
                &title,
                0,
                DESKTOP_ENTRY,
                &title,
                &body,
                &actions,
                hints,
                AS_OTHERS,
            )
            .await
    }
}

impl Choice {
    fn of(action: &str) -> Option<Self> {
        match action {
            CLICKED | OPEN => Some(Self::Open),
            LOCK => Some(Self::Lock),
            LOCK_NOW => Some(Self::LockNow),
            _ => None,
        }
    }
}

/// Text in which a server finds no markup: a label is shown as the user wrote it.
fn without_markup(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn session_over() -> Failure {
    Failure::NoSessionBus(zbus::Error::InputOutput(std::sync::Arc::new(
        std::io::ErrorKind::UnexpectedEof.into(),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_no_markup() {
        assert_eq!(
            without_markup("<a href='x'>Phone & tablet</a>"),
            "&lt;a href='x'&gt;Phone &amp; tablet&lt;/a&gt;"
        );
    }
}
