//! The front: `wasi:http/handler@0.3.0` over `mana:auth/exchange`, for every host that speaks only that.
//!
//! ```text
//! wasi:http request ─ request::read ─▶ exchange.handle ─ response::write ─▶ wasi:http response
//!                                                        housekeeping, now and then, after the answer
//! ```
//!
//! What it can't learn from a request it reads from the environment, once; see [`settings`].

#![cfg(target_family = "wasm")]

mod bindings;
mod housekeeping;
mod probe;
mod request;
mod response;
mod settings;

use bindings::{ErrorCode, Guest, Request, Response, mana::auth::exchange};

struct Front;

impl Guest for Front {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let settings = settings::load()?;
        let record = request::read(request, settings).await?;
        let is_head = record.method == "HEAD";
        let answer = match probe::answer(&record).await {
            Some(answer) => answer,
            None => exchange::handle(record).await,
        };
        let response = response::write(answer, is_head).await;
        housekeeping::after_the_answer();
        response
    }
}
