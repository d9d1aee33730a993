//! Which module needs which: the plan of the house, and no circles in it.

use crate::repository::{files, name, read};
use std::collections::{BTreeMap, BTreeSet};
use syn::{
    Attribute, File, Item, ItemUse, Path, UseTree, VisRestricted, punctuated::Punctuated, visit::Visit,
};

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
            "memory",
            "passwords",
            "platform",
            "secrets",
            "settings",
            "storage",
            "text",
            "time",
        ],
    ),
    ("commit", &["commit", "events"]),
    ("domains", &["accounts", "audit", "credentials", "devices", "keys", "sessions", "throttle"]),
    ("faces", &["exports", "guest", "http", "maintenance"]),
];

/// Where no two files may need each other.
const ACYCLIC: &[&str] = &[
    "component/src",
    "crates/audit/src",
    "crates/engine/src",
    "crates/hygiene/src",
    "crates/positions/src",
    "host/src",
    "wasi-http/src",
    "xtask/src",
];

/// A module: the names that lead to it from the root of its crate.
type Module = Vec<String>;

pub fn layers() {
    let layer = |module: &Module| {
        let top = module.first()?;
        LAYERS.iter().position(|(_, modules)| modules.contains(&top.as_str()))
    };
    let crate_ = Crate::read("component/src");
    for (from, needs) in &crate_.needs() {
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

/// A face reads the clock, and hands the moment on. A renewal reads it again, and says why.
pub fn clock() {
    const READERS: [&str; 4] = [
        "component/src/context.rs",
        "component/src/http/exchange.rs",
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
pub fn strings(path: &std::path::Path) -> Vec<String> {
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

pub fn circles() {
    for root in ACYCLIC {
        let mut needs = Crate::read(root).needs();
        // What needs nothing that is left is on no circle; in the end, circles and what leads to them are left.
        loop {
            let left: BTreeSet<Module> = needs.keys().cloned().collect();
            let before = needs.len();
            needs.retain(|_, needs| needs.iter().any(|module| left.contains(module)));
            if needs.len() == before {
                break;
            }
        }
        let left: Vec<String> = needs.keys().map(|module| module.join("::")).collect();
        assert!(left.is_empty(), "in {root}, these need each other, or lead to some that do: {left:?}");
    }
}

struct Crate {
    modules: BTreeMap<Module, Words>,
}

/// What a file says of others.
#[derive(Default)]
struct Words {
    /// Paths that begin with `crate`, `self`, `super` or a name of its own, but for re-exports.
    paths: Vec<Vec<String>>,
    /// What it gives others by another path: name and path.
    passed_on: BTreeMap<String, Vec<String>>,
}

impl Crate {
    fn read(root: &str) -> Self {
        let modules = files(root, ".rs").into_iter().filter_map(|path| {
            let relative =
                name(&path).strip_prefix(root)?.trim_matches('/').trim_end_matches(".rs").to_owned();
            let mut module: Module = relative.split('/').map(ToOwned::to_owned).collect();
            if module.last().is_some_and(|last| ["lib", "main", "mod"].contains(&last.as_str())) {
                module.pop();
            }
            // Tests stand beside what they test, and need all of it.
            if module.iter().any(|name| name == "tests") {
                return None;
            }
            let file =
                syn::parse_file(&read(&path)).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
            Some((module, Words::of(&file)))
        });
        Self { modules: modules.collect() }
    }

    /// Each module with those that it needs.
    fn needs(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let needs = self.modules.iter().map(|(module, words)| {
            let found = words.paths.iter().filter_map(|path| self.resolve(self.absolute(module, path)?, 8));
            (module.clone(), found.filter(|found| found != module).collect())
        });
        needs.collect()
    }

    /// From the root. None where it leads out of the crate.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<Vec<String>> {
        let mut from = module.clone();
        let mut rest = path;
        match rest.first()?.as_str() {
            "crate" => {
                from.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|name| name == "super") {
                    from.pop();
                    rest = &rest[1..];
                }
            }
            child if !self.modules.contains_key(&[&module[..], &[child.to_owned()]].concat()) => return None,
            _ => {}
        }
        Some([&from[..], rest].concat())
    }

    /// The module that a path ends in, by way of what others pass on.
    fn resolve(&self, path: Vec<String>, depth: usize) -> Option<Module> {
        let mut module = Module::new();
        for (at, name) in path.iter().enumerate() {
            let child = [&module[..], std::slice::from_ref(name)].concat();
            if self.modules.contains_key(&child) {
                module = child;
                continue;
            }
            let passed_on = self.modules.get(&module).and_then(|words| words.passed_on.get(name));
            if let Some(target) = passed_on.and_then(|target| self.absolute(&module, target))
                && depth > 0
            {
                return self.resolve([&target[..], &path[at + 1..]].concat(), depth - 1);
            }
            break;
        }
        Some(module)
    }
}

impl Words {
    fn of(file: &File) -> Self {
        let mut words = Self::default();
        words.visit_file(file);
        words
    }

    fn leaves(tree: &UseTree, before: &[String], found: &mut Vec<(String, Vec<String>)>) {
        match tree {
            UseTree::Path(path) => {
                Self::leaves(&path.tree, &[before, &[path.ident.to_string()]].concat(), found);
            }
            UseTree::Name(name) if name.ident == "self" => {
                found.push((before.last().cloned().unwrap_or_default(), before.to_vec()));
            }
            UseTree::Name(name) => {
                found.push((name.ident.to_string(), [before, &[name.ident.to_string()]].concat()));
            }
            UseTree::Rename(name) => {
                found.push((name.rename.to_string(), [before, &[name.ident.to_string()]].concat()));
            }
            UseTree::Glob(_) => found.push((String::new(), before.to_vec())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| Self::leaves(tree, before, found)),
        }
    }
}

impl Visit<'_> for Words {
    fn visit_item(&mut self, item: &Item) {
        let attributes: &[Attribute] = match item {
            Item::Mod(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => &[],
        };
        if !attributes.iter().any(is_for_tests) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        let mut leaves = Vec::new();
        Self::leaves(&item.tree, &[], &mut leaves);
        let is_passed_on = !matches!(item.vis, syn::Visibility::Inherited);
        for (name, path) in leaves {
            if is_passed_on && path.first().is_none_or(|first| first != "crate") {
                self.passed_on.insert(name, path);
            } else {
                if is_passed_on {
                    self.passed_on.insert(name, path.clone());
                }
                self.paths.push(path);
            }
        }
    }

    /// Who may see something is no need of it.
    fn visit_vis_restricted(&mut self, _: &VisRestricted) {}

    fn visit_path(&mut self, path: &Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1
            && names.first().is_some_and(|first| ["crate", "self", "super"].contains(&first.as_str()))
        {
            self.paths.push(names);
        }
        syn::visit::visit_path(self, path);
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    let is = |word: &str| attribute.path().is_ident(word);
    is("test") || is("cfg") && attribute.parse_args::<Path>().is_ok_and(|path| path.is_ident("test"))
}
