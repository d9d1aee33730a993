//! A server of PostgreSQL in a temporary folder, for this process alone.

use super::PROGRAMS;
use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::LazyLock,
    time::Duration,
};
use tempfile::TempDir;

/// It refuses to run as root, and then runs as this user.
const UNPRIVILEGED: &str = "nobody";

/// The one of this process, started when it is first asked for.
pub static CLUSTER: LazyLock<Cluster> = LazyLock::new(Cluster::start);

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
            .args(["--auth=trust", "--username=mana", "--locale=C.UTF-8", "--no-sync", "-D"])
            .arg(&data)
            .output()
            .expect("initdb");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        // Durability is not what is tested here.
        let serve = r#"folder=$0; "$@" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off -c max_connections=200 >"$folder/log" 2>&1 &
            cat; kill -QUIT $!; wait; rm -rf "$folder""#;
        let postgres = unprivileged("postgres");
        let mut server = Command::new("sh")
            .args(["-c", serve])
            .arg(folder.path())
            .arg(postgres.get_program())
            .args(postgres.get_args())
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell");
        let alive = server.stdin.take().expect("its input");
        let cluster = Self { folder, _server: server, _alive: alive };
        cluster.wait();
        cluster
    }

    fn wait(&self) {
        const ATTEMPTS: usize = 600;
        for _ in 0..ATTEMPTS {
            let asked = unprivileged("pg_isready").arg("-h").arg(self.socket()).output().expect("pg_isready");
            if asked.status.success() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("it does not start: {:?}", std::fs::read_to_string(self.folder.path().join("log")));
    }

    /// The folder of its socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

fn unprivileged(program: &str) -> Command {
    let program = Path::new(PROGRAMS).join(program);
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", UNPRIVILEGED, "--regid", "nogroup", "--clear-groups", "--"]).arg(program);
    command
}
