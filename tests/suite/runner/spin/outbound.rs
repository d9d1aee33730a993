//! Calls that leave the application, to whom its manifest lets it call.

use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::{Error, WasiBody};

/// Sends a request as it is, and reads the whole answer.
pub async fn send(request: http::Request<WasiBody>) -> Result<http::Response<WasiBody>, Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let http = http.build().map_err(|_| Error::ConfigurationError)?;
    let request = http.request(head.method, head.uri.to_string()).headers(head.headers).body(body);
    let answer = request.send().await.map_err(|_| Error::ConnectionTerminated)?;
    let mut response = http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let body = answer.bytes().await.map_err(|_| Error::HttpResponseIncomplete)?;
    let body = Full::new(body).map_err(|never| match never {}).boxed_unsync();
    response.body(body).map_err(|_| Error::HttpProtocolError)
}
