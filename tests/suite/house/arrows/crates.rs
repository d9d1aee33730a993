//! Which files of a crate need which, read from its sources.

use super::file::{File, Names};
use crate::repository::name;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// Paths that lead from one import to the next: more are a circle of them.
const MOST_HOPS: usize = 8;

/// A crate: its files by their modules, each the names that lead to it from the root.
pub struct Crate {
    modules: BTreeMap<Names, File>,
}

impl Crate {
    /// Reads what the root file declares, and so on.
    pub fn read(root: &Path) -> Self {
        let mut modules = BTreeMap::new();
        let mut left = vec![(Names::new(), root.to_owned(), false)];
        while let Some((module, path, is_for_tests)) = left.pop() {
            let file = File::read(&module, &path, is_for_tests);
            let is_folder = path == root || path.ends_with("mod.rs");
            let folder = if is_folder { path.with_file_name("") } else { path.with_extension("") };
            for child in &file.children {
                let below = folder.join(child.names.iter().collect::<PathBuf>());
                let mut places = [below.with_extension("rs"), below.join("mod.rs")].into_iter();
                if let Some(place) = places.find(|place| place.is_file()) {
                    let is_for_tests = is_for_tests || child.is_for_tests;
                    left.push(([&module[..], &child.names].concat(), place, is_for_tests));
                } else {
                    assert!(child.is_guessed, "{}: no file for {:?}", name(&path), child.names);
                }
            }
            modules.insert(module, file);
        }
        Self { modules }
    }

    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.modules.values().map(|file| file.path.as_path())
    }

    /// Each module with those that it needs. Unit tests are left out: they stand beside what they test, and need all of it.
    pub fn needs(&self) -> BTreeMap<&Names, BTreeSet<&Names>> {
        let shipped = self.modules.iter().filter(|(_, file)| !file.is_for_tests);
        let needs = shipped.map(|(module, file)| {
            let found = file.names.iter().filter_map(|path| self.find(module, path));
            (module, found.filter(|found| *found != module).collect())
        });
        needs.collect()
    }

    /// Modules that need each other: for each circle a shortest one, as its files.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let needs = self.needs();
        let mut told = BTreeSet::new();
        let mut circles = Vec::new();
        for module in needs.keys() {
            let circle = way_back(&needs, module).unwrap_or_default();
            if !circle.iter().any(|module| told.contains(module)) {
                circles.push(circle.iter().map(|module| name(&self.modules[*module].path)).collect());
                told.extend(circle);
            }
        }
        circles.retain(|circle: &Vec<String>| !circle.is_empty());
        circles
    }

    /// The module of what a module names; none where that is another crate's.
    fn find(&self, module: &Names, path: &[String]) -> Option<&Names> {
        let path = self.absolute(module, path, MOST_HOPS)?;
        // An exported macro is named as if the root defined it. A module may have the same name, and an import means both.
        let called = match path.as_slice() {
            [only] => format!("{}!", only.trim_end_matches('!')),
            _ => String::new(),
        };
        let mut owners = self.modules.iter().filter(|(_, file)| file.defines.contains(&called));
        owners.next().map(|(module, _)| module).or_else(|| self.resolve(&path, MOST_HOPS))
    }

    /// A path from the root, of one from a module; none where it leads out of the crate.
    fn absolute(&self, module: &Names, path: &[String], hops: usize) -> Option<Names> {
        let (first, rest) = path.split_first()?;
        if first == "crate" {
            return Some(rest.to_vec());
        }
        // What is imported for this file alone is named by its import.
        let file = self.modules.get(module)?;
        let is_qualified = !rest.is_empty();
        if is_qualified && self.modules.contains_key(&[module, &path[..1]].concat()) {
            return Some([module, path].concat());
        }
        match file.imports.get(first) {
            Some(target) if hops > 0 && (is_qualified || file.passed_on.contains(first)) => {
                Some([&self.absolute(module, target, hops - 1)?, rest].concat())
            }
            _ => Some([&self.by_glob(module, first, hops)?, path].concat()),
        }
    }

    /// The module that defines a name which this one passes on with all others.
    fn by_glob(&self, module: &Names, name: &String, hops: usize) -> Option<Names> {
        let globs = self.modules.get(module)?.globs.iter();
        let defines =
            |module: &Names| self.modules.get(module).is_some_and(|file| file.defines.contains(name));
        globs.filter_map(|glob| self.glob(module, glob, hops)).find(defines)
    }

    /// The module of a glob: `*` may be that of a child, whose name stands alone.
    fn glob(&self, module: &Names, glob: &[String], hops: usize) -> Option<Names> {
        let child = [module, glob].concat();
        if self.modules.contains_key(&child) {
            return Some(child);
        }
        self.absolute(module, glob, hops.checked_sub(1)?)
    }

    /// The module that a path from the root ends in, by way of what others pass on.
    fn resolve(&self, path: &[String], hops: usize) -> Option<&Names> {
        let (mut module, mut file) = self.modules.first_key_value()?;
        for (at, name) in path.iter().enumerate() {
            if let Some(child) = self.modules.get_key_value(&[&module[..], &path[at..=at]].concat()) {
                (module, file) = child;
                continue;
            }
            let name = name.trim_end_matches('!').to_owned();
            let target = if file.passed_on.contains(&name) {
                let target = self.absolute(module, &file.imports[&name], hops);
                target.map(|target| [&target, &path[at + 1..]].concat())
            } else {
                self.by_glob(module, &name, hops).map(|found| [&found, &path[at..]].concat())
            };
            return match target {
                Some(target) if hops > 0 => self.resolve(&target, hops - 1),
                _ => Some(module),
            };
        }
        Some(module)
    }
}

/// The shortest way from a module back to itself.
fn way_back<'a>(
    needs: &BTreeMap<&'a Names, BTreeSet<&'a Names>>,
    module: &'a Names,
) -> Option<Vec<&'a Names>> {
    let mut ways = vec![vec![module]];
    let mut seen = BTreeSet::new();
    let mut next = 0;
    while let Some(way) = ways.get(next).cloned() {
        for need in needs.get(way.last()?).into_iter().flatten() {
            if *need == module {
                return Some(way);
            }
            if seen.insert(*need) {
                ways.push([&way[..], &[*need]].concat());
            }
        }
        next += 1;
    }
    None
}
