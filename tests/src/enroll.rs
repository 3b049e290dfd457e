//! Enrollments and verifications, with which most tests begin.

use crate::client::{Client, Refusal};
use crate::user_path;
use secinfo_test_key::Browser;
use secinfo_test_person::{Algorithm, App, Codes};
use secinfo_wire::{Challenge, Enrolled, EnrollmentDetails, Proof, Response, Submitted};
use std::collections::HashMap;
use zbus::{ObjectPath, OwnedObjectPath, Variant};

/// A response with a code, as `Submit` and `Verify` take it.
pub fn response(code: &str) -> Response {
    Response::code(code)
}

/// Options of a call.
type Options = HashMap<&'static str, Variant<'static>>;

impl Client {
    /// Starts to enrol a method of this kind for this user.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub async fn start_enrollment(
        &self,
        kind: &str,
        options: Options,
    ) -> Result<(OwnedObjectPath, EnrollmentDetails), Refusal> {
        let path = user_path(self.uid);
        self.call(&path, "User", "StartEnrollment", &(kind, options))
            .await
    }

    /// Finishes an enrollment with a code.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub async fn finish_enrollment(&self, path: &str, code: &str) -> Result<Enrolled, Refusal> {
        self.prove_enrollment(path, &response(code)).await
    }

    /// Finishes an enrollment with a response of any form.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub async fn prove_enrollment(
        &self,
        path: &str,
        response: &Response,
    ) -> Result<Enrolled, Refusal> {
        match self.call(path, "Enrollment", "Submit", response).await? {
            Submitted::Enrolled(enrolled) => Ok(enrolled),
            Submitted::Next(challenge) => panic!("it asks on: {challenge:?}"),
        }
    }

    /// Enrols an authenticator app for this user. `drift` is the drift that policy allows.
    pub async fn enroll_app(&self, label: &str, drift: u64) -> App {
        let options = Options::from([("label", Variant::from(label.to_owned()))]);
        let (path, details) = self
            .start_enrollment("authenticator-app", options)
            .await
            .unwrap();
        let mut codes = codes_of(&details);
        codes.drift = drift;
        let enrolled = self
            .finish_enrollment(path.as_str(), &codes.fresh())
            .await
            .unwrap();
        App {
            path: enrolled.method.to_string(),
            codes,
        }
    }

    /// Enrols a security key for this user, who has another method and a fresh proof.
    pub async fn enroll_key(&self, key: &mut Browser) -> Enrolled {
        let forms = Options::from([("forms", Variant::from(vec!["code", "assertion"]))]);
        let (path, details) = self.start_enrollment("security-key", forms).await.unwrap();
        let path = path.as_str();
        let credential = Response::Assertion(key.create(options(&details.challenge)));
        match self.call(path, "Enrollment", "Submit", &credential).await {
            Ok(Submitted::Next(challenge)) => {
                let assertion = Response::Assertion(key.get(options(&challenge)));
                self.prove_enrollment(path, &assertion).await.unwrap()
            }
            other => panic!("a registration is no proof: {other:?}"),
        }
    }

    /// Verifies a user for sign-in, with one method, in one call.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub async fn verify(&self, uid: u32, method: &str, code: &str) -> Result<Proof, Refusal> {
        self.verify_at(uid, "", method, code).await
    }

    /// Verifies a user for sign-in at a service.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub async fn verify_at(
        &self,
        uid: u32,
        service: &str,
        method: &str,
        code: &str,
    ) -> Result<Proof, Refusal> {
        let method = ObjectPath::try_from(method).unwrap();
        let body = (uid, "sign-in", service, method, response(code));
        self.call(crate::ROOT_PATH, "Manager", "Verify", &body)
            .await
    }

    /// Proves this user's app on this connection, so that changes are allowed for a while.
    pub async fn prove(&self, app: &mut App) {
        let code = app.codes.fresh();
        self.verify(self.uid, &app.path, &code).await.unwrap();
    }

    /// The path of a user's default method; `/` if there is none.
    pub async fn default_of(&self, uid: u32) -> String {
        let path: OwnedObjectPath = self
            .property(&user_path(uid), "User", "DefaultMethod")
            .await
            .unwrap();
        path.to_string()
    }

    /// The paths of a user's methods.
    pub async fn methods_of(&self, uid: u32) -> Vec<String> {
        let paths: Vec<OwnedObjectPath> = self
            .property(&user_path(uid), "User", "Methods")
            .await
            .unwrap();
        paths.iter().map(ToString::to_string).collect()
    }

    /// All events of the log. For administrators.
    pub async fn events(&self) -> Vec<serde_json::Value> {
        let mut events = Vec::new();
        let mut from = 0_u64;
        loop {
            let (next, page): (u64, Vec<Vec<u8>>) = self
                .call(crate::ROOT_PATH, "Audit", "Read", &(from, 1000_u32))
                .await
                .unwrap();
            if next == from {
                return events;
            }
            events.extend(
                page.iter()
                    .map(|bytes| serde_json::from_slice::<serde_json::Value>(bytes).unwrap()),
            );
            from = next;
        }
    }
}

/// The options of a challenge that asks a security key.
fn options(challenge: &Challenge) -> &str {
    match challenge {
        Challenge::Assertion { options, .. } => options,
        other => panic!("it asks no security key: {other:?}"),
    }
}

/// The codes of an app that was set up with these details.
fn codes_of(details: &EnrollmentDetails) -> Codes {
    let mut codes = Codes::new(details.key.as_deref().unwrap());
    codes.digits = details.challenge.digits().unwrap();
    codes.algorithm = Algorithm::named(details.algorithm.as_deref().unwrap());
    codes
}
