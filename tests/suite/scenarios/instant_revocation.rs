//! A session that has ended is refused by the next request, in whichever process and with whatever was remembered of it.

use crate::{
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Person, Service, Stage},
};
use futures::future::{BoxFuture, join_all};
use serde_json::json;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

scenarios![
    after_revocation,
    after_revocation_of_all_others,
    after_logout,
    after_logout_elsewhere,
    after_a_ban,
    after_a_change_of_password,
    after_the_account_is_deleted,
    after_its_row_is_deleted_by_hand,
    after_its_parent_ends,
    after_its_parent_is_cut_short_or_removed_by_hand needs Sqlite,
    after_its_rows_are_replaced_by_hand needs Sqlite,
    after_its_row_is_replaced_by_its_number needs Sqlite,
    whatever_was_done_to_the_positions needs Sqlite,
    after_its_key_is_revoked_and_all_trace_of_that_is_gone needs Start,
    a_change_of_role_shows_in_the_next_answer,
    of_sixteen_who_read_nobody_misses_it,
];

const ANA: &str = "ana@example.org";

/// Has everything remembered about them: in their cookies, and in the service's memory.
async fn warm(person: &Person) {
    for _ in 0..2 {
        assert!(person.is_signed_in().await);
        let validated = person.client.post("/validate", json!({ "token": person.access })).await.ok();
        assert_eq!(validated["valid"], true);
    }
    assert!(person.client.cookie("mana_cache").is_some(), "there is no session cache");
}

/// With the next request: by cookie, by token, and asked by another service.
async fn is_refused(person: &Person) {
    person.client.get("/session").await.refused("UNAUTHENTICATED");
    person.client.get("/session").without_cookies().bearer(&person.access).await.refused("UNAUTHENTICATED");
    let validated = person.client.post("/validate", json!({ "token": person.access })).await.ok();
    assert_eq!(validated, json!({ "valid": false, "error": "SESSION_REVOKED" }));
}

/// Somebody with two browsers, before two processes. `end` ends the first browser's session from wherever it likes.
async fn told(
    stage: Stage,
    end: impl for<'a> FnOnce(&'a Service, &'a Person, &'a Person) -> BoxFuture<'a, ()>,
) {
    let service = stage.start().await;
    let beside = service.beside(service.clock()).await;
    let ana = service.someone().await;
    service.a_moment_passes();
    let other = service.sign_in(ANA).await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    let (there, bob_there) = (ana.before(&beside), bob.before(&beside));
    for person in [&ana, &there, &bob, &bob_there] {
        warm(person).await;
    }
    end(&service, &ana, &other).await;
    is_refused(&there).await;
    is_refused(&ana).await;
    for person in [&bob, &bob_there] {
        assert!(person.is_signed_in().await, "somebody else was signed out");
    }
}

async fn after_revocation(stage: Stage) {
    told(stage, |_, ana, other| {
        Box::pin(async { drop(other.client.delete(&format!("/sessions/{}", ana.sid())).await.ok()) })
    })
    .await;
}

async fn after_revocation_of_all_others(stage: Stage) {
    told(stage, |_, _, other| Box::pin(async { drop(other.client.delete("/sessions").await.ok()) })).await;
}

async fn after_logout(stage: Stage) {
    told(stage, |service, ana, _| {
        Box::pin(async {
            // Whoever copied the cookies still has them.
            let copy = ana.before(service);
            copy.client.post("/logout", json!({})).await.ok();
        })
    })
    .await;
}

async fn after_logout_elsewhere(stage: Stage) {
    told(stage, |service, ana, _| {
        Box::pin(async {
            let body = json!({ "refreshToken": ana.refresh });
            service.client().post("/logout", body).await.ok();
        })
    })
    .await;
}

async fn after_a_ban(stage: Stage) {
    told(stage, |service, _, _| {
        Box::pin(async {
            assert_eq!(service.sql("UPDATE users SET banned = true WHERE email = 'ana@example.org'"), 1);
        })
    })
    .await;
}

async fn after_a_change_of_password(stage: Stage) {
    told(stage, |_, _, other| {
        Box::pin(async {
            let body = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
            other.client.post("/change-password", body).await.ok();
            // The one that changed it goes on, with another cookie and no memory of the one before.
            assert!(other.client.get("/session").await.status == 200);
        })
    })
    .await;
}

async fn after_the_account_is_deleted(stage: Stage) {
    told(stage, |_, _, other| {
        Box::pin(async {
            other.client.delete("/account").json(&json!({ "password": PASSWORD })).await.ok();
        })
    })
    .await;
}

async fn after_its_row_is_deleted_by_hand(stage: Stage) {
    told(stage, |service, ana, _| {
        Box::pin(async {
            assert_eq!(service.sql(&format!("DELETE FROM sessions WHERE id = '{}'", ana.sid())), 1);
        })
    })
    .await;
}

async fn after_its_parent_ends(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let exchanged = ana.client.post("/session-to-token", json!({})).await.ok();
    let child = crate::shape::text(&exchanged["accessToken"]);
    let client = service.client();
    for _ in 0..2 {
        client.get("/session").bearer(&child).await.ok();
        assert_eq!(client.post("/validate", json!({ "token": child })).await.ok()["valid"], true);
    }
    ana.client.post("/logout", json!({})).await.ok();
    assert_eq!(client.post("/validate", json!({ "token": child })).await.ok()["error"], "SESSION_REVOKED");
    client.get("/session").bearer(&child).await.refused("UNAUTHENTICATED");
}

/// With the `sqlite3` shell nothing cascades, and what REPLACE removes fires no trigger of its own.
async fn after_its_parent_is_cut_short_or_removed_by_hand(stage: Stage) {
    let service = stage.start().await;
    let by_hand = service.database();
    by_hand.pragma_update(None, "foreign_keys", false).expect("as the shell has it");
    service.register(ANA).await;
    for sql in [
        "UPDATE sessions SET expires_at = 1 WHERE id = ?1",
        "UPDATE sessions SET absolute_expires_at = 1 WHERE id = ?1",
        "DELETE FROM sessions WHERE id = ?1",
    ] {
        let ana = service.sign_in(ANA).await;
        let exchanged = ana.client.post("/session-to-token", json!({})).await.ok();
        let child = crate::shape::text(&exchanged["accessToken"]);
        let client = service.client();
        for _ in 0..2 {
            client.get("/session").bearer(&child).await.ok();
            assert_eq!(client.post("/validate", json!({ "token": child })).await.ok()["valid"], true);
        }
        assert_eq!(by_hand.execute(sql, [ana.sid()]).expect(sql), 1);
        assert_eq!(client.post("/validate", json!({ "token": child })).await.ok()["valid"], false, "{sql}");
        client.get("/session").bearer(&child).await.refused("UNAUTHENTICATED");
        client.get("/profile").bearer(&child).await.refused("UNAUTHENTICATED");
        let refresh = json!({ "refreshToken": exchanged["refreshToken"] });
        client.post("/refresh", refresh).await.refused("INVALID_REFRESH_TOKEN");
    }
}

async fn after_its_rows_are_replaced_by_hand(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    let by_hand = service.database();
    by_hand.pragma_update(None, "foreign_keys", false).expect("as the shell has it");
    for person in [&ana, &bob] {
        warm(person).await;
    }
    // Bob's session takes the place of Ana's.
    let sql = "UPDATE OR REPLACE sessions SET token_hash = (SELECT token_hash FROM sessions WHERE id = ?1) WHERE id = ?2";
    assert_eq!(by_hand.execute(sql, [ana.sid(), bob.sid()]).expect(sql), 1);
    let validated = ana.client.post("/validate", json!({ "token": ana.access })).await.ok();
    assert_eq!(validated, json!({ "valid": false, "error": "SESSION_REVOKED" }));
    // And Bob's account that of a Bob with another role.
    let carol = service.sign_in("bob@example.org").await;
    warm(&carol).await;
    let sql = "INSERT OR REPLACE INTO users SELECT id, email, name, image, 'admin', email_verified, banned, ban_reason, \
               ban_expires, credential_version, created_at, updated_at, app_metadata, language FROM users WHERE email = 'bob@example.org'";
    assert_eq!(by_hand.execute(sql, []).expect(sql), 1);
    assert_eq!(carol.client.get("/session").await.ok()["user"]["role"], "admin");
    carol.client.get("/session").without_cookies().bearer(&carol.access).await.refused("TOKEN_EXPIRED");
}

/// SQLite numbers rows beside their ids, and REPLACE removes what has the same number. What is exchanged from a session ends with it.
async fn after_its_row_is_replaced_by_its_number(stage: Stage) {
    let service = stage.start().await;
    service.register("bob@example.org").await;
    service.register(ANA).await;
    let by_hand = service.database();
    by_hand.pragma_update(None, "foreign_keys", false).expect("as the shell has it");
    for sql in [
        "UPDATE OR REPLACE sessions SET rowid = (SELECT rowid FROM sessions WHERE id = ?1) WHERE id = ?2",
        "UPDATE OR REPLACE sessions SET token_hash = (SELECT token_hash FROM sessions WHERE id = ?1) WHERE id = ?2",
    ] {
        let (ana, bob) = (service.sign_in(ANA).await, service.sign_in("bob@example.org").await);
        let exchanged = ana.client.post("/session-to-token", json!({})).await.ok();
        let child = crate::shape::text(&exchanged["accessToken"]);
        let client = service.client();
        warm(&ana).await;
        client.get("/session").bearer(&child).await.ok();
        assert_eq!(by_hand.execute(sql, [ana.sid(), bob.sid()]).expect(sql), 1);
        for token in [&ana.access, &child] {
            assert_eq!(
                client.post("/validate", json!({ "token": token })).await.ok()["valid"],
                false,
                "{sql}"
            );
            client.get("/session").bearer(token).await.refused("UNAUTHENTICATED");
        }
    }
}

/// A position that was given already is never given again, whatever somebody made of the numbers.
async fn whatever_was_done_to_the_positions(stage: Stage) {
    for sql in [
        "UPDATE positions SET last = last + 1000",
        "UPDATE positions SET last = 1",
        "REPLACE INTO positions (one, last) VALUES (1, 100000)",
        "DELETE FROM positions",
        "DELETE FROM invalidations; DELETE FROM sqlite_sequence WHERE name = 'invalidations'",
        "INSERT INTO invalidations (subject) VALUES (CAST(x'75ff' AS TEXT))",
    ] {
        let service = stage.clone().start().await;
        service.register(ANA).await;
        service.database().execute_batch(sql).expect(sql);
        for _ in 0..2 {
            let ana = service.sign_in(ANA).await;
            assert!(ana.is_signed_in().await, "{sql}");
            assert!(ana.is_signed_in().await, "{sql}");
            service.sql("DELETE FROM sessions");
            assert!(ana.is_signed_out().await, "{sql}");
        }
    }
}

/// An instance that rested while a key was revoked, and until the table no longer says so.
async fn after_its_key_is_revoked_and_all_trace_of_that_is_gone(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.sql("DELETE FROM invalidations WHERE subject = 'keys'");
    // It loads its keys once there is no trace of any.
    ana.client.get("/profile").await.ok();
    warm(&ana).await;
    service.sql("UPDATE jwks SET revoked_at = 1");
    service.sql("DELETE FROM invalidations WHERE subject = 'keys'");
    let validated = ana.client.post("/validate", json!({ "token": ana.access })).await.ok();
    assert_eq!(validated["valid"], false);
    service.client().get("/profile").bearer(&ana.access).await.refused("UNAUTHENTICATED");
}

async fn a_change_of_role_shows_in_the_next_answer(stage: Stage) {
    let service = stage.start().await;
    let beside = service.beside(service.clock()).await;
    let ana = service.someone().await;
    let there = ana.before(&beside);
    for person in [&ana, &there] {
        warm(person).await;
    }
    service.sql("UPDATE users SET role = 'admin'");
    for person in [&there, &ana] {
        assert_eq!(person.client.get("/session").await.ok()["user"]["role"], "admin");
        // The token says what is no longer so.
        person.client.get("/session").without_cookies().bearer(&person.access).await.refused("TOKEN_EXPIRED");
        let validated = person.client.post("/validate", json!({ "token": person.access })).await.ok();
        assert_eq!(validated["error"], "TOKEN_EXPIRED");
    }
}

/// A thousand times over: while sixteen read, one ends the session. Whoever asks after that was answered is refused.
async fn of_sixteen_who_read_nobody_misses_it(stage: Stage) {
    // Each answer is searched for all secrets so far, so they must not become too many.
    for _ in 0..stage.services() {
        fifty_rounds(stage.clone()).await;
    }
}

async fn fifty_rounds(stage: Stage) {
    const ROUNDS: u32 = 50;
    const READERS: usize = 16;
    let service = stage.start().await;
    service.register(ANA).await;
    let accepted_first = AtomicU32::new(0);
    for round in 0..ROUNDS {
        let ana = service.sign_in(ANA).await;
        let ended = AtomicBool::new(false);
        let reader = async |n: usize| {
            loop {
                let was_ended = ended.load(SeqCst);
                let request = ana.client.get("/session");
                let request =
                    if n.is_multiple_of(2) { request } else { request.without_cookies().bearer(&ana.access) };
                match request.status().await {
                    200 => assert!(!was_ended, "round {round}: reader {n} was let in after the end"),
                    401 => break,
                    other => panic!("round {round}: {other}"),
                }
                accepted_first.fetch_add(1, SeqCst);
            }
        };
        let end = async {
            ana.client.get("/session").await;
            let body = json!({ "refreshToken": ana.refresh });
            service.client().post("/logout", body).await.ok();
            ended.store(true, SeqCst);
        };
        futures::join!(join_all((0..READERS).map(reader)), end);
    }
    let accepted = accepted_first.load(SeqCst);
    assert!(accepted >= ROUNDS, "the readers were hardly ever let in: {accepted}");
}
