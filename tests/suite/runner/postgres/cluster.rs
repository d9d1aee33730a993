//! Servers of PostgreSQL in temporary folders, for this process alone.

use rustix::{
    io::Errno,
    process::{Pid, Signal, kill_process},
};
use std::{
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::LazyLock,
};
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// Where Debian puts the programs of PostgreSQL 15, unless the environment has others.
static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
    std::env::var_os("MANA_TEST_POSTGRES").map_or_else(|| "/usr/lib/postgresql/15/bin".into(), PathBuf::from)
});

/// It refuses to run as root, and then runs as this user.
const UNPRIVILEGED: &str = "nobody";

/// The one of this process, started when it is first asked for.
pub static CLUSTER: LazyLock<Cluster> = LazyLock::new(Cluster::start);

/// What an entry of its log begins with.
pub const ENTRY: &str = "@@@";

pub struct Cluster {
    folder: TempDir,
    _server: Running,
}

impl Cluster {
    fn start() -> Self {
        let folder = make();
        // Durability is not what is tested here.
        let server = serve(folder.path(), &format!("-c fsync=off {}", settings()), r#"rm -rf "$folder""#);
        Self { folder, _server: server }
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        let log = std::fs::read(self.folder.path().join("log")).expect("its log");
        String::from_utf8_lossy(&log).into_owned()
    }

    /// The folder of its socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

/// A server of a test's own, which dies and rises as the test likes.
pub struct Mortal {
    folder: TempDir,
    server: Option<Running>,
}

impl Mortal {
    pub fn start() -> Self {
        let mut mortal = Self { folder: make(), server: None };
        mortal.rise();
        mortal
    }

    /// Kills every process of it, as a power cut would.
    pub fn die(&mut self) {
        let told = std::fs::read_to_string(self.folder.path().join("data/postmaster.pid")).expect("its file");
        let first = told.lines().next().expect("the number of its first process");
        // A child that reads finishes what it reads, even without its parent.
        let children =
            std::fs::read_to_string(format!("/proc/{first}/task/{first}/children")).expect("its children");
        for process in std::iter::once(first).chain(children.split_whitespace()) {
            let process = process.parse().ok().and_then(Pid::from_raw).expect("a process");
            match kill_process(process, Signal::KILL) {
                Ok(()) | Err(Errno::SRCH) => {}
                Err(error) => panic!("{process:?}: {error}"),
            }
        }
        self.server = None;
    }

    /// Starts again on the same data.
    pub fn rise(&mut self) {
        self.server = Some(serve(self.folder.path(), "", ":"));
    }

    /// Where a service finds it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@/postgres?host={}", self.folder.path().display())
    }

    /// An operator's prompt.
    pub async fn prompt(&self) -> tokio_postgres::Client {
        let mut config = tokio_postgres::Config::new();
        let config = config.host_path(self.folder.path()).user("postgres").dbname("postgres");
        let (client, connection) =
            config.options("-c search_path=mana").connect(NoTls).await.expect("a connection");
        tokio::spawn(connection);
        client
    }
}

/// A server ends when this does: with the process of the test, however that ends.
struct Running {
    _shell: Child,
    _alive: ChildStdin,
}

/// A folder with an empty cluster.
fn make() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o777)).expect("for that user too");
    let made = unprivileged("initdb")
        .args(["--auth=trust", "--username=postgres", "--locale=C.UTF-8", "--no-sync", "-D"])
        .arg(folder.path().join("data"))
        .output()
        .expect("initdb");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    folder
}

/// Serves it, and does something at the end. Where a server was killed, its children may hold the data for a moment more.
fn serve(folder: &Path, settings: &str, at_last: &str) -> Running {
    let serve = r#"folder=$0
        until "$@" -D "$folder/data" -l "$folder/log" -w start >/dev/null 2>&1 \
            -o "-k $folder -c listen_addresses= -c max_connections=500 $settings"; do sleep 0.1; done
        echo started; cat; "$@" -D "$folder/data" -m immediate stop >/dev/null 2>&1; eval "$at_last""#;
    let control = unprivileged("pg_ctl");
    let mut shell = Command::new("sh")
        .args(["-c", serve])
        .env("settings", settings)
        .env("at_last", at_last)
        .arg(folder)
        .arg(control.get_program())
        .args(control.get_args())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    let (alive, told) = (shell.stdin.take().expect("its input"), shell.stdout.take().expect("its output"));
    let mut line = String::new();
    BufReader::new(told).read_line(&mut line).expect("a line");
    assert_eq!(line, "started\n", "{:?}", std::fs::read_to_string(folder.join("log")));
    Running { _shell: shell, _alive: alive }
}

/// Each statement is logged where they are looked at.
fn settings() -> String {
    format!("-c log_line_prefix={ENTRY} -c log_statement=all -c log_parameter_max_length=0")
}

fn unprivileged(program: &str) -> Command {
    let program = PROGRAMS.join(program);
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", UNPRIVILEGED, "--regid", "nogroup", "--clear-groups", "--"]).arg(program);
    command
}

/// Whether PostgreSQL is here.
pub fn is_here() -> bool {
    PROGRAMS.join("initdb").exists()
}
