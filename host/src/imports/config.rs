//! `mana:auth/config`: the part of the configuration that is the component's, as text.

use crate::bindings::mana::auth::config as wit;
use std::{collections::BTreeMap, sync::Arc};
use wasmtime::component::{Accessor, HasData, Linker};

/// What the import needs.
pub struct ConfigCtx {
    pub(super) values: Arc<BTreeMap<String, String>>,
}

impl ConfigCtx {
    /// Of these keys and values; `docs/configuration.md` lists them.
    #[must_use]
    pub fn new(values: BTreeMap<String, String>) -> Self {
        Self { values: Arc::new(values) }
    }

    /// The import, for the time of one call.
    pub fn view(&mut self) -> ConfigView<'_> {
        ConfigView(self)
    }
}

/// The import, for the time of one call.
pub struct ConfigView<'a>(&'a ConfigCtx);

struct HasConfig;

impl HasData for HasConfig {
    type Data<'a> = ConfigView<'a>;
}

/// Satisfies the import of any component whose store's state leads to it.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mana_auth::imports::config::{self, ConfigCtx};
/// use wasmtime::{Engine, component::Linker};
///
/// struct State {
///     config: ConfigCtx,
/// }
///
/// let values = [("public_url".to_owned(), "https://auth.example.org".to_owned())];
/// let state = State { config: ConfigCtx::new(values.into()) };
/// let mut linker = Linker::<State>::new(&Engine::default());
/// config::add_to_linker(&mut linker, |state| state.config.view())?;
/// # drop(state);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Where something else satisfies it already.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> ConfigView<'_>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, HasConfig>(linker, view)
}

impl wit::Host for ConfigView<'_> {}

impl<T: 'static> wit::HostWithStore<T> for HasConfig {
    async fn load(
        accessor: &Accessor<T, Self>,
        keys: Vec<String>,
    ) -> wasmtime::Result<Result<Vec<(String, String)>, wit::Error>> {
        let values = accessor.with(|mut access| access.get().0.values.clone());
        Ok(load(&values, &keys))
    }
}

/// The keys are all that the component knows: one that is set and not among them is the operator's mistake.
fn load(values: &BTreeMap<String, String>, keys: &[String]) -> Result<Vec<(String, String)>, wit::Error> {
    if let Some(unknown) = values.keys().find(|key| !keys.contains(key)) {
        return Err(wit::Error::UnknownKey(unknown.clone()));
    }
    Ok(values.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_the_component_does_not_know_is_refused() {
        let values = BTreeMap::from([
            ("audience".to_owned(), "a".to_owned()),
            ("audiense".to_owned(), "b".to_owned()),
        ]);
        let known = vec!["audience".to_owned(), "public_url".to_owned()];
        assert!(matches!(load(&values, &known), Err(wit::Error::UnknownKey(key)) if key == "audiense"));
    }

    #[test]
    fn only_what_is_set_is_told() {
        let values = BTreeMap::from([("audience".to_owned(), "a".to_owned())]);
        let known = vec!["audience".to_owned(), "public_url".to_owned()];
        let told = load(&values, &known).expect("every key is known");
        assert_eq!(told, [("audience".to_owned(), "a".to_owned())]);
    }
}
