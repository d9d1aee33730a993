//! `mana-auth user import`.

use crate::support::Sandbox;
use serde_json::Value;
use std::{fmt::Write as _, fs, process::Command, thread};

const BCRYPT: &str = "$2b$04$vHCJrR2cC7cJ0kpa2C0EGe2OJ1pXn4cCVsPvxwAuPkyp4BuSN6ZYi";
const CREATED: &str = "2024-02-29T12:00:00Z";

fn line(id: &str, email: &str, members: &str) -> String {
    format!(r#"{{"id":"{id}","email":"{email}","createdAt":"{CREATED}"{members}}}"#) + "\n"
}

fn people(count: usize) -> String {
    let mut text = String::new();
    for n in 0..count {
        let hash = format!(",\"passwordHash\":\"{BCRYPT}\"");
        text.push_str(&line(&format!("person-{n}"), &format!("person{n}@example.org"), &hash));
    }
    text
}

fn shown(sandbox: &Sandbox, user: &str) -> Value {
    let text = sandbox.run(&["user", "show", user, "--json"]).success();
    serde_json::from_str(&text).expect("JSON")
}

fn events(sandbox: &Sandbox) -> usize {
    sandbox
        .run(&["audit", "list", "--json", "--type", "account_imported", "--limit", "100000"])
        .success()
        .lines()
        .count()
}

fn counts(added: usize, without_password: usize, known: usize, skipped: usize) -> String {
    format!(
        "database  ./data/auth.db\nadded     {added}, of them {without_password} without a password\nknown     {known}\nskipped   {skipped}\n"
    )
}

/// Where a server ran before.
fn with_a_database() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run_with(&["user", "create", "here@example.org"], "four otters paint lighthouses\n").success();
    sandbox
}

#[test]
fn people_come_with_what_they_had_and_once() {
    let sandbox = with_a_database();
    let all = format!(
        r#","updatedAt":1709294400000,"name":"Ada","image":"https://cdn.example/a.png","role":"admin","emailVerified":true,
           "appMetadata":{{"plan":"pro"}},"passwordHash":"{BCRYPT}""#
    )
    .replace('\n', "");
    let banned =
        r#","banned":true,"banReason":"spam","banExpires":"2999-01-01T00:00:00Z","role":null,"image":"""#;
    let text = line("KQ7xT0fN2sYbR4mVwE9uJcL1hGz8oPdA", "Ada@Example.ORG", &all)
        + &line("7", "bob@example.org", banned);
    sandbox.write("people.jsonl", &text);
    let told = sandbox.run(&["user", "import", "people.jsonl", "--dry-run"]).success();
    assert_eq!(told, counts(2, 1, 0, 0).replacen("added ", "to add", 1));
    assert_eq!(sandbox.run(&["user", "show", "ada@example.org"]).refusal(1), "no such user");
    assert_eq!(events(&sandbox), 0);

    assert_eq!(sandbox.run(&["user", "import", "people.jsonl"]).success(), counts(2, 1, 0, 0));
    let ada = shown(&sandbox, "ada@example.org");
    assert_eq!(ada["id"], "KQ7xT0fN2sYbR4mVwE9uJcL1hGz8oPdA");
    assert_eq!((&ada["name"], &ada["role"]), (&"Ada".into(), &"admin".into()));
    assert_eq!((&ada["image"], &ada["emailVerified"]), (&"https://cdn.example/a.png".into(), &true.into()));
    assert_eq!(
        (&ada["createdAt"], &ada["updatedAt"]),
        (&"2024-02-29T12:00:00Z".into(), &"2024-03-01T12:00:00Z".into())
    );
    assert_eq!(ada["appMetadata"]["plan"], "pro");
    let bob = shown(&sandbox, "7");
    assert_eq!((&bob["banned"], &bob["role"], &bob["image"]), (&true.into(), &"user".into(), &Value::Null));
    assert_eq!(events(&sandbox), 2);

    // Again, from a pipe, after one of them was changed here.
    sandbox.run(&["user", "set-role", "7", "service"]).success();
    assert_eq!(sandbox.run_with(&["user", "import", "-"], &text).success(), counts(0, 0, 2, 0));
    assert_eq!(shown(&sandbox, "7")["role"], "service");
    assert_eq!(events(&sandbox), 2);
}

#[test]
fn each_line_that_cannot_be_taken_is_named_and_the_others_come() {
    let sandbox = with_a_database();
    let here = shown(&sandbox, "here@example.org")["id"].as_str().expect("an id").to_owned();
    let hash = |encoded: &str| format!(",\"passwordHash\":\"{encoded}\"");
    let argon2 = |memory: u32| {
        hash(&format!(
            "$argon2id$v=19$m={memory},t=2,p=1$c29tZXNhbHRzb21lc2FsdA$YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE"
        ))
    };
    let lines: Vec<(String, Option<String>)> = vec![
        (line("a", "first@example.org", &argon2(19_456)), None),
        (line("b", " FIRST@example.org", ""), Some("email: in its normal form, it is that of line 1".into())),
        (line("a", "other@example.org", ""), Some("id: it is that of line 1".into())),
        (line("a", "first@example.org", ""), Some("id: it is that of line 1".into())),
        (
            line("c", "HERE@example.org", ""),
            Some(format!("email: in its normal form, it is that of the account {here:?}")),
        ),
        (
            line(&here, "there@example.org", ""),
            Some("id: it is that of an account with another address".into()),
        ),
        (
            line("d", "d@example.org", ",\"role\":\"owner\""),
            Some("role: must be user, admin or service".into()),
        ),
        (line("e e", "e@example.org", ""), Some("id: must be 1 to 64 letters, digits, `_` and `-`".into())),
        (line("f", "f@localhost", ""), Some("email: must be an e-mail address".into())),
        (line("g", "g@example.org", &argon2(300_000)), Some("passwordHash: ".into())),
        (line("h", "h@example.org", &hash(&BCRYPT.replace("$04$", "$15$"))), Some("passwordHash: ".into())),
        (line("i", "i@example.org", &hash("correct horse")), Some("passwordHash: ".into())),
        (line("j", "j@example.org", &hash("")), Some("passwordHash: ".into())),
        (line("k", "k@example.org", ",\"appMetadata\":{\"a\":1,\"a\":2}"), Some("appMetadata: ".into())),
        (
            line("l", "l@example.org", ",\"updatedAt\":99999999999999"),
            Some("updatedAt: must not be in the future".into()),
        ),
        (line("m", "m@example.org", ",\"name\":\"a\\nb\""), Some("name: ".into())),
        (line("n", "n@example.org", ",\"image\":\"javascript:alert(1)\""), Some("image: ".into())),
        (
            line("o", "o@example.org", ",\"banned\":true,\"banReason\":\"a\\u0000\""),
            Some("banReason: ".into()),
        ),
        (
            line("p", "p@example.org", &format!(",\"name\":\"{}\"", "x".repeat(64 << 10))),
            Some("must be at most 64 KiB".into()),
        ),
        ("{\"id\":\"q\"\n".into(), Some("must be one JSON object".into())),
        (
            line("r", "r@example.org", ",\"password\":\"x\""),
            Some("password: is no member of an account".into()),
        ),
        ("\n".into(), None),
        (line("last", "last@example.org", "").trim_end().into(), None),
    ];
    let mut bytes = Vec::new();
    for (number, (text, _)) in lines.iter().enumerate() {
        bytes.extend_from_slice(text.as_bytes());
        // One more, which is not UTF-8.
        if number == lines.len() - 2 {
            bytes.extend_from_slice(b"{\"id\":\"\xff\"}\n");
        }
    }
    fs::write(sandbox.path("people.jsonl"), bytes).expect("a file");
    for (run, told) in [(0, counts(2, 1, 0, 21)), (1, counts(0, 0, 2, 21))] {
        let outcome = sandbox.run(&["user", "import", "people.jsonl"]);
        assert_eq!((outcome.code, &outcome.stdout), (Some(1), &told), "{run}: {}", outcome.stderr);
        let mut expected =
            lines.iter().enumerate().filter_map(|(index, (_, problem))| Some((index + 1, problem.as_ref()?)));
        let named: Vec<_> = outcome.stderr.lines().filter(|line| line.starts_with("line ")).collect();
        // What can't be read at all is named before those that were read with it are judged.
        for named in &named {
            assert!(!named.contains("correct horse"), "{named}");
        }
        assert!(
            expected.all(|(number, problem)| named
                .iter()
                .any(|line| line.starts_with(&format!("line {number}: {problem}")))),
            "{named:#?}"
        );
        assert!(named.contains(&"line 23: must be UTF-8"), "{named:#?}");
        assert!(outcome.stderr.ends_with("mana-auth: lines that can't be taken: 21\n"), "{}", outcome.stderr);
    }
}

#[test]
fn a_clash_is_named_alike_by_a_trial_and_far_apart() {
    let sandbox = with_a_database();
    let mut text = people(600);
    write!(text, "{}{}", line("person-3", "again@example.org", ""), line("late", "PERSON5@example.org", ""))
        .expect("text");
    sandbox.write("people.jsonl", &text);
    for arguments in
        [&["user", "import", "people.jsonl", "--dry-run"][..], &["user", "import", "people.jsonl"]]
    {
        let outcome = sandbox.run(arguments);
        let named: Vec<_> = outcome.stderr.lines().filter(|line| line.starts_with("line ")).collect();
        let expected = [
            "line 601: id: it is that of line 4",
            "line 602: email: in its normal form, it is that of line 6",
        ];
        assert_eq!(named, expected, "{arguments:?}");
    }
}

#[test]
fn a_killed_import_goes_on_where_it_was() {
    const PEOPLE: usize = 20_000;
    let sandbox = with_a_database();
    sandbox.write("people.jsonl", &people(PEOPLE));
    let mut child = Command::new(env!("CARGO_BIN_EXE_mana-auth"))
        .args(["--data", "data", "user", "import", "people.jsonl"])
        .current_dir(sandbox.path(""))
        .spawn()
        .expect("the program starts");
    let database = sandbox.path("data").join("auth.db");
    let count = || {
        let database = rusqlite::Connection::open(&database).ok()?;
        database.query_row("SELECT count(*) FROM users", [], |row| row.get::<_, usize>(0)).ok()
    };
    while count().unwrap_or(0) <= 1 {
        assert!(child.try_wait().expect("a state").is_none(), "it was through before anybody came");
        thread::yield_now();
    }
    child.kill().expect("a kill");
    child.wait().expect("its end");
    let came = count().expect("a database") - 1;
    assert!(came < PEOPLE, "it was through before it was killed");
    let told = sandbox.run(&["user", "import", "people.jsonl"]).success();
    assert_eq!(told, counts(PEOPLE - came, 0, came, 0));
    assert_eq!((count(), events(&sandbox)), (Some(PEOPLE + 1), PEOPLE));
}

#[test]
fn what_is_no_file_ends_with_2() {
    let sandbox = Sandbox::new();
    assert!(sandbox.run(&["user", "import", "none.jsonl"]).refusal(2).starts_with("none.jsonl: "));
    sandbox.write("people.jsonl", &people(1));
    for arguments in
        [&["user", "import", "people.jsonl"][..], &["user", "import", "people.jsonl", "--dry-run"]]
    {
        let outcome = sandbox.run(arguments);
        assert!(outcome.refusal(2).starts_with("data: ./data/auth.db does not exist"), "{outcome:?}");
    }
    assert_eq!(sandbox.names(), ["people.jsonl"], "nothing is made for it");
}

/// Of what nobody reads, nothing is said, and all that can be is brought.
#[test]
fn it_goes_on_where_nobody_reads_what_it_says() {
    let sandbox = with_a_database();
    let mut text = "{}\n".repeat(20_000);
    text.push_str(&people(1));
    sandbox.write("people.jsonl", &text);
    let script = format!(
        "{} user import people.jsonl 2>&1 >counts | head -n 1; exit ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_mana-auth")
    );
    let outcome =
        Command::new("bash").args(["-c", &script]).current_dir(sandbox.path("")).output().expect("bash");
    assert_eq!(outcome.status.code(), Some(1), "{outcome:?}");
    assert_eq!(String::from_utf8_lossy(&outcome.stdout), "line 1: id: is required\n");
    assert_eq!(fs::read_to_string(sandbox.path("counts")).expect("counts"), counts(1, 0, 0, 20_000));
}
