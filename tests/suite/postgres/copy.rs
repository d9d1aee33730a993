//! A single server's database, brought to PostgreSQL by `mana-auth copy`.

use crate::{
    client::Client,
    process::{body, settings, shared},
    runner::{
        Runner as _, Settings,
        binary::{Binary, command},
        postgres::Mortal,
    },
};
use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
};
use tempfile::TempDir;

const PEOPLE: usize = 5;

pub async fn people_stay_signed_in_on_the_server_that_they_are_copied_to() {
    let folder = TempDir::new().expect("a folder");
    let database = Mortal::start();
    let mut single = Binary::start(&[], folder.path(), &settings()).expect("a start");
    let before = shared(&[&single]);
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let (client, body) = (Client::new(before.clone()), body(&format!("{number}@example.org")));
        client.post("/register", body.clone()).await.is(201);
        client.post("/login", body).await.ok();
        client.get("/session").await.ok();
        people.push(client);
    }
    let gone = people.pop().expect("somebody");
    let cookies_of_gone = gone.before(&before);
    gone.post("/logout", serde_json::json!({})).await.ok();
    done(command(&[], folder.path(), &settings()).args(["maintenance", "run"]));
    refused(&mut copy(folder.path(), &database.url()), "is in use: stop the server first");
    single.terminate();
    // Interrupted after some tables, it is no database to serve from.
    interrupt(copy(folder.path(), &database.url()));
    let on_server = on(&database.url());
    let told = Binary::start(&[], folder.path(), &on_server).err().expect("no start");
    assert!(told.contains("the database"), "{told}");
    done(&mut copy(folder.path(), &database.url()));
    for table in ["users", "sessions", "security_events", "invalidations", "refresh_tokens"] {
        let here = rusqlite::Connection::open(single.database()).expect("the file");
        let count = format!("SELECT count(*) FROM {table}");
        let rows: i64 = here.query_row(&count, [], |row| row.get(0)).expect("a number");
        let copied: i64 = database.prompt().await.query_one(&count, &[]).await.expect("a number").get(0);
        assert_eq!(copied, rows, "{table}");
    }
    // Once is enough.
    refused(&mut copy(folder.path(), &database.url()), "a copy needs a new one");
    let server = Binary::start(&[], folder.path(), &on_server).expect("a start on the server");
    let after = shared(&[&server]);
    for (number, person) in people.iter().enumerate() {
        let session = person.before(&after).get("/session").await.ok();
        assert_eq!(session["user"]["email"], format!("{number}@example.org"));
    }
    cookies_of_gone.before(&after).get("/session").await.refused("UNAUTHENTICATED");
    // What reports changes, and was still for the copy, does again.
    let fresh = people[0].before(&after);
    fresh.get("/session").await.ok();
    let ended = "DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = '0@example.org')";
    assert_eq!(database.prompt().await.execute(ended, &[]).await.expect("a change"), 1);
    fresh.get("/session").await.refused("UNAUTHENTICATED");
    Client::new(after).post("/register", body("new@example.org")).await.is(201);
    done(command(&[], folder.path(), &on_server).args(["maintenance", "run"]));
    done(command(&[], folder.path(), &on_server).args(["audit", "verify"]));
}

fn on(url: &str) -> Settings {
    let mut settings = settings();
    settings.insert("database_url".to_owned(), url.to_owned());
    settings
}

fn copy(folder: &Path, to: &str) -> Command {
    let mut copy = command(&[], folder, &settings());
    copy.args(["copy", "--to", to]);
    copy
}

#[track_caller]
fn done(command: &mut Command) {
    let output = command.output().expect("an end");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[track_caller]
fn refused(command: &mut Command, why: &str) {
    let output = command.output().expect("an end");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(why), "{told}");
}

/// Kills it once it has told of some tables.
fn interrupt(mut copy: Command) {
    let mut copying = copy.stdout(Stdio::piped()).spawn().expect("a start");
    let told = BufReader::new(copying.stdout.take().expect("its output"));
    let tables = told.lines().take(20).filter(Result::is_ok).count();
    assert_eq!(tables, 20);
    copying.kill().expect("SIGKILL");
    copying.wait().expect("its end");
}
