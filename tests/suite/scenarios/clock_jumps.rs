//! A clock that is set, either way: by an operator, a time server, or a virtual machine that slept.

use crate::{
    jwt::Jwt,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Person, Service, Stage},
    shape,
};
use mana_auth::random::{Random as _, SeededRandom};
use serde_json::{Value, json};
use std::time::Duration;

scenarios![
    whatever_the_clock_does_the_service_goes_on needs Clock Management,
    put_back_an_hour_sessions_are_opened_and_last needs Clock Sqlite,
    put_back_an_hour_a_token_is_renewed needs Clock Sqlite,
    put_back_after_a_change_of_password_tokens_are_accepted needs Clock Sqlite,
    put_back_before_the_first_key_it_signs needs Clock Sqlite,
    put_back_a_year_no_session_lives_so_much_longer needs Clock Sqlite,
    put_back_housekeeping_goes_on_and_tells needs Clock Sqlite,
    a_jump_is_counted needs Clock Management,
];

const SECOND: i64 = 1000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;
const ANA: &str = "ana@example.org";

/// Chance that repeats itself.
struct Dice(SeededRandom);

impl Dice {
    /// A number in the range.
    fn roll(&mut self, range: std::ops::Range<i64>) -> i64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes).expect("a sequence without end");
        let width = range.end.abs_diff(range.start);
        range.start.saturating_add_unsigned(u64::from_be_bytes(bytes) % width)
    }

    /// One of these.
    fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let length = i64::try_from(all.len()).expect("a few");
        (length > 0).then(|| &all[usize::try_from(self.roll(0..length)).expect("an index")])
    }
}

/// Sets the calendar so many milliseconds ahead, or back.
fn set(service: &Service, by: i64) {
    let clock = service.clock();
    clock.set(service.now().saturating_add_signed(by));
}

fn session_is(by: &Value) -> String {
    shape::text(&Jwt::parse(&shape::text(&by["accessToken"])).claims["sid"])
}

/// Sign-ins, refreshes, sign-outs and housekeeping, while the clock is set at random by up to two years. Nothing fails but for
/// what a client did; what was just opened is good; what was ended stays ended.
async fn whatever_the_clock_does_the_service_goes_on(stage: Stage) {
    let seeds = if std::env::var_os("MANA_TEST_LONG").is_some() { 50 } else { 2 };
    for seed in 0..seeds {
        walk(stage.clone().start().await, seed).await;
    }
}

async fn walk(service: Service, seed: u64) {
    const STEPS: usize = 150;
    let mut dice = Dice(SeededRandom::new(seed));
    service.register(ANA).await;
    let mut ended: Vec<Person> = Vec::new();
    let mut open: Vec<Person> = Vec::new();
    for step in 0..STEPS {
        match dice.roll(0..8) {
            0 | 1 => {
                let furthest = *dice.pick(&[5 * SECOND, 2 * HOUR, 40 * DAY, 730 * DAY]).expect("one");
                set(&service, dice.roll(-furthest..furthest));
            }
            2 => service.advance(Duration::from_secs(dice.roll(0..7200).unsigned_abs())),
            3 => service.tick().await,
            4 | 5 => {
                let ana = service.sign_in(ANA).await;
                assert!(ana.is_signed_in().await, "seed {seed}, step {step}: a session just opened");
                open.push(ana);
            }
            6 => {
                if let Some(ana) = open.last_mut() {
                    let answer =
                        service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await;
                    if answer.status == 200 {
                        let next = answer.ok();
                        (ana.access, ana.refresh) =
                            (shape::text(&next["accessToken"]), shape::text(&next["refreshToken"]));
                        let session = service.client().get("/session").bearer(&ana.access).await;
                        assert_eq!(session.status, 200, "seed {seed}, step {step}: a token just issued");
                    } else {
                        answer.refused("INVALID_REFRESH_TOKEN");
                    }
                }
            }
            _ => {
                if let Some(ana) = open.pop() {
                    let token = json!({ "refreshToken": ana.refresh });
                    service.client().post("/logout", token).await.ok();
                    ended.push(ana);
                }
            }
        }
        if let Some(ana) = dice.pick(&ended) {
            let by_cookie = ana.client.get("/session").await;
            let by_token = service.client().get("/session").bearer(&ana.access).await;
            assert_eq!(
                (by_cookie.status, by_token.status),
                (401, 401),
                "seed {seed}, step {step}: an ended session"
            );
        }
    }
    let events =
        "SELECT count(*) FROM security_events WHERE event_type IN ('events_lost', 'suspicious_activity')";
    assert_eq!(service.number(events), 0, "seed {seed}");
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE leaf IS NULL"), 0, "seed {seed}");
}

async fn put_back_an_hour_sessions_are_opened_and_last(stage: Stage) {
    let service = stage.start().await;
    let before = service.someone().await;
    set(&service, -HOUR);
    before.client.get("/session").await.ok();
    let after = service.sign_in(ANA).await;
    assert!(after.is_signed_in().await);
    let next = service.client().post("/refresh", json!({ "refreshToken": after.refresh })).await.ok();
    assert_eq!(session_is(&next), after.sid());
}

async fn put_back_an_hour_a_token_is_renewed(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.client().get("/session").bearer(&ana.access).await.ok();
    set(&service, -HOUR);
    // It was issued in what is the future now. A client refreshes on that.
    service.client().get("/session").bearer(&ana.access).await.refused("TOKEN_EXPIRED");
    let next = service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    service.client().get("/session").bearer(&shape::text(&next["accessToken"])).await.ok();
}

async fn put_back_after_a_change_of_password_tokens_are_accepted(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let change = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
    let changed = service.client().post("/change-password", change).bearer(&ana.access).await.ok();
    set(&service, -HOUR);
    let refresh = json!({ "refreshToken": changed["refreshToken"] });
    let next = service.client().post("/refresh", refresh).await.ok();
    service.client().get("/session").bearer(&shape::text(&next["accessToken"])).await.ok();
    // What the change left behind stays behind.
    set(&service, HOUR);
    service.client().get("/session").bearer(&ana.access).await.refused("TOKEN_EXPIRED");
}

async fn put_back_before_the_first_key_it_signs(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    // Housekeeping that has read the clock before would take what is opened now for long over.
    service.tick().await;
    set(&service, -400 * DAY);
    let ana = service.sign_in(ANA).await;
    ana.client.get("/session").await.ok();
    service.client().get("/session").bearer(&ana.access).await.ok();
    // Housekeeping makes the key that is due at this time, and later ones in theirs.
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM jwks"), 2);
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM jwks"), 2);
    let ana = service.sign_in(ANA).await;
    assert!(ana.is_signed_in().await);
}

async fn put_back_a_year_no_session_lives_so_much_longer(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    set(&service, 365 * DAY);
    let ahead = service.sign_in(ANA).await;
    set(&service, -365 * DAY);
    assert!(ahead.is_signed_out().await);
    assert_eq!(
        service.sign_in(ANA).await.client.get("/sessions").await.ok().as_array().map(Vec::len),
        Some(1)
    );
}

async fn put_back_housekeeping_goes_on_and_tells(stage: Stage) {
    let service = stage.start().await;
    service.someone().await;
    service.tick().await;
    // Somebody died with the lease, in what is the future now.
    let lease = service.now() + 365 * 86_400_000;
    service.sql(&format!("UPDATE leases SET expires_at = {lease}"));
    set(&service, -HOUR);
    service.sign_in(ANA).await;
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE leaf IS NULL"), 0);
    assert_eq!(service.number("SELECT expires_at FROM leases"), 0);
}

async fn a_jump_is_counted(stage: Stage) {
    let service = stage.start().await;
    let jumps = async || {
        let text = service.metrics().await.text;
        let sample = text.lines().find_map(|line| line.strip_prefix("mana_auth_clock_jumps_total "));
        sample.expect("a sample").parse::<u64>().expect("a number")
    };
    assert_eq!(jumps().await, 0);
    for (by, counted) in [(-HOUR, 1), (5 * SECOND, 1), (HOUR, 2)] {
        set(&service, by);
        service.tick().await;
        assert_eq!(jumps().await, counted, "{by}");
    }
}
