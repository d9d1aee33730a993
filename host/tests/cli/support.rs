//! A folder to work in, and the program in it.

use serde_json::Value;
use std::{
    fs::{self, OpenOptions},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Output, Stdio},
};
use tempfile::TempDir;

/// `serve` on ports that the system chooses, so that tests can run at once.
pub const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0"];

/// Hashes that take no time.
const CHEAP: [(&str, &str); 2] =
    [("MANA_AUTH_PASSWORD_MEMORY_KIB", "1024"), ("MANA_AUTH_PASSWORD_ITERATIONS", "1")];

/// An empty folder, in which the program is run without any environment but the test's own.
pub struct Sandbox {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Sandbox {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), environment: Vec::new() }
    }

    /// The same place with a variable in its environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        // It may hold secrets.
        let file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(self.path(name));
        file.and_then(|mut file| file.write_all(text.as_bytes())).expect("a file");
    }

    /// The names of what is in the folder.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, "")
    }

    /// Runs the program with this on its standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Outcome {
        let mut child = self.command(arguments).spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A program that asks for nothing may have ended already.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().expect("its end").into()
    }

    /// Starts the program with `serve`, and waits until it says that it serves.
    pub fn serve(&self) -> Serving {
        self.serve_with(&[])
    }

    /// The same with further arguments.
    pub fn serve_with(&self, arguments: &[&str]) -> Serving {
        let mut child = self.command(&[SERVE, arguments].concat()).spawn().expect("the program starts");
        let log = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut serving = Serving { child, log, said: String::new(), started: Value::Null };
        while serving.started["message"] != "started" {
            let mut line = String::new();
            let read = serving.log.read_line(&mut line).expect("text");
            serving.said.push_str(&line);
            assert!(read > 0, "it does not serve: {}", serving.said);
            serving.started = serde_json::from_str(&line).unwrap_or_default();
        }
        serving
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mana-auth"));
        command.args(arguments).current_dir(self.folder.path()).env_clear().envs(CHEAP);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// The program while it serves.
pub struct Serving {
    child: Child,
    log: BufReader<ChildStderr>,
    /// What it had logged when it began to serve.
    said: String,
    /// The line that says that it serves.
    pub started: Value,
}

impl Serving {
    /// Asks it to end, as an operator would, and waits until it has.
    pub fn terminate(mut self) -> Option<i32> {
        self.ask_to_end();
        self.child.wait().expect("its end").code()
    }

    /// Where the API is.
    pub fn api(&self) -> String {
        self.started["listen"].as_str().expect("an address").to_owned()
    }

    /// Asks it to end; what it has logged.
    pub fn end(mut self) -> String {
        self.ask_to_end();
        let mut text = std::mem::take(&mut self.said);
        self.log.read_to_string(&mut text).expect("text");
        assert_eq!(self.child.wait().expect("its end").code(), Some(0));
        text
    }

    fn ask_to_end(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already, where the test got so far.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Outcome {
    /// What a script reads, after a success.
    #[track_caller]
    pub fn success(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// The one line that says what is wrong.
    #[track_caller]
    pub fn refusal(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        self.stderr.trim_end().strip_prefix("mana-auth: ").expect("it says who speaks")
    }
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

/// The permissions of a file or folder.
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}
