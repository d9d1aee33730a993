//! What one file says of others.

use crate::repository::{files, name, read};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};
use syn::{
    Attribute, Ident, ImplItemFn, Item, ItemMacro, ItemMod, ItemUse, Macro, MetaList, PatIdent, UseTree,
    VisRestricted, Visibility,
    buffer::{Cursor, TokenBuffer},
    visit::{self, Visit},
};

/// A path: its names, `super` and `self` already followed. The name of a macro ends in `!`.
pub type Names = Vec<String>;

#[derive(Default)]
pub struct File {
    pub path: PathBuf,
    /// Compiled for unit tests alone.
    pub is_for_tests: bool,
    /// The items that it defines; of macros, the exported ones.
    pub defines: BTreeSet<String>,
    /// Every path that it names.
    pub names: BTreeSet<Names>,
    /// What its `use` items bring into scope, by the name that it has here.
    pub imports: BTreeMap<String, Names>,
    /// Those of them that others may use by this file, too.
    pub passed_on: BTreeSet<String>,
    /// The modules of which it passes everything on.
    pub globs: Vec<Names>,
    pub children: Vec<Child>,
}

/// A module that a file declares.
pub struct Child {
    /// After the inline modules around it.
    pub names: Names,
    pub is_for_tests: bool,
    /// A file beside one that includes what a build script made: it may be a module of that.
    pub is_guessed: bool,
}

impl File {
    pub fn read(module: &Names, path: &Path, is_for_tests: bool) -> Self {
        let parsed = syn::parse_file(&read(path)).unwrap_or_else(|wrong| panic!("{}: {wrong}", name(path)));
        let file = Self { path: path.to_owned(), is_for_tests, ..Self::default() };
        let mut reader = Reader { module, inside: Vec::new(), bound: BTreeSet::new(), file };
        reader.visit_file(&parsed);
        let Reader { bound, mut file, .. } = reader;
        // Where a name stands alone, a variable of that name is meant.
        file.names.retain(|path| path.len() > 1 || !bound.contains(&path[0]));
        file
    }
}

struct Reader<'a> {
    module: &'a Names,
    /// The inline modules around what is being read.
    inside: Names,
    /// Variables and parameters.
    bound: BTreeSet<String>,
    file: File,
}

impl Reader<'_> {
    /// A path from the root of the crate, if it begins with `self` or `super`.
    fn absolute(&self, path: &[String]) -> Names {
        let is_relative = |name: &String| name == "self" || name == "super";
        if !path.first().is_some_and(is_relative) {
            return path.to_vec();
        }
        let mut from = [self.module, &self.inside[..]].concat();
        let rest = path.iter().take_while(|name| is_relative(name)).count();
        for name in &path[..rest] {
            if name == "super" {
                from.pop();
            }
        }
        [&["crate".to_owned()], &from[..], &path[rest..]].concat()
    }

    /// Notes a path, and makes place for the next.
    fn names(&mut self, path: &mut Names) {
        if !path.is_empty() {
            let path = self.absolute(&std::mem::take(path));
            self.file.names.insert(path);
        }
    }

    /// Notes the paths among the tokens of a macro or an attribute, which nobody parses.
    fn tokens(&mut self, mut cursor: Cursor<'_>) {
        let mut path = Names::new();
        let mut before = String::new();
        while let Some((_, after)) = cursor.token_tree() {
            if let Some((ident, _)) = cursor.ident() {
                if before != "::" {
                    self.names(&mut path);
                }
                // Neither a field or method, nor what a rule of the macro stands for.
                if !before.ends_with('.') && (before != "$" || ident == "crate") {
                    path.push(ident.to_string());
                }
                before.clear();
            } else if let Some((punct, _)) = cursor.punct() {
                match (punct.as_char(), path.last_mut()) {
                    (':', _) => {}
                    ('!', Some(name)) => name.push('!'),
                    _ => self.names(&mut path),
                }
                before.push(punct.as_char());
            } else {
                self.names(&mut path);
                before.clear();
                if let Some((inside, ..)) = cursor.any_group() {
                    self.tokens(inside);
                }
            }
            cursor = after;
        }
        self.names(&mut path);
    }

    fn leaves(tree: &UseTree, before: &[String], found: &mut Vec<(String, Names)>) {
        let with = |ident: &Ident| [before, &[ident.to_string()]].concat();
        match tree {
            UseTree::Path(path) => Self::leaves(&path.tree, &with(&path.ident), found),
            UseTree::Name(name) if name.ident == "self" => {
                found.push((before.last().cloned().unwrap_or_default(), before.to_vec()));
            }
            UseTree::Name(name) => found.push((name.ident.to_string(), with(&name.ident))),
            UseTree::Rename(name) => found.push((name.rename.to_string(), with(&name.ident))),
            UseTree::Glob(_) => found.push((String::new(), before.to_vec())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| Self::leaves(tree, before, found)),
        }
    }
}

impl Visit<'_> for Reader<'_> {
    fn visit_item(&mut self, item: &Item) {
        let (attributes, defines): (&[Attribute], Option<&Ident>) = match item {
            Item::Const(item) => (&item.attrs, Some(&item.ident)),
            Item::Enum(item) => (&item.attrs, Some(&item.ident)),
            Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
            Item::Impl(item) => (&item.attrs, None),
            Item::Static(item) => (&item.attrs, Some(&item.ident)),
            Item::Struct(item) => (&item.attrs, Some(&item.ident)),
            Item::Trait(item) => (&item.attrs, Some(&item.ident)),
            Item::Type(item) => (&item.attrs, Some(&item.ident)),
            Item::Use(item) => (&item.attrs, None),
            _ => (&[], None),
        };
        if !attributes.iter().any(is_for_tests) {
            self.file.defines.extend(defines.map(ToString::to_string));
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &ImplItemFn) {
        if !function.attrs.iter().any(is_for_tests) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, item: &ItemMod) {
        let is_for_tests = item.attrs.iter().any(is_for_tests);
        self.inside.push(item.ident.to_string());
        if item.content.is_none() {
            self.file.children.push(Child { names: self.inside.clone(), is_for_tests, is_guessed: false });
        } else if !is_for_tests {
            visit::visit_item_mod(self, item);
        }
        self.inside.pop();
    }

    fn visit_item_macro(&mut self, item: &ItemMacro) {
        if let Some(name) = &item.ident {
            if item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) {
                self.file.defines.insert(format!("{name}!"));
            }
        } else if item.mac.path.is_ident("include") {
            let beside = files(&name(self.file.path.parent().expect("a folder")), ".rs");
            let stems = beside.iter().filter_map(|path| path.file_stem());
            let modules = stems.map(|stem| stem.to_string_lossy().into_owned()).filter(|stem| stem != "mod");
            let child = |module| Child {
                names: [&self.inside[..], &[module]].concat(),
                is_for_tests: false,
                is_guessed: true,
            };
            self.file.children.extend(modules.map(child));
        }
        visit::visit_item_macro(self, item);
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        let mut leaves = Vec::new();
        Self::leaves(&item.tree, &[], &mut leaves);
        let is_passed_on = !matches!(item.vis, Visibility::Inherited);
        for (name, mut path) in leaves {
            path = self.absolute(&path);
            if is_passed_on && name.is_empty() {
                self.file.globs.push(path);
                continue;
            }
            self.file.imports.insert(name.clone(), path.clone());
            if is_passed_on {
                self.file.passed_on.insert(name);
            }
            // What a module passes on of its children it doesn't need itself: who names it needs the child.
            if !is_passed_on || path.first().is_some_and(|first| first == "crate") {
                self.names(&mut path);
            }
        }
    }

    fn visit_pat_ident(&mut self, variable: &PatIdent) {
        self.bound.insert(variable.ident.to_string());
        visit::visit_pat_ident(self, variable);
    }

    /// Who may see something is no need of it.
    fn visit_vis_restricted(&mut self, _: &VisRestricted) {}

    fn visit_path(&mut self, path: &syn::Path) {
        let mut names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.names(&mut names);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &Macro) {
        let mut names: Names = called.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(name) = names.last_mut() {
            name.push('!');
        }
        self.names(&mut names);
        self.tokens(TokenBuffer::new2(called.tokens.clone()).begin());
    }

    fn visit_meta_list(&mut self, attribute: &MetaList) {
        self.tokens(TokenBuffer::new2(attribute.tokens.clone()).begin());
    }
}

pub fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
}
