//! What is on the disk is of no use to whoever copies it. That no password, token or cookie is there, as text or
//! decoded, is checked after every scenario; here is what should stand in their place.

use crate::{
    scenarios,
    service::{PASSWORD, Stage},
};
use serde_json::json;
use std::time::Duration;

scenarios![
    passwords_are_hashed_with_salt needs Sqlite,
    tokens_are_hashed,
    signing_keys_are_sealed,
    nothing_is_left_after_a_busy_day needs Sqlite,
    the_files_are_their_owners_alone needs Files Sqlite,
];

async fn passwords_are_hashed_with_salt(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    service.register("bob@example.org").await;
    let database = service.database();
    let mut statement = database.prepare("SELECT password FROM accounts").expect("a statement");
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("rows");
    let hashes: Vec<String> = rows.map(|row| row.expect("a hash")).collect();
    assert_eq!(hashes.len(), 2);
    assert_ne!(hashes[0], hashes[1], "the same password, two salts");
    for hash in hashes {
        assert!(hash.starts_with("$argon2id$v=19$m=1024,t=1,p=1$"), "{hash}");
    }
}

async fn tokens_are_hashed(stage: Stage) {
    let service = stage.start().await;
    service.someone().await;
    let wrong = "SELECT count(*) FROM sessions WHERE length(token_hash) <> 32 OR token_hash IS NULL";
    assert_eq!(service.number(wrong), 0);
    assert_eq!(service.number("SELECT count(*) FROM refresh_tokens WHERE length(hash) = 32"), 1);
}

async fn signing_keys_are_sealed(stage: Stage) {
    let service = stage.start().await;
    service.someone().await;
    // Nonce, 32 bytes of key and tag at least.
    assert_eq!(service.number("SELECT count(*) FROM jwks WHERE length(private_key) < 60"), 0);
    assert!(service.number("SELECT count(*) FROM jwks") > 0);
}

async fn nothing_is_left_after_a_busy_day(stage: Stage) {
    let service = stage.with("token_audiences", "https://shop.example").start().await;
    let ana = service.someone().await;
    let client = service.client();
    let next = client.post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    client.post("/refresh", json!({ "refreshToken": next["refreshToken"] })).await.ok();
    client.post("/validate", json!({ "token": ana.access })).await.ok();
    ana.client.post("/service-token", json!({ "audience": "https://shop.example" })).await.ok();
    ana.client.post("/session-to-token", json!({})).origin(crate::service::TRUSTED).await.ok();
    let wrong = json!({ "email": "ana@example.org", "password": "my password elsewhere" });
    client.post("/login", wrong).await.refused("INVALID_CREDENTIALS");
    let swapped = json!({ "email": PASSWORD, "password": "ana@example.org" });
    let status = client.post("/login", swapped).await.status;
    assert!([400, 401].contains(&status), "who types the password into the wrong field: {status}");
    ana.client.post("/logout", json!({})).await.ok();
    service.tick().await;
    // The files are searched when the service ends.
    service.database().busy_timeout(Duration::from_secs(1)).expect("the database is there");
}

async fn the_files_are_their_owners_alone(stage: Stage) {
    use std::os::unix::fs::PermissionsExt as _;
    let service = stage.start().await;
    service.someone().await;
    let path = service.database().path().expect("a file").to_owned();
    let mode = std::fs::metadata(path).expect("the database").permissions().mode();
    assert_eq!(mode & 0o077, 0, "the database is open to others: {mode:o}");
}
