//! One connection: its calls, one after the other, until it ends.

use super::dispatch::{Dispatcher, NotACall};
use super::stream::{NoMessage, Stream};
use futures_util::FutureExt;
use secinfo_wire::sign_in::SignInError;
use secinfo_wire::varlink::{self, Nothing};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::sync::watch;

/// How long a connection without a conversation may be silent.
const IDLE: Duration = Duration::from_secs(30);

/// Says why a connection ends, to who would otherwise take it for the end of the daemon.
pub(super) fn say_last(stream: Stream, error: &str) {
    stream.send_last(&varlink::error(error, &Nothing {}));
}

/// Serves a connection until it ends. A call that was begun is brought to its end: what it appends to the
/// log and whom it notifies belong together.
pub(super) async fn serve(
    socket: UnixStream,
    mut dispatcher: Dispatcher,
    mut stopping: watch::Receiver<bool>,
) {
    let mut stream = Stream::new(socket);
    loop {
        let patience = dispatcher.patience().unwrap_or(IDLE);
        let message = tokio::select! {
            biased;
            () = dispatcher.place.ended() => {
                return say_last(stream, dispatcher.last_error(SignInError::NoSignIn));
            }
            _ = stopping.wait_for(|stopping| *stopping) => {
                return say_last(stream, dispatcher.last_error(SignInError::ShuttingDown));
            }
            message = stream.receive(patience) => message,
        };
        let message = match message {
            Ok(message) => message,
            Err(NoMessage::Silent) => {
                return say_last(stream, dispatcher.last_error(SignInError::NoSignIn));
            }
            Err(NoMessage::Closed | NoMessage::Broken) => return,
        };
        let handled = AssertUnwindSafe(dispatcher.handle(&message))
            .catch_unwind()
            .await;
        let reply = match handled {
            Ok(Ok(reply)) => reply,
            Ok(Err(NotACall)) => return,
            // The message of the panic may hold secrets, so it is not repeated here.
            Err(_) => {
                tracing::error!("a sign-in or a reset panicked");
                return say_last(stream, dispatcher.last_error(SignInError::Internal));
            }
        };
        if let Some(reply) = reply
            && stream.send(&reply).await.is_err()
        {
            return;
        }
        if dispatcher.is_over() {
            return;
        }
    }
}
