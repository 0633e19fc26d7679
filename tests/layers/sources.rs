//! [`Sources`]: the files of a crate, and which of them use each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path as FilePath;

use crate::paths::{Kind, Path, paths};
use crate::tokens::{Token, tokens};

/// A module, from the root of the crate on: `["keyring", "ring"]`.
pub(crate) type Module = Vec<String>;

/// The files of a crate without its tests, each by the module that it is.
pub(crate) struct Sources {
    files: BTreeMap<Module, Vec<Token>>,
    re_exports: HashMap<(Module, String), Vec<String>>,
}

impl Sources {
    /// Reads the files of a folder.
    pub(crate) fn read(folder: &FilePath) -> Self {
        let mut texts = Vec::new();
        read_files(folder, &mut Vec::new(), &mut texts);
        Self::new(texts)
    }

    /// Files that are given as their paths and texts.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self::new(
            files
                .iter()
                .map(|(path, text)| (module_of(path), (*text).to_owned()))
                .collect(),
        )
    }

    fn new(texts: Vec<(Module, String)>) -> Self {
        let mut files = BTreeMap::new();
        let mut tests = BTreeSet::new();
        for (module, text) in texts {
            let (tokens, test_modules) = tokens(&text);
            tests.extend(test_modules.into_iter().map(|test| child(&module, &test)));
            files.insert(module, tokens);
        }
        files.retain(|module, _| !tests.contains(module));
        let mut sources = Self {
            files,
            re_exports: HashMap::new(),
        };
        for module in sources.files.keys() {
            for path in sources.paths_of(module) {
                if path.kind == Kind::ReExport {
                    let target = sources.absolute(module, &path.segments);
                    sources
                        .re_exports
                        .insert((module.clone(), path.name), target);
                }
            }
        }
        sources
    }

    pub(crate) fn modules(&self) -> impl Iterator<Item = &Module> {
        self.files.keys()
    }

    /// Which other modules each module uses. The re-exports of a folder's `mod.rs` are seen through: who uses one uses
    /// the file that defines it, and `mod.rs` does not use what it only passes on.
    pub(crate) fn uses(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        self.files
            .keys()
            .map(|module| (module, self.uses_of(module)))
            .collect()
    }

    fn uses_of(&self, module: &Module) -> BTreeSet<Module> {
        let paths = self.paths_of(module).into_iter();
        let targets = paths.filter_map(|path| {
            let absolute = self.absolute(module, &path.segments);
            let passed_on = path.kind == Kind::ReExport && !self.uses_name(module, &path.name);
            (!passed_on || !absolute.starts_with(module)).then(|| self.definition(&absolute))
        });
        targets.filter(|target| target != module).collect()
    }

    /// Whether a file uses a name in its own code, beside passing it on.
    fn uses_name(&self, module: &Module, name: &str) -> bool {
        let mut in_use = false;
        self.files[module].windows(2).any(|pair| {
            in_use = pair[0] == "use" || (in_use && pair[0] != ";");
            pair[1] == name && !matches!(pair[0].as_str(), "mod" | "::") && !in_use
        })
    }

    /// All paths of a file that lead into this crate, those that begin with a module that the file has imported included.
    fn paths_of(&self, module: &Module) -> Vec<Path> {
        let tokens = &self.files[module];
        let is_child = |name: &str| self.files.contains_key(&child(module, name));
        let is_root = |name: &str| matches!(name, "crate" | "self" | "super");
        let mut found = paths(tokens, |name| is_root(name) || is_child(name));
        let imported: HashMap<String, Vec<String>> = found
            .iter()
            .filter(|path| path.kind == Kind::Use && !is_child(&path.name))
            .map(|path| (path.name.clone(), self.absolute(module, &path.segments)))
            .filter(|(_, target)| self.files.contains_key(target))
            .collect();
        let through_imports = paths(tokens, |name| imported.contains_key(name));
        found.extend(through_imports.into_iter().map(|mut path| {
            let module = &imported[&path.segments[0]];
            let root = ["crate".to_owned()];
            path.segments = [&root[..], module, &path.segments[1..]].concat();
            path
        }));
        found
    }

    /// A path from the root of the crate on.
    fn absolute(&self, module: &Module, segments: &[String]) -> Vec<String> {
        let (mut absolute, mut rest) = match segments {
            [first, rest @ ..] if first == "crate" => (Vec::new(), rest),
            [first, rest @ ..] if first == "self" => (module.clone(), rest),
            _ => (module.clone(), segments),
        };
        while let [first, behind @ ..] = rest
            && first == "super"
        {
            absolute.pop();
            rest = behind;
        }
        absolute.extend_from_slice(rest);
        absolute
    }

    /// The module in which the thing at a path is defined.
    fn definition(&self, path: &[String]) -> Module {
        let mut module = Module::new();
        for (at, segment) in path.iter().enumerate() {
            let inner = child(&module, segment);
            if self.files.contains_key(&inner) {
                module = inner;
                continue;
            }
            // What the root re-exports is not followed: inside the crate nobody is to use it.
            let re_export = self.re_exports.get(&(module.clone(), segment.clone()));
            return match re_export.filter(|_| !module.is_empty()) {
                Some(target) => self.definition(&[target, &path[at + 1..]].concat()),
                None => module,
            };
        }
        module
    }
}

fn child(module: &Module, name: &str) -> Module {
    [module.as_slice(), &[name.to_owned()]].concat()
}

fn read_files(folder: &FilePath, module: &mut Module, texts: &mut Vec<(Module, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            module.push(name);
            read_files(&path, module, texts);
            module.pop();
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file = [module.as_slice(), &[name]].concat().join("/");
            texts.push((module_of(&file), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// `keyring/ring.rs` is `["keyring", "ring"]`, `keyring/mod.rs` is `["keyring"]`, and `lib.rs` the root.
fn module_of(path: &str) -> Module {
    let mut module: Module = path
        .trim_end_matches(".rs")
        .split('/')
        .map(str::to_owned)
        .collect();
    module.pop_if(|name| name == "mod" || name == "lib");
    module
}
