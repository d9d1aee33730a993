//! Rows that an import brought, with columns that this service would never have written.

use crate::{
    runner::gate::Gate,
    scenarios,
    service::{
        OTHER_PASSWORD, PASSWORD, Service, Stage,
        guesses::{ANA, login, right, wrong},
    },
};
use serde_json::{Value, json};

scenarios![
    a_hash_that_can_not_be_read_is_a_wrong_password needs Sqlite,
    it_costs_as_many_hashes needs Passwords,
    what_a_neighbour_holds_is_in_nobodys_way needs Sqlite,
    a_device_shared_with_a_neighbour_is_no_obstacle,
    a_picture_that_can_not_be_read_is_none needs Sqlite,
    a_name_that_can_not_be_read_locks_nobody_out needs Sqlite,
    whose_address_can_not_be_read_is_listed_and_ended needs Commands,
    a_time_that_can_not_be_written_is_the_nearest_that_can,
];

/// Text that is no UTF-8, and text that no answer holds.
const UNREADABLE: [&str; 2] = ["CAST(x'24c328ff' AS TEXT)", "CAST(zeroblob(9000000) AS TEXT)"];

const EVE: &str = "eve@example.org";

fn set(service: &Service, table: &str, column: &str, value: &str, email: &str) {
    let id = if table == "users" { "id" } else { "user_id" };
    let sql = format!(
        "UPDATE {table} SET {column} = {value} WHERE {id} = (SELECT id FROM users WHERE email = '{email}')"
    );
    assert_eq!(service.sql(&sql), 1, "{column}");
}

async fn a_hash_that_can_not_be_read_is_a_wrong_password(stage: Stage) {
    for unreadable in UNREADABLE {
        let service = stage.clone().start().await;
        service.register(ANA).await;
        let wrong = login(&service.client(), wrong()).await;
        set(&service, "accounts", "password", unreadable, ANA);
        let refused = login(&service.client(), right()).await;
        refused.refused("INVALID_CREDENTIALS");
        assert_eq!(refused.body, wrong.body);
    }
}

async fn it_costs_as_many_hashes(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register(ANA).await;
    set(&service, "accounts", "password", UNREADABLE[0], ANA);
    for email in [ANA, "nobody@example.org"] {
        let before = gate.verified();
        let body = json!({ "email": email, "password": OTHER_PASSWORD });
        login(&service.client(), body).await.refused("INVALID_CREDENTIALS");
        assert_eq!(gate.verified() - before, 1, "{email}");
    }
}

/// The nearest account is read for an address that has none, so that both take as long.
async fn what_a_neighbour_holds_is_in_nobodys_way(stage: Stage) {
    for (table, column) in
        [("accounts", "password"), ("users", "name"), ("users", "email"), ("users", "image"), ("users", "id")]
    {
        for unreadable in UNREADABLE {
            let service = stage.clone().start().await;
            service.register(ANA).await;
            service.register(EVE).await;
            if column == "id" {
                let [unreadable, _] = UNREADABLE;
                let sql = format!("UPDATE users SET id = {unreadable} WHERE email = '{EVE}'");
                let unbound = format!("PRAGMA foreign_keys = OFF; {sql}");
                service.database().execute_batch(&unbound).expect("another id");
            } else {
                set(&service, table, column, unreadable, EVE);
            }
            for nobody in ["bob@example.org", "zoe@example.org"] {
                let body = json!({ "email": nobody, "password": PASSWORD });
                login(&service.client(), body).await.refused("INVALID_CREDENTIALS");
            }
            assert!(service.sign_in(ANA).await.is_signed_in().await, "{column}");
            let zoe = service.register("zoe@example.org").await;
            assert_eq!(zoe["email"], "zoe@example.org", "{column}");
        }
    }
}

async fn a_device_shared_with_a_neighbour_is_no_obstacle(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    service.register(EVE).await;
    let shared = service.sign_in(EVE).await.client;
    set(&service, "users", "email", UNREADABLE[0], EVE);
    login(&shared, right()).await.ok();
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1, "hers took the place of the neighbour's");
}

async fn a_picture_that_can_not_be_read_is_none(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    set(&service, "users", "image", UNREADABLE[0], ANA);
    assert_eq!(service.sign_in(ANA).await.user["image"], Value::Null);
}

async fn a_name_that_can_not_be_read_locks_nobody_out(stage: Stage) {
    for (unreadable, shown) in UNREADABLE.into_iter().zip(["$\u{fffd}(\u{fffd}", "\u{fffd}"]) {
        let service = stage.clone().start().await;
        service.register(ANA).await;
        let before = service.sign_in(ANA).await;
        set(&service, "users", "name", unreadable, ANA);
        assert!(before.is_signed_in().await);
        let ana = service.sign_in(ANA).await;
        assert_eq!(ana.user["name"], shown);
    }
}

async fn whose_address_can_not_be_read_is_listed_and_ended(stage: Stage) {
    let service = stage.start().await;
    service.register(EVE).await;
    service.register(ANA).await;
    let ana = service.sign_in(ANA).await;
    set(&service, "users", "email", UNREADABLE[0], ANA);
    ana.client.get("/session").await.ok();
    let listed = service.operate(&["user", "list"]).done();
    let id = ana.user["id"].as_str().expect("an id");
    assert!(listed.contains(id) && listed.contains(EVE), "{listed}");
    service.operate(&["user", "revoke", id]).done();
    assert!(!ana.is_signed_in().await);
    service.operate(&["user", "erase", id]).done();
    assert_eq!(service.number("SELECT count(*) FROM users"), 1);
}

/// Whoever imports microseconds, or the end of time, has accounts that can be signed in to: what is committed is answered.
async fn a_time_that_can_not_be_written_is_the_nearest_that_can(stage: Stage) {
    for (at, written) in [
        ("1767225600000000", "9999-12-30T21:59:59.999Z"),
        ("9223372036854775807", "9999-12-30T21:59:59.999Z"),
        ("-9223372036854775808", "0000-01-01T00:00:00.000Z"),
    ] {
        let service = stage.clone().start().await;
        service.register(ANA).await;
        set(&service, "users", "created_at", at, ANA);
        set(&service, "users", "updated_at", at, ANA);
        let ana = service.client();
        let answer = ana.post("/login", right()).await.ok();
        assert_eq!(answer["user"]["createdAt"], written);
        assert_eq!(ana.get("/session").await.ok()["user"]["updatedAt"], written);
        ana.post("/profile", json!({ "name": "Ana Lena" })).await.ok();
        assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
    }
}
