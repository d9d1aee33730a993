//! The requests that this guest knows, one path each.

use crate::{
    Guest,
    bindings::{
        exports::mana::auth::exchange::{Guest as Exchange, Request, Response, Reuse, Scheme},
        mana::auth::{invalidations::Position, passwords, platform, storage},
    },
};
use std::{
    fmt::Write as _,
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// How many requests this instance has answered.
static ANSWERED: AtomicU64 = AtomicU64::new(0);

impl Exchange for Guest {
    async fn handle(request: Request) -> Response {
        let (path, query) = request.target.split_once('?').unwrap_or((request.target.as_str(), ""));
        let (path, query) = (path.to_owned(), query.to_owned());
        let (status, body) = match path.as_str() {
            "/hello" => (200, "hello".to_owned()),
            "/echo" => (200, echo(&request)),
            "/large" => (200, "x".repeat(query.parse::<usize>().unwrap_or(1) << 10)),
            "/again" | "/again/elsewhere" => return again(&query, &path),
            "/instance" => (200, ANSWERED.fetch_add(1, Relaxed).to_string()),
            "/loop" => forever(|| {}),
            "/loop-with-imports" => forever(|| {
                platform::now();
            }),
            "/long" => (200, long(&query, false).await),
            "/long-and-yielding" => (200, long(&query, true).await),
            "/yield-for-ever" => loop {
                wit_bindgen::yield_async().await;
            },
            "/trap" => panic!("as asked"),
            "/wait-and-trap" => {
                let _ = storage::query(query, vec![]).await;
                panic!("as asked")
            }
            "/wait-and-change" => {
                let _ = storage::query(query, vec![]).await;
                let statement =
                    storage::Statement { sql: "changed".to_owned(), params: vec![], expect: None };
                (200, format!("{:?}", storage::transact(vec![statement]).await))
            }
            "/grow" => (200, grow(&query)),
            "/random" => (200, format!("{:?}", platform::random(query.parse().unwrap_or(16)))),
            "/now" => (200, platform::now().to_string()),
            "/wait" => match storage::query(query, vec![]).await {
                Ok(rows) => (200, rows.rows.len().to_string()),
                Err(error) => (503, format!("{error:?}")),
            },
            "/change" => {
                let statement = storage::Statement { sql: query, params: vec![], expect: None };
                match storage::transact(vec![statement]).await {
                    Ok(affected) => (200, format!("{affected:?}")),
                    Err(error) => (503, format!("{error:?}")),
                }
            }
            "/hash" => (200, hash(request.id).await),
            "/count" => {
                platform::count(platform::Metric::SignIns, &query, 1);
                (200, String::new())
            }
            "/log" => {
                platform::log(platform::Level::Warn, "as asked", &[("word".to_owned(), query)]);
                (200, String::new())
            }
            "/nonsense" => return respond(7, "", ""),
            _ => return respond(404, "", ""),
        };
        respond(status, &path, &body)
    }
}

fn respond(status: u16, route: &str, body: &str) -> Response {
    let headers = vec![("content-type".to_owned(), b"application/json".to_vec())];
    Response { status, headers, body: body.as_bytes().to_vec(), route: route.to_owned(), reuse: None }
}

/// A new number each time, which may be given again for so many seconds, if the host agrees.
fn again(query: &str, route: &str) -> Response {
    let (what, seconds) = query.split_once('=').unwrap_or((query, ""));
    let seconds = seconds.parse().unwrap_or(3600);
    let number = ANSWERED.fetch_add(1, Relaxed).to_string();
    let (status, body) = match what {
        "created" => (201, number),
        "large" => (200, format!("{number:>8192}")),
        _ => (200, number),
    };
    let mut response = respond(status, route, &body);
    if what == "cookie" {
        response.headers.push(("set-cookie".to_owned(), b"a=b".to_vec()));
    }
    let subjects = match what {
        "nobody" => 0,
        "many" => 9,
        _ => 2,
    };
    response.reuse = Some(Reuse {
        until: platform::now() + seconds * 1000,
        subjects: (0..subjects).map(|n| format!("s:{what}{n}")).collect(),
        as_of: Position { start: 7, id: 1 },
        counts: vec![(platform::Metric::SessionReads, "cookie".to_owned())],
    });
    response
}

/// Debug formatting of ASCII text is JSON enough.
fn echo(request: &Request) -> String {
    let mut json = String::from("{");
    let scheme = match request.scheme {
        Scheme::Http => "http",
        Scheme::Https => "https",
    };
    let _ = write!(
        json,
        r#""id":{:?},"method":{:?},"target":{:?},"authority":{:?},"scheme":{scheme:?},"peer":{:?},"#,
        request.id,
        request.method,
        request.target,
        request.authority,
        if request.peer.is_empty() { "none" } else { &request.peer },
    );
    let names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
    let _ = write!(json, r#""headers":{names:?},"body":{},"#, request.body.len());
    let _ = write!(json, r#""hygiene":{}}}"#, request.caller_adds_hygiene);
    json
}

fn forever(mut each: impl FnMut()) -> ! {
    loop {
        black_box(&mut each)();
    }
}

/// Counts to so many million, and gives way after each of them if asked to.
async fn long(millions: &str, yielding: bool) -> String {
    let mut sum = 0_u64;
    for round in 0..millions.parse().unwrap_or(1_u64) {
        for step in 0..1_000_000 {
            sum = black_box(sum.wrapping_add(step ^ round));
        }
        if yielding {
            wit_bindgen::yield_async().await;
        }
    }
    sum.to_string()
}

/// Takes so many MiB and never gives them back.
fn grow(mebibytes: &str) -> String {
    let mebibytes: usize = mebibytes.parse().unwrap_or(1);
    let mut memory: Vec<u8> = Vec::new();
    if memory.try_reserve_exact(mebibytes << 20).is_err() {
        return "refused".to_owned();
    }
    memory.resize(mebibytes << 20, 1);
    black_box(&mut memory);
    std::mem::forget(memory);
    "grown".to_owned()
}

async fn hash(request: String) -> String {
    let parameters = passwords::Parameters { memory_kib: 8, iterations: 1, parallelism: 1 };
    let behalf = passwords::Behalf { request, network: None, known_device: false };
    match passwords::hash("as asked".to_owned(), parameters, None, behalf).await {
        Ok(encoded) => encoded,
        Err(error) => format!("{error:?}"),
    }
}
