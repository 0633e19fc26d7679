//! Runs the official AWS SDK for Rust against `kms-reencrypt`: see `tests`.

#[cfg(test)]
mod tests {
    #[test]
    fn readme_shows_the_test_that_runs() {
        let readme = include_str!("../../../README.md");
        let shown = ignored_blocks(readme);
        assert_eq!(
            shown,
            [include_str!("../tests/readme.rs")],
            "README shows something else than tests/readme.rs"
        );
    }

    #[test]
    fn the_recipe_of_the_token_vault_shows_the_code_that_runs() {
        let sources = [
            include_str!("../tests/token_vault/main.rs"),
            include_str!("../tests/token_vault/vault.rs"),
        ];
        let shown = ignored_blocks(include_str!("../../../docs/cookbook/token-vault.md"));
        assert_eq!(shown.len(), 5);
        for block in shown {
            let runs = sources.iter().any(|source| source.contains(block));
            assert!(
                runs,
                "the recipe shows code that is not in tests/token_vault:\n{block}"
            );
        }
    }

    #[test]
    fn the_recipe_of_retries_shows_the_test_that_runs() {
        let shown = ignored_blocks(include_str!("../../../docs/cookbook/retries.md"));
        assert_eq!(shown, [include_str!("../tests/cookbook_retries.rs")]);
    }

    /// The code blocks of a document that its doctests leave out.
    fn ignored_blocks(document: &str) -> Vec<&str> {
        let after_starts = document.split("```rust,ignore\n").skip(1);
        after_starts
            .filter_map(|rest| rest.split("```\n").next())
            .collect()
    }
}
