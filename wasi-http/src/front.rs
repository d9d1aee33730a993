//! One request, from `wasi:http` to the component and back.

use crate::{
    bindings::{ErrorCode, Guest, Request, Response, mana::auth::exchange},
    housekeeping, probe, request, response, settings,
};

/// What the component exports.
pub struct Front;

impl Guest for Front {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let settings = settings::load().map_err(|problem| {
            eprintln!("mana-auth: {problem}");
            ErrorCode::ConfigurationError
        })?;
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
