//! Users of the virtual machine, who have codes of `oathtool`.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use secinfo_host_tests::{Codes, Output, VirtualMachine};
use secinfo_test_person::hotp;

/// How often a token with a button can be pressed here.
const PRESSES: u32 = 200;

/// Sets an authenticator app up as this user does.
pub(crate) fn enroll_app(machine: &mut VirtualMachine, user: &str) -> Codes {
    let started = machine
        .shell(&format!(
            "rm -f code
             (until [ -e code ]; do sleep 0.2; done; cat code) |
                 setpriv --reuid={user} --regid={user} --init-groups --reset-env \
                 secinfo --json add authenticator-app >added 2>added.err &
             until [ -s added ]; do sleep 0.2; kill -0 $! || break; done
             cat added added.err"
        ))
        .ok();
    let line = started.lines().next().unwrap_or_default();
    let line: serde_json::Value =
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {started}"));
    let mut codes = Codes::of_uri(line["enrollment"]["uri"].as_str().unwrap());
    let code = codes.fresh();
    machine.write("/run/test/code.new", &code);
    let ended = machine.wait_for(
        "the app to be set up",
        "mv -f code.new code; grep --quiet -e '\"method\"' -e '\"error\"' added && cat added added.err",
    );
    assert!(ended.contains("\"became_default\":true"), "{ended}");
    codes
}

/// Verifies a user with a code, as root does for a service.
pub(crate) fn verify(machine: &mut VirtualMachine, user: &str, code: &str) -> Output {
    machine.shell(&format!(
        "echo {code} | secinfo --json --user {user} verify"
    ))
}

/// A token with a button, that an administrator imports.
pub(crate) struct Token {
    pub(crate) user: String,
    key: Vec<u8>,
    /// The codes that it shows, one after the other.
    pub(crate) codes: Vec<String>,
}

impl Token {
    pub(crate) fn of(user: &str) -> Self {
        let key = format!("{user:-<20}").into_bytes();
        Self {
            user: user.to_owned(),
            codes: hotp(&BASE32_NOPAD.encode(&key), 6, 0, PRESSES),
            key,
        }
    }

    /// Its line in a file of `pam_oath`.
    pub(crate) fn line(&self) -> String {
        format!("HOTP {} - {}\n", self.user, HEXLOWER.encode(&self.key))
    }
}
