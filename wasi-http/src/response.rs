//! From the exchange's record to `wasi:http`.

use crate::bindings::{ErrorCode, Fields, Response, mana::auth::exchange, wit_future, wit_stream};

/// Answers.
///
/// The body is offered before the head is returned: a host that writes them at once, in one packet, spares the
/// client the delay that Nagle's algorithm and delayed acknowledgements make of two.
///
/// # Errors
///
/// None but our own bug: an answer that is no HTTP.
pub async fn write(answer: exchange::Response, is_head: bool) -> Result<Response, ErrorCode> {
    const OURS: ErrorCode = ErrorCode::InternalError(None);
    let exchange::Response { status, mut headers, body, .. } = answer;
    let has_content = !matches!(status, 100..200 | 204 | 304);
    // RFC 9110 §9.3.2: the fields of a GET, without its content.
    if has_content && !(is_head && body.is_empty()) {
        headers.retain(|(name, _)| name != "content-length");
        headers.push(("content-length".to_owned(), body.len().to_string().into_bytes()));
    }
    let fields = Fields::from_list(&headers).map_err(|_| OURS)?;
    let (trailers, no_trailers) = wit_future::new(|| Ok(None));
    drop(trailers);
    let contents = (has_content && !is_head && !body.is_empty()).then(|| {
        let (mut writer, reader) = wit_stream::new();
        wit_bindgen::spawn_local(async move {
            // What is left is left because the client has gone.
            drop(writer.write_all(body).await);
        });
        reader
    });
    let (response, _) = Response::new(fields, contents, no_trailers);
    response.set_status_code(status).map_err(|()| OURS)?;
    wit_bindgen::yield_async().await;
    Ok(response)
}
