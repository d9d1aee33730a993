//! What is logged: one JSON object a line, with fields that `docs/operations.md` lists.

use crate::support::Sandbox;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
    net::TcpStream,
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// The fields that the page lists.
fn listed() -> BTreeSet<String> {
    let page = include_str!("../../../docs/operations.md");
    let (_, logs) = page.split_once("## What it logs").expect("the part about logs");
    let table =
        logs.lines().skip_while(|line| !line.starts_with("| field")).take_while(|line| line.starts_with('|'));
    table
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn ask(api: &str, target: &str, trace: &str) {
    let mut stream = TcpStream::connect(api).expect("it listens");
    let request =
        format!("GET {target} HTTP/1.1\r\nhost: a\r\ntraceparent: {trace}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it is read");
    stream.read_to_string(&mut String::new()).expect("an answer");
}

#[test]
fn each_line_is_an_object_of_listed_fields_and_names_its_trace() {
    let sandbox = Sandbox::new();
    let serving = sandbox.serve();
    let api = serving.api();
    ask(&api, "/api/v1/auth/jwks?secret=of-the-query", &format!("00-{TRACE}-{SPAN}-01"));
    ask(&api, "/api/v1/auth/session", "nonsense");
    let log = serving.end();
    let listed = listed();
    assert!(listed.len() > 10, "{listed:?}");
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no object: {line}")))
        .collect();
    for line in &lines {
        for name in line.as_object().expect("an object").keys() {
            assert!(listed.contains(name), "{name} is not listed: {line}");
        }
    }
    let answered: Vec<_> = lines.iter().filter(|line| line["message"] == "answered").collect();
    assert_eq!(answered.len(), 2, "{log}");
    assert_eq!((&answered[0]["trace_id"], &answered[0]["span_id"]), (&TRACE.into(), &SPAN.into()));
    assert_eq!(answered[0]["http.route"], "/api/v1/auth/jwks");
    assert_eq!(answered[0]["http.response.status_code"], 200);
    assert_eq!(answered[0]["http.request.method"], "GET");
    assert!(answered[0]["duration_ms"].is_number() && answered[0]["request_id"].is_string());
    assert_eq!(answered[0]["client.address"], "127.0.0.1");
    assert_eq!(answered[1]["trace_id"], Value::Null, "one that is malformed is none");
    assert!(!log.contains("of-the-query"), "{log}");
}

#[test]
fn the_clients_address_is_left_out_where_the_operator_says_so() {
    let sandbox = Sandbox::new().with("MANA_AUTH_LOG_CLIENT_ADDRESS", "false");
    let serving = sandbox.serve();
    ask(&serving.api(), "/api/v1/auth/jwks", TRACE);
    let log = serving.end();
    assert!(log.contains("answered") && !log.contains("client.address"), "{log}");
}

/// Perhaps an app's origin is missing, or written otherwise: without its name, an operator looks in vain.
#[test]
fn a_refused_origin_is_named_once_in_a_while() {
    let sandbox = Sandbox::new().with("MANA_AUTH_WORKERS", "1");
    let serving = sandbox.serve();
    for _ in 0..5 {
        let mut stream = TcpStream::connect(serving.api()).expect("it listens");
        let request = "POST /api/v1/auth/login HTTP/1.1\r\nhost: a\r\norigin: https://app.exmaple\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).expect("it is read");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    }
    let log = serving.end();
    let told: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let refused: Vec<_> = told
        .iter()
        .filter(|line| line["message"].as_str().is_some_and(|it| it.contains("not trusted")))
        .collect();
    assert_eq!(refused.len(), 1, "{log}");
    assert_eq!(refused[0]["origin"], "https://app.exmaple");
}

#[test]
fn what_an_app_on_another_site_runs_into_is_told() {
    const PASSWORD: &str = "four otters paint lighthouses";
    // Each instance tells by itself.
    let sandbox = Sandbox::new()
        .with("MANA_AUTH_TRUSTED_ORIGINS", "https://app.example")
        .with("MANA_AUTH_WORKERS", "1");
    sandbox.run_with(&["user", "create", "ada@example.com"], &format!("{PASSWORD}\n")).success();
    let serving = sandbox.serve();
    let send = |request: String| {
        let mut stream = TcpStream::connect(serving.api()).expect("it listens");
        stream.write_all(request.as_bytes()).expect("it is read");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    };
    let body = format!(r#"{{"email":"ada@example.com","password":"{PASSWORD}"}}"#);
    let login = |site: &str| {
        format!(
            "POST /api/v1/auth/login HTTP/1.1\r\nhost: a\r\norigin: https://app.example\r\nsec-fetch-site: {site}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    };
    for site in ["same-site", "cross-site", "cross-site"] {
        let answer = send(login(site));
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    // A browser asks first, and never sends the rest.
    for _ in 0..2 {
        let answer = send(
            "OPTIONS /api/v1/auth/login HTTP/1.1\r\nhost: a\r\norigin: https://app.exmaple\r\naccess-control-request-method: POST\r\nconnection: close\r\n\r\n".to_owned(),
        );
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    }
    let log = serving.end();
    let told = |words: &str| -> Vec<Value> {
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line["message"].as_str().is_some_and(|it| it.contains(words))).collect()
    };
    let lost = told("browsers keep no cookie there");
    assert_eq!(lost.len(), 1, "{log}");
    assert_eq!(lost[0]["origin"], "https://app.example");
    let refused = told("not trusted");
    assert_eq!(refused.len(), 1, "{log}");
    assert_eq!(refused[0]["origin"], "https://app.exmaple");
}

#[test]
fn a_log_that_nobody_reads_holds_nobody_up() {
    let sandbox = Sandbox::new();
    let serving = sandbox.serve();
    let api = serving.api();
    // Several times what a pipe holds.
    for _ in 0..1000 {
        ask(&api, "/nowhere", TRACE);
    }
    assert_eq!(serving.terminate(), Some(0));
}
