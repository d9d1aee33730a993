//! Configuration from the application's variables: each key is a variable of the same name.

use crate::{Adapter, bindings::config, mailer, variable::variable};

impl config::Guest for Adapter {
    async fn load(keys: Vec<String>) -> Result<Vec<(String, String)>, config::Error> {
        // The component knows nothing of these, and must not start with what is wrong here.
        mailer::settings::load().await?;
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            values.extend(variable(&key).await?.map(|value| (key, value)));
        }
        Ok(values)
    }
}
