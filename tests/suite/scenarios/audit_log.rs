//! The audit log, as its owner and administrators read it.

use crate::{
    scenarios,
    service::{OTHER_PASSWORD, Stage},
    shape,
};
use serde_json::{Value, json};
use std::time::Duration;

scenarios![
    people_see_what_happened_around_their_account,
    pages_follow_each_other_without_gap_or_repetition,
    administrators_filter_it,
    failed_sign_ins_of_the_last_hour_are_told needs Clock,
    it_is_summed_up_before_and_after_sealing,
    nobody_else_reads_it,
    a_kind_that_floods_it_is_counted_instead needs Clock Management,
    nonsense_is_refused_with_the_field,
    a_change_of_settings_is_an_event needs Start Sqlite,
];

const ANA: &str = "ana@example.org";

fn kinds(events: &Value) -> Vec<&str> {
    events
        .as_array()
        .expect("events")
        .iter()
        .map(|event| event["eventType"].as_str().expect("a kind"))
        .collect()
}

async fn people_see_what_happened_around_their_account(stage: Stage) {
    let service = stage.start().await;
    service.register("bob@example.org").await;
    service.sign_in("bob@example.org").await;
    service.register(ANA).await;
    service.a_moment_passes();
    let body = json!({ "email": ANA, "password": crate::service::PASSWORD, "deviceName": "Laptop", "deviceId": "d-1", "rememberMe": true });
    let ana = service.sign_in_with(body).await;
    service.a_moment_passes();
    ana.client.post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    let events = ana.client.get("/security-events").await.ok();
    let seen = kinds(&events);
    for kind in ["token_refresh", "login_success", "account_created"] {
        assert_eq!(seen.iter().filter(|seen| **seen == kind).count(), 1, "{kind} in {events}");
    }
    assert_eq!(seen.first(), Some(&"token_refresh"), "newest first: {events}");
    for event in events.as_array().expect("events") {
        shape::members(event, &["id", "eventType", "ipAddress", "userAgent", "metadata", "createdAt"]);
    }
    let login = events.as_array().expect("events").iter().find(|event| event["eventType"] == "login_success");
    let metadata = &login.expect("the sign-in")["metadata"];
    assert_eq!(metadata["deviceName"], "Laptop");
    assert_eq!(metadata["deviceId"], "d-1");
    assert_eq!(metadata["rememberMe"], true);
    let by_token = service.client().get("/security-events").bearer(&ana.access).await.ok();
    assert_eq!(by_token, events);
}

async fn pages_follow_each_other_without_gap_or_repetition(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for _ in 0..5 {
        ana.client.post("/profile", json!({ "name": "Ana" })).await.ok();
        service.sign_in(ANA).await;
    }
    let all = ana.client.get("/security-events?limit=200").await.ok();
    let mut seen = Vec::new();
    let mut before = String::new();
    loop {
        let page = ana.client.get(&format!("/security-events?limit=3{before}")).await.ok();
        let page = page.as_array().expect("events").clone();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 3);
        before = format!("&before={}", shape::text(&last["id"]));
        seen.extend(page);
    }
    assert_eq!(Value::Array(seen), all);
}

async fn administrators_filter_it(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    let ana = service.someone().await;
    let wrong = json!({ "email": ANA, "password": OTHER_PASSWORD });
    service.client().post("/login", wrong).await.refused("INVALID_CREDENTIALS");
    let list = async |filter: &str| root.client.get(&format!("/admin/security-events{filter}")).await.ok();
    let failures = list("?type=login_failure").await;
    assert_eq!(kinds(&failures), ["login_failure"]);
    let members =
        ["id", "eventType", "source", "userId", "ipAddress", "userAgent", "metadata", "createdAt", "leaf"];
    shape::members(&failures[0], &members);
    assert_eq!(failures[0]["metadata"]["email"], ANA);
    let of_ana = list(&format!("?userId={}&limit=200", shape::text(&ana.user["id"]))).await;
    assert!(of_ana.as_array().expect("events").iter().all(|event| event["userId"] == ana.user["id"]));
    assert!(kinds(&of_ana).contains(&"login_success"));
    let address = shape::text(&failures[0]["ipAddress"]);
    assert!(!kinds(&list(&format!("?ip={address}")).await).is_empty());
    assert_eq!(list("?ip=203.0.113.99").await, json!([]));
    // Other spellings of the same address.
    for (kept, asked) in [("192.0.2.7", "::ffff:192.0.2.7"), ("2001:db8::7", "2001:0DB8:0:0:0:0:0:0007")] {
        service.sql(&format!("UPDATE security_events SET ip_address = '{kept}'"));
        assert!(!kinds(&list(&format!("?ip={asked}")).await).is_empty(), "{asked}");
    }
    // What can be none is no filter that nothing passes.
    for wrong in ["?ip=not-an-address", "?type=Login_Failure", "?type=%C2%95", "?userId=a%20b"] {
        let answer = root.client.get(&format!("/admin/security-events{wrong}")).await;
        answer.refused("VALIDATION_FAILED");
    }
    let at = shape::text(&failures[0]["createdAt"]);
    assert!(!kinds(&list(&format!("?since={at}&type=login_failure")).await).is_empty());
    assert_eq!(list(&format!("?until={at}&type=login_failure")).await, json!([]));
}

async fn failed_sign_ins_of_the_last_hour_are_told(stage: Stage) {
    let service = stage.start().await;
    let wrong = json!({ "email": "nobody@example.org", "password": OTHER_PASSWORD });
    service.client().post("/login", wrong.clone()).await.refused("INVALID_CREDENTIALS");
    service.advance(Duration::from_secs(3_600 + 60));
    service.client().post("/login", wrong).await.refused("INVALID_CREDENTIALS");
    service
        .client()
        .post("/login", json!({ "email": "my pass phrase", "password": OTHER_PASSWORD }))
        .await
        .refused("INVALID_CREDENTIALS");
    let root = service.administrator().await;
    let told = root.client.get("/admin/failed-logins").await.ok();
    let emails: Vec<&str> = told
        .as_array()
        .expect("events")
        .iter()
        .map(|event| event["metadata"]["email"].as_str().expect("a word"))
        .collect();
    assert_eq!(emails.len(), 2, "{told}");
    assert!(emails.contains(&"nobody@example.org") && emails.contains(&"unparsable"), "{told}");
    let all = root.client.get("/admin/failed-logins?since=2020-01-01T00:00:00Z").await.ok();
    assert_eq!(all.as_array().expect("events").len(), 3);
}

async fn it_is_summed_up_before_and_after_sealing(stage: Stage) {
    let service = stage.with("lockout_failures", "100").start().await;
    let root = service.administrator().await;
    let wrong = json!({ "email": "nobody@example.org", "password": OTHER_PASSWORD });
    for n in 0..6 {
        let login = service.client();
        login
            .post("/login", wrong.clone())
            .header("user-agent", "guesser/1")
            .await
            .refused("INVALID_CREDENTIALS");
        if n == 3 {
            service.tick().await;
        }
    }
    let summary = root.client.get("/admin/security-events/summary").await.ok();
    shape::members(&summary, &["since", "byType", "byHour", "repeatedFailures"]);
    let count = |list: &Value, kind: &str| -> i64 {
        let counts = list.as_array().expect("counts").iter().filter(|count| count["eventType"] == kind);
        counts.map(|count| count["count"].as_i64().expect("a number")).sum()
    };
    assert_eq!(count(&summary["byType"], "login_failure"), 6, "{summary}");
    assert_eq!(count(&summary["byHour"], "login_failure"), 6, "{summary}");
    assert_eq!(count(&summary["byType"], "login_success"), 1, "{summary}");
    let repeated = &summary["repeatedFailures"];
    assert_eq!(repeated.as_array().expect("clients").len(), 1, "{summary}");
    assert_eq!((&repeated[0]["userAgent"], &repeated[0]["count"]), (&json!("guesser/1"), &json!(6)));
}

async fn nobody_else_reads_it(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.client().get("/security-events").await.refused("UNAUTHENTICATED");
    for path in [
        "/admin/security-events",
        "/admin/security-events/summary",
        "/admin/failed-logins",
        "/admin/audit/verify",
        "/admin/audit/checkpoint",
        "/admin/audit/proof?from=1&to=1",
    ] {
        service.client().get(path).await.refused("UNAUTHENTICATED");
        ana.client.get(path).await.refused("FORBIDDEN");
        ana.client.get(path).without_cookies().bearer(&ana.access).await.refused("FORBIDDEN");
    }
    // A role is what the database says at this moment, whatever the token says.
    let root = service.administrator().await;
    let by_token =
        async || root.client.get("/admin/security-events").without_cookies().bearer(&root.access).await;
    by_token().await.ok();
    service.sql("UPDATE users SET role = 'user' WHERE email = 'root@example.org'");
    root.client.get("/admin/security-events").await.refused("FORBIDDEN");
    by_token().await.refused("TOKEN_EXPIRED");
}

/// Sixty a minute about one account are written; the others become one event.
async fn a_kind_that_floods_it_is_counted_instead(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let mut token = ana.refresh.clone();
    for _ in 0..75 {
        let next = service.client().post("/refresh", json!({ "refreshToken": token })).await.ok();
        token = shape::text(&next["refreshToken"]);
    }
    let written =
        "SELECT count(*) FROM security_events WHERE event_type = 'token_refresh' AND user_id IS NOT NULL";
    assert_eq!(service.number(written), 60);
    assert_eq!(service.number("SELECT count FROM counted_events WHERE event_type = 'token_refresh'"), 15);
    let metrics = service.metrics().await;
    assert_eq!(metrics.count("audit_events", "coalesced"), 15, "{}", metrics.text);
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM counted_events"), 1, "its minute is not over");
    service.advance(Duration::from_secs(61));
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM counted_events"), 0);
    let standing_for = "SELECT CAST(json_extract(metadata, '$.count') AS bigint) FROM security_events
                        WHERE event_type = 'token_refresh' AND user_id IS NULL";
    assert_eq!(service.number(standing_for), 15);
    service.client().post("/refresh", json!({ "refreshToken": token })).await.ok();
    assert_eq!(service.number(written), 61, "a new minute");
}

async fn nonsense_is_refused_with_the_field(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    for (path, field) in [
        ("/security-events?limit=0", "limit"),
        ("/security-events?limit=201", "limit"),
        ("/security-events?limit=many", "limit"),
        ("/security-events?before=yesterday", "before"),
        ("/admin/security-events?since=yesterday", "since"),
        ("/admin/security-events?userId=ana@example.org", "userId"),
        ("/admin/security-events?ip=nonsense", "ip"),
        ("/admin/security-events/summary?since=2020-01-01T00:00:00Z", "since"),
        ("/admin/audit/verify?from=0", "to"),
        ("/admin/audit/verify?from=0&to=99999999999", "to"),
        ("/admin/audit/verify?from=2&to=1", "from"),
        ("/admin/audit/proof", "event"),
        ("/admin/audit/proof?from=0&to=1", "from"),
        ("/admin/audit/proof?from=1&to=99999999999", "to"),
    ] {
        let answer = root.client.get(path).await;
        let problem = answer.refused("VALIDATION_FAILED");
        assert!(problem["fields"][field].is_string(), "{path}: {problem}");
    }
    // In a form, a plus is a blank: whoever forgets that is told.
    let hasty = root.client.get("/admin/security-events?since=2026-01-02T18:00:00+01:00").await;
    let hint = shape::text(&hasty.refused("VALIDATION_FAILED")["fields"]["since"]);
    assert!(hint.contains("%2B"), "{hint}");
    root.client.get("/admin/security-events?since=2026-01-02T18:00:00%2B01:00").await.ok();
}

async fn a_change_of_settings_is_an_event(stage: Stage) {
    let mut service = stage.start().await;
    let events = "SELECT count(*) FROM security_events WHERE event_type = 'config_changed'";
    service.register(ANA).await;
    service.restart().await;
    service.register("bob@example.org").await;
    assert_eq!(service.number(events), 0, "the same settings are none");
    service.restart_with("sessions_per_user", "3").await;
    service.register("eve@example.org").await;
    let copy = service.copy();
    let told = copy.text("SELECT metadata FROM security_events WHERE event_type = 'config_changed'");
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(told["changed"], json!([{ "key": "sessions_per_user", "from": "10", "to": "3" }]));
}
