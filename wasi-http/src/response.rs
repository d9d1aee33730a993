//! From the exchange's record to `wasi:http`.

use crate::bindings::{ErrorCode, Fields, Response, mana::auth::exchange, wit_future, wit_stream};

/// Answers.
///
/// The trailers, of which there are none, end after the body. Were they ended before it, wasmtime would hand them over
/// first and let other tasks run before it takes the body (seen in 47 and 48): a host then writes head and body in two
/// packets, and Nagle's algorithm with the client's delayed acknowledgement puts 40 ms between them.
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
    let contents = (has_content && !is_head && !body.is_empty()).then(|| {
        let (mut writer, reader) = wit_stream::new();
        wit_bindgen::spawn_local(async move {
            // What is left is left because the client has gone.
            drop(writer.write_all(body).await);
            drop(trailers);
        });
        reader
    });
    let (response, _) = Response::new(fields, contents, no_trailers);
    response.set_status_code(status).map_err(|()| OURS)?;
    Ok(response)
}
