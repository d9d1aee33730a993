//! How a backend checks the access token that comes with a request, in three ways behind one [`Guard`].
//!
//! | way | asks | a revoked session |
//! | --- | --- | --- |
//! | [`Offline`] | nobody; keys are fetched every few minutes | is accepted until its token expires |
//! | [`Remote`] | the auth service, over HTTP, for each request | is refused by the next request |
//! | [`Embedded`] | the auth service in this program, for each request | is refused by the next request |
//!
//! A handler that takes [`Claims`] runs only for somebody whose token was checked, and does not compile where the
//! state holds no guard to check it:
//!
//! ```
//! use axum::{Router, routing::get};
//! use mana_auth_example_guard::{Address, Claims, Guard, Remote};
//!
//! async fn me(claims: Claims) -> String {
//!     claims.email
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let guard = Guard::new(Remote::new(Address::parse("http://127.0.0.1:3001")?)?);
//! let app: Router = Router::new()
//!     .route("/me", get(me))
//!     // Everything so far is guarded, even handlers that don't ask who it is.
//!     .route_layer(guard.clone())
//!     .route("/", get(async || "everybody may see this"))
//!     .with_state(guard);
//! # Ok(())
//! # }
//! ```

mod address;
mod check;
mod claims;
mod clock;
#[cfg(feature = "embedded")]
mod embedded;
mod guard;
mod key_cache;
mod keys;
mod layer;
mod offline;
mod rejection;
mod remote;
mod service;
mod token;

pub use address::{Address, InvalidAddress};
pub use check::Check;
pub use claims::Claims;
pub use clock::{Clock, Moment, SystemClock};
#[cfg(feature = "embedded")]
pub use embedded::Embedded;
pub use guard::Guard;
pub use layer::Guarded;
pub use offline::{Expected, Offline};
pub use rejection::{Rejection, TokenError};
pub use remote::Remote;
pub use service::ClientError;
pub use token::Token;
