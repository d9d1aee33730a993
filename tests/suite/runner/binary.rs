//! The program, spawned: configured by its environment, ended by signals.

use super::{Runner, Settings, maintain};
use futures::future::BoxFuture;
use mana_auth::clock::TestClock;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
};

/// The program as a child process.
pub struct Binary {
    child: Child,
    address: String,
    management: String,
    data: PathBuf,
}

impl Binary {
    /// Starts it and waits until it serves; or what it said when it ended. `by`: another program that starts it,
    /// such as one that limits what it may use.
    pub fn start(by: &[&str], data: &Path, settings: &Settings) -> Result<Self, String> {
        loop {
            match Self::start_once(by, data, settings) {
                // Somebody else was faster at an address that was free a moment ago.
                Err(said) if said.contains("Address already in use") => {}
                outcome => return outcome,
            }
        }
    }

    fn start_once(by: &[&str], data: &Path, settings: &Settings) -> Result<Self, String> {
        let (address, management) = (free_address(), free_address());
        let output = File::options().create(true).append(true).open(log_of(data)).expect("a log file");
        let before = fs::metadata(log_of(data)).expect("its size").len();
        let child = command(by, data, settings)
            .args(["serve", "--listen", &address, "--management", &management])
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a second handle"))
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| panic!("the program can't be started: {error}"));
        let mut binary = Self { child, address, management, data: data.to_owned() };
        binary.wait_until_it_serves(before).map(|()| binary)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("its end");
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("a signal");
    }

    /// How it ended, once it has.
    pub fn ended(&mut self) -> ExitStatus {
        self.child.wait().expect("its end")
    }

    /// Its process.
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Ends it as an operator would.
    pub fn terminate(&mut self) {
        self.signal(Signal::TERM);
        let status = self.ended();
        assert!(status.success(), "{status} after SIGTERM:\n{}", self.log());
    }

    /// It says so itself: whoever only answers at its address may be another.
    #[allow(clippy::disallowed_methods, reason = "another process can only be waited for by looking again")]
    fn wait_until_it_serves(&mut self, before: u64) -> Result<(), String> {
        let started = format!("\"management\":\"{}\"", self.management);
        for _ in 0..3000 {
            let ended = self.child.try_wait().expect("its state");
            let log = self.log();
            let said = &log[usize::try_from(before).expect("a size")..];
            if let Some(status) = ended {
                return Err(format!("{status}: {said}"));
            }
            if said.contains(&started) {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("the program does not serve:\n{}", self.log());
    }
}

/// Where the program is: beside the folder of the tests.
pub fn program() -> PathBuf {
    let tests = std::env::current_exe().expect("the path of this program");
    let folder = tests.parent().and_then(Path::parent).expect("a target folder");
    folder.join("mana-auth")
}

/// `mana-auth` on this data, with these settings and no environment but the test's own.
pub fn command(by: &[&str], data: &Path, settings: &Settings) -> Command {
    let program = program();
    let mut command = match by {
        [] => Command::new(&program),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(&program);
            command
        }
    };
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.envs(settings.iter().map(|(key, value)| (format!("MANA_AUTH_{}", key.to_uppercase()), value)));
    command.arg("--data").arg(data);
    command
}

/// The database file of a data folder.
pub fn database_in(data: &Path) -> PathBuf {
    data.join("auth.db")
}

fn log_of(data: &Path) -> PathBuf {
    data.with_extension("log")
}

/// An address that nobody listens on.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").to_string()
}

impl Runner for Binary {
    fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn management_url(&self) -> String {
        format!("http://{}", self.management)
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
        fs::read_to_string(log_of(&self.data)).unwrap_or_default()
    }

    fn restart<'a>(&'a mut self, settings: &'a Settings) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async {
            self.terminate();
            let next = Self::start(&[], &self.data.clone(), settings)?;
            self.replace(next);
            Ok(())
        })
    }
}

impl Binary {
    /// Takes the place of a child that has ended, without its log.
    fn replace(&mut self, mut next: Self) {
        std::mem::swap(&mut self.child, &mut next.child);
        std::mem::swap(&mut self.address, &mut next.address);
        std::mem::swap(&mut self.management, &mut next.management);
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
