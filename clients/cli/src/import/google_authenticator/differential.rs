//! What is read of a file is compared with what the module itself does with it: of a file that is
//! taken, it accepts the code made with what was read; of one that is refused, it accepts none.

use super::GoogleAuthenticator;
use crate::import::codes::Codes;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// 12345678901234567890.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/// Has the letters O, L and B, which are mistaken for digits.
const OLB: &str = "OLBOLBOLBOLBOLBOLBOLBOLB";

/// A PAM service with nothing but the module, which reads one file.
struct Module {
    _directory: tempfile::TempDir,
    secret: PathBuf,
    service: String,
}

impl Module {
    fn new(service: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let secret = directory.path().join("secret");
        let service = service.to_owned();
        let line = format!(
            "auth required pam_google_authenticator.so secret={} user=root no_strict_owner noskewadj\n",
            secret.display()
        );
        std::fs::write(format!("/etc/pam.d/{service}"), line).unwrap();
        Self {
            _directory: directory,
            secret,
            service,
        }
    }

    fn accepts(&self, content: &[u8], code: &str) -> bool {
        // The module has written a new file in place of the former one, which is read-only.
        let _ = std::fs::remove_file(&self.secret);
        std::fs::write(&self.secret, content).unwrap();
        std::fs::set_permissions(&self.secret, PermissionsExt::from_mode(0o600)).unwrap();
        let mut tester = Command::new("pamtester")
            .args([&self.service, "root", "authenticate"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = tester.stdin.take().unwrap();
        // It may have refused the file before it asks.
        let _ = writeln!(input, "{code}");
        drop(input);
        tester.wait().unwrap().success()
    }
}

fn oathtool(arguments: &[&str]) -> String {
    let output = Command::new("oathtool").args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn code_of(file: &GoogleAuthenticator) -> String {
    let secret = data_encoding::HEXLOWER.encode(&file.secret);
    match file.codes {
        Codes::ByTime(period) => {
            let now = std::time::SystemTime::UNIX_EPOCH
                .elapsed()
                .unwrap()
                .as_secs();
            let skew = i64::from(file.skew) * i64::from(period);
            let time = now.saturating_add_signed(skew);
            let (now, step) = (format!("@{time}"), format!("{period}s"));
            oathtool(&["--totp", "--now", &now, "--time-step-size", &step, &secret])
        }
        Codes::ByCounter(counter) => oathtool(&["--counter", &counter.to_string(), &secret]),
    }
}

/// What a file without options, or with wrong ones, would accept if it accepted anything.
fn plausible_codes() -> [String; 3] {
    [
        oathtool(&["--totp", "--base32", SECRET]),
        oathtool(&["--counter", "0", "--base32", SECRET]),
        oathtool(&["--counter", "1", "--base32", SECRET]),
    ]
}

/// Compares one file; whether it was taken.
fn compare(module: &Module, content: &[u8]) -> bool {
    let shown = String::from_utf8_lossy(content).into_owned();
    match GoogleAuthenticator::parse(content) {
        Ok(file) => {
            assert!(module.accepts(content, &code_of(&file)), "taken: {shown:?}");
            true
        }
        Err(error) => {
            for code in plausible_codes() {
                assert!(!module.accepts(content, &code), "{error}: {shown:?}");
            }
            false
        }
    }
}

#[test]
fn secrets_are_spelled_as_the_module_takes_them() {
    let module = Module::new("secret-file");
    let taken =
        |first_line: &str| compare(&module, format!("{first_line}\n\" TOTP_AUTH\n").as_bytes());
    for first_line in [
        SECRET,
        "gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
        "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
        "GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ",
        "  \tGEZDGNBVGY3TQOJQ\tGEZDGNBVGY3TQOJQ \t",
        "- -GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ--",
        OLB,
        "0L80l8018018018018018018",
        "OlBoLb0L8018OLB018olbOLB",
        // Bits after the last whole byte.
        "GEZDGNBVGY3TQOJQGEZDGNBVG",
        "GEZDGNBVGY3TQOJQGEZDGNBVGY",
        "GEZDGNBVGY3TQOJQGEZDGNBVGY3T7",
        // Shorter than is safe, and longer than a block of the hash.
        "GE",
        &SECRET.repeat(7),
    ] {
        assert!(taken(first_line), "{first_line}");
    }
    for first_line in [
        "",
        "  ",
        "G",
        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ====",
        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ9",
        "GEZDGNBVGY3TQOJQ_GEZDGNBVGY3TQOJQ",
        "\u{feff}GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "GEZDGNBVGY3TQOJQ\u{a0}GEZDGNBVGY3TQOJQ",
        "\u{b}GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "\"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    ] {
        assert!(!taken(first_line), "{first_line}");
    }
}

#[test]
fn options_have_the_spellings_and_values_that_the_module_takes() {
    let module = Module::new("secret-file-options");
    let taken = |rest: &str| compare(&module, format!("{SECRET}{rest}").as_bytes());
    for rest in [
        "\n\" TOTP_AUTH",
        "\n\" TOTP_AUTH\t\n",
        "\n\" TOTP_AUTH \n",
        "\r\n\" TOTP_AUTH\r\n",
        "\n\n\r\" TOTP_AUTH\r\n",
        "\n\" TOTP_AUTHENTICATION\n",
        "\n# \" TOTP_AUTH\n",
        "\nanything\n\" TOTP_AUTH\n",
        "\n\" HOTP_COUNTER 1\n",
        "\n\" HOTP_COUNTER\t1\n",
        "\n\" HOTP_COUNTER +7 left\n",
        "\n\" HOTP_COUNTER 007x\n",
        "\n\" HOTP_COUNTER 5\n\" HOTP_COUNTER 9\n",
        // Both named, either first: a counter wins, unless it is below 1.
        "\n\" TOTP_AUTH\n\" HOTP_COUNTER 3\n",
        "\n\" HOTP_COUNTER 3\n\" TOTP_AUTH\n",
        "\n\" HOTP_COUNTER 0\n\" TOTP_AUTH\n",
        "\n\" HOTP_COUNTER -1\n\" TOTP_AUTH\n",
        "\n\" HOTP_COUNTER\n\" TOTP_AUTH\n",
        "\n\" TOTP_AUTH\n\" STEP_SIZE 60\n",
        "\n\" TOTP_AUTH\n\" STEP_SIZE 1\n\" WINDOW_SIZE 20\n",
        "\n\" TOTP_AUTH\n\" STEP_SIZE\t+45 seconds\n",
        "\n\" TOTP_AUTH\n\" STEP_SIZES 90\n",
        "\n\" HOTP_COUNTER 2\n\" STEP_SIZE 90\n",
        "\n\" TOTP_AUTH\n\" TIME_SKEW 20\n",
        "\n\" TOTP_AUTH\n\" TIME_SKEW -20 steps\n",
        "\n\" TOTP_AUTH\n\" TIME_SKEW x\n",
        "\n\" TOTP_AUTH\n\" WINDOW_SIZE 17\n\" DISALLOW_REUSE\n\" RATE_LIMIT 3 30\n",
        "\n\" TOTP_AUTH\n\" RATE_LIMIT\t5  30 1 2\n",
        "\n\" TOTP_AUTH\n\" DISALLOW_REUSE 1\t2  3 \n",
        "\n\" HOTP_COUNTER 2\n\" DISALLOW_REUSE x\n",
        "\n\" TOTP_AUTH\n\" LAST0 host 1795356600\n12345678\n",
        "\n\" TOTP_AUTH\n\u{e9}\n",
    ] {
        assert!(taken(rest), "{rest:?}");
    }
    for rest in [
        "",
        "\n",
        "\n\"TOTP_AUTH\n",
        "\n\"  TOTP_AUTH\n",
        "\n\"\tTOTP_AUTH\n",
        "\n\" totp_auth\n",
        "\n TOTP_AUTH\n",
        "\n\" HOTP_COUNTER 0\n",
        "\n\" HOTP_COUNTER x\n",
        "\n \" HOTP_COUNTER 1\n",
        "\n\" HOTP_COUNTER:1\n",
        "\n\" TOTP_AUTH\n\" STEP_SIZE 0\n",
        "\n\" TOTP_AUTH\n\" STEP_SIZE 61\n",
        "\n\" TOTP_AUTH\n\" STEP_SIZE 30s\n",
        "\n\" TOTP_AUTH\n\" STEP_SIZE\n",
        "\n\" TOTP_AUTH\n\" WINDOW_SIZE 0\n",
        "\n\" TOTP_AUTH\n\" WINDOW_SIZE 101\n",
        "\n\" HOTP_COUNTER 1\n\" WINDOW_SIZE x\n",
        "\n\" TOTP_AUTH\n\" RATE_LIMIT 3\n",
        "\n\" TOTP_AUTH\n\" RATE_LIMIT 3 30 \n",
        "\n\" TOTP_AUTH\n\" RATE_LIMIT 0 30\n",
        "\n\" TOTP_AUTH\n\" RATE_LIMIT 3 3601\n",
        "\n\" TOTP_AUTH\n\" RATE_LIMIT 3 30 x\n",
        "\n\" TOTP_AUTH\n\" DISALLOW_REUSE 1,2\n",
        "\n\" TOTP_AUTH\n\0",
    ] {
        assert!(!taken(rest), "{rest:?}");
    }
}
