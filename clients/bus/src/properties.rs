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
    use crate::{Challenge, EnrollmentDetails, VerificationOptions};
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
        let challenge: Challenge = received(&[
            ("method", Variant::from(path("/m"))),
            ("kind", Variant::from("recovery-codes")),
            ("label", Variant::from("")),
            ("hint", Variant::from("")),
            ("expires", Variant::from(9_u64)),
        ])
        .expect("a challenge without digits");
        assert_eq!(challenge.digits, None);
        let details: EnrollmentDetails = received(&[
            ("expires", Variant::from(9_u64)),
            ("attempts", Variant::from(5_u32)),
            ("becomes_default", Variant::from(true)),
            ("key", Variant::from("JBSW Y3DP")),
        ])
        .expect("details without those of other kinds");
        assert_eq!(
            (details.key.as_deref(), details.uri.as_deref()),
            (Some("JBSW Y3DP"), None)
        );
    }

    #[test]
    fn options_that_are_not_given_are_not_sent() {
        let options = VerificationOptions {
            method: Some(path("/m")),
            detached: None,
        };
        let bytes = to_bytes(Context::new(LE, 0), &options).expect("options");
        let sent: HashMap<String, OwnedVariant> = bytes.deserialize().expect("a dictionary").0;
        assert_eq!(sent.keys().collect::<Vec<_>>(), ["method"]);
    }
}
