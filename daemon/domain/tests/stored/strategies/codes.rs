//! Any code that can be sent, and all that can become of its message.

use super::{method, time};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use secinfo_domain::event::{CodeRequested, DeliveryFailure, MessageDelivered, MessageFailed};
use secinfo_domain::{ChannelName, Country, DestinationTag, Kind, MessageId, Place, Purpose};

pub fn message() -> impl Strategy<Value = MessageId> {
    any::<[u8; 16]>().prop_map(MessageId::from_bytes)
}

pub fn place() -> impl Strategy<Value = Place> {
    select(Place::ALL.to_vec())
}

pub fn country() -> impl Strategy<Value = Country> {
    "[A-Z]{2}".prop_map(|letters| letters.parse().unwrap())
}

fn destination() -> impl Strategy<Value = DestinationTag> {
    any::<[u8; 16]>().prop_map(DestinationTag::from_bytes)
}

fn channel() -> impl Strategy<Value = ChannelName> {
    "[a-z0-9-]{1,32}".prop_map(|name| ChannelName::parse(&name).unwrap())
}

pub fn requested() -> impl Strategy<Value = CodeRequested> {
    let purpose = option::of(select(Purpose::ALL.to_vec()));
    let what = (
        message(),
        select(Kind::ALL.to_vec()),
        option::of(method()),
        purpose,
    );
    let whereto = (destination(), option::of(country()));
    (what, whereto, time(), option::of(message())).prop_map(
        |((message, kind, method, purpose), (destination, country), expires, replaces)| {
            CodeRequested {
                message,
                kind,
                method,
                purpose,
                destination,
                country,
                expires,
                replaces,
            }
        },
    )
}

pub fn delivered() -> impl Strategy<Value = MessageDelivered> {
    (message(), channel(), any::<bool>(), any::<u8>()).prop_map(
        |(message, channel, confirmed, attempts)| MessageDelivered {
            message,
            channel,
            confirmed,
            attempts,
        },
    )
}

pub fn delivery_failed() -> impl Strategy<Value = MessageFailed> {
    let reason = select(vec![
        DeliveryFailure::Destination,
        DeliveryFailure::Unreachable,
        DeliveryFailure::Settings,
        DeliveryFailure::Refused,
        DeliveryFailure::Busy,
        DeliveryFailure::TimedOut,
        DeliveryFailure::Provider,
        DeliveryFailure::Plugin,
    ]);
    (message(), option::of(channel()), reason, any::<u8>()).prop_map(
        |(message, channel, reason, attempts)| MessageFailed {
            message,
            channel,
            reason,
            attempts,
        },
    )
}
