//! Gathering: each key's value as text, and where it was set. Flags over environment over file.

use super::{
    error::{Error, Origin, Problem},
    file,
    kubernetes::is_of_a_service,
    variable::PREFIX,
};
use mana_auth_settings::{ConfigKey, normal, of_server};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
};

/// A name without prefix for `trusted_origins`, which many deployments already set. The prefixed name wins.
const ALIAS: (&str, &str) = ("CORS_ORIGINS", "trusted_origins");

/// Names the file, where no flag does.
const FILE: &str = "MANA_AUTH_CONFIG";

/// What the command line may set.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`: the file.
    pub config: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<String>,
    /// `--management`.
    pub management: Option<String>,
    /// `--data`.
    pub data: Option<String>,
}

/// A value and where it was set.
#[derive(Clone)]
pub struct Setting {
    /// The value as text; the items of a list are joined by `,`.
    pub text: String,
    /// Where it was set.
    pub origin: Origin,
}

/// The values that were set. It has no `Debug`, because some of them are secrets.
#[derive(Clone, Default)]
pub struct Settings(BTreeMap<&'static str, Setting>);

impl Settings {
    /// Gathers what flags, environment and file set.
    ///
    /// # Errors
    ///
    /// The file can't be read, a key is unknown, or a value is not of its key's kind.
    pub fn gather(
        flags: &Flags,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Error> {
        let mut settings = Self::default();
        let environment: Vec<_> = environment.into_iter().collect();
        let named = environment.iter().find(|(name, value)| name == FILE && !value.is_empty());
        let named = named.map(|(_, value)| PathBuf::from(value));
        if let Some(path) = flags.config.as_ref().or(named.as_ref()) {
            settings.read_file(path)?;
        }
        settings.read_environment(environment)?;
        for (name, value) in
            [("listen", &flags.listen), ("management", &flags.management), ("data", &flags.data)]
        {
            if let (Some(value), Some(key)) = (value, known(name)) {
                settings.set(key, value, Origin::Flag(name))?;
            }
        }
        Ok(settings)
    }

    /// What a program sets, as key and text.
    ///
    /// # Errors
    ///
    /// A key is unknown, or a value is not of its key's kind.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Error> {
        let mut settings = Self::default();
        for (name, value) in pairs {
            let origin = Origin::Program;
            let Some(key) = known(name) else {
                return Err(Error::UnknownKey { key: name.to_owned(), origin });
            };
            settings.set(key, value, origin)?;
        }
        Ok(settings)
    }

    /// The value of a key, if it was set.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<&Setting> {
        self.0.get(key)
    }

    /// Where the value of a key comes from.
    #[must_use]
    pub fn origin(&self, key: &str) -> Origin {
        self.find(key).map_or(Origin::Default, |setting| setting.origin.clone())
    }

    fn read_file(&mut self, path: &Path) -> Result<(), Error> {
        for (name, value) in file::read(path)? {
            let origin = Origin::File(path.to_owned());
            let Some(key) = known(&name) else {
                return Err(Error::UnknownKey { key: name, origin });
            };
            let text = file::text(key.kind, &value).map_err(|problem| Error::WrongValue {
                key: key.name,
                problem,
                origin: origin.clone(),
            })?;
            self.set(key, &text, origin)?;
        }
        Ok(())
    }

    fn read_environment(
        &mut self,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<(), Error> {
        let mut alias = None;
        let mut prefixed = Vec::new();
        for (name, value) in environment {
            // A name that isn't Unicode is shown as well as it can be.
            let name = name.to_string_lossy().into_owned();
            if name == ALIAS.0 {
                alias = known(ALIAS.1).map(|key| (key, name, value));
            } else if let Some(rest) = name.strip_prefix(PREFIX).filter(|_| name != FILE) {
                match of_server().find(|key| key.name.to_ascii_uppercase() == rest) {
                    Some(key) => prefixed.push((key, name, value)),
                    None if is_of_a_service(rest) => {}
                    None => {
                        let key = rest.to_ascii_lowercase();
                        return Err(Error::UnknownKey { key, origin: Origin::Environment(name) });
                    }
                }
            }
        }
        for (key, name, value) in alias.into_iter().chain(prefixed) {
            let origin = Origin::Environment(name);
            let value = value.into_string().map_err(|_| Error::WrongValue {
                key: key.name,
                problem: Problem::NotText,
                origin: origin.clone(),
            })?;
            self.set(key, &value, origin)?;
        }
        Ok(())
    }

    fn set(&mut self, key: &'static ConfigKey, text: &str, origin: Origin) -> Result<(), Error> {
        match normal(key.kind, text) {
            Ok(Some(text)) => drop(self.0.insert(key.name, Setting { text, origin })),
            // Empty is unset, such as what a template has left.
            Ok(None) => {}
            Err(problem) => {
                return Err(Error::WrongValue { key: key.name, problem: problem.into(), origin });
            }
        }
        Ok(())
    }
}

fn known(name: &str) -> Option<&'static ConfigKey> {
    of_server().find(|key| key.name == name)
}
