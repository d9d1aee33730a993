//! Delivering the mails that are due.

use super::{
    message::message,
    rows::{self, LIFETIME, Waiting},
};
use crate::{
    commit::Change,
    context::Context,
    error::Failure,
    events::{Event, EventType},
    mailer::{self, Outcome},
    once_per_interval::OncePerInterval,
    outbox::Content,
    platform::{self, Level, Metric},
    settings::MailSettings,
    time::Span,
};
use futures_util::future::join_all;

/// How many mails one call delivers, at once.
const BATCH: u32 = 4;

/// The first wait after an attempt that failed; each further one is twice as long, up to the longest.
const FIRST_WAIT: Span = Span::seconds(10);
const LONGEST_WAIT: Span = Span::hours(1);

/// When the operator was told that mails are put off. Each mail of an outage tells why in `mana-auth mail list`.
static PUT_OFF: OncePerInterval<()> = OncePerInterval::new(Span::minutes(1));

/// What a mail is delivered with.
struct Delivery<'a> {
    ctx: &'a Context,
    settings: &'a MailSettings,
    holder: [u8; 16],
}

/// Delivers mails that are due, and returns whether there may be more.
///
/// # Errors
///
/// Where storage fails. What was handed over and could not be removed is handed over once more, later.
pub async fn deliver(ctx: &Context) -> Result<bool, Failure> {
    let Some(settings) = &ctx.settings.mail else { return Ok(false) };
    if !rows::is_any_due(ctx.now).await? {
        return Ok(false);
    }
    let delivery = Delivery { ctx, settings, holder: platform::random() };
    let mut change = Change::new();
    let taken = change.add(rows::take(&delivery.holder, BATCH, ctx.now));
    let committed = change.commit(ctx).await?;
    let held = rows::held(&delivery.holder).await?;
    let outcomes = join_all(held.into_iter().map(|waiting| delivery.attempt(waiting))).await;
    outcomes.into_iter().collect::<Result<(), _>>()?;
    Ok(committed[taken] == u64::from(BATCH))
}

impl Delivery<'_> {
    /// Delivers one mail, or puts it off.
    async fn attempt(&self, waiting: Waiting) -> Result<(), Failure> {
        let content = Content::open(&waiting.content, &self.ctx.settings.keyring, &waiting.id);
        let Some(content) = content else { return self.fail(&waiting, "it can't be opened").await };
        // Written for nobody, too: what is dropped costs the same up to here.
        let Some(message) = message(&self.ctx.settings.theme, self.settings, &waiting.id, &content) else {
            return self.fail(&waiting, "a field of it holds control characters").await;
        };
        if content.is_to_nobody() {
            return self.done(&waiting, "nobody").await;
        }
        match mailer::send(message).await {
            Outcome::Accepted => self.done(&waiting, "accepted").await,
            Outcome::Later(reason) => self.put_off(&waiting, &reason).await,
            Outcome::Never(reason) => self.fail(&waiting, &reason).await,
        }
    }

    async fn done(&self, waiting: &Waiting, outcome: &'static str) -> Result<(), Failure> {
        let mut change = Change::new();
        change.add_counted(Metric::Mails, outcome, rows::remove(waiting, &self.holder));
        change.commit(self.ctx).await.map(drop)
    }

    async fn put_off(&self, waiting: &Waiting, reason: &str) -> Result<(), Failure> {
        // Read anew: handing a mail over may have taken half a minute.
        let due_at = platform::now() + wait(waiting.attempts, platform::random());
        if due_at >= waiting.created_at + LIFETIME {
            return self.fail(waiting, reason).await;
        }
        platform::count(Metric::Mails, "later", 1);
        if PUT_OFF.is_first((), self.ctx.now) {
            self.ctx.log(Level::Warn, "mails are put off", &[("why", reason), ("mail", waiting.id.as_str())]);
        }
        Change::of(rows::put_off(waiting, &self.holder, due_at, reason)).commit(self.ctx).await.map(drop)
    }

    async fn fail(&self, waiting: &Waiting, reason: &str) -> Result<(), Failure> {
        let fields = [("why", reason), ("mail", waiting.id.as_str()), ("kind", waiting.kind.as_str())];
        self.ctx.log(Level::Warn, "a mail was given up", &fields);
        let mut change = Change::new();
        change.add_counted(Metric::Mails, "failed", rows::fail(waiting, &self.holder, reason));
        change.record(
            Event::anonymous(EventType::MailFailed)
                .with("mail", waiting.id.clone())
                .with("kind", waiting.kind.clone())
                .with("reason", reason)
                .by_strangers(),
        );
        change.commit(self.ctx).await.map(drop)
    }
}

/// How long to wait after so many attempts: between a half and the whole of what they say, so that mails which failed together are not
/// all tried again at once.
fn wait(attempts: u32, chance: [u8; 2]) -> Span {
    let longest = FIRST_WAIT.0.saturating_mul(1 << attempts.min(20)).min(LONGEST_WAIT.0);
    let half = longest / 2;
    Span(half + half * i64::from(u16::from_be_bytes(chance)) / i64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_as_long_up_to_an_hour() {
        for (attempts, seconds) in [(0, 10), (1, 20), (5, 320), (8, 2560), (9, 3600), (u32::MAX, 3600)] {
            assert_eq!(wait(attempts, [0xff; 2]), Span::seconds(seconds), "{attempts}");
            assert_eq!(wait(attempts, [0; 2]), Span::seconds(seconds / 2), "{attempts}");
        }
    }
}
