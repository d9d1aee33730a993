//! Makes the document smaller (no blanks) and the schema (no comments): inside the component, only programs read them.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let document: serde_json::Value = serde_json::from_str(&read("openapi.json")?)?;
    fs::write(out.join("openapi.json"), document.to_string())?;
    for script in ["migrations/0001/sqlite.sql", "migrations/0001/postgres.sql"] {
        let text = read(script)?;
        let statements = text.lines().filter(|line| !line.trim_start().starts_with("--") && !line.is_empty());
        fs::write(out.join(script.replace('/', "_")), statements.collect::<Vec<_>>().join("\n"))?;
    }
    Ok(())
}

fn read(path: &str) -> Result<String, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={path}");
    Ok(fs::read_to_string(path)?)
}
