//! Configuration from the application's variables: each key is a variable of the same name.

use crate::{Adapter, bindings::config};
use spin_sdk::variables;

impl config::Guest for Adapter {
    /// A variable that is empty is unset: in a manifest, a variable that nobody has to set needs a default.
    /// A variable that the manifest does not name is unset too. Values for names that it does not know, Spin ignores (4.1).
    async fn load(keys: Vec<String>) -> Result<Vec<(String, String)>, config::Error> {
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            match variables::get(&key).await {
                Ok(value) if value.is_empty() => {}
                Ok(value) => values.push((key, value)),
                Err(variables::Error::Undefined(_)) => {}
                Err(_) => return Err(config::Error::Unavailable),
            }
        }
        Ok(values)
    }
}
