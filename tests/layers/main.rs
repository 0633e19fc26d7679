//! The order of the modules: each may use only those before it.
//!
//! Discipline alone does not keep a crate free of cycles, so this test parses the sources and checks an order: that of
//! the crate's modules, and that of the files in every folder with more than five. No two files anywhere use each
//! other.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod circles;
mod order;
mod paths;
mod sources;
mod tokens;

use std::path::Path;
use std::sync::LazyLock;

use circles::circles;
use order::{ORDERS, Order, gaps, violations};
use sources::{Module, Sources};

static THIS_CRATE: LazyLock<Sources> = LazyLock::new(|| {
    let sources = Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let files = sources.modules().count();
    assert!(files > 100, "only {files} files found");
    sources
});

#[test]
fn every_module_uses_only_those_before_it() {
    let violations = violations(&THIS_CRATE, ORDERS);
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn every_large_folder_has_an_order_with_all_of_its_files() {
    let gaps = gaps(&THIS_CRATE, ORDERS);
    assert!(gaps.is_empty(), "{}", gaps.join("\n"));
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let circles: Vec<String> = circles(&THIS_CRATE.uses())
        .iter()
        .map(|circle| shown(circle))
        .collect();
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

fn shown(circle: &[Module]) -> String {
    let names: Vec<String> = circle.iter().map(|module| module.join("/")).collect();
    names.join(" -> ")
}

/// The checks themselves, on crates of a few lines.
mod checks {
    use super::{ORDERS, Order, Sources, circles, gaps, shown, violations};

    const NONE: [&str; 0] = [];

    #[test]
    fn a_use_is_found_however_it_is_written() {
        for (text, used) in [
            ("use crate::b::B;", "b"),
            ("use crate::{b::{self, B}};", "b"),
            ("use super::b;", "b"),
            ("use super::{c, b::B as C};", "b"),
            ("fn f() -> crate::b::B { todo!() }", "b"),
            ("use super::*; const X: super::b::B = 1;", "b"),
            ("macro_rules! m { () => { $crate::b::B } }", "b"),
            ("use super::folder::Inner;", "folder/inner"),
            (
                "use super::folder; fn f(_: folder::Inner) {}",
                "folder/inner",
            ),
            ("use super::folder::Renamed;", "folder/inner"),
            ("use super::folder::Own;", "folder"),
            ("use super::folder::Foreign;", "c"),
            ("use crate::RootReExport;", ""),
        ] {
            let sources = Sources::of(&[
                (
                    "lib.rs",
                    "mod a; mod b; mod c; mod folder; pub use c::RootReExport;",
                ),
                ("a.rs", text),
                ("b.rs", "pub struct B;"),
                ("c.rs", ""),
                (
                    "folder/mod.rs",
                    "mod inner; pub use inner::{Inner, Other as Renamed}; pub use crate::c::Foreign; pub struct Own;",
                ),
                ("folder/inner.rs", "pub struct Inner; pub struct Other;"),
            ]);
            let all = uses(&sources, "a");
            assert!(all.iter().any(|module| module == used), "{text}: {all:?}");
        }
    }

    #[test]
    fn comments_texts_and_tests_use_nothing() {
        let sources = Sources::of(&[
            (
                "a.rs",
                r##"
                    //! See [`B`](crate::b::B).
                    /// And crate::b::B.
                    const TEXT: &str = "crate::b::B \" crate::b::B";
                    const RAW: &str = r#"crate::b::B " crate::b::B"#;
                    fn quote<'a>(_: &'a str) -> [char; 2] { ['"', '\''] } // crate::b::B
                    #[cfg(test)]
                    use crate::b::{self, B};
                    #[cfg(test)]
                    mod helper;
                    #[cfg(test)]
                    mod tests { use crate::b::B; fn f() {} }
                "##,
            ),
            ("a/helper.rs", "use crate::b::B;"),
            ("b.rs", "use crate::a::A;"),
        ]);
        assert_eq!(uses(&sources, "a"), NONE);
        assert_eq!(uses(&sources, "b"), ["a"]);
        assert_eq!(sources.modules().count(), 2);
    }

    #[test]
    fn a_circle_is_found_wherever_it_is() {
        let circle = |files: &[(&str, &str)]| {
            let sources = Sources::of(files);
            let circles = circles(&sources.uses());
            circles
                .iter()
                .map(|circle| shown(circle))
                .collect::<Vec<_>>()
        };
        let straight = [
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "use crate::c::C;"),
            ("c.rs", ""),
        ];
        assert_eq!(circle(&straight), NONE);
        let bent = [
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "use crate::c::C;"),
            ("c.rs", "use crate::a::A;"),
            ("d.rs", "use crate::a::A;"),
        ];
        assert_eq!(circle(&bent), ["a -> b -> c"]);
        let through_re_export = [
            ("x/mod.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
            ("x/a.rs", "use super::B;"),
            ("x/b.rs", "use super::A;"),
        ];
        assert_eq!(circle(&through_re_export), ["x/a -> x/b"]);
        let with_folder = [
            ("x/mod.rs", "mod a; pub use a::A; pub struct X(A);"),
            ("x/a.rs", "use super::X;"),
        ];
        assert_eq!(circle(&with_folder), ["x -> x/a"]);
    }

    #[test]
    fn a_use_against_the_order_is_found() {
        const IN_X: Order = &[&["a"], &["b", "c"], &["mod"]];
        let files = |text| {
            Sources::of(&[
                ("x/mod.rs", "mod a; mod b; mod c; pub struct X;"),
                ("x/a.rs", text),
                ("x/b.rs", "use super::a::A;"),
                ("x/c.rs", ""),
                ("y.rs", "use crate::x::X;"),
            ])
        };
        let orders: [(&str, Order); 2] = [("", &[&["x"], &["y"]]), ("x", IN_X)];
        assert_eq!(violations(&files(""), &orders), NONE);
        assert_eq!(
            violations(&files("use super::b::B;"), &orders),
            ["x/a uses x/b"]
        );
        assert_eq!(violations(&files("use super::X;"), &orders), ["x/a uses x"]);
        assert_eq!(
            violations(&files("use crate::y::Y;"), &orders),
            ["x/a uses y"]
        );
        assert_eq!(
            violations(&files("use crate::Root;"), &orders),
            ["x/a uses "]
        );
    }

    #[test]
    fn the_two_sides_do_not_use_each_other() {
        for (module, used, allowed) in [
            ("engine", "blob", true),
            ("blob", "engine", false),
            ("encrypt", "decrypt", false),
            ("engine", "keyring", false),
            ("keyring", "engine", false),
            ("kms", "control", false),
            ("keyring", "primitives", true),
            ("wire", "control", true),
            ("wire", "kms", true),
            ("kms", "testing", false),
        ] {
            let text = format!("use crate::{used}::X;");
            let sources = Sources::of(&[(module, text.as_str()), (used, "")]);
            let violations = violations(&sources, ORDERS);
            assert_eq!(violations.is_empty(), allowed, "{module} uses {used}");
        }
    }

    #[test]
    fn a_file_without_a_place_is_found() {
        let files = ["a", "b", "c", "d", "e"].map(|name| (format!("x/{name}.rs"), ""));
        let mut files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), *text))
            .collect();
        files.push(("x/mod.rs", ""));
        assert_eq!(gaps(&Sources::of(&files), &[]), ["x has no order"]);
        assert_eq!(gaps(&Sources::of(&files[1..]), &[]), NONE);
        let order: Order = &[&["a", "b"], &["c", "d", "gone"]];
        assert_eq!(
            gaps(&Sources::of(&files), &[("x", order)]),
            ["x/e is in no row", "x/gone is not there"]
        );
    }

    fn uses(sources: &Sources, module: &str) -> Vec<String> {
        let uses = sources.uses();
        let used = &uses[&vec![module.to_owned()]];
        used.iter().map(|module| module.join("/")).collect()
    }
}
