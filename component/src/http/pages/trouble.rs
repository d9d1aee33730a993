//! Errors as pages, for browsers.

use super::visit::Visit;
use crate::http::kit::problem::Problem;
use axum::{
    extract::{FromRequestParts as _, Request},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use mana_auth_hygiene::{Code, wants_a_page};
use mana_auth_pages::Trouble;

/// Shows the error of a page's route as a page.
pub async fn as_page(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let mut asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    if !is_problem(&response) {
        return response;
    }
    match Visit::from_request_parts(&mut asked, &()).await {
        Ok(visit) if visit.settings().pages => page(&visit, response),
        _ => response,
    }
}

/// Where no route is: a page for browsers, JSON for programs.
pub async fn not_found(request: Request) -> Response {
    let is_for_people = !request.uri().path().starts_with("/api/") && wants_a_page(request.headers());
    let (mut parts, _) = request.into_parts();
    let response = Problem::from(Code::NotFound).into_response();
    match Visit::from_request_parts(&mut parts, &()).await {
        Ok(visit) if is_for_people && visit.settings().pages => page(&visit, response),
        _ => response,
    }
}

fn is_problem(response: &Response) -> bool {
    let is_json = |kind: &HeaderValue| kind.as_bytes().starts_with(b"application/json");
    response.status() >= StatusCode::BAD_REQUEST
        && response.headers().get(header::CONTENT_TYPE).is_some_and(is_json)
}

/// The page in place of the body, with every other field of the answer.
fn page(visit: &Visit, mut response: Response) -> Response {
    let status = response.status();
    let trouble = Trouble { status: status.as_u16(), request: &visit.call.client.request_id };
    let (page, body) = visit.show(status, &trouble).into_parts();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().extend(page.headers);
    *response.body_mut() = body;
    response
}
