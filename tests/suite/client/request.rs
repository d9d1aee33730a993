//! A request in the making. Awaiting it sends it.

use super::{API, Answer, Client};
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;
use std::future::IntoFuture;

/// A request in the making.
pub struct Request<'a> {
    client: &'a Client,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
    cookies: bool,
    origin: bool,
}

impl Client {
    /// A GET within the API.
    pub fn get(&self, path: &str) -> Request<'_> {
        self.call(Method::GET, &format!("{API}{path}"))
    }

    /// A POST of JSON within the API.
    pub fn post(&self, path: &str, body: Value) -> Request<'_> {
        self.call(Method::POST, &format!("{API}{path}")).json(&body)
    }

    /// A DELETE within the API.
    pub fn delete(&self, path: &str) -> Request<'_> {
        self.call(Method::DELETE, &format!("{API}{path}"))
    }

    /// Any method on any path.
    pub fn call(&self, method: Method, path: &str) -> Request<'_> {
        Request {
            client: self,
            method,
            path: path.to_owned(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            cookies: true,
            origin: true,
        }
    }
}

impl Request<'_> {
    /// A JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Any body.
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// A body of no declared type.
    pub fn untyped_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Adds a field.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a field name");
        self.headers.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a field value"));
        self
    }

    /// An access token.
    pub fn bearer(self, token: &str) -> Self {
        self.client.shared.vault.keep(token);
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// The page that a browser sends the request from.
    pub fn origin(self, origin: &str) -> Self {
        self.without_origin().header("origin", origin)
    }

    /// As no browser would: without naming an origin.
    pub fn without_origin(mut self) -> Self {
        self.origin = false;
        self
    }

    /// Leaves the jar at home.
    pub fn without_cookies(mut self) -> Self {
        self.cookies = false;
        self
    }

    /// The answer, or why there is none, where the service may be gone.
    pub async fn attempt(self) -> Result<Answer, reqwest::Error> {
        let client = self.client;
        let secure = self.headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https");
        client.shared.vault.keep_members(&self.body);
        let answer = self.send().await?;
        client.shared.promises.check(&answer, &client.shared.vault, secure);
        client.shared.vault.keep_members(&answer.body);
        client.store_cookies(&answer);
        Ok(answer)
    }

    /// The status alone, and nothing checked: for races, where it takes thousands of answers.
    pub async fn status(self) -> u16 {
        self.send().await.expect("an answer").status
    }

    async fn send(mut self) -> Result<Answer, reqwest::Error> {
        let shared = &self.client.shared;
        let cookies = self.client.cookie_header().filter(|_| self.cookies);
        if self.origin && cookies.is_some() && !self.method.is_safe() {
            self = self.header_of_own_page();
        }
        if let Some(cookies) = cookies {
            self = self.header("cookie", &cookies);
        }
        let url = shared.nodes.next();
        let Self { method, path, headers, body, .. } = self;
        let request = shared.http.request(method.clone(), format!("{url}{path}"));
        let response = request.headers(headers).body(body).send().await?;
        Answer::read(method, path, response).await
    }

    fn header_of_own_page(self) -> Self {
        let own = self.client.shared.public_url.clone();
        self.header("origin", &own)
    }
}

impl<'a> IntoFuture for Request<'a> {
    type Output = Answer;
    type IntoFuture = BoxFuture<'a, Answer>;

    fn into_future(self) -> Self::IntoFuture {
        let what = format!("{} {}", self.method, self.path);
        Box::pin(async move { self.attempt().await.unwrap_or_else(|error| panic!("{what}: {error:?}")) })
    }
}
