//! The address that operators ask. Its metrics have a file of their own.

use crate::{scenarios, service::Stage};
use http::Method;

scenarios![
    says_how_it_is needs Management,
    knows_nothing_else needs Management,
    is_answered_beside_the_api_where_the_operator_says_so needs Management,
    is_not_ready_while_another_file_has_the_databases_place needs Management Sqlite,
];

async fn says_how_it_is(stage: Stage) {
    let service = stage.start().await;
    for (path, body, kind) in [
        ("/health", "live\n", "text/plain; charset=utf-8"),
        ("/ready", "ready\n", "text/plain; charset=utf-8"),
    ] {
        let answer = service.management(Method::GET, path).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, body.as_bytes()), "{answer}");
        assert_eq!(answer.header("content-type"), kind);
        let head = service.management(Method::HEAD, path).await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{head}");
    }
    let answer = service.management(Method::GET, "/metrics").await;
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let open = service
        .management_as("application/openmetrics-text;version=1.0.0,text/plain;q=0.5", "/metrics")
        .await;
    assert!(open.header("content-type").starts_with("application/openmetrics-text; version=1.0.0"), "{open}");
    assert!(open.body.ends_with(b"# EOF\n"), "the end that OpenMetrics asks for");
}

async fn knows_nothing_else(stage: Stage) {
    let service = stage.start().await;
    for path in ["/", "/healthz", "/metrics/", "/api/v1/auth/session", "/openapi.json"] {
        service.management(Method::GET, path).await.refused("NOT_FOUND");
    }
    let refused = service.management(Method::POST, "/metrics").await;
    refused.refused("METHOD_NOT_ALLOWED");
    assert_eq!(refused.header("allow"), "GET, HEAD");
    for path in ["/health", "/ready", "/metrics"] {
        service.client().call(Method::GET, path).await.refused("NOT_FOUND");
    }
}

async fn is_not_ready_while_another_file_has_the_databases_place(stage: Stage) {
    let service = stage.start().await;
    let (database, away) = (service.database_path(), service.database_path().with_extension("away"));
    let is_ready = async |status| {
        let answer = service.management(Method::GET, "/ready").await;
        assert_eq!(answer.status, status, "{answer}");
    };
    is_ready(200).await;
    std::fs::rename(&database, &away).expect("moved away");
    is_ready(503).await;
    std::fs::write(&database, "").expect("another one");
    is_ready(503).await;
    std::fs::rename(&away, &database).expect("put back");
    is_ready(200).await;
}

async fn is_answered_beside_the_api_where_the_operator_says_so(stage: Stage) {
    let stage = stage.with("public_url", "https://auth.example").with("require_https", "true");
    let service = stage.with("health_on_listen", "true").start().await;
    for (path, body) in [("/health", "live\n"), ("/ready", "ready\n")] {
        let answer = service.client().call(Method::GET, path).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, body.as_bytes()), "{answer}");
        assert_eq!(answer.header("cache-control"), "no-store");
        let head = service.client().call(Method::HEAD, path).await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{head}");
        let refused = service.client().call(Method::POST, path).await;
        refused.refused("METHOD_NOT_ALLOWED");
    }
    assert_eq!(service.client().call(Method::GET, "/metrics").await.status, 301);
}
