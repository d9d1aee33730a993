//! A folder to work in, and the program in it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
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
        fs::write(self.path(name), text).expect("a file");
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
        let mut child = self.command(SERVE).spawn().expect("the program starts");
        let mut greeting = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        while lines.read_line(&mut greeting).expect("text") > 0 && !greeting.contains("/login") {}
        if !greeting.contains("/login") {
            panic!("it does not serve: {:?}", Outcome::from(child.wait_with_output().expect("its end")));
        }
        Serving { child, greeting }
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
    pub greeting: String,
}

impl Serving {
    /// Asks it to end, as an operator would, and waits until it has.
    pub fn terminate(mut self) -> Option<i32> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
        self.child.wait().expect("its end").code()
    }
}

impl Serving {
    /// Asks it to end; what it has logged.
    pub fn end(mut self) -> String {
        let mut log = self.child.stderr.take().expect("a pipe");
        assert_eq!(self.terminate(), Some(0));
        let mut text = String::new();
        log.read_to_string(&mut text).expect("text");
        text
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
