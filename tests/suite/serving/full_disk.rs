//! A disk of its own, which becomes full and has room again.

use crate::{
    process::settings,
    runner::{Runner as _, binary::Binary},
};
use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// Mounts a small disk at the data folder, in a namespace that nobody else sees.
const DISK: &str = "mount -t tmpfs -o size=16m,mode=700 none \"$0\" && exec \"$@\"";

fn namespace() -> Vec<&'static str> {
    match rustix::process::geteuid().is_root() {
        true => vec!["unshare", "--mount"],
        false => vec!["unshare", "--user", "--map-root-user", "--mount"],
    }
}

/// Whether this system lets us have such a namespace.
pub fn is_possible() -> bool {
    let folder = TempDir::new().expect("a temporary folder");
    let [program, arguments @ ..] = &namespace()[..] else { return false };
    let path = folder.path().to_str().expect("a path in UTF-8");
    let mut command = Command::new(program);
    command
        .args(arguments)
        .args(["sh", "-c", DISK, path, "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

async fn ready(binary: &Binary) -> (u16, String) {
    let answer = reqwest::get(format!("{}/ready", binary.management_url())).await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("all of it"))
}

pub async fn run() {
    let data = TempDir::new().expect("a temporary folder");
    let path = data.path().to_str().expect("a path in UTF-8");
    let by = [&namespace()[..], &["sh", "-c", DISK, path]].concat();
    let binary = Binary::start(&by, data.path(), &settings()).expect("a start");
    assert_eq!(ready(&binary).await, (200, "ready\n".to_owned()));
    // The disk, as that process sees it.
    let inside = PathBuf::from(format!("/proc/{}/root", binary.pid().as_raw_nonzero()));
    let filler = inside.join(path.trim_start_matches('/')).join("filler");
    fs::write(&filler, vec![0; 32 << 20]).expect_err("a disk that is full");
    let (status, why) = ready(&binary).await;
    assert_eq!((status, why.as_str()), (503, "the disk is full\n"));
    fs::remove_file(&filler).expect("room");
    assert_eq!(ready(&binary).await, (200, "ready\n".to_owned()));
}
