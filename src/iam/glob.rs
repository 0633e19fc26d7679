//! [`Glob`]: text with wildcards, `*` for any characters and `?` for any one character.

use super::evaluation::Steps;

/// A pattern, in its pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Glob(Vec<Piece>);

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// `?`
    AnyChar,
    /// `*`
    AnyText,
    /// Literal text. Adjacent texts are merged.
    Text(String),
}

impl Glob {
    /// Appends a pattern, in which `*` and `?` are wildcards.
    pub(super) fn push_pattern(&mut self, pattern: &str) {
        for part in pattern.split_inclusive(['*', '?']) {
            if let Some(text) = part.strip_suffix('*') {
                self.push_text(text);
                self.0.push(Piece::AnyText);
            } else if let Some(text) = part.strip_suffix('?') {
                self.push_text(text);
                self.0.push(Piece::AnyChar);
            } else {
                self.push_text(part);
            }
        }
    }

    /// Appends literal text.
    pub(super) fn push_text(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.0.push(Piece::Text(text.to_owned())),
        }
    }

    /// Appends another pattern.
    pub(super) fn push(&mut self, other: &Self) {
        for piece in &other.0 {
            match piece {
                Piece::Text(text) => self.push_text(text),
                wildcard => self.0.push(wildcard.clone()),
            }
        }
    }

    /// The only text that matches, if the pattern has no wildcards.
    pub(super) fn exact(&self) -> Option<&str> {
        match &*self.0 {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether every text matches.
    pub(super) fn is_everything(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|piece| *piece == Piece::AnyText)
    }

    /// Whether a text matches.
    ///
    /// The segments before the first `*` and after the last are fixed to the ends of the text. Those in between are
    /// searched from left to right. The first place of each is as good as any other, so nothing is tried twice, and the
    /// time is linear unless such a segment has a `?`.
    pub(super) fn matches(&self, text: &str, steps: &Steps) -> bool {
        match &*self.0 {
            [] => return text.is_empty(),
            [Piece::AnyText] => return true,
            [Piece::Text(only)] => {
                steps.compare(only);
                return only == text;
            }
            [Piece::Text(prefix), Piece::AnyText] => {
                steps.compare(prefix);
                return text.starts_with(&**prefix);
            }
            [Piece::Text(prefix), Piece::AnyText, Piece::Text(suffix)] => {
                steps.compare(prefix);
                steps.compare(suffix);
                let behind = text.strip_prefix(&**prefix);
                return behind.is_some_and(|behind| behind.ends_with(&**suffix));
            }
            _ => steps.take(STEPS_OF_PATTERN),
        }
        let mut segments = self.0.split(|piece| *piece == Piece::AnyText);
        let first = segments.next().unwrap_or_default();
        let Some(text) = strip_prefix(text, first, steps) else {
            return false;
        };
        let Some(last) = segments.next_back() else {
            return text.is_empty();
        };
        let Some(mut text) = strip_suffix(text, last, steps) else {
            return false;
        };
        for segment in segments {
            match behind(text, segment, steps) {
                Some(rest) => text = rest,
                None => return false,
            }
        }
        true
    }
}

/// The steps of matching a pattern, without those of its texts.
const STEPS_OF_PATTERN: usize = 20;

/// What follows a segment at the start of a text.
fn strip_prefix<'t>(text: &'t str, segment: &[Piece], steps: &Steps) -> Option<&'t str> {
    segment.iter().try_fold(text, |text, piece| match piece {
        Piece::Text(prefix) => {
            steps.compare(prefix);
            text.strip_prefix(&**prefix)
        }
        Piece::AnyChar | Piece::AnyText => {
            steps.take(1);
            let mut chars = text.chars();
            chars.next().map(|_| chars.as_str())
        }
    })
}

/// What precedes a segment at the end of a text.
fn strip_suffix<'t>(text: &'t str, segment: &[Piece], steps: &Steps) -> Option<&'t str> {
    segment
        .iter()
        .rev()
        .try_fold(text, |text, piece| match piece {
            Piece::Text(suffix) => {
                steps.compare(suffix);
                text.strip_suffix(&**suffix)
            }
            Piece::AnyChar | Piece::AnyText => {
                steps.take(1);
                let mut chars = text.chars();
                chars.next_back().map(|_| chars.as_str())
            }
        })
}

/// What follows the first place of a segment in a text.
fn behind<'t>(mut text: &'t str, segment: &[Piece], steps: &Steps) -> Option<&'t str> {
    let wildcards = segment
        .iter()
        .take_while(|piece| **piece == Piece::AnyChar)
        .count();
    let (wildcards, rest) = segment.split_at_checked(wildcards)?;
    text = strip_prefix(text, wildcards, steps)?;
    let Some((Piece::Text(start), rest)) = rest.split_first() else {
        return Some(text);
    };
    loop {
        let at = text.find(&**start);
        steps.take(at.unwrap_or(text.len()));
        let (_, found) = text.split_at_checked(at?)?;
        if let Some(behind) = strip_prefix(found.strip_prefix(&**start)?, rest, steps) {
            return Some(behind);
        }
        let mut chars = found.chars();
        chars.next();
        text = chars.as_str();
        if steps.are_exhausted() {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Glob, STEPS_OF_PATTERN};
    use crate::iam::evaluation::Steps;

    fn parse(pattern: &str) -> Glob {
        let mut glob = Glob::default();
        glob.push_pattern(pattern);
        glob
    }

    #[test]
    fn a_star_takes_any_characters_and_a_question_mark_takes_one() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything", true),
            ("?", "", false),
            ("?", "ä", true),
            ("??", "ä", false),
            ("kms:ReEncrypt*", "kms:ReEncryptTo", true),
            ("kms:ReEncrypt*", "kms:ReEncrypt", true),
            ("kms:ReEncrypt?", "kms:ReEncryptTo", false),
            ("kms:ReEncrypt??", "kms:ReEncryptTo", true),
            ("*To", "kms:ReEncryptTo", true),
            ("*a*b*c", "xaxbxbxc", true),
            ("*a*b*c", "xaxbxbx", false),
            ("*a?c*", "abab-abc", true),
            ("*a?c*", "abab-ab", false),
            ("*?b*", "b", false),
            ("*?b*", "bb", true),
            ("*?b?d*", "bxbyd", true),
            ("s3.*.amazonaws.com", "s3.us-east-2.amazonaws.com", true),
            ("s3.*.amazonaws.com", "s3.us-east-2.amazonaws.org", false),
            ("s3.*.amazonaws.com", "ec2.us-east-2.amazonaws.com", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a*ä?", "aää", true),
            ("**", "x", true),
            ("***", "", true),
            ("*?", "", false),
            ("?*?", "a", false),
            ("?*?", "ab", true),
        ] {
            let steps = Steps::default();
            let matches = parse(pattern).matches(text, &steps);
            assert_eq!(matches, expected, "{pattern} {text}");
        }
    }

    #[test]
    fn wildcards_that_were_not_parsed_stand_for_themselves() {
        let mut glob = parse("a?");
        glob.push_text("*");
        glob.push_text("b");
        let steps = Steps::default();
        assert!(glob.matches("ax*b", &steps));
        assert!(!glob.matches("axyb", &steps));
        assert_eq!(glob.exact(), None);
        assert_eq!(parse("ab").exact(), Some("ab"));
        assert!(parse("**").is_everything());
        assert!(!Glob::default().is_everything());
    }

    #[test]
    fn the_shapes_that_policies_have_take_few_steps() {
        for (pattern, text) in [
            ("", ""),
            ("*", "kms:Decrypt"),
            ("kms:Decrypt", "kms:Decrypt"),
            ("kms:*", "kms:Decrypt"),
            ("arn:*:key/1", "arn:aws:kms:us-east-2:111122223333:key/1"),
        ] {
            let steps = Steps::default();
            assert!(parse(pattern).matches(text, &steps), "{pattern}");
            assert!(steps.taken() < STEPS_OF_PATTERN, "{pattern}");
        }
    }

    #[test]
    fn a_hostile_pattern_is_given_up() {
        let text = "a".repeat(60_000);
        let linear = format!("*{}b*", "a".repeat(30_000));
        let steps = Steps::default();
        assert!(!parse(&linear).matches(&text, &steps));
        assert!(!steps.are_exhausted());
        let quadratic = format!("*a?{}b*", "a".repeat(30_000));
        assert!(!parse(&quadratic).matches(&text, &steps));
        assert!(steps.are_exhausted());
    }
}
