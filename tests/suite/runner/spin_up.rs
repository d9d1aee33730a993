//! The composition on the real Spin: `spin up`, with a state folder of its own. For `make test-spin`, where there is one.

use super::{Runner, Settings, maintain, spin::database_in};
use futures::future::BoxFuture;
use mana_auth::clock::TestClock;
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    fs::{self, File},
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
};

/// Spin, as a child process that has a child of its own.
pub struct SpinUp {
    child: Child,
    address: String,
    manifest: PathBuf,
    data: PathBuf,
}

impl SpinUp {
    /// Starts it and waits until it answers.
    pub async fn start(data: &Path, manifest: &Path, settings: &Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address").to_string();
        drop(listener);
        let output =
            File::options().create(true).append(true).open(data.join("spin.log")).expect("a log file");
        let proxies = settings.get("trusted_proxies").map_or("", String::as_str);
        // Variables that the manifest does not name are not asked for.
        let variables =
            settings.iter().map(|(key, value)| (format!("SPIN_VARIABLE_{}", key.to_uppercase()), value));
        let child = Command::new("spin")
            .args(["up", "--quiet", "--listen", &address, "--env"])
            .arg(format!("MANA_AUTH_TRUSTED_PROXIES={proxies}"))
            .arg("--from")
            .arg(manifest)
            .arg("--state-dir")
            .arg(data)
            .arg("--log-dir")
            .arg(data.join("logs"))
            .envs(variables)
            // Where no `.env` of a developer's is.
            .current_dir(data)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a second handle"))
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| panic!("spin can't be started: {error}"));
        let started = Self { child, address, manifest: manifest.to_owned(), data: data.to_owned() };
        started.wait_until_it_answers().await;
        started
    }

    #[allow(clippy::disallowed_methods, reason = "another process can only be waited for by looking again")]
    async fn wait_until_it_answers(&self) {
        for _ in 0..600 {
            let answer = reqwest::get(format!("{}/health", self.base_url())).await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("spin does not answer:\n{}", self.log());
    }

    /// Who is killed in the middle of its housekeeping would hold the others up for a minute of real time.
    fn end_leases(&self) {
        let database = rusqlite::Connection::open(self.database()).expect("the database");
        database.execute("UPDATE leases SET expires_at = 0", []).expect("leases");
    }

    fn end(&mut self) {
        // It may have ended before.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

impl Runner for SpinUp {
    fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn management_url(&self) -> String {
        self.base_url()
    }

    fn clock(&self) -> Option<Arc<TestClock>> {
        None
    }

    fn tick(&self) -> BoxFuture<'_, ()> {
        Box::pin(maintain(self.base_url()))
    }

    fn database(&self) -> PathBuf {
        database_in(&self.data)
    }

    fn log(&self) -> String {
        let logs =
            fs::read_dir(self.data.join("logs")).into_iter().flatten().flatten().map(|entry| entry.path());
        let files = logs.chain([self.data.join("spin.log")]);
        files.map(|file| fs::read_to_string(file).unwrap_or_default()).collect()
    }

    fn restart<'a>(&'a mut self, settings: &'a Settings) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async {
            self.end();
            self.end_leases();
            let (data, manifest) = (self.data.clone(), self.manifest.clone());
            *self = Self::start(&data, &manifest, settings).await;
            Ok(())
        })
    }
}

impl Drop for SpinUp {
    fn drop(&mut self) {
        self.end();
    }
}
