//! One variable of the application.

use crate::bindings::config::Error;
use spin_sdk::variables;

/// A variable that is empty is unset: in a manifest, a variable that nobody has to set needs a default.
/// A variable that the manifest does not name is unset too. Values for names that it does not know, Spin ignores (4.1).
pub async fn variable(name: &str) -> Result<Option<String>, Error> {
    match variables::get(name).await {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(variables::Error::Undefined(_)) => Ok(None),
        Err(_) => Err(Error::Unavailable),
    }
}
