//! The socket that is listened on: systemd's, or one that the daemon makes.

use rustix::fs::{Mode, chmod};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::net::sockopt::{socket_acceptconn, socket_domain, socket_type};
use rustix::net::{AddressFamily, SocketType};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixListener as StdListener;
use std::path::{Path, PathBuf};
use tokio::net::{UnixListener, UnixStream};

/// Why there is no socket for sign-ins.
#[derive(Debug, thiserror::Error)]
pub enum ListenerError {
    /// What was inherited is something else.
    #[error(
        "what the service manager passed on is not a listening Unix stream socket: correct the unit secinfod.socket"
    )]
    NotASocket,
    /// The socket cannot be made.
    #[error(
        "the socket for sign-ins cannot be made at {path} ({source}): start secinfod.socket, or set sign_in_socket in the configuration"
    )]
    NotMade {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A listening socket.
pub struct Listener {
    socket: UnixListener,
    /// The file that the daemon made, and removes.
    made: Option<PathBuf>,
}

impl Listener {
    /// The socket that systemd passed on, or else one that is made at `path`, for everybody to connect
    /// to: who may do what is decided by who connects. A file that a former daemon left is replaced, so
    /// it takes a lock of the caller's that there is no other daemon.
    ///
    /// # Errors
    /// [`ListenerError`].
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn open(path: &Path) -> Result<Self, ListenerError> {
        if let Some(passed) = secinfo_channel_host::passed_listener() {
            return Self::inherit(passed);
        }
        let not_made = |source| ListenerError::NotMade {
            path: path.to_owned(),
            source,
        };
        let left = fs::symlink_metadata(path);
        if left.is_ok_and(|left| left.file_type().is_socket()) {
            fs::remove_file(path).map_err(not_made)?;
        }
        let socket = UnixListener::bind(path).map_err(not_made)?;
        chmod(path, Mode::from_raw_mode(0o666)).map_err(|error| not_made(error.into()))?;
        let made = Some(path.to_owned());
        Ok(Self { socket, made })
    }

    fn inherit(passed: OwnedFd) -> Result<Self, ListenerError> {
        let listens = socket_domain(&passed) == Ok(AddressFamily::UNIX)
            && socket_type(&passed) == Ok(SocketType::STREAM)
            && socket_acceptconn(&passed) == Ok(true);
        if !listens {
            return Err(ListenerError::NotASocket);
        }
        let adopt = || {
            // Processes that the daemon starts do not inherit it.
            fcntl_setfd(&passed, FdFlags::CLOEXEC)?;
            let socket = StdListener::from(passed);
            socket.set_nonblocking(true)?;
            UnixListener::from_std(socket)
        };
        let socket = adopt().map_err(|_: io::Error| ListenerError::NotASocket)?;
        Ok(Self { socket, made: None })
    }

    /// The next connection.
    ///
    /// # Errors
    /// When the process or the system has no descriptors left, above all.
    pub(super) async fn accept(&self) -> io::Result<UnixStream> {
        self.socket.accept().await.map(|(stream, _)| stream)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(path) = &self.made {
            // A program that connects is told that there is no daemon, file or not.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::UnixDatagram;

    #[tokio::test]
    async fn a_socket_that_a_former_daemon_left_is_replaced_and_another_file_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sign-in");
        drop(StdListener::bind(&path).unwrap());
        let listener = Listener::open(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o666);
        UnixStream::connect(&path).await.unwrap();
        listener.accept().await.unwrap();
        drop(listener);
        assert!(!path.exists());
        fs::write(&path, "kept").unwrap();
        assert!(matches!(
            Listener::open(&path),
            Err(ListenerError::NotMade { .. })
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "kept");
    }

    #[tokio::test]
    async fn only_a_listening_stream_socket_is_inherited() {
        let directory = tempfile::tempdir().unwrap();
        let datagram = UnixDatagram::bind(directory.path().join("datagram")).unwrap();
        let (connected, _other) = std::os::unix::net::UnixStream::pair().unwrap();
        let file = fs::File::open("/dev/null").unwrap();
        for wrong in [OwnedFd::from(datagram), connected.into(), file.into()] {
            assert!(matches!(
                Listener::inherit(wrong),
                Err(ListenerError::NotASocket)
            ));
        }
        let listener = StdListener::bind(directory.path().join("stream")).unwrap();
        assert!(Listener::inherit(listener.into()).is_ok());
    }
}
