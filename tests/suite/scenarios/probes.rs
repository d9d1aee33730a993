//! `/health` and `/ready`, where there is one address for everything.

use crate::{scenarios, service::Stage};
use http::Method;

scenarios![probes_are_answered_before_any_request needs OneAddress, only_reading_probes needs OneAddress];

async fn probes_are_answered_before_any_request(stage: Stage) {
    let service = stage.start().await;
    for (path, body) in [("/ready", "ready\n"), ("/health", "live\n")] {
        let answer = service.probe(Method::GET, path).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, body.as_bytes()), "{answer}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let head = service.probe(Method::HEAD, path).await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{head}");
    }
}

async fn only_reading_probes(stage: Stage) {
    let service = stage.start().await;
    for path in ["/health", "/ready", "/metrics"] {
        service.client().call(Method::POST, path).await.refused("NOT_FOUND");
    }
    service.client().call(Method::GET, "/metrics").await.refused("NOT_FOUND");
}
