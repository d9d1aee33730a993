//! A small app behind each of the three guards. `README.md` says how to try it.

use anyhow::{Context as _, Result, bail};
use axum::{
    Json, Router,
    extract::{ConnectInfo, Request},
    middleware::{self, Next},
    routing::get,
};
use http::StatusCode;
use mana_auth::{Peer, Server, config::Config, random::SystemRandom, secret};
use mana_auth_example_guard::{Address, Claims, Embedded, Expected, Guard, Offline, Remote, SystemClock};
use std::{env, net::SocketAddr, sync::Arc};
use tokio::net::TcpListener;

const LISTEN: &str = "127.0.0.1:3003";
const USAGE: &str = "guard offline <auth service> [<issuer> <audience>]
guard remote <auth service>
guard embedded <data folder>";

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().init();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        // The issuer is the service's public URL and the audience too, unless it is configured otherwise.
        ["offline", service] => serve(offline(service, service, service)?).await,
        ["offline", service, issuer, audience] => serve(offline(service, issuer, audience)?).await,
        ["remote", service] => serve(app(Guard::new(Remote::new(address(service)?)?))).await,
        ["embedded", folder] => {
            let server = Arc::new(server(folder).await?);
            // The service answers beside the app, under /api.
            let app = app(Guard::new(Embedded::new(server.clone()))).fallback_service(server.service());
            let served = serve(app).await;
            server.shut_down().await;
            served
        }
        _ => bail!("one of\n{USAGE}"),
    }
}

fn offline(service: &str, issuer: &str, audience: &str) -> Result<Router> {
    let expected = Expected { issuer: issuer.to_owned(), audience: audience.to_owned() };
    Ok(app(Guard::new(Offline::new(address(service)?, expected, SystemClock::default())?)))
}

fn address(text: &str) -> Result<Address> {
    Address::parse(text).with_context(|| format!("`{text}` is no address of an auth service"))
}

async fn server(folder: &str) -> Result<Server> {
    let mut config = Config::from_pairs([("listen", LISTEN), ("data", folder)])?;
    let secret = secret::read_or_create(&config.data, &config.database(), &SystemRandom)?;
    config.component.insert("secrets".to_owned(), secret.to_string());
    Ok(Server::builder().config(config).build().await?)
}

/// The app. It is the same whichever way its guard checks.
fn app(guard: Guard) -> Router {
    Router::new()
        .route("/me", get(async |claims: Claims| Json(claims)))
        .route("/admin", get(admin))
        .route("/inside", get(async || "somebody is signed in\n"))
        .route_layer(guard.clone())
        .route("/", get(async || "everybody may see this\n"))
        .with_state(guard)
}

async fn admin(claims: Claims) -> Result<String, StatusCode> {
    if claims.role == "admin" { Ok(format!("{} may\n", claims.email)) } else { Err(StatusCode::FORBIDDEN) }
}

async fn serve(app: Router) -> Result<()> {
    // Tells the auth service who calls, where it is in this program.
    let app = app.layer(middleware::from_fn(
        async |ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request, next: Next| {
            request.extensions_mut().insert(Peer(peer));
            next.run(request).await
        },
    ));
    let listener = TcpListener::bind(LISTEN).await.with_context(|| format!("cannot listen on {LISTEN}"))?;
    tracing::info!("serving on http://{LISTEN}");
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async { drop(tokio::signal::ctrl_c().await) })
        .await?;
    Ok(())
}
