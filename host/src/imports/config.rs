//! `mana:auth/config`: the part of the configuration that is the component's, as text.

use super::State;
use crate::bindings::mana::auth::config as wit;
use std::{collections::BTreeMap, sync::Arc};
use wasmtime::component::{Accessor, HasData, Linker};

/// What the import needs.
pub(crate) struct ConfigCtx {
    pub(crate) values: Arc<BTreeMap<String, String>>,
}

impl ConfigCtx {
    pub(crate) fn view(&mut self) -> ConfigView<'_> {
        ConfigView(self)
    }
}

/// The import, for the time of one call.
pub(crate) struct ConfigView<'a>(&'a ConfigCtx);

struct HasConfig;

impl HasData for HasConfig {
    type Data<'a> = ConfigView<'a>;
}

pub(crate) fn add_to_linker(
    linker: &mut Linker<State>,
    view: fn(&mut State) -> ConfigView<'_>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<State, HasConfig>(linker, view)
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
