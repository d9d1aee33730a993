use super::Component;
use crate::{
    bindings::exports::mana::auth::exchange::{Guest, Request, Response},
    http, platform,
};

impl Guest for Component {
    async fn handle(request: Request) -> Response {
        platform::report_panics();
        http::handle(request).await
    }
}
