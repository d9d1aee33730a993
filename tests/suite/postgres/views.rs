//! The views of the schema `auth`: what the service's operators ask there, word for word.

use crate::{
    repository::{read, root},
    runner::RunnerKind,
    service::{OTHER_PASSWORD, Stage},
};
use serde_json::{Value, json};

const SIGN_INS: &str = "SELECT COUNT(*) FROM auth.sessions WHERE created_at > NOW() - INTERVAL '1 hour';";
const FAILURES: &str = "SELECT COUNT(*), ip_address, user_agent FROM auth.security_events WHERE event_type = 'login_failure' AND created_at > NOW() - INTERVAL '1 hour' GROUP BY ip_address, user_agent HAVING COUNT(*) > 5;";
const KINDS: &str = "SELECT event_type, COUNT(*) FROM auth.security_events WHERE created_at > NOW() - INTERVAL '24 hours' GROUP BY event_type ORDER BY COUNT(*) DESC;";

pub async fn what_operators_ask() {
    let stage = Stage::new(RunnerKind::Postgres).at_system_time().with("limit_sign_in_client", "1000");
    let service = stage.start().await;
    let (ana, database) = (service.someone().await, service.postgres());
    service
        .sign_in_with(
            json!({ "email": "ana@example.org", "password": crate::service::PASSWORD, "rememberMe": true }),
        )
        .await;
    for name in 0..7 {
        let wrong = json!({ "email": format!("{name}@example.org"), "password": OTHER_PASSWORD });
        service.client().post("/login", wrong).await.refused("INVALID_CREDENTIALS");
    }
    fill(&database).await;
    assert_eq!(database.number(SIGN_INS), 2);
    assert_eq!(database.number("SELECT count(*) FROM auth.sessions WHERE remember_me = true"), 1);
    let month =
        "SELECT count(*) FROM auth.sessions WHERE remember_me AND expires_at > NOW() + INTERVAL '29 days'";
    assert_eq!(database.number(month), 1);
    assert_eq!(database.number(FAILURES), 7);
    assert_eq!(database.texts(KINDS).await.first().map(String::as_str), Some("login_failure"));
    for (sql, index) in [
        (SIGN_INS, "sessions_created"),
        (FAILURES, "security_events_created"),
        (KINDS, "security_events_created"),
    ] {
        let plan = database.texts(&format!("EXPLAIN {sql}")).await.join("\n");
        assert!(plan.contains(index), "{sql}: {plan}");
    }
    for sql in queries() {
        let sql = sql.replace("$__timeFilter(created_at)", "created_at > NOW() - INTERVAL '1 day'");
        database.run(&sql).await;
    }
    // A row that is no JSON hides no other, and nothing that is secret is a column.
    database.run("ALTER TABLE security_events DISABLE TRIGGER USER; UPDATE security_events SET metadata = '\"\\u0000\"' WHERE id = (SELECT min(id) FROM security_events)").await;
    assert!(database.number("SELECT count(metadata) FROM auth.security_events") > 7);
    let secret = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'auth'
        AND (column_name LIKE '%hash%' OR column_name LIKE '%key%' OR column_name LIKE '%password%' OR column_name LIKE '%salt%' OR column_name = 'content')";
    assert_eq!(database.number(secret), 0);
    drop(ana);
}

/// What the dashboard asks.
fn queries() -> Vec<String> {
    let dashboard = read(&root().join("ops/grafana/dashboards/mana-auth-postgresql.json"));
    let dashboard: Value = serde_json::from_str(&dashboard).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels").iter();
    let queries: Vec<String> =
        panels.map(|panel| crate::shape::text(&panel["targets"][0]["rawSql"]).to_owned()).collect();
    assert!(queries.len() > 8);
    queries
}

/// Rows of the months before: a million where there is time.
async fn fill(database: &crate::runner::postgres::Postgres) {
    let rows = if std::env::var_os("MANA_TEST_LONG").is_some() { 1_000_000 } else { 50_000 };
    let script = format!(
        "INSERT INTO security_events (id, event_type, ip_address, user_agent, created_at, details_digest, leaf, leaf_hash)
         SELECT 'e' || n, CASE WHEN n % 5 = 0 THEN 'login_failure' ELSE 'login_success' END, '10.0.0.' || n % 50, 'ua',
             (extract(epoch FROM now()) * 1000)::bigint - 90000000 - n::bigint * 5000, '\\x00', 1000000 + n, '\\x00'
         FROM generate_series(1, {rows}) n;
         INSERT INTO sessions (id, user_id, remember_me, last_activity_at, created_at, expires_at, absolute_expires_at, not_before, auth_time, amr)
         SELECT 's' || n, (SELECT min(id) FROM users), false, 0, (extract(epoch FROM now()) * 1000)::bigint - 3700000 - n::bigint * 5000, 0, 0, 0, 0, 'pwd'
         FROM generate_series(1, {rows} / 5) n;
         ANALYZE security_events; ANALYZE sessions"
    );
    database.run(&script).await;
}
