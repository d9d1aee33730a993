//! Clients that don't take their answers: they are given up, and others are not.

use crate::{
    scenarios,
    service::{Stage, wire::is_reset},
};
use http::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

scenarios![
    streams_that_let_nothing_come_are_reset needs Management,
    a_stream_that_stops_in_the_middle_is_reset needs Management,
    a_connection_that_is_not_read_is_closed needs Management,
    the_management_address_gives_up_too needs Management,
    too_much_for_one_connection_costs_its_slowest needs Management,
    idle_connections_make_room needs Management,
];

/// Short, because not everywhere a test can move time.
fn patient(stage: Stage) -> Stage {
    stage.with("write_timeout_ms", "300")
}

async fn streams_that_let_nothing_come_are_reset(stage: Stage) {
    let service = patient(stage).start().await;
    let mut two = service.two(0).await;
    let mut answers = Vec::new();
    for _ in 0..15 {
        answers.push(two.call(Method::GET, "/openapi.json").await);
        answers.push(two.call(Method::GET, "/nowhere").await);
    }
    service.until_stalled(30).await;
    for answer in answers {
        assert!(is_reset(answer).await);
    }
    let head = two.call(Method::HEAD, "/openapi.json").await;
    assert_eq!(head.status(), 200, "the connection goes on");
    assert!(!is_reset(head).await);
    service.client().get("/jwks").await.is(200);
}

async fn a_stream_that_stops_in_the_middle_is_reset(stage: Stage) {
    let service = patient(stage).start().await;
    let mut two = service.two(100).await;
    let (stops, goes_on) =
        (two.call(Method::GET, "/openapi.json").await, two.call(Method::GET, "/openapi.json").await);
    assert!(!is_reset(goes_on).await);
    service.until_stalled(1).await;
    assert!(is_reset(stops).await);
}

async fn a_connection_that_is_not_read_is_closed(stage: Stage) {
    let service = patient(stage).start().await;
    let mut stream = service.connect(4096).await;
    let requests = "GET /openapi.json HTTP/1.1\r\nhost: auth.example\r\n\r\n".repeat(16);
    stream.write_all(requests.as_bytes()).await.expect("they are read");
    stream.peek(&mut [0]).await.expect("an answer begins");
    service.until_disconnected().await;
    let mut came = Vec::new();
    // The end may be a reset.
    let _ = stream.read_to_end(&mut came).await;
    let answers = came.windows(15).filter(|window| window == b"HTTP/1.1 200 OK").count();
    assert!((1..16).contains(&answers), "{answers}");
}

async fn the_management_address_gives_up_too(stage: Stage) {
    let service = patient(stage).start().await;
    let mut two = service.managing_two(0).await;
    let (metrics, missing) = (two.call(Method::GET, "/metrics").await, two.call(Method::GET, "/other").await);
    service.until_stalled(2).await;
    assert!(is_reset(metrics).await && is_reset(missing).await);
    assert_eq!(service.management(Method::GET, "/health").await.status, 200);
}

async fn too_much_for_one_connection_costs_its_slowest(stage: Stage) {
    // The least there is: 32 KiB for one connection, and an answer costs more than 6.
    let service = stage.with("send_buffer_kib", "1024").start().await;
    let mut two = service.two(0).await;
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(two.call(Method::GET, "/nowhere").await);
        service.a_moment_passes();
    }
    assert!(is_reset(answers.remove(0)).await);
    assert!(service.metrics().await.count("answers_cut", "crowded") >= 1);
}

async fn idle_connections_make_room(stage: Stage) {
    let service = stage.with("connections", "1").start().await;
    let mut two = service.two(65_535).await;
    assert!(!is_reset(two.call(Method::GET, "/nowhere").await).await);
    service.client().get("/jwks").await.is(200);
    assert_eq!(service.metrics().await.count("shed", "idle_connections"), 1);
}
