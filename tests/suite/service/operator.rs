//! The program as an operator runs it: beside the service, on the same data.

use super::Service;
use crate::runner::{Settings, binary::command};
use mana_auth::{
    Instance, Server,
    clock::{Clock as _, SystemClock},
    config::Config,
};
use std::{io::Write as _, process::Stdio, time::Duration};

/// How a command ended.
#[derive(Debug)]
pub struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Service {
    /// An instance on the same data, as a command has one, whatever the database is.
    pub async fn instance(&self) -> Instance {
        let pairs = self.settings.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let folder = self.data.path().to_str().expect("a path in UTF-8");
        let database = self.runner.postgres().map(|postgres| postgres.url());
        let pairs =
            pairs.chain([("data", folder)]).chain(database.as_deref().map(|url| ("database_url", url)));
        let config = Config::from_pairs(pairs).expect("a configuration");
        let mut instance =
            Server::builder().config(config).clock(self.clock()).instance().await.expect("an instance");
        instance.start(false).await.expect("a start");
        instance
    }

    /// Runs a command.
    pub fn operate(&self, arguments: &[&str]) -> Outcome {
        self.operate_with(arguments, "")
    }

    /// Runs a command whose process knows nothing of these keys of the service's configuration.
    pub fn operate_without(&self, keys: &[&str], arguments: &[&str]) -> Outcome {
        let mut settings = self.settings.clone();
        settings.retain(|key, _| !keys.contains(&key.as_str()));
        self.ran(self.run(&settings, arguments, ""))
    }

    /// Runs a command with this on its standard input.
    ///
    /// It reads the system's clock. One that tests move goes along, so that what the command did is no future to
    /// the service.
    pub fn operate_with(&self, arguments: &[&str], input: &str) -> Outcome {
        self.ran(self.run(&self.settings, arguments, input))
    }

    fn ran(&self, outcome: Outcome) -> Outcome {
        self.shared.vault.absent_from(outcome.stdout.as_bytes(), "what a command prints");
        self.shared.vault.absent_from(outcome.stderr.as_bytes(), "what a command complains of");
        if let Some(clock) = self.runner.clock() {
            let behind = SystemClock::default().now().saturating_sub(clock.now());
            clock.advance(Duration::from_millis(behind));
        }
        outcome
    }

    fn run(&self, settings: &Settings, arguments: &[&str], input: &str) -> Outcome {
        let mut child = command(&[], self.data.path(), settings)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("the program can't be started: {error}"));
        let mut stdin = child.stdin.take().expect("a pipe");
        // A command that asks for nothing may have ended already.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("its end");
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

impl Outcome {
    /// Its exit code.
    pub const fn code(&self) -> Option<i32> {
        self.code
    }

    /// What it printed, however it ended.
    pub fn stdout(&self) -> &str {
        &self.stdout
    }

    /// What it complained of.
    pub fn stderr(&self) -> &str {
        &self.stderr
    }

    /// What it printed, after a success.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// It did not do it, and said so.
    #[track_caller]
    pub fn not_done(&self) {
        assert!(matches!(self.code, Some(1 | 2)), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert!(self.stderr.lines().any(|line| line.starts_with("mana-auth: ")), "{self:?}");
    }
}
