//! Old versions of events are read for ever: an upcaster brings the data of one version to the
//! next.

use super::DecodeError;
use serde_json::{Value, json};

/// Brings the data of `type_name` from `from` to `from + 1`.
pub(super) struct Upcaster {
    pub(super) type_name: &'static str,
    pub(super) from: u16,
    pub(super) upcast: fn(Value) -> Value,
}

/// One row for each version that a type has left behind. A new version of a type adds a row here
/// and a golden file to the tests.
pub(super) const UPCASTERS: &[Upcaster] = &[
    Upcaster {
        type_name: "policy-changed",
        from: 1,
        upcast: with_rules_for_codes,
    },
    Upcaster {
        type_name: "policy-changed",
        from: 2,
        upcast: with_rules_for_sign_in,
    },
];

/// Before there were codes by text, call and email, nothing was said about them, nor about wrong
/// codes of long ago. Data that is no policy is left as it is, and refused when it is read.
fn with_rules_for_codes(mut data: Value) -> Value {
    let limit = |most: u16| json!({"most": most, "within": 3600});
    let codes = json!({
        "digits": 6,
        "life": 300,
        "resend_after": 30,
        "of_user": limit(10),
        "of_destination": limit(10),
        "of_country": limit(500),
        "in_all": limit(1000),
        "allowed_countries": [],
        "denied_countries": [],
    });
    if let Some(Value::Object(rules)) = data.pointer_mut("/policy/rules") {
        rules.insert("codes".to_owned(), codes);
        rules.insert("notices".to_owned(), json!("all"));
        if let Some(Value::Object(throttle)) = rules.get_mut("throttle") {
            throttle.insert("forget_after".to_owned(), json!(86_400));
        }
    }
    data
}

/// Before there was sign-in through PAM, nothing was said about it, and a service had nothing but
/// rules for methods.
fn with_rules_for_sign_in(mut data: Value) -> Value {
    let rules = json!({
        "verify": "when-enrolled",
        "remember": 0,
        "exempt_groups": [],
        "exempt_networks": [],
    });
    let of_service = json!({
        "verify": null,
        "strength": null,
        "remember": null,
        "exempt_groups": null,
        "exempt_networks": null,
    });
    if let Some(Value::Object(all)) = data.pointer_mut("/policy/rules") {
        all.insert("sign_in".to_owned(), rules);
    }
    let services = data.pointer_mut("/policy/services");
    for service in services.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(refinement) = service.get_mut(1) {
            *refinement = json!({"refinement": refinement.take(), "sign_in": of_service});
        }
    }
    data
}

/// The data in the form of version `current`.
pub(super) fn to_current(
    upcasters: &[Upcaster],
    type_name: &str,
    version: u16,
    current: u16,
    data: &str,
) -> Result<String, DecodeError> {
    let unknown = || DecodeError::UnknownVersion {
        type_name: type_name.to_owned(),
        version,
    };
    if version > current {
        return Err(unknown());
    }
    let mut value: Value = serde_json::from_str(data)?;
    for step in version..current {
        let upcaster = upcasters
            .iter()
            .find(|upcaster| upcaster.type_name == type_name && upcaster.from == step)
            .ok_or_else(unknown)?;
        value = (upcaster.upcast)(value);
    }
    Ok(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RENAMES: &[Upcaster] = &[
        Upcaster {
            type_name: "locked",
            from: 1,
            upcast: |mut data| {
                data["until"] = data["end"].take();
                data.as_object_mut().map(|object| object.remove("end"));
                data
            },
        },
        Upcaster {
            type_name: "locked",
            from: 2,
            upcast: |mut data| {
                data["count"] = 1.into();
                data
            },
        },
    ];

    #[test]
    fn data_goes_through_every_version_between() {
        let current = to_current(RENAMES, "locked", 1, 3, r#"{"end":7}"#).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&current).unwrap(),
            serde_json::json!({"until": 7, "count": 1})
        );
    }

    #[test]
    fn a_newer_version_and_a_missing_step_are_refused() {
        for version in [0, 4] {
            let refused = to_current(RENAMES, "locked", version, 3, "{}");
            assert!(
                matches!(refused, Err(DecodeError::UnknownVersion { .. })),
                "version {version}"
            );
        }
    }
}
