//! Whoever hashes without end waits for himself.

use crate::{
    client::Client,
    scenarios,
    service::{
        PASSWORD, Service, Stage,
        guesses::{ANA, right},
    },
};
use futures::future::join_all;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

scenarios![a_house_of_many_networks_keeps_nobody_out_of_a_known_device needs Files];

/// How many sign in at a time, from as many networks of one /56: more than there are places.
const MANY: usize = 24;

/// With accounts and devices of their own, and right passwords.
async fn a_house_of_many_networks_keeps_nobody_out_of_a_known_device(stage: Stage) {
    let stage = stage.with("trusted_proxies", "127.0.0.1").with("password_threads", "1");
    let stage = stage.with("password_queue", "8").with("password_memory_kib", "8192");
    let service = stage.start().await;
    let ana = service.someone().await;
    let house: Vec<(Client, String)> = join_all((0..MANY).map(|n| move_in(&service, n))).await;
    let over = AtomicBool::new(false);
    let hammer = async |(client, address): &(Client, String)| {
        while !over.load(SeqCst) {
            let body = json!({ "email": format!("{}@example.org", &address[12..]), "password": PASSWORD });
            // With the cookie of the last one: each is of a known device.
            client.post("/login", body).header("x-forwarded-for", address).await;
        }
    };
    let flood = join_all(house.iter().map(hammer));
    let owner = async {
        let mut got_in = 0;
        for _ in 0..19 {
            let request = ana.client.post("/login", right()).header("x-forwarded-for", "2001:db8:cc::1");
            got_in += u32::from(request.await.status == 200);
        }
        over.store(true, SeqCst);
        got_in
    };
    let (_, got_in) = futures::join!(flood, owner);
    assert_eq!(got_in, 19, "{ANA}");
}

/// An account and a device of theirs, in a network of their own.
async fn move_in(service: &Service, n: usize) -> (Client, String) {
    let address = format!("2001:db8:aa:bb{n:02x}::1");
    let client = service.client();
    let body = json!({ "email": format!("{}@example.org", &address[12..]), "password": PASSWORD });
    for path in ["/register", "/login"] {
        // A full queue is no refusal.
        while client.post(path, body.clone()).header("x-forwarded-for", &address).await.status == 503 {}
    }
    (client, address)
}
