//! `GET /openapi.json`, and what it says.

use crate::{scenarios, service::Stage};
use http::Method;
use serde_json::{Value, json};

scenarios![is_the_checked_in_document, every_call_has_its_responses, what_needs_a_sign_in_is_refused_without];

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let methods = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];
    let each = |(path, item): (&String, &Value)| {
        let item = item.as_object().expect("a path item").clone();
        let path = path.clone();
        item.into_iter()
            .filter(|(method, _)| methods.contains(&method.as_str()))
            .map(move |(method, operation)| (method, path.clone(), operation))
    };
    paths.iter().flat_map(each).collect()
}

async fn is_the_checked_in_document(stage: Stage) {
    let service = stage.start().await;
    let served = service.client().call(Method::GET, "/openapi.json").await.ok();
    let path = crate::repository::root().join("component/openapi.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let golden: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(served, golden, "the contract has changed: look at the difference, then check in the new one");
}

async fn every_call_has_its_responses(stage: Stage) {
    let service = stage.start().await;
    let document = service.client().call(Method::GET, "/openapi.json").await.ok();
    let operations = operations(&document);
    assert!(operations.len() > 25, "{} operations", operations.len());
    for (method, path, operation) in &operations {
        assert!(operation["responses"].as_object().is_some_and(|r| !r.is_empty()), "{method} {path}");
    }
}

async fn what_needs_a_sign_in_is_refused_without(stage: Stage) {
    let service = stage.with("audit_sources", "a:vKIdX1T4Ht4uwpn0zTpYrfMW7uQ/hCnv7NecKKok5Jk=").start().await;
    let document = service.client().call(Method::GET, "/openapi.json").await.ok();
    let global = document["security"].as_array().is_some_and(|all| !all.is_empty());
    let mut count = 0;
    for (method, path, operation) in operations(&document) {
        let schemes = operation["security"].as_array();
        let optional = schemes.is_some_and(|all| all.iter().any(|one| one == &json!({})));
        let secured = schemes.map_or(global, |all| !all.is_empty()) && !optional;
        if !secured {
            continue;
        }
        count += 1;
        let path = path.replace("{id}", "01890000-0000-7000-8000-000000000000");
        assert!(!path.contains('{'), "{path}: give its parameter a value here");
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
        for body in [json!({}), json!({ "anything": ["else"] })] {
            let client = service.client();
            let call = client.call(method.clone(), &path);
            let call = if operation["requestBody"].is_null() { call } else { call.json(&body) };
            call.await.refused("UNAUTHENTICATED");
        }
    }
    assert!(count >= 9, "only {count} calls need a sign-in");
}
