//! Reading all properties of an object in one call, into the struct of its interface.

use crate::enrollment::EnrollmentProperties;
use crate::error::Result;
use crate::method::MethodProperties;
use crate::names::{BUS_NAME, interface};
use crate::user::UserProperties;
use crate::verification::VerificationProperties;
use zbus::export::serde::de::DeserializeOwned;
use zbus::{Connection, ObjectPath, Type};

async fn get_all<T: DeserializeOwned + Type>(
    connection: &Connection,
    path: &ObjectPath<'_>,
    interface: &str,
) -> Result<T> {
    let properties = Some("org.freedesktop.DBus.Properties");
    let reply = connection
        .call_method(Some(BUS_NAME), path, properties, "GetAll", &interface)
        .await?;
    Ok(reply.body().deserialize()?)
}

/// The properties of the user at `path`.
///
/// # Errors
/// Refused to all but the user and administrators.
pub async fn user_properties(
    connection: &Connection,
    path: &ObjectPath<'_>,
) -> Result<UserProperties> {
    get_all(connection, path, interface::USER).await
}

/// The properties of the method at `path`.
///
/// # Errors
/// Refused to all but the user and administrators.
pub async fn method_properties(
    connection: &Connection,
    path: &ObjectPath<'_>,
) -> Result<MethodProperties> {
    get_all(connection, path, interface::METHOD).await
}

/// The properties of the enrollment at `path`.
///
/// # Errors
/// Refused to all but who started it.
pub async fn enrollment_properties(
    connection: &Connection,
    path: &ObjectPath<'_>,
) -> Result<EnrollmentProperties> {
    get_all(connection, path, interface::ENROLLMENT).await
}

/// The properties of the verification at `path`.
///
/// # Errors
/// Refused to all but who started it.
pub async fn verification_properties(
    connection: &Connection,
    path: &ObjectPath<'_>,
) -> Result<VerificationProperties> {
    get_all(connection, path, interface::VERIFICATION).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Channel, EnrollmentDetails, Hint, SentCode, VerificationChallenge, VerificationOptions,
    };
    use std::collections::HashMap;
    use zbus::wire::{LE, serialized::Context, to_bytes};
    use zbus::{OwnedObjectPath, OwnedVariant, Variant};

    /// What a daemon would send.
    fn received<T: DeserializeOwned + Type>(entries: &[(&str, Variant<'_>)]) -> zbus::Result<T> {
        let dictionary: HashMap<&str, &Variant<'_>> =
            entries.iter().map(|(name, value)| (*name, value)).collect();
        let bytes = to_bytes(Context::new(LE, 0), &dictionary)?;
        Ok(bytes.deserialize()?.0)
    }

    fn path(text: &str) -> ObjectPath<'_> {
        ObjectPath::try_from(text).expect("a well-formed path")
    }

    #[test]
    fn properties_of_a_user_are_read_by_their_names_on_the_bus() {
        let app = path("/org/secinfo/SecurityInfo1/users/u1000/methods/aa");
        let entries = [
            ("Uid", Variant::from(1000_u32)),
            ("Name", Variant::from("alice")),
            ("DefaultMethod", Variant::from(app.clone())),
            ("Methods", Variant::from(vec![app.clone()])),
            ("StillRequired", Variant::from(1_u32)),
            ("GraceEnds", Variant::from(5_u64)),
            ("LockedUntil", Variant::from(0_u64)),
            ("FreshProofUntil", Variant::from(0_u64)),
            ("OfALaterVersion", Variant::from(true)),
        ];
        let user: UserProperties = received(&entries).expect("properties as in the contract");
        assert_eq!(
            (user.uid, user.name.as_str(), user.grace_ends),
            (1000, "alice", 5)
        );
        assert_eq!(user.methods, [OwnedObjectPath::from(app)]);
        assert!(received::<UserProperties>(&entries[1..]).is_err(), "no uid");
    }

    #[test]
    fn what_only_some_kinds_have_may_be_missing() {
        let challenge: VerificationChallenge = received(&[
            ("method", Variant::from(path("/m"))),
            ("kind", Variant::from("recovery-codes")),
            ("label", Variant::from("")),
            ("hint", Hint::default().into()),
            ("expires", Variant::from(9_u64)),
            ("form", Variant::from("code")),
        ])
        .expect("a challenge without digits");
        assert_eq!(challenge.challenge.digits(), None);
        assert_eq!(challenge.challenge.destination(), None);
        let details: EnrollmentDetails = received(&[
            ("expires", Variant::from(9_u64)),
            ("attempts", Variant::from(5_u32)),
            ("becomes_default", Variant::from(true)),
            ("form", Variant::from("code")),
            ("key", Variant::from("JBSW Y3DP")),
        ])
        .expect("details without those of other kinds");
        assert_eq!(
            (details.key.as_deref(), details.uri.as_deref()),
            (Some("JBSW Y3DP"), None)
        );
    }

    #[test]
    fn channels_are_read_from_a_list_of_dictionaries() {
        let channel: HashMap<&str, Variant<'_>> = HashMap::from([
            ("name", Variant::from("twilio")),
            ("kind", Variant::from("text")),
            ("plugin", Variant::from("text-twilio")),
            ("version", Variant::from("0.1.0")),
            ("state", Variant::from("ready")),
            ("healthy", Variant::from(true)),
            ("queued", Variant::from(2_u32)),
            ("under_way", Variant::from(1_u32)),
            ("last_error", Variant::from("")),
            ("last_error_at", Variant::from(0_u64)),
            ("confined", Variant::from(vec!["seccomp"])),
        ]);
        let bytes = to_bytes(Context::new(LE, 0), &vec![channel]).expect("a list");
        let channels: Vec<Channel> = bytes.deserialize().expect("channels").0;
        assert_eq!(channels.len(), 1);
        assert_eq!((channels[0].queued, channels[0].under_way), (2, 1));
        assert_eq!(channels[0].confined, ["seccomp"]);
    }

    #[test]
    fn what_is_known_of_a_sent_code_is_read_by_its_names() {
        let sent: SentCode = received(&[
            ("state", Variant::from("sent")),
            ("destination", Variant::from("+49 ••• ••67")),
            ("code_expires", Variant::from(300_u64)),
            ("resend_at", Variant::from(30_u64)),
            ("digits", Variant::from(6_u32)),
        ])
        .expect("a code");
        assert_eq!(
            (sent.state.as_str(), sent.code_expires, sent.resend_at),
            ("sent", 300, 30)
        );
    }

    #[test]
    fn options_that_are_not_given_are_not_sent() {
        let options = VerificationOptions {
            method: Some(path("/m").into()),
            language: Some("de_DE.UTF-8".to_owned()),
            ..Default::default()
        };
        let bytes = to_bytes(Context::new(LE, 0), &options).expect("options");
        let sent: HashMap<String, OwnedVariant> = bytes.deserialize().expect("a dictionary").0;
        let mut names: Vec<&String> = sent.keys().collect();
        names.sort();
        assert_eq!(names, ["forms", "language", "method"]);
    }
}
