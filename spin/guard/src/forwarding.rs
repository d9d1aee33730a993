//! Requests and answers, handed on as they stream.

use crate::{
    bindings::{ErrorCode, Fields, Method as WasiMethod, Request, Response, wit_future, wit_stream},
    rejection::Rejection,
    renewal,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{CONTENT_LENGTH, SET_COOKIE},
};
use spin_sdk::{http::next, wasip3, wit_bindgen::FutureReader};

/// Our own bug: fields that are none.
const OURS: ErrorCode = ErrorCode::InternalError(None);

type BodyEnd = Result<Option<Fields>, ErrorCode>;

/// A request without its body.
pub struct Head {
    pub method: Method,
    pub target: String,
    pub headers: HeaderMap,
}

/// A request's head; none if it is no HTTP.
pub fn head(request: &Request) -> Option<Head> {
    let fields = request.get_headers().copy_all();
    let field = |(name, value): (String, Vec<u8>)| {
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::try_from(value).ok()?))
    };
    Some(Head {
        method: method(request.get_method())?,
        target: request.get_path_with_query().unwrap_or_default(),
        headers: fields.into_iter().map(field).collect::<Option<_>>()?,
    })
}

/// Hands the request on with these fields, and the answer back as it comes, but for a renewed cookie.
pub async fn forward(
    request: Request,
    fields: &HeaderMap,
    renewed: &[HeaderValue],
) -> Result<Response, ErrorCode> {
    let (method, options) = (request.get_method(), request.get_options());
    let (scheme, authority, target) =
        (request.get_scheme(), request.get_authority(), request.get_path_with_query());
    let (_, received) = wit_future::new(|| Ok(()));
    let (body, trailers) = Request::consume_body(request, received);
    let (request, _) = Request::new(wasi(fields)?, Some(body), without_fields(trailers), options);
    request.set_method(&method).map_err(|()| OURS)?;
    request.set_scheme(scheme.as_ref()).map_err(|()| OURS)?;
    request.set_authority(authority.as_deref()).map_err(|()| OURS)?;
    request.set_path_with_query(target.as_deref()).map_err(|()| OURS)?;
    // The SDK has wrapped what has not been touched.
    let answer = next(request).await?.into_body().take_unstarted().ok_or(OURS)?;
    if renewed.is_empty() { Ok(answer) } else { renew(answer, renewed) }
}

/// The end of a body, without the fields that a client may send behind it: nobody has looked at their names, and some
/// readers put them among the others (RFC 9110 §6.5.1). That it ended early is handed on.
fn without_fields(trailers: FutureReader<BodyEnd>) -> FutureReader<BodyEnd> {
    let (ended, end) = wit_future::new(|| Err(OURS));
    wasip3::spawn(async move {
        // Nobody waits for it if the app didn't read so far.
        drop(ended.write(trailers.await.map(|_| None)).await);
    });
    end
}

fn renew(answer: Response, renewed: &[HeaderValue]) -> Result<Response, ErrorCode> {
    let mut fields = answer.get_headers().copy_all();
    let known = |(name, value): &(String, Vec<u8>)| {
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(value).ok()?))
    };
    if !renewal::may_carry(&fields.iter().filter_map(known).collect()) {
        return Ok(answer);
    }
    fields.extend(renewed.iter().map(|cookie| (SET_COOKIE.to_string(), cookie.as_bytes().to_vec())));
    let status = answer.get_status_code();
    let (_, received) = wit_future::new(|| Ok(()));
    let (body, trailers) = Response::consume_body(answer, received);
    let (answer, _) = Response::new(Fields::from_list(&fields).map_err(|_| OURS)?, Some(body), trailers);
    answer.set_status_code(status).map_err(|()| OURS)?;
    Ok(answer)
}

/// Answers in the app's stead, and tells the log what the operator has to know.
pub async fn refuse(refusal: &Rejection, page: Option<HeaderValue>) -> Result<Response, ErrorCode> {
    if let Some((message, why)) = refusal.for_the_log() {
        let line = serde_json::json!({ "level": "ERROR", "message": message, "fields": { "why": why } });
        eprintln!("{line}");
    }
    let (mut parts, body) = refusal.response(page).into_parts();
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    let (trailers, no_trailers) = wit_future::new(|| Ok(None));
    let contents = (!body.is_empty()).then(|| {
        let (mut writer, reader) = wit_stream::new();
        wasip3::spawn(async move {
            // What is left is left because the client has gone.
            drop(writer.write_all(body).await);
            // Not before the body, or head and body go out in two packets: see the front's `response.rs`.
            drop(trailers);
        });
        reader
    });
    let (response, _) = Response::new(wasi(&parts.headers)?, contents, no_trailers);
    response.set_status_code(parts.status.as_u16()).map_err(|()| OURS)?;
    Ok(response)
}

fn wasi(fields: &HeaderMap) -> Result<Fields, ErrorCode> {
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
    Fields::from_list(&fields).map_err(|_| OURS)
}

fn method(method: WasiMethod) -> Option<Method> {
    Some(match method {
        WasiMethod::Get => Method::GET,
        WasiMethod::Head => Method::HEAD,
        WasiMethod::Post => Method::POST,
        WasiMethod::Put => Method::PUT,
        WasiMethod::Delete => Method::DELETE,
        WasiMethod::Connect => Method::CONNECT,
        WasiMethod::Options => Method::OPTIONS,
        WasiMethod::Trace => Method::TRACE,
        WasiMethod::Patch => Method::PATCH,
        WasiMethod::Other(name) => name.parse().ok()?,
    })
}
