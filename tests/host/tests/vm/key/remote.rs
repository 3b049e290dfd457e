//! A session over SSH, while the user's key is plugged in at the host.

use super::{Desk, USER};
use secinfo_host_tests::{Shared, password};

/// `sudo` there is asked the next method and told why; no key is asked anything.
pub(crate) fn is_told_why(desk: &mut Desk, first: &Shared) {
    let commands = first.lock().commands.len();
    desk.machine
        .shell(&format!(
            "set -e
             ssh-keygen -q -t ed25519 -N '' -f here
             install -d -m 700 -o {USER} -g {USER} /home/{USER}/.ssh
             install -m 600 -o {USER} -g {USER} here.pub /home/{USER}/.ssh/authorized_keys
             mkfifo typed
             sleep infinity >typed &
             ssh -tt -i here -o StrictHostKeyChecking=no -o LogLevel=ERROR {USER}@127.0.0.1 \
                 'sudo -k id -un' <typed >said 2>&1 &"
        ))
        .ok();
    answer(desk, "password for admin:", &password(USER));
    let code = desk.app.fresh();
    said(
        desk,
        "Your security key can be used at the host itself only.",
    );
    answer(desk, "Code from Authenticator app", &code);
    said(desk, "^root");
    assert_eq!(first.lock().commands.len(), commands);
}

fn answer(desk: &mut Desk, words: &str, line: &str) {
    said(desk, words);
    desk.machine.shell(&format!("echo '{line}' >typed")).ok();
}

fn said(desk: &mut Desk, words: &str) {
    let script = format!("grep --quiet --regexp='{words}' said || {{ cat said; exit 1; }}");
    desk.machine.wait_for(words, &script);
}
