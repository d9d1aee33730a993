//! An application: its components, the routes to them, and calls between them that never leave the process.

use super::{
    app::{App, Chained, Component, Log},
    instance::Instances,
    pool::Pool,
};
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty};
use mana_auth::clock::TestClock;
use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Weak},
};
use wasmtime_wasi_http::{WasiBody, handler::ProxyHandler};

/// The components of an application that runs.
pub struct Site {
    components: Vec<(Arc<Component>, ProxyHandler<Instances>)>,
}

/// The client's address in a call within the process.
const CHAINED: SocketAddr = SocketAddr::V4(std::net::SocketAddrV4::new(std::net::Ipv4Addr::UNSPECIFIED, 0));

impl Site {
    pub fn new(
        components: Vec<Component>,
        database: PathBuf,
        clock: &Arc<TestClock>,
        log: &Log,
    ) -> Arc<Self> {
        let postgres = Pool::default();
        Arc::new_cyclic(|site: &Weak<Self>| {
            let start = |component: Component| {
                let component = Arc::new(component);
                let app = App {
                    component: component.clone(),
                    database: database.clone(),
                    clock: clock.clone(),
                    log: log.clone(),
                    postgres: postgres.clone(),
                    chained: site.clone(),
                };
                (component, ProxyHandler::new(Instances::new(app)))
            };
            Self { components: components.into_iter().map(start).collect() }
        })
    }

    /// Answers a request from outside: the longest route wins.
    pub async fn answer(&self, request: Request<WasiBody>, client: SocketAddr) -> Response<WasiBody> {
        let path = request.uri().path().to_owned();
        let leads = |component: &Component| {
            let rest = path.strip_prefix(component.route);
            rest.is_some_and(|rest| component.route.is_empty() || rest.is_empty() || rest.starts_with('/'))
        };
        let found = self.components.iter().filter(|(component, _)| leads(component));
        match found.max_by_key(|(component, _)| component.route.len()) {
            Some((component, handler)) => handle(component, handler, request, client).await,
            None => empty(StatusCode::NOT_FOUND),
        }
    }
}

impl Chained for Site {
    fn call<'a>(
        &'a self,
        name: &'a str,
        request: Request<WasiBody>,
    ) -> BoxFuture<'a, Option<Response<WasiBody>>> {
        Box::pin(async move {
            let (component, handler) =
                self.components.iter().find(|(component, _)| component.name == name)?;
            Some(handle(component, handler, request, CHAINED).await)
        })
    }
}

/// The client's own headers first, then Spin's: who takes the first `spin-client-addr` believes the client.
async fn handle(
    component: &Component,
    handler: &ProxyHandler<Instances>,
    request: Request<WasiBody>,
    client: SocketAddr,
) -> Response<WasiBody> {
    let (mut head, body) = request.into_parts();
    let Some(uri) = with_authority(&head.uri, &mut head.headers) else {
        return empty(StatusCode::BAD_REQUEST);
    };
    head.uri = uri;
    head.headers.remove(header::CONNECTION);
    let path = head.uri.path();
    for (name, value) in [
        ("spin-path-info", path.strip_prefix(component.route).unwrap_or(path).to_owned()),
        ("spin-full-url", head.uri.to_string()),
        ("spin-matched-route", format!("{}/...", component.route)),
        ("spin-base-path", "/".to_owned()),
        ("spin-raw-component-route", format!("{}/...", component.route)),
        ("spin-component-route", component.route.to_owned()),
        ("spin-client-addr", client.to_string()),
    ] {
        let Ok(value) = HeaderValue::try_from(value) else { return empty(StatusCode::BAD_REQUEST) };
        head.headers.append(name, value);
    }
    match handler.handle((), Request::from_parts(head, body)).await {
        Ok(response) => response,
        // A trap, or an error code in the place of a response.
        Err(error) => {
            eprintln!("no response of {}: {error:?}", component.name);
            empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// What `Host` says goes into the address, and never further.
fn with_authority(uri: &Uri, headers: &mut HeaderMap) -> Option<Uri> {
    let host = headers.remove(header::HOST);
    let host = host.as_ref().and_then(|host| host.to_str().ok());
    let authority = uri.authority().map(|authority| authority.as_str()).or(host)?;
    let target = uri.path_and_query()?.as_str();
    Uri::builder().scheme("http").authority(authority).path_and_query(target).build().ok()
}

fn empty(status: StatusCode) -> Response<WasiBody> {
    let mut response = Response::new(Empty::<Bytes>::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}
