use super::*;
use std::collections::BTreeSet;

#[test]
fn names_are_the_documented_ones() {
    let metrics = Metrics::new();
    metrics.of_answers("/a/{id}".to_owned(), "GET", 200).answered(Duration::from_millis(3));
    metrics.count(Metric::SignIns, "success", 2);
    metrics.active_sessions(5, 2);
    let text = metrics.text().expect("writing to a string succeeds");
    for line in [
        r#"mana_auth_requests_total{route="/a/{id}",method="GET",status="200"} 1"#,
        r#"mana_auth_request_duration_seconds_bucket{le="0.005",route="/a/{id}"} 1"#,
        r#"mana_auth_db_statements_total{kind="view"} 0"#,
        r#"mana_auth_sign_ins_total{outcome="success"} 2"#,
        r#"mana_auth_sign_ins_total{outcome="locked"} 0"#,
        r#"mana_auth_audit_events_total{outcome="forged"} 0"#,
        r#"mana_auth_active_sessions{remember_me="true"} 2"#,
        r#"mana_auth_active_sessions{remember_me="false"} 3"#,
        "mana_auth_instances 0",
        "mana_auth_traps_total 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}

#[test]
fn the_page_lists_every_one() {
    let metrics = Metrics::new();
    metrics.of_answers("/a".to_owned(), "GET", 200).answered(Duration::from_millis(3));
    metrics.active_sessions(0, 0);
    metrics.mails("waiting", 0);
    metrics.shed(LimitExceeded::Requests);
    for of_file in [&metrics.db_size, &metrics.db_log, &metrics.db_room] {
        drop(of_file.get_or_create(&[]));
    }
    for told in COMPONENT {
        metrics.count(told.metric, "other", 1);
    }
    let text = metrics.text().expect("writing to a string succeeds");
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let told: BTreeSet<String> = types.map(|(name, _)| name.to_owned()).collect();
    let page = include_str!("../../../docs/operations.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let listed: BTreeSet<String> = rows
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.starts_with("mana_auth_") || name.starts_with("process_"))
        .collect();
    assert_eq!(told, listed, "what is told, and what docs/operations.md lists");
}

#[test]
fn each_format_describes_what_it_tells() {
    let metrics = Metrics::new();
    metrics.count(Metric::SignIns, "success", 2);
    let (open, plain) = (metrics.open_metrics().expect("text"), metrics.text().expect("text"));
    assert!(open.contains("# TYPE mana_auth_sign_ins counter\n") && open.ends_with("# EOF\n"));
    assert!(plain.contains("# TYPE mana_auth_sign_ins_total counter\n") && !plain.contains("# EOF"));
    assert!(plain.contains("# HELP mana_auth_sign_ins_total Sign-ins.\n"), "{plain}");
    let samples = |text: &str| {
        text.lines()
            .filter(|line| !line.starts_with('#') && !line.starts_with("process_"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(samples(&open), samples(&plain));
}

#[test]
fn labels_of_the_component_are_a_closed_list() {
    let metrics = Metrics::new();
    for n in 0..100 {
        metrics.count(Metric::RowsPruned, &format!("table{n}"), 1);
    }
    let text = metrics.text().expect("writing to a string succeeds");
    let known = COMPONENT.iter().find(|told| told.name == "rows_pruned").expect("it is told").values;
    assert_eq!(text.matches("mana_auth_rows_pruned_total{").count(), known.len() + 1);
    assert!(text.contains(r#"mana_auth_rows_pruned_total{table="other"} 100"#));
}
