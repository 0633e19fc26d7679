//! The paths in the tokens of a file: those of `use`, and those in other code.

use crate::tokens::Token;

/// A path as it is written, from its first segment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) segments: Vec<String>,
    /// What the path is called where it stands: its last segment, or what `as` says.
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    InCode,
    Use,
    /// `pub use`, `pub(crate) use`
    ReExport,
}

/// All paths of which the first segment is one of the known ones.
pub(crate) fn paths(tokens: &[Token], is_known: impl Fn(&str) -> bool) -> Vec<Path> {
    let mut paths = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let in_path = at > 0 && tokens[at - 1] == "::";
        let begins = is_known(token) && !in_path && is(tokens, at + 1, "::");
        if !begins {
            at += 1;
            continue;
        }
        let kind = match &tokens[..at] {
            [.., exported, word] if word == "use" && (exported == "pub" || exported == ")") => {
                Kind::ReExport
            }
            [.., word] if word == "use" => Kind::Use,
            _ => Kind::InCode,
        };
        at = tree(tokens, at, &[], kind, &mut paths);
    }
    paths
}

/// Reads a tree like `a::{b, c::{self, d as e}}` into its paths, and tells where it ends.
fn tree(
    tokens: &[Token],
    mut at: usize,
    prefix: &[String],
    kind: Kind,
    paths: &mut Vec<Path>,
) -> usize {
    let mut segments = prefix.to_vec();
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "{" => {
                at += 1;
                while !is(tokens, at, "}") && at < tokens.len() {
                    at = tree(tokens, at, &segments, kind, paths);
                    at += usize::from(is(tokens, at, ","));
                }
                return at + 1;
            }
            "*" => at += 1,
            segment if is_name(segment) => {
                // `{self}` is what stands before it.
                if segment != "self" || segments.is_empty() {
                    segments.push(segment.to_owned());
                }
                at += 1;
            }
            // A turbofish, or nothing that can stand in a path.
            _ => {}
        }
        if !is(tokens, at, "::") {
            break;
        }
        at += 1;
    }
    let mut name = segments.last().cloned().unwrap_or_default();
    if kind != Kind::InCode && is(tokens, at, "as") {
        name.clone_from(&tokens[at + 1]);
        at += 2;
    }
    paths.push(Path {
        segments,
        name,
        kind,
    });
    at.max(1)
}

fn is(tokens: &[Token], at: usize, expected: &str) -> bool {
    tokens.get(at).is_some_and(|token| token == expected)
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}
