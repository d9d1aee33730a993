//! What stands before the handlers, whichever way it checks.

use crate::{Check, Claims, Rejection, Token};
use axum::extract::{FromRef, FromRequestParts};
use http::{header::AUTHORIZATION, request::Parts};
use std::{ptr, sync::Arc};

/// Lets requests through whose token is good. As a [`tower::Layer`] it guards routes; in an app's state it lets
/// handlers take [`Claims`]. Where it is both, a request is still checked once.
#[derive(Clone)]
pub struct Guard(Arc<dyn Check>);

/// What was found out about a request, and by whom: another guard may have looked for another audience.
#[derive(Clone)]
struct Checked {
    by: Guard,
    claims: Claims,
}

impl Guard {
    /// A guard that checks in this way.
    pub fn new(check: impl Check) -> Self {
        Self(Arc::new(check))
    }

    /// Who makes the request.
    ///
    /// # Errors
    ///
    /// Why it isn't let through.
    pub async fn admit(&self, parts: &mut Parts) -> Result<Claims, Rejection> {
        if let Some(checked) = parts.extensions.get::<Checked>().filter(|checked| checked.by.is(self)) {
            return Ok(checked.claims.clone());
        }
        let token = Token::of(&parts.headers)?;
        // So that whoever logs the request's fields logs no token.
        if let Some(field) = parts.headers.get_mut(AUTHORIZATION) {
            field.set_sensitive(true);
        }
        let claims = self.0.check(&token).await?;
        parts.extensions.insert(Checked { by: self.clone(), claims: claims.clone() });
        Ok(claims)
    }

    fn is(&self, other: &Self) -> bool {
        ptr::addr_eq(Arc::as_ptr(&self.0), Arc::as_ptr(&other.0))
    }
}

impl<S> FromRequestParts<S> for Claims
where
    S: Send + Sync,
    Guard: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        Guard::from_ref(state).admit(parts).await
    }
}
