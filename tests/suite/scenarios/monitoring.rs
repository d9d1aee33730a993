//! The SQL of `docs/operations.md`, run as it stands there.

use crate::{
    repository::root,
    scenarios,
    service::{OTHER_PASSWORD, Service, Stage},
};
use rusqlite::types::Value;
use serde_json::json;

scenarios![every_question_has_an_answer needs Sqlite];

/// The blocks of the page, each after the line before it.
fn questions() -> Vec<(String, String)> {
    let page = std::fs::read_to_string(root().join("docs/operations.md")).expect("the page");
    let blocks = page.split("\n```sql\n").collect::<Vec<_>>();
    let question = |pair: &[&str]| {
        let title = pair[0].trim_end().lines().last().unwrap_or_default().to_owned();
        let sql = pair[1].split("\n```").next().unwrap_or_default().to_owned();
        (title, sql)
    };
    blocks.windows(2).map(question).collect()
}

fn rows(service: &Service, sql: &str) -> Vec<Vec<Value>> {
    let database = service.database();
    let mut statement = database.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
    statement
        .query_map([], row)
        .expect("rows")
        .collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

async fn every_question_has_an_answer(stage: Stage) {
    // The questions ask for the time themselves.
    let service = stage.at_system_time().start().await;
    service.register("ada@example.org").await;
    service
        .sign_in_with(
            json!({ "email": "ada@example.org", "password": crate::service::PASSWORD, "rememberMe": true }),
        )
        .await;
    service.sign_in("ada@example.org").await;
    for _ in 0..7 {
        let wrong = json!({ "email": "ada@example.org", "password": OTHER_PASSWORD });
        service.client().post("/login", wrong).header("user-agent", "guesser/1").await;
    }
    service.tick().await;
    let questions = questions();
    assert!(questions.len() >= 8, "{questions:?}");
    for (title, sql) in &questions {
        let found = rows(&service, sql);
        let text = |row: usize, column: usize| format!("{:?}", found[row][column]);
        match title.as_str() {
            title if title.starts_with("Failed sign-ins") => assert!(found.len() >= 6, "{found:?}"),
            title if title.starts_with("Clients with more") => {
                assert_eq!(found.len(), 1, "{found:?}");
                assert!(text(0, 1).contains("guesser/1"));
            }
            title if title.starts_with("Accounts that locked") => {
                assert!(found.iter().any(|row| row[1] == Value::Text("account_locked".into())), "{found:?}");
                assert!(found.iter().any(|row| row[1] == Value::Text("device_new".into())), "{found:?}");
            }
            title if title.starts_with("What happened around") => assert!(found.len() >= 8, "{found:?}"),
            title if title.starts_with("Events by kind") => assert!(found.len() >= 4, "{found:?}"),
            title if title.starts_with("The share of living") => {
                assert_eq!(found, [[Value::Integer(2), Value::Real(0.5)]]);
            }
            title if title.starts_with("How far") => assert_eq!(found[0][0], Value::Integer(0)),
            _ => {}
        }
        let plan = rows(&service, &format!("EXPLAIN QUERY PLAN {sql}"));
        let scans = plan.iter().filter_map(|step| match &step[3] {
            Value::Text(step) => Some(step),
            _ => None,
        });
        for step in scans.filter(|step| step.contains("SCAN security_events")) {
            assert!(step.contains("security_events_unsealed"), "{title} reads every event: {step}");
        }
    }
}
