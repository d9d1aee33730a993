use crate::{Code, ErrorStatus};
use http::{
    HeaderValue, Response,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde::Serialize;
use std::{borrow::Cow, collections::BTreeMap};

/// An error as clients see it:
/// `{"error": …, "message": …, "status": …[, "retryAfterSec": …][, "fields": {…}][, "methods": […], "maxAgeSec": …]}`.
///
/// This is the outside face of an error: whatever is put in, anybody may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    error: Code,
    message: Cow<'static, str>,
    status: ErrorStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_sec: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<Cow<'static, str>, Cow<'static, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    methods: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age_sec: Option<u64>,
}

impl Problem {
    /// A problem with the status and the message of its code.
    #[must_use]
    pub fn new(code: Code) -> Self {
        let message = Cow::Borrowed(code.message());
        Self {
            error: code,
            message,
            status: code.status(),
            retry_after_sec: None,
            fields: BTreeMap::new(),
            methods: None,
            max_age_sec: None,
        }
    }

    /// Says something more precise to people.
    #[must_use]
    pub fn message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = message.into();
        self
    }

    /// Says what is wrong with a field of the input. A field's first trouble counts.
    #[must_use]
    pub fn field(mut self, name: impl Into<Cow<'static, str>>, text: impl Into<Cow<'static, str>>) -> Self {
        self.fields.entry(name.into()).or_insert_with(|| text.into());
        self
    }

    /// Says when trying again may help, in seconds from now; in the body and in `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_sec = Some(seconds);
        self
    }

    /// Says how to prove again who one is, none where one can't, and how long such a proof is good, in seconds.
    #[must_use]
    pub fn step_up(mut self, methods: &[&'static str], max_age: u64) -> Self {
        self.methods = Some(methods.to_vec());
        self.max_age_sec = Some(max_age);
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn code(&self) -> Code {
        self.error
    }

    /// The answer, to which [`Policy::apply`](crate::Policy::apply) is still to be applied.
    #[must_use]
    pub fn response(&self) -> Response<Vec<u8>> {
        // Text and numbers always serialize.
        let mut response = Response::new(serde_json::to_vec(self).unwrap_or_default());
        *response.status_mut() = self.status.into();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_sec {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == Code::Unauthenticated.status() {
            // RFC 9110 §15.5.2 wants a challenge; this one (RFC 6750 §3) opens no dialog in browsers.
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}
