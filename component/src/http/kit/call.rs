//! The context of a request, as a parameter of its handler.

use super::problem::Problem;
use crate::{
    context::{Client, Context},
    error::{Bug, Failure},
    settings::Settings,
    time::Time,
};
use axum::extract::FromRequestParts;
use http::{
    HeaderMap,
    header::{ACCEPT_LANGUAGE, USER_AGENT},
    request::Parts,
};
use mana_auth_face::Language;
use mana_auth_hygiene::Trace;
use std::{ops::Deref, sync::Arc};

/// The context of a request.
#[derive(Clone)]
pub struct Call(Arc<Context>);

impl Call {
    pub fn new(
        settings: &'static Settings,
        now: Time,
        id: &str,
        peer: Option<String>,
        headers: &HeaderMap,
    ) -> Self {
        let user_agent = headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let language = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let client = Client {
            request_id: id.to_owned(),
            trace: Trace::of(headers),
            language: language.map(Language::accepted),
            ..Client::new(peer, user_agent.as_deref())
        };
        Self(Arc::new(Context::at(now, settings, client)))
    }
}

impl Deref for Call {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let call = parts.extensions.get::<Self>().cloned();
        call.ok_or_else(|| Failure::from(Bug::Missing("the context of a request")).into())
    }
}
