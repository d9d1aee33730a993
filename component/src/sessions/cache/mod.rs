//! The session cache: the finished answer about a session, sealed into a cookie that its own client keeps.
//!
//! ```text
//! cookie ─ remembered, or opened ─▶ of this session cookie, this day, this lifetime? ─▶ touched since it was read?
//!                                                                                         ├ no: that is the answer
//!            whatever is wrong: ignored, and the database decides ◀───────────────────────┘
//! ```
//!
//! It answers reads only. Nothing in it is believed longer than `session_cache_seconds` after it was sealed, nor a day
//! after the database was read.

mod jwe;

use super::{Lifetime, Session, activity};
use crate::{
    context::Context,
    invalidations::{self, Answer, Position, Subject},
    memory::Memory,
    platform::{self, Metric},
    secrets::CookieSecret,
    time::{Span, Time},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jwe::Sealer;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::{Arc, Mutex};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// The longest cookie, in bytes: browsers drop what exceeds 4,096 with its name and attributes.
const LONGEST: usize = 3800;
/// How long what was read from the database is believed, however often it is sealed anew.
const READ_LIFETIME: Span = Span::hours(24);

/// The cookies that were opened.
static OPENED: Memory<Opened> = Memory::new();

/// What a cookie says. Times are milliseconds since the Unix epoch.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    sealed_at: i64,
    /// When the database was read.
    read_at: i64,
    /// When the session ends.
    expires_at: i64,
    /// When the session's end is to be moved next; none where it no longer can be.
    slides_at: Option<i64>,
    last_activity_at: i64,
    /// What the answer covers.
    as_of: String,
    /// SHA-256 of the session cookie that it belongs to, in base64url.
    cookie: String,
    session: Uuid,
    user: Uuid,
    /// The answer of `GET /session`.
    answer: Box<RawValue>,
}

struct Opened {
    payload: Payload,
    held: Mutex<Held>,
}

#[derive(Clone, Copy)]
struct Held {
    as_of: Position,
    active_at: Time,
}

/// An answer about a session that holds at this moment.
pub struct Cached {
    opened: Arc<Opened>,
    /// The cookie in place of the one that came, where that has grown old.
    pub renewed: Option<String>,
}

impl Cached {
    /// The body of the answer of `GET /session`.
    #[must_use]
    pub fn answer(&self) -> &str {
        self.opened.payload.answer.get()
    }
}

/// What the cookie says, if it holds for this session cookie at this moment; else none, and the database decides.
pub async fn read(ctx: &Context, cookie: &CookieSecret, sealed: &str) -> Option<Cached> {
    let lifetime = ctx.settings.session_cache?;
    let opened = open(ctx, sealed)?;
    let payload = &opened.payload;
    if !bool::from(payload.cookie.as_bytes().ct_eq(hash(cookie).as_bytes()))
        || !payload.holds(ctx.now, lifetime)
    {
        return None;
    }
    let held = opened.held();
    let subjects = [Subject::Session(payload.session), Subject::User(payload.user)];
    let Answer::Current(as_of) = invalidations::check(&subjects, held.as_of).await else { return None };
    OPENED.insert(sealed, Arc::clone(&opened));
    let active_at = activity::note(payload.session, held.active_at, ctx.now);
    opened.hold(Held { as_of, active_at });
    platform::count(Metric::SessionReads, "cookie", 1);
    let renewed = payload.is_old(ctx.now, lifetime).then(|| {
        let payload = Payload {
            sealed_at: ctx.now.0,
            last_activity_at: active_at.0,
            as_of: as_of.to_string(),
            cookie: payload.cookie.clone(),
            answer: payload.answer.clone(),
            ..*payload
        };
        payload.seal(ctx)
    });
    Some(Cached { opened, renewed: renewed.flatten() })
}

/// Seals an answer of `GET /session`; none where that is not wanted, or the answer too long.
pub fn seal(
    ctx: &Context,
    session: &Session,
    cookie: &CookieSecret,
    as_of: Position,
    answer: String,
) -> Option<String> {
    ctx.settings.session_cache?;
    let slides_at =
        Lifetime::new(session.remember_me).slides_at(session.expires_at, session.absolute_expires_at);
    let payload = Payload {
        sealed_at: ctx.now.0,
        read_at: ctx.now.0,
        expires_at: session.ends_at().0,
        slides_at: slides_at.map(|time| time.0),
        last_activity_at: session.last_activity_at.0,
        as_of: as_of.to_string(),
        cookie: hash(cookie),
        session: session.id,
        user: session.user_id,
        answer: RawValue::from_string(answer).ok()?,
    };
    payload.seal(ctx)
}

fn sealer(ctx: &Context) -> Option<Arc<Sealer>> {
    Sealer::at(ctx.now, &ctx.settings.keyring, ctx.settings.public_url.as_str())
}

fn hash(cookie: &CookieSecret) -> String {
    URL_SAFE_NO_PAD.encode(cookie.hash())
}

fn open(ctx: &Context, sealed: &str) -> Option<Arc<Opened>> {
    // With the day its key changes; what is remembered was opened with one of the past, but says when it was sealed.
    if let Some(opened) = OPENED.get(sealed) {
        return Some(opened);
    }
    let text = sealer(ctx)?.open(sealed)?;
    let payload: Payload = serde_json::from_slice(&text).ok()?;
    let held = Held { as_of: payload.as_of.parse().ok()?, active_at: Time(payload.last_activity_at) };
    Some(Arc::new(Opened { payload, held: Mutex::new(held) }))
}

impl Payload {
    fn seal(&self, ctx: &Context) -> Option<String> {
        let text = serde_json::to_vec(self).ok()?;
        let sealed = sealer(ctx)?.seal(platform::random(), text)?;
        (sealed.len() <= LONGEST).then_some(sealed)
    }

    /// By today's configuration, whatever it was when the cookie was sealed.
    fn holds(&self, now: Time, lifetime: Span) -> bool {
        let (sealed_at, read_at) = (Time(self.sealed_at), Time(self.read_at));
        read_at <= sealed_at
            && sealed_at <= now
            && now < sealed_at + lifetime
            && now < read_at + READ_LIFETIME
            && now < Time(self.expires_at)
            && self.slides_at.is_none_or(|slides_at| now < Time(slides_at))
    }

    /// Whether four fifths of its life are over.
    fn is_old(&self, now: Time, lifetime: Span) -> bool {
        now >= Time(self.sealed_at) + lifetime.four_fifths()
    }
}

impl Opened {
    fn held(&self) -> Held {
        // Only a panic elsewhere can poison it, and that ends the instance.
        let first = || Held { as_of: Position::default(), active_at: Time(self.payload.last_activity_at) };
        self.held.lock().map_or_else(|_| first(), |held| *held)
    }

    fn hold(&self, next: Held) {
        if let Ok(mut held) = self.held.lock() {
            *held = next;
        }
    }
}
