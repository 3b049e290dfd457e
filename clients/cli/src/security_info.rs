//! The security info of a user as a whole, and its form in JSON.

use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::times::time;
use secinfo_wire::{MethodProperties, OwnedObjectPath, UserProperties, properties};
use secinfo_words::{Language, Words};
use serde::Serialize;

/// A user with all methods.
#[derive(Debug, Clone)]
pub(crate) struct SecurityInfo {
    /// The user's object.
    pub(crate) path: OwnedObjectPath,
    /// The user.
    pub(crate) user: UserProperties,
    /// The methods, in the order of their numbers.
    pub(crate) methods: Vec<Method>,
}

/// A method and its object.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    /// The method's object.
    pub(crate) path: OwnedObjectPath,
    /// What it is.
    pub(crate) properties: MethodProperties,
}

impl Method {
    /// The method in a sentence.
    pub(crate) fn named(&self, words: Words) -> String {
        let MethodProperties {
            kind, label, hint, ..
        } = &self.properties;
        words.method(kind, label, &words.hint(hint))
    }
}

impl SecurityInfo {
    /// Reads the security info of a user; of the caller when none is named.
    pub(crate) async fn load(client: &Client, user: Option<&str>) -> Result<Self, Failure> {
        Self::at(client, client.user_path(user).await?).await
    }

    /// Reads the security info of the user at a path.
    pub(crate) async fn at(client: &Client, path: OwnedObjectPath) -> Result<Self, Failure> {
        let user = properties::<UserProperties>(&client.connection, &path).await?;
        let mut methods = Vec::with_capacity(user.methods.len());
        for path in &user.methods {
            let properties = properties::<MethodProperties>(&client.connection, path).await?;
            methods.push(Method {
                path: path.clone(),
                properties,
            });
        }
        Ok(Self {
            path,
            user,
            methods,
        })
    }

    /// The method at a path, if it is one of these.
    pub(crate) fn method_at(&self, path: &OwnedObjectPath) -> Option<&Method> {
        self.methods.iter().find(|method| method.path == *path)
    }

    /// The default method.
    pub(crate) fn default_method(&self) -> Option<&Method> {
        self.method_at(&self.user.default_method)
    }
}

/// The id at the end of a method's path; `None` for the path that stands for none.
pub(crate) fn id_of(path: &OwnedObjectPath) -> Option<&str> {
    path.as_str().rsplit('/').next().filter(|id| !id.is_empty())
}

/// The page in JSON.
#[derive(Serialize)]
pub(crate) struct PageJson<'a> {
    user: UserJson<'a>,
    host: &'a str,
    default_method: Option<&'a str>,
    still_required: u32,
    grace_ends: Option<u64>,
    locked_until: Option<u64>,
    push_paused_until: Option<u64>,
    lacking_for_reset: u32,
    account_locked: Option<u64>,
    fresh_proof_until: Option<u64>,
    methods: Vec<MethodJson<'a>>,
}

#[derive(Serialize)]
struct UserJson<'a> {
    uid: u32,
    name: &'a str,
}

/// A method in JSON.
#[derive(Serialize)]
pub(crate) struct MethodJson<'a> {
    id: &'a str,
    kind: &'a str,
    label: &'a str,
    hint: String,
    purposes: &'a [String],
    created: u64,
    last_used: Option<u64>,
    locked_until: Option<u64>,
    deletion_due: Option<u64>,
    is_default: bool,
    is_allowed: bool,
    may_be_copied: bool,
    remaining: Option<u32>,
    last_seen: Option<u64>,
    confirm_due: Option<u64>,
    begins: Option<u64>,
    expires: Option<u64>,
}

impl<'a> PageJson<'a> {
    /// The JSON form of security info.
    pub(crate) fn new(info: &'a SecurityInfo, host: &'a str) -> Self {
        let user = &info.user;
        Self {
            user: UserJson {
                uid: user.uid,
                name: &user.name,
            },
            host,
            default_method: id_of(&user.default_method),
            still_required: user.still_required,
            grace_ends: time(user.grace_ends),
            locked_until: time(user.locked_until),
            push_paused_until: time(user.push_paused_until),
            lacking_for_reset: user.lacking_for_reset,
            account_locked: time(user.account_locked / 1000),
            fresh_proof_until: time(user.fresh_proof_until),
            methods: info
                .methods
                .iter()
                .map(|method| MethodJson::new(&method.properties))
                .collect(),
        }
    }
}

impl<'a> MethodJson<'a> {
    /// The JSON form of a method.
    pub(crate) fn new(method: &'a MethodProperties) -> Self {
        Self {
            id: &method.id,
            kind: &method.kind,
            label: &method.label,
            // Programs read the same words in every language.
            hint: Words::of(Language::English).hint(&method.hint),
            purposes: &method.purposes,
            created: method.created,
            last_used: time(method.last_used),
            locked_until: time(method.locked_until),
            deletion_due: time(method.deletion_due),
            is_default: method.is_default,
            is_allowed: method.is_allowed,
            may_be_copied: method.may_be_copied,
            remaining: (method.kind == secinfo_wire::names::kind::RECOVERY_CODES)
                .then_some(method.remaining),
            last_seen: time(method.last_seen),
            confirm_due: time(method.confirm_due),
            begins: time(method.begins),
            expires: time(method.expires),
        }
    }
}

/// Security info for tests: an app, recovery codes and a token, at 2026-11-22 14:00 UTC.
#[cfg(test)]
pub(crate) fn example() -> SecurityInfo {
    use secinfo_wire::Hint;

    let path = |id: &str| {
        OwnedObjectPath::try_from(format!(
            "/org/secinfo/SecurityInfo1/users/u1000/methods/{id}"
        ))
        .expect("a well-formed path")
    };
    let method = |digit: &str, kind: &str, label: &str| {
        let id = digit.repeat(32);
        Method {
            path: path(&id),
            properties: MethodProperties {
                id,
                kind: kind.to_owned(),
                label: label.to_owned(),
                hint: Hint::default(),
                purposes: vec!["sign-in".to_owned(), "password-reset".to_owned()],
                created: 1_790_000_000,
                last_used: 0,
                last_seen: 0,
                locked_until: 0,
                deletion_due: 0,
                is_default: false,
                is_allowed: true,
                may_be_copied: false,
                remaining: 0,
                confirm_due: 0,
                begins: 0,
                expires: 0,
            },
        }
    };
    let mut app = method("a", "authenticator-app", "Phone");
    app.properties.is_default = true;
    app.properties.last_used = 1_795_350_000;
    let mut codes = method("b", "recovery-codes", "");
    codes.properties.remaining = 9;
    let mut token = method("c", "hardware-token", "Key ring");
    token.properties.hint.serial = Some("••••4711".to_owned());
    token.properties.locked_until = 1_795_357_000;
    token.properties.deletion_due = 1_795_442_400;
    let methods = vec![app, codes, token];
    SecurityInfo {
        path: OwnedObjectPath::try_from("/org/secinfo/SecurityInfo1/users/u1000")
            .expect("a well-formed path"),
        user: UserProperties {
            uid: 1000,
            name: "alice".to_owned(),
            default_method: methods[0].path.clone(),
            methods: methods.iter().map(|method| method.path.clone()).collect(),
            still_required: 0,
            grace_ends: 0,
            locked_until: 0,
            push_paused_until: 0,
            lacking_for_reset: 0,
            account_locked: 0,
            fresh_proof_until: 0,
        },
        methods,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_form_is_stable() {
        let mut info = example();
        info.methods.truncate(2);
        let json = serde_json::to_string(&PageJson::new(&info, "host01")).unwrap();
        let (a, b) = ("a".repeat(32), "b".repeat(32));
        assert_eq!(
            json,
            format!(
                concat!(
                    r#"{{"user":{{"uid":1000,"name":"alice"}},"host":"host01","default_method":"{a}","#,
                    r#""still_required":0,"grace_ends":null,"locked_until":null,"push_paused_until":null,"lacking_for_reset":0,"account_locked":null,"fresh_proof_until":null,"methods":["#,
                    r#"{{"id":"{a}","kind":"authenticator-app","label":"Phone","hint":"","#,
                    r#""purposes":["sign-in","password-reset"],"created":1790000000,"last_used":1795350000,"#,
                    r#""locked_until":null,"deletion_due":null,"is_default":true,"is_allowed":true,"may_be_copied":false,"remaining":null,"last_seen":null,"confirm_due":null,"begins":null,"expires":null}},"#,
                    r#"{{"id":"{b}","kind":"recovery-codes","label":"","hint":"","#,
                    r#""purposes":["sign-in","password-reset"],"created":1790000000,"last_used":null,"#,
                    r#""locked_until":null,"deletion_due":null,"is_default":false,"is_allowed":true,"may_be_copied":false,"remaining":9,"last_seen":null,"confirm_due":null,"begins":null,"expires":null}}]}}"#,
                ),
                a = a,
                b = b
            )
        );
    }

    #[test]
    fn the_path_that_stands_for_none_has_no_id() {
        let none = OwnedObjectPath::try_from("/").unwrap();
        assert_eq!(id_of(&none), None);
    }
}
