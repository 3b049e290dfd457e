//! What is read of a file is compared with what `pam_oath` itself does with it: for a line that is
//! taken, it accepts the code made with what was read; for one that is refused, it accepts none.

use super::super::brought_over::{BroughtOver, Codes};
use super::super::pam_service::PamService;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// 12345678901234567890.
const SECRET: &str = "3132333435363738393031323334353637383930";

/// The module, in a service of its own.
struct Module(PamService);

impl Module {
    fn new(service: &str) -> Self {
        let rule = |file: &Path| format!("pam_oath.so usersfile={} window=2", file.display());
        Self(PamService::new(service, rule))
    }

    fn accepts(&self, content: &str, code: &str) -> bool {
        let mut tester = self
            .0
            .authenticate(content)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = tester.stdin.take().unwrap();
        // It may have refused the user before it asks.
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

fn code_of(entry: &BroughtOver) -> String {
    let secret = data_encoding::HEXLOWER.encode(entry.secret.as_bytes());
    match entry.codes {
        Codes::ByTime { parameters, .. } => {
            let step = format!("{}s", parameters.period.seconds());
            let digits = parameters.digits.to_string();
            oathtool(&[
                "--totp",
                "--time-step-size",
                &step,
                "--digits",
                &digits,
                &secret,
            ])
        }
        Codes::ByCounter { parameters, next } => {
            let (counter, digits) = (next.0.to_string(), parameters.digits.to_string());
            oathtool(&["--counter", &counter, "--digits", &digits, &secret])
        }
    }
}

/// Compares one file; whether a line of it was taken.
fn compare(module: &Module, content: &str) -> bool {
    let import = super::read(content.as_bytes()).unwrap();
    for (_, entry) in &import.entries {
        assert!(
            module.accepts(content, &code_of(entry)),
            "taken: {content:?}"
        );
    }
    if !import.entries.is_empty() {
        return true;
    }
    for code in [
        oathtool(&["--totp", SECRET]),
        oathtool(&["--totp", "--time-step-size", "60s", SECRET]),
        oathtool(&["--totp", "--digits", "8", SECRET]),
        oathtool(&["--counter", "0", SECRET]),
        oathtool(&["--counter", "0", "--digits", "8", SECRET]),
        oathtool(&["--counter", "5", SECRET]),
        oathtool(&["--counter", "6", SECRET]),
    ] {
        assert!(!module.accepts(content, &code), "refused: {content:?}");
    }
    false
}

#[test]
fn lines_are_read_as_the_module_reads_them() {
    let module = Module::new("users-file");
    for line in [
        format!("HOTP root - {SECRET}"),
        format!("HOTP/E root + {SECRET}"),
        format!("HOTP/E/6 root - {SECRET}"),
        format!("HOTP/E/8 root - {SECRET}"),
        format!("HOTP/T30 root - {SECRET}"),
        format!("HOTP/T30/6\troot\t-\t{SECRET}\r"),
        format!("HOTP/T30/8 root - {SECRET}"),
        format!("HOTP/T60 root - {SECRET}"),
        format!("HOTP/T60/8 root - {SECRET}"),
        format!(" \t HOTP   root \t -   {SECRET}  "),
        format!("HOTP root - {}", "aB".repeat(32)),
        format!("HOTP root - {SECRET} 5"),
        format!("HOTP root - {SECRET} 5 254676"),
        format!("HOTP root - {SECRET} 5 254676 2026-01-31T12:00:00L"),
        format!("HOTP root - {SECRET}\t+5\t254676\t2026-1-3T1:0:0L"),
        format!("HOTP root - {SECRET} 5 any 2026-02-31T23:59:61L and more"),
        format!("HOTP/T30 root - {SECRET} 0"),
        format!("HOTP/T30 root - {SECRET} 0 000000 2026-01-31T12:00:00L # remark"),
        format!("HOTP/T30 root - {SECRET} 2 000000 2026-01-31T12:00:00L"),
        format!("  # remark\n\n\t\nHOTP root - {SECRET}"),
        format!("HOTP other 1234 xyz\nHOTP root - {SECRET}"),
        // Each of several lines of one user counts.
        format!("HOTP root - {SECRET}\nHOTP/T30 root - {}", "ab".repeat(20)),
    ] {
        assert!(compare(&module, &format!("{line}\n")), "{line:?}");
        assert!(compare(&module, &line), "without a line end: {line:?}");
    }
    for line in [
        format!("HOTP/6 root - {SECRET}"),
        format!("HOTP/8 root - {SECRET}"),
        format!("hotp root - {SECRET}"),
        format!("TOTP root - {SECRET}"),
        format!("HOTP/T90 root - {SECRET}"),
        format!("HOTP/T30/ root - {SECRET}"),
        format!("HOTP,root,-,{SECRET}"),
        format!("HOTP\u{b}root - {SECRET}"),
        format!("HOTP root {SECRET}"),
        format!("HOTP root -{SECRET}"),
        format!("HOTP root - {SECRET}0"),
        format!("HOTP root - 0x{SECRET}"),
        "HOTP root - GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned(),
        format!("HOTP root - {SECRET}# remark"),
        format!("HOTP root - {SECRET} # remark"),
        format!("HOTP/T30/6 root - {SECRET} # remark"),
        format!("HOTP root - {SECRET} 5 254676 2026-01-31T12:00:00"),
        format!("HOTP root - {SECRET} 5 254676 2026-01-31T12:00:00Z"),
        format!("HOTP root - {SECRET} 5 254676 2026-01-31 12:00:00L"),
        format!("HOTP root - {SECRET} 5 254676 2026-13-31T12:00:00L"),
        format!("HOTP root - {SECRET} 5x 254676 2026-01-31T12:00:00L"),
        format!("HOTP root - {SECRET} x"),
        format!("HOTP/T30 root - {SECRET} 1.5 000000 2026-01-31T12:00:00L"),
        format!("HOTP root\n - {SECRET}"),
    ] {
        assert!(!compare(&module, &format!("{line}\n")), "{line:?}");
    }
}
