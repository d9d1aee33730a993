//! The guard: HTTP middleware that lets a request through to an app only with a live session.
//!
//! ```text
//!          ┌────────────────────── guard ──────────────────────┐
//! client ─▶│ config ─ decision ─ asking ─ fields ─ forwarding   │─▶ app
//!          │              │         │                           │
//!          │           refusal      ▼                           │
//!          └────────────────── auth.spin.internal ──────────────┘
//! ```
//!
//! - [`decision`] says what can be said at once: a path with two readings is refused ([`path`]), a listed one is
//!   public, a change of state by cookie needs a page of the app's own ([`origin`]), and the rest needs a session.
//! - `asking` has the auth service judge the session, with each request anew: nothing is kept, so that a session that
//!   ends has ended with the next request. What is neither a yes nor a no lets nobody through ([`identity`]).
//! - [`fields`] says what the app gets: who came, in headers that no client can set, and a token for a minute. The
//!   session itself it doesn't get: an app that leaks its requests leaks no session.
//! - `forwarding` hands request and answer on as streams. The guard holds no body.

#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "natively, only the pure parts are tested")
)]

#[cfg(target_family = "wasm")]
mod asking;
#[cfg(target_family = "wasm")]
mod bindings;
pub mod config;
pub mod credential;
pub mod decision;
pub mod fields;
#[cfg(target_family = "wasm")]
mod forwarding;
pub mod identity;
pub mod origin;
pub mod path;
pub mod refusal;
pub mod renewal;
pub mod roles;
pub mod sign_in;

#[cfg(target_family = "wasm")]
mod guest {
    use crate::{
        asking,
        bindings::{ErrorCode, Guest, Request, Response},
        config::Config,
        decision::{Asked, Decision},
        fields, forwarding,
        refusal::Refusal,
    };

    /// The middleware.
    pub struct Guard;

    impl Guest for Guard {
        async fn handle(request: Request) -> Result<Response, ErrorCode> {
            let Some(head) = forwarding::head(&request) else {
                return forwarding::refuse(&Refusal::Ambiguous, None).await;
            };
            let config = match asking::config().await {
                Ok(config) => config,
                Err(refusal) => return forwarding::refuse(&refusal, None).await,
            };
            let asked = Asked { method: &head.method, target: &head.target, headers: &head.headers };
            match judge(&asked, &config).await {
                Ok(Admitted { fields, renewed }) => forwarding::forward(request, &fields, &renewed).await,
                Err(refusal) => forwarding::refuse(&refusal, asked.page(&config)).await,
            }
        }
    }

    /// What the app gets, and the cookies that its client gets with the answer.
    struct Admitted {
        fields: http::HeaderMap,
        renewed: Vec<http::HeaderValue>,
    }

    async fn judge(asked: &Asked<'_>, config: &Config) -> Result<Admitted, Refusal> {
        let Decision::Whoever(credential, path) = asked.decide(config)? else {
            return Ok(Admitted { fields: fields::for_the_app(asked.headers, None), renewed: Vec::new() });
        };
        let (given, renewed) = asking::who(config, &credential).await?;
        let role = given.identity.role.to_str().map_err(|_| Refusal::Role)?;
        let is_spoken_of = !asked.is_chained() || config.roles.speak_of(path);
        if !is_spoken_of || !config.roles.admit(path, role) {
            return Err(Refusal::Role);
        }
        Ok(Admitted { fields: fields::for_the_app(asked.headers, Some(&given)), renewed })
    }
}

#[cfg(target_family = "wasm")]
use guest::Guard;
