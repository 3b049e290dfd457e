//! `org.secinfo.SecurityInfo1.Verification`: a session in which a user proves a method.

use crate::challenge::Challenge;
use crate::delivery::SentCode;
use crate::dictionary::dictionary;
use crate::error::Result;
use crate::form::Forms;
use crate::hint::Hint;
use crate::names::interface;
use crate::properties::define_properties;
use crate::response::Response;
use zbus::{DeserializeDict, ObjectPath, OwnedObjectPath, SerializeDict, Type, proxy};

/// A verification that is going on. Only for the connection that started it.
#[proxy(
    interface = "org.secinfo.SecurityInfo1.Verification",
    default_service = "org.secinfo.SecurityInfo1",
    assume_defaults = false
)]
pub trait Verification {
    /// The methods that could be asked; the one asked now first.
    fn list_methods(&self) -> Result<Vec<AskableMethod>>;

    /// Asks another method instead.
    fn change_method(&self, method: &ObjectPath<'_>) -> Result<VerificationChallenge>;

    /// Sends a code of the method that is asked now, in place of any before it, and waits a few
    /// seconds for news of it.
    fn send_code(&self) -> Result<SentCode>;

    /// Answers the challenge; the right answer ends the session with a proof.
    fn submit(&self, response: &Response) -> Result<Proof>;

    /// Ends the session without a proof.
    fn cancel(&self) -> Result<()>;
}

dictionary! {
    /// Options of [`ManagerProxy::start_verification`](crate::ManagerProxy::start_verification).
    #[derive(Debug, Clone, Default)]
    pub struct VerificationOptions {
        /// Ask this method first.
        pub method: Option<OwnedObjectPath>,
        /// The forms of challenges that the client can present.
        pub forms: Forms,
        /// Bind the session to the uid and its unguessable path instead of the connection.
        pub detached: Option<bool>,
        /// The user's locale, such as `de_DE.UTF-8`: messages are written in its language.
        pub language: Option<String>,
        /// From where the user asks, such as the address of a client: told in messages.
        pub origin: Option<String>,
    }
}

dictionary! {
    /// What a verification asks for now. The entries of the challenge stand among the others.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct VerificationChallenge {
        /// The method asked.
        pub method: OwnedObjectPath,
        /// Its kind.
        pub kind: String,
        /// Its label.
        pub label: String,
        /// What it can be told from others by.
        pub hint: Hint,
        /// When the session ends.
        pub expires: u64,
        /// What is asked. A code that has to be sent is sent by
        /// [`VerificationProxy::send_code`].
        pub challenge: Challenge,
    }
}

dictionary! {
    /// A method that a verification could ask.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AskableMethod {
        /// Its object.
        pub method: OwnedObjectPath,
        /// Its kind.
        pub kind: String,
        /// Its label.
        pub label: String,
        /// What it can be told from others by.
        pub hint: Hint,
    }
}

/// What a finished verification leaves.
#[derive(Debug, Clone, PartialEq, Eq, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Proof {
    /// The method that was proved.
    pub method: OwnedObjectPath,
    /// Its kind.
    pub kind: String,
    /// How strong the proof is.
    pub strength: String,
    /// When it was made.
    pub time: u64,
    /// Recovery codes left, when one was used.
    pub remaining: Option<u32>,
}

define_properties! {
    /// The properties of a verification.
    interface::VERIFICATION: VerificationProperties {
        /// What the verification is for.
        purpose: String = PURPOSE "Purpose" Const,
        /// The service that asked for it.
        service: String = SERVICE "Service" Const,
        /// When the session ends.
        expires: u64 = EXPIRES "Expires" Const,
        /// The method that is asked now.
        method: OwnedObjectPath = METHOD "Method" No,
        /// How far the newest code has come: waiting, sent, delivered or failed; empty when none was
        /// sent.
        delivery: String = DELIVERY "Delivery" No,
        /// Why the newest code was not delivered: destination, refused, timed-out, provider or host;
        /// empty unless it failed.
        delivery_problem: String = DELIVERY_PROBLEM "DeliveryProblem" No,
    }
}
