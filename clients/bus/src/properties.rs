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
