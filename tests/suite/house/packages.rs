//! Our packages, as Cargo knows them: what is added to a workspace is seen by every test of the house.

use crate::repository::{self, files, name, root};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The workspaces: the tool that builds the guests has one of its own.
const WORKSPACES: &[&str] = &["Cargo.toml", "xtask/Cargo.toml"];

/// A package and the folders of those of ours that it is built with.
struct Package {
    name: String,
    folder: PathBuf,
    /// The root file of each of its crates: library, programs, tests, build script.
    roots: Vec<PathBuf>,
    ours: Vec<PathBuf>,
}

fn all() -> Vec<Package> {
    WORKSPACES.iter().flat_map(|manifest| read(manifest)).collect()
}

fn read(manifest: &str) -> Vec<Package> {
    let metadata = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["metadata", "--no-deps", "--locked", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .output()
        .expect("cargo runs");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages.iter().map(package).collect()
}

fn package(told: &Value) -> Package {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let manifest = PathBuf::from(text(&told["manifest_path"]));
    let dependencies = told["dependencies"].as_array().expect("dependencies");
    let built_with = dependencies.iter().filter(|dependency| dependency["kind"] != "dev");
    let targets = told["targets"].as_array().expect("targets");
    Package {
        name: text(&told["name"]),
        folder: manifest.parent().expect("a folder").to_owned(),
        roots: targets.iter().map(|target| text(&target["src_path"]).into()).collect(),
        ours: built_with.filter_map(|dependency| Some(dependency["path"].as_str()?.into())).collect(),
    }
}

/// Every package takes the lints of its workspace, and both workspaces have the same.
pub fn lints() {
    let table = |manifest: &Path| repository::read(manifest).parse::<toml::Table>().expect("TOML");
    for package in all() {
        let manifest = table(&package.folder.join("Cargo.toml"));
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace")?.as_bool());
        assert_eq!(lints, Some(true), "{} has lints of its own", package.name);
    }
    let lints = |manifest: &str| table(&root().join(manifest))["workspace"]["lints"].clone();
    let [ours, others] = WORKSPACES else { panic!("two workspaces") };
    assert_eq!(lints(ours), lints(others), "{ours} and {others}");
}

/// The root file of every crate of ours.
pub fn roots() -> Vec<PathBuf> {
    all().into_iter().flat_map(|package| package.roots).collect()
}

/// Every Rust file of ours.
pub fn rust() -> Vec<PathBuf> {
    let folders = all().into_iter().map(|package| package.folder);
    let mut found: Vec<_> = folders.flat_map(|folder| files(&name(&folder), ".rs")).collect();
    // A package may lie in another's folder.
    found.sort();
    found.dedup();
    found.retain(|path| !name(path).contains("target/"));
    assert!(found.len() > 400, "only {} files", found.len());
    found
}

/// What this package is built of: its files and those of the packages of ours that it depends on, without their tests.
pub fn built_of(package: &str) -> Vec<PathBuf> {
    let all = all();
    let of = |matches: &dyn Fn(&Package) -> bool| all.iter().find(|package| matches(package));
    let mut parts =
        vec![of(&|known| known.name == package).unwrap_or_else(|| panic!("no package {package}"))];
    let mut next = 0;
    while let Some(part) = parts.get(next) {
        for folder in &part.ours {
            let known =
                of(&|known| known.folder == *folder).unwrap_or_else(|| panic!("{}", folder.display()));
            if !parts.iter().any(|part| part.folder == known.folder) {
                parts.push(known);
            }
        }
        next += 1;
    }
    let is_built = |path: &PathBuf, folder: &Path| {
        let mut inside = path.strip_prefix(folder).into_iter().flat_map(Path::components);
        let first = inside.next().map(|part| part.as_os_str().to_owned()).unwrap_or_default();
        first == "src" || first == "migrations" || first == "Cargo.toml" || first == "build.rs"
    };
    let files = |part: &Package| {
        let folder = part.folder.clone();
        files(&name(&folder), "").into_iter().filter(move |path| is_built(path, &folder))
    };
    parts.into_iter().flat_map(files).collect()
}
