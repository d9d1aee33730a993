//! One request, from `wasi:http` to the component and back.

use crate::{
    bindings::{ErrorCode, Guest, Method, Request, Response, mana::auth::exchange},
    delivery, housekeeping, own, probe,
    request::{self, Unread},
    response, settings,
};
use mana_auth_hygiene::Code;

/// What the component exports.
pub struct Front;

impl Guest for Front {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let is_head = matches!(request.get_method(), Method::Head);
        let response = response::write(answer(request).await?, is_head).await;
        delivery::after_the_answer();
        housekeeping::after_the_answer();
        response
    }
}

async fn answer(request: Request) -> Result<exchange::Response, ErrorCode> {
    let settings = settings::load();
    if let Some(answer) = probe::answer(&request, settings.is_some()).await {
        return Ok(answer);
    }
    // The log knows which variable is wrong.
    let Some(settings) = settings else { return Ok(own::refusal(Code::Internal)) };
    match request::read(request, settings).await {
        Ok(record) => Ok(exchange::handle(record).await),
        Err(Unread::Slow) => Ok(own::refusal(Code::RequestTimeout)),
        Err(Unread::Cut(code)) => Err(code),
    }
}
