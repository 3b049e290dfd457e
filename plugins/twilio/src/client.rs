//! The HTTP client for Twilio's API.

use crate::request::{HttpMethod, HttpRequest};
use crate::settings::{Access, Credentials};
use bytes::Bytes;
use reqwest::header::CONTENT_TYPE;
use secinfo_channel::CreateError;
use secinfo_channel::http::{self, HttpResponse, SendError};
use zeroize::Zeroizing;

/// Sends requests with the account's credentials.
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    credentials: Credentials,
}

impl Client {
    pub(crate) fn new(access: Access) -> Result<Self, CreateError> {
        let ca_file = access.ca_file.as_deref();
        Ok(Self {
            http: http::client(ca_file, access.connect_timeout, access.timeout)?,
            base: access.base,
            credentials: access.credentials,
        })
    }

    /// Sends a request once.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        let url = format!("{}{}", self.base, request.path);
        let request = match request.method {
            HttpMethod::Get => self.http.get(url),
            HttpMethod::Post => {
                let form = Zeroizing::new(request.form.as_bytes().to_vec());
                self.http
                    .post(url)
                    .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                    // Wiped once it has been sent.
                    .body(Bytes::from_owner(form))
            }
        };
        let Credentials { user, password } = &self.credentials;
        http::send(request.basic_auth(user, Some(password.as_str()))).await
    }
}
