//! Unix sockets that programs under test listen on.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;

/// The flag of a listening socket in `/proc/net/unix` (`__SO_ACCEPTCON`).
const LISTENS: u32 = 1 << 16;

/// Whether a program listens on this socket. Its file is there a moment earlier, and who connects then is
/// refused.
pub fn is_listening(socket: &Path) -> bool {
    let sockets = fs::read("/proc/net/unix").unwrap();
    sockets.split(|byte| *byte == b'\n').any(|line| {
        let mut fields = line.splitn(2, |byte| *byte == b'/');
        let (before, path) = (fields.next(), fields.next());
        // Its address, references, protocol and flags come first.
        let flags = before.and_then(|before| str::from_utf8(before).ok()?.split(' ').nth(3));
        let flags = flags.and_then(|flags| u32::from_str_radix(flags, 16).ok());
        path == socket.as_os_str().as_bytes().get(1..)
            && flags.is_some_and(|flags| flags & LISTENS != 0)
    })
}

/// A stream to a socket with this uid, which the kernel tells the server: it takes it from the thread
/// that connects.
pub fn connect(socket: &Path, uid: u32) -> UnixStream {
    let socket = socket.to_owned();
    let connecting = thread::spawn(move || {
        if uid != 0 {
            let uid = rustix::process::Uid::from_raw(uid);
            rustix::thread::set_thread_res_uid(uid, uid, uid)
                .expect("these tests run as root, to act as several users");
        }
        UnixStream::connect(socket).unwrap()
    });
    connecting.join().unwrap()
}
