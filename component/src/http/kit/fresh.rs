//! Somebody who has proven lately, or just now, who they are, as a parameter of a handler.

use super::{
    authentication::{Admin, Authenticated},
    body::{Json, is_absent},
    call::Call,
    problem::Problem,
};
use crate::{
    credentials::{self, Purpose, Reauthenticated},
    passwords::Password,
    secrets::CookieSecret,
    sessions::Caller,
};
use axum::{
    RequestExt as _,
    extract::{FromRequest, FromRequestParts, Request},
};
use http::request::Parts;
use serde::de::DeserializeOwned;

/// A body that may hold what proves again who the caller is.
pub trait Proves {
    /// What it is for.
    const PURPOSE: Purpose;

    /// The password that proves it; none where the session's own proof is to suffice.
    fn password(&self) -> Option<&Password>;
}

/// Whoever authenticated as [`Authenticated`] has it, and showed the password in the body, or did so no longer ago than `step_up_minutes`.
pub struct Fresh<T> {
    /// Who it is.
    pub caller: Caller,
    /// The cookie, if that is what they came with.
    pub cookie: Option<CookieSecret>,
    /// That they have proven it, for what they want to do.
    pub proof: Reauthenticated,
    /// What they want.
    pub body: T,
}

impl<T: DeserializeOwned + Proves + Send, S: Send + Sync> FromRequest<S> for Fresh<T> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Problem> {
        let call: Call = request.extract_parts_with_state(state).await?;
        let Authenticated { caller, cookie } = request.extract_parts_with_state(state).await?;
        let Json(body) = match is_absent(&request) {
            true => Json::empty()?,
            false => Json::<T>::from_request(request, state).await?,
        };
        let proof = match body.password() {
            Some(password) => credentials::reauthenticate(&call, &caller.user, password, T::PURPOSE).await?,
            None => by_session(&call, &caller).await?,
        };
        Ok(Self { caller, cookie, proof, body })
    }
}

/// An administrator who has proven lately who they are: for whatever changes something.
pub struct FreshAdmin(pub Caller);

impl<S: Sync> FromRequestParts<S> for FreshAdmin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let call = Call::from_request_parts(parts, state).await?;
        let Admin(caller) = Admin::from_request_parts(parts, state).await?;
        by_session(&call, &caller).await?;
        Ok(Self(caller))
    }
}

async fn by_session(call: &Call, caller: &Caller) -> Result<Reauthenticated, Problem> {
    match credentials::by_session(call, caller) {
        Some(proof) => Ok(proof),
        None => {
            let methods = credentials::methods(call, caller.user.id).await?;
            Err(Problem::step_up(&methods, call.settings.step_up))
        }
    }
}
