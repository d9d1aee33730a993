//! A plain app. It knows nothing of passwords, cookies or sessions: who is signed in stands in the request, put there
//! by the guard, and a request of somebody who isn't never arrives.

#![cfg(target_family = "wasm")]

use spin_sdk::{
    http::{IntoResponse, Request},
    http_service,
};

#[http_service]
async fn greet(request: Request) -> impl IntoResponse {
    let told = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("nobody");
    let mut page = format!("{} {}\n", request.method(), request.uri().path());
    for name in [
        "mana-user-id",
        "mana-user-email",
        "mana-user-email-verified",
        "mana-user-role",
        "mana-token",
        "cookie",
    ] {
        page += &format!("{name}: {}\n", told(name));
    }
    page
}
