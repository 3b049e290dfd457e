//! Hosts that systemd starts when the daemon connects to their sockets.

use crate::plugin_in_c::written;
use secinfo_tests::{ALICE, CHANNEL_ACCOUNT, Client, ROOT, Setup, TestHost, binary};
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, Command, Stdio};

/// The process that listens on the socket and executes the host at the first connection, as systemd's
/// units do. Killed on drop.
struct Activation {
    process: Child,
    /// Kept open, because writing to a closed pipe would end the process.
    _printed: BufReader<ChildStderr>,
}

impl Activation {
    fn start(host: &TestHost) -> Self {
        let directory = host.directory();
        let mut process = Command::new("systemd-socket-activate")
            .arg("--listen")
            .arg(directory.join("text.sock"))
            .arg(binary("secinfod"))
            .args([
                "channel-host",
                "text",
                "--user",
                CHANNEL_ACCOUNT,
                "--plugin",
            ])
            .arg(directory.join("plugins/libsecinfo_file.so"))
            .arg("--settings")
            .arg(directory.join("file.toml"))
            .arg("--writable")
            .arg(host.spool())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("systemd-socket-activate is installed (Debian package systemd)");
        let mut line = String::new();
        let mut printed = BufReader::new(process.stderr.take().unwrap());
        printed.read_line(&mut line).unwrap();
        assert!(line.contains("Listening"), "{line}");
        Self {
            process,
            _printed: printed,
        }
    }
}

impl Drop for Activation {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Enrols a phone with the code in message `number` that the host has delivered.
async fn enroll(host: &TestHost, user: &Client, destination: &str, number: usize) {
    let (path, _) = user
        .start_destination("text", destination, None)
        .await
        .unwrap();
    user.send_code(path.as_str(), "Enrollment").await.unwrap();
    let messages = written(host);
    assert_eq!(messages.len(), number);
    let message = &messages[number - 1];
    assert_eq!(message["destination"], destination);
    let code = message["code"].as_str().unwrap();
    user.finish_enrollment(path.as_str(), code).await.unwrap();
}

#[tokio::test]
async fn a_host_started_by_systemd_delivers_and_is_restarted_by_the_next_connection() {
    let setup = Setup::new().more(
        "[channel.text]\nkind = \"text\"\nplugin = \"file\"\nsocket = \"{host}/text.sock\"\n",
    );
    let mut host = TestHost::without_daemon(setup).await;
    host.install_c_plugin("file");
    let file = host.spool().join("texts");
    host.write_settings("file.toml", &format!("file = \"{}\"\n", file.display()));
    let mut first = Activation::start(&host);
    host.start_daemon().await;
    let root = host.client(ROOT).await;
    root.wait_for_channel("text", |channel| channel.state == "ready")
        .await;
    assert!(
        host.process_of_channel("text").is_none(),
        "the daemon did not start it"
    );
    let alice = host.client(ALICE).await;
    enroll(&host, &alice, "+4915112345678", 1).await;

    first.process.kill().unwrap();
    let status = first.process.wait().unwrap();
    assert_eq!(status.signal(), Some(9), "{status}");
    let channel = root
        .wait_for_channel("text", |channel| channel.state != "ready")
        .await;
    assert!(!channel.last_error.is_empty(), "{channel:?}");
    let mut second = Activation::start(&host);
    root.wait_for_channel("text", |channel| channel.state == "ready")
        .await;
    let bob = host.client(secinfo_tests::BOB).await;
    enroll(&host, &bob, "+4915187654321", 2).await;

    assert!(host.stop().success());
    let status = second.process.wait().unwrap();
    assert!(status.success(), "it ends with the daemon: {status}");
}
