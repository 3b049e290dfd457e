//! Accepts connections.

use super::conversation::{say_last, serve};
use super::dispatch::Dispatcher;
use super::listener::Listener;
use super::peer::Peer;
use super::shares::Shares;
use super::stream::Stream;
use crate::service::Service;
use secinfo_wire::sign_in::SignInError;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// The pause after a failure to accept: descriptors may be free again after it.
const PAUSE: Duration = Duration::from_millis(100);

/// The server of the socket for sign-ins.
pub struct Server {
    stopping: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Starts to serve.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn start(listener: Listener, service: Arc<Service>, shares: Arc<Shares>) -> Self {
        let (stopping, stops) = watch::channel(false);
        let accepting = tokio::spawn(accept(listener, service, shares, stops));
        Self {
            stopping,
            accepting,
        }
    }

    /// Accepts no further connection, ends each that waits for its peer, and brings calls to their end.
    pub async fn stop(self) {
        // The receivers are gone only if the task has ended.
        let _ = self.stopping.send(true);
        if self.accepting.await.is_err() {
            tracing::error!("the socket for sign-ins was not closed in order");
        }
    }
}

async fn accept(
    listener: Listener,
    service: Arc<Service>,
    shares: Arc<Shares>,
    mut stops: watch::Receiver<bool>,
) {
    let mut conversations = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stops.wait_for(|stopping| *stopping) => break,
            Some(_) = conversations.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(stream) => {
                if let Some(dispatcher) = admit(&stream, &service, &shares) {
                    conversations.spawn(serve(stream, dispatcher, stops.clone()));
                } else {
                    say_last(Stream::new(stream), SignInError::LimitsExceeded.name());
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a connection to the socket for sign-ins was not accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    while conversations.join_next().await.is_some() {}
}

fn admit(stream: &UnixStream, service: &Arc<Service>, shares: &Arc<Shares>) -> Option<Dispatcher> {
    let peer = Peer::of(stream).ok()?;
    let place = shares.enter(peer.account())?;
    Some(Dispatcher::new(Arc::clone(service), peer, place))
}
