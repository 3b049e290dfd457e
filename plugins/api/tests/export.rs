//! Calls what `export_channel!` exports as a host does.
#![allow(unsafe_code, reason = "this calls functions across the C ABI")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use secinfo_channel::abi::{self, Buffer, Incompatible, RawHost, RawRequest, Text, VERSION};
use secinfo_channel::{
    Channel, CreateError, Delivery, Health, Info, Level, Logger, Reason, Report, export_channel,
};
use serde::Deserialize;
use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, PoisonError};

struct Echo {
    logger: Logger,
    panics: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    panics: bool,
    port: u16,
    #[serde(default)]
    relay: Option<Relay>,
}

#[derive(Deserialize)]
struct Relay {
    password: u32,
}

impl Channel for Echo {
    const INFO: Info = Info {
        name: "echo",
        version: "3.2.1",
        kinds: &["call", "email"],
        parallel: 7,
        idempotent: true,
        follows_up: true,
        leaves_messages_readable: false,
    };

    type Settings = Settings;

    fn create(settings: Settings, logger: Logger) -> Result<Self, CreateError> {
        if settings.port == 0 {
            return Err(CreateError("the port must not be 0".to_owned()));
        }
        if let Some(relay) = settings.relay {
            assert_eq!(relay.password, 0, "on purpose");
        }
        Ok(Self {
            logger,
            panics: settings.panics,
        })
    }

    fn deliver(&self, delivery: Delivery) {
        assert!(!self.panics, "on purpose: {}", *delivery.request().code);
        let request = delivery.request();
        self.logger.log(Level::Info, "delivering");
        let detail = format!(
            "{} {} {} {} {:?} {}",
            request.message,
            *request.destination,
            *request.code,
            request.organization,
            request.purpose,
            request.attempt
        );
        delivery.report(Report::Accepted {
            reference: "ref".to_owned(),
        });
        delivery.report(Report::TryLater {
            after: 5,
            reason: Reason::Busy,
            detail,
        });
        delivery.report(Report::Delivered);
    }

    fn health(&self) -> Health {
        assert!(!self.panics, "on purpose");
        Health {
            healthy: true,
            detail: "x".repeat(100),
        }
    }
}

export_channel!(Echo);

unsafe extern "C" {
    fn secinfo_channel_entry() -> *const abi::RawChannel;
}

/// Records the plugin's calls to the host.
#[derive(Default)]
struct Calls(Mutex<Vec<String>>);

impl Calls {
    fn table(&self) -> RawHost {
        RawHost {
            version: VERSION,
            size: u32::try_from(size_of::<RawHost>()).unwrap(),
            context: std::ptr::from_ref(self).cast_mut().cast(),
            report: Some(report),
            log: Some(log),
            reserved: [std::ptr::null_mut(); 8],
        }
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    fn push(context: *mut c_void, line: String) {
        // SAFETY: the context is a `Calls`, which outlives the plugin in each test.
        unsafe { &*context.cast::<Self>() }
            .0
            .lock()
            .unwrap()
            .push(line);
    }
}

fn text(text: Text) -> String {
    // SAFETY: the plugin's texts live until the call returns.
    String::from_utf8(unsafe { text.bytes(1000) }.to_vec()).unwrap()
}

unsafe extern "C" fn report(context: *mut c_void, delivery: u64, report: *const abi::RawReport) {
    // SAFETY: the plugin passes a report.
    let report = unsafe { abi::read(report) }.unwrap();
    let line = format!(
        "{delivery}: {} {} {} {} {}",
        report.status,
        report.reason,
        report.after,
        text(report.reference),
        text(report.detail)
    );
    Calls::push(context, line);
}

unsafe extern "C" fn log(context: *mut c_void, level: u32, line: Text) {
    Calls::push(context, format!("log {level} {}", text(line)));
}

/// Passes a buffer of this capacity to `call`, and returns the text written and its full length.
fn with_buffer<T>(capacity: usize, call: impl FnOnce(*mut Buffer) -> T) -> (T, String, usize) {
    let mut bytes = vec![0_u8; capacity];
    let mut buffer = Buffer {
        bytes: bytes.as_mut_ptr().cast(),
        capacity,
        length: 0,
    };
    let result = call(&raw mut buffer);
    let length = buffer.length;
    bytes.truncate(length);
    (result, String::from_utf8(bytes).unwrap(), length)
}

fn table() -> abi::RawChannel {
    // SAFETY: the entry function returns a table that lives forever.
    unsafe { abi::read(secinfo_channel_entry()) }.unwrap()
}

fn create(settings: &str, host: &RawHost) -> Result<*mut c_void, String> {
    let (channel, error, _) = with_buffer(200, |error| {
        // SAFETY: the settings, the table and the buffer outlive the call.
        unsafe { table().create.unwrap()(Text::of(settings), host, error) }
    });
    if channel.is_null() {
        Err(error)
    } else {
        assert_eq!(error, "");
        Ok(channel)
    }
}

fn request() -> RawRequest {
    RawRequest {
        version: VERSION,
        size: u32::try_from(size_of::<RawRequest>()).unwrap(),
        message: Text::of("0123"),
        destination: Text::of("+4930123456"),
        subject: Text::EMPTY,
        text: Text::of("text"),
        html: Text::EMPTY,
        code: Text::of("918273"),
        language: Text::of("en"),
        organization: Text::of("Übung"),
        host: Text::EMPTY,
        service: Text::EMPTY,
        origin: Text::EMPTY,
        expires: 1,
        purpose: 2,
        attempt: 3,
        reserved: [0; 8],
    }
}

fn deliver(channel: *mut c_void, request: &RawRequest) {
    // SAFETY: the channel was created and the request outlives the call.
    unsafe { table().deliver.unwrap()(channel, 42, request) }
}

/// A process holds one plugin, whose panics go to its host: tests that create a channel take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn the_table_says_what_info_says() {
    let table = table();
    assert_eq!(text(table.name), "echo");
    assert_eq!(text(table.plugin_version), "3.2.1");
    assert_eq!((table.kinds, table.flags, table.parallel), (6, 3, 7));
}

/// The panic hook belongs to the last plugin created in a process, so everything that panics is in
/// one test.
#[test]
fn a_channel_is_created_used_and_destroyed() {
    let _alone = alone();
    let calls = Calls::default();
    let host = calls.table();
    let channel = create(r#"{"panics":false,"port":25}"#, &host).unwrap();
    deliver(channel, &request());
    assert_eq!(
        calls.take(),
        [
            "log 3 delivering",
            "42: 1 0 0 ref ",
            "42: 4 5 5  0123 +4930123456 918273 Übung SignIn 3",
        ]
    );
    // An unknown purpose, from a newer host, is a notice; a request that cannot be read fails.
    deliver(
        channel,
        &RawRequest {
            purpose: 99,
            ..request()
        },
    );
    assert!(calls.take()[2].contains("Notice"));
    let not_text = [0xff_u8, 0xfe];
    for (bad, why) in [
        (
            RawRequest {
                code: Text {
                    bytes: not_text.as_ptr().cast(),
                    length: 2,
                },
                ..request()
            },
            "not UTF-8",
        ),
        (
            RawRequest {
                size: 16,
                ..request()
            },
            "too small",
        ),
        (
            RawRequest {
                version: 0x0002_0000,
                ..request()
            },
            "version 2.0",
        ),
    ] {
        deliver(channel, &bad);
        let lines = calls.take();
        assert_eq!(lines.len(), 1);
        assert!(
            lines[0].starts_with("42: 3 8 ") && lines[0].contains(why),
            "{lines:?}"
        );
    }
    let health = |channel, capacity| {
        with_buffer(capacity, |detail| {
            // SAFETY: the channel was created and the buffer outlives the call.
            unsafe { table().health.unwrap()(channel, detail) }
        })
    };
    assert_eq!(health(channel, 10), (1, "x".repeat(10), 100));
    // SAFETY: nothing uses the channel any more.
    unsafe { table().destroy.unwrap()(channel) };

    let channel = create(r#"{"panics":true,"port":25}"#, &host).unwrap();
    deliver(channel, &request());
    let (healthy, detail, _) = health(channel, 200);
    assert_eq!(healthy, 0);
    assert!(detail.contains("panicked"));
    let lines = calls.take();
    assert_eq!(lines[1], "42: 3 8 0  the plugin panicked");
    for line in [&lines[0], &lines[2]] {
        assert!(line.starts_with("log 1 the plugin panicked at "), "{line}");
        assert!(!line.contains("918273"), "{line}");
    }
    // SAFETY: nothing uses the channel any more.
    unsafe { table().destroy.unwrap()(channel) };

    let why = create(
        r#"{"panics":false,"port":25,"relay":{"password":7}}"#,
        &host,
    )
    .unwrap_err();
    assert_eq!(why, "the plugin panicked while reading its settings");
}

#[test]
fn errors_in_settings_do_not_quote_values() {
    let _alone = alone();
    let calls = Calls::default();
    let host = calls.table();
    for (settings, why) in [
        (r#"{"panics":false,"port":0}"#, "the port must not be 0"),
        (
            r#"{"panics":false,"port":"hunter2"}"#,
            "the setting `port` is not right: expected u16",
        ),
        (
            r#"{"panics":false,"port":99999}"#,
            "the setting `port` is not right: expected u16",
        ),
        (
            r#"{"panics":false,"port":25,"relay":{"password":"hunter2, expected \"x"}}"#,
            "the setting `relay.password` is not right: expected u32",
        ),
        (
            r#"{"panics":false}"#,
            "the settings are not right: missing field `port`",
        ),
        (
            r#"{"panics":false,"port":25,"ports":1}"#,
            "the setting `ports` is not right: unknown field `ports`, expected one of `panics`, `port`, `relay`",
        ),
        ("{", "the settings that came from the host are no JSON"),
    ] {
        assert_eq!(create(settings, &host).unwrap_err(), why);
    }
}

#[test]
fn an_incompatible_host_is_refused() {
    let _alone = alone();
    let calls = Calls::default();
    let settings = r#"{"panics":false,"port":25}"#;
    let without_log = RawHost {
        log: None,
        ..calls.table()
    };
    let why = create(settings, &without_log).unwrap_err();
    assert!(why.contains("lacks a function"), "{why}");
    let other = RawHost {
        version: 0x0009_0000,
        ..calls.table()
    };
    let why = create(settings, &other).unwrap_err();
    assert!(why.contains("version 9.0"), "{why}");
}

#[test]
fn structures_of_other_sizes_can_be_read() {
    #[repr(C)]
    struct Larger {
        report: abi::RawReport,
        new: [u64; 4],
    }
    let size = |size: usize| u32::try_from(size).unwrap();
    let report = |version, size| abi::RawReport {
        version,
        size,
        status: 2,
        reason: 0,
        after: 9,
        reference: Text::EMPTY,
        detail: Text::of("detail"),
        reserved: [7; 8],
    };
    let read = |report: &abi::RawReport| {
        // SAFETY: as many bytes as are read exist behind the reference.
        unsafe { abi::read(report) }
    };
    let larger = Larger {
        report: report(VERSION + 5, size(size_of::<Larger>())),
        new: [1; 4],
    };
    assert_eq!(read(&larger.report).unwrap().reserved, [7; 8]);
    let least = std::mem::offset_of!(abi::RawReport, reserved);
    let smaller = read(&report(VERSION, size(least))).unwrap();
    assert_eq!((smaller.after, smaller.reserved), (9, [0; 8]));
    assert_eq!(text(smaller.detail), "detail");
    assert_eq!(
        read(&report(VERSION, size(least) - 1)).err(),
        Some(Incompatible::Size(size(least) - 1))
    );
    assert_eq!(read(&report(0, 500)).err(), Some(Incompatible::Version(0)));
    // SAFETY: null is allowed.
    let nothing = unsafe { abi::read::<abi::RawReport>(std::ptr::null()) };
    assert_eq!(nothing.err(), Some(Incompatible::Null));
}
