//! The properties of each interface as one struct: defined once, with the name, the type and the
//! description of every property, for the daemon that serves them and the clients that read them.

use crate::error::Result;
use crate::names::BUS_NAME;
use zbus::export::serde::de::DeserializeOwned;
use zbus::{Connection, ObjectPath, Signature, Type, Variant};

/// When a property's changes are announced, as the standard annotation
/// `org.freedesktop.DBus.Property.EmitsChangedSignal` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmitsChanged {
    /// With the new value.
    Value,
    /// Without the value.
    Invalidates,
    /// It never changes.
    Const,
    /// Not at all.
    No,
}

impl EmitsChanged {
    /// The value of the annotation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Value => "true",
            Self::Invalidates => "invalidates",
            Self::Const => "const",
            Self::No => "false",
        }
    }
}

/// What is fixed of one property.
#[derive(Debug)]
pub struct PropertyRow {
    /// Its name on the bus.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub doc: &'static str,
    /// Its type.
    pub signature: &'static Signature,
    /// How its changes are announced.
    pub emits_changed: EmitsChanged,
}

/// The properties of an interface.
pub trait Properties: DeserializeOwned + Type {
    /// The name of the interface.
    const INTERFACE: &'static str;
    /// Its properties.
    const ROWS: &'static [PropertyRow];

    /// Their values, in the order of the rows.
    fn into_values(self) -> Vec<Variant<'static>>;
}

/// All properties of the object at `path`, in one call.
///
/// # Errors
/// Refused to all but the user and administrators; of a session, to all but who started it.
pub async fn properties<P: Properties>(
    connection: &Connection,
    path: &ObjectPath<'_>,
) -> Result<P> {
    let standard = Some("org.freedesktop.DBus.Properties");
    let reply = connection
        .call_method(Some(BUS_NAME), path, standard, "GetAll", &P::INTERFACE)
        .await?;
    Ok(reply.body().deserialize()?)
}

/// Defines the properties of an interface: a field for each, with a constant for its name on the bus,
/// and how its changes are announced.
macro_rules! define_properties {
    (
        $(#[$meta:meta])*
        $interface:path: $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident: $kind:ty = $constant:ident $text:literal $emits:ident,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, zbus::DeserializeDict, zbus::Type)]
        #[zbus(signature = "a{sv}", rename_all = "PascalCase")]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $kind,)+
        }

        impl $name {
            $(
                #[doc = concat!("The name of the property `", $text, "` on the bus.")]
                pub const $constant: &'static str = $text;
            )+
        }

        impl $crate::properties::Properties for $name {
            const INTERFACE: &'static str = $interface;
            const ROWS: &'static [$crate::properties::PropertyRow] = &[$(
                $crate::properties::PropertyRow {
                    name: $text,
                    doc: concat!($($doc),+).trim_ascii_start(),
                    signature: <$kind as zbus::Type>::SIGNATURE,
                    emits_changed: $crate::properties::EmitsChanged::$emits,
                },
            )+];

            fn into_values(self) -> Vec<zbus::Variant<'static>> {
                vec![$(self.$field.into()),+]
            }
        }
    };
}

pub(crate) use define_properties;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Channel, EnrollmentDetails, EnrollmentProperties, Hint, MethodProperties, SentCode,
        UserProperties, VerificationChallenge, VerificationOptions, VerificationProperties,
    };
    use std::collections::BTreeSet;
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
            ("PushPausedUntil", Variant::from(0_u64)),
            ("LackingForReset", Variant::from(0_u32)),
            ("AccountLocked", Variant::from(0_u64)),
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

    /// The field is read by its own name, and the row has another: they must not drift apart.
    fn expect_the_names_of_rows<P: Properties>() {
        let named: BTreeSet<_> = P::ROWS.iter().map(|row| row.name).collect();
        for missing in &named {
            let values: Vec<_> = P::ROWS
                .iter()
                .filter(|row| row.name != *missing)
                .map(|row| (row.name, example(row.signature)))
                .collect();
            assert!(received::<P>(&values).is_err(), "{missing} is not read");
        }
        let all: Vec<_> = P::ROWS
            .iter()
            .map(|row| (row.name, example(row.signature)))
            .collect();
        assert!(received::<P>(&all).is_ok(), "{named:?} are not all");
    }

    fn example(signature: &Signature) -> Variant<'static> {
        match signature.to_string().as_str() {
            "b" => true.into(),
            "u" => 1_u32.into(),
            "t" => 1_u64.into(),
            "s" => "text".into(),
            "o" => path("/").to_owned().into(),
            "as" => Vec::<String>::new().into(),
            "ao" => Vec::<ObjectPath<'static>>::new().into(),
            "a{sv}" => Hint::default().into(),
            other => panic!("no example of {other}"),
        }
    }

    #[test]
    fn every_property_is_read_by_the_name_of_its_row() {
        expect_the_names_of_rows::<UserProperties>();
        expect_the_names_of_rows::<MethodProperties>();
        expect_the_names_of_rows::<EnrollmentProperties>();
        expect_the_names_of_rows::<VerificationProperties>();
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
