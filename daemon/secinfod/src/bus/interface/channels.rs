//! The channels, as the manager shows them to administrators.

use super::dict::{Dict, Options};
use super::tree::Daemon;
use super::{language, requester};
use crate::bus::{BusError, Call};
use crate::channels::ChannelStatus;
use crate::service::{DeliveryState, ServiceError};
use secinfo_channel::Reason;
use secinfo_domain::{ChannelName, Timestamp};
use std::collections::HashMap;
use zbus::OwnedVariant;

pub(super) async fn list_channels(call: Call<Daemon>, (): ()) -> Result<(Vec<Dict>,), BusError> {
    let channels = call.state().service().deliveries().channels();
    Ok((channels.into_iter().map(channel_dict).collect(),))
}

fn channel_dict(channel: ChannelStatus) -> Dict {
    let last_error_at = channel.last_error_at.map_or(0, Timestamp::as_seconds);
    Dict::from([
        ("name", channel.name.as_str().to_owned().into()),
        ("kind", channel.kind.as_str().into()),
        ("plugin", channel.plugin.into()),
        ("version", channel.version.into()),
        ("state", channel.state.into()),
        ("healthy", channel.healthy.into()),
        ("queued", channel.queued.into()),
        ("under_way", channel.under_way.into()),
        ("last_error", channel.last_error.into()),
        ("last_error_at", last_error_at.into()),
        ("confined", channel.confined.into()),
    ])
}

pub(super) type TestArguments = (String, String, HashMap<String, OwnedVariant>);

pub(super) async fn test_channel(
    call: Call<Daemon>,
    (channel, destination, options): TestArguments,
) -> Result<(Dict,), BusError> {
    let mut options = Options::new(options);
    let language = language(&mut options)?;
    options.finish()?;
    let name = ChannelName::parse(&channel).map_err(|_| ServiceError::NoSuchChannel)?;
    let by = requester(&call, None);
    let service = call.state().service();
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
        (DeliveryState::Waiting, Some(channel)) if channel.state == "down" => {
            format!("the channel is down: {}", channel.last_error)
        }
        // It is tried again, which whoever tries the channel out need not wait for.
        (DeliveryState::Waiting, Some(channel)) if channel.last_error_at >= Some(asked) => {
            channel.last_error
        }
        _ => String::new(),
    };
    Ok((Dict::from([
        ("state", state.as_str().into()),
        ("problem", problem.into()),
    ]),))
}
