//! Somebody who has just proven again who they are, as a parameter of a handler.

use super::{authentication::Authenticated, body::Json, call::Call, problem::Problem};
use crate::{
    credentials::{self, Purpose, Reauthenticated},
    passwords::Password,
    secrets::CookieSecret,
    sessions::Caller,
};
use axum::{
    RequestExt as _,
    extract::{FromRequest, Request},
};
use serde::de::DeserializeOwned;

/// A body that holds what proves again who the caller is.
pub trait Proves {
    /// What it is for.
    const PURPOSE: Purpose;

    /// The password that proves it.
    fn password(&self) -> &Password;
}

/// Whoever authenticated as [`Authenticated`] has it, and showed the password in the body.
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
        let Json(body) = Json::<T>::from_request(request, state).await?;
        let proof = credentials::reauthenticate(&call, &caller.user, body.password(), T::PURPOSE).await?;
        Ok(Self { caller, cookie, proof, body })
    }
}
