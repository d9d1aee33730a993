//! Lists the files of `suite/scenarios`, so that none can be forgotten.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/scenarios");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
        files.extend(name.filter(|name| name != "mod").map(|name| (name, path)));
    }
    files.sort();
    let modules = files.iter().map(|(name, path)| format!("#[path = {path:?}]\nmod {name};\n"));
    let listed = files.iter().map(|(name, _)| format!("    ({name:?}, {name}::SCENARIOS),\n"));
    let text = format!(
        "{}\n/// Every scenario, by file.\npub const ALL: &[(&str, &[crate::scenario::Scenario])] = &[\n{}];\n",
        modules.collect::<String>(),
        listed.collect::<String>()
    );
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("scenarios.rs"), text)
}
