//! `org.secinfo.SecurityInfo1.Channels`: what delivers messages.

use super::tree::Daemon;
use super::{MANAGE_CHANNELS, parse, requester};
use crate::bus::rows::methods;
use crate::bus::{Access, BusError, Call, Interface};
use crate::channels::ChannelStatus;
use crate::service::{DeliveryState, ServiceError};
use crate::wire_names::WireName;
use secinfo_channel::Reason;
use secinfo_domain::{ChannelName, Timestamp};
use secinfo_wire::names::channel_state;
use secinfo_wire::names::interface::CHANNELS;
use secinfo_wire::{Channel, Dictionary, TestOptions, TestOutcome};

pub(super) fn interface() -> Interface<Daemon> {
    let manage = Access::Administrator(MANAGE_CHANNELS);
    Interface {
        name: CHANNELS,
        doc: "The channels of this host, which deliver messages.",
        methods: methods! {
            /// How each channel is: name, kind, plugin, version, state (ready, starting or down),
            /// health, how many messages wait and are under way, the last error and its time, what
            /// confines it.
            "ListChannels"() -> (channels) for manage => list_channels;
            /// Sends a message without a code through one channel, and waits for what becomes of
            /// it.
            "TestChannel"(channel, destination, options) -> (outcome) for manage => test_channel;
        },
        properties: vec![],
        signals: vec![],
    }
}

async fn list_channels(call: Call<Daemon>, (): ()) -> Result<(Vec<Channel>,), BusError> {
    let channels = call.service().deliveries().channels();
    Ok((channels.into_iter().map(shown).collect(),))
}

fn shown(channel: ChannelStatus) -> Channel {
    Channel {
        name: channel.name.as_str().to_owned(),
        kind: channel.kind.wire_name().to_owned(),
        plugin: channel.plugin,
        version: channel.version,
        state: channel.state.to_owned(),
        healthy: channel.healthy,
        queued: channel.queued,
        under_way: channel.under_way,
        last_error: channel.last_error,
        last_error_at: channel.last_error_at.map_or(0, Timestamp::as_seconds),
        confined: channel.confined,
    }
}

async fn test_channel(
    call: Call<Daemon>,
    (channel, destination, options): (String, String, Dictionary),
) -> Result<(TestOutcome,), BusError> {
    let TestOptions { language } = options.try_into()?;
    let language = parse::language(language)?;
    let name = ChannelName::parse(&channel).map_err(|_| ServiceError::NoSuchChannel)?;
    let by = requester(&call, None);
    let service = call.service();
    let asked = service.core().now();
    let deliveries = service.deliveries();
    let progress = deliveries
        .test_channel(&by, &name, &destination, &language)
        .await?;
    let state = DeliveryState::from(progress);
    let problem = match (state, deliveries.channel(&name)) {
        (DeliveryState::Failed(Reason::Destination), _) => {
            "the provider does not deliver to that destination".to_owned()
        }
        (DeliveryState::Failed(_), Some(channel)) => channel.last_error,
        (DeliveryState::Waiting, Some(channel)) if channel.state == channel_state::DOWN => {
            format!("the channel is down: {}", channel.last_error)
        }
        // It is tried again, but a test does not wait for that.
        (DeliveryState::Waiting, Some(channel)) if channel.last_error_at >= Some(asked) => {
            channel.last_error
        }
        _ => String::new(),
    };
    Ok((TestOutcome {
        state: state.wire_name().to_owned(),
        problem,
    },))
}
