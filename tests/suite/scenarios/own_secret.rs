//! The secret that the service made for itself, and its successor.

use crate::{
    scenarios,
    service::{Service, Stage},
};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

scenarios![
    nobody_is_signed_out_by_another_secret needs OwnSecret Sqlite,
    the_old_version_cannot_go_before_its_time needs OwnSecret Sqlite,
    the_secret_of_a_configuration_is_left_to_the_operator needs Commands Sqlite,
];

fn file(service: &Service) -> PathBuf {
    let database = service.database().path().map(PathBuf::from).expect("a file");
    database.with_file_name("secret")
}

fn versions(service: &Service) -> Vec<String> {
    let text = fs::read_to_string(file(service)).expect("the secret");
    text.trim().split(',').map(str::to_owned).collect()
}

/// Rotates, and checks that it tells nothing but the version.
fn rotate(service: &Service) {
    let said = service.operate(&["secret", "rotate"]).done();
    assert!(said.contains("version 2") && said.contains("restart the server"), "{said}");
    for version in versions(service) {
        let (_, secret) = version.split_once(':').expect("a version and a secret");
        assert!(!said.contains(secret), "the secret is told");
    }
}

/// Takes a version out of the file, as an operator would.
fn keep(service: &Service, kept: &[String]) {
    fs::write(file(service), kept.join(",") + "\n").expect("written");
}

async fn refresh(service: &Service, token: &Value) -> Value {
    service.client().post("/refresh", json!({ "refreshToken": token })).await.ok()["refreshToken"].clone()
}

async fn nobody_is_signed_out_by_another_secret(stage: Stage) {
    let mut service = stage.without("secrets").start().await;
    let ana = service.someone().await;
    let other = service.sign_in("ana@example.org").await;
    let keys = service.jwks().await;
    let first = json!(ana.refresh);
    let second = refresh(&service, &first).await;
    rotate(&service);
    assert!(ana.is_signed_in().await, "the server goes on with the secret that it has");
    service.restart().await;
    assert!(ana.is_signed_in().await && other.is_signed_in().await);
    assert_eq!(refresh(&service, &first).await, second, "within the minute");
    let third = refresh(&service, &second).await;
    assert_eq!(service.number("SELECT count(*) FROM refresh_tokens WHERE secret_version = 2"), 1);
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM jwks WHERE secret_version <> 2"), 0);
    assert!(ana.is_signed_in().await && other.is_signed_in().await);
    keep(&service, &versions(&service)[..1]);
    service.restart().await;
    assert!(ana.is_signed_in().await && other.is_signed_in().await);
    assert_eq!(service.jwks().await, keys);
    refresh(&service, &third).await;
    refresh(&service, &json!(other.refresh)).await;
}

async fn the_old_version_cannot_go_before_its_time(stage: Stage) {
    let mut service = stage.without("secrets").start().await;
    service.someone().await;
    rotate(&service);
    let both = versions(&service);
    keep(&service, &both[..1]);
    let problem = service.restart_fails().await;
    assert!(problem.contains("version 1 of the secret"), "{problem}");
    keep(&service, &both);
    service.operate(&["keys", "list"]).done();
}

async fn the_secret_of_a_configuration_is_left_to_the_operator(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let refused = service.operate(&["secret", "rotate"]);
    refused.not_done();
    assert!(!file(&service).exists());
    assert!(service.someone().await.is_signed_in().await);
}
