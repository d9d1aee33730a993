//! Between the records of the interface `exchange` and the types of HTTP.

use super::{
    kit::{call::Call, origin, problem::Problem},
    router::router,
    routes::Route,
};
use crate::{
    bindings::{
        exports::mana::auth::exchange::{self as export, Request, Response, Scheme},
        mana::auth::invalidations::Position,
    },
    invalidations::Reuse,
    maintenance, platform,
    settings::Settings,
    time::Time,
};
use axum::{body::Body, response::IntoResponse as _};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use http_body_util::BodyExt as _;
use mana_auth_hygiene::{self as hygiene, Code, Policy, Transport};
use tower::ServiceExt as _;

/// The longest body of a request, in bytes.
const BODY: usize = 64 * 1024;
/// The longest target, in bytes.
const TARGET: usize = 8 * 1024;
/// The longest target and header fields together, in bytes.
const HEAD: usize = 16 * 1024;
/// The most header fields.
const FIELDS: usize = 64;
/// The longest request id, in characters.
const REQUEST_ID: usize = 64;

/// Answers a request. Every failure is an answer too.
pub async fn handle(request: Request) -> Response {
    let now = platform::now();
    let id = request_id(&request.id, now);
    let scheme = match request.scheme {
        Scheme::Http => hygiene::Scheme::Http,
        Scheme::Https => hygiene::Scheme::Https,
    };
    let origin = field(&request, "origin");
    let bare = request.caller_adds_hygiene;
    let (mut answer, settings) = match maintenance::started().await {
        Ok(settings) => (answer(settings, now, &id, scheme, request).await, Some(settings)),
        Err(failure) => (Problem::from(failure).into_response_for(&id), None),
    };
    if !bare {
        let fallback = || Policy::new(None, vec![]);
        match settings {
            Some(settings) => {
                let route = template(answer.extensions());
                settings.hygiene.apply_to(&route, scheme, origin.as_ref(), answer.headers_mut());
            }
            None => fallback().apply(scheme, origin.as_ref(), answer.headers_mut()),
        }
        if let Ok(id) = HeaderValue::from_str(&id) {
            answer.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
        }
    }
    to_record(answer).await
}

async fn answer(
    settings: &'static Settings,
    now: Time,
    id: &str,
    scheme: hygiene::Scheme,
    request: Request,
) -> axum::response::Response {
    let peer = Some(request.peer.clone()).filter(|peer| !peer.is_empty());
    let request = match to_http(request) {
        Ok(request) => request,
        Err(problem) => return problem.into_response(),
    };
    if settings.require_https {
        let target = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        match hygiene::require_https(scheme, request.method(), settings.public_url.as_str(), target) {
            Transport::Proceed => {}
            Transport::Redirect(location) => return redirect(location),
            Transport::Refuse => return Problem::from(Code::HttpsRequired).into_response(),
        }
    }
    let options = (request.method() == Method::OPTIONS).then(|| request.headers().clone());
    let call = Call::new(settings, now, id, peer, request.headers());
    let mut answer = route(call.clone(), request).await;
    let Some(asked) = options else { return answer };
    match answer.status() {
        StatusCode::METHOD_NOT_ALLOWED => preflight(&call, &asked, &answer),
        // The page's own request is told that there is nothing; a preflight that fails tells it of no answer at all.
        StatusCode::NOT_FOUND if asked.get(header::ORIGIN).is_some_and(|it| settings.hygiene.allows(it)) => {
            answer
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("GET,HEAD,POST,PUT,PATCH,DELETE"));
            preflight(&call, &asked, &answer)
        }
        _ => answer,
    }
}

async fn route(call: Call, mut request: http::Request<Body>) -> axum::response::Response {
    request.extensions_mut().insert(call.clone());
    match router().oneshot(request).await {
        Ok(mut answer) => {
            if let Some(failure) = answer.extensions_mut().remove::<Problem>() {
                failure.log(&call);
            }
            answer
        }
        Err(never) => match never {},
    }
}

/// What a path can do, to whoever asks with OPTIONS: the router knows, it stands in the `Allow` of its 405.
fn preflight(call: &Call, asked: &HeaderMap, refused: &axum::response::Response) -> axum::response::Response {
    let mut allowed = refused.headers().get(header::ALLOW).cloned().unwrap_or(HeaderValue::from_static(""));
    if let Ok(with_options) =
        HeaderValue::from_str(&format!("{},OPTIONS", allowed.to_str().unwrap_or_default()))
    {
        allowed = with_options;
    }
    let mut answer = axum::response::Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let hygiene = &call.settings.hygiene;
    if let Some(headers) = hygiene.preflight(asked, allowed.to_str().unwrap_or_default()) {
        // Its browser never sends the request itself.
        if !asked.get(header::ORIGIN).is_some_and(|it| hygiene.allows(it)) {
            origin::tell(call, asked);
        }
        *answer.headers_mut() = headers;
    }
    answer.headers_mut().insert(header::ALLOW, allowed);
    answer
}

fn redirect(location: HeaderValue) -> axum::response::Response {
    let mut answer = axum::response::Response::new(Body::empty());
    *answer.status_mut() = StatusCode::MOVED_PERMANENTLY;
    answer.headers_mut().insert(header::LOCATION, location);
    answer
}

/// Within the bounds that the interface promises, whatever the host let through.
fn to_http(request: Request) -> Result<http::Request<Body>, Problem> {
    if request.body.len() > BODY {
        return Err(Code::PayloadTooLarge.into());
    }
    let head = request.headers.iter().map(|(name, value)| name.len().saturating_add(value.len()));
    let head = head.fold(request.target.len(), usize::saturating_add);
    if request.target.len() > TARGET || request.headers.len() > FIELDS || head > HEAD {
        return Err(Code::HeadersTooLarge.into());
    }
    let malformed = |what: &'static str| hygiene::Problem::new(Code::ValidationFailed).message(what);
    let mut answer = http::Request::new(Body::from(request.body));
    *answer.method_mut() =
        Method::from_bytes(request.method.as_bytes()).map_err(|_| malformed("The method is malformed"))?;
    *answer.uri_mut() = Uri::try_from(request.target).map_err(|_| malformed("The path is malformed"))?;
    for (name, value) in request.headers {
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| malformed("A header's name is malformed"))?;
        let value = HeaderValue::from_maybe_shared(Bytes::from(value))
            .map_err(|_| malformed("A header's value is malformed"))?;
        answer.headers_mut().append(name, value);
    }
    Ok(answer)
}

async fn to_record(answer: axum::response::Response) -> Response {
    let (parts, body) = answer.into_parts();
    let route = template(&parts.extensions);
    let body = body.collect().await.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
    let headers = parts.headers.iter();
    let headers =
        headers.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect();
    let reuse = parts.extensions.get().map(reuse);
    Response { status: parts.status.as_u16(), headers, body: body.into(), route, reuse }
}

fn reuse(reuse: &Reuse) -> export::Reuse {
    export::Reuse {
        until: reuse.until.as_millis(),
        subjects: reuse.subjects.iter().map(|subject| subject.name()).collect(),
        as_of: Position { start: reuse.as_of.start, id: reuse.as_of.id },
        counts: reuse.count.map(|(metric, label)| (metric, label.to_owned())).into_iter().collect(),
    }
}

/// The template of the route that answered; empty where none did.
fn template(extensions: &http::Extensions) -> String {
    extensions.get::<Route>().map_or_else(String::new, |route| route.0.as_str().to_owned())
}

fn request_id(id: &str, now: Time) -> String {
    let well_formed = (1..=REQUEST_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    if well_formed { id.to_owned() } else { platform::new_id(now).to_string() }
}

fn field(request: &Request, name: &str) -> Option<HeaderValue> {
    let (_, value) = request.headers.iter().find(|(candidate, _)| candidate == name)?;
    HeaderValue::from_bytes(value).ok()
}
