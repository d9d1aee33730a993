//! A server of PostgreSQL in a temporary folder, for this process alone.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::LazyLock,
};
use tempfile::TempDir;

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
    _server: Child,
    /// The server ends when this does: with the process, however that ends.
    _alive: ChildStdin,
}

impl Cluster {
    fn start() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o777)).expect("for that user too");
        let data = folder.path().join("data");
        let made = unprivileged("initdb")
            .args(["--auth=trust", "--username=postgres", "--locale=C.UTF-8", "--no-sync", "-D"])
            .arg(&data)
            .output()
            .expect("initdb");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        // Durability is not what is tested here.
        let serve = r#"folder=$0
            "$@" -D "$folder/data" -l "$folder/log" -w start >/dev/null 2>&1 \
                -o "-k $folder -c listen_addresses= -c fsync=off -c max_connections=500 $settings" && echo started
            cat; "$@" -D "$folder/data" -m immediate stop >/dev/null; rm -rf "$folder""#;
        let control = unprivileged("pg_ctl");
        let mut server = Command::new("sh")
            .args(["-c", serve])
            .env("settings", settings())
            .arg(folder.path())
            .arg(control.get_program())
            .args(control.get_args())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let (alive, told) =
            (server.stdin.take().expect("its input"), server.stdout.take().expect("its output"));
        let mut line = String::new();
        BufReader::new(told).read_line(&mut line).expect("a line");
        assert_eq!(line, "started\n", "{:?}", std::fs::read_to_string(folder.path().join("log")));
        Self { folder, _server: server, _alive: alive }
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
