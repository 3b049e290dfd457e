//! The greeting between daemon and host.

use super::clean;
use super::fault::Fault;
use super::host::HostProcess;
use super::lines::Lines;
use super::plan::Plan;
use secinfo_channel_host::wire::{FromHost, PROTOCOL, PluginInfo, ToHost};
use std::time::Duration;
use tokio::time::timeout;

/// How long a host may take to load its plugin and say so.
const GREETED_WITHIN: Duration = Duration::from_secs(15);

/// What a host says of itself when it is ready: its plugin, and what confines it.
pub(super) type Introduction = (PluginInfo, Vec<String>);

/// Greets the host and waits until it has its plugin.
pub(super) async fn greet(host: &mut HostProcess, plan: &Plan) -> Result<Introduction, Fault> {
    timeout(GREETED_WITHIN, exchange(host, plan))
        .await
        .unwrap_or(Err(Fault::NoGreeting))
}

async fn exchange(host: &mut HostProcess, plan: &Plan) -> Result<Introduction, Fault> {
    let hello = ToHost::Hello {
        protocol: PROTOCOL,
        allow_readable: plan.hosts.allow_readable,
    };
    host.outgoing.say(&hello).map_err(|_| Fault::Garbage)?;
    while !host.outgoing.is_empty() {
        // A host that ends at once has perhaps said why.
        if host.outgoing.write().await.is_err() {
            break;
        }
    }
    let mut lines = Lines::new(plan.config.name.clone());
    loop {
        match host.incoming.next().await? {
            None => return Err(Fault::Ended),
            Some(FromHost::Log {
                level,
                line,
                dropped,
            }) => lines.log(level, &line, dropped),
            Some(FromHost::Unusable { why }) => return Err(Fault::Unusable(clean::text(&why))),
            Some(FromHost::Hello {
                protocol,
                plugin,
                confined,
            }) => {
                check(protocol, &plugin, plan)?;
                return Ok((plugin, confined));
            }
            Some(_) => return Err(Fault::Garbage),
        }
    }
}

fn check(protocol: u32, plugin: &PluginInfo, plan: &Plan) -> Result<(), Fault> {
    if protocol != PROTOCOL {
        return Err(Fault::Protocol(protocol));
    }
    if plugin.leaves_messages_readable && !plan.hosts.allow_readable {
        return Err(Fault::Readable);
    }
    let kind = plan.config.kind.as_str();
    if !plugin.kinds.iter().any(|known| known == kind) {
        return Err(Fault::WrongKind);
    }
    Ok(())
}
