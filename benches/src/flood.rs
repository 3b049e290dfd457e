//! A sign-in of root through PAM while another account floods the daemon, in comparison with sign-ins
//! on the same host without the flood.

use crate::failure::{Context, Failure, Result};
use crate::host::{BenchHost, ROOT_PATH};
use crate::measure::{median, percentile};
use crate::pam::{Programs, SignIns, stack_of_ours, write_stack};
use crate::report::{Bar, Row, progress};
use crate::token;
use secinfo_wire::names::BUS_NAME;
use secinfo_wire::names::interface::{MANAGER, TOKENS, USER};
use serde::Serialize;
use std::collections::HashMap;
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::Path;
use tokio::task::JoinSet;
use zbus::connection::Builder;
use zbus::{Connection, DynamicType, Message, Variant};

/// The account that floods: any but root's.
const FLOODER: u32 = 65534;

/// The connections of the flood, and the calls of each that wait for an answer at once.
const CONNECTIONS: usize = 16;
const CALLS: usize = 16;

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
}

impl Flood {
    const ALL: [(Self, &str); 4] = [
        (Self::Calls, "calls"),
        (Self::LargeBodies, "bodies of 4 MiB"),
        (Self::Signals, "signals"),
        (Self::Enrollments, "enrollments"),
    ];

    /// Goes on until it is dropped, or the bus ends the connection.
    async fn run(self, connection: Connection) {
        let user = format!("{ROOT_PATH}/users/u{FLOODER}");
        let large = vec![0_u8; 4 << 20];
        let options: HashMap<&str, Variant<'_>> = HashMap::new();
        loop {
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

/// Measures sign-ins on this host, whose token begins with the counter 1, beside each flood.
pub(crate) async fn measure(
    host: &BenchHost,
    programs: &Programs<'_>,
    directory: &Path,
    count: u64,
) -> Result<Vec<Row>> {
    let pam_d = directory.join("pam.d");
    fs::create_dir(&pam_d).context(|| "create pam.d".into())?;
    write_stack(&pam_d, "other", "pam_deny.so")?;
    write_stack(&pam_d, "secinfo", &stack_of_ours(programs, host))?;
    let mut sign_ins = SignIns::start(programs.host, &pam_d)?;
    let mut counter = 0;
    let mut sign_in_often = || {
        let mut times = Vec::new();
        for _ in 0..count {
            counter += 1;
            times.push(sign_ins.sign_in("secinfo", &token::code(counter))?);
        }
        Ok::<_, Failure>(times)
    };
    let mut rows = Vec::new();
    for (flood, name) in Flood::ALL {
        progress(&format!("flood: {name}"));
        let alone = sign_in_often()?;
        let mut tasks = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let connection = connect_as(FLOODER, host).await?;
            for _ in 0..CALLS {
                tasks.spawn(flood.run(connection.clone()));
            }
        }
        let beside = sign_in_often()?;
        // A flood that has stopped measures nothing.
        if tasks.try_join_next().is_some() {
            return Err(Failure::Wrong(format!("the flood of {name} has ended")));
        }
        tasks.shutdown().await;
        let what = format!("a whole PAM verification beside a flood of {name}");
        rows.push(
            Row::new(what, "µs", median(beside.clone()))
                .beside("without the flood", median(alone))
                .part("99 of 100 are below", percentile(beside, 99), "µs")
                .bar(Bar::RatioAtMost(2.0)),
        );
    }
    Ok(rows)
}

/// A connection of this uid. The bus learns the uid from the kernel, which takes it from the thread
/// that connects.
async fn connect_as(uid: u32, host: &BenchHost) -> Result<Connection> {
    let socket = host.bus_socket();
    let connecting = std::thread::spawn(move || {
        let uid = rustix::process::Uid::from_raw(uid);
        rustix::thread::set_thread_res_uid(uid, uid, uid)?;
        UnixStream::connect(socket)
    });
    let stream = connecting
        .join()
        .map_err(|_| Failure::Wrong("the thread that connects has panicked".into()))?
        .context(|| "connect as another user, which takes root".into())?;
    Ok(Builder::unix_stream(stream).user_id(uid).build().await?)
}
