//! What every answer carries, whoever makes it: security headers, CORS, and the shape of an error.
//!
//! The component answers what reaches it, its host answers what does not (too large, too late, overloaded), and
//! a client must not be able to tell the two apart. So both build their answers from here.
//!
//! ```
//! use http::HeaderValue;
//! use mana_auth_hygiene::{Code, Hsts, Origin, Policy, Problem, Scheme};
//!
//! let policy = Policy::new(Some(Hsts::default()), vec![Origin::parse("https://app.example")?]);
//! let mut answer = Problem::new(Code::RateLimited).retry_after(30).response();
//! let origin = HeaderValue::from_static("https://app.example");
//! policy.apply(Scheme::Https, Some(&origin), answer.headers_mut());
//!
//! assert_eq!(answer.status(), 429);
//! assert_eq!(answer.headers()["access-control-allow-origin"], "https://app.example");
//! # Ok::<(), mana_auth_hygiene::InvalidOrigin>(())
//! ```

mod accept;
mod caller;
mod code;
pub mod cookie_name;
mod headers;
mod origin;
mod policy;
mod problem;
mod trace;
mod transport;

pub use accept::wants_a_page;
pub use caller::Caller;
pub use code::{Code, ErrorStatus};
pub use origin::{InvalidOrigin, Origin, Scheme};
pub use policy::{Hsts, PUBLIC, Policy};
pub use problem::Problem;
pub use trace::Trace;
pub use transport::{Transport, require_https};
