//! Which module needs which: the plan of the house, and no circles in it.

mod crates;
mod file;

use super::packages;
use crate::repository::{files, name, read, root};
use crates::Crate;
use file::{Names, is_for_tests};
use std::{collections::BTreeSet, path::Path};
use syn::{punctuated::Punctuated, visit::Visit};

/// The component's modules from the ground up. One may need those of the layers below, and others of its own that don't need it.
const LAYERS: &[(&str, &[&str])] = &[
    (
        "ground",
        &[
            "bindings",
            "context",
            "email",
            "error",
            "ids",
            "invalidations",
            "json",
            "mailer",
            "once_per_interval",
            "passwords",
            "platform",
            "secrets",
            "settings",
            "storage",
            "text",
            "time",
            "verified_tokens",
        ],
    ),
    ("commit", &["commit", "events", "outbox"]),
    (
        "domains",
        &[
            "accounts",
            "audit",
            "challenges",
            "credentials",
            "devices",
            "keys",
            "mail",
            "notices",
            "registrations",
            "sessions",
            "throttle",
        ],
    ),
    ("faces", &["exports", "guest", "http", "maintenance"]),
];

/// What Cargo doesn't know: the mutants' switch is copied into the component that they change; the backend of a guide is a program of
/// somebody else's.
const OF_NO_CRATE: &[&str] = &[
    "tests/mutants/switch.rs",
    "tests/guides/backends/rust/component.rs",
    "tests/guides/backends/rust/main.rs",
];

pub fn layers() {
    let layer = |module: &Names| {
        let top = module.first()?;
        LAYERS.iter().position(|(_, modules)| modules.contains(&top.as_str()))
    };
    let component = Crate::read(&root().join("component/src/lib.rs"));
    for (from, needs) in component.needs() {
        for to in needs {
            let (below, above) = (layer(to), layer(from));
            assert!(to.is_empty() || below.is_some(), "{} is in no layer", to.join("::"));
            // The root names everything.
            assert!(from.is_empty() || below <= above, "{} needs {}", from.join("::"), to.join("::"));
        }
    }
}

/// Nobody but a domain reads and writes its rows: the module is its own, and the compiler keeps others out.
pub fn rows() {
    for path in files("component/src", ".rs") {
        assert!(!read(&path).contains("pub mod rows"), "{} opens its rows to others", name(&path));
    }
}

/// Beside `rows`, only the ground that they stand on says anything to the database: the schema, and what dialects say differently.
pub fn sql() {
    const VERBS: [&str; 8] =
        ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE ", "DROP ", "ALTER ", "PRAGMA "];
    for path in files("component/src", ".rs") {
        let named = name(&path);
        if named.contains("/rows.rs")
            || named.contains("/rows/")
            || named.starts_with("component/src/storage/")
        {
            continue;
        }
        let said = strings(&path).into_iter().find(|text| VERBS.iter().any(|verb| text.starts_with(verb)));
        assert!(said.is_none(), "{named} holds SQL: {said:?}");
    }
}

/// Each face describes what it writes and reads; a domain has no words for any of them.
pub fn faces() {
    for path in files("component/src", ".rs") {
        let named = name(&path);
        assert!(
            named.starts_with("component/src/http/") || !read(&path).contains("utoipa"),
            "{named} describes"
        );
    }
}

/// A face reads the clock, and hands the moment on. A renewal and a delivery read it again, and say why.
pub fn clock() {
    const READERS: [&str; 5] = [
        "component/src/context.rs",
        "component/src/http/exchange.rs",
        "component/src/mail/deliver.rs",
        "component/src/platform.rs",
        "component/src/sessions/renewal.rs",
    ];
    for path in
        files("component/src", ".rs").into_iter().filter(|path| read(path).contains("platform::now()"))
    {
        assert!(READERS.contains(&name(&path).as_str()), "{} reads the clock", name(&path));
    }
}

/// The string literals of a file, those in tests left out.
pub fn strings(path: &Path) -> Vec<String> {
    #[derive(Default)]
    struct Strings(Vec<String>);

    impl Visit<'_> for Strings {
        fn visit_lit_str(&mut self, literal: &syn::LitStr) {
            self.0.push(literal.value().trim_start().to_owned());
        }

        fn visit_macro(&mut self, called: &syn::Macro) {
            let arguments = called.parse_body_with(Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated);
            arguments.into_iter().flatten().for_each(|argument| self.visit_expr(&argument));
        }

        fn visit_item_mod(&mut self, item: &syn::ItemMod) {
            if !item.attrs.iter().any(is_for_tests) {
                syn::visit::visit_item_mod(self, item);
            }
        }
    }

    let mut strings = Strings::default();
    strings.visit_file(&syn::parse_file(&read(path)).expect("Rust"));
    strings.0
}

/// No two files of a crate need each other: of any crate, its tests and this suite included.
pub fn circles() {
    let crates: Vec<Crate> = packages::roots().iter().map(|root| Crate::read(root)).collect();
    let circles: Vec<_> = crates.iter().flat_map(Crate::circles).collect();
    assert!(circles.is_empty(), "these need each other: {circles:#?}");
    let known: BTreeSet<&Path> = crates.iter().flat_map(Crate::files).collect();
    let unknown = packages::rust().into_iter().filter(|path| !known.contains(path.as_path()));
    let unknown: Vec<_> =
        unknown.map(|path| name(&path)).filter(|path| !OF_NO_CRATE.contains(&path.as_str())).collect();
    assert!(unknown.is_empty(), "these are of no crate: {unknown:?}");
}
