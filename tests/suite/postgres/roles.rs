//! The roles of `ops/postgresql`.

use crate::{
    process::settings,
    repository::{read, root},
    runner::{RunnerKind, binary::command, postgres::Postgres},
    service::{PASSWORD, Stage},
};
use mana_auth::{Server, config::Config};
use serde_json::json;
use std::path::Path;
use tempfile::TempDir;

pub async fn a_role_that_serves_can_do_no_more() {
    let folder = TempDir::new().expect("a folder");
    let database = Postgres::open(folder.path()).await;
    database.run(&read(&root().join("ops/postgresql/roles.sql"))).await;
    a_new_secret_is_refused(&database.url_of("mana_owner"), folder.path());
    migrate(&database.url_of("mana_owner"), folder.path()).await;
    let owner = database.prompt("mana_owner").await;
    let grants = read(&root().join("ops/postgresql/grants.sql"));
    owner.batch_execute(&grants).await.expect("the grants");
    // It serves, seals, erases and keeps house.
    let service = Stage::new(RunnerKind::Host).with("database_url", &database.url_of("mana")).start().await;
    let ana = service.someone().await;
    service.tick().await;
    let mut instance = service.instance().await;
    let id = crate::shape::text(&ana.user["id"]).to_owned();
    let erased = instance
        .run(async |accessor, auth| auth.mana_auth_audit().call_erase(accessor, id, None).await)
        .await
        .expect("an answer");
    erased.expect("a number");
    service.tick().await;
    ana.client.delete("/account").json(&json!({ "password": PASSWORD })).await.ok();
    service.tick().await;
    // And no more.
    let serving = database.prompt("mana").await;
    for sql in [
        "DROP TRIGGER sessions_changed ON sessions",
        "ALTER TABLE sessions DISABLE TRIGGER ALL",
        "DROP TABLE users",
        "TRUNCATE security_events",
        "UPDATE security_events SET user_id = 'x'",
        "UPDATE security_events SET created_at = 0",
        "UPDATE security_events SET event_type = 'x'",
        "UPDATE security_events SET id = 'x'",
        "UPDATE audit_seals SET size = 0",
        "UPDATE invalidations SET id = 0",
        "UPDATE schema_migrations SET oldest = 99",
        "CREATE TABLE mine (id bigint)",
        "CREATE TEMPORARY TABLE invalidations (id bigint, subject text)",
        "SET session_replication_role = replica",
    ] {
        refused(&serving, sql).await;
    }
    let reader = database.prompt("mana_reader").await;
    assert!(reader.query_one("SELECT count(*) FROM auth.security_events", &[]).await.is_ok());
    for sql in [
        "SELECT * FROM mana.users",
        "SELECT private_key FROM mana.jwks",
        "SELECT token_hash FROM auth.sessions",
    ] {
        refused(&reader, sql).await;
    }
}

/// The command makes the first keys, which every server must be able to open.
fn a_new_secret_is_refused(url: &str, folder: &Path) {
    let mut settings = settings();
    settings.remove("secrets");
    settings.insert("database_url".to_owned(), url.to_owned());
    let output = command(&[], folder, &settings).arg("migrate").output().expect("an end");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("secrets: are not set"), "{told}");
    assert!(!folder.join("secret").exists());
}

async fn refused(prompt: &tokio_postgres::Client, sql: &str) {
    let refused = prompt.batch_execute(sql).await.expect_err(sql);
    let state = refused.code().map(|state| state.code().to_owned());
    assert!(matches!(state.as_deref(), Some("42501" | "42703")), "{sql}: {refused:?}");
}

async fn migrate(url: &str, folder: &Path) {
    let folder = folder.to_str().expect("a path in UTF-8");
    let pairs = [("database_url", url), ("data", folder), ("secrets", crate::service::SECRET)];
    let config = Config::from_pairs(pairs).expect("a configuration");
    let mut instance = Server::builder().config(config).instance().await.expect("an instance");
    instance.start(false).await.expect("a schema");
}
