//! The tests of this package run the official AWS SDK for Rust against `kms-reencrypt`. There is nothing else in it.

#[cfg(test)]
mod tests {
    #[test]
    fn readme_shows_a_test_that_runs_here() {
        let readme = include_str!("../../../README.md");
        let shown = concat!(
            "```rust,ignore\n",
            include_str!("../tests/readme.rs"),
            "```\n"
        );
        assert!(
            readme.contains(shown),
            "README shows something else than tests/readme.rs"
        );
    }
}
