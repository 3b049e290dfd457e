//! A sign-in of root through PAM while another account floods the daemon, in comparison with sign-ins
//! on the same host without the flood.

use crate::failure::{Context, Failure, Result};
use crate::host::{BenchHost, ROOT_PATH, call, content};
use crate::log::{Account, Known};
use crate::measure::{median, micros, percentile};
use crate::pam::{Programs, SignIns, stack_of_ours, write_stack};
use crate::report::{Bar, Row, progress};
use crate::token;
use secinfo_domain::Kind;
use secinfo_wire::names::BUS_NAME;
use secinfo_wire::names::interface::{MANAGER, METHOD, TOKENS, USER};
use secinfo_wire::{Reason, Response};
use serde::Serialize;
use serde_json::json;
use std::collections::{HashMap, VecDeque};
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use zbus::connection::Builder;
use zbus::{Connection, DynamicType, Message, ObjectPath, OwnedObjectPath, OwnedVariant, Variant};

/// The account that floods: any but root's. Every host has it, whose name a held prompt needs.
const FLOODER: u32 = 65534;
const FLOODER_NAME: &str = "nobody";

/// The prompts that each connection of the flood holds before it opens the next.
const HELD: usize = 4;

/// The connections of the flood, and the calls of each that wait for an answer at once.
const CONNECTIONS: usize = 16;
const CALLS: usize = 16;

/// How long the daemon may take to answer what is left of a flood that has ended.
const SETTLING: Duration = Duration::from_mins(1);

/// What floods.
#[derive(Debug, Clone, Copy)]
enum Flood {
    /// Calls that are answered at once.
    Calls,
    /// Calls with bodies of 4 MiB.
    LargeBodies,
    /// Signals to the daemon's connection.
    Signals,
    /// Enrollments that are begun and left.
    Enrollments,
    /// Another label for a method, again and again.
    Renames,
    /// Recovery codes, which take memory-hard hashing, again and again.
    Hashing,
    /// Sign-ins of one's own that are left at their prompt.
    HeldPrompts,
}

impl Flood {
    const ALL: [(Self, &str); 7] = [
        (Self::Calls, "calls"),
        (Self::LargeBodies, "bodies of 4 MiB"),
        (Self::Signals, "signals"),
        (Self::Enrollments, "enrollments"),
        (Self::Renames, "renames"),
        (Self::Hashing, "recovery codes"),
        (Self::HeldPrompts, "held prompts"),
    ];

    /// Whether the daemon asks for a fresh proof first.
    const fn needs_proof(self) -> bool {
        matches!(self, Self::Renames | Self::Hashing)
    }

    /// Goes on until it is dropped, or the bus ends the connection.
    async fn run(self, connection: Connection, flooder: Known, place: usize) {
        let user = format!("{ROOT_PATH}/users/u{FLOODER}");
        let large = vec![0_u8; 4 << 20];
        let options: HashMap<&str, Variant<'_>> = HashMap::new();
        let token = format!("{user}/methods/{}", flooder.token);
        for number in 0_u64.. {
            let done = match self {
                Self::Calls => ask(&connection, ROOT_PATH, MANAGER, "GetStatus", &()).await,
                Self::LargeBodies => {
                    let body = ("csv", &large, &options);
                    ask(&connection, ROOT_PATH, TOKENS, "ImportTokens", &body).await
                }
                Self::Signals => signal(&connection).await,
                Self::Enrollments => {
                    let body = ("authenticator-app", &options);
                    ask(&connection, &user, USER, "StartEnrollment", &body).await
                }
                Self::Renames => {
                    let label = format!("Token {place} {number}");
                    ask(&connection, &token, METHOD, "Rename", &label).await
                }
                Self::Hashing => ask(&connection, &user, USER, "IssueRecoveryCodes", &()).await,
                Self::HeldPrompts => return,
            };
            if done.is_err() {
                return;
            }
        }
    }
}

/// Makes a call and waits for its answer; a refusal is as good as any.
async fn ask<B: Serialize + DynamicType>(
    connection: &Connection,
    path: &str,
    interface: &str,
    member: &str,
    body: &B,
) -> zbus::Result<()> {
    let call = connection.call_method(Some(BUS_NAME), path, Some(interface), member, body);
    match call.await {
        Ok(_) | Err(zbus::Error::MethodError(..) | zbus::Error::FDO(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Sends a signal of 1 KiB to the daemon.
async fn signal(connection: &Connection) -> zbus::Result<()> {
    let signal = Message::signal(ROOT_PATH, "org.example.Flood", "Flood")
        .destination(BUS_NAME)
        .build(&"x".repeat(1024))?;
    connection.send(&signal).await
}

/// Starts sign-ins of the flooder and holds their prompts, the newest [`HELD`], until it is dropped or the
/// daemon cannot be reached.
async fn hold_prompts(socket: PathBuf) -> Result<()> {
    let start = json!({
        "method": "org.secinfo.SignIn.Start",
        "parameters": {"name": FLOODER_NAME, "service": "su"},
    });
    let start = format!("{start}\0");
    let mut held = VecDeque::new();
    loop {
        let stream = stream_as(FLOODER, socket.clone())?;
        let failed = || "hold a prompt".into();
        stream.set_nonblocking(true).context(failed)?;
        let mut stream = tokio::net::UnixStream::from_std(stream).context(failed)?;
        // One that is over its share is refused, and closed.
        if stream.write_all(start.as_bytes()).await.is_ok() {
            let _ = stream.read(&mut [0; 4096]).await;
        }
        held.push_back(stream);
        if held.len() > HELD {
            held.pop_front();
        }
    }
}

/// The account that floods.
pub(crate) fn account() -> Account {
    Account {
        uid: FLOODER,
        name: FLOODER_NAME.to_owned(),
    }
}

/// Measures sign-ins on this host, whose token begins with the counter 1, beside each flood.
pub(crate) async fn measure(
    host: &BenchHost,
    (root, flooder): (Known, Known),
    programs: &Programs<'_>,
    directory: &Path,
    count: u64,
) -> Result<Vec<Row>> {
    let pam_d = directory.join("pam.d");
    fs::create_dir(&pam_d).context(|| "create pam.d".into())?;
    write_stack(&pam_d, "other", "pam_deny.so")?;
    write_stack(&pam_d, "secinfo", &stack_of_ours(programs, host))?;
    let mut sign_ins = SignIns::start(programs.host, &pam_d)?;
    let mut counters = 1..;
    let mut next = || counters.next().unwrap_or_default();
    let mut sign_in_often = |next: &mut dyn FnMut() -> u64| {
        let codes = (0..count).map(|_| token::code(next()));
        let times = codes.map(|code| sign_ins.sign_in("secinfo", &code));
        times.collect::<Result<Vec<_>>>()
    };
    let mut rows = Vec::new();
    let mut proofs = 0;
    let checks_alone = check_recovery_codes(host, root, next()).await?;
    for (flood, name) in Flood::ALL {
        progress(&format!("flood: {name}"));
        let alone = sign_in_often(&mut next)?;
        let mut tasks = JoinSet::new();
        if let Flood::HeldPrompts = flood {
            for _ in 0..CONNECTIONS {
                let socket = host.sign_in_socket();
                tasks.spawn(async move {
                    let _ = hold_prompts(socket).await;
                });
            }
        } else {
            let mut connections = Vec::new();
            for _ in 0..CONNECTIONS {
                let connection = connect_as(FLOODER, host).await?;
                if flood.needs_proof() {
                    prove(&connection, FLOODER, flooder, proofs).await?;
                    proofs += 1;
                }
                connections.push(connection);
            }
            // Not before all have proved: the calls of one account share a limit.
            for (place, connection) in connections.iter().enumerate() {
                for _ in 0..CALLS {
                    tasks.spawn(flood.run(connection.clone(), flooder, place));
                }
            }
        }
        let beside = sign_in_often(&mut next)?;
        if let Flood::Hashing = flood {
            let checks = check_recovery_codes(host, root, next()).await?;
            rows.push(row(
                "a check of a recovery code",
                name,
                checks,
                &checks_alone,
            ));
        }
        // A flood that has stopped measures nothing.
        if tasks.try_join_next().is_some() {
            return Err(Failure::Wrong(format!("the flood of {name} has ended")));
        }
        tasks.shutdown().await;
        rows.push(row("a whole PAM verification", name, beside, &alone));
    }
    Ok(rows)
}

fn row(what: &str, flood: &str, beside: Vec<f64>, alone: &[f64]) -> Row {
    let name = format!("{what} beside a flood of {flood}");
    Row::new(name, "µs", median(beside.clone()))
        .beside("without the flood", median(alone.to_vec()))
        .part("99 of 100 are below", percentile(beside, 99), "µs")
        .bar(Bar::RatioAtMost(2.0))
}

async fn property<R>(connection: &Connection, path: &str, interface: &str, name: &str) -> Result<R>
where
    R: TryFrom<OwnedVariant, Error: std::error::Error + Send + Sync + 'static>,
{
    let body = (interface, name);
    let properties = "org.freedesktop.DBus.Properties";
    let value: OwnedVariant = content(&call(connection, path, properties, "Get", &body).await?)?;
    R::try_from(value).context(|| format!("read {name}"))
}

/// Issues recovery codes to root, who proves the token by the code for this counter first, and how long the
/// check of each takes in microseconds.
async fn check_recovery_codes(host: &BenchHost, known: Known, counter: u64) -> Result<Vec<f64>> {
    let (root, user) = (host.connection(), format!("{ROOT_PATH}/users/u0"));
    prove(root, 0, known, counter).await?;
    let issued = call(root, &user, USER, "IssueRecoveryCodes", &()).await?;
    let codes: Vec<String> = content(&issued)?;
    let mut method = None;
    let paths: Vec<OwnedObjectPath> = property(root, &user, USER, "Methods").await?;
    for path in paths {
        let kind: String = property(root, path.as_str(), METHOD, "Kind").await?;
        if kind == Kind::RecoveryCodes.as_str() {
            method = Some(path);
        }
    }
    let method = method.ok_or_else(|| Failure::Wrong("root has no recovery codes".into()))?;
    let mut times = Vec::new();
    for code in codes {
        let begun = Instant::now();
        let body = (0_u32, "sign-in", "sshd", &method, Response::code(code));
        call(root, ROOT_PATH, MANAGER, "Verify", &body).await?;
        times.push(micros(begun.elapsed()));
    }
    Ok(times)
}

/// Proves the token of this uid by the code for this counter: the proof counts on this connection. It waits
/// until the daemon has answered what is left of the flood before.
pub(crate) async fn prove(
    connection: &Connection,
    uid: u32,
    known: Known,
    counter: u64,
) -> Result<()> {
    let method = format!("{ROOT_PATH}/users/u{uid}/methods/{}", known.token);
    let method = ObjectPath::try_from(method.as_str())?;
    let response = Response::code(token::code(counter));
    let body = (uid, "sign-in", "sshd", method, response);
    let begun = Instant::now();
    loop {
        match call(connection, ROOT_PATH, MANAGER, "Verify", &body).await {
            Err(Failure::Bus(zbus::Error::MethodError(name, ..)))
                if Reason::from_error_name(&name) == Some(Reason::LimitsExceeded)
                    && begun.elapsed() < SETTLING =>
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            done => return done.map(drop),
        }
    }
}

/// A connection of this uid to the bus.
pub(crate) async fn connect_as(uid: u32, host: &BenchHost) -> Result<Connection> {
    let stream = stream_as(uid, host.bus_socket())?;
    Ok(Builder::unix_stream(stream).user_id(uid).build().await?)
}

/// A connection of this uid to a socket. Who listens learns the uid from the kernel, which takes it from
/// the thread that connects.
pub(crate) fn stream_as(uid: u32, socket: PathBuf) -> Result<UnixStream> {
    let connecting = std::thread::spawn(move || {
        let uid = rustix::process::Uid::from_raw(uid);
        rustix::thread::set_thread_res_uid(uid, uid, uid)?;
        UnixStream::connect(socket)
    });
    connecting
        .join()
        .map_err(|_| Failure::Wrong("the thread that connects has panicked".into()))?
        .context(|| "connect as another user, which takes root".into())
}
