//! The Rust structures have the layout that a C compiler gives those of `schemas/channel.h`.
#![allow(unsafe_code, reason = "the ABI's modules are unsafe to use")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use secinfo_channel::abi::{
    Buffer, ENTRY, RawChannel, RawHost, RawReport, RawRequest, Status, Text, VERSION,
    VERSION_MAJOR_MASK, flags, kinds,
};
use secinfo_channel::{Level, MessagePurpose, Reason};
use std::fmt::Write as _;
use std::fs;
use std::mem::offset_of;
use std::path::Path;
use std::process::Command;

/// Expressions in C, with their values in Rust.
#[derive(Default)]
struct Facts(Vec<(String, u64)>);

impl Facts {
    fn add(&mut self, expression: impl Into<String>, value: impl TryInto<u64>) {
        let value = value.try_into().ok().unwrap();
        self.0.push((expression.into(), value));
    }
}

macro_rules! structure {
    ($facts:ident, $rust:ident = $c:literal { $($field:ident),+ $(,)? }) => {
        $facts.add(format!("sizeof(struct {})", $c), size_of::<$rust>());
        $facts.add(format!("_Alignof(struct {})", $c), align_of::<$rust>());
        $({
            let field = stringify!($field);
            $facts.add(format!("offsetof(struct {}, {field})", $c), offset_of!($rust, $field));
        })+
    };
}

fn facts() -> Facts {
    let mut facts = Facts::default();
    structure!(facts, Text = "secinfo_text" { bytes, length });
    structure!(facts, Buffer = "secinfo_buffer" { bytes, capacity, length });
    structure!(facts, RawRequest = "secinfo_request" {
        version, size, message, destination, subject, text, html, code, language, organization,
        host, service, origin, expires, purpose, attempt, reserved,
    });
    structure!(facts, RawReport = "secinfo_report" {
        version, size, status, reason, after, reference, detail, reserved,
    });
    structure!(facts, RawHost = "secinfo_host" { version, size, context, report, log, reserved });
    structure!(facts, RawChannel = "secinfo_channel" {
        version, size, name, plugin_version, kinds, flags, parallel, padding, create, deliver,
        health, destroy, reserved,
    });
    facts.add("SECINFO_VERSION", VERSION);
    facts.add("SECINFO_VERSION_MAJOR_MASK", VERSION_MAJOR_MASK);
    for (name, number) in [
        ("TEXT", kinds::TEXT),
        ("CALL", kinds::CALL),
        ("EMAIL", kinds::EMAIL),
        ("PUSH", kinds::PUSH),
        ("IDEMPOTENT", flags::IDEMPOTENT),
        ("FOLLOWS_UP", flags::FOLLOWS_UP),
        ("READABLE", flags::READABLE),
        ("ENROLLMENT", MessagePurpose::Enrollment.number()),
        ("SIGN_IN", MessagePurpose::SignIn.number()),
        ("PASSWORD_RESET", MessagePurpose::PasswordReset.number()),
        ("NOTICE", MessagePurpose::Notice.number()),
        ("TEST", MessagePurpose::Test.number()),
        ("ACCEPTED", Status::Accepted.number()),
        ("DELIVERED", Status::Delivered.number()),
        ("FAILED", Status::Failed.number()),
        ("TRY_LATER", Status::TryLater.number()),
        ("DESTINATION", Reason::Destination.number()),
        ("UNREACHABLE", Reason::Unreachable.number()),
        ("SETTINGS", Reason::Settings.number()),
        ("REFUSED", Reason::Refused.number()),
        ("BUSY", Reason::Busy.number()),
        ("TIMED_OUT", Reason::TimedOut.number()),
        ("PROVIDER", Reason::Provider.number()),
        ("PLUGIN", Reason::Plugin.number()),
        ("ERROR", Level::Error.number()),
        ("WARNING", Level::Warning.number()),
        ("INFO", Level::Info.number()),
        ("DEBUG", Level::Debug.number()),
    ] {
        facts.add(format!("SECINFO_{name}"), number);
    }
    facts
}

fn schemas() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas"))
}

/// Compiles a C program against the header alone, strictly, and runs it.
fn run(source: &str, standard: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("program.c");
    let program = directory.path().join("program");
    fs::write(&file, source).unwrap();
    let compiled = Command::new("gcc")
        .args([standard, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
        .arg(schemas())
        .arg("-o")
        .arg(&program)
        .arg(&file)
        .output()
        .expect("gcc is installed");
    assert!(
        compiled.status.success(),
        "{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    let output = Command::new(&program).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn sizes_offsets_and_numbers_are_those_of_the_header() {
    let facts = facts();
    let mut source = "#include <channel.h>\n#include <stdio.h>\nint main(void) {\n".to_owned();
    for (expression, _) in &facts.0 {
        writeln!(
            source,
            "printf(\"%llu\\n\", (unsigned long long)({expression}));"
        )
        .unwrap();
    }
    source.push_str("return 0;\n}\n");
    let output = run(&source, "-std=c11");
    let found: Vec<(String, u64)> = facts
        .0
        .iter()
        .zip(output.lines())
        .map(|((expression, _), line)| (expression.clone(), line.parse().unwrap()))
        .collect();
    assert_eq!(found, facts.0);
}

#[test]
fn every_number_of_the_header_is_mirrored() {
    let header = fs::read_to_string(schemas().join("channel.h")).unwrap();
    let mirrored = facts();
    for enumeration in header.split("\nenum secinfo_").skip(1) {
        let body = enumeration.split_once("};").unwrap().0;
        for name in body.split("SECINFO_").skip(1) {
            let name: String = name
                .chars()
                .take_while(|c| c.is_ascii_uppercase() || *c == '_')
                .collect();
            let name = format!("SECINFO_{name}");
            assert!(
                mirrored.0.iter().any(|(expression, _)| *expression == name),
                "{name}"
            );
        }
    }
    assert!(header.contains(&format!("*{ENTRY}(void);")));
}

#[test]
fn the_header_fits_on_a_screen_and_any_compiler() {
    let header = fs::read_to_string(schemas().join("channel.h")).unwrap();
    assert!(header.lines().count() <= 130);
    for standard in ["-std=c99", "-std=c11", "-std=c17"] {
        run(
            "#include <channel.h>\nint main(void) { return 0; }\n",
            standard,
        );
    }
}
