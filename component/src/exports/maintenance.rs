use super::{Component, call::context};
use crate::{
    bindings::exports::mana::auth::maintenance::{
        Error, Guest, Misconfiguration, Readiness, Report, Setting, StartError,
    },
    error::Failure,
    maintenance, platform, settings,
    time::Span,
};

impl Guest for Component {
    async fn settings() -> Result<Vec<Setting>, Misconfiguration> {
        platform::report_panics();
        let settings = settings::describe().await?;
        Ok(settings
            .into_iter()
            .map(|setting| Setting {
                key: setting.key.to_owned(),
                value: setting.value,
                is_default: setting.is_default,
            })
            .collect())
    }

    async fn start(serving: bool) -> Result<(), StartError> {
        platform::report_panics();
        Ok(maintenance::start(serving).await.map(drop)?)
    }

    async fn flush() -> Result<(), Error> {
        Ok(maintenance::flush(&context().await?).await?)
    }

    async fn run(at_most_every: u32) -> Result<Report, Error> {
        let done = maintenance::run(&context().await?, Span::seconds(at_most_every.into())).await?;
        Ok(Report {
            ran: done.ran,
            done: named(done.done),
            gauges: named(done.gauges),
            checkpoint: done.checkpoint,
            more: done.more,
        })
    }

    async fn status() -> Readiness {
        let ctx = match context().await {
            Err(Failure::StorageUnavailable) => return Readiness::StorageUnavailable,
            Err(_) => return Readiness::NotStarted,
            Ok(ctx) => ctx,
        };
        match maintenance::check_storage(&ctx).await {
            Ok(()) => Readiness::Ready,
            Err(_) => Readiness::StorageUnavailable,
        }
    }
}

fn named(numbers: Vec<(&'static str, u64)>) -> Vec<(String, u64)> {
    numbers.into_iter().map(|(name, number)| (name.to_owned(), number)).collect()
}

impl From<settings::Misconfiguration> for Misconfiguration {
    fn from(wrong: settings::Misconfiguration) -> Self {
        Self { key: wrong.key, problem: wrong.problem }
    }
}

impl From<maintenance::StartError> for StartError {
    fn from(error: maintenance::StartError) -> Self {
        match error {
            maintenance::StartError::Configuration(wrong) => Self::Configuration(wrong.into()),
            maintenance::StartError::NewerSchema(version) => Self::NewerSchema(version),
            maintenance::StartError::UnreleasedSchema => Self::UnreleasedSchema,
            maintenance::StartError::SecretMissing(version) => Self::SecretMissing(version),
            maintenance::StartError::Unavailable => Self::Unavailable,
            maintenance::StartError::Migration(words) => Self::Migration(words),
        }
    }
}
