//! `mana-auth health`, as a container's health check calls it.

use crate::support::Sandbox;
use std::{fs, net::TcpListener};

#[test]
fn a_server_that_runs_is_ready_and_none_is_not() {
    let sandbox = Sandbox::new();
    let serving = sandbox.serve();
    let management = serving.started["management"].as_str().expect("an address").to_owned();
    let beside = Sandbox::new().with("MANA_AUTH_MANAGEMENT", &management);
    assert_eq!(beside.run(&["health"]).success(), "ready\n");
    assert_eq!(beside.run(&["health", "--live"]).success(), "live\n");
    fs::rename(sandbox.path("data/auth.db"), sandbox.path("data/away")).expect("moved");
    let outcome = beside.run(&["health"]);
    assert!(outcome.refusal(1).starts_with("not ready: the database file was removed"), "{outcome:?}");
    assert_eq!(beside.run(&["health", "--live"]).success(), "live\n");
    fs::rename(sandbox.path("data/away"), sandbox.path("data/auth.db")).expect("moved back");
    assert_eq!(serving.terminate(), Some(0));
    let outcome = beside.run(&["health"]);
    assert!(outcome.refusal(1).starts_with(&format!("not ready: {management}: ")), "{outcome:?}");
}

#[test]
fn who_says_nothing_is_not_ready() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("its address").to_string();
    let sandbox = Sandbox::new().with("MANA_AUTH_MANAGEMENT", &address);
    assert!(sandbox.run(&["health"]).refusal(1).ends_with("no answer in time"));
    let off = Sandbox::new().with("MANA_AUTH_MANAGEMENT", "off");
    assert!(off.run(&["health"]).refusal(2).starts_with("management: is off"));
}
