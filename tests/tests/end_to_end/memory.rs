//! How much memory one account can make the daemon take.

use futures_util::future::join_all;
use secinfo_tests::{ALICE, IgnoredReply, ROOT, ROOT_PATH, Setup, TestHost, peak_memory};
use std::collections::HashMap;
use zbus::Variant;

/// The bound on what the flood adds, in KiB. The messages of the flood are eight times as much.
const BOUND: u64 = 32 * 1024;

#[tokio::test]
async fn large_messages_are_not_held_while_polkit_is_silent() {
    let mut host = TestHost::with(Setup::new().polkit()).await;
    let silent = host.client(ROOT).await;
    let name = "org.freedesktop.PolicyKit1";
    silent.connection.request_name(name).await.unwrap();
    let pid = host.daemon().pid();
    let before = peak_memory(pid);

    let none: HashMap<&str, Variant<'_>> = HashMap::new();
    let body = ("csv", vec![0_u8; 4 << 20], none);
    let clients = join_all((0..4).map(|_| host.client(ALICE))).await;
    let calls = clients.iter().flat_map(|client| {
        (0..16).map(|_| client.call::<_, IgnoredReply>(ROOT_PATH, "Tokens", "ImportTokens", &body))
    });
    assert!(join_all(calls).await.iter().all(Result::is_err));
    let added = peak_memory(pid) - before;
    assert!(added < BOUND, "{added} KiB");
}
