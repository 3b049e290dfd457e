//! The process that phones talk to. It is reached from the network, holds no secret but the key of its
//! certificate, and decides nothing: it serves the requests that the daemon signed, and passes on the
//! answers that phones signed. docs/reference/push.md describes it.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")
)]

mod certificate;
mod confine;
mod connections;
mod daemon;
mod error;
mod http;
mod relay;
mod sockets;
mod table;

pub use error::PushError;

use connections::{Connections, Network, Place};
use daemon::Callers;
use relay::Relay;
use rustix::process::{self, DumpableBehavior, Resource, Rlimit};
use sockets::{Phones, Sockets};
use std::io;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// How long one connection of a phone may take, TLS included.
const WHOLE: Duration = Duration::from_secs(15);

/// How long a connection is not accepted after one could not be.
const BREATH: Duration = Duration::from_millis(100);

/// Serves phones and the daemon until the process is ended. The first argument is the path of the daemon's
/// socket, if it is not the usual one.
///
/// # Errors
/// [`PushError`] where sockets or certificate are not as they should be.
pub fn run() -> Result<(), PushError> {
    let of_daemon = std::env::args_os().nth(1).map(PathBuf::from);
    let of_daemon = of_daemon.as_deref();
    keep_secrets()?;
    let sockets = Sockets::take(of_daemon.unwrap_or(Path::new(secinfo_wire::push::SOCKET)))?;
    let tls = if sockets.need_certificate() {
        let directory = std::env::var_os("CREDENTIALS_DIRECTORY")
            .ok_or_else(|| PushError::Certificate("no credentials were passed".into()))?;
        Some(TlsAcceptor::from(certificate::read(Path::new(&directory))?))
    } else {
        None
    };
    let callers = Callers::find();
    confine::confine()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(sockets, &callers, tls))
}

/// No core dump and no process of the same user may have the key of the certificate, or a code.
fn keep_secrets() -> io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    process::setrlimit(Resource::Core, none)?;
    process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}

async fn serve(
    sockets: Sockets,
    callers: &Callers,
    tls: Option<TlsAcceptor>,
) -> Result<(), PushError> {
    let relay = Arc::new(Relay::default());
    let connections = Arc::new(Connections::default());
    for socket in sockets.phones {
        let relay = Arc::clone(&relay);
        let connections = Arc::clone(&connections);
        match (socket, tls.clone()) {
            (Phones::Direct(socket), Some(tls)) => {
                tokio::spawn(direct(relay, connections, listening(socket)?, tls));
            }
            (Phones::Direct(_), None) => {
                return Err(PushError::Certificate("there is none".into()));
            }
            (Phones::Proxy(socket), _) => {
                tokio::spawn(by_proxy(relay, connections, local(socket)?));
            }
        }
    }
    let of_daemon = local(sockets.daemon)?;
    loop {
        match of_daemon.accept().await {
            Ok((stream, _)) if callers.include(&stream) => {
                tokio::spawn(daemon::serve(Arc::clone(&relay), stream));
            }
            Ok(_) => say("another account than the daemon's was refused"),
            Err(error) => refused(&error).await,
        }
    }
}

async fn direct(
    relay: Arc<Relay>,
    connections: Arc<Connections>,
    socket: tokio::net::TcpListener,
    tls: TlsAcceptor,
) {
    loop {
        match socket.accept().await {
            Ok((stream, address)) => {
                let place = connections.enter(Network::of(address.ip()));
                let (relay, tls) = (Arc::clone(&relay), tls.clone());
                tokio::spawn(in_time(place, async move {
                    if let Ok(stream) = tls.accept(stream).await {
                        http::serve(relay, stream).await;
                    }
                }));
            }
            Err(error) => refused(&error).await,
        }
    }
}

async fn by_proxy(
    relay: Arc<Relay>,
    connections: Arc<Connections>,
    socket: tokio::net::UnixListener,
) {
    loop {
        match socket.accept().await {
            Ok((stream, _)) => {
                let place = connections.enter(Network::Proxy);
                tokio::spawn(in_time(place, http::serve(Arc::clone(&relay), stream)));
            }
            Err(error) => refused(&error).await,
        }
    }
}

/// Serves a connection for as long as it may take and as its place is not needed by a newer one.
async fn in_time(place: Place, served: impl Future<Output = ()>) {
    tokio::select! {
        _ = timeout(WHOLE, served) => {}
        () = place.ended() => {}
    }
}

/// A process that has as many descriptors as it may have would try without end.
async fn refused(error: &io::Error) {
    say(&format!("a connection was not accepted: {error}"));
    sleep(BREATH).await;
}

fn listening(socket: TcpListener) -> io::Result<tokio::net::TcpListener> {
    socket.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(socket)
}

fn local(socket: UnixListener) -> io::Result<tokio::net::UnixListener> {
    socket.set_nonblocking(true)?;
    tokio::net::UnixListener::from_std(socket)
}

/// Writes a line to the journal, where the process can be asked why it does not serve. Nothing of phones
/// and of the daemon is in it.
#[allow(clippy::print_stderr, reason = "systemd takes it to the journal")]
fn say(line: &str) {
    eprintln!("secinfo-push: {line}");
}
