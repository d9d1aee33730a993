//! `GET /jwks` and `GET /.well-known/jwks.json`

use crate::{jwt::Jwt, scenarios, service::Stage, shape};
use http::Method;

scenarios![
    has_the_public_keys_alone,
    every_path_agrees,
    is_cacheable,
    verifies_tokens,
    is_kept_over_a_restart
];

async fn has_the_public_keys_alone(stage: Stage) {
    let service = stage.start().await;
    let jwks = service.jwks().await;
    shape::members(&jwks, &["keys"]);
    let keys = jwks["keys"].as_array().expect("keys");
    assert!(!keys.is_empty());
    for key in keys {
        shape::members(key, &["kty", "crv", "alg", "use", "kid", "x"]);
        assert_eq!(key["kty"], "OKP");
        assert_eq!(key["crv"], "Ed25519");
        assert_eq!(key["alg"], "EdDSA");
        assert_eq!(key["use"], "sig");
        assert_eq!(shape::text(&key["x"]).len(), 43);
        assert!(!shape::text(&key["kid"]).is_empty());
    }
}

async fn every_path_agrees(stage: Stage) {
    let service = stage.start().await;
    for path in ["/.well-known/jwks.json", "/api/auth/jwks"] {
        assert_eq!(service.client().call(Method::GET, path).await.ok(), service.jwks().await, "{path}");
    }
}

async fn is_cacheable(stage: Stage) {
    let service = stage.start().await;
    for path in ["/api/v1/auth/jwks", "/.well-known/jwks.json"] {
        let answer = service.client().call(Method::GET, path).await;
        assert_eq!(answer.header("cache-control"), "public, max-age=300", "{answer}");
    }
}

async fn verifies_tokens(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    assert!(Jwt::parse(&ana.access).is_signed_by(&service.jwks().await));
    assert!(!Jwt::parse(&crate::jwt::tampered(&ana.access, 1)).is_signed_by(&service.jwks().await));
}

async fn is_kept_over_a_restart(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    let before = service.jwks().await;
    service.restart().await;
    assert_eq!(service.jwks().await, before);
    assert!(ana.is_signed_in().await);
}
