//! The service inside somebody else's server.

use crate::support::{Client, House, members};
use axum::{
    Router,
    extract::{ConnectInfo, Request},
    middleware::{self, Next},
    routing::get,
};
use mana_auth::Peer;
use std::net::SocketAddr;
use tokio::net::TcpListener;

#[tokio::test(flavor = "multi_thread")]
async fn an_axum_app_keeps_its_routes_and_gains_ours() {
    let house = House::with_one_worker().await;
    let app = Router::new()
        .route("/theirs", get(async || "theirs"))
        .fallback_service(house.server.service())
        .layer(middleware::from_fn(
            async |ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request, next: Next| {
                request.extensions_mut().insert(Peer(peer));
                next.run(request).await
            },
        ));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let mounted = Client::api(listener.local_addr().expect("an address"));
    let app = axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>());
    let serving = tokio::spawn(async move { app.await });

    // The client checks that the answer has every header that one of our own server has.
    let record = members(&mounted.get("/echo").await.body);
    assert_eq!(record["peer"], "127.0.0.1");
    let theirs = b"GET /theirs HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    assert!(mounted.exchange(theirs).await.ends_with("theirs"));
    serving.abort();
}
